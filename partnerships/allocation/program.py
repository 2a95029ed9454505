"""The integer program of an instance in HiGHS.

Small instances go there whole. For large ones the linear relaxation comes first; the links between a cohort's decision
and its pairs are added only where the relaxation breaks them, and a plan near it leaves, by reduced costs, a small core
for the integer search.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .problem import Cohort, Plan, Problem

SLACK = 1e-6
"""How far the solver's numbers may be from whole ones."""

ALMOST_ONE = 0.99
"""Objectives are whole numbers: a bound less than one above a plan proves it."""

OPEN_FROM = 0.7
"""A cohort runs in the first plan where the relaxation fills this share of its minimum."""

ROUGH = 1e-4
"""Gap at which the first plan is good enough."""

ROUNDS = 12
"""Rounds of adding links to the relaxation; what is left to break is for the integer search."""

INFINITY = math.inf


class Stopped(Exception):
    """The overall limit is reached, or the solver gave up; the bound it had proven, and the plan it had."""

    def __init__(self, bound: int | float = INFINITY, plan: Plan | None = None):
        super().__init__("stopped")
        self.bound, self.plan = bound, plan


@dataclass(frozen=True)
class Found:
    plan: Plan
    value: float
    bound: int | float


class Program:
    """Columns: seats of each pair; then open cohorts, missing seats, equity steps, kept seats."""

    def __init__(self, problem: Problem, lazy: bool, deadline: float, offer: Callable[[Plan], None]):
        import highspy
        import numpy

        self.problem, self.deadline, self.offer = problem, deadline, offer
        self.np, self.hs = numpy, highspy
        self.size = len(problem.pairs)
        self.low: list[float] = list(problem.locked)
        self.high: list[float] = list(problem.upper)
        self.whole = [True] * self.size
        self._rows: list[tuple[list[int], list[float], float, float]] = []
        self.open: dict[int, int] = {}
        """Cohort -> its column."""
        self.linked: set[int] = set()
        """Pairs whose link to their cohort's decision is in the program."""
        self.lazy = lazy
        self.unfilled: list[int] = []
        self.missing: list[int] = []
        self.steps: list[tuple[int, int]] = []
        self.kept: dict[int, int] = {}
        """Pair -> column that counts its kept seats (the pair's own where all can be kept)."""
        self._cohorts()
        self._limits()
        self._floors()
        self._equity()
        self._kept()
        self.solver = self._load()

    # Building

    def column(self, low: float, high: float, whole: bool = False) -> int:
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.low) - 1

    def row(self, columns: list[int], weights: list[float], low: float = -INFINITY, high: float = INFINITY) -> None:
        self._rows.append((columns, weights, low, high))

    def _cohorts(self) -> None:
        problem = self.problem
        for number, cohort in enumerate(problem.cohorts):
            if cohort.least <= 1 and not (cohort.locked and cohort.least > cohort.locked):
                continue
            if cohort.locked:
                if cohort.least > cohort.locked:
                    gap = self.column(0, cohort.least)
                    self.unfilled.append(gap)
                    self.row([*cohort.members, gap], [1.0] * (len(cohort.members) + 1), low=cohort.least)
            elif min(cohort.cap, sum(problem.upper[p] for p in cohort.members)) < cohort.least:
                for p in cohort.members:  # it can never run
                    self.high[p] = 0
            else:
                self._decide(number, cohort)

    def _limits(self) -> None:
        for limit in self.problem.limits:
            weights = limit.weights
            if weights is None:
                if len(limit.members) > 1 and sum(self.high[p] for p in limit.members) > limit.cap:
                    self.row(list(limit.members), [1.0] * len(limit.members), high=limit.cap)
                continue
            divisor = math.gcd(*weights)
            if divisor:
                members = [(p, w // divisor) for p, w in zip(limit.members, weights, strict=True) if w]
                self.row([p for p, _w in members], [float(w) for _p, w in members], high=limit.cap // divisor)

    def _floors(self) -> None:
        for region, members in zip(self.problem.instance.regions, self.problem.regions, strict=True):
            if region.floor and members:
                gap = self.column(0, region.floor)
                self.missing.append(gap)
                self.row([*members, gap], [1.0] * (len(members) + 1), low=region.floor)

    def _equity(self) -> None:
        for province in self.problem.provinces:
            own = [
                (self.column(0, width), bonus)
                for width, bonus in province.steps
                if width and bonus and province.members
            ]
            self.steps += own
            if own:
                columns = [column for column, _bonus in own] + province.members
                self.row(columns, [1.0] * len(own) + [-1.0] * len(province.members), high=0)

    def _kept(self) -> None:
        for p, seats in self.problem.previous.items():
            if seats >= self.high[p]:
                self.kept[p] = p
            else:
                self.kept[p] = self.column(0, seats)
                self.row([self.kept[p], p], [1.0, -1.0], high=0)

    def _decide(self, number: int, cohort: Cohort) -> None:
        """The cohort runs with nobody or with its minimum."""
        self.open[number] = opened = self.column(0, 1, whole=True)
        columns, ones = [*cohort.members, opened], [1.0] * len(cohort.members)
        self.row(columns, [*ones, -float(cohort.least)], low=0)
        self.row(columns, [*ones, -float(cohort.cap)], high=0)
        if not self.lazy:
            self._link(number, cohort.members)

    def _link(self, number: int, pairs: Iterable[int]) -> None:
        """Nobody gets a seat in a cohort that does not run. Implied for whole numbers, not for the relaxation."""
        for p in pairs:
            if self.high[p]:
                self.row([p, self.open[number]], [1.0, -float(self.high[p])], high=0)
                self.linked.add(p)

    def _load(self) -> Any:
        np, hs = self.np, self.hs
        solver = _silent(hs)
        for name, value in (("threads", 1), ("parallel", "off"), ("random_seed", 0)):
            solver.setOptionValue(name, value)
        lp = hs.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.low), 0
        lp.col_cost_ = np.zeros(len(self.low))
        lp.col_lower_ = np.array(self.low, dtype=float)
        lp.col_upper_ = np.array(self.high, dtype=float)
        lp.integrality_ = [hs.HighsVarType.kInteger if whole else hs.HighsVarType.kContinuous for whole in self.whole]
        lp.a_matrix_.format_ = hs.MatrixFormat.kRowwise
        lp.sense_ = hs.ObjSense.kMaximize
        solver.passModel(lp)
        self.solver = solver
        self.flush()
        return solver

    def flush(self) -> None:
        """Hands the rows written so far to the solver."""
        rows, np = self._rows, self.np
        if not rows:
            return
        starts = np.zeros(len(rows), dtype=np.int32)
        starts[1:] = np.cumsum([len(columns) for columns, _w, _l, _h in rows])[:-1]
        columns = np.fromiter((c for columns, _w, _l, _h in rows for c in columns), dtype=np.int32)
        weights = np.fromiter((w for _c, weights, _l, _h in rows for w in weights), dtype=float)
        low = np.array([low for _c, _w, low, _h in rows], dtype=float)
        high = np.array([high for _c, _w, _l, high in rows], dtype=float)
        self.solver.addRows(len(rows), low, high, len(columns), starts, columns, weights)
        self._rows = []

    # Objectives

    def value_costs(self) -> dict[int, float]:
        costs = {p: float(value) for p, value in enumerate(self.problem.values) if value}
        for column, bonus in self.steps:
            costs[column] = float(bonus)
        if bonus := self.problem.instance.rules.keep_bonus:
            for column, weight in self.keep_costs(bonus).items():
                costs[column] = costs.get(column, 0.0) + weight
        return costs

    def keep_costs(self, bonus: int) -> dict[int, float]:
        return dict.fromkeys(self.kept.values(), float(bonus))

    def fix(self, weights: Mapping[int, float], low: float = -INFINITY, high: float = INFINITY) -> int:
        """What is reached stays reached; the row's number."""
        self.row(list(weights), list(weights.values()), low, high)
        self.flush()
        return self.solver.getNumRow() - 1

    def release(self, row: int) -> None:
        self.solver.changeRowBounds(row, -INFINITY, INFINITY)

    # What leximin adds on the way

    def new_column(self, low: float, high: float, whole: bool = False) -> int:
        number = self.column(low, high, whole)
        self.solver.addCol(0.0, low, high, 0, self.np.array([], dtype=self.np.int32), self.np.array([]))
        if whole:
            self.solver.changeColIntegrality(number, self.hs.HighsVarType.kInteger)
        return number

    def forget_column(self, number: int) -> None:
        self.solver.changeColBounds(number, 0.0, 0.0)

    @contextmanager
    def for_now(self, rows: Iterable[tuple[list[int], list[float], float]]) -> Iterator[None]:
        """Rows (columns, weights, at least) that hold inside the block only."""
        first = self.solver.getNumRow()
        for columns, weights, low in rows:
            self.row(columns, weights, low=low)
        added = len(self._rows)
        self.flush()
        yield
        self.solver.deleteRows(added, self.np.arange(first, first + added, dtype=self.np.int32))

    # Solving

    def maximise(self, costs: Mapping[int, float], *, gap: float = 0.0, fine: bool = False) -> Found:
        """The best plan in this objective, proven up to `gap`; `fine` where it does not count in whole numbers."""
        self._set_costs(costs)
        if not self._run(gap, 1e-9 if fine else ALMOST_ONE):
            raise Stopped
        return self._found()

    def relaxed(self, costs: Mapping[int, float]) -> float | None:
        """The largest value without whole numbers: a bound. None where even that keeps no rule."""
        self._set_costs(costs)
        solver = self.solver
        for _round in range(ROUNDS):
            solver.setOptionValue("solve_relaxation", True)
            try:
                if not self._run(0.0, 0.0):
                    return None
            finally:
                solver.setOptionValue("solve_relaxation", False)
            self.values = self.np.array(solver.getSolution().col_value)
            if not self._separate():
                break
        return solver.getInfo().objective_function_value

    def _separate(self) -> bool:
        """Links that the relaxation breaks join the program."""
        values, added = self.values, 0
        for number in self.open:
            cohort = self.problem.cohorts[number]
            total = sum(values[p] for p in cohort.members)
            if SLACK < total < cohort.least - SLACK:
                share = total / cohort.least
                late = [p for p in cohort.members if p not in self.linked and values[p] > self.high[p] * share + 0.01]
                self._link(number, late)
                added += len(late)
        self.flush()
        return added > 0

    def core(self, costs: Mapping[int, float], *, gap: float = 0.0) -> Found | None:
        """As `maximise`, by way of the relaxation. None where no plan near the relaxation keeps the rules."""
        top = self.relaxed(costs)
        if top is None:
            return None
        values, reduced = self.values, abs(self.np.array(self.solver.getSolution().col_dual))
        bound, near = self._floor(top), None
        self._heuristics(False)
        try:
            near = self._with_cohorts(self._nearly_open(), max(gap, ROUGH))
            if near is None or bound - near.value > self._apart(near, gap):
                better = self._open_cohorts(gap)
                if better is None:
                    return None
                bound = min(bound, better)
                found = self._with_cohorts({c for c in self.open.values() if self.values[c] > 0.5}, gap)
                near = max(filter(None, (near, found)), key=lambda plan: plan.value, default=None)
            if near is None:
                return None
            if bound - near.value > self._apart(near, gap):
                self._narrow(values, reduced, top - near.value)
                self._start_from(near)
                if not self._run(gap, ALMOST_ONE):
                    raise Stopped
                near = self._found()
                bound = min(bound, near.bound)
            return Found(near.plan, near.value, bound)
        except Stopped as stop:
            plan = near.plan if stop.plan is None and near is not None else stop.plan
            raise Stopped(min(bound, stop.bound), plan) from stop
        finally:
            self._heuristics(True)

    @staticmethod
    def _apart(found: Found, gap: float) -> float:
        return gap * max(1, abs(found.value))

    def _nearly_open(self) -> set[int]:
        """Cohorts (their columns) that the relaxation fills, or nearly fills, to their minimum."""
        cohorts = self.problem.cohorts
        return {
            column
            for number, column in self.open.items()
            if sum(self.values[p] for p in cohorts[number].members) >= OPEN_FROM * cohorts[number].least
        }

    def _open_cohorts(self, gap: float) -> int | float | None:
        """Decides which cohorts run while seats may be fractions (`values`); the bound that this proves."""
        self._whole_seats(False)
        try:
            if not self._run(gap, ALMOST_ONE, fractions=True):
                return None
            self.values = self.np.array(self.solver.getSolution().col_value)
            return self._floor(self.solver.getInfo().mip_dual_bound)
        finally:
            self._whole_seats(True)

    def _with_cohorts(self, running: set[int], gap: float) -> Found | None:
        """The best plan in whole seats with exactly these cohorts, as far as they have a minimum."""
        low, high = list(self.low), list(self.high)
        for column in self.open.values():
            low[column] = high[column] = float(column in running)
        self._bounds(low, high)
        try:
            return self._found() if self._run(gap, ALMOST_ONE) else None
        finally:
            self._bounds(self.low, self.high)

    def _whole_seats(self, whole: bool) -> None:
        np = self.np
        every = np.arange(self.size, dtype=np.int32)
        self.solver.changeColsIntegrality(self.size, every, np.full(self.size, int(whole), dtype=np.uint8))

    def _heuristics(self, wanted: bool) -> None:
        """Near the relaxation the solver's own search for plans costs more than it finds."""
        self.solver.setOptionValue("mip_heuristic_effort", 0.05 if wanted else 0.0)
        for name in ("root_reduced_cost", "rens", "rins"):
            self.solver.setOptionValue(f"mip_heuristic_run_{name}", wanted)

    def _narrow(self, values: Any, reduced: Any, room: float) -> None:
        """Bounds that every plan at least as good as the known one keeps, from here on."""
        room += 0.01 + 1e-9 * abs(room)
        for column, whole in enumerate(self.whole):
            price = reduced[column]
            if not whole or price <= SLACK or price * (self.high[column] - self.low[column]) <= room:
                continue
            steps = math.floor(room / price)
            if values[column] <= self.low[column] + SLACK:
                self.high[column] = min(self.high[column], self.low[column] + steps)
            elif values[column] >= self.high[column] - SLACK:
                self.low[column] = max(self.low[column], self.high[column] - steps)
        self._bounds(self.low, self.high)

    def _bounds(self, low: list[float], high: list[float]) -> None:
        np = self.np
        every = np.arange(len(low), dtype=np.int32)
        self.solver.changeColsBounds(len(low), every, np.array(low, dtype=float), np.array(high, dtype=float))

    def _start_from(self, found: Found) -> None:
        np, plan = self.np, found.plan
        decided = {
            column: float(any(plan[p] for p in self.problem.cohorts[number].members))
            for number, column in self.open.items()
        }
        columns = np.array([*range(self.size), *decided], dtype=np.int32)
        self.solver.setSolution(len(columns), columns, np.array([*plan, *decided.values()], dtype=float))

    def _found(self) -> Found:
        """What the solver has, in whole numbers and checked."""
        info, plan = self.solver.getInfo(), self._plan()
        if not self.problem.keeps_rules(plan):
            raise Stopped(self._floor(info.mip_dual_bound))
        self.offer(plan)
        return Found(plan, round(info.objective_function_value, 9), self._floor(info.mip_dual_bound))

    def _set_costs(self, costs: Mapping[int, float]) -> None:
        np = self.np
        array = np.zeros(len(self.low))
        array[list(costs.keys())] = list(costs.values())
        self.solver.changeColsCost(len(array), np.arange(len(array), dtype=np.int32), array)

    def _run(self, gap: float, apart: float, fractions: bool = False) -> bool:
        """Solves what is in the program; False where nothing keeps its rows."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Stopped
        solver, statuses = self.solver, self.hs.HighsModelStatus
        solver.setOptionValue("mip_rel_gap", gap)
        solver.setOptionValue("mip_abs_gap", apart)
        if left < INFINITY:
            solver.setOptionValue("time_limit", left)
        solver.run()
        status = solver.getModelStatus()
        if status == statuses.kOptimal:
            return True
        if status == statuses.kInfeasible:
            return False
        bound = self._floor(solver.getInfo().mip_dual_bound)
        if not fractions and solver.getInfo().primal_solution_status == self.hs.SolutionStatus.kSolutionStatusFeasible:
            plan = self._plan()
            if self.problem.keeps_rules(plan):
                self.offer(plan)
                raise Stopped(bound, plan)
        raise Stopped(bound)

    def _plan(self) -> Plan:
        return self.np.rint(self.np.array(self.solver.getSolution().col_value[: self.size])).astype(int).tolist()

    @staticmethod
    def _floor(bound: float) -> int | float:
        return math.floor(bound + 1e-3 + 1e-9 * abs(bound)) if math.isfinite(bound) else INFINITY


def _silent(highspy: Any) -> Any:
    """A solver that prints nothing; its constructor would, while it sets up its callbacks."""

    class Silent(highspy.Highs):
        def enableCallbacks(self) -> None:
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    return Silent()
