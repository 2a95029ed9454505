"""The fixed cast, named by post, and the records most tests begin with."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from accounts.models import OrganisationKind
from accounts.roles import Role
from tests import databases, factories


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """The migrations run once; the database of this process begins as a copy of what they made."""
    connection.settings_dict["TEST"]["TEMPLATE"] = databases.original(databases.MIGRATED)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests with real transactions empty the tables afterwards by TRUNCATE, which the log's trigger rightly refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workflow_logentry DISABLE TRIGGER workflow_log_refuse_truncate")
    yield
    databases.empty_of_others(connection.settings_dict["NAME"])


@pytest.fixture(autouse=True)
def _a_line_that_answers():
    """Where a copy was thrown away while this process still held a line to it, the next test gets a fresh one."""
    if connection.connection is not None and not connection.is_usable():
        connection.in_atomic_block, connection.savepoint_ids, connection.needs_rollback = False, [], False
        connection.connection = None


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()
    translation.activate("id")  # a request to /en/ leaves its language behind
    yield
    cache.clear()


@pytest.fixture
def aceh(db):
    return factories.office("11")


@pytest.fixture
def aceh_regency(db):
    return factories.office("1101")


@pytest.fixture
def bali(db):
    return factories.office("51")


@pytest.fixture
def ppsdm(db):
    return factories.organisation("PPSDM")


@pytest.fixture
def jica(db):
    return factories.organisation("JICA", OrganisationKind.PARTNER)


@pytest.fixture
def koica(db):
    return factories.organisation("KOICA", OrganisationKind.PARTNER)


@pytest.fixture
def biroks(db):
    return factories.organisation("BIRO-KS")


@pytest.fixture
def aceh_operator(aceh_regency):
    """Operator of a regency office in Aceh."""
    return factories.member(Role.DINAS_OP, aceh_regency)


@pytest.fixture
def aceh_head(aceh_regency):
    """Head of the same regency office."""
    return factories.member(Role.DINAS_HEAD, aceh_regency)


@pytest.fixture
def aceh_province_operator(aceh):
    return factories.member(Role.DINAS_OP, aceh)


@pytest.fixture
def aceh_province_head(aceh):
    return factories.member(Role.DINAS_HEAD, aceh)


@pytest.fixture
def aceh_verifier(aceh):
    """Provincial verifier of Aceh."""
    return factories.member(Role.PROV_VER, aceh)


@pytest.fixture
def bali_operator(bali):
    return factories.member(Role.DINAS_OP, bali)


@pytest.fixture
def bali_head(bali):
    return factories.member(Role.DINAS_HEAD, bali)


@pytest.fixture
def bali_verifier(bali):
    return factories.member(Role.PROV_VER, bali)


@pytest.fixture
def ppsdm_verifier(ppsdm):
    return factories.member(Role.PPSDM_VER, ppsdm)


@pytest.fixture
def ppsdm_head(ppsdm):
    return factories.member(Role.PPSDM_HEAD, ppsdm)


@pytest.fixture
def mediation_reviewer(db):
    """Technical reviewer of the unit that guides mediators."""
    return factories.member(Role.DITJEN_REV, factories.organisation("DJ-PHI"))


@pytest.fixture
def inspection_reviewer(db):
    """Technical reviewer of the unit that guides inspectors."""
    return factories.member(Role.DITJEN_REV, factories.organisation("DJ-WASNAKER"))


@pytest.fixture
def biroks_officer(biroks):
    return factories.member(Role.BIROKS_OFF, biroks)


@pytest.fixture
def biroks_head(biroks):
    return factories.member(Role.BIROKS_HEAD, biroks)


@pytest.fixture
def legal_reviewer(db):
    return factories.member(Role.LEGAL, factories.organisation("BIRO-HUKUM"))


@pytest.fixture
def sekjen(db):
    return factories.member(Role.SEKJEN, factories.organisation("SETJEN"))


@pytest.fixture
def evaluator(ppsdm):
    return factories.member(Role.EVAL, ppsdm)


@pytest.fixture
def auditor(db):
    return factories.member(Role.AUDITOR, factories.organisation("ITJEN"))


@pytest.fixture
def administrator(ppsdm):
    return factories.member(Role.ADMIN, ppsdm)


@pytest.fixture
def jica_liaison(jica):
    return factories.member(Role.PARTNER_OFF, jica)


@pytest.fixture
def jica_head(jica):
    return factories.member(Role.PARTNER_HEAD, jica)


@pytest.fixture
def koica_liaison(koica):
    return factories.member(Role.PARTNER_OFF, koica)


@pytest.fixture
def koica_head(koica):
    return factories.member(Role.PARTNER_HEAD, koica)


@pytest.fixture
def need_aceh(aceh_regency, aceh_operator):
    """A complete draft of the regency office in Aceh."""
    return factories.need(aceh_regency, created_by=aceh_operator)
