"""The reserve list: per intake the lines that come next when a seat falls free, in the order of the plan's rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from partnerships.allocation import Instance
from partnerships.allocation.problem import Plan, Problem
from partnerships.models import AllocationReserve

MOST = 10
"""Places of the list that are kept per intake."""

FREED_TOO = {"intake.max", "programme.max", "partner.max"}
"""Limits in which the seat that falls free makes room itself."""


@dataclass(frozen=True)
class Next:
    """A line on the reserve list of an intake, by the ids of the instance."""

    intake: str
    line: str
    seats: int
    value: int
    """Of one seat of the pair."""
    worth: int
    """With the equity its province's next seat is worth."""


def store(run, instance: Instance) -> None:
    """Keep the reserve list of a run that is being ratified; `instance` names every pair that could take a seat."""
    found = reserve_list(instance, run.result["seats"])
    lines, intakes = keys_of(run)
    AllocationReserve.objects.filter(run=run).delete()
    AllocationReserve.objects.bulk_create(
        (
            AllocationReserve(
                run=run,
                intake_id=intakes[entry.intake],
                rank=rank,
                line_id=lines[entry.line],
                seats=entry.seats,
                score=Decimal(entry.value) / 10,
            )
            for entries in found.values()
            for rank, entry in enumerate(entries, 1)
        ),
        batch_size=500,
    )


def reserve_list(instance: Instance, seats: Iterable[dict], most: int = MOST) -> dict[str, list[Next]]:
    """{intake: the lines next in order} for the intakes that run under a plan.

    First the lines of regions that miss guaranteed seats, then, where the rules ask for the lowest coverage first, of
    the province with the lowest, then by value with equity; equal ones in the order of their ids.
    """
    problem = Problem(instance)
    given = {(row["line"], row["intake"]): row["seats"] for row in seats}
    plan = [given.get((pair.line, pair.intake), 0) for pair in problem.pairs]
    room = _room(problem, plan)
    runs = {pair.intake for pair, seats in zip(problem.pairs, plan, strict=True) if seats}
    rank = _ranking(problem, plan)
    found: dict[str, list[tuple]] = defaultdict(list)
    for p, pair in enumerate(problem.pairs):
        if room[p] > 0 and pair.intake in runs:
            key, worth = rank(p)
            found[pair.intake].append((key, p, Next(pair.intake, pair.line, room[p], pair.value, worth)))
    return {
        intake: [entry for _key, _place, entry in sorted(rows, key=lambda row: row[:2])[:most]]
        for intake, rows in sorted(found.items())
    }


def _room(problem: Problem, plan: Plan) -> list[int]:
    """How many more seats each pair could take, were its intake's seats free."""
    room = [problem.cohorts[intake].cap for intake in problem.intakes]
    for limit in problem.limits:
        if limit.name in FREED_TOO:
            continue
        left = limit.cap - limit.used(plan)
        for n, p in enumerate(limit.members):
            weight = 1 if limit.weights is None else limit.weights[n]
            if weight:
                room[p] = min(room[p], left // weight)
    for p in problem.frozen:
        room[p] = 0
    return room


def _ranking(problem: Problem, plan: Plan):
    """p -> (key to sort by, worth of the next seat)."""
    instance = problem.instance
    province_at = {province.code: province for province in problem.provinces}
    of_region = [province_at[region.province] for region in instance.regions]
    next_equity, ratio = {}, {}
    for province in problem.provinces:
        seats = problem.seats_of(province, plan)
        next_equity[province.code] = problem.equity(province, seats + 1) - problem.equity(province, seats)
        ratio[province.code] = Fraction(seats, province.people) if province.people else Fraction(1)
    missing = [
        max(0, region.floor - sum(plan[p] for p in members))
        for region, members in zip(instance.regions, problem.regions, strict=True)
    ]

    def rank(p: int):
        region = problem.region_of_line[problem.lines[p]]
        code = of_region[region].code
        worth = problem.values[p] + next_equity[code]
        lowest = ratio[code] if problem.leximin else 0
        return (not missing[region], lowest, -worth), worth

    return rank


def keys_of(run) -> tuple[dict[str, int], dict[str, int]]:
    """({line id: key}, {intake id: key}) of what a run's instance names."""
    names = run.annex
    return tuple({of: row["pk"] for of, row in names[part].items()} for part in ("lines", "intakes"))
