"""Every address of the portal against every kind of reader of the sample scenario: who gets what, and never a fault."""

from __future__ import annotations

import contextlib
import html
import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Invitation, Membership, Organisation
from notices.models import Notice
from partnerships.models import Agreement, Proposal
from portal.demo import accounts
from programs.models import Program
from regions.models import TrainingNeed
from tests.addresses import READERS, agreement, evaluation, nomination, proposal, run, seated
from tests.addresses import addresses as every_address
from tests.demo_records import need, program, user
from tests.test_architecture import PUBLIC
from workflow.registry import workflow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

OUTSIDERS = ("operator.kota-semarang", "verifikator.jabar")
PARTNERS = ("penghubung.jica", "kepala.ilo")
SHORT_OF_A_FAULT = {200, 301, 302, 400, 403, 404, 405, 409, 410}


@pytest.fixture(autouse=True)
def _a_demonstration(settings):
    settings.DEMO = True


@pytest.fixture(scope="module")
def signed_in(seeded):
    """A browser for each reader, signed in before the first test so that no test's end signs anybody out."""
    known = {"": Client()}
    for account in accounts.ACCOUNTS:
        known[account.address] = Client()
        known[account.address].force_login(user(account.address))
    return known.__getitem__


class _Undone(Exception):
    """Takes back what a POST has written."""


def answer(browser: Client, method: str, url: str, data=None):
    """One request; whatever it wrote is taken back."""
    response = None
    with contextlib.suppress(_Undone), transaction.atomic():
        response = browser.get(url) if method == "GET" else browser.post(url, data or {})
        if getattr(response, "streaming", False):
            response.body = b"".join(response.streaming_content)
        raise _Undone
    return response


@pytest.fixture(scope="module")
def addresses(seeded) -> dict[str, str]:
    """Name -> a full address, for every address there is."""
    return every_address()


ABOUT_ONE_NEED = re.compile(r"^(regions:.+|partnerships:compare)$")


def is_about_the_need(name: str, address: str) -> bool:
    return bool(ABOUT_ONE_NEED.match(name)) and need(1).code in address


@pytest.mark.parametrize("reader", READERS)
def test_every_address_answers_and_never_with_a_fault(reader, addresses, signed_in):
    browser = signed_in(reader)
    wrong = []
    for name, address in addresses.items():
        if name == "accounts:logout":
            continue
        got = [answer(browser, method, address).status_code for method in ("GET", "POST")]
        if not set(got) <= SHORT_OF_A_FAULT:
            wrong.append((name, got))
    assert wrong == []


OPEN = {name.removeprefix("portal:") for name in PUBLIC}


def test_visitors_are_sent_to_the_sign_in_from_every_other_page(addresses, signed_in):
    browser = signed_in("")
    closed = {name: answer(browser, "GET", url) for name, url in addresses.items() if not _is_open(name)}
    assert len(closed) > 70
    wrong = {
        name: (response.status_code, response.get("Location", ""))
        for name, response in closed.items()
        if response.status_code != 302 or not response["Location"].startswith("/masuk/?next=/")
    }
    assert wrong == {}


def _is_open(name: str) -> bool:
    bare = name.split(":")[-1]
    return name in OPEN or bare in OPEN or name.startswith(("accounts:password_reset", "accounts:log")) or name in {
        "accounts:accept", "programs:catalogue", "programs:program", "programs:file", "demo_login",
        "forum:program_questions",
    }  # fmt: skip


@pytest.mark.parametrize("reader", [*PARTNERS, *OUTSIDERS])
def test_a_need_does_not_exist_for_partners_and_other_provinces_whatever_the_address(reader, addresses, signed_in):
    browser, code = signed_in(reader), need(1).code
    about = [url for name, url in addresses.items() if is_about_the_need(name, url)]
    about += [reverse("regions:act", args=[code, t.name]) for t in workflow("regions.need").flow.transitions]
    about.append(f"{reverse('partnerships:propose')}?baris={need(1).lines.first().pk}")
    assert len(about) > 40
    refused = set() if reader in {"penghubung.jica", "operator.kota-semarang"} else {403}  # roles that propose nothing
    for url in about:
        for method in ("GET", "POST"):
            status = answer(browser, method, url).status_code
            allowed = {404, 405} | (refused if "usulan/baru" in url else set())
            assert status in allowed, (method, url, status)


@pytest.mark.parametrize("reader", OUTSIDERS)
def test_proposals_and_agreements_of_other_regions_do_not_exist_either(reader, addresses, signed_in):
    browser = signed_in(reader)
    codes = (agreement().code, proposal(1).code, seated().code, nomination().code)
    about = [url for url in addresses.values() if any(code in url for code in codes)]
    assert len(about) > 18
    assert {answer(browser, m, u).status_code for u in about for m in ("GET", "POST")} <= {404, 405}


def test_what_only_the_clock_does_is_done_by_nobody(signed_in):
    """Steps of the CLOCK sent by hand, by those who see the record: refused, and nothing moves."""
    records = {"regions.need": need(3), "programs.program": program("KO1"), "partnerships.proposal": proposal(1),
               "partnerships.agreement": agreement(), "participants.nomination": nomination(),
               "partnerships.allocation": run(), "participants.evaluation": evaluation()}  # fmt: skip
    tried = 0
    for name, record in records.items():
        only = [t.name for t in workflow(name).flow.transitions if t.who == ("CLOCK",)]
        assert only or name == "programs.program"
        for act in only:
            for reader in ("operator.ntb", "kepala.ppsdm", "kepala.kerjasama", "auditor", "admin"):
                base = getattr(record, "manage_url", "") or record.get_absolute_url()
                status = answer(signed_in(reader), "POST", f"{base}{act}/").status_code
                assert status in {403, 404}, (reader, record.code, act, status)
                tried += 1
    assert tried > 40


# --- Who gets what: typed by hand from the procedure --------------------------------------------------------

TABLE = """
need 1            operator.ntb            200
need 1            kepala.ntb              200
need 1            verifikator.ntb         200
need 1            operator.lombok-timur   404
need 1            verifikator.jabar       404
need 1            verifikator.ppsdm       200
need 1            penelaah.wasnaker       200
need 1            penelaah.phi            404
need 1            petugas.kerjasama       200
need 1            telaah.hukum            404
need 1            kepala.jica             404
need 1            evaluator.ppsdm         200
need 1            auditor                 200
need 1            admin                   404
need 3            verifikator.ntb         200
need 3            operator.ntb            404
need 9            operator.kota-semarang  200
need 9            verifikator.jateng      404
need 9            verifikator.ppsdm       404
need 9            auditor                 200
need 9/isi        operator.kota-semarang  200
need 9/isi        kepala.kota-semarang    302
need 1/surat      verifikator.ppsdm       200
need 1/surat      kepala.jica             404
need 5/approve    kepala.ppsdm            200
need 5/approve    verifikator.ppsdm       403
need 5/approve    auditor                 403
need 3/approve    verifikator.ntb         403
program JA1       operator.ntb            200
program JA1       kepala.ilo              404
program JA4       kepala.ilo              200
program JA4                               200
program JA1                               404
manage JA5        kepala.jica             200
manage JA5        kepala.koica            404
manage JA5        operator.ntb            404
manage JA5        petugas.kerjasama       200
manage JA5/publish petugas.kerjasama      403
manage JA5/publish kepala.kerjasama       200
proposal 11       penghubung.jica         200
proposal 11       kepala.koica            404
proposal 16       kepala.koica            404
proposal 16       kepala.kerjasama        200
proposal 11/accept kepala.jica            200
proposal 11/accept penghubung.jica        403
proposal 11/accept operator.jatim         403
proposal 11       operator.jabar          404
agreement         kepala.sulteng          200
agreement         operator.morowali       404
agreement         kepala.ilo              404
agreement         penghubung.jica         200
agreement         telaah.hukum            200
roster            operator.bpvp-sidoarjo  200
roster            kepala.bpvp-sidoarjo    200
roster            verifikator.ppsdm       200
roster            kepala.kerjasama        200
roster            penghubung.koica        200
roster            auditor                 200
roster            operator.ntb            404
roster            verifikator.jatim       404
roster            penghubung.jica         404
roster            telaah.hukum            404
roster            evaluator.ppsdm         404
roster            admin                   404
intake KO3        verifikator.ppsdm       200
intake KO3        kepala.kerjasama        200
intake KO3        auditor                 200
intake KO3        operator.bpvp-sidoarjo  404
intake KO3        penghubung.koica        404
intake KO3        penghubung.jica         404
intake KO3        evaluator.ppsdm         404
intake KO3/kehadiran verifikator.ppsdm       200
intake KO3/kehadiran kepala.ppsdm            403
intake KO3/bersama/screen verifikator.ppsdm   200
intake KO3/bersama/screen auditor             403
nominate          operator.bpvp-sidoarjo  200
nominate          kepala.bpvp-sidoarjo    403
nominate          verifikator.ppsdm       404
nominee SHORTLISTED operator.bpvp-sidoarjo 200
nominee SHORTLISTED kepala.kerjasama      200
nominee SHORTLISTED penghubung.koica      404
nominee SHORTLISTED penelaah.lavotas      404
nominee SHORTLISTED verifikator.jatim     404
nominee SHORTLISTED/forward kepala.kerjasama 200
nominee SHORTLISTED/forward petugas.kerjasama 403
nominee SCREENING penelaah.lavotas        200
nominee SCREENING penelaah.phi            404
nominee SCREENING evaluator.ppsdm         200
nominee SCREENING kepala.kerjasama        404
nominee SUBMITTED kepala.bpvp-sidoarjo    200
nominee SUBMITTED verifikator.ppsdm       404
nominee DRAFT     auditor                 404
nominee DRAFT     operator.bpvp-sidoarjo  200
run DRAFT         verifikator.ppsdm       200
run DRAFT         auditor                 200
run DRAFT         operator.ntb            404
run DRAFT/start   kepala.ppsdm            403
run RESULT        verifikator.ppsdm       200
run RESULT        kepala.ppsdm            200
run RESULT        telaah.hukum            200
run RESULT        auditor                 200
run RESULT        operator.ntb            404
run RESULT        verifikator.ntb         404
run RESULT        kepala.jica             404
run RESULT        admin                   404
run RESULT                                302
run RESULT/submit verifikator.ppsdm       200
run RESULT/submit kepala.ppsdm            403
run RESULT/ratify verifikator.ppsdm       403
run SUBMITTED/ratify kepala.ppsdm         200
run SUBMITTED/ratify verifikator.ppsdm    403
run SUBMITTED/ratify operator.ntb         404
run RATIFIED      operator.ntb            200
run RATIFIED      verifikator.ntb         200
run RATIFIED      kepala.jica             200
run RATIFIED      admin                   404
public RATIFIED                           200
public SUPERSEDED                         200
public RESULT                             404
public RESULT     verifikator.ppsdm       404
page /alokasi/    verifikator.ppsdm       200
page /alokasi/    operator.ntb            200
page /alokasi/                            302
page /antrean/    operator.ntb            403
page /antrean/    verifikator.ppsdm       200
page /tanda-tangan/ kepala.ntb            200
page /tanda-tangan/ operator.ntb          403
page /audit/      auditor                 200
page /audit/      kepala.ppsdm            403
page /kalender/libur/ operator.ntb        200
page /kalender/libur/                     302
page /kalender/libur/tambah/ admin        200
page /kalender/libur/tambah/ kepala.ppsdm 403
page /kalender/libur/tambah/ auditor      403
page /akun/kalender/ operator.ntb         200
page /indikator/  operator.ntb            200
page /indikator/  kepala.jica             200
page /indikator/  admin                   403
page /indikator/k05/ verifikator.ntb      200
page /indikator/k05/ operator.ntb         404
page /indikator/k05/ kepala.jica          404
page /indikator/kurs/ auditor             200
page /indikator/kurs/ operator.ntb        404
page /tinjauan/   operator.ntb            200
page /tinjauan/baru/ evaluator.ppsdm      200
page /tinjauan/baru/ kepala.ppsdm         403
page /pengguna/   admin                   200
page /pengguna/   auditor                 403
page /mitra/permintaan/ kepala.jica       200
page /mitra/permintaan/ operator.ntb      403
page /kebutuhan/baru/ operator.ntb        200
page /kebutuhan/baru/ kepala.ntb          403
page /mitra/program/baru/ operator.ntb    403
page /kemitraan/baru/ kepala.ntb          200
page /kemitraan/baru/ kepala.jica         403
"""


def _rows() -> list[tuple[str, str, int]]:
    found = []
    for row in TABLE.strip().splitlines():
        parts = row.split()
        alone = parts[0] in {"agreement", "roster", "nominate"}
        kind = parts[0] if alone else " ".join(parts[:2])
        rest = parts[1:] if alone else parts[2:]
        found.append((kind, rest[0] if len(rest) == 2 else "", int(rest[-1])))
    return found


def _place(what: str) -> str:
    kind, _space, which = what.partition(" ")
    key, _slash, more = which.partition("/")
    match kind:
        case "page":
            return which
        case "need":
            base = need(int(key)).get_absolute_url()
        case "program":
            base = program(key).get_absolute_url()
        case "manage":
            base = program(key).manage_url
        case "proposal":
            base = proposal(int(key)).get_absolute_url()
        case "roster":
            base = f"/peserta/{seated().code}/"
        case "intake":
            base = f"/peserta/angkatan/{program(key).code}/{program(key).intakes.first().number}/"
        case "nominate":
            base = f"/peserta/{seated().code}/usulkan/"
        case "nominee":
            base = nomination(key).get_absolute_url()
        case "agreement":
            base = agreement().get_absolute_url()
        case "run":
            base = run(key).manage_url if more else run(key).get_absolute_url()
        case "public":
            base = reverse("partnerships:public_allocation", args=[run(key).code])
    return f"{base}{more}/" if more else base


def test_who_gets_what(signed_in):
    expected = [f"{what} {reader}: {status}".replace(" :", ":") for what, reader, status in _rows()]
    found = [
        f"{what} {reader}: {answer(signed_in(reader), 'GET', _place(what)).status_code}".replace(" :", ":")
        for what, reader, _s in _rows()
    ]
    assert found == expected
    assert len(expected) >= 60


# --- Objects that belong to someone else --------------------------------------------------------------------


def test_a_file_is_handed_out_only_under_the_record_it_belongs_to(signed_in):
    own, other = need(9), need(1)
    browser = signed_in("operator.kota-semarang")
    mine = f"{own.get_absolute_url()}berkas/{own.evidence.first().pk}/"
    guessed = f"{own.get_absolute_url()}berkas/{other.evidence.first().pk}/"
    assert answer(browser, "GET", mine).status_code == 200
    assert answer(browser, "GET", guessed).status_code == 404
    for remove in (
        "isi/berkas/{}/hapus/",
        "isi/baris/{}/hapus/",
        "isi/baris/{}/gandakan/",
        "isi/baris/{}/ke-provinsi/",
    ):
        url = own.get_absolute_url() + remove.format(other.lines.first().pk)
        assert answer(browser, "POST", url).status_code == 404, url
    assert other.lines.count() == other.evidence.count() == 1


def test_a_paper_of_one_agreement_is_not_handed_out_under_another(signed_in):
    central = Agreement.objects.get(code="DEMO-MOU-JICA")
    url = f"{agreement().get_absolute_url()}berkas/{{}}/"
    browser = signed_in("petugas.kerjasama")
    assert answer(browser, "GET", url.format(agreement().documents.first().pk)).status_code == 200
    assert answer(browser, "GET", url.format(central.documents.first().pk)).status_code == 404


def test_the_partner_reads_shared_papers_and_no_internal_ones(signed_in):
    central = Agreement.objects.get(code="DEMO-MOU-JICA")
    found = {
        paper.kind: answer(
            signed_in("kepala.jica"), "GET", f"{central.get_absolute_url()}berkas/{paper.pk}/"
        ).status_code
        for paper in central.documents.all()
    }
    assert found == {
        "CONCEPT_NOTE": 404, "LOI": 200, "TEXT_ID": 200, "TEXT_EN": 200, "LEGAL_OPINION": 404, "CLEARANCE": 404,
        "SIGNED": 200,
    }  # fmt: skip


def test_nobody_copies_from_a_need_they_may_not_see(signed_in):
    before = TrainingNeed.objects.count()
    assert (
        answer(signed_in("operator.kota-semarang"), "POST", "/kebutuhan/baru/", {"source": need(1).code}).status_code
        == 404
    )
    assert TrainingNeed.objects.count() == before


def test_a_draft_nobody_has_filed_is_proposed_by_its_office_only(signed_in):
    line = need(9).lines.get()
    url = f"/usulan/baru/?baris={line.pk}"
    found = {r: answer(signed_in(r), "GET", url).status_code for r in (
        "operator.kota-semarang", "verifikator.ppsdm", "penghubung.jica", "operator.ntb", "auditor")}  # fmt: skip
    assert found == {
        "operator.kota-semarang": 200, "verifikator.ppsdm": 404, "penghubung.jica": 404, "operator.ntb": 404,
        "auditor": 403,
    }  # fmt: skip


def test_a_partner_proposes_lines_for_its_own_programmes_only(signed_in):
    line, own, other = need(1).lines.get(), program("JA1").intakes.first(), program("KO2").intakes.first()
    found = [
        answer(signed_in("penghubung.jica"), "GET", f"/usulan/baru/?baris={line.pk}&angkatan={i.pk}").status_code
        for i in (own, other)
    ]
    assert found == [200, 404]


def test_an_intake_of_a_programme_that_is_not_published_cannot_be_proposed(signed_in):
    hidden = program("JA5").intakes.first()
    url = f"/usulan/baru/?baris={need(1).lines.get().pk}&angkatan={hidden.pk}"
    assert answer(signed_in("operator.ntb"), "POST", url, {"seats": 1}).status_code == 404


def test_a_role_of_someone_else_cannot_be_acted_in(signed_in):
    other = Membership.objects.get(user=user("kepala.ppsdm"))
    assert answer(signed_in("rangkap"), "POST", "/peran/", {"membership": other.pk}).status_code == 404
    second = Membership.objects.filter(user=user("rangkap")).last()
    assert answer(signed_in("rangkap"), "POST", "/peran/", {"membership": second.pk}).status_code == 302


def test_a_message_of_someone_else_does_not_exist(signed_in):
    theirs = Notice.objects.exclude(user=user("operator.ntb")).first()
    browser = signed_in("operator.ntb")
    assert answer(browser, "GET", f"/pemberitahuan/{theirs.pk}/").status_code == 404
    assert answer(browser, "POST", reverse("notices:mark_read", args=[theirs.pk])).status_code == 404


def test_an_administrator_gives_nobody_a_business_role_under_their_own_address(signed_in):
    """Separation of duties: who invites people decides on nothing, and does not let themselves in."""
    ppsdm = Organisation.objects.get(code="PPSDM")
    data = {"email": "Admin@example.test", "name": "Kepala", "role": "PPSDM_HEAD", "organisation": ppsdm.pk}
    response = answer(signed_in("admin"), "POST", "/pengguna/undang/", data)
    assert response.status_code == 400
    assert Invitation.objects.filter(email="admin@example.test").count() == 0


def test_demonstration_accounts_sign_in_and_stay_signed_in():
    browser = Client()
    response = browser.post("/masuk/contoh/", {"email": "operator.ntb@example.test", "next": "//evil.example/"})
    assert (response.status_code, response.url) == (302, "/beranda/")
    assert browser.get("/beranda/").status_code == 200


def test_outside_a_demonstration_nobody_signs_in_with_one_click(settings):
    settings.DEMO = False
    assert Client().post("/masuk/contoh/", {"email": "operator.ntb@example.test"}).status_code == 404


# --- What partners read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", PARTNERS)
def test_partner_pages_name_no_need_no_contact_and_no_evidence(reader, signed_in):
    browser = signed_in(reader)
    own = Organisation.objects.get(memberships__user=user(reader))
    pages = ["/beranda/", "/usulan/", "/kemitraan/", "/mitra/program/", "/mitra/permintaan/", "/tenggat/",
             "/pemberitahuan/", f"/cari/?q={need(1).code}", "/cari/?q=Nusa"]  # fmt: skip
    pages += [p.get_absolute_url() for p in Proposal.objects.filter(partner=own)]
    pages += [a.get_absolute_url() for a in Agreement.objects.filter(partner=own)]
    pages += [
        f"{p.get_absolute_url()}permintaan/" for p in Program.objects.filter(partner=own, published_at__isnull=False)
    ]
    secret = {"/kebutuhan/"}
    for record in TrainingNeed.objects.prefetch_related("evidence"):
        secret |= {record.contact_email, record.contact_phone, *(e.name for e in record.evidence.all())} - {""}
    read = 0
    for url in pages:
        response = answer(browser, "GET", url)
        if response.status_code == 200:
            text = html.unescape(response.content.decode())
            assert [s for s in secret if s in text] == [], url
            read += 1
    assert read >= 12
