"""Four objectives in order, each fixed before the next, with a proven bound of the third.

The same instance gives the same plan: everything is sorted by id, and `program` fixes the solver's seed and threads.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from .closing import Closing
from .comparators import greedy
from .instance import Instance
from .leximin import Leximin
from .problem import Plan, Problem, Worth
from .program import Cancelled, Found, Program, Stopped

__all__ = ["PLAIN_UP_TO", "STEPS", "Cancelled", "Solved", "solve", "split"]

STEPS = ("prepare", "floors", "relaxation", "cohorts", "polish")
"""What `on_step` may be told, in the order in which it begins; not every instance goes through each."""

PLAIN_UP_TO = 300
"""Pairs up to which the whole integer program goes to the solver at once."""


@dataclass(frozen=True)
class Solved:
    """The best plan found, and what is proven about it."""

    plan: Plan
    bound: int
    """No plan that is as good in the objectives before the third has a larger value."""
    proven: bool
    """Every objective was carried to its end, the third one up to the gap asked for."""


def solve(
    problem: Problem,
    *,
    gap: float = 0.0,
    time_limit: float | None = None,
    plain_up_to: float = PLAIN_UP_TO,
    on_step: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solved:
    """More pairs than `plain_up_to` go by way of the relaxation, and parts that share no limit one by one.

    `on_step` is told what begins, one of `STEPS`; `stop` is asked between the solver's runs and ends the work with
    `Cancelled`.
    """
    deadline = math.inf if time_limit is None else time.monotonic() + time_limit
    whole = problem.leximin or len(problem.pairs) <= plain_up_to
    parts = [problem.instance] if whole else split(problem)
    if len(parts) == 1:
        return Search(problem, gap, deadline, plain_up_to, on_step, stop).run()
    at = {(pair.line, pair.intake): p for p, pair in enumerate(problem.pairs)}
    plan, bound, proven = [0] * len(at), 0, True
    for instance in parts:
        part = Problem(instance)
        solved = Search(part, gap, deadline, plain_up_to, on_step, stop).run()
        bound += solved.bound
        proven = proven and solved.proven
        for pair, seats in zip(part.pairs, solved.plan, strict=True):
            plan[at[pair.line, pair.intake]] = seats
    return Solved(plan, bound, proven)


class Search:
    """One instance on its way through the objectives."""

    def __init__(
        self,
        problem: Problem,
        gap: float,
        deadline: float,
        plain_up_to: float,
        on_step: Callable[[str], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ):
        self.problem, self.gap, self.deadline, self.stop = problem, gap, deadline, stop
        self.on_step = on_step or (lambda _step: None)
        self.lazy = len(problem.pairs) > plain_up_to
        self.best: Plan | None = None
        self.worth: Worth | None = None
        self.bound = problem.simple_bound()
        self.program: Program

    def run(self) -> Solved:
        problem = self.problem
        if not problem.pairs:
            return Solved([], 0, True)
        try:
            self.on_step("prepare")
            self.program = Program(problem, self.lazy, self.deadline, self.offer, self.stop)
            self.on_step("floors")
            self.fewest(self.program.unfilled, problem.unfilled)
            beyond = sum(
                r.floor for r, pairs in zip(problem.instance.regions, problem.regions, strict=True) if not pairs
            )
            self.fewest(self.program.missing, lambda plan: problem.shortage(plan) - beyond)
            if problem.leximin:
                Leximin(problem, self.program).run()
            self.on_step("relaxation" if self.lazy else "cohorts")
            self.most_valuable()
            self.on_step("polish")
            self.most_kept()
        except Stopped:
            self.offer(greedy(problem))
            return Solved(self.best, max(self.bound, self.worth.objective), False)
        return Solved(self.best, self.bound, True)

    def offer(self, plan: Plan) -> None:
        """A plan that keeps all rules; the best one is remembered."""
        worth = self.problem.worth(plan)
        if self.worth is None or worth > self.worth:
            self.best, self.worth = plan, worth

    def fewest(self, columns: list[int], count: Callable[[Plan], int]) -> None:
        """Nothing that follows may miss more of these than must be."""
        if columns:
            found = self.maximise(dict.fromkeys(columns, -1.0), lambda plan: -count(plan))
            self.program.fix(dict.fromkeys(columns, 1.0), high=round(-found.value))

    def maximise(self, costs: dict[int, float], worth: Callable[[Plan], int], gap: float = 0.0) -> Found:
        """The best plan in an objective that counts in whole numbers."""
        if self.lazy:
            found = Closing(self.program, self.program.array(costs), gap, worth).run()
            if found is not None:
                return found
        return self.program.maximise(costs, gap=gap)

    def most_valuable(self) -> None:
        costs = self.program.value_costs()
        with self.bounded():
            found = self.maximise(costs, self.problem.objective, self.gap)
        self.settle(costs, found)

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Keeps what was proven when time is over."""
        try:
            yield
        except Stopped as stop:
            # The bound holds for plans that are best in the objectives before; greedy may not be one of them.
            if stop.plan is not None and (self.worth is None or self.problem.worth(stop.plan)[:3] >= self.worth[:3]):
                self.bound = min(self.bound, stop.bound)
            raise

    def settle(self, costs: dict[int, float], found: Found) -> None:
        self.best, self.worth = found.plan, self.problem.worth(found.plan)
        self.bound = max(self.worth.objective, min(self.bound, found.bound))
        if self.problem.previous:
            self.program.fix(costs, low=self.worth.objective)

    def most_kept(self) -> None:
        previous, upper = self.problem.previous, self.problem.upper
        if self.problem.kept(self.best) < sum(min(seats, upper[p]) for p, seats in previous.items()):
            found = self.program.maximise(self.program.keep_costs(1))
            self.best, self.worth = found.plan, self.problem.worth(found.plan)


def split(problem: Problem) -> list[Instance]:
    """The instance cut into parts that share no limit, floor, equity step, cohort or budget."""
    instance = problem.instance
    parent = list(range(len(problem.pairs)))

    def root(p: int) -> int:
        while parent[p] != p:
            parent[p] = parent[parent[p]]
            p = parent[p]
        return p

    groups = [limit.members for limit in problem.limits]
    groups += [members for members, region in zip(problem.regions, instance.regions, strict=True) if region.floor]
    if instance.rules.equity:
        groups += [province.members for province in problem.provinces]
    for members in groups:
        for p in members[1:]:
            parent[root(p)] = root(members[0])
    roots = sorted({root(p) for p in range(len(parent))})
    if len(roots) <= 1:
        return [instance]
    parts = []
    of_pair = {(pair.line, pair.intake): root(p) for p, pair in enumerate(problem.pairs)}
    of_line = {pair.line: root(p) for p, pair in enumerate(problem.pairs)}
    of_intake = {pair.intake: root(p) for p, pair in enumerate(problem.pairs)}
    for part in roots:
        parts.append(
            replace(
                instance,
                intakes=tuple(row for row in instance.intakes if of_intake.get(row.id) == part),
                pairs=tuple(row for row in instance.pairs if of_pair[row.line, row.intake] == part),
                locked=tuple(row for row in instance.locked if of_line[row.line] == part),
                previous=tuple(row for row in instance.previous if of_pair.get((row.line, row.intake)) == part),
            )
        )
    return parts
