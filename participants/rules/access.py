"""Who holds which role on a nomination. Personal data: only those whose turn or duty it is, the partner last."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import OFFICE, PARTNER, Role
from accounts.rules import capacity, holders, people_with
from participants.models import PANEL, SEATED, Nomination
from participants.models import NominationStatus as S
from participants.names import may_be_one
from workflow.mandate import covers, hands_of

FLOW = "participants.nomination"
CENTRE = (
    Role.PPSDM_VER,
    Role.PPSDM_HEAD,
    Role.BIROKS_OFF,
    Role.BIROKS_HEAD,
    Role.DITJEN_REV,
    Role.EVAL,
    Role.AUDITOR,
)
"""Roles at the centre that have a duty on nominations; in which states, the table says."""

PANELLISTS = (Role.PPSDM_VER, Role.BIROKS_OFF, Role.DITJEN_REV, Role.EVAL)
"""Who may sit on the selection panel; the head of PPSDM decides on its sheets and therefore does not."""

ROSTER = (*OFFICE, Role.PPSDM_VER, Role.PPSDM_HEAD, Role.BIROKS_OFF, Role.BIROKS_HEAD, *PARTNER, Role.AUDITOR)
"""Who opens the roster of a proposal; the rows on it follow from the table."""


def is_nominee(user, nomination) -> bool:
    """Whether this is the person's own nomination."""
    return nomination.person.account_id is not None and nomination.person.account_id == user.pk


def is_the_person(user, person) -> bool:
    """Whether a person is the user, or the official they stand in for.

    Where the office has linked no account, the same name counts as the same person: better another official decides,
    or the office links the right account, than somebody decides on themselves.
    """
    if person.account_id is not None:
        return person.account_id in hands_of(user)
    return any(may_be_one(name, person.name) for name in _names_of_hands(user))


def _names_of_hands(user) -> list[str]:
    others = hands_of(user) - {user.pk}
    return [user.name, *(User.objects.filter(pk__in=others).values_list("name", flat=True) if others else ())]


def decides_for_nominee(user, nomination) -> bool:
    """Whether it is the own nomination of the user, or of the official they stand in for."""
    return is_the_person(user, nomination.person)


def roles_on_nomination(user, nomination) -> set[str]:
    """The role a user holds on this nomination in the capacity they act in now; empty: it does not exist for them."""
    role, organisation = capacity(user)
    if not role or not covers(user, FLOW):
        return set()
    if role == Role.NOMINEE:
        own = is_nominee(user, nomination) and organisation.pk == nomination.office.pk
        return {role} if own else set()
    if role in OFFICE:
        return {role} if organisation.pk == nomination.office.pk else set()
    if role in PARTNER:
        known = nomination.forwarded_at is not None and organisation.pk == nomination.proposal.partner_id
        return {role} if known else set()
    if role == Role.DITJEN_REV and organisation.code != nomination.proposal.line.post.guide_unit:
        return set()  # only the unit that guides the post sits on the panel
    return {role} if role in CENTRE and not _never_left_the_office(nomination, role) else set()


def _never_left_the_office(nomination, role) -> bool:
    """What the head of office never endorsed is the office's own; the auditor reads it once it was submitted."""
    if role == Role.AUDITOR:
        return nomination.status == S.WITHDRAWN and nomination.notice_read_on is None
    return nomination.status in (S.WITHDRAWN, S.RETURNED) and nomination.letter_date is None


def nominations_in_reach(user) -> Q:
    """`roles_on_nomination` as a query."""
    role, organisation = capacity(user)
    if not covers(user, FLOW):
        return Q(pk__in=[])  # personal data: a delegation that is not about nominations shows none
    if role == Role.NOMINEE:
        return Q(person__account=user.pk, proposal__line__need__office_id=organisation.pk)
    if role in OFFICE:
        return Q(proposal__line__need__office_id=organisation.pk)
    if role in PARTNER:
        return Q(proposal__partner_id=organisation.pk, forwarded_at__isnull=False)
    if role not in CENTRE:
        return Q(pk__in=[])
    if role == Role.AUDITOR:
        return ~Q(status=S.WITHDRAWN, notice_read_on__isnull=True)
    left_the_office = ~Q(status__in=[S.WITHDRAWN, S.RETURNED], letter_date__isnull=True)
    if role == Role.DITJEN_REV:
        return left_the_office & Q(proposal__line__post__guide_unit=organisation.code)
    return left_the_office


def people_on_nomination(nomination, roles):
    """`roles_on_nomination` read backwards."""
    conditions = []
    for role in roles:
        if role == Role.NOMINEE:
            conditions.append(holders(role, pk=nomination.office.pk) & Q(user_id=nomination.person.account_id or 0))
        elif role in OFFICE:
            conditions.append(holders(role, pk=nomination.office.pk))
        elif role in PARTNER:
            if nomination.forwarded_at is not None:
                conditions.append(holders(role, pk=nomination.proposal.partner_id))
        elif role in CENTRE and not _never_left_the_office(nomination, role):
            unit = {"code": nomination.proposal.line.post.guide_unit} if role == Role.DITJEN_REV else {}
            conditions.append(holders(role, **unit))
    return people_with(*conditions)


def my_turn(user) -> Q:
    """Where the state alone leaves it open whose turn it is: `Nomination.waits_for` as a query."""
    role = capacity(user)[0]
    if role == Role.PPSDM_VER:
        return ~Q(status=S.SCREENING) | Q(panel_size__lt=PANEL)
    if role == Role.PPSDM_HEAD:
        return ~Q(status__in=[S.SCREENING, S.RESERVE]) | (
            Q(status=S.SCREENING, panel_size__gte=PANEL) | Q(status=S.RESERVE, due_at__isnull=False)
        )
    if role == Role.EVAL:
        return ~Q(status=S.FOLLOW_UP) | Q(used_in_duty__isnull=False) | Q(due_at__lt=timezone.now())
    return Q()


def seats_held(proposal) -> int:
    """Seats of a proposal that nominees hold now."""
    return Nomination.objects.filter(proposal=proposal, status__in=SEATED).count()


def first_reserve(proposal) -> Nomination | None:
    """The reserve whose turn it is when a seat is free: by the panel's order."""
    return Nomination.objects.filter(proposal=proposal, status=S.RESERVE).order_by("place_in_order", "pk").first()
