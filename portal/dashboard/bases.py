"""The rows each figure of the dashboard counts: queries with `amount`, what a row adds. Figures and pages of rows read
the same ones. People of a need count line by line: with a competency chosen, only lines that name it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, CharField, Count, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Left
from django.utils import timezone

from participants.models import PASSED, Nomination, NominationStatus
from partnerships.models import HOLDING, Agreement, Proposal, ProposalStatus
from partnerships.rules.renewal import RUNNING
from portal.dashboard.choice import UNFILED, Choice
from portal.kpi.bases import APPROVED, OFFER_WITHDRAWN, accepted
from programs.models import Intake, ProgramTheme
from regions.models import CompetencyGap, NeedLine, TrainingNeed

ONE = Value(1)
OFFICE = "proposal__line__need__office__region_code"
NO_NEARER = (ProposalStatus.DECLINED, ProposalStatus.LAPSED, ProposalStatus.SUGGESTED)
"""Proposals in these states bring nobody nearer to a seat."""
FILED, ACCEPTED, PROPOSED = "diajukan", "disetujui", "diusulkan"
NAMED, TAKEN, DONE = "dicalonkan", "diterima", "selesai"
BANDS = (("7", 7), ("14", 14), ("30", 30), ("lama", None))
"""Ages in days: the name in the address, and the last day that still counts to it."""
MONTHS = 12
"""Agreements are looked at so far ahead, to the day."""


# --- Needs and their people


def _lines(choice: Choice):
    """Lines of the choice, whatever the state of their need."""
    found = NeedLine.objects.filter(choice.place("need__office__region_code"), need__cycle_id=choice.cycle)
    if choice.theme:
        found = found.filter(pk__in=CompetencyGap.objects.filter(theme=choice.theme).values("line"))
    if choice.partner:
        found = found.filter(pk__in=Proposal.objects.filter(partner=choice.partner).values("line"))
    return found


def _held():
    """Seats the proposals of a line hold."""
    seats = (
        Proposal.objects.filter(line=OuterRef("pk"), status__in=HOLDING)
        .order_by()
        .values("line")
        .annotate(n=Sum("seats_allotted"))
        .values("n")
    )
    return Coalesce(Subquery(seats, output_field=IntegerField()), 0)


def _of_stage(stage: str) -> Q:
    """Lines whose need came so far."""
    if stage == FILED:
        return ~Q(need__status__in=UNFILED)
    approved = Q(need__status__in=APPROVED)
    if stage == PROPOSED:
        return approved & Q(pk__in=Proposal.objects.exclude(status__in=NO_NEARER).values("line"))
    return approved


def lines(choice: Choice, stage: str = ACCEPTED):
    """Lines with `people`, `held` and `left`: whom they ask for, who has a seat, who has none."""
    found = _lines(choice).filter(_of_stage(stage))
    return found.annotate(people=F("requested_total"), held=_held()).annotate(
        left=Greatest(F("people") - F("held"), Value(0))
    )


def people_without_seat(choice: Choice) -> int:
    """The sum of `needs`, read from the lines at once and not need by need."""
    return lines(choice).order_by().aggregate(n=Sum("left"))["n"] or 0


def people_by_stage(choice: Choice) -> dict[str, int]:
    """The people asked for in each stage. One query."""
    sums = {stage: Sum("requested_total", filter=_of_stage(stage), default=0) for stage in (FILED, ACCEPTED, PROPOSED)}
    return _lines(choice).order_by().aggregate(**sums)


def needs(choice: Choice, stage: str = ACCEPTED, what: str = "people"):
    """Needs of a stage with the people of their lines (or those of them with, or without, a seat)."""
    own = lines(choice, stage).filter(need=OuterRef("pk")).order_by().values("need").annotate(n=Sum(what)).values("n")
    return (
        TrainingNeed.objects.filter(cycle_id=choice.cycle)
        .annotate(amount=Subquery(own, output_field=IntegerField()))
        .filter(amount__gt=0)
    )


def open_states() -> list[str]:
    """The states of a filed need in which somebody has to act."""
    return [s.code for s in TrainingNeed.flow.states if s.waits_for and s.code not in UNFILED]


def waiting(choice: Choice, status: str = "", age: str = "", *, late: bool = False):
    """Filed needs somebody has to act on, with `age`: their days in this state; `late`: past their limit."""
    now = timezone.now()
    bands = [
        When(status_since__gte=now - dt.timedelta(days=last + 1), then=Value(name)) for name, last in BANDS if last
    ]
    found = TrainingNeed.objects.filter(
        choice.place("office__region_code"), cycle_id=choice.cycle, status__in=open_states()
    )
    if choice.theme or choice.partner:
        found = found.filter(pk__in=_lines(choice).values("need"))
    found = found.annotate(age=Case(*bands, default=Value(BANDS[-1][0]), output_field=CharField()), amount=ONE)
    if status:
        found = found.filter(status=status)
    if late:
        found = found.filter(due_at__lt=now)
    return found.filter(age=age) if age else found


# --- Seats


def intakes(choice: Choice):
    """Intakes that begin in the year of the cycle, of programmes that were published and stand; `amount`: their seats.

    Seats are offered to the whole country: a place narrows who got them, not what was offered.
    """
    found = Intake.objects.filter(choice.period.days("starts"), program__published_at__isnull=False)
    found = found.exclude(program__status__in=OFFER_WITHDRAWN)
    if choice.theme:
        found = found.filter(program__in=_teaching(choice))
    if choice.partner:
        found = found.filter(program__partner=choice.partner)
    return found.annotate(amount=F("seats"))


def _teaching(choice: Choice):
    return ProgramTheme.objects.filter(theme=choice.theme).values("program")


def given(choice: Choice):
    """Proposals that hold seats of these intakes, of offices in the chosen places."""
    return Proposal.objects.filter(
        choice.place("line__need__office__region_code"), intake__in=intakes(choice).values("pk"), status__in=HOLDING
    ).annotate(amount=F("seats_allotted"))


def used(choice: Choice):
    """People accepted for these intakes."""
    return Nomination.objects.filter(
        accepted(), choice.place(OFFICE), proposal__intake__in=intakes(choice).values("pk")
    ).annotate(amount=ONE)


def seats(choice: Choice):
    """Proposals that hold seats for lines of the cycle."""
    found = Proposal.objects.filter(
        line__in=_lines(choice).filter(need__status__in=APPROVED).values("pk"), status__in=HOLDING
    )
    if choice.partner:
        found = found.filter(partner=choice.partner)
    return found.annotate(amount=F("seats_allotted"))


def people(choice: Choice, stage: str):
    """Nominations for lines of the cycle: named by their office, accepted for the training, done with it."""
    return _nominations(choice).filter(_so_far(stage)).annotate(amount=ONE)


def nominations_by_stage(choice: Choice) -> dict[str, int]:
    """The people in each stage. One query."""
    counts = {stage: Count("pk", filter=_so_far(stage)) for stage in (NAMED, TAKEN, DONE)}
    return _nominations(choice).order_by().aggregate(**counts)


def _nominations(choice: Choice):
    found = Nomination.objects.filter(proposal__line__in=_lines(choice).values("pk"))
    return found.filter(proposal__partner=choice.partner) if choice.partner else found


def _so_far(stage: str) -> Q:
    """Nominations that came so far."""
    if stage == NAMED:
        return ~Q(status__in=(NominationStatus.DRAFT, NominationStatus.WITHDRAWN, NominationStatus.REPLACED))
    return accepted() if stage == TAKEN else Q(status__in=PASSED)


# --- Agreements


def month_after(day: dt.date, months: int) -> dt.date:
    """The first day of a month, so many after the one a day lies in."""
    number = day.year * 12 + day.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def ending(choice: Choice, month: str = "", decided: str = ""):
    """Agreements in force that end within twelve months, with `decided`: ya or belum. As of today, of every cycle."""
    today = timezone.localdate()
    last = month_after(today, MONTHS) + dt.timedelta(days=today.day - 1)  # 29 February ends on 1 March
    found = Agreement.objects.filter(
        choice.place("office__region_code") if choice.island or choice.province else Q(),
        status__in=RUNNING,
        ends__gte=today,
        ends__lte=last,
    )
    if choice.partner:
        found = found.filter(partner=choice.partner)
    found = found.annotate(
        amount=ONE, decided=Case(When(renewal="", then=Value("belum")), default=Value("ya"), output_field=CharField())
    )
    if month:
        first = dt.date.fromisoformat(f"{month}-01")
        found = found.filter(ends__gte=first, ends__lt=month_after(first, 1))
    return found.filter(decided=decided) if decided else found


# --- Sums


def total(query) -> int:
    """What the rows of a query add up to."""
    return query.order_by().aggregate(kpi_total=Sum("amount"))["kpi_total"] or 0


def by_place(query, path: str, depth: int, *sums: str) -> dict[str, tuple[int, ...]]:
    """{start of a region's code: sums}."""
    rows = (
        query.annotate(at=Left(Coalesce(path, Value("")), depth, output_field=CharField()))
        .order_by()
        .values_list("at")
        .annotate(**{f"sum_{name}": Sum(name) for name in sums})
    )
    return {code: tuple(value or 0 for value in values) for code, *values in rows}


def counted(query, *fields: str) -> dict[tuple, int]:
    """{values of the fields: number of rows}."""
    return {tuple(row[:-1]): row[-1] for row in query.order_by().values_list(*fields).annotate(n=Count("pk"))}
