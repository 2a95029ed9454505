"""Working days: from a moment to the end of the n-th working day, on the national holiday calendar."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.core.cache import cache

WIB = "Asia/Jakarta"
_KEY = "workflow.holidays"


def holidays() -> frozenset[dt.date]:
    """The dates on which offices are closed nationwide."""
    found = cache.get(_KEY)
    if found is None:
        from workflow.models import Holiday

        found = frozenset(Holiday.objects.filter(region_code="").values_list("date", flat=True))
        cache.set(_KEY, found, 3600)
    return found


def forget_holidays() -> None:
    """Called after the calendar was edited."""
    cache.delete(_KEY)


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < 5 and day not in holidays()


def shift(day: dt.date, count: int) -> dt.date:
    """The working day `count` working days after (or, negative, before) a day; count 0 is the day itself."""
    step = dt.timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        if is_working_day(day):
            left -= 1
    return day


def end_of_working_day(moment: dt.datetime, count: int, zone: str = WIB) -> dt.datetime:
    """The last second of the `count`-th working day after `moment`, in the given time zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return dt.datetime.combine(shift(local.date(), count), dt.time(23, 59, 59), ZoneInfo(zone))


def working_days_between(start: dt.datetime, end: dt.datetime, zone: str = WIB) -> int:
    """Working days after the day of `start` up to and including the day of `end`; 0 when `end` is earlier."""
    day, last = start.astimezone(ZoneInfo(zone)).date(), end.astimezone(ZoneInfo(zone)).date()
    count = 0
    while day < last:
        day += dt.timedelta(days=1)
        count += is_working_day(day)
    return count


def working_days(count: int):
    """For `State.within`: due at the end of the count-th working day after the state began, in the record's zone."""

    def due(record, now):
        return end_of_working_day(now, count, getattr(record, "time_zone", "") or WIB)

    due.working_days = count
    return due


def days(count: int):
    """For `State.within`: due at the end of the count-th calendar day."""

    def due(record, now):
        zone = ZoneInfo(getattr(record, "time_zone", "") or WIB)
        day = now.astimezone(zone).date() + dt.timedelta(days=count)
        return dt.datetime.combine(day, dt.time(23, 59, 59), zone)

    due.days = count
    return due
