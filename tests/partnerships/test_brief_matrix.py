"""Who may do what with a demand brief, and who sees it, compared with the matrix typed by hand from the procedure."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnerships.lifecycle import BRIEF
from partnerships.models import Brief, BriefStatus
from partnerships.rules import briefs as rules
from tests.brief_factories import brief
from tests.matrices import typed_lines
from tests.proposal_factories import open_need
from workflow.engine import may_see, offered
from workflow.reading import seen_by

pytestmark = pytest.mark.django_db

MATRIX = Path(__file__).with_name("brief_matrix.txt")


def typed() -> dict[str, set[str]]:
    """{what stands before the colon: what stands behind it}."""
    return {where.strip(): set(said.split()) for where, said in (line.split(":") for line in typed_lines(MATRIX))}


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
    """One person per role."""
    people = locals().values()
    return {person.acting_role: person for person in people}


@pytest.fixture
def every_state(aceh, bali):
    """A brief in every state."""
    for office in (aceh, bali):
        open_need(office, people=8)
    return {status.value: brief(status) for status in BriefStatus if status != BriefStatus.REVIEW}


@pytest.fixture
def states(every_state):
    """The same, with the one before the head of PPSDM: only one is being made at a time."""
    review = Brief.objects.get(pk=every_state["DRAFT"].pk)
    review.status = "REVIEW"
    return {**every_state, "REVIEW": review}


def test_every_role_is_offered_exactly_what_the_matrix_says(cast, states):
    found = {
        f"{status} {role}": acts
        for status, record in states.items()
        for role, person in cast.items()
        if (acts := {offer.transition.name for offer in offered(person, record)})
    }
    kept = {f"{status} {role}" for status in states for role in cast}
    assert found == {where: acts for where, acts in typed().items() if where in kept}


def test_every_role_sees_exactly_what_the_matrix_says(cast, states):
    found = {
        f"sees {status}": {role for role, person in cast.items() if may_see(BRIEF, person, record)}
        for status, record in states.items()
    }
    assert found == {where: roles for where, roles in typed().items() if where.startswith("sees ")}


def test_the_query_the_record_and_the_people_agree(cast, every_state):
    wrong = []
    for status, record in every_state.items():
        for role, person in cast.items():
            if may_see(BRIEF, person, record) != seen_by(person, BRIEF.name).filter(pk=record.pk).exists():
                wrong.append((status, role, "seen_by"))
            if (person in BRIEF.people(record, [role])) != bool(BRIEF.roles(person, record)):
                wrong.append((status, role, "people"))
    assert wrong == []


def test_small_groups_and_pledges_are_for_those_the_matrix_names(cast, states):
    said = typed()
    valid = states["PUBLISHED"]
    assert {role for role, person in cast.items() if rules.reads_small_groups(person)} == said["exact"]
    assert {role for role, person in cast.items() if rules.sees_all_pledges(person)} == said["names"]
    assert {role for role, person in cast.items() if rules.may_pledge(person, valid)} == said["pledges"]
    others = [record for status, record in states.items() if status != "PUBLISHED"]
    assert not any(rules.may_pledge(person, record) for person in cast.values() for record in others)
    assert {role for role, person in cast.items() if rules.may_begin(person)} == {"PPSDM_VER"}


PAGES = ("", "baris/1/", "baris/1/komitmen/", "publish/", "withdraw/", "?lihat=perubahan", "?lihat=komitmen")


@pytest.mark.parametrize("who", ["jica_liaison", "aceh_operator", "aceh_verifier", "administrator"])
def test_a_draft_does_not_exist_for_those_outside_whatever_they_ask_for(who, request, client, aceh, bali):
    for office in (aceh, bali):
        open_need(office, people=8)
    record = brief(BriefStatus.DRAFT)
    client.force_login(request.getfixturevalue(who))
    root = "/mitra/permintaan/ringkasan/"
    asked = [f"{root}{record.code}/{page}" for page in PAGES] + [
        f"{root}{record.code}.{kind}" for kind in ("json", "xlsx", "pdf")
    ]
    assert {client.get(address).status_code for address in asked} == {404}
    listed = client.get(root)
    assert listed.status_code == (403 if who == "administrator" else 200)
    assert record.code not in listed.content.decode()
