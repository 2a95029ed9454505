"""The demo scenario, seeded once: where everything stands, what matching finds, what the data never holds."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from docx import Document

from accounts.models import Membership, User
from accounts.roles import Role
from participants.models import AttendanceMark, CertificateNumber, Evaluation, Nomination, Result
from partnerships.matching import judge
from partnerships.models import Agreement, AgreementDocument, ExternalStep, Proposal, Suggestion
from partnerships.services.suggestions import intake_facts, line_facts
from portal.demo import accounts, scenario
from portal.demo.days import SCENARIO_MONDAY, Days
from portal.demo.needs import SAMPLES
from portal.demo.papers import pdf
from programs.models import Intake, Program, ProgramFile
from regions.lifecycle import NEED
from regions.models import CoverLetter, Evidence, NeedLine, TrainingNeed
from tests.demo_records import need, program, user
from workflow.audit import broken_links
from workflow.calendar import is_working_day, working_days_between
from workflow.engine import Refused, perform
from workflow.models import LogEntry

WIB = ZoneInfo("Asia/Jakarta")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

BACKEND = "portal.demo.backend.DemoAwareBackend"


def key_of(intake: Intake) -> str:
    return intake.program.partner_reference.removeprefix("CONTOH-")


# --- Where everything stands ----------------------------------------------------------------------

NEED_STATES = """
1 DISNAKER-52 IN_FULFILMENT
2 DISNAKER-52 APPROVED
3 DISNAKER-5203 PROV_REVIEW
4 DISNAKER-32 APPROVED
5 DISNAKER-3218 MIN_REVIEW
6 DISNAKER-3279 PROV_REVIEW
7 DISNAKER-3216 APPROVED
8 DISNAKER-33 TECH_REVIEW
9 DISNAKER-3374 DRAFT
10 DISNAKER-3322 APPROVED
11 DISNAKER-35 APPROVED
12 BPVP-SDA IN_FULFILMENT
13 DISNAKER-36 APPROVED
14 DISNAKER-2171 RETURNED
15 DISNAKER-12 APPROVED
16 DISNAKER-7206 APPROVED
17 DISNAKER-72 APPROVED
18 BPVP-BTG MIN_REVIEW
19 DISNAKER-53 APPROVED
20 DISNAKER-5371 MERGED
21 DISNAKER-81 APPROVED
22 DISNAKER-93 APPROVED
23 DISNAKER-9671 DRAFT
24 DISNAKER-9401 REJECTED
25 DISNAKER-9401 MIN_REVIEW
"""
"""Number 6 is signed a moment before seeding: the portal passes a submitted need on at once."""


def test_every_need_stands_where_the_scenario_puts_it():
    found = [f"{number} {need(number).office.code} {need(number).status}" for number in range(1, len(SAMPLES) + 2)]
    assert found == NEED_STATES.strip().splitlines()
    assert TrainingNeed.objects.filter(cycle__year=timezone.localdate().year).count() == 25


def test_last_years_needs_were_met_by_a_training_that_is_over():
    found = TrainingNeed.objects.filter(cycle__year=timezone.localdate().year - 1).order_by("code")
    assert list(found.values_list("office__code", "status", "people_requested", "people_completed")) == [
        ("DISNAKER-53", "FULFILLED", 5, 5),
        ("DISNAKER-33", "IN_FULFILMENT", 3, 2),
    ]
    states = Nomination.objects.filter(proposal__intake__program=program("IL0"))
    assert sorted(states.values_list("status", flat=True)) == [
        *["CLOSED"] * 3,
        "COMPLETED",
        *["FOLLOW_UP"] * 3,
        "INCOMPLETE",
    ]


def test_the_past_training_has_its_attendance_by_day():
    marks = AttendanceMark.objects.filter(nomination__proposal__intake__program=program("IL0"))
    by_person = [n.attendance for n in Nomination.objects.filter(pk__in=marks.values("nomination")).order_by("pk")]
    assert [found.is_enough for found in by_person] == [True] * 7 + [False]
    assert sum(found.days_present for found in by_person) == marks.filter(mark="P").count()


def test_all_four_levels_of_the_past_training_were_asked_and_one_rating_is_still_due():
    forms = Evaluation.objects.filter(proposal__intake__program=program("IL0"))
    found = Counter(f"{level} {status}" for level, status in forms.values_list("level", "status"))
    assert found == {
        "L1 DONE": 6,
        "L1 MISSED": 1,
        "L2 DONE": 7,
        "L3_SELF DONE": 6,
        "L3_SELF OPEN": 1,
        "L3_HEAD DONE": 6,
        "L3_HEAD OPEN": 1,
        "L4 DONE": 1,
        "L4 OPEN": 1,
    }
    [result] = Result.objects.all()
    assert (result.achieved, result.confirmed_by) == (61, user("evaluator.ppsdm"))
    assert set(forms.filter(level="L4").values_list("status", "proposal__line__need__office__code")) == {
        ("DONE", "DISNAKER-53"),
        ("OPEN", "DISNAKER-33"),
    }


def test_certificates_of_the_past_training_carry_the_series_of_their_year():
    numbers = CertificateNumber.objects.order_by("serial")
    assert list(numbers.values_list("serial", flat=True)) == [1, 2, 3, 4, 5, 6, 7]
    assert {number.year for number in numbers} == {number.given_at.astimezone(WIB).year for number in numbers}


def test_two_seats_in_japan_are_taken_and_two_reserves_stand_behind_them():
    found = Nomination.objects.filter(proposal__intake__program=program("JA1")).order_by("-status", "place_in_order")
    assert [(n.status, n.place_in_order, n.due_at is not None) for n in found if n.status == "RESERVE"] == [
        ("RESERVE", 1, False),
        ("RESERVE", 2, False),
    ]
    assert sorted(n.status for n in found) == ["ACCEPTED", "FORWARDED", "RESERVE", "RESERVE"]


PROGRAM_STATES = {
    "IL0": "COMPLETED",
    "JA1": "OPEN",
    "JA2": "PUBLISHED",
    "JA3": "CLOSED",
    "JA4": "OPEN",
    "JA5": "VERIFICATION",
    "JA6": "PUBLISHED",
    "JA7": "DRAFT",
    "KO1": "OPEN",
    "KO2": "OPEN",
    "KO3": "PUBLISHED",
    "KO4": "RUNNING",
    "KO5": "RETURNED",
    "IL1": "OPEN",
    "IL2": "OPEN",
    "IL3": "OPEN",
    "IL4": "SUBMITTED",
    "IL5": "PUBLISHED",
    "PS1": "OPEN",
}


def test_every_programme_stands_where_the_scenario_puts_it():
    found = {p.partner_reference.removeprefix("CONTOH-"): p.status for p in Program.objects.all()}
    assert found == PROGRAM_STATES


PROPOSAL_STATES = """
1 JA1 2 CONVERTED
2 PS1 5 PROPOSED
4 KO2 10 PARTNER_REVIEW
11 JA6 14 PARTNER_REVIEW
12 KO3 6 ACCEPTED
13 JA2 4 WAITLISTED
16 KO2 2 REVIEW
17 - 10 REVIEW
17 JA2 2 DECLINED
19 IL5 12 RETURNED
22 - 5 PROPOSED
"""


def test_proposals_stand_on_every_step_of_the_road():
    found = [
        f"{int(p.need.code[-4:])} {key_of(p.intake) if p.intake else '-'} {p.seats_requested} {p.status}"
        for p in Proposal.objects.filter(line__need__cycle__year=timezone.localdate().year).select_related(
            "line__need", "intake__program"
        )
    ]
    assert sorted(found, key=lambda row: (int(row.split()[0]), row)) == PROPOSAL_STATES.strip().splitlines()


def test_sidoarjo_is_being_met_through_an_accepted_proposal():
    accepted = Proposal.objects.get(status="ACCEPTED", intake__program=program("KO3"))
    assert (accepted.need, accepted.seats_allotted) == (need(12), 6)
    assert need(12).people_accepted == 6
    assert Intake.objects.get(program=program("KO3")).seats_taken == 6


def test_what_the_partner_reads_names_nobody():
    sent = Proposal.objects.exclude(partner_summary="")
    assert sent.count() == 7
    for proposal in sent:
        assert "@" not in proposal.partner_summary


SEATS = {
    "IL0": 8,
    "JA1": 2,
    "JA2": 2,
    "JA3": 1,
    "JA4": 16,
    "JA5": 12,
    "JA6": 14,
    "KO1": 2,
    "KO2": 15,
    "KO3": 15,
    "KO4": 2,
    "KO5": 120,
    "IL1": 120,
    "IL2": 30,
    "IL3": 2,
    "IL4": 30,
    "IL5": 40,
    "PS1": 30,
}


def test_programmes_offer_the_seats_of_the_scenario():
    found: dict[str, int] = {}
    for intake in Intake.objects.select_related("program"):
        found[key_of(intake)] = found.get(key_of(intake), 0) + intake.seats
    assert found == SEATS


def test_no_clock_changes_the_scenario_in_its_first_minute():
    from workflow import clock

    before = dict(Program.objects.values_list("pk", "status")) | dict(
        TrainingNeed.objects.values_list("code", "status")
    )
    assert clock.run() == 0
    after = dict(Program.objects.values_list("pk", "status")) | dict(TrainingNeed.objects.values_list("code", "status"))
    assert after == before


def test_the_scenario_asks_for_212_people_of_14_provinces_and_6_island_groups():
    rows = [need(number) for number in range(1, 25)]
    assert sum(row.people_requested for row in rows) == 212
    assert len({row.office.province_code for row in rows}) == 14
    assert {row.office.office.region.island_group for row in rows} == {
        "Sumatera",
        "Jawa",
        "Bali–Nusa Tenggara",
        "Sulawesi",
        "Maluku",
        "Papua",
    }


# --- Scores ---------------------------------------------------------------------------------------


def test_the_inspectors_of_west_nusa_tenggara_score_68_9_in_band_b():
    found = need(1)
    assert (found.score, found.band, found.score_frozen) == (Decimal("68.9"), "B", True)
    assert [(p["name"], p["points"]) for p in found.score_parts] == [
        ("quantity", 20.4),
        ("quality", 12.5),
        ("mandate", 15.0),
        ("equity", 5.0),
        ("urgency", 10.0),
        ("readiness", 6.0),
    ]
    assert found.national_number.startswith("KEB-") and found.national_number.endswith("-52-0001")


def test_the_managers_of_south_papua_score_72_9_in_band_a():
    found = need(22)
    assert (found.score, found.band) == (Decimal("72.9"), "A")
    assert [p["points"] for p in found.score_parts] == [19.4, 12.5, 15.0, 15.0, 7.0, 4.0]


# --- What matching finds --------------------------------------------------------------------------

SUGGESTED = {
    1: {"IL1"},
    2: {"PS1", "IL2"},
    4: {"KO2", "IL2"},
    7: set(),
    10: {"KO3"},
    11: {"JA2", "JA6"},
    12: {"KO3"},
    13: {"JA2"},
    15: {"IL1"},
    16: {"IL2"},
    17: set(),
    19: {"IL5"},
    21: set(),
    22: set(),
}
"""Every need that is matched, and the programmes suggested for it without a waiver."""

WITH_WAIVER = {2: {"KO2"}, 16: {"KO2"}, 17: {"JA2"}}


def suggestions(**filters) -> dict[int, set[str]]:
    """Number of the need -> keys of programmes among its stored results."""
    found: dict[int, set[str]] = {}
    rows = Suggestion.objects.filter(**filters, line__need__cycle__year=timezone.localdate().year)
    rows = rows.select_related("line__need", "intake__program")
    for row in rows:
        found.setdefault(int(row.line.need.code[-4:]), set()).add(key_of(row.intake))
    return found


def test_each_approved_need_gets_the_suggestions_of_the_scenario():
    found = suggestions(eligible=True)
    assert {number: found.get(number, set()) for number in SUGGESTED} == SUGGESTED
    assert set(found) <= set(SUGGESTED)


def test_programmes_that_only_need_a_waiver_are_marked_so():
    found = suggestions(waivable=True)
    assert found == WITH_WAIVER


def failures(number: int, key: str) -> list[str]:
    row = Suggestion.objects.get(line__need=need(number), intake__program=program(key))
    return [failure["code"] for failure in row.failures]


def test_korean_employment_insurance_is_kept_from_bekasi_by_its_theme():
    assert "theme" in failures(7, "KO1")


def test_basic_training_is_kept_from_the_contract_mediators_of_morowali():
    assert failures(16, "PS1") == ["employment"]


def later(number: int, key: str) -> set[str]:
    """What would still be in the way once the need is approved and the programme published."""
    lines = line_facts(NeedLine.objects.filter(need=need(number)))
    intakes = intake_facts(Intake.objects.filter(program=program(key)))
    found = [
        set(judge(replace(line, is_open=True), replace(intake, is_offered=True), timezone.localdate()).codes)
        for line in lines
        for intake in intakes
    ]
    return min(found, key=len)


@pytest.mark.parametrize(("number", "key"), [(3, "IL5"), (5, "PS1"), (25, "PS1"), (7, "KO5"), (21, "IL4")])
def test_later_steps_lead_to_the_suggestions_of_the_scenario(number, key):
    assert later(number, key) == set()


def test_the_clerks_of_sorong_would_be_kept_from_turin_by_their_english():
    assert "language" in later(23, "IL3")


# --- Stories --------------------------------------------------------------------------------------


def test_inspectors_in_a_city_are_blocked_before_submission():
    draft = need(9)
    with pytest.raises(Refused) as refusal:
        perform(NEED, "send_to_head", record=draft, actor=user("operator.kota-semarang"))
    assert len(refusal.value.reasons) == 1
    with pytest.raises(Refused):
        perform(NEED, "submit", record=draft, actor=user("kepala.kota-semarang"))
    assert need(9).status == "DRAFT"


def test_the_province_has_used_four_of_its_five_days_for_lombok_timur():
    waiting = need(3)
    assert working_days_between(waiting.status_since, timezone.now()) == 4
    assert working_days_between(waiting.status_since, waiting.due_at, waiting.time_zone) == 5
    assert waiting.due_at > timezone.now()


def test_batam_was_returned_once_for_missing_evidence():
    returned = need(14)
    assert returned.return_count == 1
    assert list(returned.comments.values_list("field", flat=True)) == ["evidence", "untrained"]


def test_kupang_was_merged_into_the_need_of_its_province():
    assert need(20).merged_into == need(19)


def test_nabire_was_rejected_for_weak_evidence_and_filed_again():
    entry = LogEntry.objects.get(record_code=need(24).code, action="reject")
    assert entry.data["reason_code"] == "R04"
    created = LogEntry.objects.get(record_code=need(25).code, action="create")
    assert created.data["source"] == need(24).code


def test_the_express_offer_closes_within_six_days_at_14_wib():
    offer = program("KO1")
    closing = offer.internal_deadline.astimezone(WIB)
    days = (closing.date() - timezone.localdate()).days
    wanted = timezone.localdate() + dt.timedelta(days=6)
    assert offer.express is True
    assert closing.time() == dt.time(14, 0)
    assert closing.astimezone(ZoneInfo("Asia/Jayapura")).time() == dt.time(16, 0)
    assert days == 6 if is_working_day(wanted) else 0 < days < 6
    assert [p.partner_reference for p in Program.objects.filter(express=True)] == ["CONTOH-KO1"]


def test_mediation_in_korea_lost_three_seats_after_publishing():
    offer = program("KO2")
    [amendment] = offer.amendments.all()
    [sent_before] = Proposal.objects.filter(intake__program=offer, status="PARTNER_REVIEW")
    assert sent_before.edition_when_sent == 1
    [change] = amendment.changes
    assert (offer.edition, amendment.edition, change["before"], change["after"]) == (2, 2, "18", "15")


def test_the_memorandum_with_jica_expires_in_120_days():
    agreement = Agreement.objects.get(code="DEMO-MOU-JICA")
    assert (agreement.status, agreement.days_left(), agreement.is_expiring) == ("ACTIVE", 120, True)


def test_one_agreement_can_be_signed_here_on_texts_the_portal_drafted(tmp_path, settings):
    """The texts were drafted weeks ago, and what is signed today still says the same."""
    from tests.signing_factories import with_authority

    with_authority(settings, tmp_path / "ca")
    agreement = Agreement.objects.get(status="READY_TO_SIGN")
    texts = agreement.documents.filter(kind__in=["TEXT_ID", "TEXT_EN"])
    assert [(text.kind, text.generated) for text in texts.order_by("kind")] == [("TEXT_EN", True), ("TEXT_ID", True)]
    assert "data contoh" in agreement.title_id
    today = timezone.localdate()
    answers = {
        "way": "PORTAL",
        "signed_on": today,
        "place": "Jakarta",
        "our_post": "Sekretaris Jenderal",
        "capacity": "DEFINITIVE",
        "partner_post": "Kepala Perwakilan",
        "effective_date": today,
        "copies": ["KEMLU"],
    }
    with transaction.atomic():
        signed = perform(agreement.flow, "sign", record=agreement, actor=user("sekjen"), answers=answers)
        found = [paper.reading.signatures for paper in signed.documents.filter(kind="SIGNED")]
        assert [[(one.integrity, one.trust) for one in signatures] for signatures in found] == [
            [("intact", "demo")]
        ] * 2
        transaction.set_rollback(True)


def test_central_sulawesi_has_waited_38_days_for_home_affairs():
    agreement = Agreement.objects.get(office__code="DISNAKER-72")
    assert (agreement.track, agreement.status) == ("KSDLL_CONT", "GOV_VERIFICATION")
    [letter] = ExternalStep.objects.filter(agreement=agreement, answered_on__isnull=True)
    assert (letter.body, letter.waiting_days()) == ("KEMENDAGRI", 38)


def test_registration_and_lead_times_leave_the_open_programmes_really_open():
    for offer in Program.objects.filter(status="OPEN"):
        assert offer.internal_deadline is None or offer.internal_deadline > timezone.now(), offer
        assert all(intake.first_day > timezone.localdate() for intake in offer.all_intakes), offer


def test_filing_is_open_on_the_day_of_the_demo():
    from regions.models import FilingWindow

    assert FilingWindow.open_now(cycle=timezone.localdate().year) is not None


# --- The log --------------------------------------------------------------------------------------


def test_the_log_of_the_past_is_whole_and_in_order():
    broken, _head = broken_links()
    assert broken == []
    moments = list(LogEntry.objects.order_by("seq").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] <= timezone.now()


def test_states_began_when_the_log_says_so():
    for record in (
        *TrainingNeed.objects.all(),
        *Program.objects.all(),
        *Proposal.objects.all(),
        *Agreement.objects.all(),
    ):
        last = (
            LogEntry.objects.filter(flow=record.flow.name, record_id=record.pk, target=record.status)
            .exclude(source=record.status)
            .order_by("-seq")
            .first()
        )
        if last is not None:
            assert abs((last.at - record.status_since).total_seconds()) < 1, record


# --- No persons, watermark, accounts --------------------------------------------------------------

POST = re.compile(
    r"^(Operator|Kepala|Verifikator|Penelaah|Petugas|Sekretaris Jenderal|Penghubung|Evaluator|Auditor|"
    r"Administrator|Staf)( |$)"
)


def test_users_are_posts_and_their_mail_goes_nowhere():
    assert [u.name for u in User.objects.all() if not POST.match(u.name)] == []
    assert [u.email for u in User.objects.all() if not u.email.endswith("@example.test")] == []
    assert [n.contact_email for n in TrainingNeed.objects.all() if not n.contact_email.endswith("@example.test")] == []


@pytest.mark.parametrize("model", [Evidence, CoverLetter, ProgramFile, AgreementDocument])
def test_every_paper_is_a_pdf_or_working_text_marked_as_sample_data(model):
    drafted = {"generated": True} if model is AgreementDocument else {"pk": 0}  # of these the title says it
    papers = list(model.objects.exclude(**drafted).exclude(name__endswith=".docx"))
    assert papers
    for paper in papers:
        with paper.file.open() as file:
            content = file.read()
        assert content.startswith(b"%PDF-1.4") and content.rstrip().endswith(b"%%EOF"), paper
        assert b"DATA CONTOH" in content, paper
    for text in model.objects.filter(name__endswith=".docx"):
        with text.file.open() as file:
            assert Document(file).paragraphs[0].text == "DATA CONTOH", text


def test_a_sample_pdf_has_a_correct_table_of_its_objects():
    content = pdf("x.pdf", "Judul (uji)", "Baris é \\ satu").read()
    start = int(re.search(rb"startxref\n(\d+)\n", content).group(1))
    assert content[start:].startswith(b"xref\n0 7\n")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n ", content)]
    assert [content[place:].split(b" obj")[0] for place in places] == [b"%d 0" % n for n in range(1, 7)]


def test_every_role_of_the_procedure_has_an_account():
    held = set(Membership.objects.current().values_list("role", flat=True))
    assert set(Role.values) - held == {"NOMINEE"}


def test_every_office_with_a_need_has_an_operator_and_a_head():
    for sample in SAMPLES:
        roles = set(Membership.objects.filter(organisation__code=sample.office).values_list("role", flat=True))
        assert {"DINAS_OP", "DINAS_HEAD"} <= roles, sample.office


def test_accounts_can_sign_in_and_one_holds_two_roles():
    client = Client()
    for _role, post, email in accounts.rows():
        assert client.login(username=email, password=accounts.PASSWORD), post
    assert [m.role for m in user("rangkap").current_memberships] == ["PPSDM_VER", "EVAL"]


@pytest.mark.parametrize(("is_demo", "expected"), [(True, True), (False, False)])
def test_demo_accounts_are_refused_where_the_portal_is_no_demo(is_demo, expected):
    client = Client()
    with override_settings(DEMO=True, AUTHENTICATION_BACKENDS=[BACKEND]):
        client.force_login(user("admin"))
    with override_settings(DEMO=is_demo, AUTHENTICATION_BACKENDS=[BACKEND]):
        assert Client().login(username="admin@example.test", password=accounts.PASSWORD) is expected
        assert ("_auth_user_id" in client.session and get_user(client).is_authenticated) is expected


# --- The command ----------------------------------------------------------------------------------


def test_a_second_run_changes_nothing(capsys):
    before = scenario.counts() | {"log": LogEntry.objects.count()}
    call_command("seeddemo")
    assert scenario.counts() | {"log": LogEntry.objects.count()} == before
    assert capsys.readouterr().out.startswith("Sample data was already there: ")


def test_a_portal_that_is_no_demo_refuses_sample_data():
    with override_settings(DEMO=False), pytest.raises(CommandError, match="SINERGI_DEMO"):
        call_command("seeddemo")


def test_courses_keep_their_weekday_and_deadlines_fall_on_working_days():
    for offset in range(21):
        days = Days(dt.datetime(2026, 12, 14, 3, tzinfo=dt.UTC) + dt.timedelta(days=offset))
        moved = days.course("2026-11-16")
        assert moved.weekday() == 0
        assert (moved - days.monday).days == (dt.date(2026, 11, 16) - SCENARIO_MONDAY).days
        assert is_working_day(days.office_day(10))
        assert days.working_days_ago(4) <= days.now
