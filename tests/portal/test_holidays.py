"""The holiday calendar: who edits it, what the log says, and what moves with it, once."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notices.models import Notice
from notices.services import read_on
from participants.models import Nomination
from partnerships.models import ProposalStatus
from programs.models import Program
from regions.models import NeedStatus, TrainingNeed
from tests import factories, nomination_factories, program_factories
from tests.proposal_factories import open_need, proposal
from tests.races import at_once
from workflow import clock, holidays
from workflow.calendar import forget_holidays
from workflow.calendar import holidays as days_off
from workflow.models import Holiday, LogEntry
from workflow.once import hold, let_go

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")
MONDAY = dt.datetime(2026, 11, 9, 9, tzinfo=WIB)
LIST = "/kalender/libur/"


def wib(month: int, day: int, hour: int = 23, minute: int = 59, second: int = 59) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, second, tzinfo=WIB)


def entry(day: str = "2026-11-12", **fields) -> dict:
    return {
        "date": day,
        "label_id": "Libur tambahan",
        "label_en": "Extra holiday",
        "kind": "PUBLIC",
        "decree": "Keppres 1/2026",
        **fields,
    }


def holiday(day: dt.date = dt.date(2026, 11, 12), **fields) -> Holiday:
    found = Holiday.objects.create(**{"date": day, "label_id": "Libur", "label_en": "Holiday", **fields})
    forget_holidays()
    return found


def add(client, user, **fields):
    client.force_login(user)
    return client.post(f"{LIST}tambah/", entry(**fields))


# --- The pages ----------------------------------------------------------------------------------------------


def test_the_administrator_adds_a_day_in_both_languages_with_its_decree(client, administrator):
    response = add(client, administrator)
    assert (response.status_code, response["Location"]) == (302, f"{LIST}?tahun=2026")
    row = Holiday.objects.get()
    assert (row.date, row.label_id, row.label_en, row.decree, row.provisional) == (
        dt.date(2026, 11, 12),
        "Libur tambahan",
        "Extra holiday",
        "Keppres 1/2026",
        False,
    )
    assert "Extra holiday" in client.get(f"/en{LIST}?tahun=2026").content.decode()
    [line] = LogEntry.objects.filter(flow=holidays.HOLIDAY_LOG)
    assert (line.action, line.record_code, line.actor, line.role) == (
        "add_holiday",
        "LIBUR-2026-11-12",
        administrator,
        "ADMIN",
    )
    assert line.data["after"]["decree"] == "Keppres 1/2026"


def test_a_day_is_changed_and_moved_and_its_old_date_is_a_working_day_again(client, administrator):
    row = holiday()
    client.force_login(administrator)
    answer = client.post(f"{LIST}{row.pk}/ubah/", entry("2026-11-13"))
    assert answer.status_code == 302
    forget_holidays()
    assert days_off() == {dt.date(2026, 11, 13)}
    [line] = LogEntry.objects.filter(flow=holidays.HOLIDAY_LOG)
    assert (line.action, line.data["before"]["date"], line.data["after"]["date"]) == (
        "change_holiday",
        "2026-11-12",
        "2026-11-13",
    )


def test_a_day_is_taken_out_with_a_reason_and_loading_again_does_not_bring_it_back(client, administrator):
    row = holiday()
    client.force_login(administrator)
    assert client.post(f"{LIST}{row.pk}/hapus/", {"reason": "kurang"}).status_code == 400
    assert client.post(f"{LIST}{row.pk}/hapus/", {"reason": "Dicabut dengan SKB perubahan."}).status_code == 302
    row.refresh_from_db()
    assert row.removed_at is not None and list(Holiday.objects.valid()) == []
    assert LogEntry.objects.get(action="remove_holiday").comment == "Dicabut dengan SKB perubahan."
    assert client.get(f"{LIST}{row.pk}/ubah/").status_code == 404


def test_a_day_taken_out_can_be_put_in_again(client, administrator):
    holiday(removed_at=MONDAY)
    assert add(client, administrator).status_code == 302
    assert Holiday.objects.get().removed_at is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"day": "kemarin"}, "date"),
        ({"day": "0202-01-01"}, "date"),
        ({"day": "99999-01-01"}, "date"),
        ({"day": ""}, "date"),
        ({"label_id": ""}, "label_id"),
        ({"label_en": ""}, "label_en"),
        ({"label_en": "x" * 121}, "label_en"),
        ({"kind": "PESTA"}, "kind"),
        ({"decree": ""}, "decree"),
        ({"decree": "\x00"}, "decree"),
    ],
)
def test_hostile_input_gets_a_sentence_and_keeps_what_was_typed(client, administrator, fields, field):
    response = add(client, administrator, **fields)
    assert (response.status_code, list(response.context["form"].errors)) == (400, [field])
    assert not Holiday.objects.exists()
    if field != "label_id":
        assert "Libur tambahan" in response.content.decode()


def test_a_provisional_day_needs_no_decree(client, administrator):
    assert add(client, administrator, decree="", provisional="on").status_code == 302
    assert Holiday.objects.get().provisional is True


def test_the_same_day_twice_is_refused(client, administrator):
    holiday()
    response = add(client, administrator)
    assert (response.status_code, list(response.context["form"].errors)) == (400, ["date"])


@pytest.mark.parametrize("path", ["tambah/", "{pk}/ubah/", "{pk}/hapus/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_administrators_edit(client, ppsdm_head, path, method):
    row = holiday()
    client.force_login(ppsdm_head)
    assert getattr(client, method)(LIST + path.format(pk=row.pk)).status_code == 403


def test_everyone_signed_in_reads_the_calendar_without_buttons(client, aceh_operator):
    row = holiday()
    assert client.get(LIST).status_code == 302
    client.force_login(aceh_operator)
    page = client.get(f"{LIST}?tahun=2026").content.decode()
    assert "Libur" in page and f"{row.pk}/ubah/" not in page and "tambah/" not in page


@pytest.mark.parametrize("year", ["", "x", "1", "99999999999999", "-5", "0000"])
def test_a_year_that_is_none_shows_this_one(client, administrator, year):
    client.force_login(administrator)
    page = client.get(LIST, {"tahun": year})
    assert (page.status_code, page.context["year"]) == (200, dt.datetime.now(WIB).year)


def test_the_list_asks_as_often_for_thirty_days_as_for_one(client, administrator):
    client.force_login(administrator)
    counts = []
    for more in (1, 29):
        for _number in range(more):
            holiday(dt.date(2026, 3, 1) + dt.timedelta(days=Holiday.objects.count()))
        client.get(f"{LIST}?tahun=2026")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{LIST}?tahun=2026")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- What moves ---------------------------------------------------------------------------------------------


def edit(client, administrator, now=MONDAY, **fields) -> None:
    """A day is added at a moment, and the clock runs."""
    with time_machine.travel(now, tick=False):
        assert add(client, administrator, **fields).status_code == 302
        clock.run()


@pytest.fixture
def in_review(aceh_regency, aceh_operator):
    """A need that came to the province on Monday 9 November: due in five working days, on Monday the 16th."""
    with time_machine.travel(MONDAY, tick=False):
        return factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)


def test_a_request_reads_the_calendar_once_and_sees_its_own_edit():
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            days_off()
        return len(found)

    hold()
    inside = [queries(), queries()]
    forget_holidays()
    inside.append(queries())
    let_go()
    assert (inside, queries(), queries()) == ([1, 0, 1], 1, 1)


def test_an_open_due_date_moves_by_the_new_day_and_the_log_says_why(client, administrator, in_review):
    assert in_review.due_at == wib(11, 16)
    edit(client, administrator)
    found = TrainingNeed.objects.get(pk=in_review.pk)
    assert (found.due_at, found.version) == (wib(11, 17), in_review.version + 1)
    [line] = LogEntry.objects.filter(record_code=found.code, action="reschedule")
    assert (line.role, line.actor, line.data["changes"][0]["before_en"], line.data["changes"][0]["after_en"]) == (
        "CLOCK",
        None,
        "16 November 2026, 23:59 WIB",
        "17 November 2026, 23:59 WIB",
    )


def test_taking_the_day_out_moves_it_back(client, administrator, in_review):
    edit(client, administrator)
    with time_machine.travel(MONDAY, tick=False):
        client.post(f"{LIST}{Holiday.objects.get().pk}/hapus/", {"reason": "Dicabut dengan SKB perubahan."})
        clock.run()
    assert TrainingNeed.objects.get(pk=in_review.pk).due_at == wib(11, 16)


def test_the_clock_follows_an_edit_once(client, administrator, in_review):
    edit(client, administrator)
    with time_machine.travel(MONDAY, tick=False):
        clock.run()
        clock.run()
    assert LogEntry.objects.filter(action="reschedule").count() == 1


def test_a_name_or_a_decree_moves_nothing(client, administrator, in_review):
    edit(client, administrator)
    with time_machine.travel(MONDAY, tick=False):
        client.post(f"{LIST}{Holiday.objects.get().pk}/ubah/", entry(decree="SKB 5/2026"))
        clock.run()
    assert LogEntry.objects.filter(action="reschedule").count() == 1
    assert LogEntry.objects.filter(action="change_holiday").count() == 1


def test_what_is_overdue_stays_overdue(client, administrator, in_review):
    TrainingNeed.objects.filter(pk=in_review.pk).update(status=NeedStatus.RETURNED, due_at=wib(11, 6))
    edit(client, administrator)
    assert TrainingNeed.objects.get(pk=in_review.pk).due_at == wib(11, 6)


def test_a_day_taken_out_late_makes_nobody_overdue_at_a_stroke(client, administrator, in_review):
    """The reviewer counted on 12 November; on the last day, the 17th, it turns out to be a working day."""
    edit(client, administrator)
    row, last = Holiday.objects.get(), wib(11, 17, 10, 0, 0)
    with time_machine.travel(last, tick=False):
        client.force_login(administrator)
        client.post(f"{LIST}{row.pk}/hapus/", {"reason": "Dicabut dengan SKB perubahan."})
        clock.run()
    found = TrainingNeed.objects.get(pk=in_review.pk)
    assert (found.status, found.due_at) == (NeedStatus.PROV_REVIEW, wib(11, 17))


def test_the_ministrys_ten_days_run_from_the_arrival_not_from_the_state(
    client, administrator, aceh, aceh_province_operator, aceh_province_head
):
    """Arrived on 9 November: ten working days end on the 23rd, with the 12th off on the 24th."""
    from regions.lifecycle import NEED
    from workflow.engine import perform

    with time_machine.travel(MONDAY, tick=False):
        need = factories.need(aceh, created_by=aceh_province_operator)
        need = perform(NEED, "submit", record=need, actor=aceh_province_head)
        assert (need.status, need.due_at) == (NeedStatus.MIN_REVIEW, wib(11, 23))
    edit(client, administrator, now=MONDAY + dt.timedelta(hours=2))
    found = TrainingNeed.objects.get(pk=need.pk)
    assert (found.due_at, found.ministry_due_at) == (wib(11, 24), wib(11, 24))


@pytest.fixture
def open_program(jica, aceh_regency, aceh_operator):
    """Straight to JICA, closing on Wednesday 25 November: offices until the 18th; one draft is due then."""
    found = program_factories.program(
        jica,
        "OPEN",
        published_at=dt.datetime(2026, 11, 2, 9, tzinfo=WIB),
        partner_deadline=wib(11, 25, 17, 0, 0),
        internal_deadline=wib(11, 18, 14, 0, 0),
        starts=dt.date(2027, 3, 1),
    )
    of = proposal(open_need(aceh_regency), found, ProposalStatus.ACCEPTED, seats_requested=2, seats_allotted=2)
    with time_machine.travel(MONDAY, tick=False):
        nomination_factories.nomination(of)
    return found


def test_the_deadline_of_an_open_programme_moves_with_its_drafts_and_is_told_once(
    client, administrator, open_program, aceh_operator, bali_head, django_capture_on_commit_callbacks
):
    with time_machine.travel(MONDAY, tick=False), django_capture_on_commit_callbacks(execute=True):
        edit(client, administrator, day="2026-11-24")
        clock.run()
    found = Program.objects.get(pk=open_program.pk)
    assert (found.internal_deadline, found.version) == (wib(11, 17, 14, 0, 0), open_program.version + 1)
    assert Nomination.objects.get().due_at == wib(11, 17, 14, 0, 0)
    with time_machine.travel(MONDAY, tick=False):
        while read_on():
            pass
    told = list(Notice.objects.filter(action="reschedule").values_list("user", flat=True))
    assert told.count(aceh_operator.pk) == 1 and bali_head.pk not in told
    assert Notice.objects.get(user=aceh_operator, action="reschedule").changes[0]["after_en"] == (
        "17 November 2026, 14:00 WIB"
    )


def test_a_deadline_never_moves_into_today(client, administrator, open_program):
    """On 17 November the 24th turns into a holiday. Five working days before the 25th would be today: offices keep the
    18th they were told, and those behind them have 19 20 23 25, four days of five."""
    edit(client, administrator, now=wib(11, 17, 9, 0, 0), day="2026-11-24")
    found = Program.objects.get(pk=open_program.pk)
    assert (found.internal_deadline, found.express) == (wib(11, 18, 14, 0, 0), True)
    assert not LogEntry.objects.filter(record_code=found.code, action="reschedule").exists()


def test_a_deadline_whose_own_day_is_taken_off_is_shared_anew(client, administrator, open_program):
    """On 17 November the 18th itself turns into a holiday: 19 20 23 24 25 are left, three for offices, two behind."""
    edit(client, administrator, now=wib(11, 17, 9, 0, 0), day="2026-11-18")
    found = Program.objects.get(pk=open_program.pk)
    assert (found.internal_deadline, found.express) == (wib(11, 23, 14, 0, 0), True)


def test_closed_programmes_stay_as_they_were(client, administrator, open_program):
    Program.objects.filter(pk=open_program.pk).update(status="CLOSED")
    edit(client, administrator, day="2026-11-24")
    assert Program.objects.get(pk=open_program.pk).internal_deadline == wib(11, 18, 14, 0, 0)


def test_a_room_that_fails_is_asked_again_and_nothing_moves_twice(client, administrator, in_review):
    from workflow.calendar import calendar_changed

    heard = []

    def stumble(sender, now, **kwargs):
        heard.append(now)
        if len(heard) == 1:
            raise RuntimeError("not yet")

    calendar_changed.connect(stumble)
    try:
        edit(client, administrator)
        with time_machine.travel(MONDAY, tick=False):
            clock.run()
            clock.run()
    finally:
        calendar_changed.disconnect(stumble)
    assert len(heard) == 2
    assert LogEntry.objects.filter(action="reschedule").count() == 1


def test_one_record_that_cannot_follow_holds_up_neither_the_others_nor_the_clock(
    client, administrator, in_review, bali
):
    """The zone of the first need's office does not exist: its date fails. The second moves, and silence still acts."""
    with time_machine.travel(MONDAY, tick=False):
        other = factories.need(bali, status=NeedStatus.PROV_REVIEW)
        silent = factories.need(bali, status=NeedStatus.RETURNED, returned_from="MIN_REVIEW")
        TrainingNeed.objects.filter(pk=silent.pk).update(status_since=MONDAY - dt.timedelta(days=60))
    zone = in_review.office.time_zone
    type(in_review.office).objects.filter(pk=in_review.office_id).update(time_zone="Asia/Nowhere")
    edit(client, administrator)
    before = TrainingNeed.objects.get(pk=other.pk).due_at
    assert TrainingNeed.objects.get(pk=in_review.pk).due_at == in_review.due_at
    assert (before > other.due_at, TrainingNeed.objects.get(pk=silent.pk).status) == (True, NeedStatus.WITHDRAWN)
    type(in_review.office).objects.filter(pk=in_review.office_id).update(time_zone=zone)
    with time_machine.travel(MONDAY, tick=False):
        clock.run()  # asked again, once it can be answered
        clock.run()
    assert TrainingNeed.objects.get(pk=in_review.pk).due_at == wib(11, 17)
    moves = LogEntry.objects.filter(action="reschedule", record_code__in=[in_review.code, other.code])
    assert sorted(moves.values_list("record_code", flat=True)) == sorted([in_review.code, other.code])


@pytest.mark.django_db(transaction=True)
def test_two_clocks_follow_one_edit_once(aceh_regency, administrator):
    with time_machine.travel(MONDAY, tick=False):
        need = factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW)
        holidays.save_holiday(
            None, {**entry(), "date": dt.date(2026, 11, 12), "provisional": False}, actor=administrator
        )
        answers = at_once(lambda: holidays.follow(MONDAY), lambda: holidays.follow(MONDAY))
    assert sorted(answers) in ([0, 0], [0, 1])  # the task may have followed before both
    assert LogEntry.objects.filter(record_code=need.code, action="reschedule").count() == 1
