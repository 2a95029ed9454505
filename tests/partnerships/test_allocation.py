"""The allocation: what always holds, on random instances, against an independent reading and brute force."""

from __future__ import annotations

import json
import random
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerships import allocation
from partnerships.allocation import solver
from partnerships.allocation.problem import Problem

from .allocation_check import Reading, plan_of

RANDOM = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@st.composite
def instances(draw, lines=4, intakes=3, pairs=6, seats=3):
    """Small ones with everything the format has; `pairs` keeps brute force in reach."""

    def number(low, high):
        return draw(st.integers(low, high))

    def some(key, low, high):
        value = draw(st.none() | st.integers(low, high))
        return {} if value is None else {key: value}

    def one_of(key, rows):
        row = draw(st.none() | st.sampled_from(rows)) if rows else None
        return {} if row is None else {key: row["id"]}

    regions = [{"id": f"R{n}", "province": f"P{number(0, 2)}", **some("floor", 0, 3)} for n in range(number(1, 4))]
    partners = [{"id": f"K{n}", **some("max", 0, 6)} for n in range(number(0, 2))]
    programmes = [
        {"id": f"G{n}", **one_of("partner", partners), **some("max", 0, 6), **some("province_max", 0, 4)}
        for n in range(number(0, 2))
    ]
    rows = [
        {"id": f"L{n}", "region": f"R{number(0, len(regions) - 1)}", "seats": number(0, seats), "need": f"N{n % 2}"}
        for n in range(number(1, lines))
    ]
    cohorts = [
        {
            "id": f"I{n}",
            "max": number(0, seats + 2),
            **some("min", 0, 4),
            **one_of("programme", programmes),
            **some("province_max", 0, 4),
            **some("region_max", 0, 3),
        }
        for n in range(number(1, intakes))
    ]
    keys = [(row["id"], cohort["id"]) for row in rows for cohort in cohorts]
    eligible = draw(st.lists(st.sampled_from(keys), max_size=pairs, unique=True))
    locked = draw(st.lists(st.sampled_from(keys), max_size=2, unique=True)) if draw(st.booleans()) else []
    previous = draw(st.lists(st.sampled_from([*keys, ("gone", "I0")]), max_size=3, unique=True))
    rules = {"mode": draw(st.sampled_from(["value", "leximin"])), "keep_bonus": number(0, 3)}
    if draw(st.booleans()):
        first = {"upto_pct": number(10, 60), "bonus": number(3, 9)}
        rules["equity"] = [first, {"upto_pct": number(61, 120), "bonus": number(0, 3)}]
    return {
        "format": "alloc-1",
        "regions": regions,
        "lines": rows,
        "partners": partners,
        "programmes": programmes,
        "intakes": cohorts,
        "pairs": [{"line": a, "intake": b, "value": number(0, 9), "cost": number(0, 4)} for a, b in eligible],
        "budgets": [{"need": f"N{n}", "max": number(0, 12)} for n in range(2) if draw(st.booleans())],
        "locked": [{"line": a, "intake": b, "seats": number(0, 3)} for a, b in locked],
        "previous": [{"line": a, "intake": b, "seats": number(0, 3)} for a, b in previous],
        "rules": rules,
    }


def worth_of(data, result):
    """How good a result is by the independent reading, which also finds no broken rule."""
    reading, plan = Reading(data), plan_of(result.data())
    assert reading.broken(plan) == []
    worth = reading.worth(plan)
    assert (-worth[1], worth[3], -worth[4]) == (result.shortage, result.objective, result.withdrawn)
    return worth


@settings(RANDOM, max_examples=500)
@given(instances())
def test_the_plan_is_as_good_as_the_best_of_all_plans(data):
    result = allocation.solve(allocation.read(data))
    assert worth_of(data, result) == Reading(data).best()
    assert (result.status, result.bound, result.gap) == ("optimal", result.objective, 0.0)


@settings(RANDOM, max_examples=300)
@given(instances(lines=8, intakes=5, pairs=30, seats=6))
def test_the_way_through_the_relaxation_finds_the_same_and_greedy_is_never_better(data):
    instance = allocation.read(data)
    best = allocation.solve(instance)
    worth = worth_of(data, best)
    problem = Problem(instance)
    large = solver.solve(problem, plain_up_to=-1)
    assert large.proven
    assert large.bound == best.bound
    assert problem.worth(large.plan)[3:] == worth[3:]
    for other in (allocation.greedy(instance), allocation.first_come(instance)):
        assert worth_of(data, other) <= worth
        assert other.bound >= best.objective or other.shortage > best.shortage or problem.leximin
        assert allocation.compare(instance, best, other) >= 0


@settings(RANDOM, max_examples=200)
@given(instances(lines=6, intakes=4, pairs=16), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing_and_a_second_run_neither(data, dice: random.Random):
    mixed = {key: dice.sample(rows, len(rows)) if isinstance(rows, list) else rows for key, rows in data.items()}
    results = [allocation.solve(allocation.read(given)).data() for given in (data, data, mixed)]
    for result in results:
        del result["seconds"]
    assert results[0] == results[1] == results[2]


@settings(RANDOM, max_examples=200)
@given(instances(lines=6, intakes=4, pairs=16), st.data())
def test_one_more_seat_in_an_intake_never_makes_the_plan_worse(data, more):
    before = worth_of(data, allocation.solve(allocation.read(data)))
    intake = more.draw(st.sampled_from(data["intakes"]))
    intake["max"] += 1
    assert worth_of(data, allocation.solve(allocation.read(data))) >= before


@settings(RANDOM, max_examples=60)
@given(instances(lines=6, intakes=4, pairs=16))
def test_over_the_limit_the_best_plan_so_far_is_labelled(data):
    result = allocation.solve(allocation.read(data), time_limit=0)
    worth_of(data, result)
    assert result.bound >= result.objective
    if data["pairs"]:
        assert (result.status, result.finished) == ("feasible", False)


def small(**more):
    """Two offices, one in a region of its own province each, and one intake of five."""
    return {
        "format": "alloc-1",
        "regions": [{"id": "R1", "province": "11"}, {"id": "R2", "province": "12"}],
        "lines": [{"id": "A", "region": "R1", "seats": 4}, {"id": "B", "region": "R2", "seats": 4}],
        "intakes": [{"id": "I", "max": 5}],
        "pairs": [{"line": "A", "intake": "I", "value": 9}, {"line": "B", "intake": "I", "value": 2}],
        **more,
    }


def seats(data):
    result = allocation.solve(allocation.read(data))
    worth_of(data, result)
    return result, {(row.line, row.intake): row.seats for row in result.seats}


def test_locks_over_lowered_limits_stay_and_every_such_limit_is_named():
    data = small(intakes=[{"id": "I", "max": 2, "region_max": 1}], locked=[{"line": "B", "intake": "I", "seats": 3}])
    result, plan = seats(data)
    assert plan == {("B", "I"): 3}
    assert result.status == "optimal"
    assert result.limits_broken_by_locks == [
        {"limit": "intake.max", "intake": "I", "max": 2, "locked": 3},
        {"limit": "intake.region_max", "intake": "I", "region": "R2", "max": 1, "locked": 3},
    ]


def test_a_locked_pair_that_is_no_longer_eligible_keeps_exactly_its_seats():
    data = small(pairs=[{"line": "A", "intake": "I", "value": 9}], locked=[{"line": "B", "intake": "I", "seats": 2}])
    result, plan = seats(data)
    assert plan == {("A", "I"): 3, ("B", "I"): 2}
    assert result.objective == 27


def test_an_intake_with_locked_seats_is_brought_to_its_minimum():
    data = small(
        intakes=[{"id": "I", "min": 4, "max": 5}, {"id": "J", "max": 9}],
        locked=[{"line": "B", "intake": "I", "seats": 1}],
    )
    data["pairs"].append({"line": "A", "intake": "J", "value": 50})
    result, plan = seats(data)
    assert plan == {("A", "J"): 4, ("B", "I"): 4}
    assert result.limits_broken_by_locks == []


def test_a_minimum_that_locks_keep_open_and_nobody_can_fill_is_named():
    data = small(intakes=[{"id": "I", "min": 20, "max": 30}], locked=[{"line": "B", "intake": "I", "seats": 1}])
    result, plan = seats(data)
    assert plan == {("A", "I"): 4, ("B", "I"): 4}
    assert result.limits_broken_by_locks == [{"limit": "intake.min", "intake": "I", "min": 20, "locked": 1, "seats": 8}]


def test_a_floor_that_cannot_be_met_is_reported_as_shortage():
    data = small()
    data["regions"][1]["floor"] = 7
    result, plan = seats(data)
    assert plan == {("A", "I"): 1, ("B", "I"): 4}
    assert (result.shortage, result.status) == (3, "optimal")


def test_leximin_raises_the_lowest_share_first():
    data = small(rules={"mode": "leximin"})
    data["lines"][1]["seats"] = 1
    assert seats(data)[1] == {("A", "I"): 4, ("B", "I"): 1}
    data["intakes"][0]["max"] = 3
    assert seats(data)[1] == {("A", "I"): 2, ("B", "I"): 1}


def test_equity_makes_the_first_seats_of_a_province_count_most():
    data = small(rules={"equity": [{"upto_pct": 25, "bonus": 20}, {"upto_pct": 50, "bonus": 8}]})
    result, plan = seats(data)
    assert plan == {("A", "I"): 3, ("B", "I"): 2}
    assert result.objective == 3 * 9 + 2 * 2 + 2 * (20 + 8)


def test_equal_plans_differ_only_in_what_is_withdrawn():
    data = small(previous=[{"line": "B", "intake": "I", "seats": 3}, {"line": "gone", "intake": "I", "seats": 2}])
    data["pairs"][0]["value"] = 2
    result, plan = seats(data)
    assert (plan["B", "I"], result.withdrawn) == (max(3, plan["B", "I"]), 2)


def test_large_sums_of_money_are_counted_exactly():
    data = small(budgets=[{"need": "N", "max": 45_000_002}])
    data["lines"][0]["need"] = "N"
    data["pairs"][0]["cost"] = 15_000_001
    assert seats(data)[1] == {("A", "I"): 2, ("B", "I"): 3}


def test_nothing_to_give_is_a_result_too():
    result, plan = seats({"format": "alloc-1", "regions": [], "lines": [], "intakes": [], "pairs": []})
    assert plan == {}
    assert (result.status, result.objective, result.bound) == ("optimal", 0, 0)


def test_without_the_solver_the_greedy_plan_is_labelled(monkeypatch):
    monkeypatch.setitem(sys.modules, "highspy", None)  # as if it were not installed
    data = small()
    data["regions"][1]["floor"] = 7
    result = allocation.solve(allocation.read(data))
    worth_of(data, result)
    found = result.data()
    assert (found["status"], found["solver"]) == ("feasible", "greedy: highspy is not installed")
    assert [tuple(row.values()) for row in found["seats"]] == [("A", "I", 4), ("B", "I", 1)]
    assert found["bound"] >= found["objective"]


def test_a_result_is_plain_json():
    result, _plan = seats(small())
    assert json.loads(json.dumps(result.data()))["seats"] == [
        {"line": "A", "intake": "I", "seats": 4},
        {"line": "B", "intake": "I", "seats": 1},
    ]


def test_parts_of_the_country_that_share_no_limit_are_solved_apart():
    instance = allocation.read(
        small(
            intakes=[{"id": "I", "max": 5}, {"id": "J", "min": 2, "max": 3}],
            pairs=[{"line": "A", "intake": "I", "value": 9}, {"line": "B", "intake": "J", "value": 2}],
        )
    )
    problem = Problem(instance)
    assert [[row.id for row in part.intakes] for part in solver.split(problem)] == [["I"], ["J"]]
    assert solver.solve(problem, plain_up_to=0) == solver.Solved([4, 3], 42, True)


@pytest.mark.parametrize("gap", [0.0, 0.5])
def test_a_gap_that_is_allowed_is_kept(gap):
    result = allocation.solve(allocation.read(small()), gap=gap)
    assert 0 <= result.gap <= gap
    assert result.finished
