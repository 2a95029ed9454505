"""Reads of the inbox, always for a user."""

from __future__ import annotations

from django.db.models import F
from django.http import Http404

from notices.lines import Line, lines_of
from notices.models import Notice, Outbox, Pending


def inbox(user):
    """All notices of a person, unread first, then the newest."""
    return Notice.objects.filter(user=user).order_by(F("read_at").desc(nulls_first=True), "-created_at", "-pk")


def unread_count(user) -> int:
    """How many notices a person has not opened, for the bell."""
    return Notice.objects.filter(user=user, read_at__isnull=True).count() if user.is_authenticated else 0


def recent(user, limit: int = 5) -> list[Line]:
    """The newest notices, for the home page."""
    return lines_of(user, Notice.objects.filter(user=user).order_by("-created_at", "-pk")[:limit])


def get_notice(user, pk: int) -> Notice:
    """One notice of one's own."""
    found = Notice.objects.filter(user=user, pk=pk).select_related("membership").first()
    if found is None:
        raise Http404
    return found


def post_room_state() -> dict[str, int]:
    """For whoever keeps the portal running: mails that wait, mails given up, work put aside."""
    waiting = Outbox.objects.filter(sent_at__isnull=True, dropped_at__isnull=True)
    return {
        "waiting": waiting.count(),
        "failing": waiting.filter(given_up_at__isnull=True).exclude(last_error="").count(),
        "given_up": waiting.filter(given_up_at__isnull=False).count(),
        "put_aside": Pending.objects.filter(attempts__gte=1).count(),
    }
