"""Who may let a machine listen for an organisation, and whether the capacity it listens in is still held."""

from __future__ import annotations

from accounts.models import Membership
from accounts.roles import PARTNER, Role

KEEPERS = (*PARTNER, Role.DINAS_HEAD, Role.PPSDM_HEAD, Role.BIROKS_HEAD)
"""Liaison and head of a partner, and whoever heads an office or a bureau. An administrator of accounts sees no records,
so there would be nothing to tell."""


def may_keep_webhooks(user) -> bool:
    """Whether the capacity acted in may keep webhooks for its organisation. Who stands in for somebody may not: what
    they set up would outlast their days."""
    acting = user.acting
    return (
        acting is not None
        and acting.role in KEEPERS
        and acting.delegation_id is None
        and not acting.organisation.suspended
    )


def keepers_of(organisation_id: int) -> list[tuple]:
    """(user, membership) of everyone who may keep the webhooks of an organisation."""
    found = (
        Membership.objects.current().own().filter(organisation=organisation_id, role__in=KEEPERS, user__is_system=False)
    )
    once = {}
    for membership in found.select_related("user", "organisation").order_by("pk"):
        once.setdefault(membership.user_id, (membership.user, membership))
    return list(once.values())


def still_held(webhook) -> bool:
    """Whether the capacity a webhook reads in is still held by whoever saved it last."""
    membership = webhook.membership
    if membership is None or membership.role not in KEEPERS or webhook.organisation.suspended:
        return False
    return any(own.pk == membership.pk for own in membership.user.current_memberships)
