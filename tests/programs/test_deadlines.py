"""The internal deadline: working days before the partner's, on the holiday calendar, at 14.00 WIB."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from programs.models import Program, Scheme
from programs.services import internal_deadline_for
from programs.templatetags.programs_tags import both_clocks
from workflow.calendar import forget_holidays
from workflow.models import Holiday

WIB = ZoneInfo("Asia/Jakarta")
EARLY = dt.datetime(2026, 6, 1, 9, tzinfo=WIB)


def wib(month, day, hour=14, minute=0):
    return dt.datetime(2026, month, day, hour, minute, tzinfo=WIB)


def offer(deadline, route="SETNEG", buffer=None, scheme_route="SETNEG"):
    scheme = Scheme(code="X", route=scheme_route, buffer_days=buffer)
    return Program(scheme=scheme, route=route, partner_deadline=deadline)


@pytest.fixture
def independence_day(db):
    Holiday.objects.create(date=dt.date(2026, 8, 17), label_id="Hari Kemerdekaan", label_en="Independence Day")
    forget_holidays()


FRIDAY = wib(8, 21, 17)
"""The deadline of the demo's inspection course: Friday 21 August 2026; Monday 17 August is a holiday."""


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("SETNEG", (wib(7, 30), 15)),
        ("KOICA_OFFICE", (wib(8, 6), 10)),
        ("ILO_OFFICE", (wib(8, 13), 5)),
        ("BIROKS", (wib(8, 13), 5)),
        ("DIRECT", (wib(8, 13), 5)),
        ("PPSDM", (wib(8, 21), 0)),
    ],
)
def test_the_buffer_is_counted_in_working_days_around_the_holiday(independence_day, route, expected):
    found = internal_deadline_for(offer(FRIDAY, route), EARLY)
    assert (found.moment, found.buffer, found.express) == (*expected, False)


@pytest.mark.django_db
def test_without_the_holiday_the_deadline_is_a_day_later():
    assert internal_deadline_for(offer(FRIDAY), EARLY).moment == wib(7, 31)


@pytest.mark.django_db
def test_a_schemes_own_buffer_counts_while_the_route_is_the_schemes():
    assert internal_deadline_for(offer(FRIDAY, buffer=3), EARLY).moment == wib(8, 18)
    assert internal_deadline_for(offer(FRIDAY, route="DIRECT", buffer=3), EARLY).moment == wib(8, 14)


@pytest.mark.django_db
def test_a_deadline_before_14_00_puts_ours_on_the_working_day_before():
    monday_morning = wib(8, 24, 9)
    assert internal_deadline_for(offer(monday_morning, "PPSDM"), EARLY).moment == wib(8, 21)


@pytest.mark.django_db
def test_a_deadline_on_a_sunday_puts_ours_on_the_friday_before():
    assert internal_deadline_for(offer(wib(8, 23, 23, 59), "PPSDM"), EARLY).moment == wib(8, 21)


@pytest.mark.django_db
def test_a_partner_abroad_counts_from_the_day_it_is_in_jakarta():
    seoul_midnight = dt.datetime(2026, 8, 21, 1, tzinfo=ZoneInfo("Asia/Seoul"))
    assert internal_deadline_for(offer(seoul_midnight, "DIRECT"), EARLY).moment == wib(8, 13)


def test_when_the_full_buffer_is_impossible_the_programme_is_express(independence_day):
    found = internal_deadline_for(offer(FRIDAY), wib(8, 10, 9))
    # Eight working days are left: five for the office (11-14 and 18 August), three for those behind it.
    assert (found.moment, found.buffer, found.express) == (wib(8, 18), 3, True)


def test_a_buffer_that_ends_today_is_impossible_too(independence_day):
    found = internal_deadline_for(offer(FRIDAY), wib(7, 30, 8))
    # Fifteen are left: five for the office (31 July to 6 August), ten for the others.
    assert (found.moment, found.buffer, found.express) == (wib(8, 6), 10, True)


def test_express_takes_what_is_left(independence_day):
    found = internal_deadline_for(offer(FRIDAY), wib(8, 19, 15))
    assert (found.moment, found.buffer, found.express) == (wib(8, 20), 1, True)
    last = internal_deadline_for(offer(FRIDAY), wib(8, 21, 15))
    assert (last.moment, last.buffer, last.express) == (FRIDAY, 0, True)


def test_rolling_registration_without_a_deadline_has_no_internal_one_either():
    assert internal_deadline_for(offer(None), EARLY) is None


def test_a_deadline_is_told_on_both_clocks():
    assert both_clocks(wib(9, 4), "Asia/Jayapura") == "4 September 2026 pukul 14.00 WIB = 16.00 WIT"
    assert both_clocks(wib(9, 4), "Asia/Makassar") == "4 September 2026 pukul 14.00 WIB = 15.00 WITA"
    assert both_clocks(wib(9, 4), "Asia/Jakarta") == "4 September 2026 pukul 14.00 WIB"
    assert both_clocks(wib(9, 4, 23, 30), "Asia/Jayapura") == "4 September 2026 pukul 23.30 WIB = 01.30 WIT, 5 Sep 2026"
