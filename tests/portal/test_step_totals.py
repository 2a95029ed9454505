"""Totals of steps: what pages read from them is what the whole log says, whenever they were added up."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.kpi import step_totals
from portal.kpi.periods import Period
from portal.kpi.scopes import scope_of
from portal.kpi.step_totals import add_up, tally
from portal.kpi.steps import Tally, stays
from portal.models import StepMark
from portal.tasks import add_up_steps
from workflow.calendar import forget_holidays
from workflow.models import Holiday, LogEntry

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")


def moment(month: int, day: int, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, day, 9, tzinfo=WIB)


def need(number: int, filed: dt.datetime, *ends: dt.datetime, was_due: dt.datetime | None = None) -> None:
    """A need that was filed and then moved on at these moments."""
    states = ["DRAFT", "PROV_REVIEW", "MIN_REVIEW", "APPROVED"]
    moves = zip(states, states[1:], (filed, *ends), strict=False)
    for source, target, at in (("DRAFT", "DRAFT", filed - dt.timedelta(days=1)), *moves):
        LogEntry.objects.create(
            flow="regions.need", record_id=number, record_code=f"KB-{number}", role="CLOCK",
            source=source, target=target, action="create" if source == target else "go", at=at,
            data={"was_due": was_due.isoformat()} if was_due else {},
        )  # fmt: skip


def said(found: Tally) -> list[tuple]:
    return [(s.flow, s.state, dict(s.days), s.median, s.timed, s.hits) for s in found.steps()]


def whole(reader, year: int = 2026) -> list[tuple]:
    """The same from every move of the log."""
    return said(Tally(stays(scope_of(reader), Period(year))))


def test_totals_and_what_came_after_them_say_what_the_log_says(auditor):
    """Steps of two years, within their limit, late and without one; read before, between and after adding up."""
    need(1, moment(3, 2), moment(3, 6), moment(3, 30))
    need(2, moment(12, 28, 2025), moment(1, 5), was_due=moment(1, 2))
    unread = [said(tally(scope_of(auditor), Period(year))) for year in (2025, 2026)]
    assert unread == [whole(auditor, 2025), whole(auditor)] and all(unread)
    assert add_up() == 5
    mark = StepMark.objects.get()
    assert (mark.totals.count(), mark.seq) == (5, LogEntry.objects.latest("seq").seq)
    need(3, moment(3, 2), moment(3, 6))
    between = said(tally(scope_of(auditor), Period(2026)))
    assert between == whole(auditor) != unread[1]
    assert add_up_steps() == 2 and add_up_steps() == 0
    assert said(tally(scope_of(auditor), Period(2026))) == between
    assert said(tally(scope_of(auditor), Period(2025))) == whole(auditor, 2025)


def test_a_long_log_is_added_up_piece_by_piece(auditor, monkeypatch):
    monkeypatch.setattr(step_totals, "AT_ONCE", 2)
    for number in range(1, 8):
        need(number, moment(3, number), moment(3, number + 10))
    assert add_up() == 14
    assert said(tally(scope_of(auditor), Period(2026))) == whole(auditor)


def test_totals_made_by_other_holidays_are_not_read_and_made_anew(auditor):
    need(1, moment(3, 16), moment(3, 20))
    add_up()
    before = said(tally(scope_of(auditor), Period(2026)))
    Holiday.objects.create(date=dt.date(2026, 3, 18), label_id="Nyepi")
    forget_holidays()
    after = said(tally(scope_of(auditor), Period(2026)))
    assert after == whole(auditor) and [row[2] for row in before] != [row[2] for row in after]
    assert add_up() == 2 and StepMark.objects.count() == 1
    assert said(tally(scope_of(auditor), Period(2026))) == after


def test_what_was_added_up_is_not_read_from_the_log_again(auditor):
    """The one query on the log asks for entries after the mark."""
    for number in range(1, 4):
        need(number, moment(3, number), moment(3, number + 10))
    add_up()
    with CaptureQueriesContext(connection) as found:
        tally(scope_of(auditor), Period(2026))
    [asked] = [q["sql"] for q in found if 'FROM "workflow_logentry"' in q["sql"]]
    assert f'"seq" > {LogEntry.objects.latest("seq").seq}' in asked
