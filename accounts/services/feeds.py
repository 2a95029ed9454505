"""Writes on the secret address of one's own calendar. Each leaves its line in the log."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CalendarFeed, User
from accounts.services.log import record_event
from workflow.engine import Refused

FEED_LOG = "accounts.calendar"


@transaction.atomic
def open_feed(user) -> str:
    """Make or renew one's own address; returns the secret part, which is shown once and stored nowhere."""
    User.objects.select_for_update().get(pk=user.pk)
    feed = CalendarFeed.objects.filter(user=user).first() or CalendarFeed(user=user)
    again = feed.pk is not None and feed.revoked_at is None
    token = feed.new_token()
    feed.save()
    record_event(FEED_LOG, feed.pk, feed.code, "renew_calendar" if again else "open_calendar", user)
    return token


@transaction.atomic
def revoke_feed(user) -> None:
    """From now on the address leads nowhere."""
    feed = CalendarFeed.objects.select_for_update().filter(user=user, revoked_at__isnull=True).first()
    if feed is None:
        raise Refused([_("There is no calendar address to revoke.")])
    feed.revoked_at = timezone.now()
    feed.save()
    record_event(FEED_LOG, feed.pk, feed.code, "revoke_calendar", user)
