"""Who holds which role on an agreement, who may add to it, and the questions that can refuse an act."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import OFFICE, PARTNER, Role
from accounts.rules import capacity, holders, people_with
from partnerships.models import (
    REGIONAL_TRACKS,
    AgreementStatus,
    Clause,
    DocumentKind,
    Proposal,
)
from workflow.mandate import covers

FLOW = "partnerships.agreement"
NATIONAL = (
    Role.BIROKS_OFF,
    Role.BIROKS_HEAD,
    Role.LEGAL,
    Role.SEKJEN,
    Role.PPSDM_VER,
    Role.PPSDM_HEAD,
    Role.AUDITOR,
)
"""Roles at the centre that read every agreement."""


def roles_on_agreement(user, agreement) -> set[str]:
    """The role a user holds on this agreement in the capacity they act in now; empty: it does not exist.

    Offices and provincial verifiers hold theirs on regional agreements of their own, and, reading only, on
    central ones under which their people have seats. What a reader cannot do, `leads` and the tracks say.
    """
    role, organisation = capacity(user)
    if not role:
        return set()
    if role in OFFICE:
        own = agreement.office_id == organisation.pk
        return {role} if own or seats_of(agreement).filter(line__need__office=organisation).exists() else set()
    if role == Role.PROV_VER:
        code = organisation.region_code
        own = bool(code) and agreement.office_id is not None and agreement.office.region_code.startswith(code)
        return {role} if own or (code and _seats_in(agreement, code)) else set()
    if role in PARTNER:
        return {role} if organisation.pk == agreement.partner_id else set()
    return {role} if role in NATIONAL else set()


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
        return Q(office_id=organisation.pk) | Q(
            pk__in=covered.filter(line__need__office=organisation).values("agreement_id")
        )
    if role == Role.PROV_VER and organisation.region_code:
        code = organisation.region_code
        return Q(office__region_code__startswith=code) | Q(
            pk__in=covered.filter(line__need__office__region_code__startswith=code).values("agreement_id")
        )
    if role in PARTNER:
        return Q(partner_id=organisation.pk)
    return Q() if role in NATIONAL else Q(pk__in=[])


def my_turn(user) -> Q:
    """Where the state leaves it open whose turn it is: regions on their tracks, the ministry elsewhere."""
    role, organisation = capacity(user)
    regional = Q(track__in=REGIONAL_TRACKS)
    if role in OFFICE:
        return regional & Q(office_id=organisation.pk)
    if role in {Role.BIROKS_OFF, Role.BIROKS_HEAD}:
        return ~regional | Q(status__in=MINISTRY_RECORDS)
    if role == Role.SEKJEN:
        return ~regional
    return Q()


MINISTRY_RECORDS = (
    AgreementStatus.CLEARANCE,
    AgreementStatus.FULL_POWERS,
    AgreementStatus.UNDER_AMENDMENT,
    AgreementStatus.SUSPENDED,
)
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
        conditions += [holders(role, pk__in=list(offices)) for role in wanted if role in OFFICE]
        if Role.PROV_VER in wanted:
            codes = {code[:n] for code in offices.values() for n in (2, 4) if len(code) >= n}
            conditions.append(holders(Role.PROV_VER, region_code__in=sorted(codes)))
    return people_with(*conditions)


# --- Tracks and hands


def is_regional(agreement) -> bool:
    """A region is a party: council and Home Affairs are on the road."""
    return agreement.is_regional


def is_central(agreement) -> bool:
    """Ministry and partner only."""
    return not agreement.is_regional


def leads(user, agreement) -> bool:
    """Whether the user works on this agreement: the Bureau of Cooperation on all, an office on its own."""
    role, organisation = capacity(user)
    if not covers(user, FLOW):
        return False
    if role in OFFICE:
        return agreement.is_regional and agreement.office_id == organisation.pk
    return role in {Role.BIROKS_OFF, Role.BIROKS_HEAD}


def may_edit_content(user, agreement) -> bool:
    """Whether the user may change the content now: the state allows their role, and they lead."""
    role, _organisation = capacity(user)
    return role in agreement.state.edits and leads(user, agreement)


def may_record_letters(user, agreement) -> bool:
    """Letters to bodies outside are recorded by the officer or the operator who leads, until signing."""
    role, _organisation = capacity(user)
    return role in {Role.BIROKS_OFF, Role.DINAS_OP} and leads(user, agreement) and agreement.status in BEFORE_SIGNING


def may_check_clauses(user, agreement) -> bool:
    """The Legal Bureau ticks the clauses while the text is before it."""
    legal = capacity(user)[0] == Role.LEGAL and covers(user, FLOW)
    return legal and agreement.status == AgreementStatus.LEGAL_REVIEW


def may_keep_grant(user, agreement) -> bool:
    """The Bureau of Cooperation keeps the grant's numbers, as long as the agreement was not turned down."""
    refused = {AgreementStatus.REJECTED, AgreementStatus.CANCELLED}
    return capacity(user)[0] == Role.BIROKS_OFF and agreement.status not in refused


def may_open(user, track: str) -> bool:
    """Who opens an agreement by hand: the officer of the bureau, or a head of office for the own region."""
    role, organisation = capacity(user)
    if role == Role.BIROKS_OFF:
        return True
    own = role == Role.DINAS_HEAD and covers(user, FLOW)
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


TEXTS = (DocumentKind.TEXT_ID, DocumentKind.TEXT_EN)
"""The text in its two languages."""


# --- Reasons: each returns a sentence that refuses, or an empty string


def paper(kind: DocumentKind, ask: str, sentence):
    """A `validates` that wants a paper: given with the act, or stored before.

    A text may be the portal's own draft; what others sign or answer may not.
    """
    stored = {"kind": kind} if kind in TEXTS else {"kind": kind, "generated": False}

    def check(agreement, actor, answers) -> str:
        if answers.get(ask) or agreement.documents.filter(**stored).exists():
            return ""
        return str(sentence)

    return check


PLAN_FIELDS = ("subject", "scope", "cost_source", "place", "duration_months")


def plan_is_complete(agreement, actor) -> str:
    """The plan says what, how far, who pays, where and how long."""
    missing = [
        str(agreement._meta.get_field(name).verbose_name) for name in PLAN_FIELDS if not getattr(agreement, name)
    ]
    if not missing:
        return ""
    return _("Complete the cooperation plan first: %(fields)s.") % {"fields": ", ".join(missing)}


def clauses_are_checked(agreement, actor) -> str:
    """The Legal Bureau has gone through every clause."""
    missing = [str(c.label) for c in Clause if not agreement.clauses.get(c.value)]
    if not missing:
        return ""
    return _("Tick the clauses in the checklist first: %(clauses)s.") % {"clauses": ", ".join(missing)}


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
