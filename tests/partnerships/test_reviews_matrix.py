"""Who may do what with a review, and who sees it, compared with the matrix typed by hand from the procedure."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.roles import Role
from partnerships.lifecycle import REVIEW
from partnerships.models import AgreementStatus, Review, ReviewStatus, Track
from partnerships.rules.reviews import my_turn, reviews_in_reach
from tests import agreement_factories, factories, program_factories, review_factories
from tests.matrices import typed_lines
from tests.proposal_factories import open_need, proposal
from workflow.engine import may_see, offered
from workflow.reading import seen_by

pytestmark = pytest.mark.django_db

MATRIX = Path(__file__).with_name("review_matrix.txt")
SUBJECTS = ("program", "agreement")


def typed() -> tuple[dict, dict]:
    """({(subject, state, role): acts}, {state: roles that see it}) as typed."""
    acts, sees = {}, {}
    for line in typed_lines(MATRIX):
        where, said = line.split(":")
        if where.startswith("sees "):
            sees[where.removeprefix("sees ")] = set(said.split())
        else:
            acts[tuple(where.split())] = set(said.split())
    return acts, sees


@pytest.fixture
def cast(
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
    """One person per role; the office has seats, its province and the partner are concerned."""
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
    """A review of a subject in a state."""

    def build(subject: str, status: str) -> Review:
        program = program_factories.program(jica, "COMPLETED")
        agreement = agreement_factories.agreement(AgreementStatus.ACTIVE, partner=jica, track=Track.CENTRAL)
        proposal(open_need(aceh_regency, people=5), program, "ACCEPTED", agreement=agreement)
        return review_factories.review(program if subject == "program" else agreement, status)

    return build


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_role_is_offered_exactly_what_the_matrix_says(subject, cast, one):
    found = {}
    for status in ReviewStatus:
        review = one(subject, status)
        for role, person in cast.items():
            if acts := {offer.transition.name for offer in offered(person, review)}:
                found[(subject, status.value, role)] = acts
    assert found == {key: acts for key, acts in typed()[0].items() if key[0] == subject}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_role_sees_exactly_what_the_matrix_says(subject, cast, one):
    found = {}
    for status in ReviewStatus:
        review = one(subject, status)
        found[status.value] = {role for role, person in cast.items() if may_see(REVIEW, person, review)}
    assert found == typed()[1]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_query_the_record_and_the_people_agree(subject, cast, one):
    wrong = []
    for status in ReviewStatus:
        review = one(subject, status)
        for role, person in cast.items():
            sees = may_see(REVIEW, person, review)
            if sees != seen_by(person, REVIEW.name).filter(pk=review.pk).exists():
                wrong.append((status.value, role, "seen_by"))
            if (
                bool(REVIEW.roles(person, review))
                != Review.objects.filter(reviews_in_reach(person), pk=review.pk).exists()
            ):
                wrong.append((status.value, role, "reach"))
            if (person in REVIEW.people(review, [role])) != bool(REVIEW.roles(person, review)):
                wrong.append((status.value, role, "people"))
    assert wrong == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_whose_turn_it_is_agrees_between_the_record_the_state_and_the_query(subject, cast, one):
    wrong = []
    for state in REVIEW.states:
        review = one(subject, state.code)
        for role, person in cast.items():
            mine = role in state.waits_for and Review.objects.filter(my_turn(person), pk=review.pk).exists()
            if mine != (role in review.waits_for()):
                wrong.append((state.code, role))
    assert wrong == []


OTHERS = {
    "another office": lambda: factories.member(Role.DINAS_HEAD, factories.office("51")),
    "another province": lambda: factories.member(Role.PROV_VER, factories.office("51")),
    "another partner": lambda: factories.member(Role.PARTNER_HEAD, factories.organisation("KOICA", "PARTNER")),
    "an administrator": lambda: factories.member(Role.ADMIN, factories.organisation("PPSDM")),
}


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_for_others_even_a_published_review_does_not_exist(who, subject, one, client):
    review = one(subject, ReviewStatus.PUBLISHED)
    client.force_login(OTHERS[who]())
    paths = ("", "ubah/", "tanggapan/", "cetak/", "publish/", "submit/")
    assert {client.get(f"/tinjauan/{review.code}/{path}").status_code for path in paths} == {404}
    assert review.code not in client.get("/tinjauan/").content.decode()
