"""What evaluations add to other pages: the forms of a person, and the trainings of a programme with their answers."""

from __future__ import annotations

from participants.rules import evaluations as rules
from participants.selectors import evaluations as selectors
from workflow.panels import Panel, register_panel


def register() -> None:
    """Called once, when Django starts."""
    register_panel(
        Panel("participants.nomination", "participants/evaluations/_forms_panel.html", forms_of_person, "side", 40)
    )
    register_panel(
        Panel("programs.program", "participants/evaluations/_program_panel.html", trainings_of_program, "side", 40)
    )


def forms_of_person(request, nomination) -> dict | None:
    """The forms about one nomination that exist for the reader."""
    forms = selectors.forms_of(nomination, request.user)
    return {"forms": forms} if forms else None


def trainings_of_program(request, program) -> dict | None:
    """The intakes whose participants were asked, for those who may open their summaries."""
    if not request.user.is_authenticated or not rules.may_open_summaries(request.user):
        return None
    trainings = selectors.trainings_of(request.user, program=program)
    return {"trainings": trainings} if trainings else None
