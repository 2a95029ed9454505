"""Working days counted by hand on a wall calendar: long weekends, joint leave, the Eid block, the turn of the year."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.programs.calendars import OFF
from workflow.working_days import between, is_open, on_or_before, shift

AT_LEISURE = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


SHIFTS = """
2026-11-09  +5  2026-11-16  an ordinary week
2026-11-13  +1  2026-11-16  over a weekend
2026-11-16  -1  2026-11-13  back over a weekend
2026-11-14  +1  2026-11-16  from a Saturday
2026-11-15  -1  2026-11-13  from a Sunday back
2026-11-15  +0  2026-11-15  nothing moves, not even a Sunday
2026-02-13  +1  2026-02-18  joint leave on Monday, lunar new year on Tuesday
2026-02-13  +5  2026-02-24  five days over the same four days off
2026-02-18  -1  2026-02-13  and back
2026-02-18  -3  2026-02-11  three back
2026-02-14  +1  2026-02-18  from the Saturday in between
2026-02-16  -1  2026-02-13  from the leave day itself
2026-03-17  +1  2026-03-25  the Eid block of 2026: seven days off
2026-03-17  +3  2026-03-27  three days beyond it
2026-03-25  -1  2026-03-17  back over it
2026-03-25  -5  2026-03-11  five back
2026-03-21  -1  2026-03-17  from the middle of it back
2026-03-22  +1  2026-03-25  from the middle of it on
2026-03-20  +0  2026-03-20  nothing moves, not even a day of leave
2026-04-02  +1  2026-04-06  Good Friday
2026-04-06  -1  2026-04-02  and back
2026-04-30  +1  2026-05-04  labour day on a Friday
2026-05-13  +1  2026-05-18  Ascension and the leave after it
2026-05-18  -2  2026-05-12  and two back
2026-05-26  +1  2026-05-29  Eid al-Adha and the leave after it
2026-05-26  +2  2026-06-02  and Pancasila day on the Monday
2026-06-02  -1  2026-05-29  one back over Vesak Sunday and Monday
2026-06-02  -2  2026-05-26  two back
2026-06-15  +1  2026-06-17  a holiday in the middle of the week
2026-08-14  +1  2026-08-18  independence day on a Monday
2026-08-18  -1  2026-08-14  and back
2026-08-24  +1  2026-08-26  the Prophet's birthday
2026-08-26 -15  2026-08-03  the buffer of the State Secretariat's route over two holidays
2026-12-23  +1  2026-12-28  Christmas and the leave before it
2026-12-23  +5  2027-01-04  into the new year
2026-12-31  +1  2027-01-04  new year on a Friday
2026-12-31  +2  2027-01-06  and Isra Mikraj on the Tuesday
2027-01-06  -1  2027-01-04  and back
2027-01-06  -3  2026-12-30  into the old year
2027-01-04 -15  2026-12-09  fifteen back over Christmas
2027-03-05  +1  2027-03-16  the Eid block of 2027: ten days off
2027-03-16  -1  2027-03-05  and back
2027-03-24  +1  2027-03-29  leave and Good Friday
2027-05-14  +1  2027-05-21  four days off in one week
2027-05-21  -1  2027-05-14  and back
2027-05-05  +1  2027-05-07  Ascension alone
2027-12-23  +1  2027-12-27  leave before a Christmas on Saturday
2026-01-01  +1  2026-01-02  from new year's day
2026-01-15  +1  2026-01-19  a holiday on a Friday
2024-03-08  +1  2024-03-13  Nyepi and its leave
2024-03-13  -1  2024-03-08  and back
2024-03-28  +1  2024-04-01  Good Friday 2024
2024-04-01  -1  2024-03-28  and back
2024-03-22 -15  2024-02-28  the scholarship's deadline, the route's buffer back
2024-02-28  +1  2024-02-29  a leap day is a day
2024-02-29  +1  2024-03-01  and March comes after it
"""

SPANS = """
2024-03-04  2024-03-22   12  the scholarship: from the letter to the partner's deadline
2024-03-15  2024-03-22    5  from the circular to the partner's deadline
2024-03-15  2024-03-20    3  what the offices had
2026-02-13  2026-02-24    5  a long weekend inside
2026-03-17  2026-03-24    0  nothing but days off
2026-03-17  2026-03-25    1  the first day after Eid
2026-05-26  2026-06-02    2  two in a week full of holidays
2026-12-23  2027-01-06    6  over the turn of the year
2026-11-14  2026-11-15    0  a weekend
2026-11-13  2026-11-16    1  Friday to Monday
2026-11-16  2026-11-16    0  the day itself does not count
2026-11-17  2026-11-16    0  nothing backwards
2027-03-05  2027-03-16    1  ten days off and one day
2027-05-14  2027-05-21    1  a week of four days off
2025-12-31  2026-12-31  240  the whole year 2026: 261 weekdays less 21
"""


def rows(table: str) -> list[list[str]]:
    return [line.split(None, 3) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("start", "count", "expected", "why"), rows(SHIFTS), ids=[r[3] for r in rows(SHIFTS)])
def test_so_many_working_days_from_a_day(start, count, expected, why):
    assert shift(day(start), int(count), OFF) == day(expected)


@pytest.mark.parametrize(("first", "last", "expected", "why"), rows(SPANS), ids=[r[3] for r in rows(SPANS)])
def test_working_days_between_two_days(first, last, expected, why):
    assert between(day(first), day(last), OFF) == int(expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-08-21", "2026-08-21"),
        ("2026-08-22", "2026-08-21"),
        ("2026-08-17", "2026-08-14"),
        ("2026-03-24", "2026-03-17"),
        ("2027-01-01", "2026-12-31"),
        ("2027-03-15", "2027-03-05"),
    ],
)
def test_a_day_off_gives_way_to_the_working_day_before(given, expected):
    assert on_or_before(day(given), OFF) == day(expected)


DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
CALENDARS = st.frozensets(st.dates(dt.date(2025, 12, 1), dt.date(2028, 1, 31)), max_size=40)


@AT_LEISURE
@given(DAYS, st.integers(1, 60), CALENDARS)
def test_counting_there_and_counting_what_lies_between_agree(start, count, off):
    there = shift(start, count, off)
    assert is_open(there, off) and between(start, there, off) == count


@AT_LEISURE
@given(DAYS, st.integers(1, 60), CALENDARS)
def test_there_and_back_is_where_one_was(start, count, off):
    start = on_or_before(start, off)
    assert shift(shift(start, count, off), -count, off) == start


@AT_LEISURE
@given(DAYS, DAYS, CALENDARS)
def test_one_by_one_gives_the_same_number(first, last, off):
    one_by_one = sum(is_open(first + dt.timedelta(days=n), off) for n in range(1, max((last - first).days, 0) + 1))
    assert between(first, last, off) == one_by_one


@AT_LEISURE
@given(DAYS, st.integers(0, 40), st.integers(0, 40), CALENDARS)
def test_more_days_are_never_earlier(start, some, more, off):
    assert shift(start, some, off) <= shift(start, some + more, off)
