"""Every key figure in a small world counted by hand; the rows behind it; borders of a year in WIB; empty tables."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from accounts.roles import Role
from participants.models import Behaviour
from portal.kpi import figures, steps
from portal.kpi.bases import HOURS_A_YEAR, MATCH_DAYS, PLAN_DAYS
from portal.kpi.catalogue import BY_CODE, KPIS
from portal.kpi.figures import overview, places_of, value_of, values_of
from portal.kpi.periods import CYCLE, Period
from portal.kpi.rows import rows_for
from portal.kpi.scopes import scope_of
from portal.kpi.step_totals import tally
from programs.models import CostItem, ExchangeRate
from regions.models import Region, TrainingNeed
from tests import agreement_factories, factories, program_factories
from tests import nomination_factories as make
from tests.kpi_world import NOW, YEAR, finished, form, people, rated, seats, value, wib
from tests.proposal_factories import open_need, proposal
from workflow.models import Holiday, LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _first_of_july():
    with time_machine.travel(NOW, tick=False):
        yield


def told(found) -> tuple:
    """(above the line, below it, the number to one place)."""
    number = found.number
    return (found.above, found.below, None if number is None else round(float(number), 1))


# --- K01


def test_k01_needs_matched_within_90_days(jica, aceh_regency, bali, auditor):
    """Approved on 2 January: seat on 2 April, the 90th day: in time. Seat on 3 April: not. None: not. 1 of 3 = 33.3 %.

    Approved on 15 April: its 90 days end on 14 July; it has a seat and still counts nowhere. So it is pending: 1.
    """
    program = program_factories.program(jica, "OPEN", seats=50)
    for office, approved, answered in (
        (aceh_regency, wib(2026, 1, 2), wib(2026, 4, 2, 10)),
        (aceh_regency, wib(2026, 1, 2), wib(2026, 4, 3, 10)),
        (bali, wib(2026, 1, 2), None),
        (bali, wib(2026, 4, 15), wib(2026, 4, 20)),
    ):
        need = open_need(office, approved_at=approved)
        if answered:
            proposal(need, program, "ACCEPTED", answered_at=answered)
    measure = BY_CODE["K01"].measures[0]
    assert told(value(auditor, "K01")) == (1, 3, 33.3)
    assert measure.waiting(scope_of(auditor), YEAR).count() == 1
    assert MATCH_DAYS == 90


def test_k01_leaves_out_what_was_merged_or_never_approved(jica, aceh_regency, auditor):
    """One need closed unmet counts (0 of 1); drafts, rejected needs and one merged into it do not."""
    closed = factories.need(
        aceh_regency, status="CLOSED_UNMET", approved_at=wib(2026, 1, 5), national_number="KEB-1", score=50
    )
    for status in ("DRAFT", "MIN_REVIEW", "REJECTED"):
        factories.need(aceh_regency, status=status)
    factories.need(aceh_regency, status="MERGED", merged_into=closed, approved_at=wib(2026, 1, 5))
    assert told(value(auditor, "K01")) == (0, 1, 0.0)


# --- K02


def test_k02_seats_used(jica, koica, aceh_regency, bali, auditor):
    """JICA offers 5 seats in March, two people accepted (one of them did not finish); KOICA 3 in May, none accepted.

    2 of 8 = 25 %. Not counted: a person still with the partner, one who withdrew, a cancelled programme, next year.
    """
    march = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=5)
    people(march, "ACCEPTED")
    people(march, "INCOMPLETE")
    people(march, "PARTNER_SCREENING")
    people(march, "WITHDRAWN")
    seats(bali, koica, starts=dt.date(2026, 5, 4), people=3)
    seats(bali, koica, starts=dt.date(2027, 1, 4), people=4)
    seats(bali, koica, starts=dt.date(2026, 6, 1), people=7, program_status="CANCELLED")
    assert told(value(auditor, "K02")) == (2, 8, 25.0)


def test_k02_counts_a_shortlisted_person_only_where_no_partner_selects(jica, aceh_regency, auditor):
    """In the country PPSDM's choice is the acceptance; abroad the partner's is: 1 of 10."""
    from tests.nomination_factories import AT_HOME

    people(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=5, **AT_HOME), "SHORTLISTED")
    people(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=5), "SHORTLISTED")
    assert told(value(auditor, "K02")) == (1, 10, 10.0)


# --- K03 and K04


def test_k03_seats_outside_java(jica, aceh_regency, auditor):
    """Aceh two, West Java one, a unit of the ministry without a region one: 2 of 4 = 50 %."""
    people(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2)), "ACCEPTED", "FM")
    people(seats(factories.office("32"), jica, starts=dt.date(2026, 3, 2)), "READY", "M")
    unit = factories.organisation("BIRO-OSDMA")
    people(seats(unit, jica, starts=dt.date(2026, 3, 2)), "COMPLETED", "F")
    assert told(value(auditor, "K03")) == (2, 4, 50.0)


def test_k04_women_accepted_and_put_forward(jica, aceh_regency, auditor):
    """Accepted F M M: 1 of 3. Put forward besides: F returned, F not accepted, M reserve: 3 of 6. Drafts: nobody."""
    march = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=10)
    people(march, "ACCEPTED", "FMM")
    people(march, "RETURNED", "F")
    people(march, "NOT_ACCEPTED", "F")
    people(march, "RESERVE", "M")
    people(march, "DRAFT", "FF")
    assert told(value(auditor, "K04", "accepted")) == (1, 3, 33.3)
    assert told(value(auditor, "K04", "nominated")) == (3, 6, 50.0)


# --- K05


def test_k05_regencies_and_cities_with_an_approved_need(aceh_regency, aceh, bali, auditor):
    """Four autonomous regencies and cities; one has a need approved this year, one last year: 1 of 4.

    The provinces' own needs count for nobody; a Jakarta-like administrative unit is not autonomous.
    """
    for code in ("1102", "5171", "9401"):
        factories.region(code)
    Region.objects.create(
        code="3271", level="CITY", parent=factories.region("32"), name_id="Kota X", name_en="X",
        island_group="Jawa", time_zone="Asia/Jakarta", is_autonomous=False,
    )  # fmt: skip
    open_need(aceh_regency, approved_at=wib(2026, 3, 1))
    open_need(factories.office("5171"), approved_at=wib(2025, 3, 1))
    open_need(aceh, approved_at=wib(2026, 3, 1))
    open_need(bali, approved_at=wib(2026, 3, 1))
    assert told(value(auditor, "K05")) == (1, 4, 25.0)


# --- K06


def test_k06_mean_level_gain(jica, aceh_regency, auditor):
    """Filed at 1: rated 3 (+2), 2 (+1), 1 (0), 0 (-1): mean 0.5. One taken back and one of last year count nowhere."""
    march = seats(aceh_regency, jica, starts=dt.date(2026, 1, 5), people=10)
    for level in (3, 2, 1, 0):
        rated(finished(march, wib(2026, 1, 12))[0], level, wib(2026, 6, 1))
    gone = rated(finished(march, wib(2026, 1, 12))[0], 5, wib(2026, 6, 1))
    type(gone.effect).objects.filter(pk=gone.effect_id).update(taken_back_at=wib(2026, 6, 2))
    rated(finished(march, wib(2026, 1, 12))[0], 5, wib(2025, 12, 31))
    found = value(auditor, "K06")
    assert (found.above, found.below, found.number) == (2, 4, 0.5)


# --- K07


def test_k07_follow_up_plans_within_30_days(jica, aceh_regency, auditor):
    """Completed on 1 May, due 31 May: reported 31 May yes, 1 June no, never no; a report without a plan no. 1 of 4.

    Completed on 1 June, due 1 July: still running today, pending.
    """
    march = seats(aceh_regency, jica, starts=dt.date(2026, 4, 20), people=10)
    plan = {"action_plan": "Membuat klinik mediasi."}
    finished(march, wib(2026, 5, 1), report_on=dt.date(2026, 5, 31), **plan)
    finished(march, wib(2026, 5, 1), report_on=dt.date(2026, 6, 1), **plan)
    finished(march, wib(2026, 5, 1))
    finished(march, wib(2026, 5, 1), report_on=dt.date(2026, 5, 20))
    finished(march, wib(2026, 6, 1), report_on=dt.date(2026, 6, 5), **plan)
    assert told(value(auditor, "K07")) == (1, 4, 25.0)
    assert BY_CODE["K07"].measures[0].waiting(scope_of(auditor), YEAR).count() == 1
    assert PLAN_DAYS == 30


# --- K08


def test_k08_answers_of_level_3(jica, aceh_regency, auditor):
    """Time over: own form answered, own form missed, supervisor's answered: 2 of 3. Open, void and L1 do not count."""
    march = seats(aceh_regency, jica, starts=dt.date(2025, 11, 3), people=10)
    one, two, three, four = finished(march, wib(2025, 11, 10), "FMFM")
    form(one, "L3_SELF", "DONE", wib(2026, 5, 10))
    form(one, "L3_HEAD", "DONE", wib(2026, 5, 10))
    form(two, "L3_SELF", "MISSED", wib(2026, 5, 10))
    form(two, "L3_HEAD", "DONE", wib(2026, 8, 10))
    form(three, "L3_SELF", "VOID", wib(2026, 5, 10))
    form(four, "L1", "MISSED", wib(2026, 5, 10))
    assert told(value(auditor, "K08")) == (2, 3, 66.7)
    assert BY_CODE["K08"].measures[0].waiting(scope_of(auditor), YEAR).count() == 1


# --- K09


def log(flow, record_id, code, *moves, was_due=None):
    """A record's moves: (action, source, target, moment)."""
    for action, source, target, moment in moves:
        LogEntry.objects.create(
            flow=flow, record_id=record_id, record_code=code, action=action, source=source, target=target, at=moment,
            role="CLOCK", data={"was_due": was_due.isoformat()} if was_due and source != target else {},
        )  # fmt: skip


def test_k09_days_per_step_and_limits(auditor):
    """Monday 2 March to Friday 6 March: 4 working days. Friday 6 to Monday 9: 1. Thursday 12 to Thursday 19, which
    holds a weekend and a holiday on the 18th: 4. Median 4.

    PROV_REVIEW has 5 days: 4 kept, 6 not: 1 of 2. MIN_REVIEW shares its ten days with the technical unit, so that its
    limit hangs on the need, and DRAFT has none: neither has a rate.
    """
    Holiday.objects.create(date=dt.date(2026, 3, 18), label_id="Nyepi")
    log(
        "regions.need", 1, "KB-1",
        ("create", "DRAFT", "DRAFT", wib(2026, 3, 1)),
        ("submit", "DRAFT", "PROV_REVIEW", wib(2026, 3, 2)),
        ("change", "PROV_REVIEW", "PROV_REVIEW", wib(2026, 3, 3)),
        ("endorse", "PROV_REVIEW", "MIN_REVIEW", wib(2026, 3, 6, 23, 59)),
        ("approve", "MIN_REVIEW", "APPROVED", wib(2026, 3, 9, 0, 1)),
    )  # fmt: skip
    log(
        "regions.need", 2, "KB-2",
        ("submit", "DRAFT", "MIN_REVIEW", wib(2026, 3, 12)),
        ("approve", "MIN_REVIEW", "APPROVED", wib(2026, 3, 19)),
    )  # fmt: skip
    found = {(s.state, s.count, s.median, s.hits) for s in tally(scope_of(auditor), YEAR).steps()}
    assert found == {("DRAFT", 1, 1, 0), ("PROV_REVIEW", 1, 4, 1), ("MIN_REVIEW", 2, 2.5, 0)}
    log(
        "regions.need", 3, "KB-3",
        ("submit", "DRAFT", "PROV_REVIEW", wib(2026, 4, 1)),
        ("endorse", "PROV_REVIEW", "MIN_REVIEW", wib(2026, 4, 9)),
    )  # fmt: skip
    days, limit = values_of(scope_of(auditor), BY_CODE["K09"], YEAR)
    assert (days.number, days.below) == (4, 5)
    assert (limit.above, limit.below, limit.number) == (1, 2, 50.0)


def test_k09_a_limit_that_hangs_on_the_record_is_the_date_the_log_keeps(auditor):
    """MIN_REVIEW due on 20 March: left on the 19th and on the 20th at its last second, kept; on the 21st, not.

    PROV_REVIEW was due on the 6th (the calendar was changed) and left on the 9th: late, though within five days. It is
    2 of 4.
    """
    due = wib(2026, 3, 20, 23, 59, 59)
    for number, left in enumerate((wib(2026, 3, 19), due, wib(2026, 3, 21)), 1):
        log(
            "regions.need", number, f"KB-{number}",
            ("create", "MIN_REVIEW", "MIN_REVIEW", wib(2026, 3, 2)),
            ("approve", "MIN_REVIEW", "APPROVED", left),
            was_due=due,
        )  # fmt: skip
    log(
        "regions.need", 4, "KB-4",
        ("create", "PROV_REVIEW", "PROV_REVIEW", wib(2026, 3, 2)),
        ("endorse", "PROV_REVIEW", "MIN_REVIEW", wib(2026, 3, 9)),
        was_due=wib(2026, 3, 6),
    )  # fmt: skip
    found = tally(scope_of(auditor), YEAR).steps()
    assert {(s.state, s.timed, s.hits) for s in found} == {("MIN_REVIEW", 3, 2), ("PROV_REVIEW", 1, 0)}
    assert told(values_of(scope_of(auditor), BY_CODE["K09"], YEAR)[1]) == (2, 4, 50.0)


def test_k09_outside_the_centre_counts_ones_own_records_in_states_one_sees(jica, aceh_regency, auditor):
    """An office reads every published programme, and a published review: neither is a step of its own. Of its need it
    knows the draft; the province does not."""
    need = factories.need(aceh_regency, status="MIN_REVIEW")
    program = program_factories.program(jica, "OPEN", visibility="PUBLIC")
    for flow, record, first in (("regions.need", need, "DRAFT"), ("programs.program", program, "RETURNED")):
        log(
            flow, record.pk, record.code,
            ("create", first, first, wib(2026, 3, 2)),
            ("go", first, "PROV_REVIEW" if first == "DRAFT" else "VERIFICATION", wib(2026, 3, 3)),
        )  # fmt: skip
    readers = (
        auditor,
        factories.member(Role.DINAS_OP, aceh_regency),
        factories.member(Role.PROV_VER, factories.office("11")),
    )
    counted = [{stay.state for stay in steps.stays(scope_of(reader), YEAR)} for reader in readers]
    assert counted == [{"DRAFT", "RETURNED"}, {"DRAFT"}, set()]


def test_k09_counts_working_days_as_the_calendar_does():
    """The sums added up once give what `working_days_between` gives for each pair."""
    from portal.kpi.steps import _working_days
    from workflow.calendar import forget_holidays, working_days_between

    Holiday.objects.create(date=dt.date(2026, 3, 18), label_id="Nyepi")
    forget_holidays()
    moments = [wib(2026, 3, 1) + dt.timedelta(hours=7 * n) for n in range(120)]
    pairs = [(a, b) for a in moments[::9] for b in moments[::7] if a <= b]
    count = _working_days(pairs)
    assert [count(*pair) for pair in pairs] == [working_days_between(*pair) for pair in pairs]


# --- K10


def test_k10_lesson_hours_and_who_reached_20(jica, aceh_regency, auditor):
    """Hours 40 + 12 + 8 = 60. People with a seat: A (40), B (12 + 8 = 20), C accepted and not finished (0): 2 of 3.

    Hours of last year do not count for this one.
    """
    march = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=10)
    may = seats(aceh_regency, jica, starts=dt.date(2026, 5, 4), people=10)
    finished(march, wib(2026, 3, 9), "F", hours=40)
    second = finished(march, wib(2026, 3, 9), "M", hours=12)[0].person
    from tests.nomination_factories import nomination

    nomination(may, "FOLLOW_UP", who=second, finished_at=wib(2026, 5, 11), lesson_hours=8)
    third = people(may, "ATTENDING", "F")[0].person
    last = seats(aceh_regency, jica, starts=dt.date(2025, 3, 3), people=10)
    nomination(last, "CLOSED", who=third, finished_at=wib(2025, 3, 10), lesson_hours=50)
    assert value(auditor, "K10", "hours").number == 60
    assert told(value(auditor, "K10", "enough")) == (2, 3, 66.7)
    assert HOURS_A_YEAR == 20


# --- K11


def test_k11_contribution_of_partners(jica, koica, aceh_regency, auditor):
    """IDR 10 million + JPY 100,000 at 105.2 of 1 February = 20,520,000. The rate of 1 April is too late for a course
    in March, the one that was struck out never counted. KRW has no rate: shown, not converted. Undisclosed: nothing."""
    march = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2))
    CostItem.objects.filter(program=march.program).delete()
    rows = (("TUITION", "JPY", 100_000), ("VENUE", "IDR", 10_000_000), ("VISA", "KRW", 500), ("INSURANCE", "", None))
    for item, currency, amount in rows:
        CostItem.objects.create(program=march.program, item=item, payer="PARTNER", currency=currency, amount=amount)
    CostItem.objects.create(program=march.program, item="TRAVEL_DOM", payer="PEMDA", currency="IDR", amount=999)
    for rupiah, day, struck in (("105.2", dt.date(2026, 2, 1), None), ("900", dt.date(2026, 4, 1), None),
                                ("1", dt.date(2026, 2, 20), NOW)):  # fmt: skip
        ExchangeRate.objects.create(currency="JPY", rupiah=Decimal(rupiah), dated=day, source="Uji", struck_at=struck)
    found = value(auditor, "K11")
    assert (found.number, found.below, found.unknown) == (Decimal("20520000.00"), 3, 1)
    currencies = figures.by_currency(scope_of(auditor), YEAR)
    assert [(c.currency, c.amount, c.items, c.without_rate) for c in currencies] == [
        ("IDR", Decimal("10000000.00"), 1, 0), ("JPY", Decimal("100000.00"), 1, 0), ("KRW", Decimal("500.00"), 1, 1),
    ]  # fmt: skip


def test_k11_without_any_rate_there_is_no_sum_in_rupiah(jica, aceh_regency, auditor):
    """JPY only and no rate: no number, one amount unknown; not zero rupiah."""
    march = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2))
    CostItem.objects.filter(program=march.program).update(currency="JPY", amount=100_000)
    found = value(auditor, "K11")
    assert (found.number, found.unknown, found.text) == (None, 1, "–")


# --- K12


def test_k12_colleagues_reached(jica, aceh_regency, auditor):
    """Supervisor says 12, the person 30: 12. Own form 6: 6. Only the sharing session of 4: 4. Nothing: 0. 22 of 4."""
    march = seats(aceh_regency, jica, starts=dt.date(2026, 1, 5), people=10)
    one, two, three, _four = finished(march, wib(2026, 1, 12), "FMFM")
    type(three).objects.filter(pk__in=[one.pk, three.pk]).update(sharing_people=4)
    for nomination, level, reached in ((one, "L3_SELF", 30), (one, "L3_HEAD", 12), (two, "L3_SELF", 6)):
        made = form(nomination, level, "DONE", wib(2026, 6, 1))
        Behaviour.objects.create(evaluation=made, used=4, cascade_sessions=1, cascade_people=reached, cascade_hours=2)
    found = value(auditor, "K12")
    assert (found.above, found.below, found.number) == (22, 4, 5.5)


# --- K13


def test_k13_agreements_ending_without_a_decision(jica, auditor):
    """Ending today and in 180 days: two of them undecided, one to be renewed: 2 of 3. In 181 days, ended yesterday,
    suspended or without an end: not counted. Known for today only."""
    today = NOW.date()
    for days, renewal, status in (
        (0, "", "ACTIVE"),
        (180, "", "UNDER_AMENDMENT"),
        (90, "RENEW", "ACTIVE"),
        (181, "", "ACTIVE"),
        (-1, "", "ACTIVE"),
        (90, "", "SUSPENDED"),
    ):
        agreement_factories.agreement(
            status, partner=jica, starts=dt.date(2024, 1, 1), ends=today + dt.timedelta(days=days), renewal=renewal
        )
    agreement_factories.agreement("ACTIVE", partner=jica, ends=None)
    assert told(value(auditor, "K13")) == (2, 3, 66.7)
    assert value(auditor, "K13", period=Period(2025)).number is None


# --- What holds for all


def test_an_empty_database_has_no_data_rather_than_zero(auditor):
    found = {figure.kpi.code: [v.number for v in figure.values] for s in overview(scope_of(auditor), YEAR)
             for figure in s.figures}  # fmt: skip
    assert found == {kpi.code: [None] * len(kpi.measures) for kpi in KPIS} | {"K10": [None, None]}


def test_the_catalogue_names_the_thirteen_figures_once():
    assert sorted(BY_CODE) == [f"K{n:02d}" for n in range(1, 14)]
    assert sorted(code for _title, codes in figures.SECTIONS for code in codes) == sorted(BY_CODE)


def test_a_year_begins_and_ends_at_midnight_in_jakarta(jica, aceh_regency, auditor):
    """23.59.59 WIB on 31 December is the old year, 00.00 WIB on 1 January the new one, whatever UTC says."""
    for moment in (wib(2025, 12, 31, 23, 59, 59), wib(2026, 1, 1, 0, 0, 0)):
        open_need(aceh_regency, approved_at=moment)
        march = seats(aceh_regency, jica, starts=dt.date(2025, 12, 1))
        finished(march, moment, hours=10)
    assert [value(auditor, "K01", period=Period(y)).below for y in (2025, 2026)] == [1, 1]
    assert [value(auditor, "K10", "hours", Period(y)).number for y in (2025, 2026)] == [10, 10]
    for day in (dt.date(2025, 12, 31), dt.date(2026, 1, 1)):
        people(seats(aceh_regency, jica, starts=day), "ACCEPTED")
    assert [value(auditor, "K03", period=Period(y)).below for y in (2025, 2026)] == [2 + 1, 1]


def test_by_cycle_a_need_counts_where_it_was_filed(aceh_regency, auditor):
    """Filed for cycle 2026, approved on 30 December 2025: year 2025, cycle 2026."""
    open_need(aceh_regency, approved_at=wib(2025, 12, 30))
    assert value(auditor, "K01", period=Period(2026)).below == 0
    assert value(auditor, "K01", period=Period(2025)).below == 1
    assert value(auditor, "K01", period=Period(2026, CYCLE)).below == 1


@pytest.fixture
def busy(jica, koica, aceh_regency, bali):
    """Something for every figure."""
    for n, (office, partner) in enumerate(((aceh_regency, jica), (bali, koica), (factories.office("32"), jica))):
        of = seats(office, partner, starts=dt.date(2026, 3, 2), people=10)
        CostItem.objects.filter(program=of.program).update(currency="IDR", amount=1_000_000 * (n + 1))
        TrainingNeed.objects.filter(pk=of.line.need_id).update(approved_at=wib(2026, 1, 2))
        type(of).objects.filter(pk=of.pk).update(answered_at=wib(2026, 2, 2))
        people(of, "ACCEPTED", "FM")
        people(of, "NOT_ACCEPTED", "F")
        done = finished(of, wib(2026, 3, 9), "FMF", hours=10 * (n + 1), sharing_people=3)
        for one in done:
            rated(one, 2 + n, wib(2026, 6, 1))
            form(one, "L3_SELF", "DONE" if n else "MISSED", wib(2026, 6, 1))
            form(one, "L3_HEAD", "DONE", wib(2026, 6, 1))
        agreement_factories.agreement(
            "ACTIVE",
            partner=partner,
            starts=dt.date(2024, 1, 1),
            ends=dt.date(2026, 9, 1),
            renewal="RENEW" if n else "",
        )
    factories.office("5171")


@pytest.mark.parametrize("role", [Role.EVAL, Role.AUDITOR, Role.PPSDM_HEAD])
def test_the_rows_add_up_to_the_figure(role, busy):
    """For every measure: what a national reader sees behind the figure, added up, is the figure itself."""
    where = "ITJEN" if role == Role.AUDITOR else "PPSDM"
    user = factories.member(role, factories.organisation(where))
    scope = scope_of(user)
    differing = set()
    for kpi in KPIS:
        for measure in kpi.measures:
            if measure.rows is None:
                continue
            found = value_of(scope, measure, YEAR)
            rows = rows_for(scope, measure, YEAR)
            assert found.below, (kpi.code, "something stands behind every figure of this test")
            sums = (sum(row.kpi_num or 0 for row in rows), sum(row.kpi_den for row in rows))
            if sums != (found.above, found.below):
                differing.add((kpi.code, measure.name))
    assert differing == HIDDEN[role]


HIDDEN = {
    Role.AUDITOR: {("K06", "gain")},
    Role.PPSDM_HEAD: set(),
    Role.EVAL: {("K03", "outside"), ("K04", "accepted"), ("K04", "nominated"), ("K10", "enough")},
}
"""Single records for other roles: an evaluator reads nominations after completion, not while they are under way; an
auditor reads no single supervisor's answer."""


def test_places_add_up_to_the_figure(busy, auditor):
    scope = scope_of(auditor)
    for kpi in KPIS:
        for measure in kpi.measures:
            places = places_of(scope, measure, YEAR)
            if places is None:
                continue
            found = value_of(scope, measure, YEAR)
            assert sum(p.value.above for p in places.rows) == found.above, (kpi.code, measure.name)
            assert sum(p.value.below for p in places.rows) == found.below, (kpi.code, measure.name)


def test_readers_count_their_own_part(busy, jica, aceh_regency, auditor):
    """JICA's people are those of Aceh and West Java: 5 + 5 accepted of 15; the office in Aceh has its own 5."""
    accepted = value(auditor, "K04", "accepted").below
    of_jica = value(factories.member(Role.PARTNER_OFF, jica), "K04", "accepted").below
    of_office = value(factories.member(Role.DINAS_OP, aceh_regency), "K04", "accepted").below
    of_province = value(factories.member(Role.PROV_VER, factories.office("11")), "K04", "accepted").below
    assert (accepted, of_jica, of_office, of_province) == (15, None, 5, None)


def test_small_groups_are_withheld_from_provinces_and_partners_only(jica, aceh_regency, auditor):
    """Nine people, four of them women: a province learns nothing of so few. Ten with five: it does."""
    march = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=20)
    people(march, "ACCEPTED", "FFFFMMMMM")
    verifier = factories.member(Role.PROV_VER, factories.office("11"))
    partner = factories.member(Role.PARTNER_OFF, jica)
    operator = factories.member(Role.DINAS_OP, aceh_regency)
    for reader in (verifier, partner):
        found = value(reader, "K04", "accepted")
        assert (found.is_withheld, found.number, found.above, found.below) == (True, None, None, None)
    assert [told(value(reader, "K04", "accepted")) for reader in (auditor, operator)] == [(4, 9, 44.4)] * 2
    people(march, "ACCEPTED", "F")
    assert [told(value(reader, "K04", "accepted")) for reader in (verifier, partner)] == [(5, 10, 50.0)] * 2


def test_a_province_cannot_work_a_small_regency_out(jica, aceh_regency):
    """Ten people in one regency, two in another: the two are withheld, and the ten with them."""
    people(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=20), "ACCEPTED", "F" * 5 + "M" * 5)
    people(seats(factories.office("1102"), jica, starts=dt.date(2026, 3, 2), people=20), "ACCEPTED", "FM")
    scope = scope_of(factories.member(Role.PROV_VER, factories.office("11")))
    places = places_of(scope, BY_CODE["K04"].measures[0], YEAR)
    assert {(p.code, p.value.is_withheld) for p in places.rows} == {("1101", True), ("1102", True)}


def test_a_province_learns_of_no_regency_where_one_form_of_a_few_was_not_answered(jica, aceh_regency):
    """Ten forms each in two regencies; in one a single form was missed. It is withheld, and the other with it."""
    for code, missed in (("1101", 1), ("1102", 0)):
        office = aceh_regency if code == "1101" else factories.office(code)
        march = seats(office, jica, starts=dt.date(2025, 11, 3), people=20)
        for n, one in enumerate(finished(march, wib(2025, 11, 10), "FMFMFMFMFM")):
            form(one, "L3_SELF", "MISSED" if n < missed else "DONE", wib(2026, 5, 10))
    scope = scope_of(factories.member(Role.PROV_VER, factories.office("11")))
    places = places_of(scope, BY_CODE["K08"].measures[0], YEAR)
    assert {(p.code, p.value.is_withheld) for p in places.rows} == {("1101", True), ("1102", True)}


def test_rows_of_people_name_only_the_nominations_that_exist_for_the_reader(jica, koica, aceh_regency, auditor):
    """The same person is put forward to KOICA: JICA learns nothing of it, not even the code."""
    from portal.kpi.rows import lines

    march = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=20)
    done = finished(march, wib(2026, 3, 9), "FFFFF", forwarded_at=wib(2026, 2, 1))
    elsewhere = make.nomination(seats(aceh_regency, koica, starts=dt.date(2026, 9, 7)), "SCREENING", who=done[0].person)
    measure = BY_CODE["K10"].measures[1]
    told_to = {}
    for reader in (factories.member(Role.PARTNER_OFF, jica), auditor):
        rows = rows_for(scope_of(reader), measure, YEAR)
        told_to[reader.acting_role] = " ".join(line.code for line in lines(measure, rows))
    assert elsewhere.code in told_to[Role.AUDITOR]
    assert told_to[Role.PARTNER_OFF] == " ".join(one.code for one in done)
