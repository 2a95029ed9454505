"""Small questions about people: which capacity they act in, and who holds a role where."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import User
from accounts.roles import Role


def capacity(user) -> tuple[str, object]:
    """(role, organisation) the user acts in now; ("", None) for visitors and people without a membership."""
    acting = getattr(user, "acting", None)
    return (acting.role, acting.organisation) if acting else ("", None)


def holders(role: str, **organisation) -> Q:
    """A query on memberships: this role in organisations that match, for example `region_code="52"`."""
    return Q(role=role, **{f"organisation__{key}": value for key, value in organisation.items()})


def people_with(*conditions: Q):
    """The active users who hold one of the memberships described, today."""
    from accounts.models import Membership

    if not conditions:
        return User.objects.none()
    query = Q()
    for condition in conditions:
        query |= condition
    return User.objects.filter(pk__in=Membership.objects.current().filter(query).values("user_id")).order_by("pk")


def is_administrator(user) -> bool:
    """May invite people and keep vocabularies; never decides on needs, programmes or agreements."""
    return capacity(user)[0] == Role.ADMIN
