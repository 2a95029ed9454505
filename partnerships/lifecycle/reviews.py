"""The life of a review: an evaluator writes, the head concerned answers, then the partner and the offices read it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import CENTRAL, OFFICE, PARTNER, READERS, STAND_INS, Role
from partnerships.models import ReviewStatus as S
from partnerships.rules import reviews as rules
from partnerships.services import reviews as services
from workflow.calendar import working_days
from workflow.table import Ask, State, Transition, Workflow

WRITERS = (Role.EVAL,)
INSIDE = (*WRITERS, *READERS)
"""While it is written: the evaluators and the auditor."""
KNOWS_ERRORS = (*INSIDE, *rules.HEADS)
EVERYONE = (*CENTRAL, *PARTNER, *OFFICE, Role.PROV_VER)
COMPLETE = (rules.says_what_it_found, rules.every_criterion_is_rated, rules.recommends_something)
ANSWERS = ("answer_program", "answer_agreement")

_note = Ask("note", _("Note"), "long", required=False)


def _return(name: str, applies, head: str) -> Transition:
    """The head concerned points out errors."""
    return Transition(
        name,
        _("Return for correction"),
        (S.SUBMITTED,),
        S.RETURNED,
        who=(head,),
        applies=applies,
        checks=(rules.may_still_be_returned,),
        apart_from=("create", "change", "submit"),
        asks=(Ask("reason", _("Which facts are wrong, and how it is known"), "long", min_length=30),),
        effects=(services.count_return,),
        tells=WRITERS,
        icon="arrow-counterclockwise",
        tone="amber",
        done=_("Returned for correction"),
        hint=_("Ratings stay the evaluator's. Where you differ, answer instead: the response is published too."),
    )


def _answer(name: str, applies, head: str) -> Transition:
    """The head concerned answers for the ministry."""
    return Transition(
        name,
        _("Hand in the management response"),
        (S.SUBMITTED,),
        S.ANSWERED,
        who=(head,),
        applies=applies,
        checks=(rules.every_recommendation_is_answered,),
        apart_from=("create", "change", "submit"),
        asks=(Ask("response", _("Management response to the review as a whole"), "long", min_length=30),),
        effects=(services.keep_response,),
        tells=WRITERS,
        style="primary",
        icon="chat-left-text",
        tone="violet",
        never_by=STAND_INS,
        done=_("Answered by management"),
        hint=_("The response is published together with the review."),
    )


REVIEW = Workflow(
    name="partnerships.review",
    label=_("Review of results"),
    roles=rules.roles_on_review,
    people=rules.people_on_review,
    stages=(
        ("writing", _("Writing")),
        ("answer", _("Management response")),
        ("publication", _("Publication")),
    ),
    states=(
        State(
            S.DRAFT,
            S.DRAFT.label,
            sees=INSIDE,
            edits=WRITERS,
            waits_for=WRITERS,
            within=working_days(30),
            icon="file-earmark",
            stage="writing",
        ),
        State(
            S.RETURNED,
            S.RETURNED.label,
            sees=KNOWS_ERRORS,
            edits=WRITERS,
            waits_for=WRITERS,
            within=working_days(10),
            tone="amber",
            icon="arrow-counterclockwise",
            stage="writing",
        ),
        State(
            S.SUBMITTED,
            S.SUBMITTED.label,
            sees=CENTRAL,
            waits_for=rules.HEADS,
            within=working_days(10),
            tone="blue",
            icon="hourglass-split",
            stage="answer",
        ),
        State(
            S.ANSWERED,
            S.ANSWERED.label,
            sees=CENTRAL,
            waits_for=WRITERS,
            within=working_days(3),
            tone="violet",
            icon="chat-left-text",
            stage="answer",
        ),
        State(
            S.PUBLISHED,
            S.PUBLISHED.label,
            sees=EVERYONE,
            tone="green",
            icon="check-circle-fill",
            stage="publication",
            final=True,
        ),
        State(S.DISCARDED, S.DISCARDED.label, sees=INSIDE, tone="neutral", icon="x-circle", final=True),
    ),
    transitions=(
        Transition(
            "submit",
            _("Submit for the management response"),
            (S.DRAFT, S.RETURNED),
            S.SUBMITTED,
            who=WRITERS,
            checks=COMPLETE,
            asks=(_note,),
            effects=(services.freeze_evidence,),
            style="primary",
            icon="send",
            tone="blue",
            done=_("Submitted for the management response"),
            hint=_("The figures beside the review are kept as they stand now."),
        ),
        Transition(
            "discard",
            _("Discard"),
            (S.DRAFT,),
            S.DISCARDED,
            who=WRITERS,
            asks=(Ask("reason", _("Reason"), "long", min_length=10),),
            style="danger",
            icon="x-circle",
            tone="neutral",
            done=_("Discarded"),
        ),
        _answer("answer_program", rules.is_about_program, Role.PPSDM_HEAD),
        _answer("answer_agreement", rules.is_about_agreement, Role.BIROKS_HEAD),
        _return("return_program", rules.is_about_program, Role.PPSDM_HEAD),
        _return("return_agreement", rules.is_about_agreement, Role.BIROKS_HEAD),
        Transition(
            "publish_unanswered",
            _("Publish without a response"),
            (S.SUBMITTED,),
            S.PUBLISHED,
            who=WRITERS,
            checks=(rules.time_to_answer_is_over,),
            apart_from=("create", "change", "submit"),
            asks=(_note,),
            effects=(services.publish,),
            tells=(*rules.HEADS, *PARTNER, *OFFICE, Role.PROV_VER),
            icon="megaphone",
            tone="green",
            done=_("Published without a management response"),
            hint=_("For another evaluator than the author, after the time to answer has passed."),
        ),
        Transition(
            "publish",
            _("Publish"),
            (S.ANSWERED,),
            S.PUBLISHED,
            who=WRITERS,
            apart_from=ANSWERS,
            asks=(_note,),
            effects=(services.publish,),
            tells=(*rules.HEADS, *PARTNER, *OFFICE, Role.PROV_VER),
            style="primary",
            icon="megaphone",
            tone="green",
            done=_("Published"),
            hint=_("The partner and the offices concerned read it from now on."),
        ),
    ),
)
