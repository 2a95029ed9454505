"""Why a line got what it got: each reason by hand, and every reason true on random instances."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerships import allocation
from partnerships.allocation.explain import Place, ReasonKey, explain

from .allocation_check import Reading, plan_of
from .test_allocation import RANDOM, instances, small

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "allocation-examples"


def told(data, line, **options):
    """The reasons of a line as (key, params)."""
    instance = allocation.read(data)
    found = explain(instance, allocation.solve(instance), changes=False, **options)[line]
    return [(str(reason.key), reason.params) for reason in found.reasons]


def example(name):
    return json.loads((EXAMPLES / name).read_text())


def test_a_line_with_all_its_seats_has_a_rank_among_those_who_could_come():
    data = small(intakes=[{"id": "I", "max": 8, "region_max": 4}])
    assert told(data, "B") == [
        (
            "all_served",
            {"intake": "I", "value": 2, "rank": 2, "applicants": 2, "region_max": 4, "region_used": 4},
        )
    ]


def test_a_line_that_wants_nobody_and_one_that_nothing_fits():
    data = small(pairs=[])
    data["lines"][0]["seats"] = 0
    assert told(data, "A") == [("nothing_wanted", {})]
    assert told(data, "B") == [("no_pair", {})]


def test_a_full_intake_names_how_many_lines_were_ahead_and_from_which_value():
    assert told(small(), "B") == [
        ("intake_full", {"intake": "I", "value": 2, "max": 5, "lines": 1, "least": 9, "equal": 0})
    ]


def test_an_intake_that_is_all_the_lines_own_says_so():
    data = small(pairs=[{"line": "A", "intake": "I", "value": 9}], intakes=[{"id": "I", "max": 3}])
    assert told(data, "A") == [("intake_own", {"intake": "I", "max": 3, "own": 3})]


@pytest.mark.parametrize(
    ("limits", "key", "params"),
    [
        (
            {"intakes": [{"id": "I", "max": 9, "region_max": 3}]},
            "region_limit",
            {"intake": "I", "region": "R2", "max": 3, "used": 3, "own": 3, "alone": True},
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "province_max": 3}]},
            "province_limit",
            {"intake": "I", "province": "12", "max": 3, "used": 3, "own": 3, "alone": True},
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "programme": "G"}], "programmes": [{"id": "G", "max": 5}]},
            "programme_limit",
            {"intake": "I", "programme": "G", "max": 5, "used": 5, "own": 1, "alone": True},
        ),
        (
            {"intakes": [{"id": "I", "max": 9, "programme": "G"}], "programmes": [{"id": "G", "province_max": 2}]},
            "programme_province_limit",
            {"intake": "I", "programme": "G", "province": "12", "max": 2, "used": 2, "own": 2, "alone": True},
        ),
        (
            {
                "intakes": [{"id": "I", "max": 9, "programme": "G"}],
                "programmes": [{"id": "G", "partner": "K"}],
                "partners": [{"id": "K", "max": 5}],
            },
            "partner_limit",
            {"intake": "I", "partner": "K", "max": 5, "used": 5, "own": 1, "alone": True},
        ),
    ],
)
def test_a_limit_that_is_reached_is_named_with_what_is_under_it(limits, key, params):
    assert told(small(**limits), "B")[0] == (key, params)


def test_a_budget_that_is_used_up_is_named_with_its_cost():
    data = small(intakes=[{"id": "I", "max": 9}], budgets=[{"need": "N", "max": 11}])
    data["lines"][1]["need"] = "N"
    data["pairs"][1]["cost"] = 5
    assert told(data, "B") == [
        ("budget", {"intake": "I", "need": "N", "max": 11, "used": 10, "cost": 5, "alone": True})
    ]


def test_two_limits_that_hold_together_are_both_named_and_neither_alone():
    data = small(intakes=[{"id": "I", "max": 9, "region_max": 3, "province_max": 3}])
    assert told(data, "B") == [
        ("region_limit", {"intake": "I", "region": "R2", "max": 3, "used": 3, "own": 3, "alone": False}),
        ("province_limit", {"intake": "I", "province": "12", "max": 3, "used": 3, "own": 3, "alone": False}),
    ]


def test_a_region_limit_in_a_full_intake_decides_alone_where_a_lower_value_has_a_seat():
    data = small(intakes=[{"id": "I", "max": 5, "region_max": 3}])
    region = {"intake": "I", "region": "R1", "max": 3, "used": 3, "own": 3, "alone": True}
    assert told(data, "A") == [
        ("region_limit", region),
        ("other_limits", {"intake": "I", "value": 9, "lines": 1}),
    ]


def test_a_closed_intake_says_how_many_came_together():
    data = small(intakes=[{"id": "I", "max": 9, "min": 7, "region_max": 3}])
    assert told(data, "A") == [("cohort_closed", {"intake": "I", "min": 7, "found": 6, "most": 6})]


def test_a_closed_intake_whose_people_sit_elsewhere_found_fewer_than_could_come():
    data = small(
        intakes=[{"id": "I", "max": 5, "min": 5}, {"id": "J", "max": 4}],
        pairs=[
            {"line": "A", "intake": "I", "value": 1},
            {"line": "A", "intake": "J", "value": 9},
            {"line": "B", "intake": "I", "value": 1},
        ],
    )
    assert told(data, "B") == [("cohort_closed", {"intake": "I", "min": 5, "found": 4, "most": 5})]


def test_locked_seats_are_named_by_those_who_have_them_and_those_who_do_not():
    data = small(locked=[{"line": "B", "intake": "I", "seats": 4}])
    assert told(data, "B")[0] == ("locked", {"intake": "I", "seats": 4})
    assert told(data, "A") == [("locked_held", {"intake": "I", "value": 9, "lines": 1})]


def test_locked_seats_that_are_no_longer_eligible_are_frozen():
    data = small(pairs=[{"line": "A", "intake": "I", "value": 9}], locked=[{"line": "B", "intake": "I", "seats": 2}])
    assert told(data, "B") == [("no_pair", {}), ("frozen", {"intake": "I", "seats": 2})]
    assert told(data, "A") == [("locked_held", {"intake": "I", "value": 9, "lines": 1})]
    instance = allocation.read(data)
    assert explain(instance, allocation.solve(instance))["B"].places == (Place("I", 2, None, 2),)


def test_equity_is_named_on_both_sides():
    data = small(rules={"equity": [{"upto_pct": 50, "bonus": 20}]})
    equity = {"intake": "I", "value": 9, "lines": 1, "province": "11", "ratio": 75.0, "next": 100.0, "below": 50.0}
    assert told(data, "A") == [("equity", equity)]
    assert told(data, "B") == [
        ("intake_full", {"intake": "I", "value": 2, "max": 5, "lines": 1, "least": 9, "equal": 0}),
        ("equity_seat", {"intake": "I", "value": 2, "lines": 1, "line": 9, "ratio": 50.0}),
    ]


def test_seats_of_the_last_plan_are_named_on_both_sides():
    data = small(previous=[{"line": "B", "intake": "I", "seats": 2}], rules={"keep_bonus": 8})
    assert told(data, "A") == [("kept_held", {"intake": "I", "value": 9, "lines": 1})]
    assert told(data, "B")[1] == ("kept_seat", {"intake": "I", "value": 2, "lines": 1, "line": 9})


def test_a_tie_names_the_line_that_has_the_seat():
    data = small()
    data["pairs"][1]["value"] = 9
    instance = allocation.read(data)
    rows = {row.line: row.reasons for row in explain(instance, allocation.solve(instance), changes=False).values()}
    ties = {line: reasons[0].params for line, reasons in rows.items() if reasons[0].key == ReasonKey.TIE}
    assert len(ties) == 1 or {params["with"] for params in ties.values()} == {"A", "B"}
    assert all(params["intake"] == "I" and params["with"] in {"A", "B"} - {line} for line, params in ties.items())


def test_a_tie_of_more_than_one_move_is_found_by_solving():
    """A may sit in I or J, B in I only, C in J only; one seat each. B and C count the same."""
    data = {
        "format": "alloc-1",
        "regions": [{"id": "R", "province": "11"}],
        "lines": [{"id": name, "region": "R", "seats": 1} for name in "ABC"],
        "intakes": [{"id": "I", "max": 1}, {"id": "J", "max": 1}],
        "pairs": [
            {"line": "A", "intake": "I", "value": 9},
            {"line": "A", "intake": "J", "value": 9},
            {"line": "B", "intake": "I", "value": 5},
            {"line": "C", "intake": "J", "value": 5},
        ],
    }
    instance = allocation.read(data)
    found = explain(instance, allocation.solve(instance))
    (left,) = (row for row in found.values() if not row.seats)
    intake = {"B": "I", "C": "J"}[left.line]
    assert left.reasons[0].data() == {"key": "tie", "params": {"intake": None, "with": None, "seats": 1}}
    assert [c.data() for c in left.changes] == [{"key": "pin", "params": {"intake": intake, "seats": 1}, "seats": 1}]


def test_a_seat_that_counts_nothing_is_said_to():
    data = small(intakes=[{"id": "I", "max": 9}])
    data["pairs"][1]["value"] = 0
    instance = allocation.read(data)
    nothing = allocation.solve(instance).data() | {"seats": [{"line": "A", "intake": "I", "seats": 4}]}
    (reason,) = explain(instance, nothing, changes=False)["B"].reasons
    assert reason.data() == {"key": "worth_nothing", "params": {"intake": "I"}}


def test_a_plan_that_could_be_better_says_so_and_has_no_changes():
    instance = allocation.read(small())
    poor = allocation.solve(instance).data() | {"seats": [], "status": "feasible"}
    found = explain(instance, poor)["A"]
    assert [reason.data() for reason in found.reasons] == [{"key": "not_searched", "params": {"intake": "I"}}]
    assert found.changes is None


def test_the_first_example_by_hand():
    data = example("1-minimum-and-floor.json")
    assert told(data, "A") == [
        ("floor_held", {"intake": "big", "value": 60, "lines": 1, "regions": ["94.01"]}),
        ("intake_own", {"intake": "small", "max": 1, "own": 1}),
    ]
    seat = {"intake": "big", "value": 40, "lines": 1, "line": 60, "region": "94.01", "floor": 2}
    assert told(data, "B") == [
        ("floor_seat", seat),
        ("all_served", {"intake": "big", "value": 40, "rank": 2, "applicants": 2}),
    ]


def test_the_second_example_by_hand():
    """A fourth seat for A would leave B with one of four, or C with none."""
    data = example("2-leximin.json")
    assert told(data, "A") == [
        (
            "fairness",
            {"intake": "open", "value": 90, "lines": 2, "province": "31", "ratio": 37.5, "falls_to": 25.0},
        ),
        ("intake_own", {"intake": "west", "max": 1, "own": 1}),
    ]
    seat = {"intake": "open", "value": 10, "lines": 2, "line": 90, "ratio": 50.0}
    assert told(data, "C")[-1] == ("fairness_seat", seat)


def test_the_third_example_by_hand():
    data = example("3-locks-and-stability.json")
    assert told(data, "A") == [
        ("locked", {"intake": "X", "seats": 3}),
        ("all_served", {"intake": "X", "value": 70, "rank": 2, "applicants": 2}),
    ]
    assert told(data, "B") == [
        ("locked_held", {"intake": "X", "value": 80, "lines": 1}),
        ("intake_full", {"intake": "Y", "value": 30, "max": 3, "lines": 1, "least": 30, "equal": 1}),
        ("kept_held", {"intake": "Y", "value": 30, "lines": 1}),
    ]


# Every reason holds, by the independent reading


@st.composite
def contested(draw):
    """Full intakes that several lines want, with the rules that decide between them."""

    def number(low, high):
        return draw(st.integers(low, high))

    lines = [{"id": f"L{n}", "region": f"R{number(0, 2)}", "seats": number(1, 4)} for n in range(number(2, 5))]
    intakes = [{"id": f"I{n}", "max": number(1, 4), "min": number(0, 2)} for n in range(number(1, 2))]
    keys = [(line["id"], intake["id"]) for line in lines for intake in intakes]
    rules = {"mode": draw(st.sampled_from(["value", "value", "value", "leximin"])), "keep_bonus": number(0, 6)}
    if draw(st.booleans()):
        rules["equity"] = [{"upto_pct": number(20, 60), "bonus": number(4, 9)}, {"upto_pct": 80, "bonus": number(0, 4)}]
    return {
        "format": "alloc-1",
        "regions": [{"id": f"R{n}", "province": f"P{n % 2}", "floor": number(0, 1)} for n in range(3)],
        "lines": lines,
        "intakes": intakes,
        "pairs": [{"line": a, "intake": b, "value": number(1, 9)} for a, b in keys if number(0, 5)],
        "locked": [{"line": a, "intake": b, "seats": 1} for a, b in keys if not number(0, 9)],
        "previous": [{"line": a, "intake": b, "seats": number(1, 2)} for a, b in keys if not number(0, 2)],
        "rules": rules,
    }


LOOSE = {
    "floor": lambda data: data | {"regions": [r | {"floor": 0} for r in data["regions"]]},
    "fairness": lambda data: data | {"rules": data["rules"] | {"mode": "value"}},
    "equity": lambda data: data | {"rules": data["rules"] | {"equity": []}},
    "kept": lambda data: data | {"rules": data["rules"] | {"keep_bonus": 0}, "previous": []},
}
"""The rules that hold seats, in the order in which they are named, and the instance without each."""


class Checker:
    """Each reason's condition, read from the JSON alone."""

    def __init__(self, data, result):
        self.reading, self.data = Reading(data), data
        self.plan = plan_of(result.data())
        self.used, self.most = self.reading.sums(dict.fromkeys(self.reading.pairs, 0) | self.plan)
        self.held, _most = self.reading.sums(self.reading.locked)

    def seats(self, line):
        return sum(n for (a, _b), n in self.plan.items() if a == line)

    def holders(self, intake, line):
        return [a for (a, b), n in self.plan.items() if b == intake and a != line and n]

    def value(self, line, intake):
        return self.reading.pairs[line, intake]["value"]

    def ratio(self, province):
        people = sum(r["seats"] for r in self.data["lines"] if self.reading.province(r["id"]) == province)
        seats = sum(n for (a, _b), n in self.plan.items() if self.reading.province(a) == province)
        return Fraction(seats, people) if people else Fraction(0)

    def reached(self, key, line, params):
        weight = params.get("cost", 1)
        assert self.used[key] + weight > max(self.most[key], self.held[key])
        assert (params["max"], params["used"]) == (self.most[key], self.used[key])

    def holds(self, line, key, p):
        r = self.reading
        short = self.seats(line) < r.lines[line]["seats"]
        intake = p.get("intake")
        if key in ("all_served", "nothing_wanted"):
            assert not short
        elif not key.endswith("_seat") and key not in ("locked", "frozen"):
            assert short
        if key == "no_pair":
            assert not any(a == line for a, _b in r.pairs)
        elif key == "region_limit":
            self.reached(("intake region", intake, r.region(line)), line, p)
        elif key == "province_limit":
            self.reached(("intake province", intake, r.province(line)), line, p)
        elif key == "programme_limit":
            self.reached(("programme", p["programme"]), line, p)
        elif key == "programme_province_limit":
            self.reached(("programme province", p["programme"], p["province"]), line, p)
        elif key == "partner_limit":
            self.reached(("partner", p["partner"]), line, p)
        elif key == "budget":
            self.reached(("budget", p["need"]), line, p)
        elif key == "cohort_closed":
            assert not any(b == intake for (_a, b) in self.plan)
            assert p["found"] <= p["most"] < p["min"] or p["found"] < p["min"] or self.nothing_won(intake)
        elif key == "intake_own":
            assert self.used["intake", intake] == p["own"] == self.plan.get((line, intake), 0) >= p["max"]
        elif key == "intake_full":
            self.reached(("intake", intake), line, p | {"used": self.used["intake", intake]})
            ahead = [
                self.value(a, intake)
                for a in self.holders(intake, line)
                if (a, intake) in r.pairs and self.value(a, intake) >= p["value"]
            ]
            assert (len(ahead), min(ahead), ahead.count(p["value"])) == (p["lines"], p["least"], p["equal"])
        elif key in ("floor_held", "kept_held", "locked_held", "other_limits", "equity", "fairness"):
            self.held_against(line, key, p)
        if key == "equity":
            assert p["below"] <= p["next"]
            assert p["ratio"] == round(float(100 * self.ratio(r.province(line))), 1)
        if key == "fairness":
            assert p["falls_to"] <= p["ratio"]
        if key == "floor_held":
            assert all(r.regions[region].get("floor", 0) for region in p["regions"])
        if key in ("floor_seat", "equity_seat", "fairness_seat", "kept_seat"):
            assert p["value"] == self.value(line, intake)
            passed = [
                self.value(a, intake)
                for a, b in r.pairs
                if b == intake
                and self.seats(a) < r.lines[a]["seats"]
                and self.value(a, intake) > p["value"]
                and self.holds_seat(a, intake, line) == (key.removesuffix("_seat"), True)
            ]
            assert (len(passed), max(passed)) == (p["lines"], p["line"])
        if key == "locked":
            assert r.locked[line, intake] == p["seats"]
        if key == "frozen":
            assert (line, intake) not in r.pairs
        if key == "all_served":
            rivals = [row["value"] for (_a, b), row in r.pairs.items() if b == intake]
            assert p["applicants"] == len(rivals)
            assert p["rank"] == 1 + sum(value > p["value"] for value in rivals)

    def held_against(self, line, key, p):
        """As many lines hold their seats against this one by this rule as the reason says."""
        intake, rule = p["intake"], key.removesuffix("_held")
        by_rule, together = [], 0
        for other in self.holders(intake, line):
            if (other, intake) not in self.reading.pairs:
                by_rule += ["locked"]
                continue
            found, alone = self.holds_seat(line, intake, other)
            lower = self.value(other, intake) < p["value"]
            if lower or (found in LOOSE and self.value(other, intake) == p["value"]) or found == "fairness":
                by_rule += [found] if alone else []
                together += not alone
        assert by_rule.count(rule) <= p["lines"] <= by_rule.count(rule) + together

    def holds_seat(self, line, intake, other):
        """(rule, alone): why a seat of `other` in an intake does not pass to the line."""
        plan = self.plan
        moved = plan | {(other, intake): plan[other, intake] - 1, (line, intake): plan.get((line, intake), 0) + 1}
        if plan[other, intake] <= self.reading.locked.get((other, intake), 0):
            return "locked", True
        if self.reading.broken(moved):
            return "other_limits", True
        if self.reading.worth(moved) >= self.reading.worth(plan):
            return "tie", True
        for rule, loose in LOOSE.items():
            reading = Reading(loose(self.data))
            if reading.worth(moved) >= reading.worth(plan):
                return rule, True
        return None, self.value(line, intake) <= self.value(other, intake)

    def nothing_won(self, intake):
        return any(row["value"] == 0 for (_a, b), row in self.reading.pairs.items() if b == intake)


@settings(RANDOM, max_examples=250)
@given(instances(lines=6, intakes=4, pairs=16, seats=4) | contested())
def test_every_reason_is_true_and_every_line_has_one(data):
    instance = allocation.read(data)
    result = allocation.solve(instance)
    checker = Checker(data, result)
    for line, found in explain(instance, result, changes=False).items():
        assert found.seats == checker.seats(line) == sum(place.seats for place in found.places)
        keys = [str(reason.key) for reason in found.reasons]
        assert len(keys) == len(set(keys)) <= 3
        assert keys
        assert "not_searched" not in keys
        for reason in found.reasons:
            checker.holds(line, str(reason.key), reason.params)
        json.dumps(found.data())


ALONE = {
    "region_limit": ("intakes", "region_max", "intake"),
    "province_limit": ("intakes", "province_max", "intake"),
    "programme_limit": ("programmes", "max", "programme"),
    "programme_province_limit": ("programmes", "province_max", "programme"),
    "partner_limit": ("partners", "max", "partner"),
    "budget": ("budgets", "max", "need"),
}


@settings(RANDOM, max_examples=150)
@given(instances(lines=6, intakes=4, pairs=16, seats=4))
def test_without_a_limit_that_decided_alone_the_plan_would_be_better(data):
    instance = allocation.read(data)
    result = allocation.solve(instance)
    reading = Reading(data)
    before = reading.worth(plan_of(result.data()))
    tried = set()
    for found in explain(instance, result, changes=False).values():
        for reason in found.reasons:
            if reason.params.get("alone") and str(reason.key) in ALONE:
                rows, field, kind = ALONE[str(reason.key)]
                owner = reason.params[kind]
                if (rows, field, owner) in tried:
                    continue
                tried.add((rows, field, owner))
                free = json.loads(json.dumps(data))
                for row in free[rows]:
                    if row["need" if rows == "budgets" else "id"] == owner:
                        row[field] = 1000
                plan = plan_of(allocation.solve(allocation.read(free)).data())
                assert Reading(free).worth(plan) > before


@settings(RANDOM, max_examples=40)
@given(instances(lines=6, intakes=4, pairs=16))
def test_the_order_of_the_input_changes_no_explanation(data):
    mixed = {key: rows[::-1] if isinstance(rows, list) else rows for key, rows in data.items()}
    one, other = (
        {line: row.data() for line, row in explain(given, allocation.solve(given)).items()}
        for given in (allocation.read(data), allocation.read(mixed))
    )
    assert one == other


def test_only_some_lines_can_be_asked_for_and_progress_is_told():
    instance, steps = allocation.read(small()), []
    found = explain(instance, allocation.solve(instance), only=["B"], on_line=lambda done, of: steps.append((done, of)))
    assert (list(found), steps) == (["B"], [(1, 1)])


def test_asked_to_stop_the_rest_has_reasons_and_no_changes():
    instance = allocation.read(small())
    result = allocation.solve(instance)
    for options in ({"stop": lambda: True}, {"seconds": 0}):
        found = explain(instance, result, **options)
        assert found["B"].changes is None
        assert found["B"].reasons
        assert found["A"].changes == ()
