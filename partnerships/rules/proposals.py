"""Who holds which role on a proposal, and the small questions that can refuse an act on it."""

from __future__ import annotations

import re

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import OrganisationKind
from accounts.roles import OFFICE, PARTNER, Role
from accounts.rules import capacity, holders, people_with
from partnerships.matching import WAIVABLE
from partnerships.models import Proposal, ProposalStatus, Side
from partnerships.rules.allocations import MAKES_A_RUN
from partnerships.sentences import show_failures
from programs.models import ProgramStatus
from programs.rules import AHEAD
from regions.models import NeedStatus
from workflow.engine import log_of
from workflow.mandate import hands_of
from workflow.models import LogEntry

S = ProposalStatus
NATIONAL = (Role.PPSDM_VER, Role.PPSDM_HEAD, Role.BIROKS_OFF, Role.BIROKS_HEAD, Role.AUDITOR)
"""Roles at the centre that read every proposal."""

BEFORE_PARTNER = (S.SUGGESTED, S.PROPOSED, S.REVIEW, S.RETURNED)
"""States before the Bureau of Cooperation sends a proposal; the partner learns nothing of it until then."""

OPEN_NEEDS = (NeedStatus.APPROVED, NeedStatus.IN_FULFILMENT)
"""Only these are matched and proposed."""
OFFERED = AHEAD
"""Only these are suggested and take new proposals."""
ALIVE = (*OFFERED, ProgramStatus.CLOSED, ProgramStatus.SELECTION)
"""Registration may have closed for offices while ministry and partner still decide on what came in time."""

SIDE_OF = {
    Role.DINAS_OP: Side.OFFICE,
    Role.DINAS_HEAD: Side.OFFICE,
    Role.PPSDM_VER: Side.MINISTRY,
    Role.PARTNER_OFF: Side.PARTNER,
}
"""Who proposes for which side."""

ALLOCATION_FLOW = "partnerships.allocation"
DECIDES_A_RUN = (*MAKES_A_RUN, "ratify")
"""Acts on a run after which its proposals are sent by somebody else."""

REASON_LENGTH = 30
"""A refusal and a waiver explain themselves."""


# --- Who ----------------------------------------------------------------------------------------------------


def is_ministry_partner(organisation) -> bool:
    """Whether a unit of the ministry offers the programme; its head then answers as a partner does."""
    return organisation.kind != OrganisationKind.PARTNER


def roles_on_proposal(user, proposal) -> set[str]:
    """The role a user holds on this proposal in the capacity they act in now.

    Empty: it does not exist for them. One addition: where the ministry's own centre is the organiser, its
    head also answers for the organiser.
    """
    role, organisation = capacity(user)
    if not role:
        return set()
    if role in OFFICE:
        return {role} if organisation.pk == proposal.line.need.office_id else set()
    if role == Role.PROV_VER:
        code = organisation.region_code
        return {role} if code and proposal.line.need.office.region_code.startswith(code) else set()
    if role in PARTNER:
        own = organisation.pk == proposal.partner_id
        sent = proposal.status not in BEFORE_PARTNER and not _ended_before_the_partner(proposal)
        return {role} if own and (sent or proposal.proposed_by_side == Side.PARTNER) else set()
    if role == Role.PPSDM_HEAD and organisation.pk == proposal.partner_id:
        return {role, Role.PARTNER_HEAD}
    return {role} if role in NATIONAL else set()


def _ended_before_the_partner(proposal) -> bool:
    """Turned down, withdrawn or lapsed before it was ever sent."""
    return proposal.sent_at is None and proposal.status in {S.DECLINED, S.LAPSED}


def proposals_in_reach(user) -> Q:
    """`roles_on_proposal` as a query: the proposals on which the user holds their present role."""
    role, organisation = capacity(user)
    if role in OFFICE:
        return Q(line__need__office_id=organisation.pk)
    if role == Role.PROV_VER and organisation.region_code:
        return Q(line__need__office__region_code__startswith=organisation.region_code)
    if role in PARTNER:
        hidden = Q(status__in=BEFORE_PARTNER) | Q(status__in=(S.DECLINED, S.LAPSED), sent_at__isnull=True)
        return Q(partner_id=organisation.pk) & (~hidden | Q(proposed_by_side=Side.PARTNER))
    return Q() if role in NATIONAL else Q(pk__in=[])


def my_turn(user) -> Q:
    """Where the state leaves it open whose turn it is.

    A returned proposal goes back to the side that made it, one on the waiting list wakes when seats are free,
    and the ministry answers only for its own programmes.
    """
    role, organisation = capacity(user)
    if role in SIDE_OF:
        return ~Q(status=S.RETURNED) | Q(proposed_by_side=SIDE_OF[role])
    if role in {Role.PARTNER_HEAD, Role.PPSDM_HEAD}:
        free = Q(intake__seats__gt=F("intake__seats_taken"))
        return Q(partner_id=organisation.pk) & (~Q(status=S.WAITLISTED) | free)
    return Q()


def people_on_proposal(proposal, roles):
    """`roles_on_proposal` read backwards: the users who hold one of the roles on this proposal."""
    office, conditions = proposal.line.need.office, []
    for role in roles:
        if role in OFFICE:
            conditions.append(holders(role, pk=office.pk))
        elif role == Role.PROV_VER and office.region_code:
            conditions.append(holders(role, region_code__in=[office.region_code[:2], office.region_code]))
        elif role in PARTNER:
            hidden = proposal.status in BEFORE_PARTNER or _ended_before_the_partner(proposal)
            if not hidden or proposal.proposed_by_side == Side.PARTNER:
                conditions.append(holders(role, pk=proposal.partner_id))
            if role == Role.PARTNER_HEAD and is_ministry_partner(proposal.partner):
                conditions.append(holders(Role.PPSDM_HEAD, pk=proposal.partner_id))
        elif role in NATIONAL:
            conditions.append(Q(role=role))
    return people_with(*conditions)


def may_propose(user) -> bool:
    """Whether the user's role makes proposals at all; for which line is asked of the line."""
    role, organisation = capacity(user)
    return role in SIDE_OF and not organisation.suspended


# --- Reasons: each returns a sentence that refuses, or an empty string --------------------------------------


def not_from_own_run(proposal, actor) -> str:
    """Who started, submitted or ratified the allocation that placed a proposal does not send it to the partner."""
    if actor is None or proposal.allocation_id is None:
        return ""
    hands = hands_of(actor)
    acts = LogEntry.objects.filter(
        flow=ALLOCATION_FLOW, record_id=proposal.allocation_id, action__in=DECIDES_A_RUN
    ).filter(Q(actor__in=hands) | Q(on_behalf_of__in=hands))
    if not acts.exists():
        return ""
    return _("You took part in the allocation that placed this proposal. Another authorised person must send it.")


def need_is_open(proposal, actor) -> str:
    """Only approved needs are proposed and stay proposed."""
    if proposal.line.need.status in OPEN_NEEDS:
        return ""
    return _("The need is no longer open: %(state)s.") % {"state": proposal.line.need.state.label}


def office_is_active(proposal, actor) -> str:
    """Suspended offices receive no seats."""
    return _("The office is suspended. Contact the ministry.") if proposal.line.need.office.suspended else ""


def partner_is_active(proposal, actor) -> str:
    """Suspended partners receive no proposals."""
    if not proposal.partner.suspended:
        return ""
    return _("This partner is suspended. Contact the Bureau of Cooperation.")


def program_takes_proposals(proposal, actor) -> str:
    """New proposals and repaired ones need a programme whose registration has not closed."""
    program = proposal.program
    if program is None:
        return ""
    if program.status not in OFFERED:
        return _("The programme takes no proposals now: %(state)s.") % {"state": program.state.label}
    if program.internal_deadline and program.internal_deadline <= timezone.now():
        return _("Registration has closed. Propose another intake or a tailor-made request.")
    return ""


def program_is_alive(proposal, actor) -> str:
    """Suspended, cancelled and running programmes accept nobody."""
    program = proposal.program
    if program is None or program.status in ALIVE:
        return ""
    return _("The programme takes no participants now: %(state)s.") % {"state": program.state.label}


def fails_beyond_waiver(proposal) -> list[dict]:
    """The stored failures that nobody may waive."""
    return [f for f in proposal.failures if f["code"] not in WAIVABLE]


def no_failure_beyond_waiver(proposal, actor) -> str:
    """Conditions of the partner or the law stop a proposal; what may be waived waits for the ministry."""
    found = fails_beyond_waiver(proposal)
    return " ".join(f.sentence for f in show_failures(found))


def ministry_waives(proposal, actor, answers) -> str:
    """A condition that is not met needs the verifier's waiver with a reason (M2)."""
    if not proposal.failures or len((answers.get("waiver") or "").strip()) >= REASON_LENGTH:
        return ""
    sentences = " ".join(f.sentence for f in show_failures(proposal.failures))
    return _("%(failures)s Waive this with a reason of at least %(count)d characters, or return the proposal.") % {
        "failures": sentences,
        "count": REASON_LENGTH,
    }


def may_waive(user) -> bool:
    """The ministry's verifier of needs alone."""
    return capacity(user)[0] == Role.PPSDM_VER


def own_waiver_given(proposal, actor, answers) -> str:
    """A verifier who proposes despite an unmet condition waives it in the same step."""
    return ministry_waives(proposal, actor, answers) if may_waive(actor) else ""


def seats_within_people(proposal, actor) -> str:
    """Nobody asks for more seats than people still without one."""
    left = proposal.people_left
    if proposal.seats_requested <= left:
        return ""
    return ngettext(
        "%(wanted)d seats are more than the %(left)d person of this line still without a seat.",
        "%(wanted)d seats are more than the %(left)d people of this line still without a seat.",
        left,
    ) % {"wanted": proposal.seats_requested, "left": left}


def new_seats_within_people(proposal, actor, answers) -> str:
    """The same for the number in the answers."""
    wanted = answers.get("seats") or 0
    if wanted < 1:
        return _("Ask for at least one seat.")
    proposal.seats_requested = wanted
    return seats_within_people(proposal, actor)


def is_own_side(proposal, actor) -> str:
    """A returned proposal is repaired by the side that made it."""
    if SIDE_OF.get(capacity(actor)[0]) == proposal.proposed_by_side:
        return ""
    return _("The proposal was returned to those who made it.")


def is_own_step(proposal, actor) -> str:
    """PPSDM decides before the review, the Bureau of Cooperation after it."""
    if proposal.status == S.PROPOSED and capacity(actor)[0] == Role.BIROKS_HEAD:
        return _("PPSDM reviews the proposal first.")
    return ""


def may_still_be_returned(proposal, actor) -> str:
    """After three returns a call serves better than a fourth letter."""
    if log_of(proposal).filter(action="return").count() < 3:
        return ""
    return _("This proposal was returned three times. Agree on a call with the office, then review or decline it.")


PERSONAL = (
    (re.compile(r"\d{18}|\d{8}\s\d{6}\s\d\s\d{3}"), "NIP"),
    (re.compile(r"(?<!\d)\d{16}(?!\d)"), "NIK"),
    (re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), "e-mail"),
    (re.compile(r"(?:\+62|\b0)8[\d\s-]{8,}"), "HP"),
)


def summary_names_nobody(proposal, actor, answers) -> str:
    """The partner reads a need, never a person: no staff number, address or telephone leaves with it."""
    text = answers.get("summary") or ""
    found = [name for pattern, name in PERSONAL if pattern.search(text)]
    if not found:
        return ""
    return _("The summary for the partner contains personal data (%(kinds)s). Remove it.") % {"kinds": ", ".join(found)}


def has_seats_for_all(proposal, actor) -> str:
    """Accepting needs every seat asked for; fewer are given by accepting partly."""
    if proposal.intake_id is None or proposal.intake.seats_free >= proposal.seats_requested:
        return ""
    free = proposal.intake.seats_free
    if free == 0:
        return _("No seat is free. Put the proposal on the waiting list or decline it.")
    return ngettext(
        "Only %(free)d seat is free, %(wanted)d are asked for. Accept partly or use the waiting list.",
        "Only %(free)d seats are free, %(wanted)d are asked for. Accept partly or use the waiting list.",
        free,
    ) % {"free": free, "wanted": proposal.seats_requested}


def has_a_seat(proposal, actor) -> str:
    """Accepting partly needs at least one seat, and more than one asked for."""
    if proposal.seats_requested < 2:
        return _("One seat cannot be given partly.")
    if not proposal.people_left:
        return _("Everyone of this line has a seat by now. Decline the proposal.")
    if proposal.intake_id is not None and proposal.intake.seats_free < 1:
        return _("No seat is free. Put the proposal on the waiting list or decline it.")
    return ""


def fewer_than_asked(proposal, actor, answers) -> str:
    """Partly means at least one seat, fewer than asked for, and no more than are free."""
    seats = answers.get("seats") or 0
    most = min(proposal.seats_requested - 1, proposal.people_left)
    if proposal.intake_id is not None:
        most = min(most, proposal.intake.seats_free)
    if 1 <= seats <= most:
        return ""
    return _("Give between 1 and %(most)d seats.") % {"most": most}


def has_intake(proposal) -> bool:
    """A waiting list exists for seats of an intake, not for a request."""
    return proposal.intake_id is not None


# --- CLOCK ------------------------------------------------------------------------------------------------


def runs_out(now) -> Q:
    """The deadline of the programme passed before an answer, or need or programme are gone.

    What still lies with the office must come before the internal deadline; ministry and partner have until
    the partner's. Without a deadline the first day of the intake counts.
    """
    internal = Q(status__in=(S.SUGGESTED, S.RETURNED), intake__program__internal_deadline__lt=now)
    partner = Q(intake__program__partner_deadline__lt=now)
    begun = Q(intake__starts__lte=timezone.localdate(now))
    programme_gone = Q(intake__isnull=False) & ~Q(intake__program__status__in=[s.value for s in ALIVE])
    need_gone = ~Q(line__need__status__in=[s.value for s in OPEN_NEEDS])
    return internal | partner | begun | programme_gone | need_gone


def lapse_cause(proposal) -> str:
    """Why the CLOCK ends this proposal."""
    if proposal.line.need.status not in OPEN_NEEDS:
        return "NEED_CLOSED"
    if proposal.program is not None and proposal.program.status not in ALIVE:
        return "PROGRAM_CLOSED"
    return "DEADLINE"


def other_open_proposal(line, intake, partner) -> Proposal | None:
    """The open proposal of the same pair, if there is one."""
    same = Proposal.objects.open().filter(line=line, intake=intake)
    if intake is None:
        same = same.filter(partner=partner)
    return same.first()
