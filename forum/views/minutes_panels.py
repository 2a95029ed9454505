"""What minutes and calendar files add to the page of a meeting."""

from __future__ import annotations

from forum.rules import meetings as meeting_rules
from forum.rules import minutes as rules
from forum.selectors.minutes import in_short
from workflow.panels import Panel, register_panel

FLOW = "forum.meeting"


def _minutes(request, meeting) -> dict | None:
    """The minutes in short, for those who may read or write them."""
    if not rules.reads_minutes(request.user, meeting):
        return None
    decisions, actions = in_short(meeting)
    return {
        "meeting": meeting,
        "write": rules.may_write_minutes(request.user, meeting),
        "decisions": decisions,
        "actions": actions,
    }


def _calendar(request, meeting) -> dict | None:
    """The calendar file, for those who are asked to come."""
    offered = meeting.is_announced and not meeting.has_begun and meeting_rules.is_invited(request.user, meeting)
    return {"meeting": meeting} if offered else None


def register() -> None:
    """Called once when Django starts."""
    register_panel(Panel(FLOW, "forum/minutes/_panel.html", _minutes, place="main", position=10))
    register_panel(Panel(FLOW, "forum/minutes/_calendar.html", _calendar, place="side", position=20))
