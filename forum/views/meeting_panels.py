"""What the meeting hall adds to the pages of records: meetings."""

from __future__ import annotations

from forum.rules import meetings as rules
from forum.selectors import meetings as selectors
from workflow.panels import Panel, register_panel


def _meetings(request, record) -> dict | None:
    """The meetings on whose agenda the record stands, as far as this reader sees them."""
    if not request.user.is_authenticated:
        return None
    found = selectors.meetings_on(request.user, record)
    return {"meetings": found, "may_organise": rules.may_organise(request.user)} if found else None


def register() -> None:
    """Called once when Django starts."""
    for flow in selectors.ON_THE_TABLE:
        register_panel(Panel(flow, "forum/meetings/_meetings_panel.html", _meetings, place="main", position=80))
