"""Suggestions through the interface: with every part of the explanation, and only to those whose matter it is."""

from __future__ import annotations

import pytest

from partnerships.models import Suggestion
from partnerships.services.suggestions import rematch_all
from programs.models import ProgramStatus
from tests import factories, program_factories
from tests.api.calls import Caller
from tests.api.signed import Signed, described, errors_of, queries_of, values_in
from tests.proposal_factories import open_need, proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def matched(aceh_regency, jica):
    """One approved need of Aceh, one programme that fits it and one that does not."""
    need = open_need(aceh_regency, people=3)
    fits = program_factories.program(jica, ProgramStatus.OPEN, seats=4)
    closed = program_factories.program(jica, ProgramStatus.OPEN, posts=("WASNAK",), themes=(("T07", 1, 3),))
    rematch_all()
    return need, fits, closed


def test_an_office_reads_its_own_line_with_the_explanation(matched, aceh_operator, bali_operator):
    need, fits, closed = matched
    answer = Caller(aceh_operator).get(f"/suggestions?line={need.code}/1")
    rows = {row["programme"]["code"]: row for row in described(answer)["data"]}
    assert rows.keys() == {fits.code, closed.code}
    best = rows[fits.code]
    assert best["verdict"]["code"] == "fits" and best["failures"] == []
    assert round(sum(part["points"] for part in best["parts"]), 1) == best["score"]
    seats = next(part for part in best["parts"] if part["name"] == "seats")
    assert seats["sentence"] == "4 kursi untuk 3 orang"
    assert (rows[closed.code]["verdict"]["code"], rows[closed.code]["failures"][0]["code"]) == ("fails", "post")
    assert Caller(bali_operator).get(f"/suggestions?line={need.code}/1").status_code == 404
    assert Caller().get(f"/suggestions?line={need.code}/1").status_code == 401
    only = Caller(aceh_operator).get(f"/suggestions?line={need.code}/1&verdict=fits").json()["data"]
    assert [row["programme"]["code"] for row in only] == [fits.code]


def test_a_partner_reads_the_demand_without_the_codes_of_needs(matched, jica, koica, ppsdm_verifier):
    need, fits, _closed = matched
    own, other = factories.member("PARTNER_OFF", jica), factories.member("PARTNER_OFF", koica)
    shown = Caller(own).get(f"/suggestions?programme={fits.code}").json()
    assert [row["line"]["office"]["code"] for row in shown["data"]] == [need.office.code]
    assert shown["data"][0]["line"]["need"] is None and need.code not in values_in(shown)
    assert Caller(own).get(f"/suggestions?line={need.code}/1").status_code == 404
    stranger = Caller(other)
    assert stranger.get(f"/suggestions?programme={fits.code}").status_code == 404
    row = shown["data"][0]
    assert stranger.get(row["url"]).status_code == 404
    assert described(Caller(own).get(row["url"])) == row
    centre = Signed(ppsdm_verifier).get(f"/suggestions?programme={fits.code}").json()
    assert centre["data"][0]["line"]["need"] == need.code


def test_an_office_reads_of_a_programme_its_own_lines_only(matched, aceh_operator, bali_operator):
    need, fits, _closed = matched
    own = Caller(aceh_operator).get(f"/suggestions?programme={fits.code}").json()["data"]
    assert [row["line"]["need"] for row in own] == [need.code]
    assert Caller(bali_operator).get(f"/suggestions?programme={fits.code}").json()["data"] == []
    found = Suggestion.objects.filter(eligible=True).get()
    assert Caller(bali_operator).get(f"/suggestions/{found.pk}").status_code == 404
    assert Caller(aceh_operator).get(f"/suggestions/{found.pk}").status_code == 200


def test_the_open_proposal_of_a_pair_is_named(matched, aceh_operator):
    need, fits, _closed = matched
    made = proposal(need, fits)
    rows = Caller(aceh_operator).get(f"/suggestions?line={need.code}/1&verdict=fits").json()["data"]
    assert [row["proposal"] for row in rows] == [made.code]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {"line", "programme"}),
        ("?line=KB-2026-0001/1&programme=PR-2026-0001", {"line", "programme"}),
        ("?line=satu", {"line"}),
    ],
)
def test_a_question_that_names_nothing_is_refused(aceh_operator, query, fields):
    answer = Caller(aceh_operator).get(f"/suggestions{query}")
    assert (answer.status_code, errors_of(answer).keys()) == (400, fields)


def test_queries_do_not_grow_with_the_rows(matched, aceh_operator, jica):
    need, _fits, _closed = matched
    office, path = Caller(aceh_operator), f"/suggestions?line={need.code}/1&limit=50"
    few = queries_of(office, path)
    for _n in range(8):
        program_factories.program(jica, ProgramStatus.OPEN, seats=2)
    rematch_all()
    assert len(office.get(path).json()["data"]) == 10
    assert queries_of(office, path) == few <= 14
