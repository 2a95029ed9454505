"""The stories the sample scenario was made for, played in a browser by those whose turn it is. Each says whole states
and words, and who does not see them; two journeys walk from a nomination to the gap, and through a signing here.

Each walks through records of its own: the scenario is seeded once for all of them.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import contextmanager
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone, translation

from accounts.models import Delegation
from participants.lifecycle import EVALUATION
from participants.models import Behaviour, Criterion, Evaluation, Nomination, Reaction, TransferLog
from participants.rules.evaluations import time_has_come
from participants.selectors.evaluations import training_code
from partnerships.lifecycle import AGREEMENT, PROPOSAL
from partnerships.models import Agreement, ExternalStep, PaperForm, Proposal
from partnerships.services import papers as drafting
from partnerships.services.external_steps import record_answer, record_sent
from partnerships.services.proposals import propose, summary_for_partner
from portal.demo import scenario
from portal.demo.papers import pdf
from regions.models import CompetencyGap, NeedLine, TrainingNeed
from tests.browser.conftest import PHONE
from tests.browser.person import paper
from tests.browser.scenario import BOTH, Cast, act, days_from_now, finish, start
from tests.demo_records import need, program, user
from tests.signing_factories import with_authority
from workflow import clock
from workflow.engine import perform
from workflow.models import LogEntry
from workflow.signing.adapters import signing_adapter

pytestmark = pytest.mark.browser

MONDAY = dt.datetime(2026, 8, 3, 2, tzinfo=dt.UTC)
"""The stories begin on the Monday of the scenario, 09.00 WIB, so that the express offer closes on a Friday."""


@pytest.fixture(scope="module")
def transactional_db(django_db_setup, django_db_blocker):
    """In the place of the fixture that empties the database after every test: seeded once, emptied at the end."""
    with django_db_blocker.unblock(), time_machine.travel(MONDAY):
        with override_settings(DEMO=True):
            call_command("loadreference", verbosity=0)
            if scenario.seed():
                scenario.settle(inbox=dt.timedelta(days=14))
        yield
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def cast(chromium_page, axe, settings):
    """The users of the scenario, and in the end: nothing inaccessible, nothing too wide on any page they opened."""
    settings.DEMO = True
    found = Cast(chromium_page, axe)
    with translation.override("en"):  # labels read from the code are those of the pages
        yield found
    assert found.wrong == {}


def seen(cast, person, path: str) -> str:
    """Open a page, look at it on phone and desk, and return its words with single blanks."""
    assert person.go(path) == 200, path
    cast.look(person, *BOTH)
    return words(person)


def words(person) -> str:
    """What the open page says, with single blanks."""
    return " ".join(person.page.locator("main").inner_text().split())


def act_as(person, capacity: str) -> None:
    """Change the capacity in the account menu."""
    person.tap(person.page.locator("details.sg-account > summary"))
    person.follow(person.page.locator("details.sg-account form button").filter(has_text=capacity))


def knocks(cast, person: str, path: str, **answers) -> tuple[int, str]:
    """An act sent by hand, past the page: status and words of the answer."""
    response = cast.client(person).post(f"/en{path}", answers, follow=True)
    return response.status_code, " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def status_of(record) -> str:
    """The state of a record as it is stored now."""
    return type(record).objects.get(pk=record.pk).status


# --- (a) A Plh endorses a nomination, and never signs an agreement --------------------------------------------------

NEVER = "As Plh. Head of office you may not take this step. It belongs to the holder of the post."


def test_a_plh_endorses_a_nomination_and_never_signs_an_agreement(cast):
    the_plh_endorses_a_nomination(cast)
    agreement = ready_for_the_region()
    the_head_of_the_region_delegates(cast)
    the_plh_does_not_sign(cast, agreement)


def the_plh_endorses_a_nomination(cast) -> None:
    """In the capacity of an operator there is no such act; as Plh there is, and the log names both."""
    record = Nomination.objects.get(status="SUBMITTED", person__name="Peserta Contoh 3")
    path = record.get_absolute_url().removeprefix("/id").removeprefix("/en")
    me = cast("tata-usaha.bpvp-sidoarjo", PHONE)
    me.go(path)
    assert not me.offers("Endorse")
    act_as(me, "Plh. Head of office")
    home = seen(cast, me, "/beranda/")
    assert "Plh. Head of office" in home
    me.go(path)
    assert "Whose turn Head of office" in seen(cast, me, path)
    me.press("Endorse")
    me.type("Number of the nomination letter", "800/31/BPVP-SDA")
    me.type("Date of the letter", days_from_now(0))
    me.tick("No disciplinary case is open against the person")
    finish(cast, me, "Endorse")
    assert me.status == "Endorsed by the office"
    assert "Endorsed by the head of office 3 August 2026, 09:" in words(me)
    assert "Plh. Head of office" in words(me)
    entry = LogEntry.objects.get(record_code=record.code, action="endorse")
    assert (entry.actor, entry.on_behalf_of) == (user("tata-usaha.bpvp-sidoarjo"), user("kepala.bpvp-sidoarjo"))
    assert status_of(record) == "ORG_ENDORSED"
    cast.doors(
        path,
        open_to="operator.bpvp-sidoarjo kepala.bpvp-sidoarjo verifikator.ppsdm auditor",
        shut="penghubung.koica kepala.koica operator.ntb operator.jatim petugas.kerjasama telaah.hukum",
    )


def ready_for_the_region() -> Agreement:
    """East Java's agreement after the Minister's answer: everything is there for the governor's signature."""
    agreement = Agreement.objects.get(office__code="DISNAKER-35")
    officer = user("petugas.kerjasama")
    letter = ExternalStep.objects.get(agreement=agreement, answered_on__isnull=True)
    today = MONDAY.date()
    upload = pdf("jawaban.pdf", "Persetujuan", "Berkas contoh")
    record_answer(letter, officer, answered_on=today, answer_no="100.2/88/SJ", result="APPROVED", upload=upload)
    perform(AGREEMENT, "clear", record=agreement, actor=officer)
    asked = {"body": "KEMLU", "step": "FULL_POWERS", "purpose": "Surat kuasa", "sent_on": today, "ref_no": "B-9/BKS"}
    letter = record_sent(Agreement.objects.get(pk=agreement.pk), officer, **asked)
    upload = pdf("kuasa.pdf", "Surat kuasa", "Berkas contoh")
    record_answer(letter, officer, answered_on=today, answer_no="D/11/2026", result="APPROVED", upload=upload)
    perform(AGREEMENT, "powers_ok", record=agreement, actor=officer)
    assert status_of(agreement) == "READY_TO_SIGN"
    return agreement


def the_head_of_the_region_delegates(cast) -> None:
    """The holder of the post files the letter; agreements are among what it covers."""
    head = cast("kepala.jatim")
    seen(cast, head, "/akun/delegasi/catat/")
    head.tick("Plh. (holder is away for a time)")
    head.type("E-mail of the delegate", "verifikator.jatim@example.test")
    head.type("Number of the letter", "800/77/DISNAKER")
    head.type("Date of the letter", days_from_now(-1))
    head.attach("Letter of delegation", paper("surat-plh.pdf", "Surat perintah Plh"))
    head.type("Valid from", days_from_now(0))
    head.type("Valid until", days_from_now(14))
    assert head.field("Agreement").is_checked()
    head.press("Record the delegation", head.form)
    assert "Plh. Head of office" in words(head)
    cast.look(head, *BOTH)
    made = Delegation.objects.get(delegate=user("verifikator.jatim"))
    assert (made.kind, made.has_authority, "partnerships.agreement" in made.scopes) == ("PLH", False, True)
    cast.doors(f"/akun/delegasi/{made.code}/", open_to="kepala.jatim verifikator.jatim", shut="operator.ntb sekjen")


def the_plh_does_not_sign(cast, agreement: Agreement) -> None:
    """The act is shown, cannot be pressed, says why; its page says the same, and nothing can be sent past it."""
    path, name = f"/kemitraan/{agreement.code}/", "Record the signing by the head of region"
    me = cast("verifikator.jatim")
    me.go("/beranda/")
    act_as(me, "Plh. Head of office")
    page = seen(cast, me, path)
    assert me.status == "Ready to sign"
    assert me.is_blocked(name)
    assert NEVER in page
    assert NEVER in seen(cast, me, f"{path}sign_region/")
    assert me.page.locator("main form[method=post]").count() == 0
    today = days_from_now(0)
    answers = {
        "way": "SCAN", "signed": None, "signed_on": today, "place": "Surabaya", "our_post": "Gubernur",
        "capacity": "DEFINITIVE", "partner_post": "Country Director", "effective_date": today, "copies": ["ARSIP"],
    }  # fmt: skip
    answers["signed"] = pdf("naskah.pdf", "Naskah ditandatangani", "Berkas contoh")
    plh = cast.client("verifikator.jatim")
    post = user("verifikator.jatim").current_memberships
    acting = next(m for m in post if m.delegation_id)
    assert plh.post("/en/peran/", {"membership": acting.pk}).status_code == 302
    status, said = knocks(cast, "verifikator.jatim", f"{path}sign_region/", **answers)
    assert (status, NEVER in said) == (400, True)
    assert status_of(agreement) == "READY_TO_SIGN"
    holder = cast("kepala.jatim")
    holder.go(path)
    assert holder.offers(name) and not holder.is_blocked(name)
    operator = cast("operator.jatim")
    assert NEVER not in seen(cast, operator, path) and not operator.offers(name)
    cast.doors(path, open_to="penghubung.koica auditor", shut="penghubung.jica operator.jabar verifikator.ntb")


# --- (b) A nominee withdraws, the first reserve moves up -----------------------------------------------------------


def person_of(name: str) -> Nomination:
    """The nomination of one of the sample people."""
    return Nomination.objects.get(person__name=name)


def at(nomination: Nomination) -> str:
    """Its address without the language."""
    return f"/peserta/calon/{nomination.code}/"


def test_b_a_nominee_withdraws_and_the_partner_meets_the_reserve_only_when_forwarded(cast):
    leaving, first, second = (person_of(f"Peserta Contoh {n}") for n in (5, 7, 8))
    roster = f"/peserta/{leaving.proposal.code}/"
    head, partner = cast("kepala.ppsdm"), cast("penghubung.jica")
    assert "No seat is free" in seen(cast, head, roster)
    before = seen(cast, partner, roster)
    assert [f"Peserta Contoh {n}" in before for n in (5, 6, 7, 8)] == [True, True, False, False]
    withdraw(cast, leaving)
    promote(cast, head, first, second)
    the_partner_still_knows_nobody_new(cast, first, roster)
    forward(cast, first)
    after = seen(cast, partner, roster)
    assert [f"Peserta Contoh {n}" in after for n in (6, 7, 8)] == [True, True, False]
    page = seen(cast, partner, at(first))
    assert partner.heading == "Peserta Contoh 7"
    assert "NIP" not in page and "•" not in page and "Selection panel" not in page
    cast.doors(at(second), open_to="kepala.ppsdm operator.ntb", shut="penghubung.jica kepala.jica penghubung.koica")
    cast.doors(at(first), open_to="penghubung.jica kepala.jica", shut="penghubung.koica operator.sumut operator.jatim")
    [transfer] = TransferLog.objects.filter(nomination=first)
    assert (transfer.recipient.code, transfer.basis, transfer.country) == ("JICA", "SAFEGUARDS", "JP")
    assert [status_of(n) for n in (leaving, first, second)] == ["WITHDRAWN", "FORWARDED", "RESERVE"]


def withdraw(cast, leaving: Nomination) -> None:
    """The office takes its nominee back, with a reason that names nobody."""
    operator = cast("operator.ntb", PHONE)
    seen(cast, operator, at(leaving))
    operator.press("Withdraw the nomination")
    operator.type("Reason", "Peserta Contoh 5 pindah tugas.")
    finish(cast, operator, "Withdraw the nomination")
    assert status_of(leaving) == "ACCEPTED"  # a name in the reason is sent back
    operator.type("Reason", "Pindah tugas ke unit lain bulan depan.")
    finish(cast, operator, "Withdraw the nomination")
    assert operator.status == "Withdrawn"
    cast.look(operator, *BOTH)


def promote(cast, head, first: Nomination, second: Nomination) -> None:
    """Only the head of PPSDM, only the first of the list, only with the partner's consent."""
    reserves = seen(cast, head, f"/peserta/{first.proposal.code}/").split("Reserve list")[1]
    assert "No seat is free" not in reserves.split(second.person.name)[0]
    head.go(at(second))
    assert head.is_blocked("Promote from the reserve list")
    assert head.says(f"{first.code} comes first on the reserve list.")
    start(head, at(first), "Promote from the reserve list")
    finish(cast, head, "Promote from the reserve list")
    assert status_of(first) == "RESERVE"
    cast.look(head, *BOTH)
    head.type("Partner's consent: letter or e-mail, number and date", "JICA/CONTOH/22, 3 Agustus 2026")
    finish(cast, head, "Promote from the reserve list")
    assert head.status == "Shortlisted"
    cast.look(head, *BOTH)
    assert {name: cast.client(name).get(f"/en{at(first)}promote_reserve/").status_code for name in (
        "verifikator.ppsdm", "operator.ntb", "kepala.kerjasama", "penghubung.jica")} == {
        "verifikator.ppsdm": 403, "operator.ntb": 403, "kepala.kerjasama": 403, "penghubung.jica": 404,
    }  # fmt: skip


def the_partner_still_knows_nobody_new(cast, first: Nomination, roster: str) -> None:
    """Shortlisted is not told: neither by page, list, search, notice nor number."""
    partner = cast("penghubung.jica")
    for path in (roster, "/beranda/", "/pemberitahuan/", "/peserta/"):
        page = seen(cast, partner, path)
        assert first.person.name not in page and first.code not in page, path
    cast.doors(at(first), shut="penghubung.jica kepala.jica penghubung.koica operator.sumut")
    assert cast.found_by(at(first), "penghubung.jica kepala.jica operator.ntb") == {"operator.ntb"}


def forward(cast, first: Nomination) -> None:
    """The head of the Bureau hands it over, on a basis of the law."""
    bureau = cast("kepala.kerjasama")
    seen(cast, bureau, "/beranda/")
    start(bureau, at(first), "Forward to the partner")
    bureau.type("Cover letter: number and date", "B-31/BKS/CONTOH")
    bureau.tick("The partner's own forms were handed over outside the portal")
    bureau.choose("Basis for handing over personal data", "Binding safeguards in the agreement")
    finish(cast, bureau, "Forward to the partner")
    assert bureau.status == "Forwarded to the partner"
    cast.look(bureau, *BOTH)


# --- (d) The memorandum with JICA ends in 120 days -----------------------------------------------------------------

ENDS = "It ends in 120 days, on 1 December 2026. Nobody has decided yet whether it is renewed."
MOU = "/kemitraan/DEMO-MOU-JICA/"


def test_d_a_memorandum_near_its_end_is_warned_of_until_a_follow_up_is_opened(cast):
    officer, partner = cast("petugas.kerjasama"), cast("penghubung.jica", PHONE)
    for person in (officer, partner, cast("kepala.kerjasama")):
        home = seen(cast, person, "/beranda/")
        assert "DEMO-MOU-JICA · 1 December 2026 Ends in 120 days, not decided yet" in home
        assert "Ends in 120 days" in seen(cast, person, "/kemitraan/")
        assert ENDS in seen(cast, person, MOU)
    for stranger in ("penghubung.koica", "operator.ntb"):
        home = seen(cast, cast(stranger), "/beranda/")
        assert "DEMO-MOU-JICA" not in home and "Ends in 120 days" not in home
    cast.doors(MOU, shut="penghubung.koica kepala.ilo operator.ntb operator.jatim", open_to="auditor sekjen")
    assert not partner.offers("Renew: open the follow-up agreement")
    act(cast, officer, MOU, "Renew: open the follow-up agreement")
    assert officer.status == "In force"
    follow_up = Agreement.objects.get(follows__code="DEMO-MOU-JICA")
    assert (follow_up.status, follow_up.track, follow_up.partner.code) == ("INITIATED", "CENTRAL", "JICA")
    for person in (officer, partner):
        page = seen(cast, person, MOU)
        assert ENDS not in page and follow_up.code in page
        home = seen(cast, person, "/beranda/")
        assert "not decided yet" not in home
        assert "undecided" not in seen(cast, person, "/kemitraan/")
    assert not officer.offers("Renew: open the follow-up agreement")
    cast.doors(f"/kemitraan/{follow_up.code}/", open_to="penghubung.jica kepala.jica", shut="penghubung.koica")


# --- (e) Central Sulawesi waits for Home Affairs -------------------------------------------------------------------

SHUT = (
    "No answer with its document is recorded yet for: Verification by Home Affairs. "
    "Record the letter and the answer of Ministry of Home Affairs."
)


def test_e_what_waits_at_home_affairs_moves_on_only_with_its_document(cast):
    agreement = Agreement.objects.get(office__code="DISNAKER-72")
    path = f"/kemitraan/{agreement.code}/"
    operator = cast("operator.sulteng", PHONE)
    for name in ("operator.sulteng", "kepala.sulteng", "petugas.kerjasama", "penghubung.jica"):
        assert "waiting 38 days at Ministry of Home Affairs" in seen(cast, cast(name), path), name
        assert "waiting 38 days at Ministry of Home Affairs" in seen(cast, cast(name), "/kemitraan/"), name
    cast.doors(path, shut="penghubung.koica operator.jatim verifikator.ntb")
    nobody_approves_for_home_affairs(cast, agreement, path)
    record_the_answer(cast, operator, agreement, path)
    act(cast, operator, path, "Record the verification result")
    assert operator.status == "Drafting of the text"
    page = seen(cast, operator, path)
    assert "waiting 38 days" not in page and "Approved, 3 Aug 2026 099/4410/SJ" in page
    assert status_of(agreement) == "DRAFTING"
    assert "waiting 38 days" not in seen(cast, cast("petugas.kerjasama"), "/kemitraan/")


def nobody_approves_for_home_affairs(cast, agreement: Agreement, path: str) -> None:
    """Not by pressing, not by sending the act by hand, whatever the role."""
    operator = cast("operator.sulteng")
    operator.go(path)
    assert operator.is_blocked("Record the verification result")
    assert SHUT in words(operator)
    assert SHUT in seen(cast, operator, f"{path}gov_ok/")
    status, said = knocks(cast, "operator.sulteng", f"{path}gov_ok/")
    assert (status, SHUT in said) == (400, True)
    for name in ("kepala.sulteng", "petugas.kerjasama", "kepala.kerjasama", "sekjen", "penghubung.jica"):
        assert knocks(cast, name, f"{path}gov_ok/")[0] == 403, name
    assert status_of(agreement) == "GOV_VERIFICATION"


def record_the_answer(cast, operator, agreement: Agreement, path: str) -> None:
    """Without the document it is no answer; with document, number and date it is."""
    operator.go(path)
    operator.follow(operator.page.get_by_role("link", name=re.compile("^Record the answer")))
    operator.tick("Approved")
    operator.type("Answered on", days_from_now(0))
    operator.type("Number of the answer", "099/4410/SJ")
    cast.look(operator, *BOTH)
    operator.press("Record it")
    cast.look(operator, *BOTH)
    letter = ExternalStep.objects.get(agreement=agreement, step="VERIFICATION")
    assert letter.answered_on is None
    assert operator.field("Number of the answer").input_value() == "099/4410/SJ"
    operator.attach("Document", paper("jawaban.pdf", "Jawaban Kemendagri"))
    operator.press("Record it")
    letter.refresh_from_db()
    assert (letter.result, letter.answer_no, str(letter.answered_on)) == ("APPROVED", "099/4410/SJ", "2026-08-03")


# --- (c) The express offer closes at one moment, read on two clocks ------------------------------------------------

EXPRESS = "Employment Insurance and Public Employment Service"
CLOSED = "Registration has closed. Propose another intake or a tailor-made request."


@contextmanager
def later(cast, moment: dt.datetime):
    """The same people at a later moment, each signed in anew."""
    with time_machine.travel(moment):
        then = Cast(cast.make_page, cast.axe)
        then.wrong = cast.wrong
        yield then


def test_c_the_express_offer_closes_on_friday_at_14_in_the_west_and_16_in_the_east(cast):
    offer = program("KO1")
    west, east = "7 August 2026, 14:00 WIB", "7 August 2026, 14:00 WIB = 16:00 WIT"
    for name, moment, other in (("operator.kab-bekasi", west, "WIT"), ("operator.papua-selatan", east, "WITA")):
        person = cast(name, PHONE)
        page = seen(cast, person, f"/program/{offer.slug}/")
        assert f"Internal deadline: {moment} " in page
        assert f"Your level registers and submits its people Friday, {moment} 4 days left" in page
        listed = seen(cast, person, "/tenggat/").split("Friday, 7 August 2026 1")[1]
        assert listed.startswith(f" {EXPRESS} {offer.code} Korea International Cooperation Agency (KOICA)")
        assert f"4 days left {moment.partition(', ')[2]}" in listed
        assert other not in page
    line = a_line_that_fits(offer)
    path = f"/usulan/baru/?baris={line.pk}&angkatan={offer.intakes.get().pk}"
    closing = dt.datetime(2026, 8, 7, 7, tzinfo=dt.UTC)
    assert offer.internal_deadline == closing
    refused_after_closing(cast, offer, path, closing)
    cast.doors(path, shut="operator.papua-selatan operator.jatim penghubung.jica")
    assert not Proposal.objects.filter(intake__program=offer).exists()


def a_line_that_fits(offer):
    """Bekasi's employment officers want what the offer teaches after all."""
    line = need(7).lines.get()
    line.gaps.update(theme_id=offer.themes.first().theme_id)
    return line


def refused_after_closing(cast, offer, path: str, closing: dt.datetime) -> None:
    """A minute before, the form is open; what is sent a second after is refused, and what was typed stays."""
    with later(cast, closing - dt.timedelta(minutes=1)) as then:
        me = then("operator.kab-bekasi")
        assert CLOSED not in seen(then, me, path)
        me.type("Seats requested", "1")
        with time_machine.travel(closing + dt.timedelta(seconds=1)):
            me.press("Propose", me.form)
            then.look(me, *BOTH)
            assert CLOSED in words(me)
            assert me.field("Seats requested").input_value() == "1"
    with later(cast, closing + dt.timedelta(minutes=10)) as then:
        clock.run()
        offer.refresh_from_db()
        assert offer.status == "CLOSED"
        me = then("operator.kab-bekasi")
        assert "Registration closed" in seen(then, me, f"/program/{offer.slug}/")
        assert not me.offers("Use for our need")
        for name in ("operator.kab-bekasi", "operator.papua-selatan"):
            assert EXPRESS not in seen(then, then(name), "/tenggat/")


# --- (g) An agreement is signed here -------------------------------------------------------------------------------


def test_an_agreement_is_signed_in_the_portal_and_checked_by_anyone(cast, settings, tmp_path):
    with_authority(settings, tmp_path / "ca")
    agreement = ready_with_drafted_texts()
    path = f"/kemitraan/{agreement.code}/"
    me = cast("sekjen")
    me.page.set_default_timeout(60_000)  # two papers are set and signed in one request
    seen(cast, me, path)
    start(me, path, "Record the signing")
    cast.look(me, *BOTH)
    me.choose("How it is signed", str(signing_adapter().offer))
    for label, text in (
        ("Signed on", days_from_now(0)),
        ("Place of signing", "Jakarta"),
        ("Post that signed for the Indonesian side", "Sekretaris Jenderal"),
        ("Post that signed for the other party", "Country Director"),
        ("Takes effect on", days_from_now(0)),
        ("Valid until", days_from_now(1095)),
    ):
        me.type(label, text)
    me.choose("Capacity of the Indonesian signatory", "Holder of the post")
    me.tick("National archive")
    finish(cast, me, "Record the signing")
    assert me.status == "In force"
    assert "Sekretaris Jenderal" in seen(cast, me, path)
    papers = agreement.documents.filter(kind="SIGNED").order_by("language")
    assert [(p.language, p.signing, len(p.reading.signatures)) for p in papers] == [
        ("en", "ELECTRONIC", 1),
        ("id", "ELECTRONIC", 1),
    ]
    for found in papers:
        with found.file.open("rb") as file:
            checked(cast, found.seal.code, file.read(), "Signed document")
    assert "Sample, no legal force" in words(cast(""))
    cast.doors(path, open_to="penghubung.koica", shut="penghubung.jica operator.jatim")


def ready_with_drafted_texts() -> Agreement:
    """The agreement with KOICA about instructors, with texts the portal drafted, as if every review were over."""
    agreement = Agreement.objects.get(status="INITIATED", partner__code="KOICA")
    rows = Agreement.objects.filter(pk=agreement.pk)
    rows.update(
        status="DRAFTING",
        instrument="PKS",
        subject="Pelatihan instruktur",
        scope="Dua angkatan di Incheon.",
        cost_source="Ditanggung mitra",
        place="Incheon",
        duration_months=36,
    )
    for language in ("id", "en"):
        drafting.draft(rows.get(), PaperForm.MEMORANDUM, language, user("petugas.kerjasama"))
    rows.update(status="READY_TO_SIGN")
    return rows.get()


def checked(cast, code: str, content: bytes, kind: str) -> None:
    """A visitor compares the file in the browser: unchanged; with one byte changed it is another."""
    visitor = cast("", PHONE)
    seen(cast, visitor, f"/verify/{code}/")
    assert visitor.page.get_by_role("heading", name=kind).is_visible()
    other = bytearray(content)
    other[len(other) // 2] ^= 1
    for file, tone, said in (
        (content, "green", "The file is this paper, unchanged."),
        (bytes(other), "red", "The file is not this paper: at least one byte differs."),
    ):
        paper = {"name": "berkas.pdf", "mimeType": "application/pdf", "buffer": file}
        visitor.page.set_input_files("#id_file", paper)
        visitor.page.locator(f"[data-verdict] .sg-banner-{tone}").wait_for()
        assert visitor.page.locator("[data-verdict] strong").inner_text() == said
    cast.look(visitor, *BOTH)


# --- (f) From a nomination to the gap, and back --------------------------------------------------------------------

THEME = "Mediation and negotiation in industrial relations"
NAME = "Peserta Contoh 41"
MEMBERS = ("evaluator.ppsdm", "penelaah.phi", "petugas.kerjasama")
HOME_OFFICE = "kepala.ntb operator.ntb"


def test_a_nomination_changes_the_gap_and_its_reversal_restores_every_cell(cast):
    of = seats_in_makassar()
    before = cells()
    record = put_forward(cast, of)
    choose_by_panel(cast, record)
    last = dt.datetime.combine(of.intake.ends, dt.time(10), dt.UTC)
    with later(cast, last) as then:
        hold_the_training(then, record)
    with later(cast, last + dt.timedelta(days=2)) as then:
        open_forms(record)
        tell_reaction_and_tests(then, record)
    with later(cast, last + dt.timedelta(days=91)) as then:
        open_forms(record)
        rate_the_level(then, record)
        the_need_shows(then, of, "1 trained, 8 requested.", "8 1 7", f"{THEME}: 1 → 1.25 → 3 1 person rated at work")
        assert changed(before) == {
            ("people_completed", of.need.pk): (0, 1),
            ("people_trained", of.line.pk): (0, 1),
            ("level_now", of.line.gaps.get().pk): (None, Decimal("1.2500")),
        }
        take_the_completion_back(then, record)
        assert changed(before) == {}
        the_need_shows(then, of, "0 trained, 8 requested.", "8 0 8", f"{THEME}: 1 → – → 3 nobody rated yet")


def seats_in_makassar() -> Proposal:
    """Two seats of the five days in Makassar for the mediators of West Nusa Tenggara, accepted and converted."""
    intake = program("IL2").intakes.get()
    made = propose(
        line=need(2).lines.get(), intake=intake, partner=intake.program.partner, seats=2, actor=user("operator.ntb")
    )
    for name, who, answers in (
        ("review", "verifikator.ppsdm", {}),
        ("send_partner", "kepala.kerjasama", {"summary": summary_for_partner(made)}),
        ("accept", "kepala.ilo", {"note": "Disetujui."}),
        ("convert", "verifikator.ppsdm", {"becomes": "NOMINATION"}),
    ):
        perform(PROPOSAL, name, record=Proposal.objects.get(pk=made.pk), actor=user(who), answers=answers)
    return Proposal.objects.get(pk=made.pk)


def cells() -> dict:
    """Every cell of every need that training may change, and what was filed."""
    found = {}
    for model, names in (
        (TrainingNeed, ("people_completed", "people_requested", "status")),
        (NeedLine, ("people_trained", "requested_total")),
        (CompetencyGap, ("level_now", "current_level", "target_level")),
    ):
        for row in model.objects.values("pk", *names):
            found |= {(name, row["pk"]): row[name] for name in names}
    return found


def changed(before: dict) -> dict:
    """What differs from before: (was, is)."""
    now = cells()
    return {cell: (before[cell], now[cell]) for cell in now if before[cell] != now[cell]}


def put_forward(cast, of: Proposal) -> Nomination:
    """The operator writes, attaches and submits; the head of office endorses."""
    me = cast("operator.ntb", PHONE)
    seen(cast, me, f"/peserta/{of.code}/")
    me.press("Put a person forward")
    for label, text in (
        ("Full name", NAME),
        ("NIP", "99999999 999999 9 041"),
        ("Year of birth", "1990"),
        ("Years in this post", "4"),
        ("Why this training serves the person's duties", "Menangani perselisihan hubungan industrial setiap hari."),
    ):
        me.type(label, text)
    me.tick("Female")
    me.choose("Rank", "First expert (Ahli Pertama)")
    me.choose("Employment status", "Civil servant (PNS)")
    me.choose("Education", "Bachelor's degree (S1/D4)")
    me.choose("English level", "A2 Elementary")
    finish(cast, me, "Save as draft")
    record = Nomination.objects.get(person__name=NAME)
    me.press("Upload a document")
    me.choose("Kind of document", "Curriculum vitae")
    me.attach("File", paper("cv.pdf", "Daftar riwayat hidup"))
    finish(cast, me, "Upload")
    start(me, at(record), "Submit nomination")
    me.tick("The person has read the privacy notice and knows what the partner will be told")
    finish(cast, me, "Submit nomination")
    assert me.status == "Submitted"
    head = cast("kepala.ntb", PHONE)
    seen(cast, head, at(record))
    head.press("Endorse")
    head.type("Number of the nomination letter", "800/41/DISNAKER")
    head.type("Date of the letter", days_from_now(0))
    head.tick("No disciplinary case is open against the person")
    finish(cast, head, "Endorse")
    cast.doors(at(record), open_to=HOME_OFFICE, shut="penghubung.ilo kepala.ilo operator.jatim evaluator.ppsdm")
    return record


def choose_by_panel(cast, record: Nomination) -> None:
    """Screened, scored by three, shortlisted; in the country nobody else is asked."""
    verifier = cast("verifikator.ppsdm")
    seen(cast, verifier, at(record))
    verifier.press("Begin screening")
    verifier.tick("Papers and the conditions in words were checked")
    finish(cast, verifier, "Begin screening")
    head = cast("kepala.ppsdm")
    seen(cast, head, at(record))
    assert head.says("The panel needs 3 score sheets; 0 count so far.")
    for member in MEMBERS:
        score(cast, cast(member), record)
    seen(cast, head, at(record))
    start(head, at(record), "Shortlist")
    head.type("Balance of sex and region", "Satu perempuan dari luar Jawa.")
    finish(cast, head, "Shortlist")
    assert head.status == "Ready to leave"
    cast.doors(at(record), open_to=HOME_OFFICE, shut="operator.jatim penghubung.jica")


def score(cast, me, record: Nomination) -> None:
    """One sheet."""
    seen(cast, me, f"{at(record)}nilai/")
    for criterion in Criterion:
        group = me.page.get_by_role("group", name=str(criterion.label))
        me.tap(group.get_by_text("4 Good", exact=True))
    cast.look(me, *BOTH)
    me.follow(me.form.get_by_role("button"))
    assert me.path == at(record)


def hold_the_training(cast, record: Nomination) -> None:
    """Begun, attended on five of five days, completed; the certificate is downloaded and checked."""
    me = cast("verifikator.ppsdm")
    seen(cast, me, at(record))
    act(cast, me, at(record), "Record attendance begun")
    assert me.is_blocked("Record completion")
    seen(cast, me, f"{at(record)}kehadiran/")
    boxes = me.page.locator('input[name^="all-"]').all()
    assert len(boxes) == 5
    for box in boxes:
        me.tap(me.page.locator(f'label[for="{box.get_attribute("id")}"]'))
    me.press("Save", me.form)
    assert "5 of 5 (100%)" in seen(cast, me, f"{at(record)}kehadiran/")
    start(me, at(record), "Record completion")
    me.type("Lesson hours credited (JP)", "40")
    finish(cast, me, "Record completion")
    assert me.status == "Completed"
    record.refresh_from_db()
    office = cast("operator.ntb", PHONE)
    seen(cast, office, at(record))
    with office.page.expect_download() as coming:
        office.tap(office.control("Certificate (PDF)"))
    content = coming.value.path().read_bytes()
    assert content.startswith(b"%PDF")
    record.refresh_from_db()
    checked(cast, record.certificates.get().seal.code, content, "Certificate")
    public = words(cast(""))
    assert record.certificate_number in public and "NIP" not in public
    cast.doors(f"{at(record)}sertifikat/", open_to=HOME_OFFICE, shut="operator.jatim penghubung.jica sekjen")


def open_forms(record: Nomination) -> None:
    """What the CLOCK does at their time."""
    due = Evaluation.objects.filter(time_has_come(timezone.now()), nomination=record, status="PLANNED")
    for form in due.order_by("pk"):
        perform(EVALUATION, "open", record=form)


def form_of(record: Nomination, level: str) -> str:
    """The address of one form."""
    return f"/peserta/evaluasi/{Evaluation.objects.get(nomination=record, level=level).code}/"


def tell_reaction_and_tests(cast, record: Nomination) -> None:
    """Level 1 by the office for a person without an account, level 2 by PPSDM; no stranger reads either."""
    me = cast("operator.ntb", PHONE)
    seen(cast, me, form_of(record, "L1"))
    me.press("Give your view of the training")
    for statement in ("content", "usefulness", "trainers", "materials", "organisation"):
        me.level(str(Reaction._meta.get_field(statement).verbose_name), "Rather yes")
    me.level(str(Reaction._meta.get_field("recommend").verbose_name), "9")
    cast.look(me, *BOTH)
    me.press("Hand in", me.form)
    verifier = cast("verifikator.ppsdm")
    seen(cast, verifier, f"/peserta/evaluasi/angkatan/{training_code(record.proposal)}/tes/")
    verifier.type(f"Test before, {NAME}", "42")
    verifier.type(f"Test after, {NAME}", "81")
    verifier.press("Save the tests", verifier.form)
    cast.look(verifier, *BOTH)
    states = Evaluation.objects.filter(nomination=record).order_by("level").values_list("level", "status")
    assert dict(states) == {"L1": "DONE", "L2": "DONE", "L3_SELF": "PLANNED", "L3_HEAD": "PLANNED"}
    for level in ("L1", "L2"):
        cast.doors(
            form_of(record, level), open_to="evaluator.ppsdm auditor", shut="operator.jatim penghubung.ilo sekjen"
        )


def rate_the_level(cast, record: Nomination) -> None:
    """Level 3: the own view changes nothing in the need, the supervisor's does."""
    me, head = cast("operator.ntb", PHONE), cast("kepala.ntb", PHONE)
    answer(cast, me, form_of(record, "L3_SELF"), "Say where you stand", "Medium")
    assert CompetencyGap.objects.get(line=record.proposal.line).level_now is None
    answer(cast, head, form_of(record, "L3_HEAD"), "Rate the participant's level", "Medium")
    cast.doors(form_of(record, "L3_HEAD"), open_to="evaluator.ppsdm", shut="operator.jatim penghubung.ilo operator.ntb")


def answer(cast, me, path: str, name: str, level: str) -> None:
    """The level of the competency and how far it is used."""
    seen(cast, me, path)
    me.press(name)
    me.level(THEME, level)
    me.level(str(Behaviour._meta.get_field("used").verbose_name), "Largely")
    cast.look(me, *BOTH)
    me.press("Hand in", me.form)
    cast.look(me, *BOTH)
    assert Evaluation.objects.get(code=path.split("/")[3]).status == "DONE"


def the_need_shows(cast, of: Proposal, count: str, people: str, level: str) -> None:
    """The panel on the page of the need: remaining people and the level now; what was filed stays beside it."""
    for name in ("kepala.ntb", "verifikator.ppsdm"):
        page = seen(cast, cast(name), f"/kebutuhan/{of.need.code}/").split("What training changed", 1)[1]
        assert count in page and people in page and level in page, (name, page[:600])
    cast.doors(f"/kebutuhan/{of.need.code}/", shut="penghubung.ilo kepala.ilo operator.jatim")


def take_the_completion_back(cast, record: Nomination) -> None:
    """The head of PPSDM, not whoever recorded it; the certificate is revoked for everyone who checks it."""
    name, head = "Take the completion back", cast("kepala.ppsdm")
    seen(cast, head, at(record))
    start(head, at(record), name)
    head.type("Why the completion does not stand", "Kehadiran pada pekan itu tercatat untuk orang lain.")
    finish(cast, head, name)
    assert head.status == "Not completed"
    cast.look(head, *BOTH)
    assert "revoked" in seen(cast, cast("", PHONE), f"/verify/{record.certificates.get().seal.code}/").lower()
    states = Evaluation.objects.filter(nomination=record).values_list("status", flat=True)
    assert set(states) == {"VOID"}
    assert "Certificate (PDF)" not in seen(cast, cast("operator.ntb"), at(record))
    assert cast.client("verifikator.ppsdm").get(f"/en{at(record)}reverse_completion/").status_code == 403
