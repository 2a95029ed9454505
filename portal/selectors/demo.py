"""The demonstration's accounts, for signing in with one click. Empty unless this is a demonstration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from accounts.models import Membership, User
from accounts.roles import Role

ADDRESSES = "@example.test"
"""Only addresses of this reserved domain are demonstration accounts: a real person never has one."""
PER_ROLE = 4


@dataclass(frozen=True)
class Account:
    """One account to choose."""

    email: str
    place: str


@dataclass(frozen=True)
class Group:
    """The accounts of one role."""

    label: Any
    accounts: list[Account] = field(default_factory=list)


def demo_groups() -> list[Group]:
    """Accounts by role, the first few of each."""
    if not settings.DEMO:
        return []
    found = {role.value: Group(role.label) for role in Role}
    current = Membership.objects.current().filter(user__email__endswith=ADDRESSES)
    for membership in current.select_related("user", "organisation").order_by("pk"):
        group = found[membership.role].accounts
        if len(group) < PER_ROLE:
            group.append(Account(membership.user.email, membership.organisation.name))
    return [group for group in found.values() if group.accounts]


def demo_account(email: str) -> User | None:
    """The demonstration account with this address; None for every other address, and outside demonstrations."""
    if not settings.DEMO or not email.endswith(ADDRESSES):
        return None
    return User.objects.filter(email=email, is_active=True, is_staff=False).first()
