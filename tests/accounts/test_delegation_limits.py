"""What standing in never opens: other tables, one's own gain, the decision on one's own or the principal's work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Delegation, Membership
from accounts.roles import DelegationKind, Role
from accounts.services import accept, invite
from partnerships.lifecycle import ALLOCATION
from partnerships.models import AgreementStatus, AllocationPin, AllocationRun, PinKind, RunStatus, Track
from partnerships.rules import agreements as agreement_rules
from partnerships.rules.allocations import no_own_decision
from partnerships.rules.documents import kinds_to_upload
from partnerships.rules.proposals import not_from_own_run
from programs.models import ProgramStatus
from regions.lifecycle import NEED
from tests import agreement_factories, factories, program_factories
from tests.delegation_factories import keeper, official, stand_in
from tests.partnerships.allocation_factories import run as any_run
from tests.proposal_factories import open_need, proposal
from workflow.audit import broken_links
from workflow.engine import Refused, note, offered
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as found:
        call(*args, **kwargs)
    return " ".join(found.value.reasons)


# --- Tables the delegation does not cover -----------------------------------------------------------------------


def test_what_is_noted_on_a_table_outside_the_delegation_is_refused_and_reading_is_not(aceh_regency, aceh_head):
    need = factories.need(aceh_regency)
    deputy = stand_in(aceh_head, official(aceh_regency), scopes=["participants.nomination"]).delegate
    with pytest.raises(PermissionDenied):
        note(NEED, need, deputy, "change")
    note(NEED, need, deputy, "download")
    assert list(LogEntry.objects.filter(actor=deputy, flow=NEED.name).values_list("action", flat=True)) == ["download"]


@pytest.mark.parametrize(("scopes", "may"), [(["regions.need"], False), (["partnerships.agreement"], True)])
def test_an_agreement_is_opened_only_under_a_delegation_that_covers_agreements(
    client, aceh_regency, aceh_head, scopes, may
):
    made = stand_in(aceh_head, official(aceh_regency), scopes=scopes)
    client.force_login(made.delegate)
    client.post(reverse("accounts:switch"), {"membership": made.membership.pk})
    assert client.get(reverse("partnerships:open_agreement")).status_code == (200 if may else 403)
    assert agreement_rules.may_open(made.delegate, Track.KSDLL_CONT) is may


@pytest.mark.parametrize(("scopes", "may"), [(["regions.need"], False), (["partnerships.agreement"], True)])
def test_clauses_and_opinions_are_the_legal_bureau_s_under_a_delegation_that_covers_agreements(scopes, may):
    bureau = factories.organisation("BIRO-HUKUM")
    lawyer = factories.member(Role.LEGAL, bureau)
    deputy = stand_in(lawyer, factories.member(Role.EVAL, bureau), scopes=scopes).delegate
    agreement = agreement_factories.agreement(AgreementStatus.LEGAL_REVIEW)
    assert agreement_rules.may_check_clauses(deputy, agreement) is may
    assert bool(kinds_to_upload(deputy, agreement)) is may


# --- One's own gain ---------------------------------------------------------------------------------------------------


def test_who_keeps_the_portal_running_does_not_give_themselves_a_post(aceh_head, aceh_regency):
    staff = official(aceh_regency)
    staff.is_staff = True
    staff.save()
    assert refusal(stand_in, aceh_head, staff, DelegationKind.KUASA, actor=staff)
    assert Delegation.objects.count() == 0
    assert stand_in(aceh_head, official(aceh_regency), actor=staff).recorded_by == staff


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_who_becomes_auditor_or_administrator_stands_in_for_nobody_any_more(aceh_regency, aceh_head, role):
    held = stand_in(aceh_head, official(aceh_regency))
    unit = factories.organisation("PPSDM")
    invitation, _token = invite(email=held.delegate.email, name="x", organisation=unit, role=role, actor=keeper())
    accept(invitation, None)
    held.refresh_from_db()
    assert held.stage == "REVOKED"
    assert not Membership.objects.current().filter(delegation=held).exists()


def test_a_holder_whose_account_is_closed_is_not_stood_in_for(aceh_regency, aceh_head):
    held = stand_in(aceh_head, official(aceh_regency))
    assert held.holds()
    aceh_head.is_active = False
    aceh_head.save()
    assert not held.holds()


def test_nobody_stands_in_without_having_chosen_to_not_even_with_a_newer_post_of_their_own(aceh_regency, aceh_head):
    deputy = stand_in(aceh_head, official(aceh_regency)).delegate
    Membership.objects.own().filter(user=deputy).update(ended_at=timezone.now())
    Membership.objects.create(user=deputy, organisation=aceh_regency, role=Role.DINAS_OP)
    vars(deputy).pop("current_memberships", None)
    deputy.act_as(None)
    assert (deputy.acting_role, deputy.mandate) == ("DINAS_OP", None)


def deputy_label(kind: str) -> str:
    """How a refusal names the capacity."""
    return {"PLT": "Plt.", "PLH": "Plh.", "AN": "a.n.", "UB": "u.b."}.get(kind, "uasa")


# --- The national allocation -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "written", "enabled"),
    [
        ("PLH", False, False),
        ("AN", False, False),
        ("UB", False, False),
        ("KUASA", False, True),
        ("PLT", False, False),
        ("PLT", True, True),
    ],
)
def test_who_merely_stands_in_does_not_ratify(ppsdm_head, kind, written, enabled):
    deputy = official(ppsdm_head.acting_organisation, Role.EVAL)
    deputy = stand_in(ppsdm_head, deputy, kind, authority=written).delegate
    run = any_run(status=RunStatus.SUBMITTED)
    reasons = {o.transition.name: " ".join(o.reasons) for o in offered(deputy, run)}
    assert (deputy_label(kind) in reasons["ratify"]) is not enabled
    assert reasons["return"] == ""


@pytest.fixture
def placed(aceh, jica):
    """A proposal that a run placed."""
    program = program_factories.program(jica, ProgramStatus.OPEN)
    return proposal(open_need(aceh), program, allocation=any_run(status=RunStatus.RATIFIED))


def test_nobody_sends_for_the_one_who_decided_on_the_run(placed, biroks, biroks_head):
    deputy = stand_in(biroks_head, official(biroks, Role.BIROKS_OFF)).delegate
    assert not_from_own_run(placed, deputy) == ""
    note(ALLOCATION, placed.allocation, biroks_head, "submit")
    assert not_from_own_run(placed, deputy) != ""


def test_nobody_sends_what_was_decided_in_their_place(placed, biroks, biroks_head):
    deputy = stand_in(biroks_head, official(biroks, Role.BIROKS_OFF)).delegate
    note(ALLOCATION, placed.allocation, deputy, "submit")
    assert not_from_own_run(placed, biroks_head) != ""


def test_an_attorney_does_not_ratify_the_principal_s_own_pins(placed, ppsdm_head):
    run = placed.allocation
    deputy = stand_in(ppsdm_head, official(ppsdm_head.acting_organisation, Role.EVAL), DelegationKind.KUASA).delegate
    pin = AllocationPin.objects.create(
        run=run, line=placed.line, intake=placed.intake, kind=PinKind.FORBID, reason="Sudah dilatih.", by=ppsdm_head
    )
    AllocationRun.objects.filter(pk=run.pk).update(created_at=pin.at + timedelta(hours=1))
    run.refresh_from_db()
    assert no_own_decision(run, deputy) != ""


# --- The seal ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", ["capacity = 'PLT'", "capacity = ''", "on_behalf_of_id = NULL", "on_behalf_of_id = actor_id"]
)
@pytest.mark.parametrize("delegated", [True, False])
def test_whoever_changes_the_capacity_or_the_principal_afterwards_breaks_the_seal(
    aceh_regency, aceh_head, delegated, change
):
    need = factories.need(aceh_regency)
    actor = stand_in(aceh_head, official(aceh_regency)).delegate if delegated else aceh_head
    note(NEED, need, actor, "change")
    entry = LogEntry.objects.latest("seq")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workflow_logentry DISABLE TRIGGER workflow_log_refuse_row")
        cursor.execute(f"UPDATE workflow_logentry SET {change} WHERE id = %s", [entry.pk])
    same = not delegated and change in {"capacity = ''", "on_behalf_of_id = NULL"}
    assert broken_links()[0] == ([] if same else [entry.seq])
