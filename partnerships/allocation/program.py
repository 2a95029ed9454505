"""The integer program of an instance in HiGHS.

A cohort gets its open-or-closed decision only once a relaxation without it leaves the cohort under its minimum. For
large instances the linear relaxation comes first, and its reduced costs leave a small core for the integer search.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .problem import Plan, Problem

SLACK = 1e-6
"""How far the solver's numbers may be from whole ones."""

ALMOST_ONE = 0.99
"""Objectives are whole numbers: a bound less than one above a plan proves it."""

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
    bound: int


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
        self.active: set[int] = set()
        """Cohorts whose rows are in the program."""
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
        if not lazy:
            for cohort in self.open:
                self._activate(cohort)
            self.flush()

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
                self.open[number] = self.column(0, 1, whole=True)

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
                (self.column(0, width), bonus) for width, bonus in province.steps if width and bonus and province.members
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

    def _activate(self, number: int) -> None:
        """The cohort runs with nobody or with its minimum, from here on."""
        cohort, opened = self.problem.cohorts[number], self.open[number]
        ones = [1.0] * len(cohort.members)
        self.row([*cohort.members, opened], [*ones, -float(cohort.least)], low=0)
        self.row([*cohort.members, opened], [*ones, -float(cohort.cap)], high=0)
        for p in cohort.members:
            if self.high[p]:
                self.row([p, opened], [1.0, -float(min(self.high[p], cohort.cap))], high=0)
        self.active.add(number)

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

    def fix(self, weights: Mapping[int, float], low: float = -INFINITY, high: float = INFINITY) -> None:
        """What is reached stays reached."""
        self.row(list(weights), list(weights.values()), low, high)
        self.flush()

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
        while True:
            self._run(gap, 1e-9 if fine else ALMOST_ONE)
            plan = self._plan()
            if late := self.under_minimum(plan):
                for number in late:
                    self._activate(number)
                self.flush()
                continue
            info = self.solver.getInfo()
            if not self.problem.keeps_rules(plan):
                raise Stopped(self._floor(info.mip_dual_bound))
            self.offer(plan)
            return Found(plan, info.objective_function_value, self._floor(info.mip_dual_bound))

    def _set_costs(self, costs: Mapping[int, float]) -> None:
        np = self.np
        array = np.zeros(len(self.low))
        array[list(costs.keys())] = list(costs.values())
        self.solver.changeColsCost(len(array), np.arange(len(array), dtype=np.int32), array)

    def _run(self, gap: float, apart: float) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Stopped
        solver = self.solver
        solver.setOptionValue("mip_rel_gap", gap)
        solver.setOptionValue("mip_abs_gap", apart)
        if left < INFINITY:
            solver.setOptionValue("time_limit", solver.getRunTime() + left)
        solver.run()
        if solver.getModelStatus() != self.hs.HighsModelStatus.kOptimal:
            bound = self._floor(solver.getInfo().mip_dual_bound)
            plan = self._plan() if solver.getSolution().value_valid else None
            if plan is not None and not self.under_minimum(plan) and self.problem.keeps_rules(plan):
                self.offer(plan)
                raise Stopped(bound, plan)
            raise Stopped(bound)

    def _plan(self) -> Plan:
        return self.np.rint(self.np.array(self.solver.getSolution().col_value[: self.size])).astype(int).tolist()

    def under_minimum(self, plan: Plan) -> list[int]:
        """Cohorts that run with too few and whose decision is not in the program yet."""
        cohorts = self.problem.cohorts
        return [
            number
            for number in self.open
            if number not in self.active and 0 < sum(plan[p] for p in cohorts[number].members) < cohorts[number].least
        ]

    @staticmethod
    def _floor(bound: float) -> int | float:
        return math.floor(bound + 1e-3 + 1e-9 * abs(bound)) if math.isfinite(bound) else INFINITY


def _silent(highspy: Any) -> Any:
    """A solver that prints nothing; its constructor would, while it sets up its callbacks."""

    class Silent(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    return Silent()
