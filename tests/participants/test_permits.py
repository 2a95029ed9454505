"""Travel permits: their latest days, and the CLOCK that calls open ones to mind exactly once."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from notices.models import Notice
from notices.tasks import deliver_pending
from participants.models import ClearanceKind, NominationStatus, StepState
from participants.rules import permits as rules
from participants.services import permits as services
from tests import nomination_factories as make
from workflow import clock
from workflow.engine import log_of

pytestmark = pytest.mark.django_db
S = NominationStatus
LEAVES = dt.date(2026, 11, 30)


def at(day: str, hour: int = 9) -> dt.datetime:
    """A moment in Jakarta."""
    return dt.datetime.fromisoformat(f"2026-{day}T{hour:02d}:00:00+07:00")


@pytest.fixture
def record(abroad):
    """Leaves on 30 November; permits were begun on 1 October."""
    with time_machine.travel(at("10-01"), tick=False):
        abroad.intake.starts, abroad.intake.ends = LEAVES, LEAVES + dt.timedelta(days=11)
        abroad.intake.save()
        yield make.nomination(abroad, S.CLEARANCE, departs_on=LEAVES)


def said(record) -> list[tuple]:
    """What the CLOCK has said so far: day and permits."""
    rows = log_of(record).filter(action="remind_permits").order_by("seq")
    return [(f"{entry.at.astimezone(at('10-01').tzinfo):%m-%d}", sorted(entry.data["permits"])) for entry in rows]


@pytest.mark.parametrize(
    ("kind", "latest"),
    [("HOME_AFFAIRS", "11-20"), ("SIMPEL", "11-23"), ("SETNEG", "11-23"), ("PASSPORT", "11-23"), ("VISA", "11-23")],
)
def test_regional_applications_are_due_ten_days_before_and_everything_else_a_week(kind, latest):
    assert f"{rules.latest_day(kind, LEAVES):%m-%d}" == latest
    assert rules.latest_day(kind, None) is None


def test_every_kind_has_a_latest_day():
    assert all(rules.latest_day(kind, LEAVES) for kind in ClearanceKind)


def test_an_open_permit_is_called_to_mind_a_week_and_a_day_before_and_when_it_is_late(record):
    record.clearance.exclude(kind__in=["HOME_AFFAIRS", "SIMPEL"]).update(state=StepState.NOT_NEEDED)
    for n in range(40):
        with time_machine.travel(at("10-28") + dt.timedelta(days=n), tick=False):
            clock.run()
            clock.run()
    assert said(record) == [
        ("11-13", ["HOME_AFFAIRS"]),
        ("11-16", ["SIMPEL"]),
        ("11-19", ["HOME_AFFAIRS"]),
        ("11-21", ["HOME_AFFAIRS"]),
        ("11-22", ["SIMPEL"]),
        ("11-24", ["SIMPEL"]),
    ]


def test_a_clock_that_stood_still_for_days_says_it_once(record):
    record.clearance.exclude(kind__in=["HOME_AFFAIRS", "SIMPEL"]).update(state=StepState.NOT_NEEDED)
    with time_machine.travel(at("11-22"), tick=False):
        clock.run()
        clock.run()
    assert said(record) == [("11-22", ["HOME_AFFAIRS", "SIMPEL"])]


def test_what_is_done_is_not_called_to_mind(record, cast):
    done = {step.pk: (StepState.DONE, dt.date(2026, 10, 1)) for step in record.clearance.exclude(kind="VISA")}
    services.save_clearance(record, done, None, cast["BIROKS_OFF"], None)
    with time_machine.travel(at("11-17"), tick=False):
        clock.run()
    assert said(record) == [("11-17", ["VISA"])]


def test_a_moved_departure_moves_the_reminders(record, cast):
    later = LEAVES + dt.timedelta(days=7)
    services.save_clearance(record, {}, later, cast["BIROKS_OFF"], None)
    with time_machine.travel(at("11-19"), tick=False):
        clock.run()
    assert said(record) == []
    with time_machine.travel(at("11-20"), tick=False):
        clock.run()
    assert said(record) == [("11-20", ["HOME_AFFAIRS"])]


def test_a_reminder_changes_no_state_and_no_deadline(record):
    before = (record.status, record.due_at, record.status_since)
    with time_machine.travel(at("11-17"), tick=False):
        clock.run()
    record.refresh_from_db()
    assert (record.status, record.due_at, record.status_since) == before


def test_nominee_office_and_bureau_are_told_and_the_partner_is_not(record, cast):
    deliver_pending()
    Notice.objects.all().delete()
    with time_machine.travel(at("11-13"), tick=False):
        clock.run()
        deliver_pending()
        clock.run()
        deliver_pending()
    told = Notice.objects.filter(action="remind_permits").values_list("membership__role", flat=True)
    assert sorted(told) == ["BIROKS_OFF", "DINAS_OP"]


def test_nobody_is_reminded_once_the_permits_are_complete(record, cast):
    done = {step.pk: (StepState.DONE, dt.date(2026, 10, 1)) for step in record.clearance.all()}
    services.save_clearance(record, done, None, cast["BIROKS_OFF"], None)
    with time_machine.travel(at("11-29"), tick=False):
        clock.run()
    assert said(record) == []


@pytest.mark.parametrize(
    ("state", "days", "left"),
    [
        (S.CLEARANCE, 44, 44),
        (S.CLEARANCE, 45, None),
        (S.ACCEPTED, -1, -1),
        (S.SHORTLISTED, 10, 10),
        (S.READY, 10, None),
        (S.SCREENING, 10, None),
    ],
)
def test_fewer_than_45_days_with_permits_to_come_are_red(abroad, state, days, left):
    make.begins(abroad, days)
    assert rules.days_left(make.nomination(abroad, state)) == left
