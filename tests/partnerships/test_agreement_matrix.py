"""Who may do what with an agreement, compared with the matrix typed by hand from the procedure."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.roles import Role
from partnerships.lifecycle import AGREEMENT
from partnerships.models import AgreementStatus, Track
from partnerships.rules.agreements import my_turn
from partnerships.selectors.agreement_stages import REGIONAL_STEPS
from tests import agreement_factories as make
from tests import factories
from tests.matrices import typed_lines
from workflow.engine import may_edit, offered
from workflow.table import CLOCK

pytestmark = pytest.mark.django_db

MATRIX = Path(__file__).with_name("agreement_matrix.txt")
TRACKS = (Track.CENTRAL, Track.KSDLL_CONT)


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


@pytest.fixture
def one(aceh_regency, jica):
    """An agreement of a track in a state, the regency having seats under it."""

    def build(track, status):
        agreement = make.agreement(status, track=track, partner=jica)
        make.proposal(aceh_regency, jica, where=agreement)
        return agreement

    return build


@pytest.mark.parametrize("track", TRACKS)
def test_every_role_is_offered_exactly_what_the_matrix_says(track, cast, one):
    found = {}
    for status in AgreementStatus:
        if track == Track.CENTRAL and status in REGIONAL_STEPS:
            continue  # never reached on this track, see below
        agreement = one(track, status)
        for role, person in cast.items():
            if acts := {offer.transition.name for offer in offered(person, agreement)}:
                found[(track.value, status.value, role)] = acts
        if clock := {t.name for t in AGREEMENT.open_to(agreement) if CLOCK in t.who}:
            found[(track.value, status.value, CLOCK)] = clock
    assert found == {key: acts for key, acts in matrix().items() if key[0] == track.value}


def test_the_roles_of_the_table_all_appear_in_the_cast(cast):
    assert {role for t in AGREEMENT.transitions for role in t.who} - {CLOCK} <= set(cast)


@pytest.mark.parametrize("track", TRACKS)
def test_whose_turn_it_is_agrees_between_the_record_the_state_and_the_query(track, cast, one):
    wrong = []
    for state in AGREEMENT.states:
        agreement = one(track, state.code)
        exact = set(agreement.waits_for()) - {CLOCK}
        for role, person in cast.items():
            by_query = (
                role in state.waits_for and type(agreement).objects.filter(my_turn(person), pk=agreement.pk).exists()
            )
            if by_query != (role in exact):
                wrong.append((state.code, role, by_query))
    assert wrong == []


def test_states_of_the_region_are_never_reached_on_the_central_track(one):
    reached = {
        t.goes_to(one(Track.CENTRAL, status))
        for status in AgreementStatus
        for t in AGREEMENT.open_to(one(Track.CENTRAL, status))
    }
    assert reached & {AgreementStatus.DPRD_REVIEW, AgreementStatus.GOV_VERIFICATION} == set()


def test_the_step_bar_shows_the_region_only_where_a_region_is_a_party(one):
    central = [code for code, _label in one(Track.CENTRAL, AgreementStatus.INITIATED).stages()]
    regional = [code for code, _label in one(Track.KSDLL_CONT, AgreementStatus.INITIATED).stages()]
    assert central == ["initiative", "plan", "text", "clearance", "signing", "force", "done"]
    assert regional == ["initiative", "plan", "region", "text", "clearance", "signing", "force", "done"]


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
    for track in TRACKS:
        agreement = one(track, AgreementStatus.DRAFTING)
        for role, person in cast.items():
            holds = role in AGREEMENT.roles(person, agreement)
            assert (person in AGREEMENT.people(agreement, [role])) == holds, (track, role)
