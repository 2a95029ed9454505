"""What the valid plan means for a need and for a programme, always for a user who may read that need or programme."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import F, Sum

from accounts.models import Organisation
from accounts.roles import CENTRAL, PARTNER
from accounts.rules import capacity
from partnerships.models import AllocationLine, AllocationReserve, AllocationRun, AllocationSeat, RunStatus
from partnerships.selectors.allocation_results import ShownLine, lines_seen_by, shown_lines
from partnerships.selectors.allocations import runs_seen_by
from partnerships.sentences import province_name
from programs.models import Intake


@dataclass(frozen=True)
class Outcome:
    """What the valid plan gave the lines of one need."""

    run: AllocationRun
    lines: list[ShownLine]


def outcome_of_need(user, need) -> Outcome | None:
    """The lines of a need in the valid plan; None where there is no plan, or the need is not part of it."""
    plans = runs_seen_by(user).filter(status=RunStatus.RATIFIED, round__cycle=need.cycle_id)
    run = plans.filter(pk__in=AllocationLine.objects.filter(line__need=need).values("run")).first()
    if run is None:
        return None
    rows = list(lines_seen_by(user, run).filter(line__need=need).order_by("line__position"))
    return Outcome(run, shown_lines(run, rows)) if rows else None


def outcomes_of_needs(needs) -> dict[int, tuple[int, int]]:
    """{need: (seats, people)} of the needs that are part of a valid plan; one query."""
    rows = (
        AllocationLine.objects.filter(run__status=RunStatus.RATIFIED, line__need__in=[need.pk for need in needs])
        .order_by()
        .values_list("line__need")
        .annotate(given=Sum("seats"), people=Sum("wanted"))
    )
    return {need: (given, people) for need, given, people in rows}


@dataclass(frozen=True)
class OfficeSeats:
    """Seats of one office in an intake, all its lines together; no person, no need."""

    office: str
    province: str
    seats: int


@dataclass
class IntakePlan:
    """One intake in the valid plan."""

    intake: Intake
    offices: list[OfficeSeats] = field(default_factory=list)
    reserves: list[OfficeSeats] = field(default_factory=list)

    @property
    def seats(self) -> int:
        """Seats the plan gives in this intake."""
        return sum(row.seats for row in self.offices)


def may_read_plan_of(user, program) -> bool:
    """The centre, and the partner for its own programmes."""
    role, organisation = capacity(user)
    return role in CENTRAL or (role in PARTNER and organisation.pk == program.partner_id)


def plan_of_program(user, program) -> tuple[AllocationRun, list[IntakePlan]] | None:
    """The valid plan's seats by intake and office, with the reserve list; None where nothing was given."""
    if not may_read_plan_of(user, program):
        return None
    seats = AllocationSeat.objects.filter(intake__program=program)
    run = runs_seen_by(user).filter(status=RunStatus.RATIFIED, pk__in=seats.values("run")).first()
    if run is None:
        return None
    plans: dict[int, IntakePlan] = {
        intake.pk: IntakePlan(intake) for intake in program.intakes.order_by("starts", "number")
    }
    for intake, row in _by_office(seats.filter(run=run)):
        plans[intake].offices.append(row)
    for intake, row in _by_rank(AllocationReserve.objects.filter(run=run, intake__program=program)):
        plans[intake].reserves.append(row)
    return run, [plan for plan in plans.values() if plan.offices]


def reserves_of(user, run, wanted: str = "") -> tuple[list[Intake], IntakePlan] | None:
    """For the centre: every intake of a ratified run with a reserve list, and the list of the one wanted, or the
    first; None where nobody is next anywhere."""
    if capacity(user)[0] not in CENTRAL:
        return None
    rows = AllocationReserve.objects.filter(run=run)
    found = Intake.objects.filter(pk__in=rows.values("intake")).select_related("program__partner")
    intakes = list(found.order_by("program__code", "number"))
    if not intakes:
        return None
    plan = IntakePlan(next((intake for intake in intakes if str(intake.pk) == wanted), intakes[0]))
    plan.reserves += [row for _intake, row in _by_rank(rows.filter(intake=plan.intake))]
    return intakes, plan


NAMES = ("line__need__office__name_id", "line__need__office__name_en", "line__need__office__region_code")


def _by_office(rows):
    found = rows.order_by("line__need__office__region_code", "line__need__office").values("intake", *NAMES)
    for row in found.annotate(total=Sum("seats")):
        yield row["intake"], _office(row, row["total"])


def _by_rank(rows):
    """An office with several lines in a row stands once, with the seats of all of them."""
    merged: dict[int, list[dict]] = defaultdict(list)
    for row in rows.order_by("intake", "rank").values("intake", *NAMES, total=F("seats")):
        last = merged[row["intake"]][-1] if merged[row["intake"]] else None
        if last is not None and last[NAMES[2]] == row[NAMES[2]] and last[NAMES[0]] == row[NAMES[0]]:
            last["total"] += row["total"]
        else:
            merged[row["intake"]].append(row)
    for intake, entries in merged.items():
        for row in entries:
            yield intake, _office(row, row["total"])


def _office(row: dict, seats: int) -> OfficeSeats:
    office = Organisation(name_id=row[NAMES[0]], name_en=row[NAMES[1]])
    return OfficeSeats(office.name, str(province_name(row[NAMES[2]])), seats)
