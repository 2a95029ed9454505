"""Writes on action points, and what can refuse an act on one."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from forum.models import ActionPoint, ActionStatus
from workflow.batches import batch
from workflow.engine import perform_all


def due(action, now):
    """The end of its day, on the clock of whoever does it."""
    return dt.datetime.combine(action.due_on, dt.time(23, 59, 59), ZoneInfo(action.time_zone))


def lies_ahead(action, actor, answers) -> str:
    """A date that has passed, where it is to be done, helps nobody."""
    today = timezone.localdate(timezone=ZoneInfo(action.time_zone))
    return "" if answers["due_on"] >= today else _("Choose a day that lies ahead.")


def is_another_day(action, actor, answers) -> str:
    """Setting the date it has already would only make noise."""
    return "" if answers["due_on"] != action.due_on else _("It is due on that day already.")


def issue(meeting, actor, answers) -> None:
    """With the minutes its action points reach whoever does them."""
    issue_drafts(meeting)


def issue_drafts(meeting) -> None:
    """The action points written since the minutes were last published; who does several is told once."""
    drafts = ActionPoint.objects.filter(meeting=meeting, status=ActionStatus.DRAFT).select_related("organisation")
    with batch():
        perform_all(ActionPoint.flow, "issue", records=drafts)


def keep_outcome(action, actor, answers) -> None:
    """What was done."""
    action.outcome = answers["note"].strip()


def forget_outcome(action, actor, answers) -> None:
    """It is not done after all; what was said of it stays in the history."""
    action.outcome = ""


def move_date(action, actor, answers) -> None:
    """The new day; reminders begin anew."""
    action.due_on = answers["due_on"]
    action.due_at, action.reminded = due(action, timezone.now()), 0
