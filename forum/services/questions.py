"""Writes on questions: asking, the answer, its correction."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.models import Question, QuestionStatus
from forum.rules.questions import may_ask
from forum.wording import plain
from programs.models import Program
from workflow import formats
from workflow.engine import Refused, perform
from workflow.models import Counter


class AlreadyAsked(Refused):
    """The same question waits for its answer; `question` where it is the asker's own to open, else None."""

    def __init__(self, question: Question, *, own: bool):
        self.question = question if own else None
        said = _("The same question waits for its answer already. You will read it on the programme's page.")
        # It may be taken back, which nobody else learns: then the same question is asked once more.
        again = _("If it is not there after %(day)s, ask again.") % {"day": formats.day(question.due_at)}
        super().__init__([said if own else f"{said} {again}"])


@transaction.atomic
def ask(program: Program, text: str, *, actor) -> Question:
    """Ask in the name of the actor's office. Raises Refused with what stands against it, AlreadyAsked where the same
    question is open on the programme, PermissionDenied for whoever asks nothing; nothing is stored then."""
    if not may_ask(actor, program):
        raise PermissionDenied("forum.question.ask")
    # Two who ask the same at once follow each other.
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    office = actor.acting_organisation
    for other in Question.objects.filter(program=program, status=QuestionStatus.ASKED).select_related("program"):
        if plain(other.text) == plain(text):
            raise AlreadyAsked(other, own=other.office_id == office.pk)
    question = Question.objects.create(
        code=Counter.code(f"TJ-{timezone.localdate().year}"),
        status=QuestionStatus.DRAFT,
        program=program,
        office=office,
        text=text,
        created_by=actor,
    )
    return perform(question.flow, "ask", record=question, actor=actor)


def keep_answer(question, actor, answers) -> None:
    """The answer and who gave it: the partner, or the Bureau of Cooperation in its place."""
    question.answer, question.answered_at = answers["answer"].strip(), timezone.now()
    question.answered_by = actor.acting_organisation


def correct_answer(question, actor, answers) -> None:
    """Another answer; the page says that it was corrected, and keeps the one before."""
    question.answer, question.corrected_at = answers["answer"].strip(), timezone.now()
    question.answered_by = actor.acting_organisation
