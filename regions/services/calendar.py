"""When the holiday calendar changed: the ministry's ten working days run over one arrival, not over one state."""

from __future__ import annotations

from regions.models import NeedStatus, TrainingNeed
from workflow.calendar import WIB, end_of_working_day
from workflow.engine import log_of
from workflow.holidays import at_the_earliest_today, move_due

STOPS = (NeedStatus.RETURNED, NeedStatus.REJECTED)
"""The ministry's clock stands still in these; it begins anew with the next arrival."""


def follow_calendar(now) -> int:
    """Move the ministry's due date of every need that is with it or with a technical reviewer; returns how many."""
    here = TrainingNeed.objects.filter(
        status__in=(NeedStatus.MIN_REVIEW, NeedStatus.TECH_REVIEW), ministry_due_at__gt=now
    )
    moved = 0
    for need in here.order_by("pk"):
        due = _ministry_due(need, now)
        if due is None or due == need.ministry_due_at:
            continue
        if need.status == NeedStatus.MIN_REVIEW:
            moved += move_due(need, _ministry_due, now, ministry_due_at=due)
        else:  # its present due date is the reviewer's; the ministry's is for when it comes back
            moved += TrainingNeed.objects.filter(pk=need.pk, ministry_due_at=need.ministry_due_at).update(
                ministry_due_at=due
            )
    return moved


def _ministry_due(need, now):
    """The end of the ministry's remaining days, counted from the arrival that set its clock going."""
    arrived = None
    for entry in log_of(need):
        if entry.target in STOPS:
            arrived = None
        elif entry.target == NeedStatus.MIN_REVIEW and arrived is None:
            arrived = entry.at
    if arrived is None:
        return None
    return at_the_earliest_today(end_of_working_day(arrived, need.ministry_days_left, WIB), need, now)
