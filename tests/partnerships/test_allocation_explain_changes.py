"""What would change a line's seats: each change by hand, and every stated one applied and solved again."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerships import allocation
from partnerships.allocation.changes import Alternative, Changes
from partnerships.allocation.explain import ReasonKey, explain
from partnerships.allocation.instance import Pair, order
from partnerships.allocation.standing import Standing

from .allocation_check import Reading, plan_of
from .test_allocation import RANDOM, instances, small
from .test_allocation_explain import contested, example


def changes(data, line, **options):
    """The changes of a line as (key, params, seats)."""
    instance = allocation.read(data)
    found = explain(instance, allocation.solve(instance), only=[line], **options)[line]
    return [(str(change.key), change.params, change.seats) for change in found.changes]


def test_one_more_seat_in_a_full_intake():
    assert changes(small(), "B") == [("seats", {"intake": "I", "by": 1, "to": 6}, 2)]


def test_a_line_far_behind_needs_as_many_seats_as_go_before_it():
    data = small(intakes=[{"id": "I", "max": 2}])
    assert changes(data, "B") == [("seats", {"intake": "I", "by": 3, "to": 5}, 1)]


def test_a_line_too_far_behind_has_no_single_change():
    data = small(intakes=[{"id": "I", "max": 2}])
    data["lines"][0]["seats"] = 8
    assert changes(data, "B") == []


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (
            {"intakes": [{"id": "I", "max": 9, "region_max": 3}]},
            ("region_max", {"intake": "I", "by": 1, "to": 4}, 4),
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "province_max": 2}]},
            ("province_max", {"intake": "I", "by": 1, "to": 3}, 3),
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "programme": "G"}], "programmes": [{"id": "G", "max": 5}]},
            ("programme_max", {"programme": "G", "by": 1, "to": 6}, 2),
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "programme": "G"}], "programmes": [{"id": "G", "province_max": 2}]},
            ("programme_province_max", {"programme": "G", "by": 1, "to": 3}, 3),
        ),
        (
            {
                "intakes": [{"id": "I", "max": 9, "programme": "G"}],
                "programmes": [{"id": "G", "partner": "K"}],
                "partners": [{"id": "K", "max": 5}],
            },
            ("partner_max", {"partner": "K", "by": 1, "to": 6}, 2),
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "min": 7, "region_max": 3}]},
            ("minimum", {"intake": "I", "by": 1, "to": 6}, 3),
        ),
    ],
)
def test_a_limit_that_rises_or_a_minimum_that_falls(limits, expected):
    assert expected in changes(small(**limits), "B")


def test_a_minimum_falls_by_as_much_as_people_are_missing():
    data = small(intakes=[{"id": "I", "max": 9, "min": 8}])
    data["lines"][0]["seats"] = 1
    assert changes(data, "B") == [("minimum", {"intake": "I", "by": 3, "to": 5}, 4)]


def test_a_budget_rises_by_exactly_what_a_seat_lacks():
    data = small(intakes=[{"id": "I", "max": 9}], budgets=[{"need": "N", "max": 11}])
    data["lines"][1]["need"] = "N"
    data["pairs"][1]["cost"] = 5
    assert changes(data, "B") == [("budget", {"need": "N", "by": 4, "to": 15}, 3)]


def test_equity_is_lowered_in_quarters():
    data = small(rules={"equity": [{"upto_pct": 50, "bonus": 12}]})
    data["lines"][0]["seats"] = 5
    found = changes(data, "A")
    assert ("equity", {"percent": 50}, 5) in found


def test_a_guarantee_a_lock_and_the_bonus_of_the_last_plan_that_hold_seats():
    data = small(intakes=[{"id": "I", "max": 2}])
    data["regions"][1]["floor"] = 1
    assert ("floor_off", {"region": "R2", "floor": 1}, 2) in changes(data, "A")
    data = small(intakes=[{"id": "I", "max": 2}], locked=[{"line": "B", "intake": "I", "seats": 2}])
    assert ("unlock", {"line": "B", "intake": "I", "seats": 2}, 2) in changes(data, "A")
    data = small(previous=[{"line": "B", "intake": "I", "seats": 3}], rules={"keep_bonus": 8})
    data["intakes"][0]["max"] = 3
    assert ("keep_off", {}, 3) in changes(data, "A")


def test_the_second_example_by_hand():
    """A seventh seat lifts the lowest share, wherever it is."""
    assert changes(example("2-leximin.json"), "A") == [
        ("seats", {"intake": "open", "by": 1, "to": 6}, 4),
        ("seats", {"intake": "west", "by": 1, "to": 2}, 4),
    ]


def test_by_value_alone_the_line_of_the_most_valuable_seats_has_more():
    data = small(rules={"mode": "leximin"}, intakes=[{"id": "I", "max": 2}])
    assert changes(data, "A") == [
        ("seats", {"intake": "I", "by": 1, "to": 3}, 2),
        ("leximin_off", {}, 2),
    ]


def test_the_first_and_third_example_by_hand():
    """Without the guarantee A has four. With a fourth seat in Y, B has a third."""
    assert changes(example("1-minimum-and-floor.json"), "A") == [
        ("seats", {"intake": "big", "by": 1, "to": 5}, 4),
        ("seats", {"intake": "small", "by": 1, "to": 2}, 4),
    ]
    assert changes(example("3-locks-and-stability.json"), "B")[0] == ("seats", {"intake": "Y", "by": 1, "to": 4}, 3)


def test_what_only_the_portal_can_score_is_tried_too():
    data = small(pairs=[{"line": "A", "intake": "I", "value": 9}])
    extra = {
        "B": [
            Alternative("earlier", {"months": 1}, [Pair("B", "I", 2)]),
            Alternative("waived", {"rule": "age"}, []),
        ]
    }
    met = {"months": 1, "more": 1, "people": 1, "intake": "I", "value": 2}
    assert changes(data, "B", extra=extra) == [("earlier", met, 1)]


def test_what_the_office_can_change_is_named_first_and_what_others_can_after_the_limits():
    """A holds 4 of 5 seats with 9 each, B one. With 12 each B takes 4 and leaves one; with 6 seats B has 2."""
    met = {"more": 3, "people": 4, "intake": "I", "value": 12}
    for own, place in ((True, 0), (False, 1)):
        found = changes(small(), "B", extra={"B": [Alternative("people", {}, [Pair("B", "I", 12)], own=own)]})
        assert found[place] == ("people", met, 4)
        assert found[1 - place] == ("seats", {"intake": "I", "by": 1, "to": 6}, 2)
        assert len(found) == 2


def test_seats_in_several_pairs_of_a_change_name_no_single_intake_and_the_mean_value():
    """B gets 2 seats worth 20 and 2 worth 13, and leaves its one seat in I to nobody: A has its four."""
    data = small(intakes=[{"id": "I", "max": 5}, {"id": "J", "max": 2}, {"id": "K", "max": 2}])
    opened = Alternative("people", {}, [Pair("B", "J", 20), Pair("B", "K", 13)], own=True)
    met = {"more": 3, "people": 4, "intake": None, "value": 16}
    assert changes(data, "B", extra={"B": [opened]})[0] == ("people", met, 4)


def test_only_the_smallest_of_several_steps_that_help_is_named():
    steps = [
        Alternative("later", {"months": months}, [Pair("B", "I", value)], own=True)
        for months, value in ((1, 8), (2, 10), (3, 11))
    ]
    named = [(key, params.get("months")) for key, params, _seats in changes(small(), "B", extra={"B": steps})]
    assert named == [("later", 2), ("seats", None)]


def test_what_opens_for_everyone_goes_to_whom_it_is_worth_most():
    """I has 3 seats, all A's. J opens with one, worth 9 for A's fourth person and 2 for B. B alone gets it."""
    data = small(intakes=[{"id": "I", "max": 3}, {"id": "J", "max": 1}])
    everyone = Alternative("registration", {}, [Pair("A", "J", 9), Pair("B", "J", 2)])
    extra = {"A": [everyone], "B": [everyone]}
    met = {"more": 1, "people": 1, "intake": "J", "value": 9}
    assert ("registration", met, 4) in changes(data, "A", extra=extra)
    assert "registration" not in [key for key, _params, _seats in changes(data, "B", extra=extra)]
    alone = {"B": [Alternative("invited", {}, [Pair("B", "J", 2)])]}
    met = {"more": 1, "people": 1, "intake": "J", "value": 2}
    assert ("invited", met, 1) in changes(data, "B", extra=alone)


def test_seats_that_others_leave_are_not_put_down_to_pairs_the_line_does_not_use():
    """J draws A away, and B gets A's seats in I: true, but nothing B's own pair in J does."""
    data = small(intakes=[{"id": "I", "max": 5}, {"id": "J", "max": 4}])
    opened = Alternative("agreement", {}, [Pair("A", "J", 20), Pair("B", "J", 1)])
    assert "agreement" not in [key for key, _params, _seats in changes(data, "B", extra={"B": [opened]})]


def test_seats_on_a_pair_that_no_longer_fitted_count_once_it_fits_again():
    """B holds 2 seats of I that stay; with its pair open again it takes the fifth seat as well, and A keeps two."""
    data = small(
        pairs=[{"line": "A", "intake": "I", "value": 9}],
        locked=[{"line": "B", "intake": "I", "seats": 2}],
    )
    opened = Alternative("registration", {}, [Pair("B", "I", 12)])
    met = {"more": 2, "people": 4, "intake": "I", "value": 12}
    assert changes(data, "B", extra={"B": [opened]}) == [("registration", met, 4)]


def test_a_served_line_and_one_without_pairs_need_or_have_no_change():
    data = small(pairs=[{"line": "A", "intake": "I", "value": 9}])
    assert changes(data, "A") == []
    assert changes(data, "B") == []


# Every stated change is real, and the next smaller one is not enough

FIELDS = {
    "seats": ("intakes", "max", "intake", 1),
    "region_max": ("intakes", "region_max", "intake", 1),
    "province_max": ("intakes", "province_max", "intake", 1),
    "minimum": ("intakes", "min", "intake", -1),
    "programme_max": ("programmes", "max", "programme", 1),
    "programme_province_max": ("programmes", "province_max", "programme", 1),
    "partner_max": ("partners", "max", "partner", 1),
    "budget": ("budgets", "max", "need", 1),
}


def apply(data, key, params, by):
    """The JSON with the change, made by hand and not by the code under test."""
    data = json.loads(json.dumps(data))
    if key in FIELDS:
        rows, field, kind, sign = FIELDS[key]
        (row,) = (r for r in data[rows] if r["need" if rows == "budgets" else "id"] == params[kind])
        row[field] += sign * by
        if by == params["by"]:
            assert row[field] == params["to"]
    elif key == "equity":
        for step in data["rules"]["equity"]:
            step["bonus"] = step["bonus"] * by // 100
    elif key == "leximin_off":
        data["rules"]["mode"] = "value"
    elif key == "keep_off":
        data["rules"]["keep_bonus"] = 0
    elif key == "floor_off":
        (row,) = (r for r in data["regions"] if r["id"] == params["region"])
        assert row.pop("floor") == params["floor"]
    elif key == "unlock":
        held = {"line": params["line"], "intake": params["intake"], "seats": params["seats"]}
        data["locked"].remove(held)
    return data


def seats_of(data, line):
    result = allocation.solve(allocation.read(data))
    plan = plan_of(result.data())
    assert Reading(data).broken(plan) == []
    return sum(n for (a, _b), n in plan.items() if a == line)


@settings(RANDOM, max_examples=200)
@given(instances(lines=6, intakes=4, pairs=16, seats=4) | contested())
def test_every_stated_change_gives_the_seats_and_one_less_does_not(data):
    instance = allocation.read(data)
    result = allocation.solve(instance)
    before = Reading(data).worth(plan_of(result.data()))
    for line, found in explain(instance, result).items():
        assert found.changes is not None
        assert len(found.changes) <= 2
        for change in found.changes:
            key, params = str(change.key), change.params
            assert change.seats > found.seats
            if key == "pin":
                pinned = json.loads(json.dumps(data))
                pin = {"line": line, "intake": params["intake"]}
                others = [r for r in data["locked"] if (r["line"], r["intake"]) != (line, params["intake"])]
                pinned["locked"] = [*others, pin | {"seats": params["seats"]}]
                assert seats_of(pinned, line) == change.seats
                plan = plan_of(allocation.solve(allocation.read(pinned)).data())
                assert Reading(data).worth(plan) == before
                assert any(reason.key == ReasonKey.TIE for reason in found.reasons)
                continue
            amount = params.get("percent", params.get("by", 1))
            assert seats_of(apply(data, key, params, amount), line) == change.seats
            if key in FIELDS:
                for less in range(1, amount):
                    assert seats_of(apply(data, key, params, less), line) <= found.seats
            if key == "equity":
                for less in range(amount + 25, 100, 25):
                    assert seats_of(apply(data, key, params, less), line) <= found.seats


@settings(RANDOM, max_examples=100)
@given(instances(lines=5, intakes=3, pairs=10, seats=3) | contested())
def test_where_no_change_is_stated_one_more_of_what_the_line_stands_at_gives_nothing(data):
    """What the relaxation excluded is tried here in full."""
    instance = allocation.read(data)
    result = allocation.solve(instance)
    limits = {
        "region_limit": "region_max",
        "province_limit": "province_max",
        "programme_limit": "programme_max",
        "programme_province_limit": "programme_province_max",
        "partner_limit": "partner_max",
        "intake_full": "seats",
        "intake_own": "seats",
        "cohort_closed": "minimum",
    }
    for line, found in explain(instance, result).items():
        if found.seats >= found.wanted or found.changes:
            continue
        for reason in found.reasons:
            key = limits.get(str(reason.key))
            if key is None or any(r.key == ReasonKey.TIE for r in found.reasons):
                continue
            kind = FIELDS[key][2]
            for by in range(1, 6):
                params = {kind: reason.params[kind], "by": None}
                if key == "minimum" and reason.params["min"] < by:
                    continue
                assert seats_of(apply(data, key, params, by), line) <= found.seats


@settings(RANDOM, max_examples=150)
@given(instances(lines=5, intakes=3, pairs=8, seats=3) | contested(), st.data())
def test_what_the_relaxation_excludes_with_other_pairs_gives_the_line_nothing(data, draw):
    data["rules"] = data.get("rules", {}) | {"mode": "value"}  # with leximin nothing is excluded
    instance = allocation.read(data)
    result = allocation.solve(instance)
    search = Changes(Standing.of(instance, result))
    numbers = st.tuples(
        st.integers(0, len(instance.lines) - 1), st.integers(0, len(instance.intakes) - 1), st.integers(1, 12)
    )
    for _try in range(2):
        rows = draw.draw(st.lists(numbers, min_size=1, max_size=4, unique_by=lambda row: row[:2]))
        pairs = [Pair(instance.lines[line].id, instance.intakes[intake].id, value) for line, intake, value in rows]
        every = {(pair.line, pair.intake): pair for pair in (*instance.pairs, *pairs)}
        ordered = sorted(every.values(), key=lambda pair: (order(pair.line), order(pair.intake)))
        seats = Counter()
        for row in allocation.solve(replace(instance, pairs=tuple(ordered))).seats:
            seats[row.line] += row.seats
        for line in {line for line, _intake, _value in rows}:
            now = search.standing.of_line[line]
            lacks = search.relaxation.lacks_with(line, now + 1, pairs, search.standing.plan, None)
            if now < instance.lines[line].seats and lacks > 0:
                assert seats[instance.lines[line].id] <= now
