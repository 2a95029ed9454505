"""What each kind of delegation reaches, compared with the matrix typed by hand, by rule and on real records."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import DELEGABLE
from accounts.roles import DelegationKind, Role
from partnerships.models import AgreementStatus as S
from partnerships.models import Track
from tests import agreement_factories as make
from tests.delegation_factories import EVERYTHING, official, stand_in
from tests.matrices import typed_lines
from workflow.engine import offered
from workflow.mandate import Mandate, limits
from workflow.registry import workflows

MATRIX = Path(__file__).with_name("delegation_matrix.txt")
KINDS = [kind.value for kind in DelegationKind]


def matrix() -> dict[tuple[str, str, str], str]:
    """{(table, act, kind): yes, never or authority} as typed."""
    found = {}
    for line in typed_lines(MATRIX):
        table, act, *words = line.split()
        found |= {(table, act, kind): word for kind, word in zip(KINDS, words, strict=True)}
    return found


class StandIn:
    """An actor with a mandate and nothing else."""

    acting_role = "DINAS_HEAD"

    def __init__(self, kind: str, has_authority: bool):
        self.mandate = Mandate("DL-2026-0001", kind, 1, frozenset(EVERYTHING), has_authority, lambda: True)


def test_every_act_of_a_post_that_can_be_delegated_is_limited_as_typed():
    found = {}
    for entry in workflows():
        for t in entry.flow.transitions:
            if not set(t.who) & set(DELEGABLE):
                continue
            for kind in KINDS:
                bare, with_paper = (not limits(entry.flow, t, StandIn(kind, paper)) for paper in (False, True))
                found[(entry.flow.name, t.name, kind)] = "yes" if bare else "authority" if with_paper else "never"
    assert found == matrix()


def test_limits_stand_on_acts_of_delegable_posts_only():
    stray = [
        (entry.flow.name, t.name)
        for entry in workflows()
        for t in entry.flow.transitions
        if (t.never_by or t.with_authority) and not set(t.who) & set(DELEGABLE)
    ]
    assert stray == []


def blocked(user, record) -> set[str]:
    """The acts whose only obstacle is the capacity."""
    return {offer.transition.name for offer in offered(user, record) if any("Pl" in r for r in offer.reasons)}


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "authority"), [("PLT", False), ("PLT", True), ("PLH", False)])
def test_on_real_agreements_the_buttons_say_the_same(kind, authority, sekjen, biroks_head, biroks):
    secretary = stand_in(sekjen, official(biroks, Role.BIROKS_OFF), kind, authority=authority).delegate
    head = stand_in(biroks_head, official(biroks, Role.BIROKS_OFF), kind, authority=authority).delegate
    ready, active = make.agreement(S.READY_TO_SIGN), make.agreement(S.ACTIVE)
    assert blocked(secretary, ready) == (set() if authority else {"sign", "reject_signing"})
    assert blocked(head, active) == (set() if authority else {"terminate"})
    assert blocked(head, make.agreement(S.DRAFTING)) == (set() if authority else {"reject"})


@pytest.mark.django_db
def test_a_regional_signing_is_withheld_from_a_plh_too(aceh_regency, aceh_head):
    plh = stand_in(aceh_head, official(aceh_regency)).delegate
    ready = make.agreement(S.READY_TO_SIGN, track=Track.KSDLL_CONT, office=aceh_regency)
    assert blocked(plh, ready) == {"sign_region"}
