"""Who holds which role on an agreement, who may add to it, and the questions that can refuse an act."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, OrganisationKind
from accounts.roles import OFFICE, PARTNER, Role
from accounts.rules import capacity, holders, people_with
from partnerships.models import (
    MINISTRY_TRACKS,
    REGIONAL_TRACKS,
    AgreementStatus,
    AmendmentPhase,
    Clause,
    Condition,
    DocumentKind,
    Proposal,
    Track,
)
from partnerships.rules.renewal import without_action
from workflow.mandate import covers

FLOW = "partnerships.agreement"
NATIONAL = (
    Role.BIROKS_OFF,
    Role.BIROKS_HEAD,
    Role.LEGAL,
    Role.SEKJEN,
    Role.PPSDM_VER,
    Role.PPSDM_HEAD,
    Role.EVAL,
    Role.AUDITOR,
)
"""Roles at the centre that read every agreement."""


def roles_on_agreement(user, agreement) -> set[str]:
    """The role a user holds on this agreement in the capacity they act in now; empty: it does not exist.

    Offices and provincial verifiers hold theirs on agreements of their own, and, reading only, on those that
    name their region or under which their people have seats. What a reader cannot do, `leads` and the tracks say.
    """
    role, organisation = capacity(user)
    if not role:
        return set()
    if role in OFFICE:
        own = agreement.office_id == organisation.pk or _is_named(agreement, organisation)
        return {role} if own or seats_of(agreement).filter(line__need__office=organisation).exists() else set()
    if role == Role.PROV_VER:
        code = organisation.region_code
        own = bool(code) and agreement.office_id is not None and agreement.office.region_code.startswith(code)
        return {role} if own or (code and _seats_in(agreement, code)) else set()
    if role in PARTNER:
        return {role} if organisation.pk == agreement.partner_id else set()
    return {role} if role in NATIONAL else set()


def _is_named(agreement, organisation) -> bool:
    """The office of a region on the agreement's list; training centres stand in a region without being it."""
    return organisation.kind == OrganisationKind.OFFICE and organisation.region_code in agreement.region_codes


def seats_of(agreement):
    """The proposals whose people this agreement covers."""
    return Proposal.objects.filter(agreement=agreement)


def _seats_in(agreement, region_code: str) -> bool:
    return seats_of(agreement).filter(line__need__office__region_code__startswith=region_code).exists()


def agreements_in_reach(user) -> Q:
    """`roles_on_agreement` as a query: the agreements on which the user holds their present role."""
    role, organisation = capacity(user)
    covered = Proposal.objects.filter(agreement__isnull=False)
    if role in OFFICE:
        found = Q(office_id=organisation.pk) | Q(
            pk__in=covered.filter(line__need__office=organisation).values("agreement_id")
        )
        named = organisation.kind == OrganisationKind.OFFICE and organisation.region_code
        return found | Q(region_codes__contains=[organisation.region_code]) if named else found
    if role == Role.PROV_VER and organisation.region_code:
        code = organisation.region_code
        return Q(office__region_code__startswith=code) | Q(
            pk__in=covered.filter(line__need__office__region_code__startswith=code).values("agreement_id")
        )
    if role in PARTNER:
        return Q(partner_id=organisation.pk)
    return Q() if role in NATIONAL else Q(pk__in=[])


def my_turn(user) -> Q:
    """Where the state leaves it open whose turn it is: regions on their tracks, the ministry elsewhere.

    In force it is a turn only when the end comes near; an amendment changes hands within its state.
    """
    role, organisation = capacity(user)
    regional, ministry = Q(track__in=REGIONAL_TRACKS), Q(track__in=MINISTRY_TRACKS)
    settled, amended = Q(status__in=IN_FORCE), Q(status=AgreementStatus.UNDER_AMENDMENT)
    drafting = amended & Q(amendment_phase__in=["", AmendmentPhase.DRAFTING])
    signing = amended & Q(amendment_phase=AmendmentPhase.SIGNING)
    match role:
        case Role.DINAS_OP:
            return regional & Q(office_id=organisation.pk)
        case Role.DINAS_HEAD:
            return regional & Q(office_id=organisation.pk) & (~settled | signing | without_action())
        case Role.BIROKS_OFF:
            return Q(status__in=MINISTRY_RECORDS) | drafting | (ministry & (~settled | without_action()))
        case Role.BIROKS_HEAD:
            return ministry | Q(status__in=MINISTRY_RECORDS)
        case Role.LEGAL:
            return ~settled | (amended & Q(amendment_phase=AmendmentPhase.LEGAL))
        case Role.SEKJEN:
            return ministry & (~settled | signing)
    return Q()


IN_FORCE = (AgreementStatus.ACTIVE, AgreementStatus.UNDER_AMENDMENT)

MINISTRY_RECORDS = (AgreementStatus.CLEARANCE, AgreementStatus.FULL_POWERS, AgreementStatus.SUSPENDED)
"""Where the ministry takes the step on every track."""


def people_on_agreement(agreement, roles):
    """`roles_on_agreement` read backwards: the users who hold one of the roles on this agreement."""
    wanted = set(roles)
    conditions = [Q(role=role) for role in wanted if role in NATIONAL]
    conditions += [holders(role, pk=agreement.partner_id) for role in wanted if role in PARTNER]
    if wanted & {*OFFICE, Role.PROV_VER}:
        offices = dict(seats_of(agreement).values_list("line__need__office", "line__need__office__region_code"))
        if agreement.office_id:
            offices[agreement.office_id] = agreement.office.region_code
        named = Organisation.objects.filter(kind=OrganisationKind.OFFICE, region_code__in=agreement.region_codes)
        readers = [pk for pk in named.values_list("pk", flat=True) if pk not in offices]
        conditions += [holders(role, pk__in=readers) for role in wanted if role in OFFICE and readers]
        conditions += [holders(role, pk__in=list(offices)) for role in wanted if role in OFFICE]
        if Role.PROV_VER in wanted:
            codes = {code[:n] for code in offices.values() for n in (2, 4) if len(code) >= n}
            conditions.append(holders(Role.PROV_VER, region_code__in=sorted(codes)))
    return people_with(*conditions)


# --- Tracks and hands


def leads(user, agreement) -> bool:
    """Whether the user works on this agreement: the Bureau of Cooperation on all, an office on its own."""
    role, organisation = capacity(user)
    if not covers(user, FLOW):
        return False
    if role in OFFICE:
        return agreement.is_regional and agreement.office_id == organisation.pk
    return role in {Role.BIROKS_OFF, Role.BIROKS_HEAD}


def _is_written_by(user, agreement) -> bool:
    """Whether the state lets the user's role write; an amendment is written while it is drafted."""
    drafted = agreement.amendment_phase in {"", AmendmentPhase.DRAFTING}
    return capacity(user)[0] in agreement.state.edits and drafted


def may_edit_content(user, agreement) -> bool:
    """Whether the user may change the content now: the state allows their role, and they lead."""
    return _is_written_by(user, agreement) and leads(user, agreement)


def may_plan_actions(user, agreement) -> bool:
    """An action plan is part of what ministry and region agree on, and both write it: the region's office too, which
    does not lead on this track. Other texts describe theirs in the scope."""
    if agreement.track != Track.NOTA_SINERGI or not _is_written_by(user, agreement):
        return False
    role, organisation = capacity(user)
    own = role in OFFICE and agreement.office_id == organisation.pk and covers(user, FLOW)
    return own or leads(user, agreement)


def may_record_letters(user, agreement) -> bool:
    """Letters to bodies outside are recorded by the officer or the operator who leads, while a text is on its way."""
    role, _organisation = capacity(user)
    on_its_way = agreement.status in {*BEFORE_SIGNING, AgreementStatus.UNDER_AMENDMENT}
    return role in {Role.BIROKS_OFF, Role.DINAS_OP} and leads(user, agreement) and on_its_way


def may_check_clauses(user, agreement) -> bool:
    """The Legal Bureau ticks the clauses while the text is before it."""
    legal = capacity(user)[0] == Role.LEGAL and covers(user, FLOW)
    reviewed = agreement.status == AgreementStatus.LEGAL_REVIEW or agreement.amendment_phase == AmendmentPhase.LEGAL
    return legal and reviewed


def may_keep_grant(user, agreement) -> bool:
    """The Bureau of Cooperation keeps the grant's numbers, as long as the agreement was not turned down."""
    refused = {AgreementStatus.REJECTED, AgreementStatus.CANCELLED}
    return capacity(user)[0] == Role.BIROKS_OFF and agreement.status not in refused


def may_open(user, track: str) -> bool:
    """Who opens an agreement by hand: the officer of the bureau, or a head of office for the own region."""
    role, organisation = capacity(user)
    if role == Role.BIROKS_OFF:
        return True
    own = role == Role.DINAS_HEAD and covers(user, FLOW) and organisation.kind == OrganisationKind.OFFICE
    return own and track in REGIONAL_TRACKS and not organisation.suspended


DRAWING_UP = (
    AgreementStatus.INITIATED,
    AgreementStatus.EXPLORATION,
    AgreementStatus.INTENT,
    AgreementStatus.PLAN,
    AgreementStatus.DPRD_REVIEW,
    AgreementStatus.GOV_VERIFICATION,
    AgreementStatus.DRAFTING,
)
CLEARING = (
    AgreementStatus.LEGAL_REVIEW,
    AgreementStatus.CLEARANCE,
    AgreementStatus.FULL_POWERS,
    AgreementStatus.READY_TO_SIGN,
)
"""The road up to the signature, in order: first the text is written, then it is examined."""

BEFORE_SIGNING = (*DRAWING_UP, *CLEARING, AgreementStatus.RETURNED)
"""RETURNED waits beside the road."""

TEXT_IS_OPEN = (*DRAWING_UP, AgreementStatus.RETURNED, AgreementStatus.UNDER_AMENDMENT)
"""While the text is before the Legal Bureau, or cleared, nobody swaps it."""


def text_is_open(agreement) -> bool:
    """Whether a text may be added now; an amendment before the Legal Bureau, or cleared by it, stays as it is."""
    return agreement.status in TEXT_IS_OPEN and agreement.amendment_phase in {"", AmendmentPhase.DRAFTING}


def takes_in(agreement, region_code: str) -> bool:
    """Whether an accepted proposal adds its region to the list: only where regions are named at all, and while the
    text is being written. What was signed is changed by an amendment; who has seats reads all the same."""
    named = bool(region_code and agreement.region_codes) and region_code not in agreement.region_codes
    return named and agreement.status in (*DRAWING_UP, AgreementStatus.RETURNED)


TEXTS = (DocumentKind.TEXT_ID, DocumentKind.TEXT_EN)
"""The text in its two languages."""


# --- Reasons: each returns a sentence that refuses, or an empty string


def paper(kind: DocumentKind, ask: str, sentence, *, tracks=None):
    """A `validates` that wants a paper: given with the act, or stored before; `tracks`: on these only.

    A text may be the portal's own draft; what others sign or answer may not.
    """
    stored = {"kind": kind} if kind in TEXTS else {"kind": kind, "generated": False}

    def check(agreement, actor, answers) -> str:
        if tracks is not None and agreement.track not in tracks:
            return ""
        if answers.get(ask) or agreement.documents.filter(**stored).exists():
            return ""
        return str(sentence)

    return check


PLAN_FIELDS = ("subject", "scope", "cost_source", "place", "duration_months")


def plan_is_complete(agreement, actor) -> str:
    """The plan says what, how far, who pays, where and how long."""
    wanted = (*PLAN_FIELDS, "action_plan") if agreement.track == Track.NOTA_SINERGI else PLAN_FIELDS
    missing = [str(agreement._meta.get_field(name).verbose_name) for name in wanted if not getattr(agreement, name)]
    if not missing:
        return ""
    return _("Complete the cooperation plan first: %(fields)s.") % {"fields": ", ".join(missing)}


def conditions_are_met(agreement, actor, answers) -> str:
    """The law knows no plan that meets the conditions in part."""
    missing = [str(c.label) for c in Condition if c.value not in (answers.get("conditions") or [])]
    if not missing:
        return ""
    return _("A region's cooperation abroad must meet every condition. Not confirmed: %(conditions)s.") % {
        "conditions": "; ".join(missing)
    }


def clauses_are_checked(agreement, actor) -> str:
    """The Legal Bureau has gone through every clause."""
    missing = [str(c.label) for c in Clause if not agreement.clauses.get(c.value)]
    if not missing:
        return ""
    return _("Tick the clauses in the checklist first: %(clauses)s.") % {"clauses": ", ".join(missing)}


def returned_with_plan(agreement) -> bool:
    """Council and Home Affairs send back a plan; everyone after them a text."""
    return agreement.returned_from in {AgreementStatus.DPRD_REVIEW, AgreementStatus.GOV_VERIFICATION}


def returned_with_text(agreement) -> bool:
    """What came back is a text, which the Legal Bureau reads again."""
    return not returned_with_plan(agreement)


def may_still_be_returned(agreement, actor) -> str:
    """After three returns a call serves better than a fourth letter."""
    if agreement.return_count < 3:
        return ""
    return _("This agreement was returned three times. Agree on a call with the parties, then approve or reject it.")


def takes_effect(agreement, actor) -> str:
    """The effective date has come."""
    if agreement.effective_date and agreement.effective_date <= timezone.localdate():
        return ""
    return _("The agreement takes effect on its effective date.")


def takes_effect_by(now) -> Q:
    """For the CLOCK: signed agreements whose effective date has come."""
    return Q(effective_date__lte=timezone.localdate(now))


def has_ended_by(now) -> Q:
    """For the CLOCK: agreements whose validity is over."""
    return Q(ends__lt=timezone.localdate(now))
