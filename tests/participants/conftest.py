"""Everyone who has to do with a nomination."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.roles import Role
from regions.models import Term
from regions.reference import loader
from tests import factories
from tests import nomination_factories as make


@pytest.fixture
def nominee(aceh):
    """The account of a nominee of the provincial office."""
    return factories.member(Role.NOMINEE, aceh)


@pytest.fixture
def cast(
    nominee,
    aceh_province_operator,
    aceh_province_head,
    aceh_verifier,
    ppsdm_verifier,
    ppsdm_head,
    mediation_reviewer,
    evaluator,
    biroks_officer,
    biroks_head,
    legal_reviewer,
    sekjen,
    jica_liaison,
    jica_head,
    auditor,
    administrator,
):
    return {
        "NOMINEE": nominee,
        "DINAS_OP": aceh_province_operator,
        "DINAS_HEAD": aceh_province_head,
        "PROV_VER": aceh_verifier,
        "PPSDM_VER": ppsdm_verifier,
        "PPSDM_HEAD": ppsdm_head,
        "DITJEN_REV": mediation_reviewer,
        "EVAL": evaluator,
        "BIROKS_OFF": biroks_officer,
        "BIROKS_HEAD": biroks_head,
        "LEGAL": legal_reviewer,
        "SEKJEN": sekjen,
        "PARTNER_OFF": jica_liaison,
        "PARTNER_HEAD": jica_head,
        "AUDITOR": auditor,
        "ADMIN": administrator,
    }


@pytest.fixture
def outsiders(bali_operator, bali_head, koica_liaison, koica_head, aceh_head, inspection_reviewer, aceh):
    """Same roles, other offices, partners and units; and another nominee of the same office."""
    other_nominee = factories.member(Role.NOMINEE, aceh)
    return [bali_operator, bali_head, koica_liaison, koica_head, aceh_head, inspection_reviewer, other_nominee]


@pytest.fixture
def abroad(aceh, jica):
    """Five seats in Japan for the provincial office of Aceh."""
    return make.seats(aceh, jica)


@pytest.fixture
def at_home(aceh, jica):
    """Five seats in the country."""
    return make.seats(aceh, jica, **make.AT_HOME)


@pytest.fixture
def vocabulary(db):
    """The real vocabularies, so that labels and choices are those people see."""
    Term.objects.bulk_create(
        Term(vocabulary=r["vocabulary"], code=r["code"], label_id=r["label_id"], label_en=r["label_en"], position=n)
        for n, r in enumerate(loader.read("terms"))
    )
    Term.forget()


@pytest.fixture
def browser(cast):
    """A signed-in browser by role."""

    def sign_in(role):
        client = Client()
        client.force_login(cast[role] if isinstance(role, str) else role)
        return client

    return sign_in
