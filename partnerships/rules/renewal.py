"""The end of validity: who is warned when, and what counts as having acted (K13)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from partnerships.models import EXPIRING_DAYS, AgreementStatus, Renewal

RUNNING = (AgreementStatus.ACTIVE, AgreementStatus.UNDER_AMENDMENT)
MARKS = (180, 90, 30)
"""Days before the end at which everyone concerned is told, once each, until somebody has decided."""


def ends_soon(today: dt.date | None = None) -> Q:
    """In force and ending within 180 days: what the records derive, as a query."""
    today = today or timezone.localdate()
    return Q(status__in=RUNNING, ends__gte=today, ends__lte=today + dt.timedelta(days=EXPIRING_DAYS))


def without_action(today: dt.date | None = None) -> Q:
    """Ends soon, and neither a follow-up nor a decision to let it end is recorded (K13)."""
    return ends_soon(today) & Q(renewal="")


def due_for(mark: int):
    """For the CLOCK: what has come within this mark and was not told of it, nor of a nearer one.

    The windows do not overlap: after a standstill over two marks people hear of the nearer one alone.
    """
    nearer = max((m for m in MARKS if m < mark), default=-1)

    def when(now) -> Q:
        today = timezone.localdate(now)
        inside = Q(ends__gt=today + dt.timedelta(days=nearer), ends__lte=today + dt.timedelta(days=mark))
        return inside & Q(renewal="") & (Q(warned_days__isnull=True) | Q(warned_days__gt=mark))

    return when


def renewal_is_open(agreement) -> bool:
    """The time for a decision has come, and no follow-up was opened."""
    return agreement.is_expiring and agreement.renewal != Renewal.RENEW


def end_is_undecided(agreement) -> bool:
    """The time for a decision has come, and none was taken."""
    return agreement.is_undecided
