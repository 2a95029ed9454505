"""Who has something to do: one rule in three directions."""

from __future__ import annotations

from django.db.models import Q

from accounts.roles import READERS
from accounts.rules import capacity, people_with
from forum.models import DOER, ORGANISER, ActionStatus, Meeting
from forum.rules.access import TALKERS
from forum.rules.meetings import invited_memberships, meetings_in_reach, roles_on_meeting


def does(user, action) -> bool:
    """Whether an action point is somebody's to do."""
    role, organisation = capacity(user)
    return role in TALKERS and organisation.pk == action.organisation_id and action.role in {"", role}


def roles_on_action(user, action) -> set[str]:
    """The role on an action point: whoever does it, and everyone who sees the meeting. Before the minutes are published
    it exists for the organisers alone."""
    found = roles_on_meeting(user, action.meeting)
    if action.status == ActionStatus.DRAFT:
        return found if found & {ORGANISER, *READERS} else set()
    return found | ({capacity(user)[0], DOER} if does(user, action) else set())


def actions_in_reach(user) -> Q:
    """`roles_on_action` as a query."""
    role, organisation = capacity(user)
    if not role:
        return Q(pk__in=[])
    if role in READERS:
        return Q()
    if role not in TALKERS:
        return Q(pk__in=[])
    through = Q(meeting__in=Meeting.objects.filter(meetings_in_reach(user)).values("pk"))
    mine = Q(organisation=organisation, role__in=["", role])
    return Q(meeting__organiser=organisation) | (~Q(status=ActionStatus.DRAFT) & (through | mine))


def actions_my_turn(user) -> Q:
    """`does` as a query."""
    role, organisation = capacity(user)
    if role not in TALKERS:
        return Q(pk__in=[])
    return Q(organisation=organisation, role__in=["", role])


def actions_organised(user) -> Q:
    """What the meetings of one's own organisation asked of somebody."""
    role, organisation = capacity(user)
    return Q(meeting__organiser=organisation) if role in TALKERS else Q(pk__in=[])


def actions_with_my_dates(user) -> Q:
    """The action points whose due dates concern somebody: who does them and who asked for them, not everyone who was at
    the meeting; auditors all."""
    return Q() if capacity(user)[0] in READERS else actions_my_turn(user) | actions_organised(user)


def people_on_action(action, roles):
    """`roles_on_action` read backwards, for telling people."""
    roles, meeting = set(roles), action.meeting
    own, issued = roles & {*TALKERS}, action.status != ActionStatus.DRAFT
    doers = Q(organisation=action.organisation_id, role__in=[action.role] if action.role else TALKERS)
    conditions = []
    if ORGANISER in roles:
        conditions.append(Q(organisation=meeting.organiser_id, role__in=TALKERS))
    if DOER in roles and issued:
        conditions.append(doers)
    if own:
        conditions.append(Q(organisation=meeting.organiser_id, role__in=own))
    if own and issued:
        conditions.append(doers & Q(role__in=own))
    if own and issued and meeting.is_announced:
        conditions.append(invited_memberships(meeting) & Q(role__in=own))
    if readers := roles & {*READERS}:
        conditions.append(Q(role__in=readers))
    return people_with(*conditions)
