"""What reviews add to the pages of programmes and agreements."""

from __future__ import annotations

from partnerships.rules import reviews as rules
from partnerships.selectors import reviews as selectors
from workflow.panels import Panel, register_panel


def _panel(kind: str):
    def values(request, subject) -> dict | None:
        """The reviews this reader may see; the button for those who write them."""
        if not getattr(request.user, "is_authenticated", False):
            return None
        found = selectors.reviews_about(request.user, subject)
        may_begin = rules.may_review(request.user, subject)
        return {"reviews": found, "may_begin": may_begin, "kind": kind} if found or may_begin else None

    return values


def register() -> None:
    """Called once by the room's AppConfig."""
    template = "partnerships/reviews/_reviews_panel.html"
    register_panel(Panel("programs.program", template, _panel("program"), place="main", position=60))
    register_panel(Panel("partnerships.agreement", template, _panel("kemitraan"), place="main", position=60))
