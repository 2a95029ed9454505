"""Figures of a plan, seats left over, and what rules and pins cost, by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerships import allocation
from partnerships.allocation.figures import (
    compare_figures,
    figures,
    gini,
    leftovers,
    price_of,
    rule_costs,
)
from partnerships.allocation.instance import Seats

from .allocation_check import plan_of
from .test_allocation import RANDOM, instances, small


def solved(data):
    instance = allocation.read(data)
    return instance, allocation.solve(instance)


@pytest.mark.parametrize(
    ("provinces", "expected"),
    [
        ([], Fraction(0)),
        ([(4, 0), (4, 0)], Fraction(0)),
        ([(4, 2), (8, 4), (2, 1)], Fraction(0)),
        ([(4, 4), (4, 0)], Fraction(1, 2)),  # |4*4 - 0*4| / (8 * 4)
        ([(1, 1), (9, 0)], Fraction(9, 10)),  # |1*9| / (10 * 1)
        ([(8, 3), (4, 2), (2, 1)], Fraction(1, 14)),  # (|12 - 16| + |6 - 8| + |4 - 4|) / (14 * 6)
    ],
)
def test_the_gini_index_of_coverage_weighted_by_people(provinces, expected):
    assert gini(provinces) == expected


@settings(RANDOM, max_examples=100)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=6))
def test_the_gini_index_is_half_the_mean_difference_over_the_mean(provinces):
    people = [Fraction(seats, n) for n, seats in provinces for _person in range(n)]
    mean = sum(people) / len(people)
    if mean:
        apart = sum(abs(a - b) for a in people for b in people) / Fraction(len(people) ** 2)
        assert gini(provinces) == apart / (2 * mean)
    assert 0 <= gini(provinces) < 1


def test_figures_by_hand():
    data = small(
        intakes=[{"id": "I", "max": 5, "programme": "G"}, {"id": "J", "max": 2}],
        programmes=[{"id": "G", "partner": "K"}],
        partners=[{"id": "K"}],
    )
    data["regions"].append({"id": "R3", "province": "13", "floor": 1})
    data["lines"].append({"id": "C", "region": "R3", "seats": 2})
    instance, result = solved(data)
    expected = {
        "seats": 5,
        "seats_offered": 7,
        "people": 10,
        "lines": 3,
        "lines_all": 1,
        "lines_part": 1,
        "lines_none": 1,
        "provinces_without": 1,
        "lowest": {"province": "13", "ratio": 0.0},
        "highest": {"province": "11", "ratio": 1.0},
        "gini": 0.44,  # (|4*4 - 1*4| + |4*2 - 0| + |1*2 - 0|) / (10 * 5) = (12 + 8 + 2) / 50
        "mean_value": 7.6,  # (4 * 9 + 2) / 5
        "value": 38,
        "floors_missed": 1,
        "withdrawn": 0,
        "by_province": {
            "11": {"seats": 4, "people": 4, "ratio": 1.0},
            "12": {"seats": 1, "people": 4, "ratio": 0.25},
            "13": {"seats": 0, "people": 2, "ratio": 0.0},
        },
        "by_partner": {"": {"seats": 0, "offered": 2}, "K": {"seats": 5, "offered": 5}},
        "objective": 38,
        "bound": 38,
        "gap": 0.0,
        "status": "optimal",
    }
    assert figures(instance, result) == expected
    assert figures(instance, json.loads(json.dumps(result.data()))) == figures(instance, result)


def test_figures_of_nothing():
    instance, result = solved({"format": "alloc-1", "regions": [], "lines": [], "intakes": [], "pairs": []})
    found = figures(instance, result)
    assert (found["lowest"], found["highest"], found["gini"], found["mean_value"]) == (None, None, 0.0, None)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"pairs": []}, {"intake": "I", "free": 9, "key": "no_pair", "params": {}}),
        ({}, {"intake": "I", "free": 1, "key": "people_served", "params": {"lines": 2}}),
        (
            {"intakes": [{"id": "I", "max": 9, "min": 7, "region_max": 3}]},
            {"intake": "I", "free": 9, "key": "under_minimum", "params": {"min": 7, "found": 6, "most": 6}},
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "region_max": 3}]},
            {"intake": "I", "free": 3, "key": "region_limit", "params": {"lines": 2, "people": 2, "others": []}},
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "province_max": 3}]},
            {"intake": "I", "free": 3, "key": "province_limit", "params": {"lines": 2, "people": 2, "others": []}},
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "programme": "G"}], "programmes": [{"id": "G", "max": 5}]},
            {"intake": "I", "free": 4, "key": "programme_limit", "params": {"lines": 1, "people": 3, "others": []}},
        ),
    ],
)
def test_seats_left_over_and_why(more, expected):
    instance, result = solved(small(**({"intakes": [{"id": "I", "max": 9}]} | more)))
    assert leftovers(instance, result) == [expected]


def test_seats_left_over_for_several_reasons_name_the_one_of_most_people_first():
    data = small(intakes=[{"id": "I", "max": 9, "region_max": 3}], budgets=[{"need": "N", "max": 1}])
    data["lines"][1]["need"] = "N"
    data["pairs"][1]["cost"] = 1
    instance, result = solved(data)
    assert leftovers(instance, result) == [
        {
            "intake": "I",
            "free": 5,
            "key": "budget",
            "params": {"lines": 1, "people": 3, "others": [{"key": "region_limit", "lines": 1, "people": 1}]},
        }
    ]


def test_a_plan_that_was_cut_short_says_that_seats_would_still_fit():
    instance, result = solved(small())
    (row,) = leftovers(instance, result.data() | {"seats": []})
    assert row == {
        "intake": "I",
        "free": 5,
        "key": "not_searched",
        "params": {"lines": 2, "people": 8, "others": []},
    }


def test_what_each_rule_costs():
    data = small(rules={"equity": [{"upto_pct": 50, "bonus": 20}]}, intakes=[{"id": "I", "max": 5, "region_max": 4}])
    instance, result = solved(data)
    assert rule_costs(instance, result) == [
        {
            "key": "equity",
            "value_with": 31,  # 3 * 9 + 2 * 2
            "value_without": 38,  # 4 * 9 + 2
            "seats_with": 5,
            "seats_without": 5,
            "binding": True,
            "better": [
                {
                    "key": "lowest",
                    "with": {"province": "12", "ratio": 0.5},
                    "without": {"province": "12", "ratio": 0.25},
                },
                {"key": "gini", "with": 0.1, "without": 0.3},
            ],
            "worse": [{"key": "mean_value", "with": 6.2, "without": 7.6}],
        },
        {
            "key": "region_max",
            "value_with": 31,
            "value_without": 31,
            "seats_with": 5,
            "seats_without": 5,
            "binding": False,
            "better": [],
            "worse": [],
        },
    ]


def test_each_group_of_rules_can_be_left_out():
    data = small(
        intakes=[{"id": "I", "max": 5, "min": 2, "region_max": 2, "province_max": 3, "programme": "G"}],
        programmes=[{"id": "G", "partner": "K", "max": 4, "province_max": 3}],
        partners=[{"id": "K", "max": 4}],
        budgets=[{"need": "N", "max": 3}],
        locked=[{"line": "B", "intake": "I", "seats": 1}],
        previous=[{"line": "B", "intake": "I", "seats": 2}],
        rules={"mode": "leximin", "keep_bonus": 3, "equity": [{"upto_pct": 50, "bonus": 20}]},
    )
    data["regions"][1]["floor"] = 1
    instance, result = solved(data)
    assert {row["key"] for row in rule_costs(instance, result)} == {
        "equity",
        "leximin",
        "floors",
        "keep",
        "region_max",
        "province_max",
        "programme_max",
        "partner_max",
        "budgets",
        "minimums",
        "pins",
    }
    assert rule_costs(instance, result, stop=lambda: True) == []
    assert rule_costs(instance, result, seconds=0) == []


def test_the_price_of_a_pin():
    instance, before = solved(small())
    pinned = replace(instance, locked=(Seats("B", "I", 3),))
    expected = {
        "objective": -14,
        "value": -14,
        "seats": 0,
        "floors_missed": 0,
        "gains": [{"line": "B", "before": 1, "after": 3}],
        "losses": [{"line": "A", "before": 4, "after": 2}],
        "proven": True,
    }
    assert price_of(instance, pinned) == price_of(instance, pinned, before=before) == expected


def test_two_plans_beside_each_other():
    data = small(rules={"equity": [{"upto_pct": 50, "bonus": 20}]})
    instance, result = solved(data)
    after, before = figures(instance, result), figures(instance, allocation.greedy(instance))
    found = compare_figures(after, before)
    assert {row["key"]: (row["way"]) for row in found["figures"]} == {
        "seats": "same",
        "lines_all": "worse",
        "lines_none": "same",
        "provinces_without": "same",
        "lowest": "better",
        "gini": "better",
        "mean_value": "worse",
        "floors_missed": "same",
        "withdrawn": "same",
    }
    assert found["risen"] == [{"province": "12", "before": 0.25, "after": 0.5}]
    assert found["fallen"] == [{"province": "11", "before": 1.0, "after": 0.75}]


@settings(RANDOM, max_examples=100)
@given(instances(lines=6, intakes=4, pairs=16))
def test_figures_agree_with_the_plan_and_every_free_seat_has_a_reason(data):
    instance, result = solved(data)
    found, plan = figures(instance, result), plan_of(result.data())
    assert found["seats"] == sum(plan.values()) == sum(row["seats"] for row in found["by_province"].values())
    wanting = sum(row["seats"] > 0 for row in data["lines"])
    assert found["lines_all"] + found["lines_part"] + found["lines_none"] == wanting
    rows = leftovers(instance, result)
    free = {i["id"]: i["max"] - sum(n for (_a, b), n in plan.items() if b == i["id"]) for i in data["intakes"]}
    assert {row["intake"]: row["free"] for row in rows} == {i: n for i, n in free.items() if n > 0}
    assert "not_searched" not in {row["key"] for row in rows}
    json.dumps([found, rows])
