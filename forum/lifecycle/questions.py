"""The life of a clarification question: asked by one office, answered once, read by all who may see the programme.

Who asked, and who took a question back or reminded of it, stands in the log for the auditor alone.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import OFFICE
from forum.models import QuestionStatus as S
from forum.rules import questions as rules
from forum.services import questions as services
from workflow.calendar import working_days
from workflow.nudges import NUDGE
from workflow.table import CLOCK, Ask, State, Transition, Workflow

_READ_BY_ALL = _("Everyone who may see the programme reads it. Name no office, person or case.")

QUESTION = Workflow(
    name="forum.question",
    label=_("Question on a programme"),
    roles=rules.roles_on_question,
    people=rules.people_on_question,
    unnamed=("ask", "withdraw", NUDGE),
    states=(
        State(S.DRAFT, S.DRAFT.label, sees=OFFICE, icon="file-earmark"),
        State(
            S.ASKED,
            S.ASKED.label,
            waits_for=rules.ANSWERERS,
            within=working_days(5),
            tone="blue",
            icon="question-circle",
        ),
        State(S.ANSWERED, S.ANSWERED.label, tone="green", icon="check-circle-fill", final=True),
        State(S.WITHDRAWN, S.WITHDRAWN.label, icon="x-circle", final=True),
        State(S.LAPSED, S.LAPSED.label, icon="slash-circle", final=True),
    ),
    transitions=(
        Transition(
            "ask",
            _("Ask"),
            (S.DRAFT,),
            S.ASKED,
            who=OFFICE,
            checks=(rules.program_takes_questions, rules.not_too_many),
            style="primary",
            icon="question-circle",
            done=_("Asked"),
            hint=_("Partner and Bureau of Cooperation read the question and not who asks it."),
        ),
        Transition(
            "answer",
            _("Answer"),
            (S.ASKED,),
            S.ANSWERED,
            who=rules.ANSWERERS,
            asks=(Ask("answer", _("Answer"), "long", min_length=2, help=_READ_BY_ALL),),
            effects=(services.keep_answer,),
            tells=OFFICE,
            style="primary",
            icon="chat-left-text",
            tone="green",
            done=_("Answered"),
            hint=_("Everyone who may see the programme reads question and answer. Nobody is told who asked."),
        ),
        Transition(
            "correct",
            _("Correct the answer"),
            (S.ANSWERED,),
            S.ANSWERED,
            who=rules.ANSWERERS,
            asks=(
                Ask(
                    "answer",
                    _("Corrected answer"),
                    "long",
                    min_length=2,
                    help=_READ_BY_ALL,
                    initial=lambda question: question.answer,
                ),
            ),
            validates=(rules.answer_differs,),
            effects=(services.correct_answer,),
            tells=OFFICE,
            icon="pencil",
            done=_("Answer corrected"),
            hint=_("The page says that the answer was corrected, and when, and keeps the answer before."),
        ),
        Transition(
            "withdraw",
            _("Withdraw"),
            (S.ASKED,),
            S.WITHDRAWN,
            who=OFFICE,
            style="danger",
            icon="x-circle",
            tone="neutral",
            done=_("Withdrawn"),
            hint=_("The question disappears for those who would have answered it."),
        ),
        Transition(
            "lapse",
            _("Close without an answer"),
            (S.ASKED,),
            S.LAPSED,
            who=(CLOCK,),
            when=rules.unanswered_on_what_is_over,
            checks=(rules.program_is_over,),
            tells=OFFICE,
            icon="slash-circle",
            tone="neutral",
            done=_("Closed without an answer: the programme is over"),
        ),
    ),
)
