"""When a mail may leave: the office's clock, the reader's choice, and how urgent the matter is."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

from notices.models import ALLOWED, DEFAULTS, Cadence, NoticeKind
from workflow.calendar import WIB, is_working_day

MORNING, EVENING = dt.time(7), dt.time(18)
"""Mail leaves between these, local time, on working days."""

URGENT, NORMAL, PATIENT = "urgent", "normal", "patient"
"""How a matter stands to the reader's choice: urgent ones wait for no digest, patient ones always do."""

LOUD = {"amber", "red"}
"""Tones of acts that need an answer or disappoint: returned, declined, forwarded without review."""

ANNOUNCED_MARK = 80
"""The share of its time from which a due date is mailed at once; half-time can wait for the morning."""


def urgency_of(kind: str, transition, mark: int | None = None) -> str:
    """How urgent the table makes an event."""
    if kind == NoticeKind.DUE:
        return NORMAL if (mark or 0) >= ANNOUNCED_MARK else PATIENT
    if kind == NoticeKind.CHANGE and transition is not None:
        return URGENT if transition.tone in LOUD or transition.style == "danger" else NORMAL
    return NORMAL


def leaves_at(now: dt.datetime, zone: str, *, soon: bool, due_at: dt.datetime | None = None) -> dt.datetime:
    """When a mail may leave: at once between 07.00 and 18.00 on a working day, or when the matter is due today or
    before mail leaves again; else, and for everything that can wait, at 07.00 of the next working morning."""
    place = ZoneInfo(zone or WIB)
    here = now.astimezone(place)
    if soon and is_due_today(due_at, here):
        return now
    if soon and is_working_day(here.date()) and MORNING <= here.time() < EVENING:
        return now
    morning = open_morning(here.date() if here.time() < MORNING else here.date() + dt.timedelta(days=1), place)
    return now if soon and due_at is not None and now < due_at <= morning else morning


def is_due_today(due_at: dt.datetime | None, here: dt.datetime) -> bool:
    """Whether something is due on the day a local moment lies in."""
    return due_at is not None and due_at.astimezone(here.tzinfo).date() == here.date()


def weekly_at(now: dt.datetime, zone: str) -> dt.datetime:
    """When the weekly digest leaves next: 07.00 on Monday, or on the first working day after it."""
    place = ZoneInfo(zone or WIB)
    here = now.astimezone(place)
    monday = here.date() - dt.timedelta(days=here.weekday())
    this_week = open_morning(monday, place)
    return this_week if this_week > now else open_morning(monday + dt.timedelta(days=7), place)


def next_digest(zone: str, cadence: str, now: dt.datetime | None = None) -> dt.datetime:
    """When the digest of a cadence leaves next in a zone, for the page on which it is chosen."""
    now = now or timezone.now()
    return weekly_at(now, zone) if cadence == Cadence.WEEKLY else leaves_at(now, zone, soon=False)


def open_morning(day: dt.date, place: ZoneInfo) -> dt.datetime:
    """07.00 on a day, or on the first working day after it."""
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, MORNING, place)


def cadence_for(kind: str, choices: dict[str, str]) -> str:
    """What a reader chose for a kind, or what holds without a choice; what the workflow requires is never off."""
    chosen = choices.get(kind, DEFAULTS[kind])
    return chosen if chosen in ALLOWED[kind] else DEFAULTS[kind]


def mail_at(
    kind: str,
    choices: dict[str, str],
    now: dt.datetime,
    zone: str,
    *,
    urgency: str = NORMAL,
    due_at: dt.datetime | None = None,
) -> tuple[dt.datetime, bool] | None:
    """(when, whether in a digest) a notice is mailed to a reader with these choices; None: not at all."""
    cadence = cadence_for(kind, choices)
    if cadence == Cadence.OFF:
        return None
    today = is_due_today(due_at, now.astimezone(ZoneInfo(zone or WIB)))
    if today or urgency == URGENT or (cadence == Cadence.AT_ONCE and urgency != PATIENT):
        return leaves_at(now, zone, soon=True, due_at=due_at), False
    if cadence == Cadence.WEEKLY:
        return weekly_at(now, zone), True
    return leaves_at(now, zone, soon=False), True
