"""Every key of the allocation has its sentence, in both languages, and names stand where ids were."""

from __future__ import annotations

import pytest
from django.utils import translation

from partnerships import allocation_sentences as sentences
from partnerships.allocation.changes import ChangeKey
from partnerships.allocation.explain import ReasonKey
from partnerships.allocation.figures import COSTED, LIMIT_KEYS, RULES

PARAMS = {
    "intake": "PR-2026-0001/1", "programme": "PR-2026-0001", "partner": "JICA", "province": "11",
    "region": "DISNAKER-11",
    "regions": ["DISNAKER-11"], "need": "KB-2026-0001", "line": 720, "with": "KB-2026-0001/1", "value": 670,
    "least": 610,
    "lines": 14, "equal": 2, "rank": 3, "applicants": 41, "seats": 2, "max": 5, "min": 12, "found": 7,
    "most": 9, "used": 5,
    "own": 2, "cost": 9, "ratio": 18.5, "below": 39, "next": 41, "falls_to": 25, "floor": 2, "region_max": 6,
    "region_used": 4, "alone": True, "by": 2, "to": 8, "percent": 50, "people": 30, "others": [],
}  # fmt: skip
"""Something for every placeholder."""


@pytest.fixture(params=["id", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.django_db
@pytest.mark.parametrize("key", [str(key) for key in ReasonKey])
def test_every_reason_is_a_sentence(key, language):
    [said] = sentences.show_reasons([{"key": key, "params": PARAMS}], sentences.Names())
    assert said.endswith(".") and "%(" not in said and "{" not in said


@pytest.mark.django_db
@pytest.mark.parametrize("key", [str(key) for key in ChangeKey])
def test_every_change_is_a_sentence(key, language):
    [said] = sentences.show_changes(
        [{"key": key, "params": PARAMS | {"line": "KB-2026-0001/1"}, "seats": 3}], sentences.Names()
    )
    assert said.endswith(".") and "%(" not in said


LEFT = ["no_pair", "under_minimum", "people_served", "no_room", "worth_nothing", "not_searched", *LIMIT_KEYS.values()]


@pytest.mark.django_db
@pytest.mark.parametrize("key", LEFT)
def test_every_leftover_says_why(key, language):
    [row] = sentences.show_leftovers([{"intake": "PR-0/1", "free": 4, "key": key, "params": PARAMS}])
    assert (row.code, row.free, row.sentence[-1]) == ("PR-0/1", 4, ".")


def test_every_rule_and_figure_of_a_cost_has_a_name(language):
    assert set(RULES) == set(sentences.RULES)
    assert set(COSTED) == set(sentences.FIGURES)


def test_a_limit_that_decides_with_another_one_says_so():
    with translation.override("en"):
        alone, together = (
            sentences.REASONS["region_limit"](PARAMS | {"alone": alone}, sentences.Names()) for alone in (True, False)
        )
    assert alone == "The limit of 5 seats per regency or city in one intake is reached."
    assert together == f"{alone} Another limit holds here too."


def test_scores_are_a_tenth_of_values_and_written_as_the_reader_does():
    said = {}
    for language in ("id", "en"):
        with translation.override(language):
            said[language] = sentences.REASONS["intake_full"](PARAMS | {"least": 615}, sentences.Names())
    assert said["en"] == "Lost to 14 lines with a score of 61.5 or more; its own is 67."
    assert "61,5" in said["id"]


def test_a_key_of_another_version_is_left_out_instead_of_shown_raw():
    assert sentences.show_reasons([{"key": "unheard_of", "params": {}}], sentences.Names()) == []
    assert sentences.show_changes([{"key": "unheard_of", "params": {}, "seats": 1}], sentences.Names()) == []


@pytest.mark.parametrize(
    ("value", "seats", "expected"),
    [
        (0, 0, "Costs nothing: the plan is worth as much."),
        (-125, 0, "Costs 12.5 points of match in the whole country."),
        (-125, -2, "Costs 12.5 points of match and 2 seats in the whole country."),
        (40, -1, "Costs 1 seat in the whole country."),
        (40, 1, "Costs no match and no seat; other aims of the rules give way."),
    ],
)
def test_the_price_of_a_pin_is_one_sentence(value, seats, expected):
    with translation.override("en"):
        assert sentences.show_price({"value": value, "seats": seats}) == expected


def test_without_a_price_nothing_is_said():
    assert sentences.show_price(None) == ""


def cost(value_with: int, value_without: int, **more) -> dict:
    return {
        "key": "equity", "value_with": value_with, "value_without": value_without, "seats_with": 742,
        "seats_without": 742, "binding": True, "better": [], "worse": [],
    } | more  # fmt: skip


@pytest.mark.parametrize(
    ("with_it", "without", "share"), [(610, 1000, "61.0%"), (99_990, 100_000, "99.99%"), (1000, 1000, "100%")]
)
def test_a_cost_has_as_many_decimals_as_its_difference_needs(with_it, without, share):
    with translation.override("en"):
        [row] = sentences.show_rule_costs([cost(with_it, without)])
    assert row.share == share


def test_what_is_written_alike_is_no_difference():
    gini = {"key": "gini", "with": 0.0561, "without": 0.0562}
    lines = {"key": "lines_none", "with": 178, "without": 176}
    with translation.override("en"):
        [row] = sentences.show_rule_costs([cost(100, 200, better=[gini], worse=[gini, lines])])
    assert (row.better, row.worse) == ("", "lines without a seat 178 instead of 176")
    assert (row.seats, row.seats_note, row.value) == ("as many", "", "10 instead of 20")


def test_outside_the_centre_no_lowest_coverage_and_no_totals_that_are_not_whole():
    low = {"key": "lowest", "with": {"ratio": 0.5}, "without": {"ratio": 0.25}}
    seats = {"key": "seats", "with": 3, "without": 4}
    with translation.override("en"):
        told = [
            sentences.show_rule_costs([cost(100, 200, better=[low], worse=[seats])], exact=exact, whole=whole)[0]
            for exact, whole in [(True, True), (False, True), (False, False)]
        ]
    assert [(row.better, row.worse, row.value) for row in told] == [
        ("lowest coverage 50% instead of 25%", "seats 3 instead of 4", "10 instead of 20"),
        ("", "seats 3 instead of 4", "10 instead of 20"),
        ("", "", ""),
    ]


def test_an_intake_that_could_have_run_is_told_from_one_with_too_few_people():
    with translation.override("en"):
        few, enough = (
            sentences.LEFTOVERS["under_minimum"]({"min": 6, "found": 0, "most": most}, sentences.Names())
            for most in (4, 10)
        )
    assert few == "Too few for the smallest group: it needs 6 people, 4 could come at most."
    assert enough == (
        "The smallest group is 6 people. 10 could come if nobody had a seat elsewhere; 0 come by this plan."
    )


@pytest.mark.parametrize(
    ("below", "said"),
    [
        (39.8, "40.0% of its need already; seats went to 3 lines of provinces with 39.8%"),
        (33.3, "40% of its need already; seats went to 3 lines of provinces with 33%"),
    ],
)
def test_two_shares_that_differ_are_written_differently(below, said):
    with translation.override("en"):
        told = sentences.REASONS["equity"](
            PARAMS | {"lines": 3, "ratio": 40.0, "below": below, "falls_to": None}, sentences.Names()
        )
    assert said in told
