"""What the meeting hall adds to the pages of records: conversations."""

from __future__ import annotations

from forum.rules.access import audiences_for
from forum.selectors import threads as selectors
from workflow.panels import Panel, register_panel

PLACES = {
    "forum.meeting": "main",
    "participants.nomination": "side",
    "partnerships.agreement": "main",
    "partnerships.allocation": "main",
    "partnerships.proposal": "main",
    "partnerships.review": "main",
    "programs.program": "main",
    "regions.need": "main",
}
"""Which records are talked about, and where on their page that stands."""


def _values(request, record) -> dict | None:
    """The conversations this reader is in; the button for those who may open one."""
    user = request.user
    if not user.is_authenticated or user.acting is None:
        return None
    found, may_open = selectors.threads_on(user, record), bool(audiences_for(user))
    return {"threads": found, "may_open": may_open} if found or may_open else None


def register() -> None:
    """Called once when Django starts."""
    for flow, place in PLACES.items():
        register_panel(Panel(flow, "forum/threads/_record_panel.html", _values, place=place, position=90))
