"""Proposals through the interface: proposing, reading and deciding as on the pages."""

from __future__ import annotations

import pytest

from partnerships.models import Proposal, ProposalStatus
from programs.models import ProgramStatus
from tests import factories, program_factories
from tests.api.calls import Caller
from tests.api.signed import Signed, codes_of, described, errors_of, queries_of, values_in
from tests.proposal_factories import line_of, open_need, proposal

pytestmark = pytest.mark.django_db
S = ProposalStatus


@pytest.fixture
def officer(jica):
    return factories.member("PARTNER_OFF", jica)


@pytest.fixture
def stranger(koica):
    return factories.member("PARTNER_OFF", koica)


@pytest.fixture
def need(aceh_regency):
    return open_need(aceh_regency, people=4)


@pytest.fixture
def program(jica):
    return program_factories.program(jica, ProgramStatus.OPEN, seats=10)


def test_an_office_proposes_its_line_and_the_page_s_rules_decide(need, program, aceh_operator, bali_operator):
    body = {"line": line_of(need).pk, "intake": program.intakes.get().pk, "seats": 2, "note": "Dua mediator baru."}
    office = Caller(aceh_operator)
    made = office.post("/proposals", body)
    assert made.status_code == 201
    shown = described(made)
    assert (shown["seats_requested"], shown["line"]["need"], shown["note"]) == (2, need.code, "Dua mediator baru.")
    assert made["Location"] == shown["url"]
    again = office.post("/proposals", body)
    assert (again.status_code, again.json()["reasons"]) == (422, [f"Pasangan ini sudah diusulkan: {shown['code']}."])
    assert errors_of(office.post("/proposals", {**body, "seats": 9})).keys() == {"seats"}
    assert errors_of(office.post("/proposals", {"seats": "dua"})).keys() >= {"seats"}
    assert errors_of(office.post("/proposals", {**body, "waiver": "Karena perlu."})).keys() == {"waiver"}
    assert Caller(bali_operator).post("/proposals", body).status_code == 404
    assert Caller().post("/proposals", body).status_code == 401
    assert Proposal.objects.count() == 1


def test_a_programme_that_does_not_fit_is_refused_with_the_condition(need, jica, aceh_operator):
    other = program_factories.program(jica, ProgramStatus.OPEN, posts=("WASNAK",))
    body = {"line": line_of(need).pk, "intake": other.intakes.get().pk, "seats": 2}
    answer = Caller(aceh_operator).post("/proposals", body)
    assert answer.status_code == 422 and len(answer.json()["reasons"]) >= 1
    assert not Proposal.objects.exists()


def test_a_partner_is_asked_for_a_programme_of_its_own(need, jica, aceh_operator):
    body = {
        "line": line_of(need).pk,
        "seats": 3,
        "partner": "JICA",
        "request": "Pelatihan mediasi tiga minggu di daerah, pertengahan 2027.",
    }
    office = Caller(aceh_operator)
    made = described(office.post("/proposals", body))
    assert (made["programme"], made["partner"]["code"], made["request"]) == (None, "JICA", body["request"])
    assert errors_of(office.post("/proposals", {**body, "partner": "NASA"})).keys() == {"partner"}


def test_a_partner_reads_what_was_sent_to_it_and_no_code_of_a_need(need, program, officer, stranger, bali_operator):
    sent = proposal(need, program, S.PARTNER_REVIEW, note="Catatan untuk kementerian.")
    inside = proposal(open_need(factories.office("1102")), program, S.REVIEW)
    partner = Caller(officer)
    assert codes_of(partner.get("/proposals")) == [sent.code]
    shown = described(partner.get(f"/proposals/{sent.code}"))
    assert (shown["note"], shown["line"]["need"], shown["line"]["position"]) == (None, None, None)
    assert not {need.code, "Catatan untuk kementerian."} & values_in(shown)
    assert shown["line"]["office"]["label"] == need.office.name
    for user, code in ((officer, inside.code), (stranger, sent.code), (bali_operator, sent.code)):
        assert Caller(user).get(f"/proposals/{code}").status_code == 404


def test_the_list_is_filtered_as_the_page_is(need, program, aceh_operator):
    one = proposal(need, program, S.REVIEW)
    two = proposal(need, program_factories.program(program.partner, ProgramStatus.OPEN), S.ACCEPTED)
    office = Caller(aceh_operator)
    assert codes_of(office.get("/proposals?status=REVIEW")) == [one.code]
    assert codes_of(office.get(f"/proposals?q={two.code}")) == [two.code]
    assert set(codes_of(office.get("/proposals?cycle=2026&province=11"))) == {one.code, two.code}
    assert errors_of(office.get("/proposals?status=NIX")).keys() == {"status"}
    assert errors_of(office.get("/proposals?sort=nix")).keys() == {"sort"}


def test_those_whose_turn_it_is_decide(need, program, officer, jica, aceh_operator):
    sent = proposal(need, program, S.PARTNER_REVIEW)
    head = Signed(factories.member("PARTNER_HEAD", jica))
    acts = {act["name"]: act for act in head.get(f"/proposals/{sent.code}").json()["actions"]}
    assert acts["accept"]["enabled"] and acts["accept"]["href"] == f"/api/v1/proposals/{sent.code}/accept"
    assert Caller(officer).get(f"/proposals/{sent.code}").json()["actions"] == []
    assert Caller(officer).post(f"/proposals/{sent.code}/accept", {}).status_code == 403
    assert Caller(aceh_operator).post(f"/proposals/{sent.code}/accept", {}).status_code in {403, 404}
    done = head.post(f"/proposals/{sent.code}/accept", {})
    assert (done.status_code, described(done)["status"]["code"], done.json()["seats_allotted"]) == (200, "ACCEPTED", 2)
    assert head.post(f"/proposals/{sent.code}/accept", {}).status_code == 409


def test_queries_do_not_grow_with_the_rows(need, program, aceh_operator, aceh_regency):
    proposal(need, program, S.REVIEW)
    office = Caller(aceh_operator)
    one = queries_of(office, "/proposals?limit=50")
    for _n in range(6):
        proposal(open_need(aceh_regency), program_factories.program(program.partner, ProgramStatus.OPEN), S.REVIEW)
    assert queries_of(office, "/proposals?limit=50") == one <= 12
    code = Proposal.objects.first().code
    assert queries_of(office, f"/proposals/{code}") <= 15
