"""Agreements through the interface: to those who read them, and what everyone may know of signed ones."""

from __future__ import annotations

import pytest

from partnerships.models import AgreementStatus, DocumentKind, Track
from tests import factories
from tests.agreement_factories import agreement, letter, paper, proposal, texts, tick_clauses
from tests.api.calls import Caller
from tests.api.signed import Signed, codes_of, described, errors_of, queries_of, values_in

pytestmark = pytest.mark.django_db
A = AgreementStatus


@pytest.fixture
def officer(jica):
    return factories.member("PARTNER_OFF", jica)


@pytest.fixture
def stranger(koica):
    return factories.member("PARTNER_OFF", koica)


def test_a_partner_does_not_read_what_the_page_keeps_from_it(jica, officer, biroks_officer, aceh_regency):
    made = agreement(A.CLEARANCE, partner=jica, grant_register_no="HIBAH-77")
    letter(made, ref_no="S-118/BIRO-KS", result="APPROVED", answer_no="J-9/KEMLU")
    paper(made, DocumentKind.LEGAL_OPINION)
    texts(made)
    seat = proposal(aceh_regency, jica, where=made)
    inside, partner = Signed(biroks_officer), Caller(officer)
    path = f"/agreements/{made.code}"
    centre, outside = described(inside.get(path)), described(partner.get(path))
    hidden = {"S-118/BIRO-KS", "J-9/KEMLU", "HIBAH-77", "LEGAL_OPINION.pdf", seat.line.need.code}
    assert hidden <= values_in(centre)
    assert not hidden & values_in(outside)
    assert (outside["clauses"], outside["grant"], outside["seats"][0]["need"]) == (None, None, None)
    assert [step["number"] for step in outside["external_steps"]] == [None]
    assert {d["kind"]["code"] for d in outside["documents"]} == {"TEXT_ID", "TEXT_EN"}
    assert [s["place"] for s in outside["stages"]].count("now") == 1


def test_others_find_nothing(jica, officer, stranger, aceh_operator, bali_operator):
    made = agreement(A.DRAFTING, partner=jica)
    assert Caller(officer).get(f"/agreements/{made.code}").status_code == 200
    for user in (stranger, aceh_operator, bali_operator):
        assert Caller(user).get(f"/agreements/{made.code}").status_code == 404
        assert codes_of(Caller(user).get("/agreements")) == []
    assert Caller().get("/agreements").status_code == 401
    assert Caller().get(f"/agreements/{made.code}").status_code == 401


@pytest.mark.parametrize(
    ("track", "stages"),
    [
        (Track.CENTRAL, 10),
        (Track.KSDLL_CONT, 12),
        (Track.KSDLL_NEW, 13),
        (Track.KSDPL, 13),
        (Track.NOTA_SINERGI, 9),
    ],
)
def test_every_track_shows_its_own_road(track, stages, biroks_officer):
    made = agreement(A.DRAFTING, track=track)
    shown = described(Signed(biroks_officer).get(f"/agreements/{made.code}"))
    assert (shown["track"]["code"], len(shown["stages"])) == (str(track), stages)
    assert [s["code"] for s in shown["stages"] if s["place"] == "now"] == ["DRAFTING"]
    assert bool(shown["conditions"]) == (track in {Track.KSDLL_CONT, Track.KSDLL_NEW, Track.KSDPL})


def test_what_was_signed_is_public_and_nothing_before(jica):
    signed = agreement(A.ACTIVE, partner=jica, subject="Pelatihan mediator", grant_register_no="HIBAH-77")
    paper(signed, DocumentKind.SIGNED)
    draft = agreement(A.DRAFTING, partner=jica)
    nobody = Caller()
    assert codes_of(nobody.get("/published-agreements")) == [signed.code]
    shown = described(nobody.get(f"/published-agreements/{signed.code}"))
    assert shown["parties"] == ["Kementerian Ketenagakerjaan", jica.name]
    assert not {"HIBAH-77", "SIGNED.pdf"} & values_in(shown)
    assert set(shown) == {
        "url", "code", "status", "title", "subject", "parties", "track", "instrument", "signed_on", "signing_place",
        "valid_from", "valid_until", "place", "cost_source",
    }  # fmt: skip
    assert nobody.get(f"/published-agreements/{draft.code}").status_code == 404
    assert codes_of(nobody.get("/published-agreements?track=NOTA_SINERGI")) == []
    assert errors_of(nobody.get("/published-agreements?track=NIX")).keys() == {"track"}


def test_acts_go_through_the_table(jica, officer, biroks_officer):
    made = agreement(A.LEGAL_REVIEW, partner=jica)
    texts(made), tick_clauses(made)
    legal = Signed(factories.member("LEGAL", factories.organisation("BIRO-HUKUM")))
    path = f"/agreements/{made.code}"
    names = {act["name"] for act in legal.get(path).json()["actions"]}
    assert {"legal_ok", "return"} <= names
    assert errors_of(legal.post(f"{path}/return", {})) or legal.post(f"{path}/return", {}).status_code == 422
    assert Caller(officer).post(f"{path}/legal_ok", {}).status_code == 403
    assert Signed(biroks_officer).post(f"{path}/legal_ok", {}).status_code == 403
    assert legal.get(path).json()["status"]["code"] == "LEGAL_REVIEW"


def test_the_list_is_filtered_as_the_page_is(jica, koica, biroks_officer):
    one = agreement(A.DRAFTING, partner=jica)
    two = agreement(A.ACTIVE, partner=koica)
    desk = Signed(biroks_officer)
    assert codes_of(desk.get("/agreements?status=DRAFTING")) == [one.code]
    assert codes_of(desk.get(f"/agreements?partner={koica.pk}")) == [two.code]
    assert codes_of(desk.get(f"/agreements?q={one.code}")) == [one.code]
    assert errors_of(desk.get("/agreements?track=NIX")).keys() == {"track"}


def test_queries_do_not_grow_with_the_rows(jica, biroks_officer, aceh_regency):
    made = agreement(A.CLEARANCE, partner=jica)
    letter(made)
    desk = Signed(biroks_officer)
    one, detail = queries_of(desk, "/agreements?limit=50"), queries_of(desk, f"/agreements/{made.code}")
    for _n in range(6):
        letter(agreement(A.CLEARANCE, partner=jica))
        letter(made, result="APPROVED")
        proposal(aceh_regency, jica, where=made)
    assert queries_of(desk, "/agreements?limit=50") == one <= 12
    assert queries_of(desk, f"/agreements/{made.code}") <= max(detail, 15)
