"""Keeps the post room in order: what waits for a morning follows an edited calendar, what is old goes."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from notices.models import Notice, Outbox
from notices.rules.hours import MORNING, open_morning
from workflow.calendar import WIB, is_working_day

NOTICES_KEPT = dt.timedelta(days=180)
"""How long what was read, or stands in the inbox of a closed account, is kept; the log holds the event itself."""
MAILS_KEPT = dt.timedelta(days=90)
"""How long a mail that left or was dropped can be looked up, with what it said."""
LETTERS_KEPT = dt.timedelta(days=730)
"""How long it is known that somebody got a letter, without its words: a meeting that is called off a year after it was
called must be taken out of the calendars it went into."""
PIECE = 2000


def follow_calendar(now) -> int:
    """Digests that would leave on what is a day off by now wait for the next working morning; returns how many."""
    zone = Notice.objects.filter(mail=OuterRef("pk")).order_by("pk").values("time_zone")[:1]
    waiting = Outbox.objects.filter(
        is_digest=True, attempts=0, next_at__gt=now, sent_at__isnull=True, dropped_at__isnull=True
    )
    moved = 0
    for pk, due_at, name in list(waiting.annotate(zone=Subquery(zone)).values_list("pk", "due_at", "zone")):
        place = ZoneInfo(name or WIB)
        here = due_at.astimezone(place)
        if here.time() != MORNING or is_working_day(here.date()):
            continue
        morning = open_morning(here.date(), place)
        moved += waiting.filter(pk=pk, due_at=due_at).update(due_at=morning, next_at=morning)
    return moved


def forget_old(now) -> dict[str, int]:
    """Delete what nobody needs any more, a piece at a time; returns how much. What somebody has still to read, and what
    waits to leave, is never old."""
    left = Q(sent_at__lt=now - MAILS_KEPT) | Q(dropped_at__lt=now - MAILS_KEPT)
    letters = Outbox.objects.filter(left, seq__isnull=False)
    silenced = letters.exclude(subject="", body="").update(subject="", body="")
    long_ago = now - LETTERS_KEPT
    unwanted = Q(read_at__isnull=False) | Q(user__is_active=False)
    return {
        "notices": _delete(Notice.objects.filter(unwanted, created_at__lt=now - NOTICES_KEPT)),
        "mails": _delete(Outbox.objects.filter(left, seq__isnull=True)),
        "letters": _delete(letters.filter(Q(sent_at__lt=long_ago) | Q(dropped_at__lt=long_ago))),
        "silenced": silenced,
    }


def _delete(rows) -> int:
    """Delete rows of one table and what hangs on them; returns how many rows."""
    count = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:PIECE]):
        with transaction.atomic():
            rows.model.objects.filter(pk__in=keys).delete()
        count += len(keys)
    return count
