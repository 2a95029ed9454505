"""Why each line got what it got, and what would change it.

A reason is a true statement about the plan, checked against the instance: a key of `ReasonKey` and its ids and numbers.
The portal makes sentences of them. docs/allocation.md lists every key and when it may be said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .changes import Alternative, Change, Changes
from .figures import LIMIT_KEYS
from .instance import Id, Instance
from .result import Result
from .standing import INTAKE_FULL, Move, Standing, percent, whose

MOST_REASONS = 3

Params = dict[str, Any]


class ReasonKey(StrEnum):
    """What decided. Values are the instance's (ten times the score), shares are percent with one decimal."""

    ALL_SERVED = "all_served"
    """{intake, value, rank, applicants}, and {region_max, region_used} where the intake has a limit per region:
    "The third-highest score of 41 applicants, and the limit of 6 seats per regency was not exceeded." """
    NOTHING_WANTED = "nothing_wanted"
    """{}: "No seats were asked for." """
    LOCKED = "locked"
    """{intake, seats}: "4 seats had been approved before." """
    FROZEN = "frozen"
    """{intake, seats}: "2 approved seats stay, though the pair no longer meets the conditions." """
    FLOOR_SEAT = "floor_seat"
    """{intake, region, floor, value, line, lines}: "Guaranteed seat: without the guarantee of 2 seats for the region it
    would have gone to a line with 72; its own score is 67." `lines` lines were passed over, `line` is the highest value
    among them."""
    EQUITY_SEAT = "equity_seat"
    """{intake, value, line, lines, ratio}: "Equity: the province has 18% of its need, so the seat went here rather than
    to a line with 72." """
    FAIRNESS_SEAT = "fairness_seat"
    """{intake, value, line, lines, ratio}: as `equity_seat`, by the rule "lowest share first"."""
    KEPT_SEAT = "kept_seat"
    """{intake, value, line, lines}: "Kept from the last plan rather than given to a line with 72." """

    NO_PAIR = "no_pair"
    """{}: "No intake meets the conditions." The portal names the failed rules."""
    REGION_LIMIT = "region_limit"
    """{intake, region, max, used, own, alone}: "The limit of 5 seats per regency in one intake is reached." `own` of
    the `used` seats are the line's. `alone`: without this limit one seat more would have been possible and right."""
    PROVINCE_LIMIT = "province_limit"
    """{intake, province, max, used, own, alone}: the same for the province in the intake."""
    PROGRAMME_LIMIT = "programme_limit"
    """{intake, programme, max, used, own, alone}: "The programme has given all its 40 seats." """
    PROGRAMME_PROVINCE_LIMIT = "programme_province_limit"
    """{intake, programme, province, max, used, own, alone}: "The limit of 8 seats per province is reached." """
    PARTNER_LIMIT = "partner_limit"
    """{intake, partner, max, used, own, alone}: "The partner has given all its 120 seats." """
    BUDGET = "budget"
    """{intake, need, max, used, cost, alone}: "A seat costs 9, and of a budget of 60 already 56 are used." Money."""
    COHORT_CLOSED = "cohort_closed"
    """{intake, min, found, most}: "The intake does not run: it needs 12 people, 7 came together." `found` could still
    come beside the rest of the plan; `most` could come were no other seat given."""
    INTAKE_FULL = "intake_full"
    """{intake, max, value, lines, least, equal}: "Lost to 14 lines with 61 or more." `lines` hold seats in the intake
    with at least the line's `value`; `least` is the lowest of theirs, `equal` of them have the same value."""
    INTAKE_OWN = "intake_own"
    """{intake, max, own}: "All 5 seats of the intake are the line's", or the intake has none."""
    EQUITY = "equity"
    """{intake, value, lines, province, ratio, next, below}: "The province has 55% of its need; seats went to 3 lines of
    provinces with 39% or less." One more seat would take it to `next`, which is more than `below`."""
    FAIRNESS = "fairness"
    """{intake, value, lines, province, ratio, falls_to}: "The province has 50%; a seat more would leave another with
    25% or less." `falls_to` is less than `ratio`."""
    FLOOR_HELD = "floor_held"
    """{intake, value, lines, regions}: "3 lines hold guaranteed seats here", though their values are no higher."""
    LOCKED_HELD = "locked_held"
    """{intake, value, lines}: "3 lines hold approved seats here", though their values are lower."""
    KEPT_HELD = "kept_held"
    """{intake, value, lines}: "3 lines keep their seats of the last plan here", though their values are no higher."""
    TIE = "tie"
    """{intake, with, seats}: "An equally good plan gives the line 3 seats; the fixed order of codes decided." `with` is
    the line that has the seat, null (like `intake`) where more than one seat would move."""
    OTHER_LIMITS = "other_limits"
    """{intake, value, lines}: "3 lines with a lower score have seats here that another limit or minimum keeps from
    passing to this line." """
    WORTH_NOTHING = "worth_nothing"
    """{intake}: "A seat more would fit, and counts nothing." """
    NOT_SEARCHED = "not_searched"
    """{intake}: "The plan is not proven best; a seat more for this line would make it better." """


@dataclass(frozen=True)
class Place:
    """Seats of a line in an intake; `value` of one, None where the pair is no longer eligible."""

    intake: Id
    seats: int
    value: int | None
    locked: int

    def data(self) -> Params:
        return dict(vars(self))


@dataclass(frozen=True)
class Reason:
    key: str
    params: Params

    def data(self) -> Params:
        return {"key": str(self.key), "params": self.params}


@dataclass(frozen=True)
class LineReason:
    """One line explained. `changes` is None where they were not computed, empty where no single one tried helps."""

    line: Id
    wanted: int
    seats: int
    places: tuple[Place, ...]
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...] | None

    def data(self) -> Params:
        """As JSON."""
        return {
            "line": self.line,
            "wanted": self.wanted,
            "seats": self.seats,
            "places": [place.data() for place in self.places],
            "reasons": [reason.data() for reason in self.reasons],
            "changes": None if self.changes is None else [change.data() for change in self.changes],
        }


def explain(
    instance: Instance,
    result: Result | Mapping[str, Any],
    *,
    only: Sequence[Id] | None = None,
    changes: bool = True,
    extra: Mapping[Id, Sequence[Alternative]] | None = None,
    on_line: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
    seconds: float | None = None,
) -> dict[Id, LineReason]:
    """Every line (or `only` these) explained.

    `changes` asks for what would change it, for `seconds` at most in all. `extra` are pairs a line would have under
    changes that only the portal can score. `on_line(done, of)` is told of progress, and `stop()` is asked between
    steps: the lines not reached have no changes.
    """
    standing = Standing.of(instance, result)
    reader = Reader(standing)
    line_at = standing.problem.line_at
    lines = [line_at[line] for line in (line_at if only is None else only)]
    ends = None if seconds is None else time.monotonic() + seconds
    search = Changes(standing, ends=ends, stop=stop) if changes else None
    found = {}
    for done, line in enumerate(lines, 1):
        row = instance.lines[line]
        reasons = reader.reasons(line)
        possible: tuple[Change, ...] | None = None
        if not standing.missing(line):
            possible = ()
        elif search is not None:
            possible, tie = search.of_line(line, (extra or {}).get(row.id, ()))
            if tie and not any(reason.key == ReasonKey.TIE for reason in reasons):
                chain = Reason(ReasonKey.TIE, {"intake": None, "with": None, "seats": tie})
                reasons = (chain, *reasons)[:MOST_REASONS]
        seats = standing.of_line[line]
        found[row.id] = LineReason(row.id, row.seats, seats, reader.places(line), reasons, possible)
        if on_line is not None:
            on_line(done, len(lines))
    return found


class Reader:
    """Reads the reasons of a line off a plan."""

    def __init__(self, standing: Standing):
        self.standing, self.problem = standing, standing.problem
        self._cohorts: dict[int, Params] = {}

    def places(self, line: int) -> tuple[Place, ...]:
        standing, problem = self.standing, self.problem
        return tuple(
            Place(
                problem.pairs[p].intake,
                standing.plan[p],
                None if p in standing.frozen else problem.values[p],
                problem.locked[p],
            )
            for p in standing.own[line]
            if standing.plan[p]
        )

    def reasons(self, line: int) -> tuple[Reason, ...]:
        """At most three, the one that decided most first."""
        standing = self.standing
        if standing.missing(line):
            rows = [*self._why_not(line), *self._helped(line)]
        elif standing.wanted(line) or standing.of_line[line]:
            rows = [*self._helped(line), *self._rank(line)]
        else:
            rows = [Reason(ReasonKey.NOTHING_WANTED, {})]
        return tuple(_distinct(rows))[:MOST_REASONS]

    # Why it has what it has

    def _seated(self, line: int) -> list[int]:
        return [p for p in self.standing.own[line] if self.standing.plan[p]]

    def _rank(self, line: int) -> Iterable[Reason]:
        """Where its value stands among those who could come, in the intake that gives it most seats."""
        standing, problem = self.standing, self.problem
        seated = [p for p in self._seated(line) if p not in standing.frozen]
        if not seated:
            return
        p = max(seated, key=lambda p: (standing.plan[p], problem.values[p], -p))
        intake = problem.intakes[p]
        rivals = [q for q in problem.cohorts[intake].members if q not in standing.frozen]
        params = {
            "intake": problem.pairs[p].intake,
            "value": problem.values[p],
            "rank": 1 + sum(problem.values[q] > problem.values[p] for q in rivals),
            "applicants": len(rivals),
        }
        for n, _weight in standing.limits_of[p]:
            limit = problem.limits[n]
            if limit.name == "intake.region_max":
                params |= {"region_max": limit.stated, "region_used": standing.used[n]}
        yield Reason(ReasonKey.ALL_SERVED, params)

    def _helped(self, line: int) -> Iterable[Reason]:
        """Seats it has that were locked, or that a rule gave it over lines with a higher value."""
        standing, problem = self.standing, self.problem
        for p in self._seated(line):
            params = {"intake": problem.pairs[p].intake}
            if p in standing.frozen:
                yield Reason(ReasonKey.FROZEN, params | {"seats": standing.plan[p]})
            elif problem.locked[p]:
                yield Reason(ReasonKey.LOCKED, params | {"seats": problem.locked[p]})
        for p in self._seated(line):
            if p not in standing.frozen and standing.plan[p] > problem.locked[p]:
                yield from self._over_others(p)

    def _over_others(self, p: int) -> Iterable[Reason]:
        """The rule without which one of this pair's seats would go to a line with a higher value, in one move."""
        standing, problem = self.standing, self.problem
        passed: dict[ReasonKey, list[int]] = {}
        for q in problem.cohorts[problem.intakes[p]].members:
            if problem.values[q] <= problem.values[p] or not standing.missing(problem.lines[q]):
                continue
            rule = self._rule(q, p)
            if rule in GIVES and self._without(rule, q, p) >= NOTHING:
                passed.setdefault(rule, []).append(q)
        for rule, rivals in passed.items():
            params = {
                "intake": problem.pairs[p].intake,
                "value": problem.values[p],
                "lines": len(rivals),
                "line": max(problem.values[q] for q in rivals),
            }
            if rule == ReasonKey.FLOOR_HELD:
                region = problem.instance.regions[standing.region(p)]
                params |= {"region": region.id, "floor": region.floor}
            elif rule != ReasonKey.KEPT_HELD:
                params["ratio"] = percent(standing.share(standing.province(p)))
            yield Reason(GIVES[rule], params)

    # Why it has no more

    def _why_not(self, line: int) -> Iterable[Reason]:
        standing = self.standing
        own = [p for p in standing.own[line] if p not in standing.frozen]
        if not own:
            yield Reason(ReasonKey.NO_PAIR, {})
            return
        rows = list(self._tie(line))
        for p in sorted(own, key=lambda p: (_descending(standing.add(p)), p)):
            rows += self._of_pair(p)
        yield from sorted(rows, key=lambda reason: ORDER.get(reason.key, 1 if reason.params.get("alone", True) else 2))

    def _tie(self, line: int) -> Iterable[Reason]:
        if tied := self.standing.tied(line):
            to, since = (self.problem.pairs[p] for p in tied)
            seats = self.standing.of_line[line] + 1
            yield Reason(ReasonKey.TIE, {"intake": to.intake, "with": since.line, "seats": seats})

    def _of_pair(self, p: int) -> Iterable[Reason]:
        """What keeps one seat more of this pair from being given."""
        standing, problem = self.standing, self.problem
        if standing.closed(p):
            yield Reason(ReasonKey.COHORT_CLOSED, self._cohort(problem.intakes[p]))
            return
        names = list(LIMIT_KEYS)
        tight = sorted(standing.tight(p), key=lambda n: names.index(problem.limits[n].name))
        if not tight:
            key = ReasonKey.NOT_SEARCHED if any(standing.add(p)) else ReasonKey.WORTH_NOTHING
            yield Reason(key, {"intake": problem.pairs[p].intake})
            return
        full = None
        for n in tight:
            if problem.limits[n].name == INTAKE_FULL:
                full = n
            else:
                yield self._limit(p, n, tight)
        if full is not None:
            yield from self._full(p)

    def _cohort(self, intake: int) -> Params:
        if intake not in self._cohorts:
            cohort = self.problem.cohorts[intake]
            self._cohorts[intake] = {
                "intake": cohort.id,
                "min": cohort.least,
                "found": self.standing.could_fill(intake),
                "most": self.standing.could_fill(intake, alone=True),
            }
        return self._cohorts[intake]

    def _limit(self, p: int, n: int, tight: Sequence[int]) -> Reason:
        standing, limit = self.standing, self.problem.limits[n]
        line = self.problem.lines[p]
        params = {"intake": self.problem.pairs[p].intake, **whose(limit), "max": limit.stated, "used": standing.used[n]}
        if limit.weights is None:
            params["own"] = standing.used[n] - standing.others_under(limit, line)
        else:
            params["cost"] = self.problem.pairs[p].cost
        if list(tight) == [n]:
            params["alone"] = standing.add(p) > NOTHING
        else:
            params["alone"] = any(
                standing.fits(p, q, without=n) and standing.swap(p, q) > NOTHING for q in self._holders(p, tight, n)
            )
        return Reason(ReasonKey(LIMIT_KEYS[limit.name]), params)

    def _holders(self, p: int, tight: Sequence[int], without: int) -> set[int]:
        """Pairs of other lines with seats under every tight limit but one."""
        problem, plan = self.problem, self.standing.plan
        sets = [
            {q for q in problem.limits[n].members if plan[q] and problem.lines[q] != problem.lines[p]}
            for n in tight
            if n != without
        ]
        return set.intersection(*sets)

    def _full(self, p: int) -> Iterable[Reason]:
        """The intake is full: the lines ahead, and by which rule those with no higher value are."""
        standing, problem = self.standing, self.problem
        others = [q for q in problem.cohorts[problem.intakes[p]].members if standing.plan[q] and q != p]
        if not others:
            most = problem.instance.intakes[problem.intakes[p]].max
            params = {"intake": problem.pairs[p].intake, "max": most, "own": standing.plan[p]}
            yield Reason(ReasonKey.INTAKE_OWN, params)
        eligible = [q for q in others if q not in standing.frozen]
        ahead = self._ahead(p, [q for q in eligible if problem.values[q] >= problem.values[p]])
        by_rule = self._by_rule(p, eligible)
        if frozen := [q for q in others if q in standing.frozen]:
            by_rule[ReasonKey.LOCKED_HELD] = [*by_rule.get(ReasonKey.LOCKED_HELD, ()), *frozen]
        here = {"intake": problem.pairs[p].intake, "value": problem.values[p]}
        held = [
            Reason(rule, here | {"lines": len(rivals)} | self._about(rule, p, rivals))
            for rule, rivals in sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0]))
        ]
        yield from [*held, *ahead] if problem.leximin else [*ahead, *held]

    def _by_rule(self, p: int, holders: Sequence[int]) -> dict[ReasonKey, list[int]]:
        """The holders whose value does not explain their seat, by the rule that does."""
        standing, problem = self.standing, self.problem
        value = problem.values[p]
        found: dict[ReasonKey, list[int]] = {}
        for q in holders:
            lower = problem.values[q] < value
            if not lower and not standing.fits(p, q):
                continue
            rule = self._rule(p, q)
            no_higher = problem.values[q] <= value and rule not in (ReasonKey.TIE, ReasonKey.INTAKE_FULL)
            if rule == ReasonKey.FAIRNESS or (lower if rule == ReasonKey.OTHER_LIMITS else no_higher):
                found.setdefault(rule, []).append(q)
        return found

    def _ahead(self, p: int, ahead: Sequence[int]) -> list[Reason]:
        """The lines with seats and no lower value."""
        if not ahead:
            return []
        problem, value = self.problem, self.problem.values[p]
        params = {
            "intake": problem.pairs[p].intake,
            "value": value,
            "max": problem.instance.intakes[problem.intakes[p]].max,
            "lines": len(ahead),
            "least": min(problem.values[q] for q in ahead),
            "equal": sum(problem.values[q] == value for q in ahead),
        }
        return [Reason(ReasonKey.INTAKE_FULL, params)]

    def _rule(self, p: int, q: int) -> ReasonKey:
        """What keeps a seat of `q`, a holder, from passing to `p`."""
        standing, problem = self.standing, self.problem
        if problem.locked[q] >= standing.plan[q]:
            return ReasonKey.LOCKED_HELD
        move = standing.swap(p, q)
        if not standing.fits(p, q) or move.unfilled < 0:
            return ReasonKey.OTHER_LIMITS
        if move >= NOTHING:
            return ReasonKey.TIE if move == NOTHING else ReasonKey.NOT_SEARCHED
        for rule in DECIDES:
            if self._without(rule, p, q) >= NOTHING:
                return rule
        if problem.values[p] <= problem.values[q]:
            return ReasonKey.INTAKE_FULL
        # None of them alone, so the first that does its part is named.
        parts = (move.floors, move.fairness, standing.equity(p, q), move.kept)
        return next(rule for rule, part in zip(DECIDES, parts, strict=True) if part < 0)

    def _without(self, rule: ReasonKey, p: int, q: int) -> Move:
        """The move of a seat from `q` to `p`, judged without one of the rules."""
        standing, move = self.standing, self.standing.swap(p, q)
        if rule == ReasonKey.FLOOR_HELD:
            return move._replace(floors=0)
        if rule == ReasonKey.FAIRNESS:
            return move._replace(fairness=0)
        if rule == ReasonKey.EQUITY:
            return move._replace(objective=move.objective - standing.equity(p, q))
        bonus = self.problem.instance.rules.keep_bonus
        return move._replace(objective=move.objective - bonus * move.kept, kept=0)

    def _about(self, rule: ReasonKey, p: int, rivals: Sequence[int]) -> Params:
        standing, problem = self.standing, self.problem
        if rule in (ReasonKey.EQUITY, ReasonKey.FAIRNESS):
            own = standing.province(p)
            about = {"province": problem.provinces[own].code, "ratio": percent(standing.share(own))}
            others = {standing.province(q) for q in rivals}
            if rule == ReasonKey.FAIRNESS:
                return about | {"falls_to": percent(max(standing.share(n, -1) for n in others))}
            below = percent(max(standing.share(n) for n in others))
            return about | {"next": percent(standing.share(own, 1)), "below": below}
        if rule == ReasonKey.FLOOR_HELD:
            regions = {standing.region(q) for q in rivals}
            return {"regions": [problem.instance.regions[n].id for n in sorted(regions)]}
        return {}


NOTHING = Move(0, 0, 0, 0, 0)

DECIDES = (ReasonKey.FLOOR_HELD, ReasonKey.FAIRNESS, ReasonKey.EQUITY, ReasonKey.KEPT_HELD)
"""Rules that hold seats, in the order in which they are looked at."""

GIVES = {
    ReasonKey.FLOOR_HELD: ReasonKey.FLOOR_SEAT,
    ReasonKey.EQUITY: ReasonKey.EQUITY_SEAT,
    ReasonKey.FAIRNESS: ReasonKey.FAIRNESS_SEAT,
    ReasonKey.KEPT_HELD: ReasonKey.KEPT_SEAT,
}
"""What holds a seat against the others is what gave it to its line."""

ORDER = {
    ReasonKey.NOT_SEARCHED: 0,
    ReasonKey.TIE: 0,
    ReasonKey.OTHER_LIMITS: 2,
    ReasonKey.INTAKE_OWN: 2,
    ReasonKey.WORTH_NOTHING: 3,
}
"""Reasons that are said first or last; what decides alone comes before what decides together with others."""


def _descending(move: Move) -> tuple[int, ...]:
    return tuple(-part for part in move)


def _distinct(reasons: Iterable[Reason]) -> Iterable[Reason]:
    """The first of each key."""
    seen: set[str] = set()
    for reason in reasons:
        if reason.key not in seen:
            seen.add(reason.key)
            yield reason
