"""Personal data of nominees: who reads what, where the staff number never is, what is written down about reading."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import re

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from django.views.debug import SafeExceptionReporterFilter

from accounts.roles import Role
from notices.models import Notice, Outbox
from notices.tasks import deliver_pending
from participants import sealing, urls
from participants.models import Correction, Nomination, NominationPaper, Person, TransferLog
from participants.models import NominationStatus as S
from participants.rules import certificates
from participants.services import nominations as services
from participants.views.rosters import nominate
from tests import factories
from tests import nomination_factories as make
from tests import rights_factories as rights
from tests.delegation_factories import stand_in
from workflow.engine import log_of, perform
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
NUMBER = make.number(421)
SPACED = "99999999 999999 9 421"
NAME = "Peserta Contoh Rahasia"


@pytest.fixture(autouse=True)
def _sample_numbers(settings):
    settings.DEMO = True


@pytest.fixture
def known(abroad, cast):
    """A nomination of somebody whose name and number are looked for everywhere."""
    return make.person(abroad.line.need.office, 421, name=NAME, account=cast["NOMINEE"])


def typed(**fields) -> dict:
    data = {
        "name": NAME,
        "nip": SPACED,
        "sex": "F",
        "birth_year": "1985",
        "post": "MEDHI",
        "rank": "AHLI_MUDA",
        "employment_status": "PNS",
        "education": "S1_D4",
        "english": "B2",
        "years_in_post": "6",
        "relevance": "Menangani perselisihan hubungan industrial setiap hari.",
    }
    return data | fields


def has_number(text: str) -> bool:
    return NUMBER in re.sub(r"[\s.\-]", "", text)


# --- At rest ------------------------------------------------------------------------------------------------


def test_the_number_is_nowhere_in_the_database(known):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p)::text FROM participants_person p")
        rows = [row[0] for row in cursor.fetchall()]
    assert len(rows) == 1 and not has_number(rows[0])
    assert sealing.unseal(known.nip_sealed) == NUMBER
    assert (known.nip_tail, known.nip_masked) == ("421", "•••••••••••••••421")


def test_twice_the_same_number_looks_different_and_is_found_all_the_same(known, bali):
    other = make.person(bali, 421)
    assert other.nip_sealed != known.nip_sealed
    assert other.nip_hash == known.nip_hash


def test_the_fingerprint_is_keyed(settings):
    before = sealing.fingerprint(NUMBER)
    settings.PERSONAL_DATA_KEYS = ["another key of at least thirty-two characters"]
    assert sealing.fingerprint(NUMBER) != before
    assert before != hashlib.sha256(NUMBER.encode()).hexdigest()


def test_a_new_key_seals_and_the_old_one_still_opens(known, settings):
    old = settings.PERSONAL_DATA_KEYS
    settings.PERSONAL_DATA_KEYS = ["a new key of at least thirty-two characters", *old]
    assert sealing.unseal(known.nip_sealed) == NUMBER
    call_command("resealpersons", verbosity=0)
    settings.PERSONAL_DATA_KEYS = settings.PERSONAL_DATA_KEYS[:1]
    person = Person.objects.get()
    assert sealing.unseal(person.nip_sealed) == NUMBER
    assert person.nip_hash == sealing.fingerprint(NUMBER)


def test_without_the_key_nothing_opens_and_screens_still_work(abroad, known, settings, browser):
    record = make.nomination(abroad, S.ACCEPTED, who=known)
    settings.PERSONAL_DATA_KEYS = ["a key that never sealed anything, long enough"]
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(known.nip_sealed)
    assert "•••••••••••••••421" in browser("DINAS_OP").get(record.get_absolute_url()).content.decode()


def test_one_number_stands_once_in_an_office(abroad, known):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.person(abroad.line.need.office, 421)


def test_neither_name_nor_number_is_in_what_objects_call_themselves(abroad, known):
    record = make.nomination(abroad, S.ACCEPTED, who=known)
    make.paper(record)
    shown = [known, record, *record.papers.all(), *record.clearance.all()]
    for thing in shown:
        for words in (str(thing), repr(thing)):
            assert NAME not in words and not has_number(words), words
    assert NAME not in str(record.title)


def test_nothing_is_collected_that_must_not_be():
    words = {"nik", "passport", "blood", "health", "medical", "bank", "account_number", "religion", "birth_date"}
    columns = {f.name for model in (Person, Nomination) for f in model._meta.get_fields()}
    assert columns & words == set()
    kinds = set(NominationPaper._meta.get_field("kind").flatchoices[n][0] for n in range(4))
    assert kinds == {"CV", "LANGUAGE", "RELEASE", "REPORT"}


# --- On the way ---------------------------------------------------------------------------------------------


def walk_in_the_browser(of, browser) -> Nomination:
    """From the form to the partner, by hand."""
    operator = browser("DINAS_OP")
    assert operator.post(f"/en/peserta/{of.code}/usulkan/", typed()).status_code == 302
    record = Nomination.objects.get()
    base = record.get_absolute_url()
    for kind in ("CV", "LANGUAGE", "RELEASE"):
        upload = factories.pdf(f"{kind} {NAME} {NUMBER}.pdf")
        assert operator.post(f"{base}berkas/", {"kind": kind, "file": upload}).status_code == 302
    assert operator.post(f"{base}submit/", {"notice_read": "on"}).status_code == 302
    letter = {"letter_number": "800/1", "letter_date": "2026-01-05", "no_case": "on", "stay_years": "2"}
    assert browser("DINAS_HEAD").post(f"{base}endorse/", letter).status_code == 302
    assert browser("PPSDM_VER").post(f"{base}screen/", {"papers_read": "on"}).status_code == 302
    sheet = {"relevance": "5", "competence": "4", "language": "3", "plan": "4"}
    for role in ("EVAL", "DITJEN_REV", "BIROKS_OFF"):
        assert browser(role).post(f"{base}nilai/", sheet).status_code == 302
    choice = {"place": "1", "balance": "Satu perempuan dari luar Jawa."}
    assert browser("PPSDM_HEAD").post(f"{base}shortlist/", choice).status_code == 302
    forward = {"letter": "B-7/2026", "forms": "on", "basis": "SAFEGUARDS"}
    assert browser("BIROKS_HEAD").post(f"{base}forward/", forward).status_code == 302
    record.refresh_from_db()
    assert record.status == "FORWARDED"
    return record


def test_name_and_number_leave_no_trace_in_log_notices_and_mail(abroad, cast, browser, caplog):
    caplog.set_level(logging.DEBUG)
    walk_in_the_browser(abroad, browser)
    deliver_pending()
    traces = {
        "log": [json.dumps([e.data, e.comment, e.record_code]) for e in LogEntry.objects.all()],
        "notices": [
            json.dumps([n.comment, n.subject_id, n.subject_en, n.path, n.changes]) for n in Notice.objects.all()
        ],
        "mail": [json.dumps(row, default=str) for row in Outbox.objects.values()],
        "console": [entry.getMessage() for entry in caplog.records],
    }
    assert len(traces["log"]) == 12 and len(traces["notices"]) > 3
    for where, lines in traces.items():
        assert [line for line in lines if NAME in line or has_number(line)] == [], where


READERS = ("NOMINEE", "DINAS_OP", "DINAS_HEAD", "PPSDM_VER", "PPSDM_HEAD", "BIROKS_HEAD", "AUDITOR", "PARTNER_OFF")


@pytest.mark.parametrize("role", READERS)
def test_no_page_and_no_address_holds_the_whole_number(abroad, known, browser, role):
    record = make.nomination(abroad, S.FORWARDED, who=known)
    client = browser(role)
    pages = ["/beranda/", "/peserta/", f"/peserta/{abroad.code}/", f"/peserta/calon/{record.code}/", "/cari/?q=421",
             "/tenggat/", f"/usulan/{abroad.code}/", "/pemberitahuan/"]  # fmt: skip
    pages += [f"/peserta/calon/{record.code}/{t.name}/" for t in record.flow.leaving("FORWARDED")]
    read = 0
    for address in pages:
        response = client.get(address, follow=True)
        text = response.content.decode()
        assert not has_number(text), address
        assert not has_number(" ".join(re.findall(r'(?:href|action|src)="([^"]*)"', text))), address
        read += response.status_code == 200
    assert read >= 5


def test_the_edit_form_does_not_hand_the_number_back(abroad, known, browser):
    record = make.nomination(abroad, who=known)
    page = browser("DINAS_OP").get(f"/en/peserta/calon/{record.code}/isi/").content.decode()
    assert not has_number(page) and "•••••••••••••••421" in page


@pytest.mark.parametrize("ending", ["", "isi/", "data/", "berkas/", "withdraw/", "koreksi/name/"])
def test_pages_with_personal_data_are_kept_by_nobody(abroad, known, browser, ending):
    record = make.nomination(abroad, who=known)
    response = browser("NOMINEE").get(f"/en/peserta/calon/{record.code}/{ending}")
    assert "no-store" in response["Cache-Control"]


def test_an_error_report_shows_nothing_that_was_typed(abroad, cast, rf: RequestFactory):
    request = rf.post("/peserta/x/usulkan/", typed())
    request.user = cast["DINAS_OP"]
    try:
        nominate(request, code="US-2026-0000")
    except Exception:
        pass
    cleaned = SafeExceptionReporterFilter().get_post_parameters(request)
    assert NAME not in str(cleaned) and not has_number(str(cleaned))


def test_a_long_number_in_a_text_is_refused(abroad, known, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    url = f"{record.get_absolute_url()}return/"
    response = browser("DINAS_HEAD").post(url, {"reason": f"NIP {SPACED} tidak sesuai dengan SK."})
    assert response.status_code == 400
    assert [entry.action for entry in log_of(record)] == ["read"]
    assert Nomination.objects.get().status == "SUBMITTED"


def test_the_persons_name_in_a_text_is_refused(abroad, known, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    url = f"{record.get_absolute_url()}return/"
    response = browser("DINAS_HEAD").post(url, {"reason": f"Surat untuk {NAME.upper()} belum ditandatangani."})
    assert response.status_code == 400
    assert [entry.action for entry in log_of(record)] == ["read"]


# --- The partner --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", ["DRAFT", "SUBMITTED", "ORG_ENDORSED", "SCREENING", "RETURNED", "SHORTLISTED", "RESERVE"]
)
def test_a_partner_learns_of_nobody_before_the_nomination_is_forwarded(abroad, known, browser, state):
    record = make.nomination(abroad, state, who=known)
    for role in ("PARTNER_OFF", "PARTNER_HEAD"):
        client = browser(role)
        assert client.get(f"/peserta/calon/{record.code}/").status_code == 404
        for address in ("/peserta/", f"/peserta/{abroad.code}/", f"/usulan/{abroad.code}/", f"/cari/?q={record.code}"):
            text = client.get(address).content.decode()
            assert NAME not in text and f"/peserta/calon/{record.code}" not in text, address


def test_after_that_a_partner_reads_exactly_the_fields_that_were_forwarded(abroad, known, browser):
    record = make.nomination(abroad, S.FORWARDED, who=known, waiver_reason="Rahasia dinas.", stay_years=2)
    make.paper(record)
    response = browser("PARTNER_OFF").get(f"/en/peserta/calon/{record.code}/")
    assert [row["label"] for row in response.context["person_rows"]] == [
        "Full name",
        "Sex",
        "Year of birth",
        "Office",
        "Post",
        "Rank",
        "Education",
        "English level",
        "Years in this post",
    ]
    text = response.content.decode()
    for hidden in (
        "•••••••••••••••421",
        "421",
        "Rahasia dinas.",
        record.relevance,
        "Curriculum vitae",
        "Civil servant",
    ):
        assert hidden not in text, hidden
    paper = record.papers.first()
    assert browser("PARTNER_OFF").get(f"/en/peserta/calon/{record.code}/berkas/{paper.pk}/").status_code == 404


def test_a_partners_history_begins_when_it_was_told(abroad, known, cast, browser):
    record = make.nomination(abroad, S.SCREENING, who=known)
    make.paper(record)
    perform(
        record.flow, "return", record=record, actor=cast["PPSDM_VER"], answers={"reason": "Nilai tes terlalu lama."}
    )
    perform(record.flow, "resubmit", record=record, actor=cast["DINAS_OP"], answers={"summary": "Nilai tes baru."})
    Nomination.objects.filter(pk=record.pk).update(panel_size=3)
    choice = {"place": 1, "balance": "Seimbang menurut jenis kelamin."}
    perform(record.flow, "shortlist", record=record, actor=cast["PPSDM_HEAD"], answers=choice)
    forward = {"letter": "B-7", "forms": True, "basis": "CONSENT"}
    perform(record.flow, "forward", record=record, actor=cast["BIROKS_HEAD"], answers=forward)
    partner = browser("PARTNER_OFF").get(f"/en/peserta/calon/{record.code}/").content.decode()
    assert "Nilai tes terlalu lama." not in partner and "Forwarded to the partner" in partner
    assert "Nilai tes terlalu lama." in browser("DINAS_OP").get(f"/en/peserta/calon/{record.code}/").content.decode()


def test_a_partner_counts_only_those_it_knows(abroad, known, browser):
    make.nomination(abroad, S.SHORTLISTED, who=known)
    make.nomination(abroad, S.FORWARDED)
    response = browser("PARTNER_OFF").get(f"/en/peserta/{abroad.code}/")
    assert len(response.context["rows"]) == 1 and response.context["counts"].people == 1


def test_a_partner_in_the_country_is_never_told_names(at_home, browser):
    record = make.nomination(at_home, S.ATTENDING)
    assert browser("PARTNER_OFF").get(record.get_absolute_url()).status_code == 404


# --- Other offices ------------------------------------------------------------------------------------------


def test_provinces_and_other_offices_have_no_page_for_it(abroad, known, browser, outsiders):
    record = make.nomination(abroad, S.ACCEPTED, who=known)
    for user in [*outsiders, "PROV_VER", "LEGAL", "SEKJEN", "ADMIN"]:
        client = browser(user)
        for address in (f"/peserta/calon/{record.code}/", f"/peserta/calon/{record.code}/izin/"):
            assert client.get(address).status_code == 404, user
        assert record.code not in client.get("/peserta/").content.decode()
    assert Client().get(f"/peserta/calon/{record.code}/").status_code == 302


def test_a_double_nomination_is_told_to_ppsdm_without_the_other_office(abroad, known, bali, koica, browser):
    record = make.nomination(abroad, S.SCREENING, who=known)
    there = make.seats(bali, koica)
    other = make.nomination(there, S.ACCEPTED, who=make.person(bali, 421, name="Nama di Bali"))
    page = browser("PPSDM_VER").get(f"/en/peserta/calon/{record.code}/").content.decode()
    assert "nominated for another training at the same time" in page
    assert all(secret not in page for secret in ("Bali", other.code, there.code))
    office = browser("DINAS_OP").get(f"/en/peserta/calon/{record.code}/").content.decode()
    assert "nominated for another training" not in office


# --- What is written down -----------------------------------------------------------------------------------


def test_reading_somebodys_data_is_written_down_once_an_hour(abroad, known, cast, browser):
    record = make.nomination(abroad, S.FORWARDED, who=known)
    for role in ("PPSDM_VER", "PPSDM_VER", "PARTNER_OFF", "NOMINEE"):
        assert browser(role).get(record.get_absolute_url()).status_code == 200
    assert [(e.actor, e.role, e.data) for e in log_of(record).filter(action="read")] == [
        (cast["PPSDM_VER"], "PPSDM_VER", {"role": "PPSDM_VER"}),
        (cast["PARTNER_OFF"], "PARTNER_OFF", {"role": "PARTNER_OFF"}),
    ]


def test_reading_a_roster_is_written_down_with_the_proposal(abroad, known, cast, browser):
    make.nomination(abroad, S.FORWARDED, who=known)
    browser("PPSDM_VER").get(f"/peserta/{abroad.code}/")
    assert [(e.actor, e.data) for e in log_of(abroad).filter(action="read")] == [
        (cast["PPSDM_VER"], {"nominations": 1})
    ]
    page = browser("DINAS_OP").get(f"/en/usulan/{abroad.code}/").content.decode()
    assert "Personal data read" not in page


def test_the_auditor_reads_who_read(abroad, known, browser):
    record = make.nomination(abroad, S.FORWARDED, who=known)
    browser("PPSDM_VER").get(record.get_absolute_url())
    page = browser("AUDITOR").get(f"/en/audit/participants.nomination/{record.code}/").content.decode()
    assert "Personal data read" in page and NAME not in page


def test_a_list_that_names_nobody_is_not_written_down(abroad, known, browser):
    make.nomination(abroad, S.FORWARDED, who=known)
    browser("PPSDM_VER").get("/peserta/")
    assert LogEntry.objects.filter(action="read").count() == 0


def test_a_paper_leaves_under_a_neutral_name_and_is_written_down(abroad, known, cast, browser):
    record = make.nomination(abroad, S.SCREENING, who=known)
    make.paper(record, "CV")
    paper = record.papers.get()
    response = browser("PPSDM_VER").get(f"/peserta/calon/{record.code}/berkas/{paper.pk}/")
    b"".join(response.streaming_content)
    assert response["Content-Disposition"] == f'attachment; filename="{record.code}-CV.pdf"'
    assert "no-store" in response["Cache-Control"]
    [entry] = log_of(record).filter(action="download")
    assert entry.data == {"kind": "CV", "sha256": paper.sha256}


def test_what_is_changed_is_named_and_not_quoted(abroad, known, cast):
    record = make.nomination(abroad, who=known)
    profile = {name: getattr(known, name) for name in services.PROFILE} | {"name": "Nama Baru", "birth_year": 1984}
    services.change(record, profile=profile, nip=make.number(422), relevance=record.relevance, actor=cast["DINAS_OP"])
    [entry] = log_of(record).filter(action="change")
    assert entry.data == {"fields": ["birth_year", "name", "nip"]}


# --- What slips past a first look ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Siti Aminah, S.H., M.H.", "Surat untuk Siti Aminah, S.H., M.H. belum ada."),
        ("Siti Aminah, S.H.", "Surat untuk siti  aminah belum ada."),
        ("R.M. Budi (Alm.)", "Surat untuk R.M. Budi (Alm.) belum ada."),
        ("Siti Aminah", "NIK 1171014505850001 tidak sesuai."),
        ("Siti Aminah", "NIK 1171 0145 0585 0001 tidak sesuai."),
    ],
)
def test_names_with_degrees_and_identity_numbers_are_refused(abroad, browser, name, text):
    record = make.nomination(abroad, S.SUBMITTED, who=make.person(abroad.line.need.office, name=name))
    assert browser("DINAS_HEAD").post(f"{record.get_absolute_url()}return/", {"reason": text}).status_code == 400
    assert [entry.action for entry in log_of(record)] == ["read"]


def test_words_and_dates_that_only_look_like_it_are_taken(abroad, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=make.person(abroad.line.need.office, name="Sri, S.H."))
    text = "Sriwijaya: 2026-01-05 - 2026-01-09, surat 800.1.11/123/2026, S.H. dilampirkan."
    assert browser("DINAS_HEAD").post(f"{record.get_absolute_url()}return/", {"reason": text}).status_code == 302


def test_between_two_keys_a_person_is_still_the_same_person(abroad, known, aceh, koica, settings, browser):
    settings.PERSONAL_DATA_KEYS = ["a new key of at least thirty-two characters", *settings.PERSONAL_DATA_KEYS]
    assert browser("DINAS_OP").post(f"/en/peserta/{abroad.code}/usulkan/", typed()).status_code == 302
    assert Nomination.objects.get().person == known
    call_command("resealpersons", verbosity=0)
    assert Person.objects.get().nip_hash == sealing.fingerprint(NUMBER)


def test_what_others_decide_on_is_not_changed_through_a_second_nomination(abroad, known, aceh, koica, browser):
    first = make.nomination(abroad, S.FORWARDED, who=known)
    second = make.seats(aceh, koica)
    url = f"/en/peserta/{second.code}/usulkan/"
    account = {"account": str(known.account_id)}
    changed = browser("DINAS_OP").post(url, typed(name="Nama Lain", education="S2", **account))
    known.refresh_from_db()
    assert (changed.status_code, known.name, Nomination.objects.get()) == (409, NAME, first)
    assert browser("DINAS_OP").post(url, typed(**account)).status_code == 302
    draft = Nomination.objects.exclude(pk=first.pk).get()
    edit = typed(name="Nama Lain", nip="", version=str(draft.version), **account)
    assert browser("DINAS_OP").post(f"{draft.get_absolute_url()}isi/", edit).status_code == 409
    known.refresh_from_db()
    assert known.name == NAME


def test_nobody_takes_back_the_certificate_of_whom_they_stand_in_for(abroad, known, cast, ppsdm):
    delegate = factories.member(Role.EVAL, ppsdm)
    stand_in(cast["PPSDM_HEAD"], delegate)
    done = make.nomination(abroad, S.COMPLETED, who=known, certificate_number="1/2026")
    assert certificates.may_correct(delegate, done)
    done.person.account = cast["PPSDM_HEAD"]
    assert not certificates.may_correct(delegate, done)


@pytest.mark.parametrize("action", ["withdraw", "return"])
def test_what_the_head_of_office_never_endorsed_is_the_offices_own(abroad, known, cast, browser, action):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    actor = cast["DINAS_HEAD"]
    perform(record.flow, action, record=record, actor=actor, answers={"reason": "Berhalangan sampai akhir tahun."})
    for role in ("PPSDM_VER", "PPSDM_HEAD", "BIROKS_OFF", "BIROKS_HEAD"):
        assert browser(role).get(record.get_absolute_url()).status_code == 404
        assert record.code not in browser(role).get("/peserta/").content.decode()
        assert not Notice.objects.filter(user=cast[role]).exists()
    assert browser("AUDITOR").get(record.get_absolute_url()).status_code == 200
    assert browser("DINAS_OP").get(record.get_absolute_url()).status_code == 200


def test_a_paper_swapped_meanwhile_sends_the_endorser_back_to_read_it(abroad, known, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    make.paper(record)
    url = record.get_absolute_url()
    letter = {"letter_number": "800/1", "letter_date": "2026-01-05", "no_case": "on", "stay_years": "2"}
    letter["version"] = str(record.version)
    swapped = {"kind": "RELEASE", "file": factories.pdf("baru.pdf")}
    assert browser("DINAS_OP").post(f"{url}berkas/", swapped).status_code == 302
    assert browser("DINAS_HEAD").post(f"{url}endorse/", letter).status_code == 409
    assert Nomination.objects.get().status == "SUBMITTED"


# --- Every page, every mail, every file ---------------------------------------------------------------------

PARTS = ("Rahasiawan", "Tersembunyi", NUMBER, "999999 9 421", f"{NUMBER[:8]}")
"""Parts of the name and of the number; none of them occurs anywhere else."""
BEFORE = ("DRAFT", "SUBMITTED", "ORG_ENDORSED", "SCREENING", "RETURNED", "SHORTLISTED", "RESERVE")
LISTS = (
    "/beranda/", "/peserta/", "/usulan/", "/tenggat/", "/pemberitahuan/", "/kemitraan/", "/peserta/koreksi/",
    "/data-saya/", "/cari/?q=NM-2026", "/cari/?q=421", "/transparansi/", "/privasi/",
)  # fmt: skip


@pytest.fixture
def hidden(abroad, cast):
    """A person whose name is made of words that stand nowhere else."""
    return make.person(abroad.line.need.office, 421, name="Rahasiawan Tersembunyi, S.H.", account=cast["NOMINEE"])


def addresses_of(record) -> list[str]:
    """Every address of this room that takes the code of a nomination or of its proposal, and of its own request."""
    found = []
    request = rights.correction(record)
    for pattern in urls.urlpatterns:
        wanted = pattern.pattern.converters
        values = {
            "code": record.proposal.code if pattern.name in OF_PROPOSALS else record.code,
            "pk": 1, "action": "withdraw", "name": "name", "paper": "nota-dinas", "lang": "id", "kind": "pdf",
        }  # fmt: skip
        if pattern.name in {"correction", "act_correction"}:
            values["code"] = request.code
        if set(wanted) <= set(values):
            with contextlib.suppress(NoReverseMatch):
                found.append(reverse(f"participants:{pattern.name}", kwargs={name: values[name] for name in wanted}))
    return found


FILES = r"unduh/|/surat/.|sertifikat/$|\.\w+$"
"""Addresses that answer with a file; they hold no links."""

OF_PROPOSALS = {
    "roster", "nominate", "bulk", "sheet", "days", "sign_in", "roster_papers", "roster_bundle", "evaluations_of",
}  # fmt: skip


def text_of(response) -> str:
    """Whatever came back, as text; archives and PDFs by their raw bytes."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", "replace") + str(response.headers)


def leaks(text: str) -> list[str]:
    return [part for part in PARTS if part in text]


OUTSIDE = ("bali_operator", "koica_liaison", "inspection_reviewer", "PROV_VER", "SEKJEN", "ADMIN")


@pytest.mark.parametrize(
    ("state", "others"), [*((state, ()) for state in BEFORE if state != "SHORTLISTED"), ("SHORTLISTED", OUTSIDE)]
)
def test_no_page_tells_a_partner_or_another_office_of_somebody_before_forwarding(
    abroad, hidden, browser, request, state, others
):
    record = make.nomination(abroad, state, who=hidden)
    make.paper(record)
    pages = [*LISTS, *addresses_of(record), f"/usulan/{abroad.code}/", abroad.program.get_absolute_url()]
    wrong, read = [], 0
    for reader in ("PARTNER_OFF", *others):
        client = browser(reader if reader.isupper() else request.getfixturevalue(reader))
        for page in pages:
            response = client.get(page)
            read += response.status_code == 200
            if leaks(text_of(response)):
                wrong.append((reader, page, response.status_code))
    assert wrong == []
    assert len(pages) >= 25 and read >= 8 * (1 + len(others))


def test_no_address_on_any_page_of_anybody_says_something_about_the_person(abroad, hidden, cast, browser):
    record = make.nomination(abroad, S.FORWARDED, who=hidden)
    make.paper(record)
    found, pages = [], [*LISTS[:8], *(page for page in addresses_of(record) if not re.search(FILES, page))]
    for role in READERS:
        client = browser(role)
        for page in pages:
            response = client.get(page)
            text = text_of(response)
            links = re.findall(r'(?:href|action|src|data-[a-z-]+|hx-[a-z-]+|id|name|class)="([^"]*)"', text)
            found += [(role, page) for link in [*links, response.get("Location", "")] if leaks(link)]
            found += [(role, page) for title in re.findall(r"<title>(.*?)</title>", text, re.S) if leaks(title)]
    assert found == []


def test_a_request_leaves_no_trace_of_the_person_in_log_notices_mail_and_console(abroad, hidden, cast, browser, caplog):
    caplog.set_level(logging.DEBUG)
    record = make.nomination(abroad, S.FORWARDED, who=hidden)
    TransferLog.objects.create(
        nomination=record, recipient=abroad.partner, fields=["name"], country="JP", basis="SAFEGUARDS",
        made_by=cast["BIROKS_HEAD"], at=record.forwarded_at,
    )  # fmt: skip
    asked = {"wanted": "Rahasiawan Tersembunyi Sekali", "grounds": "Ejaan Rahasiawan pada SK."}
    url = f"/en/peserta/calon/{record.code}/koreksi/name/"
    assert browser("NOMINEE").post(url, asked).status_code == 302
    request = Correction.objects.get()
    accept = f"/en/peserta/koreksi/{request.code}/accept/"
    assert browser("PPSDM_VER").post(accept, {"note": "Cocok dengan SK."}).status_code == 302
    text_of(browser("NOMINEE").get("/data-saya/unduh/"))
    deliver_pending()
    traces = {
        "log": [json.dumps([e.data, e.comment, e.record_code]) for e in LogEntry.objects.all()],
        "notices": [json.dumps(list(row), default=str) for row in Notice.objects.values_list()],
        "mail": [json.dumps(row, default=str) for row in Outbox.objects.values()],
        "sent": [f"{message.subject}\n{message.body}" for message in mail.outbox],
        "console": [entry.getMessage() for entry in caplog.records if not entry.name.startswith("django.db.backends")],
    }
    assert len(traces["log"]) >= 4 and len(traces["notices"]) >= 4
    assert {where: [line for line in lines if leaks(line)] for where, lines in traces.items()} == {
        where: [] for where in traces
    }


def test_lists_as_files_hold_no_number_and_for_partners_nobody_before_forwarding(abroad, hidden, browser):
    """Whatever can be downloaded from the pages of the room, by those who work there and by the partner."""
    make.nomination(abroad, S.SHORTLISTED, who=hidden)
    for role in ("PARTNER_OFF", "DINAS_OP", "PPSDM_HEAD", "AUDITOR"):
        client = browser(role)
        for page in (f"/peserta/{abroad.code}/", "/peserta/"):
            text = client.get(page).content.decode()
            for link in set(re.findall(r'href="([^"]*(?:\.xlsx|\.csv|\.pdf|\.ics|unduh/)[^"]*)"', text)):
                body = text_of(client.get(link))
                assert NUMBER not in body, (role, link)
                assert role != "PARTNER_OFF" or not leaks(body), (role, link)
