"""Working days: from a moment to the end of the n-th working day, on the national holiday calendar."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.dispatch import Signal

from workflow import working_days as counting
from workflow.once import forget, once

WIB = "Asia/Jakarta"
_KEY = "workflow.holidays"

calendar_changed = Signal()
"""Sent by the task that follows an edited calendar: sender=Holiday, now. Rooms move what they derive from it."""


def holidays() -> frozenset[dt.date]:
    """The dates on which offices are closed nationwide. A page with many deadlines asks the cache once."""
    return once(_KEY, _holidays)


def _holidays() -> frozenset[dt.date]:
    found = cache.get(_KEY)
    if found is None:
        from workflow.models import Holiday

        found = frozenset(Holiday.objects.valid().filter(region_code="").values_list("date", flat=True))
        cache.set(_KEY, found, 3600)
    return found


def forget_holidays() -> None:
    """Called after the calendar was edited."""
    cache.delete(_KEY)
    forget(_KEY)


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday and no holiday."""
    return counting.is_open(day, holidays())


def shift(day: dt.date, count: int) -> dt.date:
    """The working day `count` working days after (or, negative, before) a day; count 0 is the day itself."""
    return counting.shift(day, count, holidays())


def end_of_working_day(moment: dt.datetime, count: int, zone: str = WIB) -> dt.datetime:
    """The last second of the `count`-th working day after `moment`, in the given time zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return dt.datetime.combine(shift(local.date(), count), dt.time(23, 59, 59), ZoneInfo(zone))


def working_days_between(start: dt.datetime, end: dt.datetime, zone: str = WIB) -> int:
    """Working days after the day of `start` up to and including the day of `end`; 0 when `end` is earlier."""
    day, last = start.astimezone(ZoneInfo(zone)).date(), end.astimezone(ZoneInfo(zone)).date()
    return counting.between(day, last, holidays())


def working_days(count: int):
    """For `State.within`: due at the end of the count-th working day after the state began, in the record's zone."""

    def due(record, now):
        return end_of_working_day(now, count, getattr(record, "time_zone", "") or WIB)

    due.working_days = count
    return on_calendar(due)


def on_calendar(within):
    """Marks a `State.within` that counts working days: it is asked again when the holiday calendar changes.

    Asked with the moment the state began, it gives the date it gave then, had the calendar been as it is now.
    """
    within.on_calendar = True
    return within


def days(count: int):
    """For `State.within`: due at the end of the count-th calendar day."""

    def due(record, now):
        zone = ZoneInfo(getattr(record, "time_zone", "") or WIB)
        day = now.astimezone(zone).date() + dt.timedelta(days=count)
        return dt.datetime.combine(day, dt.time(23, 59, 59), zone)

    due.days = count
    return due
