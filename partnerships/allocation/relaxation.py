"""What the linear relaxation proves about one line: which changes cannot give it a seat more, and whether a tie can.

For any change that loosens the instance, the best plan so far stays possible. A plan that gives the line a seat more
is therefore of interest only if it is as good as that one; the relaxation, in which the line has that seat, bounds how
good it can be, and its row prices bound what loosening a limit adds. This only excludes; nothing is stated from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from .instance import Id, Intake, Line, Pair, Programme
from .problem import Limit, Plan, Problem, Worth

HALF = 0.5
"""Objectives are whole numbers: a bound that falls short by more than this excludes."""

INFINITY = math.inf


class Relaxation:
    """The instance as a linear program that stays loaded, so that a question about a line costs a few steps."""

    def __init__(self, problem: Problem, worth: Worth):
        import highspy
        import numpy

        self.problem, self.worth = problem, worth
        self.hs, self.np = highspy, numpy
        self.usable = not problem.leximin and not worth.unfilled and bool(problem.pairs)
        if self.usable:
            self._build()
            self.best = worth.objective + self.dear * worth.shortage
            self.linear = self._load(whole=False)
        self._exact: Any = None

    # Building

    def _column(self, cost: float, low: float, high: float, whole: bool = False) -> int:
        self.columns.append((cost, low, high, whole))
        return len(self.columns) - 1

    def _row(self, members: Iterable[tuple[int, float]], low: float = -INFINITY, high: float = INFINITY) -> int:
        self.rows.append((list(members), low, high))
        return len(self.rows) - 1

    def _build(self) -> None:
        problem = self.problem
        self.columns: list[tuple[float, float, float, bool]] = []
        self.rows: list[tuple[list[tuple[int, float]], float, float]] = []
        frozen, keep = set(problem.frozen), problem.instance.rules.keep_bonus
        bonus = max((bonus for province in problem.provinces for _width, bonus in province.steps), default=0)
        self.seat = 1 + max(problem.values) + bonus + keep
        """More than any single seat is worth."""
        self.dear = float(self.worth.objective + self.seat)
        """What a missing guaranteed seat costs: more than the rest of the plan is worth."""
        for p, value in enumerate(problem.values):
            self._column(value, problem.locked[p], problem.locked[p] if p in frozen else INFINITY, whole=True)
        self.row_of_limit = [self._limit(limit) for limit in problem.limits]
        self.row_of_line: dict[int, int] = {}
        self.short_of_line: dict[int, int] = {}
        for (row, _unit), limit in zip(self.row_of_limit, problem.limits, strict=True):
            if limit.name == "line.seats":
                line = problem.lines[limit.members[0]]
                # The seat more may stay out at a price, so that the program always has a solution.
                self.row_of_line[line] = row
                self.short_of_line[line] = self._column(-20.0 * self.seat, 0, 0)
                self.rows[row][0].append((self.short_of_line[line], 1.0))
        self._cohorts()
        missing = []
        self.row_of_floor: dict[int, int] = {}
        for number, (region, members) in enumerate(zip(problem.instance.regions, problem.regions, strict=True)):
            if region.floor:
                missing.append(self._column(-self.dear, 0, region.floor))
                row = [*((p, 1.0) for p in members), (missing[-1], 1.0)]
                self.row_of_floor[number] = self._row(row, low=region.floor)
        if missing:
            self._row([(column, 1.0) for column in missing], high=-self.worth.shortage)
        self.row_of_equity: dict[str, int] = {}
        for province in problem.provinces:
            steps = [self._column(bonus, 0, width) for width, bonus in province.steps if width and bonus]
            if steps:
                row = [*((c, 1.0) for c in steps), *((p, -1.0) for p in province.members)]
                self.row_of_equity[province.code] = self._row(row, high=0)
        self.kept = []
        for p, seats in problem.previous.items():
            self.kept.append(self._column(keep, 0, seats))
            self._row([(self.kept[-1], 1.0), (p, -1.0)], high=0)

    def _limit(self, limit: Limit) -> tuple[int, int]:
        """A limit's row, and by what its figures are divided there."""
        if limit.weights is None:
            return self._row(((p, 1.0) for p in limit.members), high=limit.cap), 1
        unit = math.gcd(*limit.weights) or 1
        members = [(p, float(w // unit)) for p, w in zip(limit.members, limit.weights, strict=True) if w]
        return self._row(members, high=limit.cap / unit), unit  # not rounded: it may be raised by less than a unit

    def _cohorts(self) -> None:
        problem = self.problem
        self.least_row: dict[int, int] = {}
        self.cap_row: dict[int, int] = {}
        self.link: dict[int, int] = {}
        self.held_row: dict[int, int] = {}
        for number, cohort in enumerate(problem.cohorts):
            if cohort.least <= 1:
                continue
            members = [(p, 1.0) for p in cohort.members]
            if cohort.locked:
                self.held_row[number] = self._row(members, low=cohort.least)
                continue
            opened = self._column(0, 0, 1, whole=True)
            self.least_row[number] = self._row([*members, (opened, -float(cohort.least))], low=0)
            self.cap_row[number] = self._row([*members, (opened, -float(cohort.cap))], high=0)
            for p in cohort.members:
                self.link[p] = self._row([(p, 1.0), (opened, -float(problem.upper[p]))], high=0)

    def _load(self, *, whole: bool) -> Any:
        np, hs = self.np, self.hs
        solver = _silent(hs)
        for name, value in (("threads", 1), ("parallel", "off"), ("random_seed", 0), ("output_flag", False)):
            solver.setOptionValue(name, value)
        lp = hs.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.columns), len(self.rows)
        lp.col_cost_ = np.array([-cost for cost, _l, _h, _w in self.columns])
        lp.col_lower_ = np.array([low for _c, low, _h, _w in self.columns], dtype=float)
        lp.col_upper_ = np.array([high for _c, _l, high, _w in self.columns], dtype=float)
        lp.row_lower_ = np.array([low for _m, low, _h in self.rows], dtype=float)
        lp.row_upper_ = np.array([high for _m, _l, high in self.rows], dtype=float)
        if whole:
            kinds = hs.HighsVarType
            lp.integrality_ = [kinds.kInteger if w else kinds.kContinuous for _c, _l, _h, w in self.columns]
        lp.a_matrix_.format_ = hs.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(members) for members, _l, _h in self.rows)])
        lp.a_matrix_.index_ = np.array([column for members, _l, _h in self.rows for column, _w in members])
        lp.a_matrix_.value_ = np.array([weight for members, _l, _h in self.rows for _c, weight in members], dtype=float)
        solver.passModel(lp)
        return solver

    # Questions

    def ask(self, line: int, seats: int, seconds: float | None) -> Prices | None:
        """The relaxation in which the line has `seats`; None where it says nothing, or not in time."""
        if not self.usable or line not in self.row_of_line:
            return None
        row, short = self.row_of_line[line], self.short_of_line[line]
        _members, low, high = self.rows[row]
        solver = self.linear
        solver.changeColBounds(short, 0.0, 1.0)
        solver.changeRowBounds(row, float(seats), high)
        self._run(solver, seconds)
        optimal = solver.getModelStatus() == self.hs.HighsModelStatus.kOptimal
        prices = None
        if optimal:
            bound = -solver.getInfo().objective_function_value
            prices = Prices(self, bound, self.np.array(solver.getSolution().row_dual))
        solver.changeColBounds(short, 0.0, 0.0)
        solver.changeRowBounds(row, low, high)
        return prices

    def lacks_with(self, line: int, seats: int, pairs: Sequence[Pair], plan: Plan, seconds: float | None) -> float:
        """What a plan that gives the line `seats` lacks at least to `plan`, the best so far, were pairs added or worth
        another value; infinite where there is no such plan. Below nothing: it excludes nothing."""
        problem = self.problem
        if not self.usable or any(self._costs_otherwise(pair) for pair in pairs):
            return -INFINITY
        solver = self.linear
        best, added, changed = self.best, [], []
        for pair in pairs:
            if (p := self._column_of.get((pair.line, pair.intake))) is None:
                added.append(pair)
            else:
                changed.append(p)
                best += (pair.value - problem.values[p]) * plan[p]
                solver.changeColCost(p, -float(pair.value))
                solver.changeColBounds(p, float(problem.locked[p]), INFINITY)  # it may have been frozen
        for pair in added:
            self._add(solver, pair)
        own = [len(self.columns) + n for n, pair in enumerate(added) if problem.line_at[pair.line] == line]
        row = self._ask_for(solver, line, seats, own)
        self._run(solver, seconds)
        status, statuses = solver.getModelStatus(), self.hs.HighsModelStatus
        lacks = -INFINITY
        if status == statuses.kOptimal:
            lacks = best - HALF + solver.getInfo().objective_function_value
        elif status in {statuses.kInfeasible, statuses.kUnboundedOrInfeasible}:
            lacks = INFINITY  # nothing here is unbounded
        self._forget(solver, line, row, changed, len(added))
        return lacks if best - self.best <= self.seat else -INFINITY  # `dear` would not be dear enough

    def _costs_otherwise(self, pair: Pair) -> bool:
        p = self._column_of.get((pair.line, pair.intake))
        return p is not None and self.problem.pairs[p].cost != pair.cost

    def _ask_for(self, solver: Any, line: int, seats: int, own: list[int]) -> int | None:
        """Ask for seats of a line; a line that had no pair gets a row, the number of which is returned."""
        if line in self.row_of_line:
            row = self.row_of_line[line]
            solver.changeRowBounds(row, float(seats), self.rows[row][2])
            return None
        wanted = float(self.problem.instance.lines[line].seats)
        columns, weights = self.np.array(own, dtype=self.np.int32), self.np.ones(len(own))
        solver.addRow(float(seats), wanted, len(own), columns, weights)
        return len(self.rows)

    def _forget(self, solver: Any, line: int, row: int | None, changed: list[int], added: int) -> None:
        """The relaxation as it was before the question."""
        np = self.np
        if row is None:
            own = self.row_of_line[line]
            solver.changeRowBounds(own, *self.rows[own][1:])
        else:
            solver.deleteRows(1, np.array([row], dtype=np.int32))
        for p in changed:
            cost, low, high, _whole = self.columns[p]
            solver.changeColCost(p, -float(cost))
            solver.changeColBounds(p, float(low), high)
        if added:
            first = len(self.columns)
            solver.deleteCols(added, np.arange(first, first + added, dtype=np.int32))

    def _add(self, solver: Any, pair: Pair) -> None:
        """A column for a new pair in the rows it belongs to; a row that is left out only weakens the bound."""
        problem, np = self.problem, self.np
        instance = problem.instance
        line, number = problem.line_at[pair.line], problem.intake_at[pair.intake]
        row, intake, region = instance.lines[line], instance.intakes[number], problem.region_of_line[line]
        province = instance.regions[region].province
        members = {n: 1.0 for n in self._limits_over(row, intake, province)}
        for rows in (self.least_row, self.cap_row, self.held_row):
            if number in rows:
                members[rows[number]] = 1.0
        if region in self.row_of_floor:
            members[self.row_of_floor[region]] = 1.0
        if province in self.row_of_equity:
            members[self.row_of_equity[province]] = -1.0
        value = pair.value + (instance.rules.keep_bonus if problem.lost else 0)
        upper = float(min(row.seats, problem.cohorts[number].cap))
        columns, weights = np.array(list(members), dtype=np.int32), np.array(list(members.values()))
        solver.addCol(-float(value), 0.0, upper, len(members), columns, weights)

    def _limits_over(self, line: Line, intake: Intake, province: str) -> list[int]:
        """The rows of the limits over seats that would hold for a new pair; budgets are left out."""
        programme = self._programmes.get(intake.programme)
        partner = programme and programme.partner
        owners = [
            ("line.seats", (("line", line.id),)),
            ("intake.max", (("intake", intake.id),)),
            ("intake.province_max", (("intake", intake.id), ("province", province))),
            ("intake.region_max", (("intake", intake.id), ("region", line.region))),
            ("programme.max", (("programme", intake.programme),)),
            ("programme.province_max", (("programme", intake.programme), ("province", province))),
            ("partner.max", (("partner", partner),)),
        ]
        return [self._row_named[owner] for owner in owners if owner in self._row_named]

    @cached_property
    def _row_named(self) -> dict[tuple[Any, ...], int]:
        limits = zip(self.row_of_limit, self.problem.limits, strict=True)
        return {(limit.name, limit.where): row for (row, _unit), limit in limits}

    @cached_property
    def _column_of(self) -> dict[tuple[Id, Id], int]:
        return {(pair.line, pair.intake): p for p, pair in enumerate(self.problem.pairs)}

    @cached_property
    def _programmes(self) -> dict[Id | None, Programme]:
        return {programme.id: programme for programme in self.problem.instance.programmes}

    def equally_good(self, line: int, seats: int, seconds: float | None) -> Plan | None:
        """A plan as good as the best one that gives the line most, and at least `seats`; None where there is none."""
        if line not in self.row_of_line:
            return None
        if self._exact is None:
            self._exact = self._load(whole=True)
            self._exact.setOptionValue("mip_abs_gap", 0.99)
            self._as_good(self._exact)
        solver, np = self._exact, self.np
        own = [p for p, at in enumerate(self.problem.lines) if at == line]
        row = self.row_of_line[line]
        costs = np.zeros(len(self.columns))
        costs[own] = -1.0
        solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        solver.changeRowBounds(row, float(seats), self.rows[row][2])
        self._run(solver, seconds)
        status, statuses = solver.getModelStatus(), self.hs.HighsModelStatus
        solver.changeRowBounds(row, *self.rows[row][1:])
        if status == statuses.kOptimal:
            return np.rint(np.array(solver.getSolution().col_value[: len(self.problem.pairs)])).astype(int).tolist()
        if status == statuses.kInfeasible:
            return None
        raise TimeoutError

    @staticmethod
    def _run(solver: Any, seconds: float | None) -> None:
        """The solver's clock goes on from run to run."""
        solver.setOptionValue("time_limit", INFINITY if seconds is None else solver.getRunTime() + max(0.0, seconds))
        solver.run()

    def _as_good(self, solver: Any) -> None:
        """Rows that every plan as good in every objective keeps: value, floors (held already), kept seats."""
        np = self.np
        value = [(n, cost) for n, (cost, *_rest) in enumerate(self.columns) if cost > 0]
        members = [(value, self.worth.objective - HALF)]
        if self.kept:
            lost = self.problem.lost + sum(self.problem.previous.values())
            members.append(([(column, 1.0) for column in self.kept], lost + self.worth.withdrawn - HALF))
        for row, low in members:
            columns = np.array([c for c, _w in row], dtype=np.int32)
            weights = np.array([w for _c, w in row], dtype=float)
            solver.addRow(low, INFINITY, len(row), columns, weights)


class Prices:
    """How good a plan with the line's seat can be, and how much loosening a limit could add at most."""

    def __init__(self, relaxation: Relaxation, bound: float, duals: Any):
        self.relaxation, self.bound = relaxation, bound
        self.lacks = relaxation.best - HALF - bound
        """What is missing to a plan as good as the best one; below nothing: the relaxation excludes nothing."""
        self.duals = abs(duals)

    def least(self, price: float) -> float:
        """By how much something of this price has to be loosened before it can be of use."""
        if self.lacks <= 0:
            return 1
        return INFINITY if price <= 1e-9 else self.lacks / price

    def of_limits(self, limits: Iterable[int]) -> float:
        """The price of one unit of some limits of the problem that are raised together."""
        relaxation, total = self.relaxation, 0.0
        problem = relaxation.problem
        for n in limits:
            row, unit = relaxation.row_of_limit[n]
            limit = problem.limits[n]
            total += self.duals[row] / unit
            for m, p in enumerate(limit.members):  # what a pair could have in an open cohort rises too
                weight = 1 if limit.weights is None else limit.weights[m]
                if weight and p in relaxation.link:
                    total += self.duals[relaxation.link[p]] / weight
            if limit.name == "intake.max":
                number = problem.intakes[limit.members[0]]
                if number in relaxation.cap_row:
                    total += self.duals[relaxation.cap_row[number]]
        return total

    def of_minimum(self, intake: int) -> float:
        row = self.relaxation.least_row.get(intake)
        return 0.0 if row is None else float(self.duals[row])


def _silent(highspy: Any) -> Any:
    """A solver that prints nothing; its constructor would, while it sets up its callbacks."""

    class Silent(highspy.Highs):
        def enableCallbacks(self) -> None:
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    return Silent()
