"""Who may do what with a programme, against the matrix that was typed by hand."""

from pathlib import Path

import pytest

from accounts.models import OrganisationKind
from accounts.roles import Role
from programs.lifecycle import PROGRAM
from programs.models import Program, ProgramStatus
from programs.rules import people_on_program, programs_in_reach, roles_on_program
from tests import factories, program_factories
from tests.matrices import roles_by_act
from workflow.engine import may_see, offered
from workflow.table import CLOCK

FILE = Path(__file__).parent / "program_matrix.txt"
ROWS = (
    "DRAFT DRAFT/BUREAU SUBMITTED VERIFICATION RETURNED RETURNED/BUREAU PUBLISHED OPEN CLOSED SELECTION "
    "RUNNING COMPLETED EVALUATED SUSPENDED CANCELLED REJECTED"
).split()


@pytest.fixture
def cast(jica, koica, aceh):
    """One person per role, named as in the matrix."""
    ministry = {
        Role.BIROKS_OFF: "BIRO-KS",
        Role.BIROKS_HEAD: "BIRO-KS",
        Role.PPSDM_VER: "PPSDM",
        Role.PPSDM_HEAD: "PPSDM",
        Role.EVAL: "PPSDM",
        Role.LEGAL: "BIRO-HUKUM",
        Role.SEKJEN: "SETJEN",
        Role.AUDITOR: "ITJEN",
        Role.DITJEN_REV: "DJ-PHI",
        Role.ADMIN: "PPSDM",
    }
    people = {str(role): factories.member(role, factories.organisation(unit)) for role, unit in ministry.items()}
    people |= {str(role): factories.member(role, jica) for role in (Role.PARTNER_OFF, Role.PARTNER_HEAD)}
    people |= {str(r): factories.member(r, aceh) for r in (Role.DINAS_OP, Role.DINAS_HEAD, Role.PROV_VER)}
    people["OTHER_PARTNER"] = factories.member(Role.PARTNER_HEAD, koica)
    people["NOBODY"] = factories.User.objects.create_user("tamu@example.test")
    assert factories.organisation("JICA", OrganisationKind.PARTNER) == jica
    return people


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS)
def test_each_role_is_offered_exactly_the_acts_of_the_matrix(row, jica, cast):
    expected = roles_by_act(FILE)
    state, _slash, behalf = row.partition("/")
    record = program_factories.program(jica, state, on_behalf=bool(behalf))
    found = {
        name: {offer.transition.name for offer in offered(user, record)} if may_see(PROGRAM, user, record) else set()
        for name, user in cast.items()
    }
    found[CLOCK] = {t.name for t in PROGRAM.open_to(record) if CLOCK in t.who}
    wanted = {
        name: {act for (at, act), who in expected.items() if at == row and name in who} - {"see"} for name in found
    }
    assert found == wanted


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS)
def test_each_role_sees_exactly_the_states_of_the_matrix(row, jica, cast):
    state, _slash, behalf = row.partition("/")
    record = program_factories.program(jica, state, on_behalf=bool(behalf))
    assert {name for name, user in cast.items() if may_see(PROGRAM, user, record)} == roles_by_act(FILE)[row, "see"]


@pytest.mark.django_db
def test_the_rule_and_the_query_say_the_same(jica, koica, cast, aceh, bali):
    for state in ProgramStatus.values:
        program_factories.program(jica, state)
    program_factories.program(jica, "DRAFT", on_behalf=True)
    for visibility in ("PUBLIC", "SELECTED", "INVITATION"):
        for office in (aceh, bali):
            named = program_factories.program(koica, "OPEN", visibility=visibility)
            named.selected_offices.add(office)
    everything = list(Program.objects.select_related("partner"))
    for name, user in cast.items():
        by_rule = {p.pk for p in everything if roles_on_program(user, p)}
        by_query = set(Program.objects.filter(programs_in_reach(user)).values_list("pk", flat=True))
        assert by_rule == by_query, name


@pytest.mark.django_db
def test_people_are_the_rule_read_backwards(jica, cast, aceh, bali):
    hidden = program_factories.program(jica, "OPEN", visibility="SELECTED")
    hidden.selected_offices.add(bali)
    shown = program_factories.program(jica, "OPEN")
    records = [
        hidden,
        shown,
        program_factories.program(jica, "DRAFT"),
        program_factories.program(jica, "SUBMITTED"),
    ]
    for record in records:
        for user in cast.values():
            role = user.acting_role
            listed = user in people_on_program(record, [role]) if role else False
            assert listed == (role in roles_on_program(user, record)), (record.status, role)


def test_every_state_and_every_act_is_in_the_matrix():
    rows = roles_by_act(FILE)
    assert {state.partition("/")[0] for state, _act in rows} == set(ProgramStatus.values)
    assert {act for _state, act in rows} - {"see"} == {t.name for t in PROGRAM.transitions}
