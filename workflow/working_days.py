"""Arithmetic of working days over a given set of days off. Plain Python: no Django, no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set

Off = Set[dt.date]
"""The days, beside Saturdays and Sundays, on which offices are closed."""

ONE = dt.timedelta(days=1)


def is_open(day: dt.date, off: Off) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < 5 and day not in off


def shift(day: dt.date, count: int, off: Off) -> dt.date:
    """The working day `count` working days after (or, negative, before) a day; count 0 is the day itself."""
    step, left = (ONE if count > 0 else -ONE), abs(count)
    while left:
        day += step
        left -= is_open(day, off)
    return day


def on_or_before(day: dt.date, off: Off) -> dt.date:
    """The day itself where offices are open, else the last working day before it."""
    return day if is_open(day, off) else shift(day, -1, off)


def between(first: dt.date, last: dt.date, off: Off) -> int:
    """Working days after `first` up to and including `last`; 0 where `last` is not later."""
    if last <= first:
        return 0
    return _weekdays_up_to(last) - _weekdays_up_to(first) - sum(first < d <= last and d.weekday() < 5 for d in off)


def _weekdays_up_to(day: dt.date) -> int:
    """Mondays to Fridays from Monday 1 January of the year 1 up to and including a day."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)
