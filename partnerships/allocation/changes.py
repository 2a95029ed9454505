"""What would change a line's seats: the smallest single change, found by solving the whole instance with it.

A change is only named after `solve`, with no gap, gave the line more seats with it, and not with the next smaller one.
The linear relaxation saves most of that work: what it proves to be of no use to a line is not tried.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from .instance import LEXIMIN, VALUE, Id, Instance, Pair, Seats, order
from .problem import Plan
from .program import Cancelled
from .relaxation import Prices, Relaxation
from .result import solve
from .standing import INTAKE_FULL, Standing

MOST_CHANGES = 2
MOST_SEATS = 5
"""Limits are raised, and minimums lowered, by at most so many seats."""

LOWER_EQUITY = (75, 50, 25, 0)
"""Percent of the equity bonuses that are tried, the smallest change first."""

Params = dict[str, Any]


class ChangeKey(StrEnum):
    """A single change. `by` is how much, `to` the new figure."""

    SEATS = "seats"
    """{intake, by, to}: "2 more seats in the intake." """
    REGION_MAX = "region_max"
    """{intake, by, to}: "The limit per regency in the intake rises to 8." """
    PROVINCE_MAX = "province_max"
    """{intake, by, to}: the same per province."""
    PROGRAMME_MAX = "programme_max"
    """{programme, by, to}: "2 more seats in the programme as a whole." """
    PROGRAMME_PROVINCE_MAX = "programme_province_max"
    """{programme, by, to}: the programme's limit per province."""
    PARTNER_MAX = "partner_max"
    """{partner, by, to}: "2 more seats from the partner." """
    BUDGET = "budget"
    """{need, by, to}: "A budget of 65 instead of 60." Money."""
    MINIMUM = "minimum"
    """{intake, by, to}: "A minimum of 9 instead of 12 people." """
    EQUITY = "equity"
    """{percent}: "Equity counts 50% of what it does"; 0 is off."""
    LEXIMIN_OFF = "leximin_off"
    """{}: "Highest value instead of lowest share first." """
    KEEP_OFF = "keep_off"
    """{}: "No bonus for seats of the last plan." """
    FLOOR_OFF = "floor_off"
    """{region, floor}: "No guaranteed seats for that region." """
    UNLOCK = "unlock"
    """{line, intake, seats}: "The pinned or approved seats of that line are given up." """
    PIN = "pin"
    """{intake, seats}: for a tie: "Pinning the seats here costs nothing." """


@dataclass(frozen=True)
class Change:
    """One change after which the best plan gives the line `seats` seats."""

    key: str
    params: Mapping[str, Any]
    seats: int

    def data(self) -> Params:
        return {"key": str(self.key), "params": dict(self.params), "seats": self.seats}


@dataclass(frozen=True)
class Alternative:
    """Pairs that would be eligible, or have another value, were something changed that only the portal can score.

    They join the instance's, or take the place of the pair of the same line and intake. Pairs of other lines are among
    them where the change cannot be made for one line alone. Of several with one key only the first that helps is named.
    """

    key: str
    params: Mapping[str, Any]
    pairs: Sequence[Pair]
    own: bool = False
    """The line's own office can make the change; it is named before limits and rules."""


@dataclass(frozen=True)
class Lever:
    """Something that can be changed; `owner` is whose it is."""

    key: ChangeKey
    owner: Id | tuple[Id, ...] = ""


OF_LIMIT = {
    INTAKE_FULL: ChangeKey.SEATS,
    "intake.region_max": ChangeKey.REGION_MAX,
    "intake.province_max": ChangeKey.PROVINCE_MAX,
    "programme.max": ChangeKey.PROGRAMME_MAX,
    "programme.province_max": ChangeKey.PROGRAMME_PROVINCE_MAX,
    "partner.max": ChangeKey.PARTNER_MAX,
    "budget.max": ChangeKey.BUDGET,
}

FIELD = {
    ChangeKey.SEATS: ("intakes", "max", "intake"),
    ChangeKey.REGION_MAX: ("intakes", "region_max", "intake"),
    ChangeKey.PROVINCE_MAX: ("intakes", "province_max", "intake"),
    ChangeKey.MINIMUM: ("intakes", "min", "intake"),
    ChangeKey.PROGRAMME_MAX: ("programmes", "max", "programme"),
    ChangeKey.PROGRAMME_PROVINCE_MAX: ("programmes", "province_max", "programme"),
    ChangeKey.PARTNER_MAX: ("partners", "max", "partner"),
    ChangeKey.BUDGET: ("budgets", "max", "need"),
}
"""Where a figure stands in the instance, and what its owner is called."""


class OutOfTime(Exception):
    """The seconds are over, or somebody asked to stop."""


class Changes:
    """Searches for changes, line after line; a solved change is remembered for all lines."""

    def __init__(self, standing: Standing, *, ends: float | None = None, stop: Callable[[], bool] | None = None):
        self.standing, self.problem = standing, standing.problem
        self.instance = self.problem.instance
        self.ends, self.stop = ends, stop
        self.worth = self.problem.worth(standing.plan)
        self.solves = 0
        self._seats: dict[tuple[Lever, int], dict[Id, int]] = {}
        self._plans: dict[int, tuple[Alternative, dict[tuple[Id, Id], int]]] = {}
        self._limits: dict[Lever, list[int]] = {}
        for n, limit in enumerate(self.problem.limits):
            if limit.name in OF_LIMIT:
                self._limits.setdefault(Lever(OF_LIMIT[limit.name], limit.where[0][1]), []).append(n)
        self._relaxation: Relaxation | None = None

    @property
    def relaxation(self) -> Relaxation:
        if self._relaxation is None:
            self._relaxation = Relaxation(self.problem, self.worth)
        return self._relaxation

    def of_line(self, line: int, extra: Sequence[Alternative] = ()) -> tuple[tuple[Change, ...] | None, int]:
        """The changes, and the seats an equally good plan gives the line, 0 where none gives it more.

        No changes are known (None) where there was no time, or where the plan itself is not proven best.
        """
        if not self.standing.proven:
            return None, 0
        try:
            if any(p not in self.standing.frozen for p in self.standing.own[line]):
                prices = self.relaxation.ask(line, self.standing.of_line[line] + 1, self._left())
                if equal := self._equal(line, prices):
                    return tuple(self._pinned(line, equal)), sum(equal[p] for p in self.standing.own[line])
                return tuple(self._smallest(line, prices, extra)), 0
            return tuple(self._scored(line, extra, MOST_CHANGES)), 0
        except OutOfTime:
            return None, 0

    # Ties

    def _equal(self, line: int, prices: Prices | None) -> Plan | None:
        """A plan that is as good in every objective and gives the line more."""
        if tied := self.standing.tied(line):
            plan = list(self.standing.plan)
            for p, seats in zip(tied, (1, -1), strict=True):
                plan[p] += seats
            return plan
        if prices is None:  # more than the move of one seat is not looked for
            return None
        if prices.lacks > 0:
            return None
        try:
            plan = self.relaxation.equally_good(line, self.standing.of_line[line] + 1, self._left())
        except TimeoutError as error:
            raise OutOfTime from error
        if plan is None or self.problem.worth(plan) != self.worth or not self.problem.keeps_rules(plan):
            return None
        return plan

    def _pinned(self, line: int, equal: Plan) -> list[Change]:
        """The pin of the line's seats that makes the equally good plan the one that is found."""
        now, own = self.standing.of_line[line], self.standing.own[line]
        for p in sorted(own, key=lambda p: (self.standing.plan[p] - equal[p], p)):
            if equal[p] <= self.standing.plan[p]:
                break
            pair, held = self.problem.pairs[p], self.problem.locked[p]
            pin = Seats(pair.line, pair.intake, equal[p])
            others = [
                row for row in self.instance.locked if not held or (row.line, row.intake) != (pin.line, pin.intake)
            ]
            locked = sorted([*others, pin], key=lambda row: (order(row.line), order(row.intake)))
            if (seats := self._solved(replace(self.instance, locked=tuple(locked))).get(pair.line, 0)) > now:
                return [Change(ChangeKey.PIN, {"intake": pair.intake, "seats": pin.seats}, seats)]
        return []

    # The smallest change

    def _smallest(self, line: int, prices: Prices | None, extra: Sequence[Alternative]) -> list[Change]:
        """One thing the office can change, limits and minimums, budgets, what others can change, and rules, until two
        are found."""
        found = self._scored(line, [alternative for alternative in extra if alternative.own], 1)
        for search in (
            lambda: self._loosened(line, self._levers(line, prices)),
            lambda: self._dearer(line, prices),
            lambda: self._scored(line, [alternative for alternative in extra if not alternative.own], MOST_CHANGES),
            lambda: self._ruled(line),
        ):
            if len(found) < MOST_CHANGES:
                found += search()
        return found[:MOST_CHANGES]

    def _levers(self, line: int, prices: Prices | None) -> dict[Lever, int]:
        """What the line stands at, and the least amount that could be of use, where that is not too much."""
        standing, problem = self.standing, self.problem
        levers: dict[Lever, int] = {}
        for p in standing.own[line]:
            if p in standing.frozen:
                continue
            intake = problem.intakes[p]
            if standing.closed(p):
                least = 1 if prices is None else prices.least(prices.of_minimum(intake))
                levers[Lever(ChangeKey.MINIMUM, problem.cohorts[intake].id)] = _whole(least)
            for n in standing.tight(p):
                limit = problem.limits[n]
                lever = Lever(OF_LIMIT[limit.name], limit.where[0][1])
                if lever.key != ChangeKey.BUDGET and lever not in levers:
                    least = 1 if prices is None else prices.least(prices.of_limits(self._limits[lever]))
                    levers[lever] = _whole(least)
        return {lever: least for lever, least in sorted(levers.items(), key=_by_use) if least <= MOST_SEATS}

    def _loosened(self, line: int, levers: Mapping[Lever, int]) -> list[Change]:
        """The levers that help with the least amount: all that are tried with that amount, most seats first."""
        now = self.standing.of_line[line]
        for by in range(1, MOST_SEATS + 1):
            found = []
            for lever, least in levers.items():
                if least <= by and self._possible(lever, by) and (seats := self._with(line, lever, by)) > now:
                    found.append(Change(lever.key, self._figures(lever, by), seats))
            if found:
                return sorted(found, key=lambda change: -change.seats)
        return []

    def _dearer(self, line: int, prices: Prices | None) -> list[Change]:
        """The least that has to be added to the budget of the need, for one seat more of one of the line's pairs."""
        standing, problem = self.standing, self.problem
        amounts = {}
        for p in standing.own[line]:
            for n in standing.tight(p):
                limit = problem.limits[n]
                if limit.name == "budget.max" and p not in standing.frozen:
                    amounts[problem.pairs[p].cost - standing.room[n]] = n
        now = standing.of_line[line]
        for amount, n in sorted(amounts.items()):
            lever = Lever(ChangeKey.BUDGET, problem.limits[n].where[0][1])
            least = 1 if prices is None else prices.least(prices.of_limits(self._limits[lever]))
            if least > amount or self._with(line, lever, amount) <= now:
                continue
            low, high = max(0, math.ceil(min(least, amount)) - 1), amount  # low is of no use, high is
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if self._with(line, lever, middle) > now else (middle, high)
            return [Change(lever.key, self._figures(lever, high), self._with(line, lever, high))]
        return []

    def _scored(self, line: int, extra: Iterable[Alternative], most: int) -> list[Change]:
        """Changes that the portal has scored, in its order; what the relaxation excludes is not solved."""
        found: dict[str, Change] = {}
        wanted = self.standing.of_line[line] + 1
        for alternative in extra:
            if len(found) == most:
                break
            if alternative.key in found:
                continue
            pairs, plan = alternative.pairs, self.standing.plan
            if id(alternative) not in self._plans and (
                self.relaxation.lacks_with(line, wanted, pairs, plan, self._left()) > 0
            ):
                continue
            if change := self._met(line, alternative):
                found[alternative.key] = change
        return list(found.values())

    def _met(self, line: int, alternative: Alternative) -> Change | None:
        """What the best plan gives the line with an alternative, where the seats are such as the alternative opens.

        `more` seats than now; `people` of the line are in its pairs, worth `value` each, in `intake` where it is one.
        """
        row, now = self.instance.lines[line], self.standing.of_line[line]
        plan = self._plan_with(alternative)
        seats = sum(count for (of, _intake), count in plan.items() if of == row.id)
        placed = [(pair, plan.get((row.id, pair.intake), 0)) for pair in alternative.pairs if pair.line == row.id]
        placed = [(pair, count) for pair, count in placed if count]
        if seats <= now or not placed:
            return None
        people = sum(count for _pair, count in placed)
        met = {
            "more": seats - now,
            "people": people,
            "intake": placed[0][0].intake if len(placed) == 1 else None,
            "value": round(sum(pair.value * count for pair, count in placed) / people),
        }
        return Change(alternative.key, {**alternative.params, **met}, seats)

    def _plan_with(self, alternative: Alternative) -> dict[tuple[Id, Id], int]:
        """The best plan with an alternative; several lines may ask about one."""
        if id(alternative) not in self._plans:
            pairs = {(pair.line, pair.intake): pair for pair in (*self.instance.pairs, *alternative.pairs)}
            ordered = sorted(pairs.values(), key=lambda pair: (order(pair.line), order(pair.intake)))
            plan = self._plan(replace(self.instance, pairs=tuple(ordered)))
            self._plans[id(alternative)] = alternative, plan  # which keeps its id from being given to another
        return self._plans[id(alternative)][1]

    def _ruled(self, line: int) -> list[Change]:
        """Rules of the round, and guarantees and locks that hold seats in the line's intakes."""
        now, rules = self.standing.of_line[line], self.instance.rules
        levers = self._holds(line)
        if rules.mode == LEXIMIN:
            levers.append(Lever(ChangeKey.LEXIMIN_OFF))
        if rules.keep_bonus and self.instance.previous:
            levers.append(Lever(ChangeKey.KEEP_OFF))
        found = [
            Change(lever.key, self._figures(lever, 1), seats)
            for lever in levers
            if (seats := self._with(line, lever, 1)) > now
        ]
        for percent in LOWER_EQUITY if rules.equity else ():
            if (seats := self._with(line, Lever(ChangeKey.EQUITY), percent)) > now:
                found.append(Change(ChangeKey.EQUITY, {"percent": percent}, seats))
                break
        return sorted(found, key=lambda change: -change.seats)

    def _holds(self, line: int) -> list[Lever]:
        """Locks and guarantees of others in the line's intakes."""
        standing, problem = self.standing, self.problem
        locks, floors = [], []
        for p in standing.own[line]:
            if p in standing.frozen:
                continue
            for q in problem.cohorts[problem.intakes[p]].members:
                if not standing.plan[q] or problem.lines[q] == line:
                    continue
                if problem.locked[q]:
                    locks.append(Lever(ChangeKey.UNLOCK, (problem.pairs[q].line, problem.pairs[q].intake)))
                region = standing.region(q)
                guarantee = self.instance.regions[region]
                if region != standing.region_of(line) and standing.in_region[region] <= guarantee.floor:
                    floors.append(Lever(ChangeKey.FLOOR_OFF, guarantee.id))
        return list(dict.fromkeys([*locks, *floors]))

    # Solving with a change

    def _with(self, line: int, lever: Lever, by: int) -> int:
        """Seats of the line in the best plan with the change."""
        if (lever, by) not in self._seats:
            self._seats[lever, by] = self._solved(changed(self.instance, lever, by))
        return self._seats[lever, by].get(self.instance.lines[line].id, 0)

    def _solved(self, instance: Instance) -> dict[Id, int]:
        """Seats by line in the best plan of a changed instance."""
        seats: dict[Id, int] = {}
        for (line, _intake), count in self._plan(instance).items():
            seats[line] = seats.get(line, 0) + count
        return seats

    def _plan(self, instance: Instance) -> dict[tuple[Id, Id], int]:
        try:
            result = solve(instance, time_limit=self._left(), stop=self.stop)
        except Cancelled as error:
            raise OutOfTime from error
        self.solves += 1
        if not result.finished:
            raise OutOfTime
        return {(row.line, row.intake): row.seats for row in result.seats}

    def _left(self) -> float | None:
        """Seconds that are left."""
        left = None if self.ends is None else self.ends - time.monotonic()
        if (left is not None and left <= 0) or (self.stop is not None and self.stop()):
            raise OutOfTime
        return left

    def _possible(self, lever: Lever, by: int) -> bool:
        return lever.key != ChangeKey.MINIMUM or _row(self.instance, lever).min >= by

    def _figures(self, lever: Lever, by: int) -> Params:
        if lever.key in FIELD:
            _rows, field, kind = FIELD[lever.key]
            to = getattr(_row(self.instance, lever), field) + (-by if lever.key == ChangeKey.MINIMUM else by)
            return {kind: lever.owner, "by": by, "to": to}
        if lever.key == ChangeKey.UNLOCK:
            (held,) = (row for row in self.instance.locked if (row.line, row.intake) == lever.owner)
            return dict(vars(held))
        if lever.key == ChangeKey.FLOOR_OFF:
            (region,) = (row for row in self.instance.regions if row.id == lever.owner)
            return {"region": region.id, "floor": region.floor}
        return {}


def changed(instance: Instance, lever: Lever, by: int) -> Instance:
    """The instance with one change; anyone can apply it and solve again."""
    rules = instance.rules
    if lever.key in FIELD:
        name, field, kind = FIELD[lever.key]
        more = -by if lever.key == ChangeKey.MINIMUM else by
        rows = tuple(
            replace(row, **{field: getattr(row, field) + more}) if _id(row, kind) == lever.owner else row
            for row in getattr(instance, name)
        )
        return replace(instance, **{name: rows})
    if lever.key == ChangeKey.EQUITY:
        steps = tuple(replace(step, bonus=step.bonus * by // 100) for step in rules.equity)
        return replace(instance, rules=replace(rules, equity=steps))
    if lever.key == ChangeKey.LEXIMIN_OFF:
        return replace(instance, rules=replace(rules, mode=VALUE))
    if lever.key == ChangeKey.KEEP_OFF:
        return replace(instance, rules=replace(rules, keep_bonus=0))
    if lever.key == ChangeKey.FLOOR_OFF:
        regions = tuple(replace(row, floor=0) if row.id == lever.owner else row for row in instance.regions)
        return replace(instance, regions=regions)
    if lever.key == ChangeKey.UNLOCK:
        return replace(instance, locked=tuple(row for row in instance.locked if (row.line, row.intake) != lever.owner))
    raise ValueError(lever.key)


def _row(instance: Instance, lever: Lever) -> Any:
    name, _field, kind = FIELD[lever.key]
    return next(row for row in getattr(instance, name) if _id(row, kind) == lever.owner)


def _id(row: Any, kind: str) -> Id:
    return row.need if kind == "need" else row.id


def _whole(least: float) -> int:
    """The next whole amount; a hair less than one counts as one."""
    return max(1, math.ceil(least - 1e-6)) if math.isfinite(least) else MOST_SEATS + 1


def _by_use(item: tuple[Lever, int]) -> tuple[Any, ...]:
    lever, least = item
    return (least, list(ChangeKey).index(lever.key), order(lever.owner))
