"""Attendance by day: on which days a training is held, who may mark whom, and that 79.9 % is not 80 %."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook

from accounts.roles import Role
from participants.models import Attendance, AttendanceMark, Nomination, NominationStatus, TrainingDay
from participants.rules.training_days import days_of_training, usual_days
from participants.services import attendance as services
from tests import factories, papers
from tests import nomination_factories as make
from tests.races import outcomes
from workflow.calendar import forget_holidays
from workflow.engine import Refused, Stale, perform
from workflow.models import Holiday, LogEntry

pytestmark = pytest.mark.django_db
S = NominationStatus
MONDAY = dt.date(2026, 11, 2)
WEEK = [MONDAY + dt.timedelta(days=n) for n in range(5)]
LAST = dt.datetime(2026, 11, 13, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def of(abroad):
    """Two weeks from Monday, 2 November 2026."""
    abroad.intake.starts, abroad.intake.ends = MONDAY, dt.date(2026, 11, 13)
    abroad.intake.save()
    with time_machine.travel(LAST, tick=False):
        yield abroad


def attending(of, **fields) -> Nomination:
    return make.nomination(of, S.ATTENDING, **fields)


def mark(record, marks: dict, actor, **more):
    return services.save_marks(Nomination.objects.get(pk=record.pk), marks, actor, **more)


def total(record):
    found = Attendance.objects.filter(nomination=record).first()
    return (found.days_present, found.days_total) if found else None


# --- The days -----------------------------------------------------------------------------------------------


def test_a_training_is_held_on_the_working_days_of_both_phases(abroad):
    intake = abroad.intake
    intake.online_starts, intake.online_ends = dt.date(2026, 10, 22), dt.date(2026, 10, 26)
    intake.starts, intake.ends = dt.date(2026, 11, 5), dt.date(2026, 11, 10)
    assert [day.isoformat() for day in usual_days(intake)] == [
        "2026-10-22",
        "2026-10-23",
        "2026-10-26",
        "2026-11-05",
        "2026-11-06",
        "2026-11-09",
        "2026-11-10",
    ]


def test_a_training_on_days_off_only_is_held_on_all_of_them(abroad):
    abroad.intake.starts, abroad.intake.ends = dt.date(2026, 11, 7), dt.date(2026, 11, 8)
    assert usual_days(abroad.intake) == [dt.date(2026, 11, 7), dt.date(2026, 11, 8)]


def test_a_holiday_decreed_later_does_not_change_what_was_held(of, cast):
    record = attending(of)
    mark(record, {MONDAY: "P"}, cast["PPSDM_VER"])
    Holiday.objects.create(date=dt.date(2026, 11, 3), label_id="Libur")
    forget_holidays()
    assert len(days_of_training(of)) == 10
    forget_holidays()


def test_a_tailor_made_training_has_the_days_that_are_set(aceh, jica, cast):
    need_only = make.seats(aceh, jica)
    type(need_only).objects.filter(pk=need_only.pk).update(intake=None, tailor_made_request="Pelatihan di daerah.")
    of = type(need_only).objects.get(pk=need_only.pk)
    assert days_of_training(of) == []
    services.set_days(of, [], {dt.date(2026, 3, 2), dt.date(2026, 3, 3)}, cast["PPSDM_VER"])
    assert days_of_training(of) == [dt.date(2026, 3, 2), dt.date(2026, 3, 3)]


def test_a_day_added_or_taken_out_changes_the_sums_of_everyone_who_attends(of, cast):
    records = [attending(of), attending(of)]
    for record in records:
        mark(record, dict.fromkeys(WEEK, "P"), cast["PPSDM_VER"])
    second = [MONDAY + dt.timedelta(days=n) for n in range(7, 14)]
    services.set_days(of, second, {dt.date(2026, 11, 9)}, cast["PPSDM_VER"])
    assert [total(record) for record in records] == [(5, 6), (5, 6)]
    assert TrainingDay.objects.filter(intake=of.intake).count() == 6


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (set(), "carries marks already"),
        ({dt.date(2026, 12, 1)}, "lie between"),
    ],
)
def test_days_with_marks_and_days_outside_the_intake_are_refused(of, cast, held, sentence):
    mark(attending(of), {MONDAY: "A"}, cast["PPSDM_VER"])
    with pytest.raises(Refused) as refusal, translation.override("en"):
        services.set_days(of, WEEK, held, cast["PPSDM_VER"])
    assert sentence in str(refusal.value)
    assert len(days_of_training(of)) == 10


def test_whoever_changes_the_days_is_written_down(of, browser):
    url = f"/en/peserta/{of.code}/hari/?pekan=1"
    assert browser("PPSDM_VER").post(url, {"held": [day.isoformat() for day in WEEK[1:]]}).status_code == 302
    entry = LogEntry.objects.get(action="days")
    assert (entry.record_code, entry.role, entry.data) == (of.code, "PPSDM_VER", {"days": 9, "intake": 1})


def test_days_set_for_dates_that_have_moved_since_are_no_days_of_the_training(of, cast):
    services.set_days(of, WEEK, set(WEEK[1:]), cast["PPSDM_VER"])
    of.intake.starts, of.intake.ends = dt.date(2026, 12, 7), dt.date(2026, 12, 8)
    of.intake.save()
    assert days_of_training(of) == [dt.date(2026, 12, 7), dt.date(2026, 12, 8)]


def test_an_online_phase_may_follow_and_the_training_ends_with_it(of, cast):
    of.intake.online_starts, of.intake.online_ends = dt.date(2026, 11, 16), dt.date(2026, 11, 17)
    of.intake.save()
    record = attending(of)
    mark(record, {MONDAY: "P"}, cast["PPSDM_VER"])
    assert (record.last_day, len(days_of_training(of))) == (dt.date(2026, 11, 17), 12)
    assert total(record) == (1, 12)


# --- Marks and their sum ------------------------------------------------------------------------------------


def test_the_sum_is_counted_from_the_marks_and_excused_is_not_present(of, cast):
    record = attending(of)
    mark(record, dict(zip(WEEK, "PPAEP", strict=True)), cast["PPSDM_VER"])
    assert total(record) == (3, 10)
    mark(record, {WEEK[2]: "P", WEEK[3]: ""}, cast["PPSDM_VER"])
    assert total(record) == (4, 10)
    mark(record, dict.fromkeys(WEEK, ""), cast["PPSDM_VER"])
    assert (total(record), AttendanceMark.objects.count()) == (None, 0)


def test_the_log_holds_the_sum_and_no_day_of_anybody(of, cast):
    record = attending(of)
    mark(record, {MONDAY: "A"}, cast["PPSDM_VER"])
    [entry] = LogEntry.objects.filter(record_id=record.pk, action="change")
    assert entry.data == {"days_total": 10, "days_present": 0}


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(dt.date(2026, 11, 7), "is no day of this training"), (dt.date(2026, 12, 24), "is no day of this training")],
)
def test_only_days_of_the_training_are_marked(of, cast, day, sentence):
    with pytest.raises(Refused) as refusal, translation.override("en"):
        mark(attending(of), {day: "P"}, cast["PPSDM_VER"])
    assert sentence in str(refusal.value)


def test_nobody_is_present_tomorrow(of, cast):
    with time_machine.travel(dt.datetime(2026, 11, 3, 3, 0, tzinfo=dt.UTC), tick=False):
        with pytest.raises(Refused) as refusal, translation.override("en"):
            mark(attending(of), {dt.date(2026, 11, 4): "P"}, cast["PPSDM_VER"])
    assert "lies ahead" in str(refusal.value)


def test_who_saved_first_is_not_overwritten(of, cast):
    record = attending(of)
    mark(record, {MONDAY: "A"}, cast["PPSDM_VER"], version=record.version)
    with pytest.raises(Stale):
        mark(record, {MONDAY: "P"}, cast["PPSDM_VER"], version=record.version)
    assert total(record) == (0, 10)


@pytest.mark.parametrize(("present", "enough"), [(8, True), (7, False)])
def test_eight_of_ten_days_are_enough_and_every_day_must_be_marked(of, cast, present, enough):
    record = attending(of)
    days = days_of_training(of)
    answers = {"certificate_number": "0001/SERT/2026", "lesson_hours": 80}
    mark(record, dict.fromkeys(days[:9], "P"), cast["PPSDM_VER"])
    with pytest.raises(Refused) as refusal:
        perform(record.flow, "complete", record=record, actor=cast["PPSDM_VER"], answers=answers)
    assert len(refusal.value.reasons) == 1
    mark(record, dict(zip(days, "P" * present + "A" * (10 - present), strict=True)), cast["PPSDM_VER"])
    if enough:
        assert (
            perform(record.flow, "complete", record=record, actor=cast["PPSDM_VER"], answers=answers).status
            == S.COMPLETED
        )
    else:
        with pytest.raises(Refused) as refusal:
            perform(record.flow, "complete", record=record, actor=cast["PPSDM_VER"], answers=answers)
        assert refusal.value.reasons == ["Hadir 70% hari; diperlukan 80%."]


@pytest.mark.parametrize(
    ("present", "days", "percent", "enough"), [(79, 99, 79, False), (4, 5, 80, True), (3, 4, 75, False)]
)
def test_a_share_is_rounded_down(present, days, percent, enough):
    found = Attendance(days_present=present, days_total=days)
    assert (found.percent, found.is_enough) == (percent, enough)


def test_a_sum_entered_before_there_were_days_still_counts(of, cast):
    record = attending(of)
    make.present(record, 8, 10)
    answers = {"certificate_number": "0001/SERT/2026", "lesson_hours": 80}
    assert (
        perform(record.flow, "complete", record=record, actor=cast["PPSDM_VER"], answers=answers).status == S.COMPLETED
    )


# --- The sheet ----------------------------------------------------------------------------------------------


def cells(record, marks: str, days=WEEK, version=None) -> dict:
    """The answers for one row of the sheet."""
    found = {f"mark-{record.code}-{day:%Y%m%d}": m for day, m in zip(days, marks.replace("-", " "), strict=True)}
    return {k: v.strip() for k, v in found.items()} | {f"version-{record.code}": version or record.version}


def test_a_week_is_entered_for_the_whole_roster_on_one_sheet(of, browser):
    records = [attending(of), attending(of)]
    url = f"/en/peserta/{of.code}/kehadiran/?pekan=1"
    page = browser("PPSDM_VER").get(url)
    assert (page.status_code, len(page.context["rows"]), [h["day"] for h in page.context["heads"]]) == (200, 2, WEEK)
    response = browser("PPSDM_VER").post(url, cells(records[0], "PPPPP") | cells(records[1], "PPA--"))
    assert (response.status_code, response.url) == (302, f"/en/peserta/{of.code}/kehadiran/?pekan=1")
    assert [total(record) for record in records] == [(5, 10), (2, 10)]


def test_one_box_fills_a_day_for_everyone_who_is_not_marked(of, browser):
    records = [attending(of), attending(of)]
    data = cells(records[0], "A----") | cells(records[1], "-----") | {"all-20261102": "on"}
    assert browser("PPSDM_VER").post(f"/en/peserta/{of.code}/kehadiran/?pekan=1", data).status_code == 302
    assert list(AttendanceMark.objects.order_by("nomination_id").values_list("on", "mark")) == [
        (MONDAY, "A"),
        (MONDAY, "P"),
    ]


def test_a_row_somebody_else_saved_is_told_and_the_others_are_saved(of, browser, cast):
    records = [attending(of), attending(of)]
    mark(records[0], {MONDAY: "A"}, cast["PPSDM_VER"])
    data = cells(records[0], "PPPPP") | cells(records[1], "PPPPP")
    response = browser("PPSDM_VER").post(f"/en/peserta/{of.code}/kehadiran/?pekan=1", data)
    page = response.content.decode()
    assert response.status_code == 409 and f"{records[0].code} has changed since you opened the page" in page
    assert [total(record) for record in records] == [(0, 10), (5, 10)]
    told = response.context["form"].data
    assert told[f"mark-{records[0].code}-20261102"] == "P"
    again = browser("PPSDM_VER").post(f"/en/peserta/{of.code}/kehadiran/?pekan=1", told)
    assert (again.status_code, total(records[0])) == (302, (5, 10))


@pytest.mark.parametrize(
    ("role", "code"),
    [("PPSDM_VER", 200), ("PPSDM_HEAD", 403), ("DINAS_OP", 403), ("PARTNER_OFF", 403), ("EVAL", 404), ("NOMINEE", 404)],
)
def test_the_sheet_is_kept_by_ppsdm(of, browser, role, code):
    record = attending(of)
    assert browser(role).get(f"/en/peserta/{of.code}/kehadiran/").status_code == code
    alone = browser(role).get(f"/en/peserta/calon/{record.code}/kehadiran/").status_code
    assert alone == code


def test_nobody_marks_themselves(of, browser, cast):
    own = attending(of, who=make.person(of.line.need.office, account=cast["PPSDM_VER"]))
    assert browser("PPSDM_VER").get(f"/en/peserta/{of.code}/kehadiran/").context["rows"] == []
    assert browser("PPSDM_VER").get(f"/en/peserta/calon/{own.code}/kehadiran/").status_code == 403


def test_hostile_marks_get_a_sentence_and_write_nothing(of, browser):
    record = attending(of)
    data = cells(record, "PPPPP") | {f"mark-{record.code}-20261102": "X<script>"}
    response = browser("PPSDM_VER").post(f"/en/peserta/{of.code}/kehadiran/?pekan=1", data)
    assert (response.status_code, total(record), b"<script>alert" in response.content) == (400, None, False)
    for week in ("0", "99", "-1", "x", "9" * 30, "²"):
        assert browser("PPSDM_VER").get(f"/en/peserta/{of.code}/kehadiran/", {"pekan": week}).status_code == 200


def test_the_sheet_costs_as_much_for_five_people_as_for_one(of, browser):
    client = browser("PPSDM_VER")
    url = f"/en/peserta/{of.code}/kehadiran/?pekan=1"
    attending(of)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _n in range(4):
        attending(of)
    with CaptureQueriesContext(connection) as five:
        client.get(url)
    assert len(five) == len(one)


def test_a_hundred_and_twenty_people_are_entered_page_by_page(aceh, jica, browser, cast):
    of = make.seats(aceh, jica, people=130)
    of.intake.starts, of.intake.ends = MONDAY, dt.date(2026, 11, 8)
    of.intake.save()
    services.set_days(of, [], {MONDAY + dt.timedelta(days=n) for n in range(7)}, cast["PPSDM_VER"])
    records = [attending(of) for _n in range(120)]
    url = f"/en/peserta/{of.code}/kehadiran/"
    with time_machine.travel(LAST, tick=False):
        pages = [browser("PPSDM_VER").get(url, {"pekan": "1", "page": page}) for page in ("1", "2")]
        forms = [page.context["form"] for page in pages]
        assert sum(len(form.nominations) for form in forms) == 120
        assert max(len(form.fields) for form in forms) < 900
        last = forms[1].nominations[-1]
        marks = cells(last, "PPPPP") | {"all-20261107": "on"}
        sent = browser("PPSDM_VER").post(f"{url}?pekan=1&page=2", marks)
    assert (sent.status_code, sent.url) == (302, f"{url}?pekan=1&page=2")
    assert total(last) == (6, 7) and sum(total(record) is not None for record in records) == 1


def test_marks_for_somebody_who_has_moved_on_since_are_not_lost_in_silence(of, browser):
    stays, done = attending(of), attending(of)
    Nomination.objects.filter(pk=done.pk).update(status=S.COMPLETED)
    data = cells(stays, "PPPPP") | cells(done, "PPPPP")
    response = browser("PPSDM_VER").post(f"/en/peserta/{of.code}/kehadiran/?pekan=1", data)
    assert response.status_code == 409
    assert f"{done.code} has changed since you opened the page" in response.content.decode()
    assert (total(stays), total(done)) == ((5, 10), None)


def test_days_are_changed_on_a_page_of_their_own(of, browser):
    url = f"/en/peserta/{of.code}/hari/?pekan=1"
    assert browser("PPSDM_HEAD").get(url).status_code == 403
    saturday = "2026-11-07"
    response = browser("PPSDM_VER").post(url, {"held": [day.isoformat() for day in WEEK[1:]] + [saturday]})
    assert response.status_code == 302
    assert [day.isoformat() for day in days_of_training(of)][:5] == [*(d.isoformat() for d in WEEK[1:]), saturday]


# --- The list to sign ---------------------------------------------------------------------------------------


def test_the_list_to_sign_holds_those_with_a_seat_whom_the_reader_sees(of, browser):
    seen = attending(of)
    make.nomination(of, S.RESERVE)
    hidden = make.nomination(of, S.SHORTLISTED)

    def names(role):
        response = browser(role).get(f"/en/peserta/{of.code}/daftar-hadir.xlsx")
        sheet = load_workbook(io.BytesIO(response.getvalue())).worksheets[0]
        return [row[1] for row in list(sheet.values)[1:]], [str(c) for c in list(sheet.values)[0]][:5]

    assert names("PPSDM_VER") == (
        [seen.person.name, hidden.person.name],
        ["No.", "Name", "Office", "2 Nov 2026", "3 Nov 2026"],
    )
    assert names("PARTNER_OFF")[0] == [seen.person.name]
    assert browser("EVAL").get(f"/en/peserta/{of.code}/daftar-hadir.xlsx").status_code == 404
    assert browser("PPSDM_VER").get(f"/en/peserta/{of.code}/daftar-hadir.exe").status_code == 404
    entry = LogEntry.objects.filter(action="download", record_code=of.code).first()
    assert entry.data == {"kind": "sign-in.xlsx", "nominations": 2}


@papers.needs_pango
def test_the_list_to_sign_has_a_page_per_week_with_a_field_for_every_day(of, browser):
    record = attending(of)
    response = browser("PPSDM_VER").get(f"/en/peserta/{of.code}/daftar-hadir.pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in response["Cache-Control"]
    assert len(papers.pages(response.content)) == 2
    found = papers.text(response.content)
    assert record.person.name in found and "2 Nov 2026" in found and "13 Nov 2026" in found
    assert "999999" not in found


# --- At the same moment -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_people_who_mark_the_same_person_at_once_do_not_overwrite_each_other(abroad, cast, ppsdm):
    make.begins(abroad, -9, length=5)
    record, second = attending(abroad), factories.member(Role.PPSDM_VER, ppsdm)
    day = days_of_training(abroad)[0]
    found = outcomes(
        lambda: services.save_marks(record, {day: "P"}, cast["PPSDM_VER"], version=record.version),
        lambda: services.save_marks(record, {day: "A"}, second, version=record.version),
    )
    assert (found, AttendanceMark.objects.count()) == (["Stale", "won"], 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_set_the_days_at_once_do_not_trip_over_each_other(abroad, cast, ppsdm):
    make.begins(abroad, -9, length=5)
    second, days = factories.member(Role.PPSDM_VER, ppsdm), days_of_training(abroad)
    found = outcomes(
        lambda: services.set_days(abroad, days, set(days[1:]), cast["PPSDM_VER"]),
        lambda: services.set_days(abroad, days, set(days[:2]), second),
    )
    assert found == ["won", "won"]
