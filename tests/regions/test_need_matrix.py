"""Who may do what with a need, against the matrix that was typed by hand."""

from pathlib import Path

import pytest
from django.utils import timezone

from accounts.roles import Role
from regions.lifecycle import NEED
from regions.models import NeedStatus, TrainingNeed
from regions.rules import needs_in_reach, people_on_need, roles_on_need
from regions.selectors import needs_seen_by
from tests import factories
from tests.matrices import roles_by_act
from workflow.engine import may_edit, may_see, offered
from workflow.table import CLOCK

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parent / "need_matrix.txt"
ROWS = [
    *[s for s in NeedStatus.values],
    "DRAFT/SIGN",
    "RETURNED/SIGN",
    "SUBMITTED/PROVINCIAL",
    "WITHDRAWN/NEVER",
    "APPROVED/REVISION",
]


@pytest.fixture
def cast(aceh, aceh_regency, bali, jica):
    """One person per role, named as in the matrix."""
    ministry = {
        Role.PPSDM_VER: "PPSDM",
        Role.PPSDM_HEAD: "PPSDM",
        Role.EVAL: "PPSDM",
        Role.ADMIN: "PPSDM",
        Role.BIROKS_OFF: "BIRO-KS",
        Role.BIROKS_HEAD: "BIRO-KS",
        Role.LEGAL: "BIRO-HUKUM",
        Role.SEKJEN: "SETJEN",
        Role.AUDITOR: "ITJEN",
        Role.DITJEN_REV: "DJ-PHI",
    }
    people = {str(role): factories.member(role, factories.organisation(unit)) for role, unit in ministry.items()}
    people["OP"] = factories.member(Role.DINAS_OP, aceh_regency)
    people["HEAD"] = factories.member(Role.DINAS_HEAD, aceh_regency)
    people["PROV_VER"] = factories.member(Role.PROV_VER, aceh)
    people["OTHER_OP"] = factories.member(Role.DINAS_OP, factories.office("1102"))
    people["OTHER_HEAD"] = factories.member(Role.DINAS_HEAD, bali)
    people["OTHER_PROV"] = factories.member(Role.PROV_VER, bali)
    people["OTHER_REV"] = factories.member(Role.DITJEN_REV, factories.organisation("DJ-WASNAKER"))
    people["PARTNER_OFF"] = factories.member(Role.PARTNER_OFF, jica)
    people["PARTNER_HEAD"] = factories.member(Role.PARTNER_HEAD, jica)
    people["NOBODY"] = factories.User.objects.create_user("tamu@example.test")
    return people


def record(row: str, office, province) -> TrainingNeed:
    """A need in the state a row of the matrix speaks of."""
    state, _slash, variant = row.partition("/")
    fields = {}
    if state == "MERGED":
        fields["merged_into"] = factories.need(office, status=NeedStatus.APPROVED)
    if state == "WITHDRAWN" and not variant:
        fields["submitted_at"] = timezone.now()
    if variant == "REVISION":
        former = factories.need(office, status=NeedStatus.IN_FULFILMENT)
        fields |= {"revises": former, "people_accepted": 1}
    if variant == "SIGN":
        fields["signature_requested_at"] = timezone.now()
    if state == "TECH_REVIEW":
        fields["technical_unit"] = "DJ-PHI"
    return factories.need(province if variant == "PROVINCIAL" else office, status=state, **fields)


@pytest.mark.parametrize("row", ROWS)
def test_each_role_is_offered_exactly_the_acts_of_the_matrix(row, aceh_regency, aceh, cast):
    expected = roles_by_act(FILE)
    need = record(row, aceh_regency, aceh)
    found = {
        name: {o.transition.name for o in offered(user, need)} if may_see(NEED, user, need) else set()
        for name, user in cast.items()
    }
    found[CLOCK] = {t.name for t in NEED.open_to(need) if CLOCK in t.who}
    wanted = {
        name: {act for (state, act), who in expected.items() if state == row and name in who} - {"see"}
        for name in found
    }
    assert found == wanted


@pytest.mark.parametrize("row", ROWS)
def test_each_role_sees_exactly_what_the_matrix_says(row, aceh_regency, aceh, cast):
    need = record(row, aceh_regency, aceh)
    assert {name for name, user in cast.items() if may_see(NEED, user, need)} == roles_by_act(FILE)[row, "see"]


@pytest.mark.parametrize("row", ROWS)
def test_only_the_offices_operator_edits_and_only_drafts_and_returned_needs(row, aceh_regency, aceh, cast):
    need = record(row, aceh_regency, aceh)
    wanted = {"OP"} if row.partition("/")[0] in {"DRAFT", "RETURNED"} else set()
    assert {name for name, user in cast.items() if may_edit(NEED, user, need)} == wanted


def test_the_rule_as_a_query_and_the_rule_on_a_record_say_the_same(aceh_regency, aceh, bali, cast):
    for row in ROWS:
        record(row, aceh_regency, aceh)
    factories.need(bali, status=NeedStatus.PROV_REVIEW, post_code="WASNAK", themes=(("T01", 1, 3),))
    everything = list(TrainingNeed.objects.select_related("office"))
    for name, user in cast.items():
        one_by_one = {n.pk for n in everything if roles_on_need(user, n)}
        as_query = set(TrainingNeed.objects.filter(needs_in_reach(user)).values_list("pk", flat=True))
        assert (name, as_query) == (name, one_by_one)
        seen = {n.pk for n in everything if may_see(NEED, user, n)}
        assert (name, {n.pk for n in needs_seen_by(user)}) == (name, seen)


def test_the_rule_backwards_finds_the_people_of_the_office_the_province_and_the_unit_asked(aceh_regency, aceh, cast):
    need = record("TECH_REVIEW", aceh_regency, aceh)
    roles = [Role.DINAS_OP, Role.DINAS_HEAD, Role.PROV_VER, Role.DITJEN_REV, Role.PPSDM_HEAD]
    found = set(people_on_need(need, roles))
    assert found == {cast[name] for name in ("OP", "HEAD", "PROV_VER", "DITJEN_REV", "PPSDM_HEAD")}


def test_a_unit_that_was_not_asked_is_not_told(aceh_regency, cast):
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    assert list(people_on_need(need, [Role.DITJEN_REV])) == []


def test_the_matrix_speaks_of_every_state_and_act_and_of_known_people(cast):
    rows = roles_by_act(FILE)
    assert {state for state, _act in rows} == set(ROWS)
    assert set().union(*rows.values()) <= {*cast, "CLOCK"}
    assert {act for _state, act in rows} - {"see", "edit"} == {t.name for t in NEED.transitions}
