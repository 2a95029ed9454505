"""Four objectives in order, each fixed before the next, with a proven bound of the third.

The same instance gives the same plan: everything is sorted by id, and `program` fixes the solver's seed and threads.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from .comparators import greedy
from .instance import Instance
from .leximin import Leximin
from .problem import Plan, Problem, Worth
from .program import Found, Program, Stopped

PLAIN_UP_TO = 1500
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
    problem: Problem, *, gap: float = 0.0, time_limit: float | None = None, plain_up_to: float = PLAIN_UP_TO
) -> Solved:
    """More pairs than `plain_up_to` go by way of the relaxation, and parts that share no limit one by one."""
    deadline = math.inf if time_limit is None else time.monotonic() + time_limit
    whole = problem.leximin or len(problem.pairs) <= plain_up_to
    parts = [problem.instance] if whole else split(problem)
    if len(parts) == 1:
        return Search(problem, gap, deadline, plain_up_to).run()
    at = {(pair.line, pair.intake): p for p, pair in enumerate(problem.pairs)}
    plan, bound, proven = [0] * len(at), 0, True
    for instance in parts:
        part = Problem(instance)
        solved = Search(part, gap, deadline, plain_up_to).run()
        bound += solved.bound
        proven = proven and solved.proven
        for pair, seats in zip(part.pairs, solved.plan, strict=True):
            plan[at[pair.line, pair.intake]] = seats
    return Solved(plan, bound, proven)


class Search:
    """One instance on its way through the objectives."""

    def __init__(self, problem: Problem, gap: float, deadline: float, plain_up_to: float):
        self.problem, self.gap, self.deadline = problem, gap, deadline
        self.lazy = len(problem.pairs) > plain_up_to
        self.best: Plan = greedy(problem)
        self.worth: Worth = problem.worth(self.best)
        self.bound = problem.simple_bound()
        self.program: Program

    def run(self) -> Solved:
        problem = self.problem
        if not problem.pairs:
            return Solved([], 0, True)
        try:
            self.program = Program(problem, self.lazy, self.deadline, self.offer)
            self.fewest(self.program.unfilled)
            if self.lazy and not problem.leximin:
                self.fewest_and_most_valuable()
            else:
                self.fewest(self.program.missing)
                if problem.leximin:
                    Leximin(problem, self.program).run()
                self.most_valuable()
            self.most_kept()
        except Stopped:
            return Solved(self.best, max(self.bound, self.worth.objective), False)
        return Solved(self.best, self.bound, True)

    def offer(self, plan: Plan) -> None:
        """A plan that keeps all rules; the best one is remembered."""
        worth = self.problem.worth(plan)
        if worth > self.worth:
            self.best, self.worth = plan, worth

    def fewest(self, columns: list[int]) -> None:
        """Nothing that follows may miss more of these than must be."""
        if columns:
            costs = dict.fromkeys(columns, -1.0)
            least = round(-self.program.maximise(costs).value)
            self.program.fix(dict.fromkeys(columns, 1.0), high=least)

    def most_valuable(self) -> None:
        costs = self.program.value_costs()
        with self.bounded():
            found = self.program.maximise(costs, gap=self.gap)
        self.settle(costs, found)

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Keeps what was proven when time is over."""
        try:
            yield
        except Stopped as stop:
            # The bound holds for plans that are best in the objectives before; greedy may not be one of them.
            if stop.plan is not None and self.problem.worth(stop.plan)[:3] >= self.worth[:3]:
                self.bound = min(self.bound, stop.bound)
            raise

    def fewest_and_most_valuable(self) -> None:
        """For large instances: what even the relaxation must miss is often all that has to be missed."""
        program, missing = self.program, self.program.missing
        guess = None
        if missing:
            relaxed = program.relaxed(dict.fromkeys(missing, -1.0))
            guess = program.fix(dict.fromkeys(missing, 1.0), high=math.ceil(-(relaxed or 0.0) - 1e-6))
        costs = program.value_costs()
        with self.bounded():
            found = program.core(costs, gap=self.gap)
        if found is None:
            if guess is not None:
                program.release(guess)
            self.fewest(missing)
            self.most_valuable()
        else:
            self.settle(costs, found)

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
