"""From the relaxation to a proven plan: links where they are broken, rows from small trees, then a small rest.

The linear relaxation of the whole program is the bound. It is brought down in rounds; each finds a plan for the cohorts
that the relaxation runs, and rows (`cuts`) around cohorts that it runs by half. When the bound is near the plan, prices
tell what no better plan can use; what remains goes to the solver as an integer program.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .branching import Branching
from .cuts import ByColumn, Surroundings
from .linear import INFINITY, Floats, Rows, load, reach, silent, spread, starts_of
from .problem import Plan
from .program import ALMOST_ONE, Found, Program, Stopped, whole_bound

SLACK = 1e-6
"""How far the solver's numbers may be from whole ones."""

LINKING = 12
"""Rounds of adding links to the relaxation."""

ROUNDS = 10
"""Rounds of adding rows from trees."""

LEAST_STEP = 0.03
"""Share of the gap that a round has to close for another one."""

WIDE = 2500
"""Columns up to which the surroundings of a cohort grow."""

ROUGH = 2e-5
"""Gap at which a plan near the relaxation is good enough."""

LARGE_REST = 20_000
"""Pairs above which the rest is searched for the cohorts first."""

NEAR = 0.06
"""Share of a seat's value within which a column may matter in surroundings."""


class Closing:
    """One objective on its way from the relaxation to the proof."""

    def __init__(self, program: Program, costs: Floats, gap: float, worth: Callable[[Plan], float]):
        """`worth` is the objective of a plan, a whole number."""
        self.program, self.costs, self.gap = program, costs, gap
        self.solver = silent()
        self.solver.setOptionValue("presolve", "off")
        self.solver.setOptionValue("simplex_price_strategy", 1)
        model = program.model
        self.width = model.width
        self.low, self.high = model.low.copy(), model.high.copy()
        load(self.solver, costs, self.low, self.high, model.entries, model.least, model.most)
        self.best: Found | None = None
        self.bound: int | float = INFINITY
        self.first = True
        self.by_intake = ByKey(program.intake, len(program.decision))
        self.by_line = ByKey(program.line, len(program.line_total))
        self.worth = worth
        self.cuts: list[int] = []
        """Rows from trees. They hold for every plan better than the known one, so only within this search."""
        self.empty = False
        """No plan keeps the rows."""

    # The relaxation

    def solve(self) -> bool:
        """False where not even the relaxation keeps the rows."""
        if not self.optimal(self.solver):
            return False
        solution = self.solver.getSolution()
        self.values = np.array(solution.col_value)
        self.prices, self.reduced = np.array(solution.row_dual), np.array(solution.col_dual)
        self.top = self.solver.getInfo().objective_function_value
        return True

    def optimal(self, solver: Any) -> bool:
        """Runs a linear program; False where nothing keeps its rows."""
        import highspy

        self.program.prepare(solver)
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return False
        if status != highspy.HighsModelStatus.kOptimal:
            raise Stopped(self.bound, self.best.plan if self.best else None)
        return True

    def relax(self) -> bool:
        """The relaxation with every link that it would break."""
        if not self.solve() or not self.link():
            return False
        self.lower(self.top)
        return True

    def link(self) -> bool:
        """Adds the links that the relaxation breaks until it breaks none; False as for `solve`."""
        for _round in range(LINKING):
            late = self._broken_links()
            if not len(late):
                break
            self.program.link(late)
            self.program.catch_up(self.solver)
            if not self.solve():
                return False
        return True

    def _broken_links(self) -> Any:
        program = self.program
        share = np.ones(len(program.decision))
        share[program.decided] = np.minimum(
            self.values[program.open], self.values[program.intake_total[program.decided]] / program.least
        )
        seats, high = self.values[: program.size], self.high[: program.size]
        broken = (seats > high * share[program.intake] + SLACK) & ~program.linked
        if self.first:  # all of such a cohort, later only what is broken
            self.first = False
            cohorts = np.zeros(len(share), dtype=bool)
            cohorts[program.intake[broken]] = True
            broken = cohorts[program.intake] & ~program.linked & (high > 0)
        return np.flatnonzero(broken)

    def lower(self, bound: float) -> None:
        self.bound = min(self.bound, whole_bound(bound))

    @property
    def room(self) -> float:
        """What a plan better than the known one may lose against the relaxation."""
        if self.best is None:
            return INFINITY
        return self.top - self.best.value - 1 + 0.02 + 1e-9 * abs(self.top)

    @property
    def done(self) -> bool:
        return self.best is not None and self.bound - self.best.value <= self.gap * max(1, abs(self.best.value))

    # The way

    def run(self) -> Found | None:
        """The proven plan, or None where no plan was found near the relaxation (and nothing is proven)."""
        program = self.program
        try:
            if not self.relax():
                return None
            self.first_plan()
            for _round in range(ROUNDS):
                if self.done or not self.trees():
                    break
                if not self.done:
                    self.plan_with(self.running())
            if not self.done and not self.empty and not Branching(self).run():
                self.rest()
        except Stopped as stop:
            plan = self.best.plan if self.best else None
            raise Stopped(min(self.bound, stop.bound), stop.plan or plan) from stop
        finally:
            program.release(self.cuts)
        return self.best and Found(self.best.plan, self.best.value, max(self.bound, self.best.value))

    def halves(self) -> Any:
        opened = self.values[self.program.open]
        return np.flatnonzero(np.minimum(opened, 1 - opened) > 1e-4)

    def running(self) -> Any:
        return self.values[self.program.open] > 0.5

    # A plan for given cohorts

    def first_plan(self) -> None:
        """Cohorts that the relaxation runs by more than half; else one decision after the other, the clearest first."""
        self.plan_with(self.running())
        if self.best is None:
            self.dive()

    def dive(self) -> None:
        """Decides the clearest cohort, solves again, and so on; an answer that keeps no rules is turned round once."""
        columns, values = self.program.open.astype(np.int32), self.values
        low, high = self.low[columns].copy(), self.high[columns].copy()
        basis, found = self.solver.getBasis(), True
        try:
            while True:
                opened = values[columns]
                halves = np.flatnonzero(np.minimum(opened, 1 - opened) > 1e-4)
                if not len(halves):
                    break
                clear = halves[np.argmin(np.minimum(opened[halves], 1 - opened[halves]))]
                for answer in (round(opened[clear]), 1 - round(opened[clear])):
                    low[clear] = high[clear] = answer
                    self.solver.changeColsBounds(len(columns), columns, low, high)
                    if found := self.optimal(self.solver):
                        break
                if not found:
                    return
                values = np.array(self.solver.getSolution().col_value)
        finally:
            self.solver.changeColsBounds(len(columns), columns, self.low[columns], self.high[columns])
            self.solver.setBasis(basis)
        self.plan_with(values[columns] > 0.5)

    def plan_with(self, running: Any) -> None:
        """The best plan with exactly these cohorts: a linear program, then whole seats near it."""
        import highspy

        program, solver = self.program, self.solver
        basis = solver.getBasis()
        columns, fixed = program.open.astype(np.int32), running.astype(float)
        solver.changeColsBounds(len(columns), columns, fixed, fixed)
        try:
            program.prepare(solver)
            solver.run()
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return
            solution = solver.getSolution()
            values, reduced = np.array(solution.col_value), np.array(solution.col_dual)
            if self.best is not None and solver.getInfo().objective_function_value < self.best.value + 1 - SLACK:
                return
        finally:
            solver.changeColsBounds(len(columns), columns, self.low[columns], self.high[columns])
            solver.setBasis(basis)
        low, high = self.low.copy(), self.high.copy()
        low[columns] = high[columns] = fixed
        self.whole_seats(values, reduced, low, high)

    def whole_seats(self, values: Floats, reduced: Floats, low: Floats, high: Floats) -> None:
        """A plan in whole seats near a linear program's answer, within bounds that decide every cohort."""
        program = self.program
        counted = values[program.model.whole]  # leximin has decisions of its own
        if np.abs(counted - np.rint(counted)).max(initial=0) < SLACK:
            self.keep(program.plan(values[: program.size]))
            return
        low, high = low.copy(), high.copy()
        settled = program.model.whole & (np.abs(reduced) > NEAR * self.seat)
        settled[program.open] = False
        low[settled] = high[settled] = np.rint(values[settled])
        self.part(low, high)

    @property
    def seat(self) -> float:
        """What a seat is worth, roughly."""
        costs = np.abs(self.costs[: self.program.size])
        return float(np.median(costs[costs > 0])) if (costs > 0).any() else 1.0

    def keep(self, plan: Plan) -> None:
        if not self.program.keeps_rules(plan):
            return
        self.program.offer(plan)
        value = self.worth(plan)
        if self.best is None or value > self.best.value:
            self.best = Found(plan, value, self.bound)

    # Rows from trees

    def trees(self) -> bool:
        """A round of rows; whether the bound came down enough to go on."""
        program, before = self.program, self.top
        self.rows = rows = program.model.entries
        self.sums = rows.sums(self.values)
        self.least, self.most = program.model.least, program.model.most
        core = (np.abs(self.reduced) <= NEAR * self.seat) & (self.high > self.low)
        self.core = core
        self.near = np.bincount(rows.row, core[rows.column], rows.count)
        self.by_column = ByColumn(rows, self.width)
        decisions = np.zeros(self.width, dtype=bool)
        decisions[program.open] = True
        seen = np.zeros(self.width, dtype=bool)
        found, fixed = [], {}
        room = self.room
        halves = self.halves()
        opened = self.values[program.open]
        for n in sorted(halves.tolist(), key=lambda n: (abs(opened[n] - 0.5), n)):
            if seen[program.open[n]]:
                continue
            inside = self.around(int(program.decided[n]))
            self.program.prepare(self.solver)
            try:
                part = Surroundings(self, inside, decisions)
                leaves = part.tree(room)
            except ArithmeticError:
                continue
            if not leaves:  # nothing better than the known plan, or no plan at all
                self.empty = self.best is None
                self.lower(self.best.value if self.best else self.bound)
                return not self.empty
            seen[inside] = True
            for column in leaves[0].fixed:
                values = {leaf.fixed.get(column) for leaf in leaves}
                if len(values) == 1 and None not in values:
                    fixed[int(part.columns[column])] = values.pop()
            found += part.cuts(leaves)
        if not found and not fixed:
            return False
        for column, value in fixed.items():
            self.low[column] = self.high[column] = value
            self.solver.changeColBounds(column, value, value)
        self.add(found)
        if not self.relax():
            if self.best is not None:
                self.lower(self.best.value)
            return True
        return before - self.top > LEAST_STEP * max(1.0, min(room, self.top))

    def around(self, intake: int) -> Any:
        """The columns of the intakes that compete with this one for lines, as far as prices leave it open."""
        program = self.program
        core = self.core
        intakes, best = np.array([intake]), None
        for _hop in range(4):
            pairs = self.by_intake.at(intakes)
            lines = np.unique(program.line[pairs[core[pairs]]])
            more = self.by_line.at(lines)
            more = more[core[more]]
            wider = np.unique(np.concatenate((intakes, program.intake[more])))
            own = self.by_intake.at(wider)
            seats = np.unique(np.concatenate((more, own[core[own]])))
            size = len(seats)
            if best is not None and size > WIDE:
                break
            decision = program.decision[wider]
            totals = np.concatenate((program.line_total[lines], program.intake_total[wider]))
            best = np.concatenate((seats, totals[core[totals]], decision[decision >= 0]))
            best = best[self.high[best] > self.low[best]]
            if len(wider) == len(intakes):
                break
            intakes = wider
        return np.sort(best)

    def add(self, found: list[Any]) -> None:
        """Rows from trees join the program's own."""
        if found:
            count = len(found)
            self.cuts += self.program.model.rows(
                np.repeat(np.arange(count), [len(columns) for columns, _w, _l in found]),
                np.concatenate([columns for columns, _w, _l in found]),
                np.concatenate([weights for _c, weights, _l in found]),
                np.array([least for _c, _w, least in found]),
                np.inf,
                count,
            ).tolist()
            self.program.catch_up(self.solver)

    # What remains

    def rest(self) -> None:
        """What no better plan can use is left out; the solver searches the rest. A large rest is searched for the
        cohorts first, while seats may be fractions.
        """
        low, high = self.worth_a_look()
        program = self.program
        if np.count_nonzero((high > low)[: program.size]) > LARGE_REST:
            fractions = np.zeros(self.width, dtype=bool)
            fractions[program.open] = True
            values = self.part(low, high, whole=fractions, proof=True)
            if self.done or values is None:
                return
            self.plan_with(values[program.open] > 0.5)
            if self.done:
                return
            low, high = self.worth_a_look()
        self.part(low, high, whole=program.model.whole, proof=True)

    def worth_a_look(self, *leaf: Any) -> tuple[Floats, Floats]:
        """Bounds that every plan better than the known one keeps: beyond them, prices cost more than the room. Those
        of the relaxation, or of a `leaf` (bound, values, reduced costs, lower and upper bounds).
        """
        top, values, reduced, low, high = leaf or (self.top, self.values, self.reduced, self.low, self.high)
        low, high = low.copy(), high.copy()
        if self.best is not None:
            room = top - self.best.value - 1 + 0.02 + 1e-9 * abs(top)
            price = np.abs(reduced)
            whole = self.program.model.whole & (price > SLACK)
            steps = np.floor(room / np.maximum(price, SLACK) + 1e-9)
            at_low = whole & (values <= low + SLACK)
            at_high = whole & ~at_low & (values >= high - SLACK)
            high[at_low] = np.minimum(high[at_low], low[at_low] + steps[at_low])
            low[at_high] = np.maximum(low[at_high], high[at_high] - steps[at_high])
        return low, high

    def part(
        self, low: Floats, high: Floats, whole: Any = None, proof: bool = False, leaf: bool = False
    ) -> Floats | None:
        """The integer program within these bounds, without what they settle; the values of its columns. With
        `proof`, every better plan is within these bounds, and what the solver proves holds for all. A `leaf` of the
        search tree is carried to its end.
        """
        program, model = self.program, self.program.model
        whole = model.whole if whole is None else whole
        solver, free, settled = self.cut_out(low, high, whole)
        beside = float(self.costs @ settled)
        if proof or leaf:  # near the relaxation the solver's own search for plans costs more than it finds
            solver.setOptionValue("mip_heuristic_effort", 0.0)
            for name in ("root_reduced_cost", "rens", "rins"):
                solver.setOptionValue(f"mip_heuristic_run_{name}", False)
        try:
            if not free.any():  # all is settled: what is left of a row is broken
                solved = solver.getNumRow() == 0
            else:
                solved = program.run(solver, self.gap if proof or leaf else max(self.gap, ROUGH), ALMOST_ONE, beside)
        except Stopped as stop:
            if proof:
                raise
            raise Stopped(plan=stop.plan) from stop  # what it has proven does not hold beyond these bounds
        if not solved:
            if proof and self.best is not None:
                self.lower(self.best.value)
            return None
        values = settled
        if free.any():
            values[free] = np.array(solver.getSolution().col_value)
        if proof:
            bound = solver.getInfo().mip_dual_bound + beside if free.any() else beside
            self.lower(bound if self.best is None else max(bound, self.best.value))
        if whole is model.whole:
            self.keep(program.plan(values[: program.size]))
        return values

    def cut_out(self, low: Floats, high: Floats, whole: Any = None) -> tuple[Any, Any, Floats]:
        """The program within these bounds without what they settle: a solver, its columns, and what is settled.
        Linear, unless it is said which columns count in `whole` numbers.
        """
        model, rows = self.program.model, self.program.model.entries
        free = high > low
        settled = np.where(free, 0.0, low)
        top, bottom = reach(rows, low, high)
        use = (top > model.most + SLACK) | (bottom < model.least - SLACK)
        taken = rows.sums(settled)[use]
        number, place = np.cumsum(use) - 1, np.cumsum(free) - 1
        entry = use[rows.row] & free[rows.column]
        solver = silent()
        load(
            solver,
            self.costs[free],
            low[free],
            high[free],
            Rows(number[rows.row[entry]], place[rows.column[entry]], rows.weight[entry], int(use.sum())),
            model.least[use] - taken,
            model.most[use] - taken,
            None if whole is None else whole[free],
        )
        return solver, free, settled


class ByKey:
    """Pairs, found by their line or intake."""

    def __init__(self, key: Any, count: int):
        self.order = np.argsort(key, kind="stable")
        self.starts = starts_of(key[self.order], count)

    def at(self, keys: Any) -> Any:
        return self.order[spread(self.starts, keys)]
