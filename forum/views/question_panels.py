"""What the meeting hall adds to the pages of records: questions and answers on a programme."""

from __future__ import annotations

from accounts.rules import zone_of
from forum.selectors import questions as selectors
from programs.rules import KNOWN_TO_ALL
from workflow.panels import Panel, register_panel


def on_program(request, program) -> dict | None:
    """Answers for everyone who reads the programme; where there is nothing to read, ask or answer, no panel."""
    if program.status not in KNOWN_TO_ALL:
        return None
    found = selectors.questions_on(request.user, program)
    if not (found.answered or found.waiting or found.may_ask or found.answers):
        return None
    return {"found": found, "zone": zone_of(request.user)}


def register() -> None:
    """Called once when Django starts."""
    register_panel(Panel("programs.program", "forum/questions/program_panel.html", on_program, position=60))
