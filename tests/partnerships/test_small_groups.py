"""Which provinces are withheld: no small group is shown, and none can be worked out from the sums that are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from partnerships.rules.small_groups import Withheld, is_small, withheld


def hidden(counts: dict[str, tuple[int, int]], **islands: str) -> tuple[set[str], set[str]]:
    found = withheld(counts, {code: islands.get(code, "Papua") for code in counts})
    return set(found.provinces), set(found.uncounted)


def test_a_group_is_small_by_those_who_asked_those_with_and_those_without_a_seat():
    assert [is_small(*pair) for pair in [(4, 0), (40, 3), (40, 37), (5, 0), (5, 5), (40, 20)]] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_nothing_is_withheld_where_every_group_is_large():
    assert hidden({"A": (40, 20), "B": (30, 10)}) == (set(), set())


def test_a_small_group_alone_takes_the_smallest_other_province_with_it():
    assert hidden({"A": (40, 3), "B": (90, 30), "C": (60, 30)}) == ({"A", "C"}, set())


def test_two_small_groups_need_nobody_else():
    assert hidden({"A": (40, 3), "B": (20, 4), "C": (60, 30)}) == ({"A", "B"}, set())


def test_small_groups_that_are_small_together_take_another_one_with_them():
    assert hidden({"A": (40, 1), "B": (20, 2), "C": (60, 30)}) == ({"A", "B", "C"}, set())


def test_a_small_group_that_cannot_be_covered_is_left_out_of_sums():
    assert hidden({"A": (40, 3), "B": (50, 30)}, B="Jawa") == ({"A"}, {"A"})
    assert hidden({"A": (40, 1), "B": (20, 2)}) == ({"A", "B"}, {"A", "B"})


def test_provinces_that_ask_for_nobody_do_not_cover_anyone():
    assert hidden({"A": (40, 3), "B": (0, 0)}) == ({"A"}, {"A"})


def test_what_two_plans_withhold_adds_up():
    one, other = Withheld(frozenset("A"), frozenset("A")), Withheld(frozenset("B"))
    assert one | other == Withheld(frozenset("AB"), frozenset("A"))


PLANS = st.dictionaries(
    st.text("ABCDEFGH", min_size=1, max_size=2),
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (pair[0], min(pair))),
    max_size=14,
)


@given(PLANS)
def test_no_published_sum_gives_a_small_group_away(counts):
    """Each island's sum is published, less what is left out: what is subtracted from it is never a small group."""
    islands = {code: code[0] for code in counts}
    found = withheld(counts, islands)
    assert found.uncounted <= found.provinces
    for code, pair in counts.items():
        assert code in found.provinces or not pair[0] or not is_small(*pair)
    for island in set(islands.values()):
        counted = [c for c in counts if islands[c] == island and counts[c][0] and c not in found.uncounted]
        behind = [counts[c] for c in counted if c in found.provinces]
        assert not behind or (len(behind) > 1 and not is_small(*map(sum, zip(*behind, strict=True))))
