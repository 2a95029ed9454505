"""The table of all pairs says of each pair exactly what the function for one pair says."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerships.matching import CODES, RULES, WEIGHTS, judge
from partnerships.scoring_table import Pairs, ScoringTable, codes_in
from tests.partnerships.scoring_facts import TODAY, blocks, intakes, lines
from tests.partnerships.test_matching import LATER, NEEDS, PROGRAMMES

DEMO = list(NEEDS.values()), [*PROGRAMMES, *LATER]


def said_by_table(pairs: Pairs) -> dict:
    """(line, intake) -> score, parts and codes of failures."""
    return {
        (int(pairs.line[n]), int(pairs.intake[n])): (
            int(pairs.score[n]),
            tuple(pairs.parts[:, n].tolist()),
            codes_in(pairs.failures[n]),
        )
        for n in range(len(pairs))
    }


def said_one_by_one(of_lines, of_intakes, wanted) -> dict:
    """The same from `judge`."""
    found = {}
    for row, line in enumerate(of_lines):
        for column, intake in enumerate(of_intakes):
            verdict = judge(line, intake, TODAY)
            if wanted(verdict):
                parts = tuple(int(part.points * 10) for part in verdict.parts)
                found[row, column] = int(verdict.score * 10), parts, verdict.codes
    return found


def agrees(of_lines, of_intakes) -> int:
    table = ScoringTable(of_lines, of_intakes, TODAY)
    fitting, shown = table.eligible(), table.worth_showing()
    assert said_by_table(fitting) == said_one_by_one(of_lines, of_intakes, lambda v: v.eligible)
    assert said_by_table(shown) == said_one_by_one(of_lines, of_intakes, lambda v: v.eligible or v.is_near)
    parts, failures = table.texts(shown)
    for n in range(len(shown)):
        verdict = judge(of_lines[shown.line[n]], of_intakes[shown.intake[n]], TODAY)
        assert table.verdict(shown, n) == verdict
        assert json.loads(parts[n]) == [part.as_json() for part in verdict.parts]
        assert json.loads(failures[n]) == [failure.as_json() for failure in verdict.failures]
        assert (bool(shown.eligible[n]), bool(shown.waivable[n])) == (verdict.eligible, verdict.waivable)
    return len(fitting)


@given(blocks())
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_the_table_and_the_function_for_one_pair_agree(block):
    agrees(*block)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_they_agree_where_nearly_everything_fits(data):
    """Facts drawn around a pair that fits, so that scores and single failures are compared often."""
    line, intake = NEEDS[1], PROGRAMMES[7]

    def around(fitting, drawn):
        fields = [field.name for field in dataclasses.fields(fitting)]
        changed = data.draw(st.lists(st.sampled_from(fields), max_size=5))
        return dataclasses.replace(fitting, **{name: getattr(drawn, name) for name in changed})

    of_lines = [around(line, data.draw(lines())) for _ in range(3)]
    of_intakes = [around(intake, data.draw(intakes())) for _ in range(3)]
    agrees(of_lines, of_intakes)


def test_they_agree_on_the_needs_and_programmes_of_the_procedure():
    assert agrees(*DEMO) == 19


def test_no_lines_or_no_intakes_make_no_pairs():
    of_lines, of_intakes = DEMO
    for block in (([], of_intakes), (of_lines, []), ([], [])):
        assert agrees(*block) == 0


def test_the_score_is_the_sum_of_the_parts_in_tenths():
    found = ScoringTable(*DEMO, TODAY).eligible()
    assert found.parts.shape == (len(WEIGHTS), len(found))
    assert (found.parts.sum(axis=0) == found.score).all()


def test_pairs_are_the_same_in_small_pieces(monkeypatch):
    whole = said_by_table(ScoringTable(*DEMO, TODAY).worth_showing())
    monkeypatch.setattr("partnerships.scoring_table._CHUNK", 3)
    assert said_by_table(ScoringTable(*DEMO, TODAY).worth_showing()) == whole


class Watched:
    """Facts that remember what was asked of them."""

    def __init__(self, facts):
        self._facts, self.asked = facts, set()

    def __getattr__(self, name):
        self.asked.add(name)
        return getattr(self._facts, name)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.codes[0])
@given(lines(), intakes())
@settings(max_examples=60, deadline=None)
def test_a_rule_looks_at_no_other_facts_than_it_names(rule, line, intake):
    watched = Watched(line), Watched(intake)
    found = rule.check(*watched, TODAY)
    assert watched[0].asked <= set(rule.line) and watched[1].asked <= set(rule.intake)
    assert found is None or found.code in rule.codes


def test_every_failure_has_a_code_of_its_own_and_a_bit():
    assert len(set(CODES)) == len(CODES) <= 32
    assert [codes_in(1 << place) for place in range(len(CODES))] == [(code,) for code in CODES]
