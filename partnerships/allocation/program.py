"""The integer program of an instance, and its searches in HiGHS.

Small instances go there whole. For large ones `closing` narrows the gap of the linear relaxation first.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from .linear import INFINITY, Floats, Model, Rows, add_rows, load, silent
from .problem import Plan, Problem

ALMOST_ONE = 0.99
"""Objectives are whole numbers: a bound less than one above a plan proves it."""


class Cancelled(Exception):
    """The caller's `stop` asked for an end; nothing is returned."""


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
    """Columns: seats of each pair; then totals of lines, intakes and provinces, open cohorts, missing seats, equity
    steps, kept seats. Totals keep the rows short.
    """

    def __init__(
        self,
        problem: Problem,
        lazy: bool,
        deadline: float,
        offer: Callable[[Plan], None],
        stop: Callable[[], bool] | None = None,
    ):
        self.problem, self.deadline, self.offer, self.stop, self.lazy = problem, deadline, offer, stop, lazy
        self.size = len(problem.pairs)
        self.model = Model()
        self.unfilled: list[int] = []
        self.missing: list[int] = []
        self.steps: list[tuple[int, int]] = []
        self.kept: dict[int, int] = {}
        """Pair -> column that counts its kept seats (the pair's own where all can be kept)."""
        self.rest: list[tuple[list[int], list[float], float, float]] = []
        self._solver: Any = None
        self._pairs()
        self._cohorts()
        self._limits()
        self._floors()
        self._equity()
        self._kept()
        self.flush()

    @cached_property
    def _limits_as_arrays(self) -> tuple[Any, Any, Any, Any]:
        """Members of all limits one after the other, their weights, where each limit begins, and what it allows."""
        limits = self.problem.limits
        members = np.fromiter(chain.from_iterable(limit.members for limit in limits), dtype=np.int64)
        weights = np.fromiter(
            chain.from_iterable(limit.weights or (1,) * len(limit.members) for limit in limits), dtype=np.int64
        )
        starts = np.cumsum([0] + [len(limit.members) for limit in limits][:-1])
        return members, weights, starts, np.array([limit.cap for limit in limits], dtype=np.int64)

    def keeps_rules(self, plan: Plan) -> bool:
        """Every hard rule holds, counted in whole numbers. As `Problem.keeps_rules`, for large instances."""
        seats = np.array(plan, dtype=np.int64)
        if (seats < self.locked).any() or (seats > self.upper).any():
            return False
        if self.problem.limits:
            members, weights, starts, caps = self._limits_as_arrays
            if (np.add.reduceat(seats[members] * weights, starts) > caps).any():
                return False
        used = np.bincount(self.intake, seats, len(self.decision))
        decides = np.array([c.may_close and c.least > 1 for c in self.problem.cohorts], dtype=bool)
        least = np.array([c.least for c in self.problem.cohorts])
        return not (decides & (used > 0) & (used < least)).any()

    # Building

    def _pairs(self) -> None:
        """Seats of pairs, and what they add up to for each line, intake and province."""
        problem, model, n = self.problem, self.model, self.size
        self.line = np.array(problem.lines, dtype=np.int64)
        self.intake = np.array(problem.intakes, dtype=np.int64)
        self.locked = np.array(problem.locked, dtype=float)
        self.upper = np.array(problem.upper, dtype=float)
        self.seats = model.columns(self.locked, self._possible(), whole=True)
        upper = model.high[:n]
        lines, intakes = len(problem.line_at), len(problem.cohorts)
        line_cap = np.bincount(self.line, upper, lines)
        intake_cap = np.minimum(np.bincount(self.intake, upper, intakes), [cohort.cap for cohort in problem.cohorts])
        of_line = np.array([line.seats for line in problem.instance.lines], dtype=float)
        of_line = np.minimum(line_cap, np.maximum(of_line, np.bincount(self.line, self.locked, lines)))
        self.line_total = model.columns(np.bincount(self.line, self.locked, lines), of_line)
        self.intake_total = model.columns(np.bincount(self.intake, self.locked, intakes), intake_cap)
        for of, total in ((self.line, self.line_total), (self.intake, self.intake_total)):
            self._sum(of, self.seats, total)
        provinces = {province.code: n for n, province in enumerate(problem.provinces)}
        of_region = np.array([provinces[region.province] for region in problem.instance.regions], dtype=np.int64)
        self.region = np.array(problem.region_of_line, dtype=np.int64)
        self.province = of_region[self.region] if lines else self.region
        most = np.bincount(self.province, of_line, len(provinces))
        self.province_total = model.columns(np.zeros(len(provinces)), most)
        self._sum(self.province, self.line_total, self.province_total)

    def _possible(self) -> Floats:
        """The most seats of each pair; none in a cohort that can never run."""
        high = self.upper.copy()
        for cohort in self.problem.cohorts:
            if cohort.least > 1 and not cohort.locked and cohort.members:
                members = np.array(cohort.members)
                if min(cohort.cap, high[members].sum()) < cohort.least:
                    high[members] = 0
        return high

    def _sum(self, of: Any, members: Any, totals: Any) -> None:
        count = len(totals)
        self.model.rows(
            np.concatenate((of, np.arange(count))),
            np.concatenate((members, totals)),
            np.concatenate((np.ones(len(members)), np.full(count, -1.0))),
            0.0,
            0.0,
            count,
        )

    def _limits(self) -> None:
        high = self.model.high
        row, column, weight, caps = [], [], [], []
        for limit in self.problem.limits:
            if limit.name in ("line.seats", "intake.max"):  # bounds of the totals
                continue
            members = np.array(limit.members)
            if limit.weights is None:
                if len(members) < 2 or high[members].sum() <= limit.cap:
                    continue
                most, weights = limit.cap, np.ones(len(members))
                decision = self.decision[self.intake[members[0]]] if limit.name.startswith("intake.") else -1
                if decision >= 0:  # a share of a cohort takes no more than that share of the limit
                    members, weights = np.append(members, decision), np.append(weights, -float(most))
                    most = 0
            else:
                divisor = math.gcd(*limit.weights)
                if not divisor:
                    continue
                most = limit.cap // divisor
                weights = np.array([w // divisor for w in limit.weights], dtype=float)
                members, weights = members[weights > 0], weights[weights > 0]
            row.append(np.full(len(members), len(caps)))
            column.append(members)
            weight.append(weights)
            caps.append(float(most))
        if caps:
            self.model.rows(
                np.concatenate(row),
                np.concatenate(column),
                np.concatenate(weight),
                -INFINITY,
                np.array(caps),
                len(caps),
            )

    def _cohorts(self) -> None:
        """A cohort runs with nobody or with its minimum."""
        problem, high = self.problem, self.model.high
        decided = []
        for number, cohort in enumerate(problem.cohorts):
            if cohort.locked:
                if cohort.least > cohort.locked:
                    gap = int(self.model.columns([0], [cohort.least])[0])
                    self.unfilled.append(gap)
                    self.row([int(self.intake_total[number]), gap], [1.0, 1.0], low=cohort.least)
            elif cohort.least > 1 and high[self.intake_total[number]] >= cohort.least:
                decided.append(number)
        self.decided = np.array(decided, dtype=np.int64)
        count = len(decided)
        self.open = self.model.columns(np.zeros(count), np.ones(count), whole=True)
        self.decision = np.full(len(problem.cohorts), -1)
        """Intake -> column of its decision, or -1."""
        self.decision[self.decided] = self.open
        totals, every = self.intake_total[self.decided], np.arange(count)
        least = np.array([problem.cohorts[number].least for number in decided], dtype=float)
        self.least = least
        for weight, low, top in ((least, 0.0, INFINITY), (self.model.high[totals], -INFINITY, 0.0)):
            self.model.rows(
                np.concatenate((every, every)),
                np.concatenate((totals, self.open)),
                np.concatenate((np.ones(count), -weight)),
                low,
                top,
                count,
            )
        self.linked = np.zeros(self.size, dtype=bool)
        """Pairs whose link to their cohort's decision is in the program."""
        if not self.lazy:
            self.link(np.flatnonzero(self.decision[self.intake] >= 0))

    def link(self, pairs: Any) -> None:
        """Nobody gets a seat in a cohort that does not run. Implied for whole numbers, not for the relaxation."""
        pairs = pairs[(self.model.high[pairs] > 0) & ~self.linked[pairs]]
        self.linked[pairs] = True
        count = len(pairs)
        if count:
            self.model.rows(
                np.repeat(np.arange(count), 2),
                np.stack((pairs, self.decision[self.intake[pairs]]), axis=1).reshape(-1),
                np.stack((np.ones(count), -self.model.high[pairs]), axis=1).reshape(-1),
                -INFINITY,
                0.0,
                count,
            )

    def _floors(self) -> None:
        problem = self.problem
        lines_of: dict[int, list[int]] = {}
        for line, region in enumerate(problem.region_of_line):
            lines_of.setdefault(region, []).append(line)
        for n, region in enumerate(problem.instance.regions):
            if region.floor and problem.regions[n]:
                gap = int(self.model.columns([0], [region.floor])[0])
                self.missing.append(gap)
                members = self.line_total[np.array(lines_of[n])].tolist()
                self.row([*members, gap], [1.0] * (len(members) + 1), low=region.floor)

    def _equity(self) -> None:
        for n, province in enumerate(self.problem.provinces):
            own = [
                (int(self.model.columns([0], [width])[0]), bonus)
                for width, bonus in province.steps
                if width and bonus and province.members
            ]
            self.steps += own
            if own:
                columns = [column for column, _bonus in own]
                self.row([*columns, int(self.province_total[n])], [1.0] * len(own) + [-1.0], high=0)

    def _kept(self) -> None:
        high = self.model.high
        for p, seats in self.problem.previous.items():
            if seats >= high[p]:
                self.kept[p] = p
            else:
                self.kept[p] = int(self.model.columns([0], [seats])[0])
                self.row([self.kept[p], p], [1.0, -1.0], high=0)

    # Rows and columns by hand, also on the way

    def row(self, columns: list[int], weights: list[float], low: float = -INFINITY, high: float = INFINITY) -> None:
        self.rest.append((columns, weights, low, high))

    def flush(self) -> None:
        """Hands the rows written so far to the model and, where it is loaded, to the solver."""
        if self.rest:
            rest, self.rest = self.rest, []
            self.model.rows(
                np.repeat(np.arange(len(rest)), [len(columns) for columns, _w, _l, _h in rest]),
                np.array([c for columns, _w, _l, _h in rest for c in columns], dtype=np.int64),
                np.array([w for _c, weights, _l, _h in rest for w in weights], dtype=float),
                np.array([low for _c, _w, low, _h in rest], dtype=float),
                np.array([high for _c, _w, _l, high in rest], dtype=float),
                len(rest),
            )
        if self._solver is not None:
            self.catch_up(self._solver)

    def catch_up(self, solver: Any) -> None:
        """Rows of the model that the solver does not have yet."""
        first, model = solver.getNumRow(), self.model
        if first < model.height:
            rows, count = model.entries, model.height - first
            from_entry = rows.starts[first]
            add_rows(
                solver,
                Rows(rows.row[from_entry:] - first, rows.column[from_entry:], rows.weight[from_entry:], count),
                model.least[first:],
                model.most[first:],
            )

    @property
    def solver(self) -> Any:
        """The whole integer program in HiGHS."""
        if self._solver is None:
            model = self.model
            self._solver = silent()
            load(
                self._solver,
                np.zeros(model.width),
                model.low,
                model.high,
                model.entries,
                model.least,
                model.most,
                model.whole,
            )
        return self._solver

    def fix(self, weights: Mapping[int, float], low: float = -INFINITY, high: float = INFINITY) -> int:
        """What is reached stays reached; the row's number."""
        self.row(list(weights), list(weights.values()), low, high)
        self.flush()
        return self.model.height - 1

    def release(self, rows: Iterable[int]) -> None:
        """These rows hold no longer."""
        for row in rows:
            self.model.least[row], self.model.most[row] = -INFINITY, INFINITY
            if self._solver is not None and row < self._solver.getNumRow():
                self._solver.changeRowBounds(row, -INFINITY, INFINITY)

    def new_column(self, low: float, high: float, whole: bool = False) -> int:
        import highspy

        solver = self.solver
        number = int(self.model.columns([low], [high], whole)[0])
        solver.addCol(0.0, low, high, 0, np.array([], dtype=np.int32), np.array([]))
        if whole:
            solver.changeColIntegrality(number, highspy.HighsVarType.kInteger)
        return number

    def forget_column(self, number: int) -> None:
        self.model.low[number] = self.model.high[number] = 0.0
        self.solver.changeColBounds(number, 0.0, 0.0)

    @contextmanager
    def for_now(self, rows: Iterable[tuple[list[int], list[float], float]]) -> Iterator[None]:
        """Rows (columns, weights, at least) that hold inside the block only."""
        first = self.model.height
        for columns, weights, low in rows:
            self.row(columns, weights, low=low)
        self.flush()
        yield
        self.release(range(first, self.model.height))

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

    def array(self, costs: Mapping[int, float]) -> Floats:
        array = np.zeros(self.model.width)
        array[list(costs.keys())] = list(costs.values())
        return array

    # Solving

    def maximise(self, costs: Mapping[int, float], *, gap: float = 0.0, fine: bool = False) -> Found:
        """The best plan in this objective, proven up to `gap`; `fine` where it does not count in whole numbers."""
        solver, array = self.solver, self.array(costs)
        solver.changeColsCost(len(array), np.arange(len(array), dtype=np.int32), array)
        if not self.run(solver, gap, 1e-9 if fine else ALMOST_ONE):
            raise Stopped
        return self.found(solver)

    def found(self, solver: Any) -> Found:
        """What the solver has, in whole numbers and checked."""
        info = solver.getInfo()
        plan = self.plan(solver.getSolution().col_value[: self.size])
        bound = whole_bound(info.mip_dual_bound)
        if not self.keeps_rules(plan):
            raise Stopped(bound)
        self.offer(plan)
        return Found(plan, round(info.objective_function_value, 9), bound)

    def run(self, solver: Any, gap: float = 0.0, apart: float = ALMOST_ONE, beside: float = 0.0) -> bool:
        """Solves what is in the solver; False where nothing keeps its rows. `beside` is worth what is not in it."""
        import highspy

        statuses = highspy.HighsModelStatus
        self.prepare(solver)
        solver.setOptionValue("mip_rel_gap", gap)
        solver.setOptionValue("mip_abs_gap", apart)
        solver.run()
        status = solver.getModelStatus()
        if status == statuses.kOptimal:
            return True
        if status == statuses.kInfeasible:
            return False
        bound = whole_bound(solver.getInfo().mip_dual_bound + beside)
        if (
            solver.getNumCol() == self.model.width
            and solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        ):
            plan = self.plan(solver.getSolution().col_value[: self.size])
            if self.keeps_rules(plan):
                self.offer(plan)
                raise Stopped(bound, plan)
        raise Stopped(bound)

    def prepare(self, solver: Any) -> None:
        """Asks whether to go on, and leaves the solver the time that is left."""
        if self.stop is not None and self.stop():
            raise Cancelled
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Stopped
        if left < INFINITY:
            solver.setOptionValue("time_limit", left)

    @staticmethod
    def plan(values: Any) -> Plan:
        return np.rint(np.array(values)).astype(int).tolist()


def whole_bound(bound: float) -> int | float:
    return math.floor(bound + 1e-3 + 1e-9 * abs(bound)) if math.isfinite(bound) else INFINITY
