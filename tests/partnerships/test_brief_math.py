"""What is unmet, and why it changed: reasons add up to the difference, whatever happened at once."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from partnerships import brief_math as math
from partnerships.brief_math import Facts, changes, unmet, why


def test_people_on_seats_and_trained_people_are_never_added():
    cases = [
        Facts(10),
        Facts(10, 0, {"US-1": 3}),
        Facts(10, 3, {"US-1": 3}),  # the three on seats are the three who were trained
        Facts(10, 4, {"US-1": 3}),
        Facts(10, 0, {"US-1": 3, "US-2": 4}),
        Facts(2, 0, {"US-1": 3}),
        Facts(2, 5),
    ]
    assert [unmet(facts) for facts in cases] == [10, 7, 7, 6, 3, 0, 0]
    assert unmet(None) == 0


def test_each_proposal_answers_for_its_own_seats():
    before, after = Facts(10, 0, {"US-1": 2, "US-2": 3}), Facts(10, 0, {"US-2": 1, "US-3": 4})
    assert why(before, after) == {("SEATS_BACK", "US-1"): 2, ("SEATS_BACK", "US-2"): 2, ("SEATS", "US-3"): -4}


def test_training_tells_nothing_new_where_the_seats_were_counted():
    assert why(Facts(10, 0, {"US-1": 3}), Facts(10, 3, {"US-1": 3})) == {}
    assert why(Facts(10, 3, {"US-1": 3}), Facts(10, 5, {"US-1": 3})) == {("TRAINED", ""): -2}
    assert why(Facts(10, 5), Facts(10, 4)) == {("TRAINED_BACK", ""): 1}


def test_a_revision_is_told_before_the_seats():
    before, after = Facts(10, 0, {"US-1": 4}), Facts(6, 0, {"US-1": 6})
    assert why(before, after) == {("REVISED", ""): -4, ("SEATS", "US-1"): -2}


def test_lines_that_come_and_go_say_why():
    before = {("a", 1): Facts(5), ("a", 2): Facts(3), ("a", 3): Facts(4), ("a", 4): Facts(2), ("b", 5): Facts(7)}
    after = {("a", 1): Facts(5), ("a", 6): Facts(8), ("b", 4): Facts(2)}
    gone = {2: ("WITHDRAWN", None), 3: ("MET", Facts(4, 1, {"US-9": 3})), 5: ("MERGED", None)}
    assert changes(before, after, gone) == {
        "a": {
            ("NEW", ""): 8,
            ("REVISED", ""): -2,  # line 4 now stands under b
            ("WITHDRAWN", ""): -3,
            ("SEATS", "US-9"): -3,
            ("MET", ""): -1,
        },
        "b": {("REVISED", ""): 2, ("MERGED", ""): -7},
    }


def test_a_line_that_is_gone_for_no_known_reason_was_closed():
    assert changes({("a", 1): Facts(5)}, {}, {}) == {"a": {("CLOSED", ""): -5}}


def test_rows_are_named_by_what_happened_to_them():
    assert [math.kind(*pair) for pair in [(0, 3), (3, 0), (3, 5), (5, 3), (4, 4)]] == [
        "ADDED", "GONE", "MORE", "FEWER", "SAME",
    ]  # fmt: skip


people = st.integers(0, 12)
facts = st.builds(
    Facts,
    requested=st.integers(1, 12),
    trained=people,
    seats=st.dictionaries(st.sampled_from(["US-1", "US-2", "US-3"]), st.integers(1, 8), max_size=3),
)
counts = st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(1, 5)), facts, max_size=10)
ends = st.dictionaries(
    st.integers(1, 5),
    st.tuples(st.sampled_from(["MET", "WITHDRAWN", "MERGED", "CLOSED"]), st.none() | facts),
    max_size=5,
)


@given(counts, counts, ends)
def test_reasons_add_up_to_the_difference_of_every_row_and_of_the_whole(before, after, gone):
    found = changes(before, after, gone)
    difference: Counter[str] = Counter()
    for sign, counted in ((1, after), (-1, before)):
        for (cell, _line), said in counted.items():
            difference[cell] += sign * unmet(said)
    cells = {cell for cell, _line in {**before, **after}}
    assert {cell: sum(found.get(cell, {}).values()) for cell in cells} == {cell: difference[cell] for cell in cells}
    assert {reason for reasons in found.values() for reason, _code in reasons} <= set(math.REASONS)
    assert all(people for reasons in found.values() for people in reasons.values())


@given(facts, facts)
def test_reasons_of_one_line_add_up_and_none_is_empty(before, after):
    found = why(before, after)
    assert sum(found.values()) == unmet(after) - unmet(before)
    assert all(found.values())
    assert all(code for reason, code in found if reason in {"SEATS", "SEATS_BACK"})


@given(counts, ends)
def test_nothing_changed_where_nothing_changed(counted, gone):
    assert changes(counted, counted, gone) == {}
