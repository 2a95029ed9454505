"""The priority score: worked examples by hand, the caps of each part, and what holds for every need."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.scoring import PARTS, NeedFacts, equity_points, priority


def points(facts: NeedFacts) -> dict[str, Decimal]:
    """Part -> points."""
    return {part.name: part.points for part in priority(facts).parts}


INSPECTORS = NeedFacts(
    formation=60,
    in_post=11,
    untrained=3,
    retiring=5,
    vacancy=49,
    levels=((2, 4),),
    mandate="NATIONAL",
    region_code="52",
    urgency="U1",
    nominees_identified=True,
    language_evidence=True,
)
"""The worked example of the procedure: inspectors of a province outside Java."""


def test_the_worked_example_of_the_procedure_is_68_9():
    assert priority(INSPECTORS).total == Decimal("68.9")
    assert points(INSPECTORS) == {
        "quantity": Decimal("20.4"),
        "quality": Decimal("12.5"),
        "mandate": Decimal("15.0"),
        "equity": Decimal("5.0"),
        "urgency": Decimal("10.0"),
        "readiness": Decimal("6.0"),
    }


def test_managers_of_south_papua_reach_72_9():
    facts = NeedFacts(
        formation=9,
        in_post=7,
        untrained=7,
        vacancy=2,
        levels=((1, 3),),
        mandate="NATIONAL",
        region_code="93",
        urgency="U2",
        budget_line=True,
        follow_up_plan=True,
    )
    assert points(facts) == {
        "quantity": Decimal("19.4"),
        "quality": Decimal("12.5"),
        "mandate": Decimal("15.0"),
        "equity": Decimal("15.0"),
        "urgency": Decimal("7.0"),
        "readiness": Decimal("4.0"),
    }
    assert priority(facts).total == Decimal("72.9")


def test_an_empty_need_scores_nothing():
    assert priority(NeedFacts()).total == Decimal("0.0")


def test_every_part_stays_under_its_cap():
    facts = NeedFacts(
        formation=5,
        in_post=2,
        untrained=20,
        retiring=2,
        vacancy=20,
        levels=((0, 5), (0, 5)),
        mandate="NATIONAL",
        region_code="94",
        is_remote=True,
        urgency="U1",
        nominees_identified=True,
        language_evidence=True,
        budget_line=True,
        follow_up_plan=True,
    )
    assert points(facts) == {name: Decimal(most).quantize(Decimal("0.1")) for name, most in PARTS.items()}
    assert priority(facts).total == Decimal("100.0")


@pytest.mark.parametrize(
    ("region", "remote", "expected"),
    [
        ("9401", True, 15),
        ("53", False, 15),
        ("81", False, 15),
        ("5208", True, 10),
        ("1204", True, 10),
        ("52", False, 5),
        ("7206", False, 5),
        ("3216", False, 0),
        ("31", False, 0),
        ("", False, 0),
    ],
)
def test_equity_favours_the_east_then_remote_areas_then_everywhere_outside_java(region, remote, expected):
    assert equity_points(region, remote) == expected


@pytest.mark.parametrize(("urgency", "expected"), [("U1", 10), ("U2", 7), ("U3", 4), ("U4", 1), ("", 0)])
def test_urgency_gives_its_points(urgency, expected):
    assert points(NeedFacts(urgency=urgency))["urgency"] == expected


def test_staff_about_to_retire_adds_up_to_three_points_of_urgency():
    assert points(NeedFacts(urgency="U3", in_post=4, retiring=2))["urgency"] == Decimal("5.5")
    assert points(NeedFacts(urgency="U3", in_post=4, retiring=4))["urgency"] == Decimal("7.0")


def test_a_provincial_plan_counts_about_half_of_the_national_list():
    assert points(NeedFacts(mandate="PROVINCIAL"))["mandate"] == 8
    assert points(NeedFacts(mandate="NATIONAL"))["mandate"] == 15


def test_the_gap_counts_as_an_average_over_all_competencies():
    assert points(NeedFacts(levels=((1, 3), (2, 3))))["quality"] == Decimal("9.4")


facts = st.builds(
    NeedFacts,
    formation=st.integers(0, 500),
    in_post=st.integers(0, 500),
    untrained=st.integers(0, 500),
    retiring=st.integers(0, 500),
    vacancy=st.integers(0, 500),
    levels=st.lists(
        st.integers(0, 4).flatmap(lambda low: st.tuples(st.just(low), st.integers(low + 1, 5))), max_size=6
    ).map(tuple),
    mandate=st.sampled_from(["NATIONAL", "PROVINCIAL", "NONE", ""]),
    region_code=st.sampled_from(["", "11", "31", "3216", "52", "5208", "53", "7206", "81", "9401", "9671"]),
    is_remote=st.booleans(),
    urgency=st.sampled_from(["", "U1", "U2", "U3", "U4"]),
    nominees_identified=st.booleans(),
    language_evidence=st.booleans(),
    budget_line=st.booleans(),
    follow_up_plan=st.booleans(),
)


@given(facts)
def test_the_parts_add_up_to_the_score_and_stay_within_bounds(need):
    result = priority(need)
    assert sum(part.points for part in result.parts) == result.total
    assert Decimal(0) <= result.total <= Decimal(100)
    assert all(Decimal(0) <= part.points <= part.most for part in result.parts)
    assert [part.name for part in result.parts] == list(PARTS)
