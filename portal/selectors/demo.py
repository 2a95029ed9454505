"""The demonstration's accounts, for signing in with one click. Empty unless this is a demonstration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from accounts.models import Membership, User
from accounts.roles import Role
from portal.demo.accounts import rows

ADDRESSES = "@example.test"
"""Only addresses of this reserved domain are demonstration accounts: a real person never has one."""


@dataclass(frozen=True)
class Account:
    """One account to choose."""

    email: str
    post: str
    place: str


@dataclass(frozen=True)
class Group:
    """The accounts of one role."""

    label: Any
    accounts: list[Account] = field(default_factory=list)


def demo_groups() -> list[Group]:
    """The accounts worth trying first, by role in the order of the procedure."""
    if not settings.DEMO:
        return []
    found = {role.value: Group(role.label) for role in Role}
    shown = [email for _role, _post, email in rows()]
    current = Membership.objects.own().current().filter(user__email__in=shown)
    for membership in current.select_related("user", "organisation").order_by("pk"):
        user = membership.user
        found[membership.role].accounts.append(Account(user.email, user.name, membership.organisation.name))
    return [group for group in found.values() if group.accounts]


def demo_account(email: str) -> User | None:
    """The demonstration account with this address; None for every other address, and outside
    demonstrations."""
    if not settings.DEMO or not email.endswith(ADDRESSES) or "\x00" in email:
        return None
    return User.objects.filter(email=email, is_active=True, is_staff=False).first()
