"""Travel permits: the latest day for each, when an open one is called to mind, and when the time is short.

Regional officials apply through the Ministry of Home Affairs ten days before departure; the State Secretariat takes no
application later than a week before. Everything else must be there by then too. In practice permits take weeks: below
45 days with something still open, every page says so in red.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import ngettext

from participants.models import ClearanceKind, ClearanceStep, Path, StepState
from participants.models import NominationStatus as S

WARN_DAYS = 45
"""Permits that are not complete so many days before departure turn red."""
LATEST_DAYS = {ClearanceKind.HOME_AFFAIRS: 10}
"""Days before departure by which it must be in; a week for every other kind."""
A_WEEK = 7
REMIND = (7, 1, -1)
"""An open permit is called to mind a week and a day before its latest day, and on the day after it."""
UNFINISHED = (S.SHORTLISTED, S.FORWARDED, S.PARTNER_SCREENING, S.ACCEPTED, S.CLEARANCE)
"""States in which permits are still to come or under way."""


def latest_day(kind: str, leaves: dt.date | None) -> dt.date | None:
    """The last day on which this permit may be handed in; None while the departure is unknown."""
    return leaves - dt.timedelta(days=LATEST_DAYS.get(ClearanceKind(kind), A_WEEK)) if leaves else None


def next_reminder(kind: str, leaves: dt.date | None, after: dt.date) -> dt.date | None:
    """The next day after `after` on which an open permit is called to mind; None when no such day is left."""
    latest = latest_day(kind, leaves)
    days = (latest - dt.timedelta(days=ahead) for ahead in REMIND) if latest else ()
    return next((day for day in days if day > after), None)


def to_be_reminded(now) -> Q:
    """CLOCK: nominations with an open permit whose day of reminder has come."""
    due = ClearanceStep.objects.filter(
        nomination=OuterRef("pk"), state=StepState.OPEN, remind_on__lte=timezone.localdate(now)
    )
    return Q(Exists(due))


def due_steps(nomination, today: dt.date):
    """The open permits of one nomination whose day of reminder has come."""
    return nomination.clearance.filter(state=StepState.OPEN, remind_on__lte=today)


def something_is_due(nomination, actor) -> str:
    """The CLOCK speaks once: whoever comes second finds nothing left to say."""
    return "" if due_steps(nomination, timezone.localdate()).exists() else "nothing is due"


def days_left(nomination, today: dt.date | None = None) -> int | None:
    """Days to departure where they are fewer than permits take and something is still open; else None."""
    if nomination.path != Path.ABROAD or nomination.status not in UNFINISHED or nomination.leaves_on is None:
        return None
    left = (nomination.leaves_on - (today or timezone.localdate())).days
    return left if left < WARN_DAYS else None


def days_left_sentence(days: int) -> str:
    """For tags and rows: how many days are left."""
    if days < 0:
        return ngettext(
            "Permits open %(days)s day after departure", "Permits open %(days)s days after departure", -days
        ) % {"days": -days}
    return ngettext("Permits open, %(days)s day left", "Permits open, %(days)s days left", days) % {"days": days}
