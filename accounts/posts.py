"""Which posts hold a role on a record, for everyone who waits for it: role and organisation, never a person."""

from __future__ import annotations

from accounts.models import Membership
from workflow.turns import Post

MOST = 200
"""Where more people could act than this, the list says little anyway."""


def posts_of(record, roles: tuple[str, ...]) -> list[Post]:
    """The posts that hold one of these roles on a record, each once; one query, and a look at each person who has more
    than one capacity. A post that is only filled by delegation says so ("Plt. …")."""
    people = record.flow.people(record, roles).order_by().values("pk")
    current = Membership.objects.current().filter(user__in=people)
    by_user: dict[int, list[Membership]] = {}
    for membership in current.select_related("user", "organisation", "delegation").order_by("pk")[:MOST]:
        by_user.setdefault(membership.user_id, []).append(membership)
    found: dict[tuple[str, int], Post] = {}
    for own in by_user.values():
        user = own[0].user
        user.current_memberships = own
        for membership in own:
            role = _role(user, membership, record, roles, sure=len(own) == 1)
            if not role:
                continue
            # Several posts may hold what a record calls by one name, such as all of the office that called a meeting.
            key = (membership.role, membership.organisation_id)
            if key not in found or membership.delegation_id is None:
                found[key] = Post(role, membership.role_label, _short(membership.organisation))
    return list(found.values())


def _short(organisation) -> str:
    """What people call an organisation: "Disnaker Prov. Bali"."""
    return organisation.short_name or organisation.name


def _role(user, membership, record, roles, *, sure: bool) -> str:
    """The role in which a membership has a record, or an empty string."""
    if sure and membership.role in roles:
        return membership.role
    user.act_as(membership.pk)
    held = record.flow.roles(user, record) & set(roles)
    return next((role for role in roles if role in held), "")
