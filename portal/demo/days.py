"""The demo's calendar: the scenario's week of 3 August 2026 becomes the week in which the demo is seeded.

Courses keep their weekday, length and order, moved by whole weeks. Deadlines are counted from the day of
seeding, so that what is said to be open really is. The past is lived through: each step of the scenario has
its moment, the steps are carried out in that order, and the clock shows that moment while one is carried out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils import timezone

from workflow.calendar import WIB, is_working_day, shift

SCENARIO_MONDAY = dt.date(2026, 8, 3)
ZONE = ZoneInfo(WIB)
CLOSING = dt.time(14, 0)


@contextmanager
def clock_at(moment: dt.datetime) -> Iterator[None]:
    """Let Django's clock stand at a moment. For seeding only: nothing else runs in this process."""
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


@dataclass
class Days:
    """Dates and moments relative to the moment of seeding."""

    now: dt.datetime
    steps: list[tuple[dt.datetime, int, Callable[[], None]]] = field(default_factory=list)

    @property
    def today(self) -> dt.date:
        """The day of seeding in WIB."""
        return self.now.astimezone(ZONE).date()

    @property
    def monday(self) -> dt.date:
        """The Monday of the week of seeding."""
        return self.today - dt.timedelta(days=self.today.weekday())

    def course(self, day: str) -> dt.date:
        """A date of the scenario, moved by whole weeks."""
        return dt.date.fromisoformat(day) + (self.monday - SCENARIO_MONDAY)

    def in_scenario(self, day: dt.date) -> str:
        """The date of the scenario that `course` moves to this day."""
        return (day - (self.monday - SCENARIO_MONDAY)).isoformat()

    def in_days(self, count: int) -> dt.date:
        """So many days from today (negative: ago)."""
        return self.today + dt.timedelta(days=count)

    def office_day(self, count: int) -> dt.date:
        """The first working day at least `count` days from today."""
        day = self.in_days(count)
        return day if is_working_day(day) else shift(day, 1)

    def working_day(self, count: int) -> dt.date:
        """The day `count` working days from today (negative: ago); a day off counts as the one before."""
        day = self.today if is_working_day(self.today) else shift(self.today, -1)
        return shift(day, count)

    def at(self, day: dt.date, hour: int = 10, minute: int = 0) -> dt.datetime:
        """A moment of a day in WIB, never later than the moment of seeding when the day is not ahead."""
        moment = dt.datetime.combine(day, dt.time(hour, minute), ZONE)
        return min(moment, self.now) if day <= self.today else moment

    def ago(self, count: int, hour: int = 10, minute: int = 0) -> dt.datetime:
        """A moment on the last working day that lies at least `count` days back."""
        day = self.in_days(-count)
        return self.at(day if is_working_day(day) else shift(day, -1), hour, minute)

    def working_days_ago(self, count: int, hour: int = 10, minute: int = 0) -> dt.datetime:
        """A moment `count` working days ago."""
        return self.at(self.working_day(-count), hour, minute)

    def after(self, moment: dt.datetime, count: int, hour: int = 10) -> dt.datetime:
        """A moment `count` working days after another (negative: before)."""
        return self.at(shift(moment.astimezone(ZONE).date(), count), hour)

    def later(self, moment: dt.datetime, minutes: int) -> dt.datetime:
        """Some minutes later (negative: earlier), never after the moment of seeding."""
        return min(moment + dt.timedelta(minutes=minutes), self.now)

    def plan(self, moment: dt.datetime, step: Callable[[], None]) -> None:
        """Put a step into the calendar. Steps of one moment keep the order in which they were planned."""
        self.steps.append((moment, len(self.steps), step))

    def live_through(self) -> None:
        """Carry out every step at its moment, oldest first."""
        for moment, _order, step in sorted(self.steps, key=lambda planned: planned[:2]):
            with clock_at(moment):
                step()
        self.steps.clear()


def born(record) -> None:
    """Give a record just created the moment the clock shows: defaults of its fields asked the real clock."""
    now = timezone.now()
    type(record)._default_manager.filter(pk=record.pk).update(created_at=now, status_since=now)
    record.created_at = record.status_since = now
