"""Who hears of events besides those the workflow tables name."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import Membership
from accounts.roles import OFFICE, PARTNER, Role
from notices.rules import capacities
from partnerships.models import HOLDING, OPEN_PROPOSALS, AllocationLine, Proposal, RunKind
from partnerships.services.remainder import base_plan
from workflow.nudges import overtaken
from workflow.registry import workflow
from workflow.turns import waits_for


def concerned_by_amendment(program, entry):
    """A programme changed after publishing: the offices whose proposals on it are open or hold seats, and
    the partner."""
    offices = (
        Proposal.objects.filter(intake__program=program, status__in=[*OPEN_PROPOSALS, *HOLDING])
        .order_by()
        .values("line__need__office_id")
    )
    concerned = Q(role__in=OFFICE, organisation__in=offices)
    if not entry.data.get("with_act"):  # the act that came with it tells the partner
        concerned |= Q(role__in=PARTNER, organisation=program.partner_id)
    for membership in Membership.objects.current().filter(concerned).select_related("user", "organisation"):
        yield membership.user, membership


def allocated_offices(run, entry):
    """A plan was ratified: every office whose lines it decided on; of a run for the remainder those who gained."""
    lines = AllocationLine.objects.filter(run=run)
    if run.kind == RunKind.REMAINDER:
        before = dict(AllocationLine.objects.filter(run=base_plan(run)).values_list("line", "seats"))
        rows = lines.values_list("line", "seats", "office")
        offices = {office for line, seats, office in rows if seats > before.get(line, 0)}
    else:
        offices = lines.order_by().values("office")
    people = Membership.objects.current().filter(role__in=OFFICE, organisation__in=offices)
    for membership in people.select_related("user", "organisation"):
        yield membership.user, membership


def sends_the_proposals(run, entry):
    """Its proposals wait for the head of the Bureau of Cooperation: told once, not once per proposal."""
    for membership in Membership.objects.current().filter(role=Role.BIROKS_HEAD).select_related("user", "organisation"):
        yield membership.user, membership


def answers_the_request(correction, entry):
    """A person asked about their own data: whoever has to answer within 3×24 hours, and those who watch over it."""
    waits = {*correction.state.waits_for}
    office = Q(role__in=waits & {*OFFICE}, organisation=correction.office)
    concerned = office | Q(role__in=(waits - {*OFFICE}) | {Role.PPSDM_HEAD})
    people = Membership.objects.current().filter(concerned).exclude(user=correction.person.account_id or 0)
    for membership in people.select_related("user", "organisation"):
        yield membership.user, membership


def partner_that_was_told(nomination, entry):
    """Data a partner holds changed, or the consent behind them ended: the page says which fields, no mail does."""
    told = entry.action == "consent_end" or bool(entry.data.get("told"))
    if nomination.forwarded_at is None or not told:
        return
    partners = Membership.objects.current().filter(role__in=PARTNER, organisation=nomination.proposal.partner_id)
    for membership in partners.select_related("user", "organisation"):
        yield membership.user, membership


def receiving_office(need, entry):
    """A regency handed a line over: the operators of the provincial office, in whose list the draft now stands."""
    operators = Membership.objects.current().filter(role=Role.DINAS_OP, organisation=need.office_id)
    for membership in operators.select_related("user", "organisation"):
        yield membership.user, membership


def offices_that_propose(question, entry):
    """A question on a programme was answered, or the answer corrected: the offices with open proposals on it. The
    office that asked is told by the table, and nobody learns which it is."""
    offices = (
        Proposal.objects.filter(intake__program=question.program_id, status__in=OPEN_PROPOSALS)
        .order_by()
        .values("line__need__office_id")
    )
    people = Membership.objects.current().filter(role__in=OFFICE, organisation__in=offices)
    for membership in people.select_related("user", "organisation"):
        yield membership.user, membership


def has_the_turn(record, entry):
    """Somebody sent a reminder: those whose turn it is, and whoever stands in for them. Who got the turn since then was
    not meant, and learns of it by itself."""
    if overtaken(record, entry.at):
        return []
    return capacities(workflow(record.flow.name), record, waits_for(record), turn=True)
