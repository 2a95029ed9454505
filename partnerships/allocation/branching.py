"""Which cohorts run: a search tree over their decisions, each node the relaxation with some of them made.

A node's relaxation bounds every plan that makes its decisions. The node with the highest bound is opened next: of the
cohorts that its relaxation runs by half, the one whose two answers lose most is decided, yes and no. When the highest
bound is less than one above the best plan, that plan is proven. Only what a better plan can use is in the program, and
one node's program differs from the next one's in a few bounds only, so that a node costs a small part of the first.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from .linear import Rows, add_rows
from .program import whole_bound

TRIES = 3
"""Cohorts whose two answers are both computed before one of them is chosen."""

NODES = 300
"""Nodes after which what is left goes to the solver as one integer program."""

SLACK = 1e-6

Decisions = tuple[tuple[int, int], ...]
"""(cohort, 0 or 1), in the order in which they were made."""


class Branching:
    def __init__(self, closing: Any):
        self.closing, self.program = closing, closing.program
        self.low, self.high = closing.worth_a_look()
        self.solver, free, self.settled = closing.cut_out(self.low, self.high)
        self.solver.setOptionValue("presolve", "off")
        self.free, self.beside = free, float(closing.costs @ self.settled)
        program = self.program
        self.place = np.cumsum(free) - 1
        """Column of the program -> column of the solver, where it is free."""
        self.open = np.flatnonzero(free[program.open])
        """Cohorts still to be decided."""
        self.columns = self.place[program.open[self.open]].astype(np.int32)
        self.row_of = {int(cohort): n for n, cohort in enumerate(self.open)}
        pairs = np.flatnonzero(free[: program.size])
        decision = program.decision[program.intake[pairs]]
        linked = (decision >= 0) & free[decision] & ~program.linked[pairs]
        self.pairs = self.place[pairs[linked]]
        self.partner = self.place[decision[linked]]
        self.most = self.high[pairs[linked]]
        self.late = np.ones(len(self.pairs), dtype=bool)
        """Pairs whose link is not in the program yet."""
        self.nodes: list[tuple[float, int, Decisions, dict[int, float]]] = []
        """(minus the bound, number, decisions, what it runs by half), as a heap."""
        self.made = 0
        self.passed = -np.inf
        """Highest bound of what was not looked into, because it cannot be better by more than the gap asked for."""
        self.losses: dict[tuple[int, int], list[float]] = {}
        """(cohort, answer) -> what it cost wherever it was tried, per share of the cohort that changed."""

    def run(self) -> bool:
        """True where the best plan is proven; otherwise the bound is what the open nodes leave."""
        if not len(self.columns):
            return False
        self.node(())
        opened = 0
        while self.nodes and self.beats(-self.nodes[0][0]) and opened < NODES:
            opened += 1
            bound, _number, made, halves = heapq.heappop(self.nodes)
            self.expand(-bound, made, halves)
        proven = not self.nodes or not self.beats(-self.nodes[0][0])
        known = self.closing.best.value if self.closing.best else -np.inf
        bound = max(known, self.passed, -self.nodes[0][0] if self.nodes else -np.inf)
        self.closing.lower(bound if bound > -np.inf else np.inf)
        return proven

    def beats(self, bound: float) -> bool:
        """Whether a plan with this bound could be better than the best one, by more than the gap asked for."""
        best = self.closing.best
        if best is None or bound == -np.inf:
            return bound > -np.inf
        return whole_bound(bound) - best.value > self.closing.gap * max(1, abs(best.value))

    def node(self, made: Decisions) -> float:
        """Adds what these decisions leave open, and returns its bound."""
        bound = self.solve(made)
        if self.beats(bound):
            opened = self.values[self.columns]
            halves = np.flatnonzero(np.minimum(opened, 1 - opened) > 1e-4)
            if len(halves):
                self.made += 1
                shares = {int(n): float(opened[n]) for n in halves}
                heapq.heappush(self.nodes, (-bound, self.made, made, shares))
            else:
                self.leaf(bound)
        else:
            self.passed = max(self.passed, bound)
        return bound

    def solve(self, made: Decisions) -> float:
        """The relaxation with these decisions; minus infinity where nothing keeps the rows."""
        low, high = self.low[self.program.open[self.open]].copy(), self.high[self.program.open[self.open]].copy()
        for cohort, answer in made:
            low[self.row_of[cohort]] = high[self.row_of[cohort]] = answer
        solver = self.solver
        solver.changeColsBounds(len(self.columns), self.columns, low, high)
        while True:
            if not self.closing.optimal(solver):
                return -np.inf
            solution = solver.getSolution()
            self.values = np.array(solution.col_value)
            if not self.link():
                return solver.getInfo().objective_function_value + self.beside

    def link(self) -> bool:
        """Links that the relaxation breaks join the program."""
        broken = self.late & (self.values[self.pairs] > self.most * self.values[self.partner] + 1e-4)
        count = int(broken.sum())
        if count:
            self.late &= ~broken
            rows = Rows(
                np.repeat(np.arange(count), 2),
                np.stack((self.pairs[broken], self.partner[broken]), axis=1).reshape(-1),
                np.stack((np.ones(count), -self.most[broken]), axis=1).reshape(-1),
                count,
            )
            add_rows(self.solver, rows, np.full(count, -np.inf), np.zeros(count))
        return count > 0

    def expand(self, top: float, made: Decisions, halves: dict[int, float]) -> None:
        chosen = self.choose(top, made, halves)
        for answer in (0, 1):
            self.learn(chosen, answer, halves[chosen], top, self.node((*made, (int(self.open[chosen]), answer))))

    def choose(self, top: float, made: Decisions, halves: dict[int, float]) -> int:
        """The cohort whose two answers lose most, as far as is known; the most undecided unknown ones are tried."""
        unknown = [n for n in halves if (n, 0) not in self.losses or (n, 1) not in self.losses]
        for n in sorted(unknown, key=lambda n: (abs(halves[n] - 0.5), n))[:TRIES]:
            for answer in (0, 1):
                self.learn(n, answer, halves[n], top, self.solve((*made, (int(self.open[n]), answer))))

        def score(n: int) -> tuple[float, int]:
            down, up = (self.losses.get((n, answer)) for answer in (0, 1))
            if down is None or up is None:
                return 0.0, -n
            share = halves[n]
            return max(np.mean(down) * share, SLACK) * max(np.mean(up) * (1 - share), SLACK), -n

        return max(halves, key=score)

    def learn(self, n: int, answer: int, share: float, top: float, bound: float) -> None:
        changed = (1 - share) if answer else share
        self.losses.setdefault((n, answer), []).append(min(top - bound, 1e6) / max(changed, 1e-3))

    def leaf(self, bound: float) -> None:
        """Every cohort is decided; seats may still be fractions."""
        closing, program = self.closing, self.program
        values, reduced = self.settled.copy(), np.zeros(len(self.settled))
        values[self.free], reduced[self.free] = self.values, self.solver.getSolution().col_dual
        low, high = self.low.copy(), self.high.copy()
        low[program.open] = high[program.open] = np.rint(values[program.open])
        closing.whole_seats(values, reduced, low, high)
        if self.beats(bound):
            low, high = closing.worth_a_look(bound, values, reduced, low, high)
            closing.part(low, high, whole=program.model.whole, leaf=True)
