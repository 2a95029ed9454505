"""The deadline chain, computed on paper: dates of every level, what happens when the time is short, and its laws."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from programs import chain
from tests.programs.calendars import OFF
from workflow.working_days import between, is_open, shift

WIB = ZoneInfo("Asia/Jakarta")
HOUR = 14
AT_LEISURE = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
ROUTES = {
    "SETNEG": (15, True),
    "KOICA_OFFICE": (10, True),
    "ILO_OFFICE": (5, True),
    "BIROKS": (5, False),
    "DIRECT": (5, False),
    "PPSDM": (0, False),
}


def at(text: str, zone: str = "Asia/Jakarta") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def plan(closing, starts, route="SETNEG", off=OFF, **more):
    buffer, has_desk = ROUTES[route]
    return chain.plan(closing, starts, more.pop("buffer", buffer), has_desk=has_desk, hour=HOUR, off=off, **more)


def told(found) -> list[str]:
    """Each level as it would be written on paper: who, until when (WIB), days of minimum."""
    return [f"{s.level} {s.ends.astimezone(WIB):%Y-%m-%d %H:%M} {s.days}/{s.minimum}" for s in found.steps]


# --- The real case ------------------------------------------------------------------------------------------


def test_the_scholarship_of_2024_published_on_the_day_of_the_letter():
    """KOICA scholarship, second batch of 2024: letter of Monday 4 March, partner's deadline Friday 22 March, by way
    of the State Secretariat. Off: Monday 11 and Tuesday 12 (Nyepi), Friday 29 March.

    Working days after the letter: 5 6 7 8 | 13 14 15 | 18 19 20 21 22 = 12.
    The full chain wants 5 for the office and 15 behind it. Counted back from 22 March: 21 20 19 18 | 15 14 13 | 8 7 6
    5 4 | 1 March, 29 28 February: offices would have to close on 28 February, and five days before that, on 21
    February (27 26 23 22 21), the programme would have to be public. Too late, so express:
    the office keeps its 5 (5 6 7 8 13), 7 are left for the others. One each to forwarding, panel, desk, screening and
    province makes 5; the sixth goes to the panel (5 days of work for 1), the seventh to screening (3 for 1, before the
    province). Province 14; screening 15 and 18; panel 19 and 20; forwarding 21; the State Secretariat 22 March.
    """
    found = plan(at("2024-03-22 17:00"), at("2024-03-04 09:00"))
    assert told(found) == [
        "OFFICE 2024-03-13 14:00 5/5",
        "PROVINCE 2024-03-14 14:00 1/3",
        "SCREENING 2024-03-18 14:00 2/3",
        "PANEL 2024-03-20 14:00 2/5",
        "FORWARD 2024-03-21 14:00 1/2",
        "DESK 2024-03-22 14:00 1/2",
    ]
    assert (found.express, found.publish_by) == (True, dt.date(2024, 2, 21))
    assert [step.level for step in found.short] == ["PROVINCE", "SCREENING", "PANEL", "FORWARD", "DESK"]


def test_the_scholarship_of_2024_as_it_really_went():
    """The ministry's circular left on Friday 15 March and asked for names by 20 March, two days before the partner's
    deadline. Left on the 15th: 18 19 20 21 22 = 5. The centre keeps 2 (choosing on the 21st, handing over on the
    22nd), offices have 3 (18 19 20): the rule gives the dates that the ministry chose."""
    found = plan(at("2024-03-22 17:00"), at("2024-03-15 09:00"))
    assert told(found) == [
        "OFFICE 2024-03-20 14:00 3/5",
        "PROVINCE 2024-03-20 14:00 0/3",
        "SCREENING 2024-03-20 14:00 0/3",
        "PANEL 2024-03-21 14:00 1/5",
        "FORWARD 2024-03-22 14:00 1/2",
        "DESK 2024-03-22 14:00 0/2",
    ]


# --- Whole chains -------------------------------------------------------------------------------------------

CHAINS = {
    "the State Secretariat's route over independence day": (
        ("2026-08-21 17:00", "2026-06-01 09:00", "SETNEG"),
        """OFFICE 2026-07-30 14:00 42/5
        PROVINCE 2026-08-04 14:00 3/3
        SCREENING 2026-08-07 14:00 3/3
        PANEL 2026-08-14 14:00 5/5
        FORWARD 2026-08-19 14:00 2/2
        DESK 2026-08-21 14:00 2/2""",
    ),
    "the KOICA office: offices close on a Friday": (
        ("2026-09-18 17:00", "2026-08-24 09:00", "KOICA_OFFICE"),
        """OFFICE 2026-09-04 14:00 8/5
        PROVINCE 2026-09-08 14:00 2/2
        SCREENING 2026-09-10 14:00 2/2
        PANEL 2026-09-15 14:00 3/3
        FORWARD 2026-09-17 14:00 2/2
        DESK 2026-09-18 14:00 1/1""",
    ),
    "the KOICA office, one day short": (
        ("2026-09-18 17:00", "2026-08-31 09:00", "KOICA_OFFICE"),
        """OFFICE 2026-09-07 14:00 5/5
        PROVINCE 2026-09-09 14:00 2/2
        SCREENING 2026-09-11 14:00 2/2
        PANEL 2026-09-16 14:00 3/3
        FORWARD 2026-09-17 14:00 1/2
        DESK 2026-09-18 14:00 1/1""",
    ),
    "ILO Jakarta: a day for everybody": (
        ("2026-11-25 23:59", "2026-11-02 09:00", "ILO_OFFICE"),
        """OFFICE 2026-11-18 14:00 12/5
        PROVINCE 2026-11-19 14:00 1/1
        SCREENING 2026-11-20 14:00 1/1
        PANEL 2026-11-23 14:00 1/1
        FORWARD 2026-11-24 14:00 1/1
        DESK 2026-11-25 14:00 1/1""",
    ),
    "straight to the organiser": (
        ("2026-11-25 23:59", "2026-11-02 09:00", "DIRECT"),
        """OFFICE 2026-11-18 14:00 12/5
        PROVINCE 2026-11-19 14:00 1/1
        SCREENING 2026-11-20 14:00 1/1
        PANEL 2026-11-24 14:00 2/2
        FORWARD 2026-11-25 14:00 1/1""",
    ),
    "in the country nobody stands behind the office": (
        ("2026-11-27 12:00", "2026-11-16 09:00", "PPSDM"),
        "OFFICE 2026-11-26 14:00 8/5",
    ),
    "in the country, but published too late for an office": (
        ("2026-11-27 17:00", "2026-11-23 09:00", "PPSDM"),
        "OFFICE 2026-11-27 14:00 4/5",
    ),
    "over the turn of the year": (
        ("2027-01-06 23:59", "2026-11-16 09:00", "SETNEG"),
        """OFFICE 2026-12-10 14:00 18/5
        PROVINCE 2026-12-15 14:00 3/3
        SCREENING 2026-12-18 14:00 3/3
        PANEL 2026-12-29 14:00 5/5
        FORWARD 2026-12-31 14:00 2/2
        DESK 2027-01-06 14:00 2/2""",
    ),
    "over the Eid block": (
        ("2026-03-27 17:00", "2026-02-02 09:00", "SETNEG"),
        """OFFICE 2026-02-27 14:00 17/5
        PROVINCE 2026-03-04 14:00 3/3
        SCREENING 2026-03-09 14:00 3/3
        PANEL 2026-03-16 14:00 5/5
        FORWARD 2026-03-25 14:00 2/2
        DESK 2026-03-27 14:00 2/2""",
    ),
    "the partner closes in the middle of the Eid block": (
        ("2026-03-20 23:59", "2026-03-04 09:00", "ILO_OFFICE"),
        """OFFICE 2026-03-11 14:00 5/5
        PROVINCE 2026-03-11 14:00 0/1
        SCREENING 2026-03-12 14:00 1/1
        PANEL 2026-03-13 14:00 1/1
        FORWARD 2026-03-16 14:00 1/1
        DESK 2026-03-17 14:00 1/1""",
    ),
    "two days are left": (
        ("2026-11-25 17:00", "2026-11-23 15:00", "SETNEG"),
        """OFFICE 2026-11-24 14:00 1/5
        PROVINCE 2026-11-24 14:00 0/3
        SCREENING 2026-11-24 14:00 0/3
        PANEL 2026-11-24 14:00 0/5
        FORWARD 2026-11-25 14:00 1/2
        DESK 2026-11-25 14:00 0/2""",
    ),
    "one day is left: it is the office's": (
        ("2026-11-25 17:00", "2026-11-24 15:00", "SETNEG"),
        """OFFICE 2026-11-25 14:00 1/5
        PROVINCE 2026-11-25 14:00 0/3
        SCREENING 2026-11-25 14:00 0/3
        PANEL 2026-11-25 14:00 0/5
        FORWARD 2026-11-25 14:00 0/2
        DESK 2026-11-25 14:00 0/2""",
    ),
    "the partner closes this afternoon": (
        ("2026-11-25 17:00", "2026-11-25 15:00", "DIRECT"),
        """OFFICE 2026-11-25 17:00 0/5
        PROVINCE 2026-11-25 17:00 0/1
        SCREENING 2026-11-25 17:00 0/1
        PANEL 2026-11-25 17:00 0/2
        FORWARD 2026-11-25 17:00 0/1""",
    ),
    "published at night counts like published that day": (
        ("2026-09-18 17:00", "2026-08-24 23:50", "KOICA_OFFICE"),
        """OFFICE 2026-09-04 14:00 8/5
        PROVINCE 2026-09-08 14:00 2/2
        SCREENING 2026-09-10 14:00 2/2
        PANEL 2026-09-15 14:00 3/3
        FORWARD 2026-09-17 14:00 2/2
        DESK 2026-09-18 14:00 1/1""",
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_as_computed_on_paper(name):
    (closing, starts, route), expected = CHAINS[name]
    assert told(plan(at(closing), at(starts), route)) == [line.strip() for line in expected.splitlines()]


def test_a_schemes_own_buffer_is_shared_by_the_same_rule():
    found = plan(at("2026-08-21 17:00"), at("2026-06-01 09:00"), buffer=3)
    assert told(found)[1:] == [
        "PROVINCE 2026-08-18 14:00 0/0",
        "SCREENING 2026-08-18 14:00 0/0",
        "PANEL 2026-08-19 14:00 1/1",
        "FORWARD 2026-08-20 14:00 1/1",
        "DESK 2026-08-21 14:00 1/1",
    ]
    assert not found.express


def test_what_offices_were_told_stands_and_the_others_share_what_is_behind_it():
    """Offices close on Wednesday 19 August; 20, 21 August are left of a buffer of fifteen."""
    found = plan(at("2026-08-21 17:00"), at("2026-06-01 09:00"), office_closes=at("2026-08-19 14:00"))
    assert told(found)[0] == "OFFICE 2026-08-19 14:00 55/5"
    assert [(s.level, s.days) for s in found.steps[1:]] == [
        ("PROVINCE", 0),
        ("SCREENING", 0),
        ("PANEL", 1),
        ("FORWARD", 1),
        ("DESK", 0),
    ]


# --- The last day on which something still reaches the partner ----------------------------------------------

LAST_DAYS = """
2026-08-21T17:00 Asia/Jakarta  2026-08-21  a Friday afternoon
2026-08-21T14:00 Asia/Jakarta  2026-08-21  at our own hour exactly
2026-08-21T13:59 Asia/Jakarta  2026-08-20  a minute too early for our hour
2026-08-21T23:59 Asia/Jakarta  2026-08-21  the end of the day
2026-08-21T00:00 Asia/Jakarta  2026-08-20  its first minute
2026-08-22T10:00 Asia/Jakarta  2026-08-21  a Saturday
2026-08-23T23:59 Asia/Jakarta  2026-08-21  a Sunday night
2026-08-24T09:00 Asia/Jakarta  2026-08-21  a Monday morning
2026-08-17T23:59 Asia/Jakarta  2026-08-14  independence day
2026-08-18T09:00 Asia/Jakarta  2026-08-14  the morning after it
2026-03-24T23:59 Asia/Jakarta  2026-03-17  the last day of the Eid block
2026-03-25T09:00 Asia/Jakarta  2026-03-17  the morning after it
2026-05-15T23:59 Asia/Jakarta  2026-05-13  joint leave
2027-01-01T23:59 Asia/Jakarta  2026-12-31  new year's day
2026-08-21T16:00 Asia/Jayapura 2026-08-21  16.00 WIT is 14.00 WIB
2026-08-21T15:59 Asia/Jayapura 2026-08-20  a minute before
2026-08-22T01:30 Asia/Jayapura 2026-08-21  Saturday there, Friday night in Jakarta
2026-08-21T15:00 Asia/Makassar 2026-08-21  15.00 WITA is 14.00 WIB
2026-08-21T14:59 Asia/Makassar 2026-08-20  a minute before
2026-08-21T23:59 Asia/Makassar 2026-08-21  the end of the day in Makassar
2026-08-21T01:00 Asia/Seoul    2026-08-20  Friday there, Thursday night in Jakarta
2026-08-21T23:59 Asia/Seoul    2026-08-21  21.59 WIB
2026-08-21T16:00 Asia/Tokyo    2026-08-21  14.00 WIB
2026-08-21T15:59 Asia/Tokyo    2026-08-20  13.59 WIB
2026-08-20T23:59 Europe/Rome   2026-08-20  Friday 04.59 in Jakarta
2026-08-21T10:00 Europe/Rome   2026-08-21  15.00 WIB in summer time
2026-11-20T08:00 Europe/Rome   2026-11-20  14.00 WIB in winter time
2026-11-20T07:59 Europe/Rome   2026-11-19  13.59 WIB
"""


def _last_days():
    return [line.split(None, 3) for line in LAST_DAYS.strip().splitlines()]


@pytest.mark.parametrize(("moment", "zone", "expected", "why"), _last_days(), ids=[r[3] for r in _last_days()])
def test_the_last_day_that_still_reaches_the_partner(moment, zone, expected, why):
    assert chain.last_day(at(moment, zone), HOUR, OFF) == dt.date.fromisoformat(expected)


# --- How days are shared ------------------------------------------------------------------------------------

ALL = (chain.PROVINCE, chain.SCREENING, chain.PANEL, chain.FORWARD, chain.DESK)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "00000"),
        (1, "00010"),
        (2, "00110"),
        (3, "00111"),
        (4, "01111"),
        (5, "11111"),
        (6, "11211"),
        (7, "12211"),
        (8, "22211"),
        (9, "22311"),
        (10, "22321"),
        (11, "22322"),
        (12, "22422"),
        (13, "23422"),
        (14, "33422"),
        (15, "33522"),
    ],
)
def test_days_behind_the_office_are_shared_as_typed(days, expected):
    """Province, screening, panel, forwarding, desk."""
    assert [chain.share(days, ALL)[level] for level in ALL] == [int(n) for n in expected]


@pytest.mark.parametrize(
    ("left", "behind"),
    [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 2), (6, 2), (7, 2), (8, 3), (12, 7), (19, 14), (20, 15), (60, 15)],
)
def test_of_the_days_that_are_left_the_levels_behind_keep(left, behind):
    assert chain.kept_behind(left, 15) == behind


# --- Laws ---------------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(dt.datetime(2026, 2, 1), dt.datetime(2027, 11, 30), timezones=st.just(WIB))
CALENDARS = st.frozensets(st.dates(dt.date(2025, 10, 1), dt.date(2028, 1, 31)), max_size=40)
AHEAD = st.integers(0, 120)
ANY_ROUTE = st.sampled_from(sorted(ROUTES))


@AT_LEISURE
@given(MOMENTS, AHEAD, ANY_ROUTE, CALENDARS)
def test_no_level_ends_on_a_day_off_or_after_the_partner(starts, days, route, off):
    closing = starts + dt.timedelta(days=days, hours=1)
    found = plan(closing, starts, route, off)
    ends = [step.ends for step in found.steps]
    assert ends == sorted(ends) and starts < ends[0] and ends[-1] <= closing
    assert all(is_open(e.date(), off) and e.hour == HOUR for e in ends) or ends[0] == closing


@AT_LEISURE
@given(MOMENTS, AHEAD, ANY_ROUTE, CALENDARS)
def test_every_working_day_is_given_to_somebody(starts, days, route, off):
    closing = starts + dt.timedelta(days=days, hours=1)
    found = plan(closing, starts, route, off)
    assume(found.office.ends != closing)
    left = between(starts.date(), chain.last_day(closing, HOUR, off), off)
    assert sum(step.days for step in found.steps) == left
    assert found.behind <= ROUTES[route][0] and all(step.days <= step.minimum for step in found.steps[1:])


@AT_LEISURE
@given(MOMENTS, AHEAD, st.integers(0, 60 * 24 * 30), ANY_ROUTE, CALENDARS)
def test_a_later_closing_makes_nobody_s_deadline_earlier(starts, days, minutes, route, off):
    closing = starts + dt.timedelta(days=days, hours=1)
    sooner, later = plan(closing, starts, route, off), plan(closing + dt.timedelta(minutes=minutes), starts, route, off)
    assert all(a.ends <= b.ends for a, b in zip(sooner.steps, later.steps, strict=True))


@AT_LEISURE
@given(MOMENTS, st.integers(1, 20), ANY_ROUTE, CALENDARS)
def test_with_time_enough_everything_moves_by_as_many_working_days_as_the_closing(starts, count, route, off):
    start_day = starts.date()
    last = shift(start_day, ROUTES[route][0] + chain.OFFICE_MINIMUM, off)
    closing = dt.datetime.combine(last, dt.time(17), WIB)
    moved = dt.datetime.combine(shift(last, count, off), dt.time(17), WIB)
    before, after = plan(closing, starts, route, off), plan(moved, starts, route, off)
    assert not before.express and not after.express
    assert [shift(step.ends.date(), count, off) for step in before.steps] == [s.ends.date() for s in after.steps]


@AT_LEISURE
@given(MOMENTS, AHEAD, ANY_ROUTE, CALENDARS)
def test_express_means_published_after_the_last_day_for_everybody(starts, days, route, off):
    found = plan(starts + dt.timedelta(days=days, hours=1), starts, route, off)
    assert found.express == (between(found.publish_by, starts.date(), off) > 0)


@AT_LEISURE
@given(st.integers(0, 40), st.sampled_from([ALL, ALL[:-1]]))
def test_a_day_more_takes_a_day_from_nobody(days, levels):
    some, more = chain.share(days, levels), chain.share(days + 1, levels)
    assert sum(some.values()) == days and all(some[level] <= more[level] for level in levels)


@AT_LEISURE
@given(MOMENTS, AHEAD, ANY_ROUTE, CALENDARS)
def test_the_stored_deadline_gives_the_same_chain_again(starts, days, route, off):
    closing = starts + dt.timedelta(days=days, hours=1)
    found = plan(closing, starts, route, off)
    assume(found.office.ends != closing)
    assert plan(closing, starts, route, off, office_closes=found.office.ends) == found
