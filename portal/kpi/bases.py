"""The rows each figure counts: queries with `kpi_num` (how much a row adds above the line), `kpi_den` (below it) and,
where places make sense, `kpi_place` (the code of the region). A figure is the sum of its rows and nothing else."""

from __future__ import annotations

import datetime as dt

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Left, TruncDate
from django.utils import timezone

from participants.models import PASSED, Evaluation, EvaluationStatus, Nomination, NominationStatus, Path, Person
from partnerships.models import HOLDING, Agreement, Proposal
from partnerships.rules.renewal import ends_soon, without_action
from portal.kpi.periods import Period
from portal.kpi.scopes import Scope
from programs.models import CostItem, ExchangeRate, Intake, ProgramStatus
from regions.models import GapRating, NeedStatus, Region, TrainingNeed
from regions.scoring import JAVA

S = NominationStatus
MATCH_DAYS = 90
PLAN_DAYS = 30
HOURS_A_YEAR = 20
ONE, NONE = Value(1), Value(0)

APPROVED = (NeedStatus.APPROVED, NeedStatus.IN_FULFILMENT, NeedStatus.FULFILLED, NeedStatus.CLOSED_UNMET)
"""Needs that were approved and stand for themselves; merged ones live on in another."""
TAKEN = (S.ACCEPTED, S.CLEARANCE, S.READY, S.ATTENDING, *PASSED, S.INCOMPLETE)
"""A person accepted for the training, whatever came of it."""
OFFER_WITHDRAWN = (ProgramStatus.CANCELLED, ProgramStatus.REJECTED)

OFFICE = "proposal__line__need__office"
REGION = f"{OFFICE}__region_code"
CYCLE_OF = "proposal__line__need__cycle_id"


def _flag(condition: Q):
    return Case(When(condition, then=ONE), default=NONE, output_field=IntegerField())


# --- Needs


def matched_needs(scope: Scope, period: Period, *, pending: bool = False):
    """K01: needs approved in the period whose 90 days are over; above the line those with a seat within them.

    `pending`: the others, whose 90 days are still running; they are left out whether they have a seat or not.
    """
    limit = timezone.now() - dt.timedelta(days=MATCH_DAYS)
    window = Q(approved_at__gt=limit) if pending else Q(approved_at__lte=limit)
    answer = (
        Proposal.objects.filter(line__need=OuterRef("pk"), status__in=HOLDING, answered_at__isnull=False)
        .order_by("answered_at")
        .values("answered_at")[:1]
    )
    found = TrainingNeed.objects.filter(
        window,
        period.moments("approved_at", "cycle_id"),
        scope.within(office="office"),
        status__in=APPROVED,
        approved_at__isnull=False,
    ).annotate(matched_at=Subquery(answer))
    in_time = Q(matched_at__lte=F("approved_at") + Value(dt.timedelta(days=MATCH_DAYS)))
    return found.annotate(kpi_num=_flag(in_time), kpi_den=ONE, kpi_place=F("office__region_code"))


def regencies(scope: Scope, period: Period):
    """K05: every autonomous regency and city; above the line those whose offices have an approved need."""
    approved = TrainingNeed.objects.filter(
        period.moments("approved_at", "cycle_id"),
        office__region_code=OuterRef("code"),
        office__kind="OFFICE",
        status__in=APPROVED,
    )
    place = Q(parent_id=scope.organisation.region_code) if scope.kind == "province" else Q()
    today = timezone.localdate()
    known = Region.objects.filter(place, level__in=["REGENCY", "CITY"], is_autonomous=True)
    known = known.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
    return known.annotate(
        kpi_num=Case(When(Exists(approved), then=ONE), default=NONE, output_field=IntegerField()),
        kpi_den=ONE,
        kpi_place=F("code"),
    )


# --- Seats and people


def offered_seats(scope: Scope, period: Period):
    """K02: intakes that begin in the period, with their seats; above the line the people accepted for them."""
    people = (
        Nomination.objects.filter(accepted(), proposal__intake=OuterRef("pk"))
        .order_by()
        .values("proposal__intake")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        Intake.objects.filter(
            period.days("starts"), scope.within(partner="program__partner"), program__published_at__isnull=False
        )
        .exclude(program__status__in=OFFER_WITHDRAWN)
        .annotate(kpi_num=Coalesce(Subquery(people, output_field=IntegerField()), 0), kpi_den=F("seats"))
    )


def accepted() -> Q:
    """Accepted by the partner; in the country, where no partner selects, chosen by PPSDM."""
    return Q(status__in=TAKEN) | Q(status=S.SHORTLISTED, path=Path.IN_COUNTRY)


def _dated(query):
    """With the day by which a nomination is counted: the intake's first day; without an intake the day of departure,
    and before that is known the day it was put forward."""
    return query.annotate(
        kpi_day=Coalesce("proposal__intake__starts", "departs_on", TruncDate("created_at"), output_field=DateField())
    )


def _people(scope: Scope, period: Period, *conditions: Q):
    mine = scope.within(office=OFFICE, partner="proposal__partner")
    return _dated(Nomination.objects.filter(mine, *conditions)).filter(period.days("kpi_day", CYCLE_OF))


def seats_outside_java(scope: Scope, period: Period):
    """K03: people accepted; above the line those of offices outside Java. A unit without a region counts as Java."""
    outside = ~Q(**{REGION: ""})
    for code in sorted(JAVA):
        outside &= ~Q(**{f"{REGION}__startswith": code})
    return _people(scope, period, accepted()).annotate(kpi_num=_flag(outside), kpi_den=ONE, kpi_place=F(REGION))


def women_accepted(scope: Scope, period: Period):
    """K04: people accepted; above the line women."""
    return _women(_people(scope, period, accepted()))


def women_nominated(scope: Scope, period: Period):
    """K04: everyone an office has put forward; above the line women."""
    return _women(_people(scope, period, Q(notice_read_on__isnull=False) & ~Q(status=S.DRAFT)))


def _women(query):
    return query.annotate(kpi_num=_flag(Q(person__sex="F")), kpi_den=ONE, kpi_place=F(REGION))


def _completed(scope: Scope, period: Period):
    mine = scope.within(office=OFFICE, partner="proposal__partner")
    return Nomination.objects.filter(
        mine, period.moments("finished_at", CYCLE_OF), status__in=PASSED, finished_at__isnull=False
    ).annotate(kpi_place=F(REGION))


# --- What came of it


def level_gains(scope: Scope, period: Period):
    """K06: one row per person and competency rated after training; above the line the levels gained (or lost)."""
    mine = Q()
    if scope.kind == "partner":
        own = Nomination.objects.filter(proposal__partner=scope.organisation)
        mine = Q(effect__source__in=own.values("code"))
    elif not scope.is_national:
        mine = scope.within(office="effect__line__need__office")
    rated = GapRating.objects.filter(
        mine, period.moments("rated_at", "effect__line__need__cycle_id"), effect__taken_back_at__isnull=True
    )
    gain = ExpressionWrapper(F("level") - F("gap__current_level"), output_field=IntegerField())
    return rated.annotate(kpi_num=gain, kpi_den=ONE, kpi_place=F("effect__line__need__office__region_code"))


def follow_up_plans(scope: Scope, period: Period, *, pending: bool = False):
    """K07: trainings completed in the period whose 30 days are over; above the line those with a plan within them."""
    today = timezone.localdate()
    last = ExpressionWrapper(TruncDate("finished_at") + Value(dt.timedelta(days=PLAN_DAYS)), output_field=DateField())
    found = _completed(scope, period).annotate(plan_due=last)
    found = found.filter(plan_due__gte=today) if pending else found.filter(plan_due__lt=today)
    in_time = Q(report_on__lte=F("plan_due")) & ~Q(action_plan="")
    return found.annotate(kpi_num=_flag(in_time), kpi_den=ONE)


def behaviour_forms(scope: Scope, period: Period, *, pending: bool = False):
    """K08: level-3 forms, of the person and of the supervisor, whose time ended in the period; above the line those
    that were answered. A form of a completion that was taken back is void and counts nowhere."""
    mine = scope.within(office=OFFICE, partner="proposal__partner")
    asked = Evaluation.objects.filter(
        mine, period.moments("closes_at", CYCLE_OF), level__in=["L3_SELF", "L3_HEAD"]
    ).exclude(status=EvaluationStatus.VOID)
    now = timezone.now()
    asked = asked.filter(closes_at__gt=now, opens_at__lte=now) if pending else asked.filter(closes_at__lte=now)
    return asked.annotate(kpi_num=_flag(Q(status=EvaluationStatus.DONE)), kpi_den=ONE, kpi_place=F(REGION))


def hours_delivered(scope: Scope, period: Period):
    """K10: trainings completed in the period; above the line the lesson hours credited."""
    return _completed(scope, period).annotate(kpi_num=Coalesce("lesson_hours", 0), kpi_den=ONE)


def enough_hours(scope: Scope, period: Period):
    """K10: the target group, officers who had a seat in the period; above the line those with 20 lesson hours."""
    mine = scope.within(office="office")
    credited = Nomination.objects.filter(
        period.moments("finished_at", CYCLE_OF), person=OuterRef("pk"), status__in=PASSED
    )
    if scope.kind == "partner":
        mine, credited = Q(), credited.filter(proposal__partner=scope.organisation)
    hours = credited.order_by().values("person").annotate(n=Sum("lesson_hours")).values("n")
    seated = _people(scope, period, accepted()).values("person_id")
    finished = _completed(scope, period).values("person_id")
    return (
        Person.objects.filter(mine)
        .filter(Q(pk__in=seated) | Q(pk__in=finished))
        .annotate(hours=Coalesce(Subquery(hours, output_field=IntegerField()), 0))
        .annotate(kpi_num=_flag(Q(hours__gte=HOURS_A_YEAR)), kpi_den=ONE, kpi_place=F("office__region_code"))
    )


def cascade(scope: Scope, period: Period):
    """K12: trainings completed in the period; above the line the colleagues reached through them.

    What the level-3 form says stands, the supervisor's before the own one; before that, the first sharing session.
    """

    def told(level: str):
        forms = Evaluation.objects.filter(nomination=OuterRef("pk"), level=level, status=EvaluationStatus.DONE).values(
            "behaviour__cascade_people"
        )[:1]
        return Subquery(forms, output_field=IntegerField())

    reached = Coalesce(told("L3_HEAD"), told("L3_SELF"), "sharing_people", 0, output_field=IntegerField())
    return _completed(scope, period).annotate(kpi_num=reached, kpi_den=ONE)


# --- Money and agreements


def contributions(scope: Scope, period: Period):
    """K11: what partners pay according to the programmes whose first intake begins in the period, where disclosed.

    Above the line rupiah; amounts in other currencies by the last rate on or before the first day. Without one the row
    adds nothing, and the page says so.
    """
    first = (
        Intake.objects.filter(program=OuterRef("program"))
        .order_by()
        .values("program")
        .annotate(day=Min("starts"))
        .values("day")
    )
    rate = (
        ExchangeRate.objects.filter(
            currency=OuterRef("currency"), dated__lte=OuterRef("kpi_day"), struck_at__isnull=True
        )
        .order_by("-dated")
        .values("rupiah")[:1]
    )
    money = DecimalField(max_digits=24, decimal_places=2)
    return (
        CostItem.objects.filter(
            scope.within(partner="program__partner"),
            payer="PARTNER",
            amount__isnull=False,
            program__published_at__isnull=False,
        )
        .exclude(program__status__in=OFFER_WITHDRAWN)
        .annotate(kpi_day=Subquery(first))
        .filter(period.days("kpi_day"))
        .annotate(rate=Case(When(currency="IDR", then=Value(1)), default=Subquery(rate), output_field=money))
        .annotate(kpi_num=ExpressionWrapper(F("amount") * F("rate"), output_field=money), kpi_den=ONE)
    )


def expiring_agreements(scope: Scope, period: Period):
    """K13: agreements in force that end within 180 days from today; above the line those about which nothing was
    decided. Known for today only."""
    today = timezone.localdate()
    if period.year != today.year:
        return Agreement.objects.none().annotate(kpi_num=NONE, kpi_den=ONE)
    mine = scope.within(office="office", partner="partner")
    return Agreement.objects.filter(ends_soon(today), mine).annotate(kpi_num=_flag(without_action(today)), kpi_den=ONE)


def place_of(depth: int):
    """The first digits of a row's place: two for the province, four for the regency or city."""
    return Left(Coalesce("kpi_place", Value("")), depth, output_field=CharField())
