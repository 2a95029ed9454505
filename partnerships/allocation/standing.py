"""How a finished plan stands: the room under every limit, and what one seat more, or moved, would do to it.

All in whole numbers, from the instance and the plan alone. Explanations and figures are read from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from .instance import Id, Instance, Pair, Rules, Seats
from .problem import Limit, Plan, Problem
from .result import OPTIMAL, Result, plan_of, solve

INTAKE_FULL = "intake.max"


class Move(NamedTuple):
    """What a move of one seat changes, in the order of the objectives; positive is better, all zero is a tie."""

    unfilled: int
    floors: int
    fairness: int
    """1, 0 or -1: how the sorted shares of the provinces compare; always 0 without leximin."""
    objective: int
    kept: int


class Standing:
    """A plan under its limits."""

    def __init__(self, problem: Problem, plan: Plan):
        self.problem, self.plan = problem, plan
        self.proven = False
        instance = problem.instance
        self.own: list[list[int]] = [[] for _line in instance.lines]
        for p, line in enumerate(problem.lines):
            self.own[line].append(p)
        self.used = [limit.used(plan) for limit in problem.limits]
        self.room = [limit.cap - used for limit, used in zip(problem.limits, self.used, strict=True)]
        self.limits_of: list[list[tuple[int, int]]] = [[] for _pair in problem.pairs]
        for n, limit in enumerate(problem.limits):
            for m, p in enumerate(limit.members):
                weight = 1 if limit.weights is None else limit.weights[m]
                if weight:
                    self.limits_of[p].append((n, weight))
        self.in_intake = [sum(plan[p] for p in cohort.members) for cohort in problem.cohorts]
        self.of_line = [sum(plan[p] for p in own) for own in self.own]
        self.in_region = [sum(plan[p] for p in members) for members in problem.regions]
        province_at = {province.code: n for n, province in enumerate(problem.provinces)}
        self.province_of_region = [province_at[region.province] for region in instance.regions]
        self.in_province = [problem.seats_of(province, plan) for province in problem.provinces]
        self.frozen = frozenset(problem.frozen)

    @classmethod
    def of(cls, instance: Instance, result: Result | Mapping[str, Any]) -> Standing:
        """From a result, or from its JSON object."""
        problem = Problem(instance)
        if isinstance(result, Mapping):
            seats = {(row["line"], row["intake"]): row["seats"] for row in result["seats"]}
            standing = cls(problem, [seats.get((pair.line, pair.intake), 0) for pair in problem.pairs])
            standing.proven = result.get("status") == OPTIMAL
        else:
            standing = cls(problem, plan_of(problem, result))
            standing.proven = result.status == OPTIMAL
        return standing

    # Where a pair belongs

    def region(self, p: int) -> int:
        return self.region_of(self.problem.lines[p])

    def region_of(self, line: int) -> int:
        return self.problem.region_of_line[line]

    def province(self, p: int) -> int:
        return self.province_of_region[self.region(p)]

    def ratio(self, province: int) -> Fraction | None:
        people = self.problem.provinces[province].people
        return Fraction(self.in_province[province], people) if people else None

    def share(self, province: int, more: int = 0) -> Fraction:
        """As `ratio`, with so many seats more; nothing where nobody is wanted."""
        people = self.problem.provinces[province].people
        return Fraction(self.in_province[province] + more, people) if people else Fraction(0)

    def wanted(self, line: int) -> int:
        return self.problem.instance.lines[line].seats

    def missing(self, line: int) -> int:
        """People of a line without a seat."""
        return max(0, self.wanted(line) - self.of_line[line])

    # Limits

    def tight(self, p: int) -> list[int]:
        """Limits without room for one more seat of a pair, but for the people of its line."""
        limits = self.problem.limits
        return [n for n, weight in self.limits_of[p] if self.room[n] < weight and limits[n].name != "line.seats"]

    def closed(self, p: int) -> bool:
        """The pair's cohort has a minimum and nobody in it."""
        cohort = self.problem.cohorts[self.problem.intakes[p]]
        return cohort.least > 1 and not self.in_intake[self.problem.intakes[p]]

    def others_under(self, limit: Limit, line: int) -> int:
        """Seats under a limit that other lines hold."""
        return sum(self.plan[p] for p in limit.members if self.problem.lines[p] != line)

    # What one seat is worth

    def next_bonus(self, province: int, seats: int) -> int:
        """Equity for the seat after `seats` of a province."""
        for width, bonus in self.problem.provinces[province].steps:
            if seats < width:
                return bonus
            seats -= width
        return 0

    def keeps(self, p: int) -> bool:
        """The pair's next seat would be one of the last plan."""
        return self.plan[p] < self.problem.previous.get(p, 0)

    def held(self, p: int) -> bool:
        """The pair's last seat is one of the last plan."""
        return 0 < self.plan[p] <= self.problem.previous.get(p, 0)

    def add(self, p: int) -> Move:
        """What one seat more for a pair changes, whether or not it fits."""
        problem, region, province = self.problem, self.region(p), self.province(p)
        cohort, intake = problem.cohorts[problem.intakes[p]], problem.intakes[p]
        kept = int(self.keeps(p))
        return Move(
            int(bool(cohort.locked) and self.in_intake[intake] < cohort.least),
            int(self.in_region[region] < problem.instance.regions[region].floor),
            int(problem.leximin and bool(problem.provinces[province].people)),
            problem.values[p]
            + self.next_bonus(province, self.in_province[province])
            + problem.instance.rules.keep_bonus * kept,
            kept,
        )

    def swap(self, p: int, q: int) -> Move:
        """What it changes when one seat moves from the pair `q` to the pair `p`, whether or not it fits."""
        problem, rules = self.problem, self.problem.instance.rules
        kept = int(self.keeps(p)) - int(self.held(q))
        return Move(
            self._unfilled(p, q),
            self._floors(self.region(p), self.region(q)),
            self._fairness(self.province(p), self.province(q)),
            problem.values[p] - problem.values[q] + self.equity(p, q) + rules.keep_bonus * kept,
            kept,
        )

    def fits(self, p: int, q: int, without: int | None = None) -> bool:
        """One seat may move from `q` to `p`; the limit `without` does not count."""
        problem, plan = self.problem, self.plan
        if p in self.frozen or plan[q] <= problem.locked[q] or self.closed(p):
            return False
        weights = dict(self.limits_of[q])
        if any(self.room[n] + weights.get(n, 0) < w for n, w in self.limits_of[p] if n != without):
            return False
        one, other = problem.intakes[p], problem.intakes[q]
        cohort = problem.cohorts[other]
        left = self.in_intake[other] - 1
        return one == other or not cohort.may_close or left == 0 or left >= cohort.least

    def equity(self, p: int, q: int) -> int:
        """Equity won and lost when a seat moves from `q` to `p`."""
        one, other = self.province(p), self.province(q)
        if one == other:
            return 0
        won = self.next_bonus(one, self.in_province[one])
        return won - self.next_bonus(other, self.in_province[other] - 1)

    def _unfilled(self, p: int, q: int) -> int:
        problem = self.problem
        one, other = problem.intakes[p], problem.intakes[q]
        if one == other:
            return 0
        to, since = problem.cohorts[one], problem.cohorts[other]
        won = bool(to.locked) and self.in_intake[one] < to.least
        lost = bool(since.locked) and self.in_intake[other] <= since.least
        return int(won) - int(lost)

    def _floors(self, one: int, other: int) -> int:
        if one == other:
            return 0
        regions = self.problem.instance.regions
        won = self.in_region[one] < regions[one].floor
        lost = self.in_region[other] <= regions[other].floor
        return int(won) - int(lost)

    def _fairness(self, one: int, other: int) -> int:
        """Shares that do not change can be left out of the comparison."""
        if not self.problem.leximin or one == other:
            return 0
        counts = ((one, 1), (other, -1))
        people = [self.problem.provinces[n].people for n, _change in counts]
        if not all(people):  # a share of nobody does not count
            return int(bool(people[0])) - int(bool(people[1]))
        before = sorted(Fraction(self.in_province[n], d) for (n, _change), d in zip(counts, people, strict=True))
        after = sorted(Fraction(self.in_province[n] + c, d) for (n, c), d in zip(counts, people, strict=True))
        return (after > before) - (after < before)

    def tied(self, line: int) -> tuple[int, int] | None:
        """Pairs (to, from) between which one seat may move to the line, and the plan stays as good in everything."""
        problem = self.problem
        for p in self.own[line]:
            for n in self.tight(p):
                for q in problem.limits[n].members:
                    if problem.lines[q] != line and self.fits(p, q) and not any(self.swap(p, q)):
                        return p, q
        return None

    # How many a cohort could have

    def could_fill(self, intake: int, *, alone: bool = False) -> int:
        """The most people an intake could have beside the rest of the plan, or, `alone`, were nothing else given."""
        problem, instance = self.problem, self.problem.instance
        plan = problem.locked if alone else self.plan
        members = set(problem.cohorts[intake].members) - self.frozen
        around = {q for p in members for n, _weight in self.limits_of[p] for q in problem.limits[n].members}
        wanted = instance.intakes[intake].id
        rows = [p for p in sorted(around | members) if plan[p] or p in members]
        lines, intakes = {problem.lines[p] for p in rows}, {problem.intakes[p] for p in rows}
        regions = {self.region_of(line) for line in lines}
        only = replace(
            instance,
            regions=tuple(replace(instance.regions[n], floor=0) for n in sorted(regions)),
            lines=tuple(instance.lines[n] for n in sorted(lines)),
            intakes=tuple(replace(instance.intakes[n], min=0) for n in sorted(intakes)),
            pairs=tuple(self._counted(p, wanted) for p in rows if p not in self.frozen),
            locked=tuple(Seats(problem.pairs[p].line, problem.pairs[p].intake, plan[p]) for p in rows if plan[p]),
            previous=(),
            rules=Rules(),
        )
        return sum(row.seats for row in solve(only).seats if row.intake == wanted)

    def _counted(self, p: int, intake: Id) -> Pair:
        """A pair of which only seats in one intake count."""
        pair = self.problem.pairs[p]
        return Pair(pair.line, pair.intake, int(pair.intake == intake), pair.cost)


def percent(ratio: Fraction) -> float:
    """A share in percent, as it is printed."""
    return round(float(100 * ratio), 1)


def whose(limit: Limit) -> dict[str, Any]:
    """The ids a limit belongs to: intake, region, province, programme, partner, need or line."""
    return dict(limit.where)
