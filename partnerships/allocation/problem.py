"""What a plan must keep and what it is worth: every limit once, and the four objectives counted exactly.

The solver, the comparators and the result all read this; a plan is a list of seats, one number per pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from .instance import LEXIMIN, Id, Instance, Pair, order

Plan = list[int]
"""Seats per pair, in the order of `Problem.pairs`."""


@dataclass(frozen=True)
class Limit:
    """At most `cap` over the members; `stated` is what the instance says, locks may hold more."""

    name: str
    where: tuple[tuple[str, Any], ...]
    stated: int
    locked: int
    members: tuple[int, ...]
    weights: tuple[int, ...] | None = None

    @property
    def cap(self) -> int:
        return max(self.stated, self.locked)

    def used(self, plan: Plan) -> int:
        if self.weights is None:
            return sum(plan[p] for p in self.members)
        return sum(plan[p] * w for p, w in zip(self.members, self.weights, strict=True))


class Worth(NamedTuple):
    """A plan in the order of the objectives; the larger one is the better plan."""

    unfilled: int
    """Minus the seats missing to the minimum of intakes that locks keep open."""
    shortage: int
    """Minus the missing guaranteed seats."""
    ratios: tuple[Fraction, ...]
    """Ascending, only where the rules ask for leximin."""
    objective: int
    withdrawn: int
    """Minus the withdrawn seats."""


@dataclass
class Cohort:
    """An intake as the plan sees it."""

    id: Id
    least: int
    """Seats below which it does not run; 0 where every number will do."""
    cap: int
    members: list[int] = field(default_factory=list)
    locked: int = 0

    @property
    def may_close(self) -> bool:
        return not self.locked


@dataclass
class Province:
    code: str
    people: int = 0
    members: list[int] = field(default_factory=list)
    steps: list[tuple[int, int]] = field(default_factory=list)
    """(seats, bonus of each), in order."""


class Problem:
    """One instance, ready to be planned."""

    def __init__(self, instance: Instance):
        self.instance = instance
        self.leximin = instance.rules.mode == LEXIMIN
        self._pairs()
        self._members()
        self.limits: list[Limit] = list(self._limits())
        self._upper()

    def _pairs(self) -> None:
        instance = self.instance
        self.line_at = {line.id: n for n, line in enumerate(instance.lines)}
        self.intake_at = {intake.id: n for n, intake in enumerate(instance.intakes)}
        eligible = {(pair.line, pair.intake) for pair in instance.pairs}
        locked = {(row.line, row.intake): row.seats for row in instance.locked}
        gone = [Pair(*key, value=0) for key in locked if key not in eligible]
        self.pairs: list[Pair] = list(instance.pairs)
        if gone:
            self.pairs = sorted([*self.pairs, *gone], key=lambda pair: (order(pair.line), order(pair.intake)))
        keys = [(pair.line, pair.intake) for pair in self.pairs]
        previous = {(row.line, row.intake): row.seats for row in instance.previous}
        self.lines = [self.line_at[line] for line, _intake in keys]
        self.intakes = [self.intake_at[intake] for _line, intake in keys]
        self.values = [pair.value for pair in self.pairs]
        self.locked = [locked.get(key, 0) for key in keys] if locked else [0] * len(keys)
        self.frozen = [n for n, key in enumerate(keys) if key not in eligible] if gone else []
        self.previous = {n: previous[key] for n, key in enumerate(keys) if key in previous} if previous else {}
        self.lost = sum(previous.values()) - sum(self.previous.values())
        """Previous seats on pairs that no longer exist."""

    def _members(self) -> None:
        instance = self.instance
        region_at = {region.id: n for n, region in enumerate(instance.regions)}
        self.region_of_line = [region_at[line.region] for line in instance.lines]
        self.regions: list[list[int]] = [[] for _region in instance.regions]
        provinces = {code: Province(code) for code in sorted({region.province for region in instance.regions})}
        self.provinces = list(provinces.values())
        of_region = [provinces[region.province] for region in instance.regions]
        for line, region in zip(instance.lines, self.region_of_line, strict=True):
            of_region[region].people += line.seats
        for province in self.provinces:
            before = 0
            for step in instance.rules.equity:
                upto = step.upto_pct * province.people // 100
                province.steps.append((upto - before, step.bonus))
                before = upto
        self.cohorts = [Cohort(intake.id, intake.min, intake.max) for intake in instance.intakes]
        for p, (line, intake) in enumerate(zip(self.lines, self.intakes, strict=True)):
            region = self.region_of_line[line]
            self.regions[region].append(p)
            of_region[region].members.append(p)
            cohort = self.cohorts[intake]
            cohort.members.append(p)
            cohort.locked += self.locked[p]
        for cohort in self.cohorts:
            cohort.cap = max(cohort.cap, cohort.locked)

    def _limits(self) -> Iterable[Limit]:
        """Every limit of the instance that has pairs under it."""
        instance = self.instance
        province_of_line = [instance.regions[region].province for region in self.region_of_line]
        programmes = {programme.id: programme for programme in instance.programmes}
        partners = {partner.id: partner for partner in instance.partners}
        budgets = {budget.need: budget.max for budget in instance.budgets}
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)

        keys_of_intake = []  # (limit's name, its own key, bound, by what it is told apart)
        for intake in instance.intakes:
            rows = [("intake.max", intake.id, intake.max, "")]
            if intake.province_max is not None:
                rows.append(("intake.province_max", intake.id, intake.province_max, "province"))
            if intake.region_max is not None:
                rows.append(("intake.region_max", intake.id, intake.region_max, "region"))
            if (programme := programmes.get(intake.programme)) is not None:
                if programme.max is not None:
                    rows.append(("programme.max", programme.id, programme.max, ""))
                if programme.province_max is not None:
                    rows.append(("programme.province_max", programme.id, programme.province_max, "province"))
                if (partner := partners.get(programme.partner)) is not None and partner.max is not None:
                    rows.append(("partner.max", partner.id, partner.max, ""))
            keys_of_intake.append(rows)
        for p, (line, intake) in enumerate(zip(self.lines, self.intakes, strict=True)):
            own = instance.lines[line]
            groups["line.seats", own.id, own.seats, "", ""].append(p)
            for name, owner, most, by in keys_of_intake[intake]:
                part = "" if not by else province_of_line[line] if by == "province" else own.region
                groups[name, owner, most, by, part].append(p)
            if own.need in budgets:
                groups["budget.max", own.need, budgets[own.need], "", ""].append(p)

        pairs, locked = self.pairs, self.locked
        for (name, owner, most, by, part), members in groups.items():
            kind = "need" if name == "budget.max" else name.split(".")[0]
            where = ((kind, owner), (by, part)) if by else ((kind, owner),)
            weights = tuple(pairs[p].cost for p in members) if kind == "need" else None
            if weights is None:
                held = sum(locked[p] for p in members)
            else:
                held = sum(locked[p] * w for p, w in zip(members, weights, strict=True))
            yield Limit(name, where, most, held, tuple(members), weights)

    def _upper(self) -> None:
        """The most seats a pair could get beside the locks."""
        upper = [cohort_cap for cohort_cap in (self.cohorts[i].cap for i in self.intakes)]
        locked = self.locked
        for limit in self.limits:
            room = limit.cap - limit.locked
            if limit.weights is None:
                for p in limit.members:
                    if upper[p] > locked[p] + room:
                        upper[p] = locked[p] + room
            else:
                for p, weight in zip(limit.members, limit.weights, strict=True):
                    if weight:
                        upper[p] = min(upper[p], locked[p] + room // weight)
        for p in self.frozen:
            upper[p] = locked[p]
        self.upper = upper

    # Objectives, counted exactly

    def unfilled(self, plan: Plan) -> int:
        return sum(self.missing(cohort, plan) for cohort in self.cohorts if cohort.locked)

    def missing(self, cohort: Cohort, plan: Plan) -> int:
        return max(0, cohort.least - sum(plan[p] for p in cohort.members))

    def shortage(self, plan: Plan) -> int:
        return sum(
            max(0, region.floor - sum(plan[p] for p in members))
            for region, members in zip(self.instance.regions, self.regions, strict=True)
            if region.floor
        )

    def seats_of(self, province: Province, plan: Plan) -> int:
        return sum(plan[p] for p in province.members)

    def ratios(self, plan: Plan) -> tuple[Fraction, ...]:
        """Seats per person wanted of each province with people, ascending."""
        return tuple(sorted(Fraction(self.seats_of(p, plan), p.people) for p in self.provinces if p.people))

    def equity(self, province: Province, seats: int) -> int:
        total = 0
        for width, bonus in province.steps:
            total += min(seats, width) * bonus
            seats -= min(seats, width)
        return total

    def kept(self, plan: Plan) -> int:
        return sum(min(plan[p], seats) for p, seats in self.previous.items())

    def withdrawn(self, plan: Plan) -> int:
        return self.lost + sum(self.previous.values()) - self.kept(plan)

    def objective(self, plan: Plan) -> int:
        total = sum(value * seats for value, seats in zip(self.values, plan, strict=True) if seats)
        if self.instance.rules.equity:
            total += sum(self.equity(p, self.seats_of(p, plan)) for p in self.provinces)
        return total + self.instance.rules.keep_bonus * self.kept(plan)

    def worth(self, plan: Plan) -> Worth:
        return Worth(
            -self.unfilled(plan),
            -self.shortage(plan),
            self.ratios(plan) if self.leximin else (),
            self.objective(plan),
            -self.withdrawn(plan),
        )

    def keeps_rules(self, plan: Plan) -> bool:
        """Every hard rule holds, counted in whole numbers."""
        return (
            all(low <= seats <= high for seats, low, high in zip(plan, self.locked, self.upper, strict=True))
            and all(limit.used(plan) <= limit.cap for limit in self.limits)
            and all(
                not (seats := sum(plan[p] for p in cohort.members)) or seats >= cohort.least
                for cohort in self.cohorts
                if cohort.may_close and cohort.least > 1
            )
        )

    def simple_bound(self) -> int:
        """An upper bound of the objective that needs no solver: each line, or each intake, on its own."""
        by_line: dict[int, int] = defaultdict(int)
        line_cap: dict[int, int] = {}
        for limit in self.limits:
            if limit.name == "line.seats":
                line_cap[self.lines[limit.members[0]]] = limit.cap
        by_intake: dict[int, int] = defaultdict(int)
        for line, intake, value, upper in zip(self.lines, self.intakes, self.values, self.upper, strict=True):
            if upper:
                by_line[line] = max(by_line[line], value)
                by_intake[intake] = max(by_intake[intake], value)
        bound = min(
            sum(value * line_cap[line] for line, value in by_line.items()),
            sum(value * self.cohorts[intake].cap for intake, value in by_intake.items()),
        )
        equity = sum(width * bonus for province in self.provinces for width, bonus in province.steps)
        keep = sum(min(seats, self.upper[p]) for p, seats in self.previous.items())
        return bound + equity + self.instance.rules.keep_bonus * keep

    # What the result says beside the seats

    def limits_broken(self, plan: Plan) -> list[dict[str, Any]]:
        """Limits that the locks exceed, and minimums that an intake kept open by locks cannot reach."""
        rows = [
            {"limit": limit.name, **dict(limit.where), "max": limit.stated, "locked": limit.locked}
            for limit in self.limits
            if limit.locked > limit.stated
        ]
        rows += [
            {
                "limit": "intake.min",
                "intake": cohort.id,
                "min": cohort.least,
                "locked": cohort.locked,
                "seats": cohort.least - missing,
            }
            for cohort in self.cohorts
            if cohort.locked and (missing := self.missing(cohort, plan))
        ]
        return sorted(rows, key=lambda row: [order(v) if k != "limit" else (True, v) for k, v in row.items()])

    def closed(self, plan: Plan) -> list[Id]:
        return [cohort.id for cohort in self.cohorts if not any(plan[p] for p in cohort.members)]

    def coverage(self, plan: Plan) -> dict[str, dict[str, Any]]:
        rows = {}
        for province in self.provinces:
            seats = self.seats_of(province, plan)
            ratio = round(seats / province.people, 4) if province.people else None
            rows[province.code] = {"seats": seats, "people": province.people, "ratio": ratio}
        return rows
