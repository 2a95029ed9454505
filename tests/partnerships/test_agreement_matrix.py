"""Who may do what with an agreement, compared with the matrix typed by hand from the procedure."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.roles import Role
from partnerships.lifecycle import AGREEMENT
from partnerships.models import AgreementStatus, AmendmentPhase, Track
from partnerships.rules.agreements import my_turn
from tests import agreement_factories as make
from tests import factories
from tests.matrices import typed_lines
from workflow.diagrams import page
from workflow.engine import may_edit, offered
from workflow.table import CLOCK, State, Transition, Workflow

pytestmark = pytest.mark.django_db

MATRIX = Path(__file__).with_name("agreement_matrix.txt")


def matrix() -> dict[tuple[str, str, str], set[str]]:
    """{(track, state, role): acts} as typed."""
    rows = (line.split(":") for line in typed_lines(MATRIX))
    return {tuple(where.split()): set(acts.split()) for where, acts in rows}


@pytest.fixture
def cast(
    aceh_regency,
    aceh_operator,
    aceh_head,
    aceh_verifier,
    biroks_officer,
    biroks_head,
    legal_reviewer,
    sekjen,
    ppsdm_verifier,
    ppsdm_head,
    mediation_reviewer,
    evaluator,
    auditor,
    administrator,
    jica_liaison,
    jica_head,
):
    """One person per role, the office a party to regional agreements, with seats under central ones."""
    people = (
        aceh_operator,
        aceh_head,
        aceh_verifier,
        biroks_officer,
        biroks_head,
        legal_reviewer,
        sekjen,
        ppsdm_verifier,
        ppsdm_head,
        mediation_reviewer,
        evaluator,
        auditor,
        administrator,
        jica_liaison,
        jica_head,
    )
    return {person.acting_role: person for person in people}


SITUATIONS = (
    *((status, "", {}) for status in AgreementStatus if status != AgreementStatus.UNDER_AMENDMENT),
    (AgreementStatus.ACTIVE, "ENDING", {"ends": 100}),
    (AgreementStatus.RETURNED, "PLAN", {"returned_from": AgreementStatus.DPRD_REVIEW}),
    *((AgreementStatus.UNDER_AMENDMENT, phase.value, {"amendment_phase": phase}) for phase in AmendmentPhase),
)
"""Every state, and those in which more than the state says what may be done: (state, which, fields)."""


@pytest.fixture
def one(aceh_regency, jica):
    """An agreement of a track in a state, the regency having seats under it."""

    def build(track, status, **fields):
        if "ends" in fields:
            fields["ends"] = timezone.localdate() + dt.timedelta(days=fields["ends"])
        agreement = make.agreement(status, track=track, partner=jica, **fields)
        make.proposal(aceh_regency, jica, where=agreement)
        return agreement

    return build


def on_track(track):
    """The situations of a track: states it does not know are no situations."""
    known = {state.code for state in AGREEMENT.states_of(track)}
    return [s for s in SITUATIONS if s[0] in known and s[2].get("returned_from", s[0]) in known]


@pytest.mark.parametrize("track", Track)
def test_every_role_is_offered_exactly_what_the_matrix_says(track, cast, one):
    found, looked_at = {}, 0
    for status, which, fields in on_track(track):
        agreement = one(track, status, **fields)
        where = f"{status.value}/{which}" if which else status.value
        for role, person in cast.items():
            looked_at += 1
            if acts := {offer.transition.name for offer in offered(person, agreement)}:
                found[(track.value, where, role)] = acts
        if clock := {t.name for t in AGREEMENT.open_to(agreement) if CLOCK in t.who}:
            found[(track.value, where, CLOCK)] = clock
    assert found == {key: acts for key, acts in matrix().items() if key[0] == track.value}
    assert looked_at == CELLS[track]


CELLS = {
    Track.CENTRAL: 22 * 15,
    Track.KSDLL_CONT: 25 * 15,
    Track.KSDLL_NEW: 25 * 15,
    Track.KSDPL: 25 * 15,
    Track.NOTA_SINERGI: 20 * 15,
}
"""Situations x roles that are looked at per track, so that a state nobody typed cannot hide."""


def test_the_roles_of_the_table_all_appear_in_the_cast(cast):
    assert {role for t in AGREEMENT.transitions for role in t.who} - {CLOCK} <= set(cast)


@pytest.mark.parametrize("track", Track)
def test_whose_turn_it_is_agrees_between_the_record_the_state_and_the_query(track, cast, one):
    wrong = []
    for status, which, fields in on_track(track):
        agreement = one(track, status, **fields)
        state, exact = agreement.state, set(agreement.waits_for()) - {CLOCK}
        for role, person in cast.items():
            by_query = (
                role in state.waits_for and type(agreement).objects.filter(my_turn(person), pk=agreement.pk).exists()
            )
            if by_query != (role in exact):
                wrong.append((status, which, role, by_query))
    assert wrong == []


STRANGE = {
    Track.CENTRAL: {"DPRD_REVIEW", "GOV_VERIFICATION"},
    Track.KSDLL_CONT: set(),
    Track.KSDLL_NEW: set(),
    Track.KSDPL: set(),
    Track.NOTA_SINERGI: {"DPRD_REVIEW", "GOV_VERIFICATION", "CLEARANCE", "FULL_POWERS"},
}


@pytest.mark.parametrize("track", Track)
def test_a_track_knows_only_its_own_states_and_the_database_keeps_them_out(track, one):
    assert set(AgreementStatus.values) - {s.code for s in AGREEMENT.states_of(track)} == STRANGE[track]
    reached = {
        t.goes_to(agreement)
        for status, _which, fields in on_track(track)
        for agreement in [one(track, status, **fields)]
        for t in AGREEMENT.open_to(agreement)
    }
    assert reached & STRANGE[track] == set()
    agreement = one(track, AgreementStatus.DRAFTING)
    for status in STRANGE[track]:
        with pytest.raises(IntegrityError, match="agreement_stays_on_its_track"), transaction.atomic():
            type(agreement).objects.filter(pk=agreement.pk).update(status=status)


def test_a_table_whose_act_leads_off_its_track_is_refused():
    states = (State("A", "A"), State("B", "B", only=("long",)))
    act = Transition("go", "Go", ("A",), "B", who=("R",), only=("short",))
    with pytest.raises(ValueError, match="neither begins nor ends on short"):
        Workflow(
            "t", "T", states, (act,), roles=None, people=None, variants=(("long", "L"), ("short", "S")), variant=None
        )


def test_the_step_bar_shows_only_the_steps_of_the_track(one):
    def bar(track):
        return [code for code, _label in one(track, AgreementStatus.INITIATED).stages()]

    begin, end = ["initiative", "plan"], ["signing", "force", "done"]
    assert {track.value: bar(track) for track in Track} == {
        "CENTRAL": [*begin, "text", "clearance", *end],
        "KSDLL_CONT": [*begin, "region", "text", "clearance", *end],
        "KSDLL_NEW": [*begin, "region", "text", "clearance", *end],
        "KSDPL": [*begin, "region", "text", "clearance", *end],
        "NOTA_SINERGI": [*begin, "text", *end],
    }


def test_the_diagrams_show_each_track_by_itself():
    drawn = page(AGREEMENT)
    part = {t.value: drawn.split(f"## {t.value}: ")[1].split("## ")[0] for t in Track}
    assert {track: "DPRD_REVIEW" in text for track, text in part.items()} == {
        "CENTRAL": False,
        "KSDLL_CONT": True,
        "KSDLL_NEW": True,
        "KSDPL": True,
        "NOTA_SINERGI": False,
    }
    assert "CLEARANCE" not in part["NOTA_SINERGI"] and "CLEARANCE" in part["CENTRAL"]


def test_a_region_with_seats_only_reads_a_central_agreement(one, cast, client):
    agreement = one(Track.CENTRAL, AgreementStatus.DRAFTING)
    client.force_login(cast[Role.DINAS_OP])
    assert may_edit(AGREEMENT, cast[Role.DINAS_OP], agreement)  # the state alone would allow it
    pages = {
        name: client.get(f"/kemitraan/{agreement.code}/{name}").status_code
        for name in ("", "ubah/", "surat/", "berkas/", "hibah/", "klausul/")
    }
    assert pages == {"": 200, "ubah/": 403, "surat/": 403, "berkas/": 403, "hibah/": 403, "klausul/": 403}


OTHERS = {
    "another office": lambda: factories.member(Role.DINAS_HEAD, factories.office("51")),
    "another province": lambda: factories.member(Role.PROV_VER, factories.office("51")),
    "another partner": lambda: factories.member(Role.PARTNER_HEAD, factories.organisation("KOICA", "PARTNER")),
    "a technical reviewer": lambda: factories.member(Role.DITJEN_REV, factories.organisation("DJ-PHI")),
    "an administrator": lambda: factories.member(Role.ADMIN, factories.organisation("PPSDM")),
}


@pytest.mark.parametrize("who", OTHERS)
def test_for_others_the_agreement_does_not_exist(who, one, client):
    agreement = one(Track.KSDLL_CONT, AgreementStatus.DRAFTING)
    client.force_login(OTHERS[who]())
    paths = ("", "ubah/", "surat/", "berkas/", "hibah/", "klausul/", "to_legal_region/")
    found = {path: client.get(f"/kemitraan/{agreement.code}/{path}").status_code for path in paths}
    assert found == dict.fromkeys(paths, 404)
    assert agreement.code not in client.get("/kemitraan/").content.decode()


def test_a_role_that_reads_may_not_act(one, cast, client):
    agreement = one(Track.CENTRAL, AgreementStatus.LEGAL_REVIEW)
    client.force_login(cast[Role.AUDITOR])
    assert client.get(f"/kemitraan/{agreement.code}/legal_ok/").status_code == 403
    client.force_login(cast[Role.PARTNER_HEAD])
    assert client.post(f"/kemitraan/{agreement.code}/legal_ok/").status_code == 403


def test_people_are_the_roles_read_backwards(one, cast):
    for track in Track:
        agreement = one(track, AgreementStatus.DRAFTING)
        for role, person in cast.items():
            holds = role in AGREEMENT.roles(person, agreement)
            assert (person in AGREEMENT.people(agreement, [role])) == holds, (track, role)
