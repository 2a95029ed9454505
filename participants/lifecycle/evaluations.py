"""The life of an evaluation form (Kirkpatrick 1 to 4): when it opens, who answers and confirms, what if nobody does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import OFFICE, Role
from participants.models import EvaluationStatus as E
from participants.models import Level
from participants.rules import evaluations as rules
from participants.services import evaluations as services
from workflow.table import CLOCK, Ask, State, Transition, Workflow

_until = Ask("until", _("Open until"), "date")
_reason = Ask("reason", _("Reason"), "long", min_length=10, help=_("No names and no numbers of persons."))


def _form(name, label, level, who, *, target=E.DONE, checks=(), effects=(), tells=(), done):
    """The act that hands in one of the forms."""
    return Transition(
        name,
        label,
        (E.OPEN,),
        target,
        who=who,
        applies=rules.of_level(level),
        checks=(rules.completion_stands, *checks),
        validates=(rules.answers_are_stored,),
        effects=(services.hand_in, *effects),
        tells=tells,
        style="primary",
        icon="clipboard-check",
        tone="green",
        done=done,
    )


EVALUATION = Workflow(
    name="participants.evaluation",
    label=_("Evaluation"),
    roles=rules.roles_on_evaluation,
    people=rules.people_on_evaluation,
    home=lambda evaluation: evaluation.office.pk,
    states=(
        State(E.PLANNED, E.PLANNED.label, icon="clock-history"),
        State(
            E.OPEN,
            E.OPEN.label,
            waits_for=(Role.NOMINEE, *OFFICE, Role.PPSDM_VER),
            within=rules.closing,
            tone="violet",
            icon="pen",
        ),
        State(E.ANSWERED, E.ANSWERED.label, waits_for=(Role.EVAL,), tone="blue", icon="hourglass-split"),
        State(E.DONE, E.DONE.label, tone="green", icon="check2", final=True),
        State(E.MISSED, E.MISSED.label, tone="amber", icon="dash-circle"),
        State(E.VOID, E.VOID.label, icon="x-circle", final=True),
    ),
    transitions=(
        Transition(
            "open",
            _("Open the form"),
            (E.PLANNED,),
            E.OPEN,
            who=(CLOCK,),
            checks=(rules.completion_stands,),
            when=rules.time_has_come,
            icon="pen",
            done=_("The form is open"),
        ),
        _form(
            "react",
            _("Give your view of the training"),
            Level.L1,
            (Role.NOMINEE, Role.DINAS_OP),
            done=_("Reaction handed in"),
        ),
        _form(
            "record_learning",
            _("Enter the tests"),
            Level.L2,
            (Role.PPSDM_VER,),
            checks=(rules.is_not_about_oneself,),
            done=_("Tests entered"),
        ),
        _form(
            "assess_oneself",
            _("Say where you stand"),
            Level.L3_SELF,
            (Role.NOMINEE, Role.DINAS_OP),
            done=_("Own view handed in"),
        ),
        _form(
            "assess",
            _("Rate the participant's level"),
            Level.L3_HEAD,
            (Role.DINAS_HEAD,),
            checks=(rules.is_not_about_oneself,),
            effects=(services.rate,),
            tells=(Role.EVAL,),
            done=_("Rated by the supervisor"),
        ),
        _form(
            "measure",
            _("Enter the indicator"),
            Level.L4,
            OFFICE,
            target=E.ANSWERED,
            done=_("Indicator entered"),
        ),
        Transition(
            "confirm",
            _("Confirm the figures"),
            (E.ANSWERED,),
            E.DONE,
            who=(Role.EVAL,),
            apart_from=("measure",),
            checks=(rules.completion_stands,),
            asks=(Ask("note", _("Note"), "long", required=False),),
            effects=(services.confirm,),
            tells=OFFICE,
            style="primary",
            icon="check-circle",
            tone="green",
            done=_("Figures confirmed"),
        ),
        Transition(
            "send_back",
            _("Send back"),
            (E.ANSWERED,),
            E.OPEN,
            who=(Role.EVAL,),
            asks=(_until, _reason),
            validates=(rules.until_is_near, rules.names_nobody),
            effects=(services.give_time,),
            tells=OFFICE,
            icon="arrow-counterclockwise",
            tone="amber",
            done=_("Sent back to the office"),
        ),
        Transition(
            "keep",
            _("Close with the former answers"),
            (E.OPEN,),
            E.DONE,
            who=(CLOCK,),
            applies=rules.answers_stand,
            when=rules.nobody_corrected,
            tells=(Role.EVAL,),
            icon="check2",
            tone="amber",
            done=_("Closed: nothing was corrected in time, so the former answers stand"),
        ),
        Transition(
            "miss",
            _("Close without an answer"),
            (E.OPEN,),
            E.MISSED,
            who=(CLOCK,),
            applies=rules.nothing_stands,
            when=rules.nobody_answered,
            tells=(Role.EVAL,),
            icon="dash-circle",
            tone="amber",
            done=_("Closed: nobody answered in time"),
        ),
        Transition(
            "reopen",
            _("Open again"),
            (E.MISSED, E.DONE),
            E.OPEN,
            who=(Role.EVAL,),
            checks=(rules.completion_stands,),
            asks=(_until, _reason),
            validates=(rules.until_is_near, rules.names_nobody),
            effects=(services.give_time,),
            icon="arrow-counterclockwise",
            tone="amber",
            done=_("Opened again"),
            hint=_("For answers that came late, or must be corrected. What was answered stands until then."),
        ),
        Transition(
            "void",
            _("Make void"),
            (E.PLANNED, E.OPEN, E.ANSWERED, E.DONE, E.MISSED),
            E.VOID,
            who=(CLOCK,),
            when=rules.completion_fell,
            icon="x-circle",
            tone="neutral",
            done=_("Void: the completion was taken back"),
        ),
    ),
)
