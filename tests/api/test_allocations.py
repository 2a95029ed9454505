"""Allocation runs through the interface: exact at the centre, small groups withheld outside, lines only one's own."""

from __future__ import annotations

import pytest

from partnerships.models import RunStatus
from tests import factories
from tests.api.calls import Caller
from tests.api.signed import Signed, codes_of, described, errors_of, queries_of, values_in
from tests.partnerships.allocation_factories import round_of, run, scarce
from tests.partnerships.ratified_runs import ratified, solved

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(ppsdm_verifier, ppsdm_head, jica, aceh_regency, bali):
    """Three people of Aceh and three of Bali for four seats, ratified."""
    scarce(jica, aceh_regency, bali)
    return ratified(ppsdm_verifier, ppsdm_head)


def test_before_it_is_ratified_a_run_is_the_centre_s(
    ppsdm_verifier, jica, aceh_regency, aceh_operator, ppsdm_head, auditor
):
    scarce(jica, aceh_regency)
    made = solved(ppsdm_verifier)
    path, partner = f"/allocations/{made.code}", factories.member("PARTNER_OFF", jica)
    shown = Signed(ppsdm_verifier).get(path).json()
    assert (shown["status"]["code"], shown["totals"]["seats"], shown["totals"]["seats_offered"]) == ("RESULT", 3, 4)
    assert {act["name"] for act in shown["actions"]} >= {"submit"}
    assert Signed(auditor).get(path).json()["actions"] == []
    for caller in (Caller(aceh_operator), Caller(partner), Caller()):
        assert caller.get(path).status_code == 404
        assert codes_of(caller.get("/allocations")) == []
    assert (
        Signed(ppsdm_verifier).get(f"{path}?compared_with=greedy").json()["result"]["compared_with"]["code"] == "greedy"
    )
    assert errors_of(Signed(ppsdm_verifier).get(f"{path}?compared_with=nix")).keys() == {"compared_with"}


def test_small_groups_are_withheld_outside_the_centre(plan, ppsdm_verifier, aceh_operator, jica):
    path = f"/allocations/{plan.code}"
    centre = described(Signed(ppsdm_verifier).get(path))
    exact = {p["code"]: (p["people"], p["seats"]) for p in centre["result"]["provinces"]}
    assert exact.keys() == {"11", "51"} and sum(seats for _people, seats in exact.values()) == 4
    assert centre["result"]["leftovers"] == [] and len(centre["input_sha256"]) == 64
    partner = factories.member("PARTNER_OFF", jica)
    for caller in (Caller(), Caller(aceh_operator), Caller(partner)):
        shown = described(caller.get(path))
        places = shown["result"]["provinces"]
        assert {(p["people"], p["seats"], p["coverage_pct"]) for p in places} == {(None, None, None)}
        assert (shown["result"]["leftovers"], shown["result"]["clashes"], shown["pins"]) == (None, None, None)
        assert shown["input_sha256"] is None and plan.input_hash not in values_in(shown)
        assert shown["totals"]["seats_offered"] is None and shown["actions"] == []
    assert codes_of(Caller().get("/allocations")) == [plan.code]


def test_lines_are_read_by_those_whose_they_are(plan, ppsdm_verifier, aceh_operator, aceh_verifier, jica, aceh_regency):
    path = f"/allocations/{plan.code}/lines"
    every = described(Signed(ppsdm_verifier).get(path))["data"]
    assert {row["office"]["code"] for row in every} == {"DISNAKER-1101", "DISNAKER-51"}
    for reader in (Caller(aceh_operator), Signed(aceh_verifier)):
        own = reader.get(path).json()["data"]
        assert [row["office"]["code"] for row in own] == [aceh_regency.code]
        assert own[0]["reasons"] and own[0]["people"] == 3
    other = next(row for row in every if row["office"]["code"] == "DISNAKER-51")
    assert Caller(aceh_operator).get(other["url"]).status_code == 404
    mine = described(Caller(aceh_operator).get(own[0]["url"]))
    assert [(t["given"], t["offered"]) for t in mine["tried"]] == [(None, None)]
    exact = described(Signed(ppsdm_verifier).get(own[0]["url"]))
    assert [(t["given"], t["offered"]) for t in exact["tried"]] == [(4, 4)]
    assert Caller(factories.member("PARTNER_OFF", jica)).get(path).json()["data"] == []
    assert Caller().get(path).status_code == 401
    assert errors_of(Signed(ppsdm_verifier).get(f"{path}?hasil=NIX")).keys() == {"hasil"}
    assert len(Signed(ppsdm_verifier).get(f"{path}?provinsi=11").json()["data"]) == 1


def test_acts_on_runs_follow_the_table(ppsdm_verifier, ppsdm_head, jica, aceh_regency, aceh_operator):
    scarce(jica, aceh_regency)
    made = solved(ppsdm_verifier)
    path = f"/allocations/{made.code}"
    assert Caller(aceh_operator).post(f"{path}/submit").status_code == 404
    assert Signed(ppsdm_head).post(f"{path}/submit").status_code == 403
    assert Signed(ppsdm_verifier).post(f"{path}/submit").json()["status"]["code"] == "SUBMITTED"
    refused = Signed(ppsdm_verifier).post(f"{path}/ratify")
    assert refused.status_code == 403
    assert Signed(ppsdm_head).post(f"{path}/ratify").json()["status"]["code"] == "RATIFIED"


def test_a_run_without_a_result_has_no_lines(ppsdm_verifier):
    made = run(status=RunStatus.DRAFT)
    desk = Signed(ppsdm_verifier)
    shown = described(desk.get(f"/allocations/{made.code}"))
    assert (shown["totals"], shown["result"], shown["pins"]) == (None, None, [])
    assert desk.get(f"/allocations/{made.code}/lines").status_code == 404


def test_queries_do_not_grow_with_the_rows(plan, ppsdm_verifier):
    desk = Signed(ppsdm_verifier)
    one = queries_of(desk, "/allocations?limit=50")
    for _n in range(4):
        run(round_of(), RunStatus.RESULT, figures=plan.figures)
    assert queries_of(desk, "/allocations?limit=50") == one <= 12
    assert queries_of(desk, f"/allocations/{plan.code}") <= 15
    assert queries_of(desk, f"/allocations/{plan.code}/lines") <= 14
