"""Reads on calendar addresses."""

from __future__ import annotations

from accounts.models import CalendarFeed
from accounts.models.feeds import hash_of


def feed_of(user) -> CalendarFeed | None:
    """One's own address, while it works."""
    return CalendarFeed.objects.filter(user=user, revoked_at__isnull=True).first()


def owner_of(token: str):
    """Whose calendar this secret opens; None for an unknown or revoked one and for a closed account."""
    feed = (
        CalendarFeed.objects.select_related("user")
        .filter(token_hash=hash_of(token), revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    return feed.user if feed else None
