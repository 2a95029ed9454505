"""Key figures through the interface: value, comparison and places in the reader's scope, withheld as on the pages."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.kpi.catalogue import KPIS
from tests import factories
from tests.api.calls import Caller
from tests.api.signed import Signed, described, errors_of, queries_of
from tests.kpi_world import NOW, finished, people, seats, wib

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_a_reader_is_told_the_figures_that_are_theirs(now, ppsdm_head, aceh_verifier, aceh_operator, jica):
    def codes(caller):
        return [row["code"] for row in described(caller.get("/kpis"))["data"]]

    assert codes(Signed(ppsdm_head)) == [kpi.code for kpi in KPIS] and len(KPIS) == 13
    partner = Caller(factories.member("PARTNER_OFF", jica))
    assert set(codes(partner)) == {"K02", "K03", "K04", "K06", "K10", "K11", "K12", "K13"}
    assert set(codes(Caller(aceh_operator))) == {"K01", "K04", "K06", "K07", "K08", "K09", "K10", "K12", "K13"}
    assert partner.get("/kpis/K01").status_code == 404
    assert partner.get("/kpis/K99").status_code == 404
    assert Caller(aceh_operator).get("/kpis/K11").status_code == 404
    assert Caller().get("/kpis").status_code == 401
    assert Signed(factories.member("NOMINEE", factories.office("51"))).get("/kpis").status_code == 403


def test_seats_used_are_counted_by_hand(now, aceh_regency, bali, jica, ppsdm_head, koica):
    """2026: JICA offers five seats, two people accepted; KOICA three, none. 2 of 8 = 25 %. 2025: 1 of 4 = 25 %."""
    people(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=5), "ACCEPTED", "FM")
    seats(bali, koica, starts=dt.date(2026, 5, 4), people=3)
    people(seats(bali, jica, starts=dt.date(2025, 3, 3), people=4), "ACCEPTED", "F")
    shown = described(Signed(ppsdm_head).get("/kpis/K02"))
    assert (shown["scope"], shown["period"]["label"], shown["period"]["running"]) == ("national", "tahun 2026", True)
    measure = shown["measures"][0]
    assert measure["number"] == {"value": 25.0, "text": "25%", "above": 2.0, "below": 8.0, "withheld": False}
    assert measure["before"] == {"value": 25.0, "text": "25%", "above": 1.0, "below": 4.0, "withheld": False}
    assert (measure["comparison"], measure["trend"], measure["places"]) == ("25% pada tahun 2025", "", None)
    own = Caller(factories.member("PARTNER_OFF", koica)).get("/kpis/K02").json()["measures"][0]["number"]
    assert (own["withheld"], own["value"]) in {(False, 0.0), (True, None)}


def test_small_groups_are_withheld_where_the_page_withholds_them(now, aceh_regency, aceh_verifier, aceh_operator, jica):
    of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=3)
    finished(of, wib(2026, 3, 6), "FMF")
    province = described(Signed(aceh_verifier).get("/kpis/K10"))["measures"][0]
    assert (province["number"]["withheld"], province["number"]["value"], province["number"]["above"]) == (
        True,
        None,
        None,
    )
    assert {row["number"]["value"] for row in province["places"]["rows"]} == {None}
    own = Caller(aceh_operator).get("/kpis/K10").json()["measures"][0]
    assert (own["number"]["withheld"], own["number"]["value"]) == (False, 120.0)


@pytest.mark.parametrize("query", ["periode=1999", "periode=abc", "periode=2026x", "dasar=bulan", "peroide=2026"])
def test_a_period_nobody_knows_is_refused(ppsdm_head, query):
    answer = Signed(ppsdm_head).get(f"/kpis/K01?{query}")
    assert answer.status_code == 400 and errors_of(answer).keys() == {query.split("=")[0]}


def test_figures_by_cycle_and_steps(now, ppsdm_head, aceh_regency, jica):
    seats(aceh_regency, jica, starts=dt.date(2026, 9, 7), people=5)
    desk = Signed(ppsdm_head)
    assert desk.get("/kpis/K04?periode=2025&dasar=siklus").json()["period"]["label"] == "siklus 2025"
    steps = described(desk.get("/kpis/K09"))
    assert isinstance(steps["steps"], list) and [m["name"] for m in steps["measures"]] == ["days", "limit"]
    assert desk.get("/kpis/K11").json()["currencies"] == []


def test_every_figure_takes_few_queries(now, ppsdm_head, aceh_regency, jica):
    finished(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=5), wib(2026, 3, 6), "FMFMF")
    desk = Signed(ppsdm_head)
    assert queries_of(desk, "/kpis") <= 12
    counted = {kpi.code: queries_of(desk, f"/kpis/{kpi.code}") for kpi in KPIS}
    assert {code: n for code, n in counted.items() if n > 15} == {}
