"""Meetings for tests: planned, sent and answered through the services; states that come later are written directly."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

from forum.lifecycle import MEETING
from forum.models import Meeting
from forum.services import meetings as services
from workflow.engine import perform

WIB = ZoneInfo("Asia/Jakarta")


def at(days: int, hour: int = 10, minute: int = 0, zone: ZoneInfo = WIB) -> dt.datetime:
    """So many days from today, on a clock."""
    day = timezone.localdate(timezone=zone) + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour, minute), zone)


def fields(**more) -> dict:
    """What a meeting says: a coordination meeting in ten days, in a room in Jakarta."""
    return {
        "kind": "COORDINATION",
        "title": "Rapat koordinasi",
        "purpose": "",
        "starts_at": at(10),
        "ends_at": at(10, 12),
        "zone": "Asia/Jakarta",
        "place": "Ruang rapat",
        "link": "",
        **more,
    }


def item(title: str = "Pembukaan", minutes: int | None = 30, record=None) -> dict:
    """A row of an agenda."""
    return {"title": title, "minutes": minutes, "record": record}


def draft(actor, *guests, agenda=None, **more) -> Meeting:
    """A draft of the actor's organisation; `guests` are organisations, or (organisation, role)."""
    pairs = [(g[0].pk, g[1]) if isinstance(g, tuple) else (g.pk, "") for g in guests]
    rows = [item()] if agenda is None else agenda
    return services.plan_meeting(actor, fields=fields(**more), agenda=rows, invitees=pairs)


def sent(actor, *guests, **more) -> Meeting:
    """One whose invitations have left."""
    return perform(MEETING, "send", record=draft(actor, *guests, **more), actor=actor)


def in_state(actor, status: str, *guests, **more) -> Meeting:
    """One in any state; states after the sending are put there without their acts."""
    if status == "DRAFT":
        return draft(actor, *guests, **more)
    found = sent(actor, *guests, **more)
    if status != "PLANNED":
        Meeting.objects.filter(pk=found.pk).update(**{"status": status})
    return Meeting.objects.get(pk=found.pk)


def begun(meeting: Meeting, hours: int = 1) -> Meeting:
    """The same meeting, begun so many hours ago and an hour long."""
    start = timezone.now() - dt.timedelta(hours=hours)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=start, ends_at=start + dt.timedelta(hours=1))
    return Meeting.objects.get(pk=meeting.pk)
