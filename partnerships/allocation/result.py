"""The result object of an allocation, and the ways to get one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from . import comparators, solver
from .instance import Id, Instance, Seats, order
from .problem import Plan, Problem

OPTIMAL, FEASIBLE = "optimal", "feasible"


@dataclass(frozen=True)
class Result:
    """A plan and what is known about it. `data()` is the JSON object of docs/allocation.md."""

    seats: tuple[Seats, ...]
    objective: int
    shortage: int
    withdrawn: int
    bound: int
    status: str
    limits_broken_by_locks: list[dict[str, Any]]
    closed_intakes: list[Id]
    coverage_by_province: dict[str, dict[str, Any]]
    seconds: dict[str, float]
    finished: bool = True
    """False where the overall limit, or a missing solver, ended the search before the gap asked for was proven."""
    solver: str = ""
    """Only where the plan did not come from the solver: how it was made."""

    @property
    def gap(self) -> float:
        return (self.bound - self.objective) / max(1, abs(self.objective))

    def data(self) -> dict[str, Any]:
        fields = {
            "seats": [vars(row) for row in self.seats],
            "objective": self.objective,
            "shortage": self.shortage,
            "withdrawn": self.withdrawn,
            "bound": self.bound,
            "gap": self.gap,
            "status": self.status,
            "limits_broken_by_locks": self.limits_broken_by_locks,
            "closed_intakes": self.closed_intakes,
            "coverage_by_province": self.coverage_by_province,
            "seconds": self.seconds,
        }
        return fields | ({"solver": self.solver} if self.solver else {})


def solve(
    instance: Instance,
    *,
    gap: float = 0.0,
    time_limit: float | None = None,
    plain: bool = False,
    on_step: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Result:
    """The best plan: proven, unless `gap` allows less or `time_limit` seconds are over.

    `on_step` is told what begins (`solver.STEPS`); `stop` may ask for an end, then `Cancelled` is raised.

    Without highspy it is the greedy plan, labelled. `plain` gives the whole program to the solver at once, for
    comparison.
    """
    began = time.perf_counter()
    problem = Problem(instance)
    prepared = time.perf_counter()
    if find_spec("highspy") is None:
        plan = comparators.greedy(problem)
        bound = max(problem.simple_bound(), problem.objective(plan))
        return _result(problem, plan, bound, False, _seconds(began, prepared), "greedy: highspy is not installed")
    solved = solver.solve(
        problem,
        gap=gap,
        time_limit=time_limit,
        plain_up_to=math.inf if plain else solver.PLAIN_UP_TO,
        on_step=on_step,
        stop=stop,
    )
    return _result(problem, solved.plan, solved.bound, solved.proven, _seconds(began, prepared))


def greedy(instance: Instance) -> Result:
    """Best value first; what the national plan is compared with."""
    return _without_solver(instance, "greedy")


def first_come(instance: Instance, arrival: Sequence[Id] | None = None) -> Result:
    """First come, first served, in the order of `arrival` (line ids), else in the order of the line ids."""
    return _without_solver(instance, "first_come", arrival)


def compare(instance: Instance, one: Result, other: Result) -> int:
    """1 where `one` is better in the order of the objectives, -1 where `other` is, 0 where both are as good."""
    problem = Problem(instance)
    a, b = (problem.worth(plan_of(problem, result)) for result in (one, other))
    return (a > b) - (a < b)


def plan_of(problem: Problem, result: Result) -> Plan:
    seats = {(row.line, row.intake): row.seats for row in result.seats}
    return [seats.get((pair.line, pair.intake), 0) for pair in problem.pairs]


def _without_solver(instance: Instance, method: str, *more: Any) -> Result:
    began = time.perf_counter()
    problem = Problem(instance)
    prepared = time.perf_counter()
    plan = getattr(comparators, method)(problem, *more)
    bound = max(problem.simple_bound(), problem.objective(plan))
    return _result(problem, plan, bound, False, _seconds(began, prepared), method)


def _seconds(began: float, prepared: float) -> dict[str, float]:
    now = time.perf_counter()
    return {"prepare": round(prepared - began, 3), "solve": round(now - prepared, 3), "total": round(now - began, 3)}


def _result(
    problem: Problem, plan: Plan, bound: int, finished: bool, seconds: dict[str, float], method: str = ""
) -> Result:
    objective = problem.objective(plan)
    rows = [Seats(pair.line, pair.intake, seats) for pair, seats in zip(problem.pairs, plan, strict=True) if seats]
    return Result(
        seats=tuple(sorted(rows, key=lambda row: (order(row.line), order(row.intake)))),
        objective=objective,
        shortage=problem.shortage(plan),
        withdrawn=problem.withdrawn(plan),
        bound=bound,
        status=OPTIMAL if finished and bound == objective else FEASIBLE,
        limits_broken_by_locks=problem.limits_broken(plan),
        closed_intakes=problem.closed(plan),
        coverage_by_province=problem.coverage(plan),
        seconds=seconds,
        finished=finished,
        solver=method,
    )
