"""What the demand brief adds to the page of a programme: the line it answers."""

from __future__ import annotations

from partnerships.selectors import briefs as selectors
from workflow.panels import Panel, register_panel


def answers(request, program) -> dict | None:
    """The line of the brief a programme was pledged for."""
    found = selectors.pledge_of(request.user, program)
    if found is None:
        return None
    return {"pledge": found, "line": selectors.shown_lines(request.user, [found.line])[0]}


def register() -> None:
    """Called once by the room's AppConfig."""
    register_panel(Panel("programs.program", "partnerships/briefs/_panel.html", answers, place="main", position=10))
