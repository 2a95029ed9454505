"""Who is told, in which capacity, and when a mail may leave."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from accounts.models import Membership
from accounts.roles import OFFICE, Role
from notices.models import NoticeKind
from workflow.calendar import WIB, is_working_day
from workflow.table import ANYONE

MORNING, EVENING = dt.time(7), dt.time(18)
"""Mail leaves between these, local time, on working days."""

SUPERIOR = {
    Role.DINAS_OP: Role.DINAS_HEAD,
    Role.NOMINEE: Role.DINAS_OP,
    Role.PROV_VER: Role.PPSDM_VER,
    Role.DITJEN_REV: Role.PPSDM_VER,
    Role.PPSDM_VER: Role.PPSDM_HEAD,
    Role.PPSDM_HEAD: Role.SEKJEN,
    Role.BIROKS_OFF: Role.BIROKS_HEAD,
    Role.BIROKS_HEAD: Role.SEKJEN,
    Role.LEGAL: Role.SEKJEN,
    Role.EVAL: Role.PPSDM_HEAD,
    Role.PARTNER_OFF: Role.PARTNER_HEAD,
    Role.PARTNER_HEAD: Role.BIROKS_OFF,
}
"""Who hears when a time limit has passed besides the one whose turn it is: overdue is never silent (docs/deadlines.md).

A head of a regional office has no superior in the portal: the ministry does not command it. Who stands for the next
level hears only of records that exist for them.
"""


def superiors_of(roles) -> list[str]:
    """The next level above the roles whose turn it is; one of several whose turn it is counts as told already."""
    return [r for r in dict.fromkeys(SUPERIOR[role] for role in roles if role in SUPERIOR) if r not in roles]


REGIONS = (*OFFICE, Role.PROV_VER, Role.NOMINEE)
"""Who does not read what is marked as internal in a difference, such as a partner's own deadline."""

LOUD = {"amber", "red"}
"""Tones of acts that need an answer or disappoint: returned, declined, forwarded without review."""


def turn_of(record) -> tuple[str, ...]:
    """The roles whose turn it is; a record may know it more exactly than its state."""
    exact = getattr(record, "waits_for", None)
    return tuple(exact() if callable(exact) else record.state.waits_for)


def who_can_see(record, roles) -> list[str]:
    """Of some roles those for which the record exists in its present state: nobody is sent to a missing
    page."""
    sees = record.state.sees
    return [r for r in dict.fromkeys(roles) if sees == ANYONE or r in sees]


def capacities(registered, record, roles, *, turn: bool = False) -> list[tuple]:
    """(user, membership) for everyone who holds one of the roles on a record; `turn`: only where it is
    their turn.

    A person with several capacities is told once, in the first that applies.
    """
    roles = who_can_see(record, roles)
    if not roles:
        return []
    flow, found = registered.flow, []
    for user in _with_memberships(flow.people(record, roles)):
        for membership in user.current_memberships:
            user.act_as(membership.pk)
            if not flow.roles(user, record) & set(roles):
                continue
            if turn and registered.turn is not None:
                mine = registered.model._default_manager.filter(registered.turn(user), pk=record.pk)
                if not mine.exists():
                    continue
            found.append((user, membership))
            break
    return found


def _with_memberships(people) -> list:
    """Users with their present memberships loaded in one query: a published programme concerns a thousand."""
    users = list(people)
    own: dict[int, list] = {user.pk: [] for user in users}
    current = Membership.objects.current().filter(user__in=own)
    for membership in current.select_related("organisation", "delegation__post").order_by("pk"):
        own[membership.user_id].append(membership)
    for user in users:
        user.current_memberships = own[user.pk]
    return users


def at_once(kind: str, transition, mark: int | None) -> bool:
    """Whether a notice is mailed as soon as the hour allows, rather than with the morning's other changes."""
    if kind == NoticeKind.TURN:
        return True
    if kind == NoticeKind.DUE:
        return (mark or 0) >= 80
    return transition is not None and (transition.tone in LOUD or transition.style == "danger")


def leaves_at(now: dt.datetime, zone: str, *, soon: bool, due_at: dt.datetime | None = None) -> dt.datetime:
    """When a mail may leave: at once between 07.00 and 18.00 on a working day or when the matter is due
    today;
    else, and for everything that can wait, at 07.00 of the next working morning."""
    place = ZoneInfo(zone or WIB)
    here = now.astimezone(place)
    if soon and due_at is not None and due_at.astimezone(place).date() == here.date():
        return now
    if soon and is_working_day(here.date()) and MORNING <= here.time() < EVENING:
        return now
    day = here.date()
    if here.time() >= MORNING:
        day += dt.timedelta(days=1)
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, MORNING, place)
