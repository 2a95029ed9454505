"""What people ask about their own data: who answers, until when, what follows, and what is written down."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from notices.models import Notice
from notices.tasks import deliver_pending
from participants import personal, sealing
from participants.lifecycle import CORRECTION
from participants.models import Correction, Nomination, Person, TransferLog
from participants.models import CorrectionStatus as C
from participants.models import NominationStatus as S
from participants.models.backgrounds import Background
from participants.rules.rights import corrections_in_reach
from participants.services import nominations as nominations
from tests import factories
from tests import nomination_factories as make
from tests import rights_factories as rights
from tests.delegation_factories import official, stand_in
from tests.matrices import roles_by_act
from workflow import clock
from workflow.engine import Refused, log_of, may_see, offered, perform
from workflow.reading import seen_by, waiting_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HERE = Path(__file__).parent
NAME, WANTED = "Peserta Contoh Rahasia", "Peserta Contoh Baru"
GROUNDS = "SK pengangkatan nomor 823/2019 memuat ejaan lain."


@pytest.fixture(autouse=True)
def _sample_numbers(settings):
    settings.DEMO = True


@pytest.fixture
def known(abroad, cast):
    return make.person(abroad.line.need.office, 421, name=NAME, account=cast["NOMINEE"])


@pytest.fixture
def unlinked(abroad):
    """A person without an account."""
    return make.person(abroad.line.need.office, 422, name=NAME)


def asked(client, record, name="name", **fields):
    """The request as a person types it."""
    data = {"wanted": WANTED, "grounds": GROUNDS, **fields}
    return client.post(f"/en/peserta/calon/{record.code}/koreksi/{name}/", data)


# --- The table ----------------------------------------------------------------------------------------------


def test_everyone_is_offered_exactly_what_the_procedure_says(abroad, known, cast):
    expected = roles_by_act(HERE / "correction_matrix.txt")
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    found: dict[tuple[str, str], set[str]] = {}
    for state in C.values:
        request = rights.correction(record, state)
        for role, user in cast.items():
            for offer in offered(user, request):
                found.setdefault((state, offer.transition.name), set()).add(role)
        for t in CORRECTION.open_to(request):
            if "CLOCK" in t.who:
                found.setdefault((state, t.name), set()).add("CLOCK")
        if not any(key[0] == state for key in found):
            found[state, "-"] = set()
        Correction.objects.all().delete()
    assert found == expected


@pytest.mark.parametrize(
    ("kind", "field", "acts"),
    [
        ("FIELD", "name", {"accept", "refuse", "hand_on", "withdraw"}),
        ("OTHER", "", {"carry_out", "refuse", "hand_on", "withdraw"}),
        ("CONSENT", "consent_transfer", {"carry_out", "hand_on", "withdraw"}),
    ],
)
def test_a_consent_is_never_refused_and_what_is_asked_in_words_is_done_by_hand(abroad, known, cast, kind, field, acts):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    request = rights.correction(record, kind=kind, field=field)
    assert {offer.transition.name for offer in offered(cast["DINAS_OP"], request)} == acts


def test_it_exists_for_the_person_the_office_ppsdm_and_the_auditor(abroad, known, cast, outsiders):
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known))
    readers = {role for role, user in cast.items() if may_see(CORRECTION, user, request)}
    assert readers == {"NOMINEE", "DINAS_OP", "DINAS_HEAD", "PPSDM_VER", "PPSDM_HEAD", "AUDITOR"}
    assert [user for user in outsiders if may_see(CORRECTION, user, request)] == []


def test_reach_roles_and_people_are_one_rule(abroad, known, cast, outsiders):
    for state in C.values:
        request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known), state)
        for user in [*cast.values(), *outsiders]:
            roles = CORRECTION.roles(user, request)
            assert Correction.objects.filter(corrections_in_reach(user), pk=request.pk).exists() == bool(roles)
            asked_for = [user.acting_role] if roles else [user.acting_role, Role.DINAS_OP]
            if user.acting_role in {"NOMINEE", "DINAS_OP", "DINAS_HEAD", "PPSDM_VER", "PPSDM_HEAD", "AUDITOR"}:
                assert (user in CORRECTION.people(request, asked_for)) == bool(roles), (state, user)
            assert may_see(CORRECTION, user, request) == (request in seen_by(user, CORRECTION.name))
        Correction.objects.all().delete()
        Nomination.objects.all().delete()


def test_whose_turn_it_is(abroad, known, cast):
    found = {}
    for state in C.values:
        request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known), state)
        found[state] = {role for role, user in cast.items() if request in waiting_for(user, CORRECTION.name)}
        Correction.objects.all().delete()
        Nomination.objects.all().delete()
    assert found == {
        "WITH_OFFICE": {"DINAS_OP", "DINAS_HEAD"},
        "WITH_PPSDM": {"PPSDM_VER"},
        "OVERDUE": {"PPSDM_VER", "PPSDM_HEAD"},
        "DONE": set(),
        "REFUSED": set(),
        "WITHDRAWN": set(),
    }


DESKS = """
SUBMITTED     WITH_OFFICE
RETURNED      WITH_OFFICE
ORG_ENDORSED  WITH_PPSDM
SCREENING     WITH_PPSDM
RESERVE       WITH_PPSDM
FORWARDED     WITH_PPSDM
ATTENDING     WITH_PPSDM
COMPLETED     WITH_OFFICE
WITHDRAWN     WITH_OFFICE
"""


@pytest.mark.parametrize("row", DESKS.strip().splitlines())
def test_the_office_answers_until_ppsdm_judges_on_the_data(abroad, known, browser, row):
    state, desk = row.split()
    record = make.nomination(abroad, state, who=known)
    response = asked(browser("NOMINEE"), record)
    request = Correction.objects.get()
    assert (response.status_code, response.url) == (302, f"/en/peserta/koreksi/{request.code}/")
    assert request.status == desk


# --- The clock ----------------------------------------------------------------------------------------------


def test_an_answer_is_due_three_times_24_hours_after_the_request(abroad, known, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    asked(browser("NOMINEE"), record)
    request = Correction.objects.get()
    assert request.due_at - request.asked_at == dt.timedelta(hours=72)
    assert abs(request.asked_at - timezone.now()) < dt.timedelta(minutes=5)


def late(request, hours: int):
    """Move a request back in time."""
    then = timezone.now() - dt.timedelta(hours=hours)
    Correction.objects.filter(pk=request.pk).update(
        asked_at=then, status_since=then, due_at=then + dt.timedelta(hours=72)
    )


def test_handing_it_on_gives_nobody_more_time(abroad, known, cast):
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known))
    late(request, 70)
    request.refresh_from_db()
    answers = {"reason": "Data ini dinilai PPSDM."}
    done = perform(CORRECTION, "hand_on", record=request, actor=cast["DINAS_OP"], answers=answers)
    assert (done.status, done.due_at) == ("WITH_PPSDM", request.due_at)


@pytest.mark.parametrize(("hours", "mark"), [(35, 0), (37, 50), (58, 80)])
def test_reminders_come_at_half_and_at_four_fifths(abroad, known, hours, mark):
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known))
    late(request, hours)
    clock.run()
    request.refresh_from_db()
    assert (request.status, request.reminded) == ("WITH_OFFICE", mark)


@pytest.mark.parametrize("state", ["WITH_OFFICE", "WITH_PPSDM"])
def test_silence_goes_to_the_head_of_ppsdm_and_the_auditor_and_is_never_an_answer(abroad, known, cast, state):
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known), state)
    late(request, 73)
    clock.run()
    clock.run()
    request.refresh_from_db()
    assert (request.status, request.person.name) == ("OVERDUE", NAME)
    assert request.due_at < timezone.now()
    assert [(e.action, e.role) for e in log_of(request)] == [("run_over", "CLOCK")]
    deliver_pending()
    told = set(Notice.objects.filter(record_code=request.code).values_list("user__email", flat=True))
    roles = ("NOMINEE", "DINAS_OP", "DINAS_HEAD", "PPSDM_VER", "PPSDM_HEAD", "AUDITOR")
    assert told == {cast[role].email for role in roles}


def test_those_who_answer_are_told_at_once_when_a_person_asks(abroad, known, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    asked(browser("NOMINEE"), record)
    deliver_pending()
    told = {notice.user.email: notice for notice in Notice.objects.filter(flow="participants.correction")}
    assert set(told) == {cast[role].email for role in ("DINAS_OP", "DINAS_HEAD", "PPSDM_HEAD")}
    for notice in told.values():
        text = json.dumps([notice.subject_id, notice.subject_en, notice.comment, notice.path, notice.changes])
        assert NAME not in text and WANTED not in text and GROUNDS not in text


# --- What follows -------------------------------------------------------------------------------------------


def test_accepting_writes_the_value_and_the_log_names_the_field_only(abroad, known, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    asked(browser("NOMINEE"), record)
    request = Correction.objects.get()
    response = browser("DINAS_HEAD").post(f"/en/peserta/koreksi/{request.code}/accept/", {"note": "Cocok dengan SK."})
    assert response.status_code == 302
    known.refresh_from_db()
    request.refresh_from_db()
    assert (known.name, request.status, request.answer) == (WANTED, "DONE", "Cocok dengan SK.")
    assert [(e.action, e.data) for e in log_of(record).exclude(action="read")] == [
        ("correct", {"fields": ["name"], "request": request.code})
    ]
    texts = json.dumps([[e.data, e.comment] for e in [*log_of(record), *log_of(request)]])
    assert NAME not in texts and WANTED not in texts and GROUNDS not in texts


TYPED = [
    ("sex", "M", "M"),
    ("birth_year", "1984", 1984),
    ("post", "PKERJA", "PKERJA"),
    ("rank", "AHLI_MADYA", "AHLI_MADYA"),
    ("employment_status", "PPPK", "PPPK"),
    ("education", "S2", "S2"),
    ("english", "C1", "C1"),
    ("years_in_post", "7", 7),
    ("last_abroad_year", "2019", 2019),
]


@pytest.mark.parametrize(("field", "typed", "kept"), TYPED)
def test_every_field_is_asked_for_and_written_as_the_offices_form_would(
    abroad, known, cast, browser, field, typed, kept
):
    factories.post("PKERJA")
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    assert asked(browser("NOMINEE"), record, field, wanted=typed).status_code == 302
    perform(CORRECTION, "accept", record=Correction.objects.get(), actor=cast["DINAS_HEAD"], answers={})
    person = Person.objects.get(pk=known.pk)
    assert (person.post_id if field == "post" else getattr(person, field)) == kept


def test_every_correctable_field_is_tried():
    assert {field for field, _typed, _kept in TYPED} | {"name", "nip"} == set(personal.CORRECTABLE)


def test_a_corrected_number_is_sealed_and_never_shown(abroad, known, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    assert asked(browser("NOMINEE"), record, "nip", wanted="99999999 999999 9 555").status_code == 302
    request = Correction.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM participants_correction c")
        assert make.number(555) not in cursor.fetchone()[0]
    perform(CORRECTION, "accept", record=request, actor=cast["DINAS_HEAD"], answers={})
    known.refresh_from_db()
    assert (sealing.unseal(known.nip_sealed), known.nip_tail) == (make.number(555), "555")


def test_the_wanted_number_is_masked_save_where_it_is_checked(abroad, known, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    request = rights.correction(record, field="nip", wanted=make.number(555))
    page, accept = request.get_absolute_url(), f"{request.get_absolute_url()}accept/"

    def whole(role, url):
        return make.number(555) in browser(role).get(url).content.decode()

    assert {role: whole(role, page) for role in ("NOMINEE", "DINAS_HEAD", "DINAS_OP", "PPSDM_VER", "AUDITOR")} == {
        "NOMINEE": False, "DINAS_HEAD": False, "DINAS_OP": False, "PPSDM_VER": False, "AUDITOR": False,
    }  # fmt: skip
    assert "•••555" in browser("AUDITOR").get(page).content.decode()
    assert whole("DINAS_HEAD", accept)  # against the decree, by the one who decides now
    assert not whole("PPSDM_VER", accept) and not whole("DINAS_HEAD", f"{request.get_absolute_url()}refuse/")


def test_a_year_no_key_opens_any_more_removes_nothing(abroad, known, cast, settings):
    Person.objects.filter(pk=known.pk).update(last_abroad_year=2019)
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    request = rights.correction(record, field="last_abroad_year", wanted="2018")
    settings.PERSONAL_DATA_KEYS = ["another key that opens nothing of what was sealed before"]
    with pytest.raises(Refused):
        perform(CORRECTION, "accept", record=request, actor=cast["DINAS_HEAD"], answers={})
    known.refresh_from_db()
    assert known.last_abroad_year == 2019


@pytest.mark.parametrize("name", ["Peserta\u202eContoh", "Peserta\u200bContoh", "Peserta\x07Contoh"])
def test_a_name_with_hidden_characters_is_refused(abroad, known, browser, name):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    response = asked(browser("NOMINEE"), record, wanted=name)
    assert response.status_code == 400 and "hidden characters" in response.content.decode()
    assert not Correction.objects.exists()


def test_a_name_is_one_line(abroad, known, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    assert asked(browser("NOMINEE"), record, wanted="Peserta\r\nKepala  Dinas").status_code == 302
    assert Correction.objects.get().wanted == "Peserta Kepala Dinas"


def test_lists_of_an_intake_and_lists_to_sign_are_told_as_looks(abroad, known, cast, browser):
    record = make.nomination(abroad, S.READY, who=known)
    intake = f"/peserta/angkatan/{abroad.program.code}/{abroad.intake.number}/"
    browser("PPSDM_VER").get(intake)
    assert b"".join(browser("BIROKS_OFF").get(f"{intake}daftar-hadir.xlsx").streaming_content)
    assert b"".join(browser("DINAS_HEAD").get(f"/peserta/{abroad.code}/daftar-hadir.xlsx").streaming_content)
    (held,) = browser("NOMINEE").get("/en/data-saya/").context["held"]
    assert held.nominations[0].record.pk == record.pk
    assert [r.code for r in held.nominations[0].readings] == ["PPSDM_VER", "BIROKS_OFF", "DINAS_HEAD"]


def test_a_number_of_somebody_else_in_the_office_is_refused_with_a_sentence(abroad, known, unlinked, cast):
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known), field="nip", wanted=make.number(422))
    with pytest.raises(Refused, match="NIP"):
        perform(CORRECTION, "accept", record=request, actor=cast["DINAS_HEAD"], answers={})
    request.refresh_from_db()
    assert request.status == "WITH_OFFICE"


def test_what_was_found_before_is_found_anew(aceh, jica, known, cast):
    of = make.seats(aceh, jica, min_years=5)
    record = make.nomination(of, S.SCREENING, who=known, findings_at=timezone.now(), findings=[])
    request = rights.correction(record, C.WITH_PPSDM, field="years_in_post", wanted="2")
    perform(CORRECTION, "accept", record=request, actor=cast["PPSDM_VER"], answers={})
    record.refresh_from_db()
    assert [finding["code"] for finding in record.findings] == ["years"]


def test_the_partner_is_told_that_data_changed_and_the_transfer_is_logged(abroad, known, cast, browser):
    record = make.nomination(abroad, S.FORWARDED, who=known)
    first = TransferLog.objects.create(
        nomination=record, recipient=abroad.partner, fields=["name"], country="JP", basis="SAFEGUARDS",
        made_by=cast["BIROKS_HEAD"], at=record.forwarded_at,
    )  # fmt: skip
    request = rights.correction(record, C.WITH_PPSDM)
    perform(CORRECTION, "accept", record=request, actor=cast["PPSDM_VER"], answers={})
    [later] = TransferLog.objects.exclude(pk=first.pk)
    assert (later.recipient, later.fields, later.country, later.basis, later.made_by) == (
        abroad.partner, ["name"], "JP", "SAFEGUARDS", cast["PPSDM_VER"],
    )  # fmt: skip
    deliver_pending()
    told = Notice.objects.filter(flow="participants.nomination", action="correct").values_list("user__email", flat=True)
    assert set(told) == {cast["PARTNER_OFF"].email, cast["PARTNER_HEAD"].email}
    assert "What was told" in browser("PARTNER_OFF").get(f"/en/peserta/calon/{record.code}/").content.decode()


@pytest.mark.parametrize(
    ("state", "field", "wanted"), [("SCREENING", "name", WANTED), ("FORWARDED", "employment_status", "PPPK")]
)
def test_a_partner_hears_of_nothing_it_was_never_told(abroad, known, cast, state, field, wanted):
    record = make.nomination(abroad, state, who=known)
    perform(
        CORRECTION, "accept", actor=cast["PPSDM_VER"], answers={},
        record=rights.correction(record, C.WITH_PPSDM, field=field, wanted=wanted),
    )  # fmt: skip
    deliver_pending()
    assert TransferLog.objects.count() == 0
    assert Notice.objects.filter(flow="participants.nomination", action="correct").count() == 0


def test_a_refusal_gives_the_person_its_reason(abroad, known, cast, browser):
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known))
    url = f"/en/peserta/koreksi/{request.code}/refuse/"
    assert browser("DINAS_HEAD").post(url, {"reason": "Tidak."}).status_code == 400
    reason = "Ejaan pada surat keputusan sama dengan yang tercatat sekarang."
    assert browser("DINAS_HEAD").post(url, {"reason": reason}).status_code == 302
    assert reason in browser("NOMINEE").get(f"/en/peserta/koreksi/{request.code}/").content.decode()
    assert Person.objects.get().name == NAME


@pytest.mark.parametrize(
    "text", [f"Nama {NAME} sudah sesuai dengan surat keputusan.", "NIP 99999999 999999 9 421 sudah benar, lihat SK."]
)
def test_an_answer_names_nobody(abroad, known, browser, text):
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known))
    response = browser("DINAS_HEAD").post(f"/en/peserta/koreksi/{request.code}/refuse/", {"reason": text})
    assert response.status_code == 400
    assert [entry.action for entry in log_of(request)] == ["read"]


# --- Nobody answers themselves ------------------------------------------------------------------------------


def test_who_recorded_a_request_does_not_answer_it(abroad, unlinked, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=unlinked)
    letter = {"letter_number": "12/2026", "letter_date": "2026-01-05", "received_on": str(timezone.localdate())}
    assert asked(browser("DINAS_OP"), record, **letter).status_code == 302
    request = Correction.objects.get()
    offers = {o.transition.name: o.enabled for o in offered(cast["DINAS_OP"], request)}
    assert (offers["accept"], offers["refuse"], offers["withdraw"]) == (False, False, True)
    assert {o.transition.name: o.enabled for o in offered(cast["DINAS_HEAD"], request)}["accept"] is True


def test_the_person_has_one_role_on_their_own_request_whatever_they_act_as(abroad, cast):
    head = cast["DINAS_HEAD"]
    person = make.person(abroad.line.need.office, 430, account=head)
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=person))
    assert CORRECTION.roles(head, request) == {"NOMINEE"}
    assert {o.transition.name for o in offered(head, request)} == {"withdraw"}


def test_nor_does_whoever_stands_in_for_the_person(abroad, cast):
    head = cast["DINAS_HEAD"]
    person = make.person(abroad.line.need.office, 431, account=head)
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=person))
    deputy = official(abroad.line.need.office)
    stand_in(head, deputy, scopes=[CORRECTION.name])
    accept = next(o for o in offered(deputy, request) if o.transition.name == "accept")
    assert accept.enabled is False


def test_a_namesake_without_a_linked_account_does_not_answer(abroad, unlinked, cast):
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=unlinked))
    cast["DINAS_HEAD"].name = "Dr. PESERTA  contoh rahasia, M.M."
    cast["DINAS_HEAD"].save()
    accept = next(o for o in offered(cast["DINAS_HEAD"], request) if o.transition.name == "accept")
    assert accept.enabled is False


# --- Asking -------------------------------------------------------------------------------------------------


def test_two_requests_about_one_field_are_one_too_many(abroad, known, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    assert asked(browser("NOMINEE"), record).status_code == 302
    response = asked(browser("NOMINEE"), record, wanted="Nama Ketiga")
    assert response.status_code == 409
    assert "Nama Ketiga" in response.content.decode()
    assert Correction.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("name", NAME),
        ("birth_year", "1800"),
        ("birth_year", "x"),
        ("rank", "KAISAR"),
        ("post", "NIX"),
        ("nip", "123"),
        ("sex", ""),
        ("other", "kurang"),
    ],
)
def test_nonsense_gets_a_sentence_and_keeps_what_was_typed(abroad, known, browser, name, wanted):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    response = asked(browser("NOMINEE"), record, name, wanted=wanted)
    assert response.status_code == 400
    assert GROUNDS in response.content.decode() and "error" in response.content.decode().lower()
    assert Correction.objects.count() == 0


@pytest.mark.parametrize("name", ["nip_hash", "office", "account", "emptied_at", "consent_transfer", "consent_x", "x"])
def test_only_what_can_be_corrected_has_a_page(abroad, known, browser, name):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    assert browser("NOMINEE").get(f"/en/peserta/calon/{record.code}/koreksi/{name}/").status_code == 404


def test_nobody_asks_for_others(abroad, known, browser, outsiders):
    record = make.nomination(abroad, S.FORWARDED, who=known)
    url = f"/en/peserta/calon/{record.code}/koreksi/name/"
    found = {
        role: browser(role).get(url).status_code for role in ("DINAS_OP", "DINAS_HEAD", "PPSDM_VER", "PARTNER_OFF")
    }
    assert found == {"DINAS_OP": 403, "DINAS_HEAD": 403, "PPSDM_VER": 403, "PARTNER_OFF": 403}
    assert {browser(user).get(url).status_code for user in outsiders} == {404}


def test_a_letter_starts_the_clock_with_the_end_of_the_day_it_came_in(abroad, unlinked, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=unlinked)
    day = timezone.localdate() - dt.timedelta(days=2)
    letter = {"letter_number": "12/2026", "letter_date": str(day), "received_on": str(day)}
    asked(browser("DINAS_OP"), record, **letter)
    request = Correction.objects.get()
    assert timezone.localtime(request.asked_at).replace(tzinfo=None) == dt.datetime.combine(day, dt.time(23, 59, 59))
    assert (request.letter_number, request.letter_date, request.is_by_letter) == ("12/2026", day, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("letter_number", ""),
        ("letter_number", f"Surat {NAME}"),
        ("letter_number", "99999999 999999 9 422"),
        ("letter_date", ""),
        ("received_on", "2999-01-01"),
        ("received_on", "2019-01-01"),
    ],
)
def test_the_letter_is_needed_and_says_nothing_about_the_person(abroad, unlinked, browser, field, value):
    record = make.nomination(abroad, S.SUBMITTED, who=unlinked)
    letter = {"letter_number": "12/2026", "letter_date": "2026-01-05", "received_on": str(timezone.localdate())}
    assert asked(browser("DINAS_OP"), record, **{**letter, field: value}).status_code == 400
    assert Correction.objects.count() == 0


def test_reading_a_request_of_somebody_else_is_written_down(abroad, known, cast, browser):
    request = rights.correction(make.nomination(abroad, S.SUBMITTED, who=known))
    for role in ("NOMINEE", "AUDITOR", "DINAS_OP"):
        assert browser(role).get(request.get_absolute_url()).status_code == 200
    assert [(e.actor, e.action) for e in log_of(request)] == [(cast["AUDITOR"], "read"), (cast["DINAS_OP"], "read")]


def test_the_list_names_nobody_and_costs_the_same_for_one_and_thirty(abroad, known, browser):
    def queries():
        with CaptureQueries() as found:
            text = browser("PPSDM_VER").get("/en/peserta/koreksi/").content.decode()
        assert NAME not in text and WANTED not in text
        return len(found)

    record = make.nomination(abroad, S.SUBMITTED, who=known)
    rights.correction(record, "DONE")
    queries()  # vocabularies and counts of the frame are kept from here on
    one = queries()
    for _n in range(24):
        rights.correction(record, "DONE")
    assert queries() == one


class CaptureQueries:
    """Counts what a block asks the database."""

    def __enter__(self):
        from django.test.utils import CaptureQueriesContext

        self.inner = CaptureQueriesContext(connection)
        return self.inner.__enter__()

    def __exit__(self, *error):
        return self.inner.__exit__(*error)


# --- Consents -----------------------------------------------------------------------------------------------


def transferred(record, cast, basis="CONSENT"):
    return TransferLog.objects.create(
        nomination=record, recipient=record.proposal.partner, fields=["name"], country="JP", basis=basis,
        made_by=cast["BIROKS_HEAD"], at=timezone.now(),
    )  # fmt: skip


def test_a_consent_to_the_transfer_is_taken_back_and_is_no_basis_any_more(abroad, known, cast, browser):
    record = make.nomination(abroad, S.FORWARDED, who=known)
    transferred(record, cast)
    url = f"/en/peserta/calon/{record.code}/koreksi/consent_transfer/"
    assert browser("NOMINEE").post(url, {"grounds": ""}).status_code == 302
    request = Correction.objects.get()
    answers = {"done": "Mitra diminta menghapus datanya."}
    perform(CORRECTION, "carry_out", record=request, actor=cast["PPSDM_VER"], answers=answers)
    deliver_pending()
    told = Notice.objects.filter(action="consent_end").values_list("user__email", flat=True)
    assert set(told) == {cast["PARTNER_OFF"].email, cast["PARTNER_HEAD"].email}
    assert browser("NOMINEE").get(url).status_code == 404  # taken back once is taken back
    other = make.nomination(make.seats(abroad.line.need.office, abroad.partner), S.SHORTLISTED, who=known)
    forward = {"letter": "B-7", "forms": True, "basis": "CONSENT"}
    with pytest.raises(Refused):
        perform(other.flow, "forward", record=other, actor=cast["BIROKS_HEAD"], answers=forward)
    perform(other.flow, "forward", record=other, actor=cast["BIROKS_HEAD"], answers={**forward, "basis": "EQUAL"})


def test_after_that_a_correction_is_not_sent_to_the_partner_on_the_consent(abroad, known, cast):
    record = make.nomination(abroad, S.FORWARDED, who=known)
    transferred(record, cast)
    rights.correction(record, "DONE", kind="CONSENT", field="consent_transfer")
    request = rights.correction(record, C.WITH_PPSDM)
    perform(CORRECTION, "accept", record=request, actor=cast["PPSDM_VER"], answers={})
    assert TransferLog.objects.count() == 1


def test_a_request_for_accommodation_goes_with_its_consent(abroad, known, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=known)
    background = Background(person=known)
    background.hold_accommodation("Kursi dekat pintu.", timezone.localdate())
    background.save()
    url = f"/en/peserta/calon/{record.code}/koreksi/consent_accommodation/"
    assert browser("NOMINEE").post(url, {"grounds": ""}).status_code == 302
    answers = {"done": "Permintaan dihapus dari profil."}
    perform(CORRECTION, "carry_out", record=Correction.objects.get(), actor=cast["DINAS_OP"], answers=answers)
    background.refresh_from_db()
    assert (background.accommodation_sealed, background.accommodation_consent_on) == ("", None)


# --- One's own data -----------------------------------------------------------------------------------------


def taken_along(client):
    response = client.get("/data-saya/unduh/")
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert "no-store" in response["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_a_person_takes_a_copy_of_everything_along(abroad, known, cast, browser):
    record = make.nomination(abroad, S.FORWARDED, who=known)
    make.paper(record, "CV")
    make.sheets(record, cast["EVAL"], cast["DITJEN_REV"], cast["BIROKS_OFF"])
    transferred(record, cast)
    browser("PPSDM_VER").get(record.get_absolute_url())
    archive = taken_along(browser("NOMINEE"))
    names = archive.namelist()
    assert {"data.json", "data.html", "paper.css", f"{record.code.lower()}/01-cv.pdf"} <= set(names)
    data = json.loads(archive.read("data.json"))
    [person] = data["people"]
    [nomination] = person["nominations"]
    assert (person["profile"]["name"], person["profile"]["nip"]) == (NAME, make.number(421))
    assert nomination["TransferLog"][0]["recipient"] == "JICA"
    assert (nomination["panel"]["sheets"], nomination["panel"]["mean"]) == (3, 16.0)
    assert [reading["role"] for reading in nomination["read_by"]] == ["PPSDM_VER"]
    assert data["account"]["email"] == cast["NOMINEE"].email
    assert NAME in archive.read("data.html").decode()
    assert log_of(record).filter(actor=cast["NOMINEE"]).get().data == {"export": True}


def test_the_page_masks_the_number_and_names_no_official(abroad, known, cast, browser):
    record = make.nomination(abroad, S.FORWARDED, who=known)
    make.sheets(record, cast["EVAL"], cast["DITJEN_REV"], cast["BIROKS_OFF"])
    browser("PPSDM_VER").get(record.get_absolute_url())
    text = browser("NOMINEE").get("/en/data-saya/").content.decode()
    assert NAME in text and "•••••••••••••••421" in text and make.number(421) not in re.sub(r"\s", "", text)
    assert [user.name for role, user in cast.items() if role != "NOMINEE" and user.name in text] == []


def test_the_panel_stays_unknown_while_it_sits(abroad, known, cast, browser):
    record = make.nomination(abroad, S.SCREENING, who=known)
    make.sheets(record, cast["EVAL"], cast["DITJEN_REV"], cast["BIROKS_OFF"])
    [nomination] = json.loads(taken_along(browser("NOMINEE")).read("data.json"))["people"][0]["nominations"]
    assert nomination["panel"] == {}


def test_the_page_costs_the_same_for_one_nomination_and_for_ten(aceh, jica, known, cast, browser):
    def queries() -> int:
        with CaptureQueries() as found:
            assert browser("NOMINEE").get("/en/data-saya/").status_code == 200
        return len(found)

    make.paper(make.nomination(make.seats(aceh, jica), S.CLOSED, who=known))
    few = queries()
    for _n in range(9):
        make.paper(make.nomination(make.seats(aceh, jica), S.CLOSED, who=known))
    assert queries() - few <= 9 * 2  # the history of each nomination is a read of its own


def test_who_has_no_nomination_is_told_how_to_ask(cast, browser):
    page = browser("LEGAL").get("/en/data-saya/")
    assert page.status_code == 200 and "No nomination is linked" in page.content.decode()
    assert browser("LEGAL").get("/data-saya/unduh/").status_code == 404


def test_a_number_alone_opens_nobodys_data(abroad, known, bali, browser):
    """Another office entered the same number: what it holds is not shown to whoever has an account here."""
    make.nomination(abroad, S.SUBMITTED, who=known)
    make.person(bali, 421, name="Nama Lain")
    assert "Nama Lain" not in browser("NOMINEE").get("/data-saya/").content.decode()


def test_the_operator_hands_a_copy_over_on_a_letter_and_with_the_number_masked(abroad, unlinked, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED, who=unlinked)
    url = f"/en/peserta/calon/{record.code}/data/"
    assert browser("DINAS_OP").get(url).status_code == 200
    assert browser("DINAS_OP").post(url, {}).status_code == 400
    letter = {"letter_number": "12/2026", "letter_date": "2026-01-05", "received_on": "2026-01-06"}
    response = browser("DINAS_OP").post(url, letter)
    data = json.loads(zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))).read("data.json"))
    assert data["people"][0]["profile"]["nip"] == "•••••••••••••••422" and data["account"] is None
    [entry] = log_of(record).filter(action="read")
    assert (entry.actor, entry.data) == (cast["DINAS_OP"], {"export": True, **letter})


def test_nobody_else_makes_a_copy(abroad, known, unlinked, browser, outsiders):
    linked = make.nomination(abroad, S.FORWARDED, who=known)
    other = make.nomination(abroad, S.FORWARDED, who=unlinked)
    for role in ("DINAS_HEAD", "PPSDM_VER", "AUDITOR", "PARTNER_OFF"):
        assert browser(role).get(f"/en/peserta/calon/{other.code}/data/").status_code == 403, role
    assert browser("DINAS_OP").get(f"/en/peserta/calon/{linked.code}/data/").status_code == 403
    assert browser("NOMINEE").get(f"/en/peserta/calon/{other.code}/data/").status_code == 404
    assert browser("NOMINEE").get(f"/en/peserta/calon/{linked.code}/data/").url == "/en/data-saya/"
    assert {browser(user).get(f"/en/peserta/calon/{linked.code}/data/").status_code for user in outsiders} == {404}


# --- The lists ----------------------------------------------------------------------------------------------


def test_every_field_about_a_person_is_told_or_kept_back_for_a_reason():
    """A new model or field has to be placed in `participants/personal.py`."""
    models = {model.__name__: model for model in apps.get_app_config("participants").get_models()}
    assert set(models) == set(personal.DECLARED) | set(personal.NOBODY)
    wrong = {}
    for name, declared in personal.DECLARED.items():
        fields = {field.name for field in models[name]._meta.fields}
        told, back = set(declared.told), set(declared.kept_back)
        if told | back != fields or told & back or not all(declared.kept_back.values()):
            wrong[name] = {"missing": fields - told - back, "gone": (told | back) - fields, "twice": told & back}
        for field in declared.emptied:
            assert field in fields, (name, field)
    assert wrong == {}
