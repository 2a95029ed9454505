"""The life of a request about personal data: answered within 3×24 hours by whoever holds the data, never by silence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import OFFICE, Role
from participants.models import ANSWER_WITHIN
from participants.models import CorrectionStatus as C
from participants.rules import acts
from participants.rules import rights as rules
from participants.services import rights as effects
from workflow.table import CLOCK, Ask, State, Transition, Workflow

PPSDM = (Role.PPSDM_VER, Role.PPSDM_HEAD)
ANSWERERS = (*OFFICE, *PPSDM)
OPEN = (C.WITH_OFFICE, C.WITH_PPSDM, C.OVERDUE)


def _due(correction, now):
    """Calendar hours from the request, whatever desk it lies on; handing it on gives nobody more time."""
    return correction.asked_at + ANSWER_WITHIN


_done = Ask("done", _("What was done"), "long", min_length=10, help=_("No names and no numbers of persons."))

CORRECTION = Workflow(
    name=rules.FLOW,
    label=_("Request about personal data"),
    roles=rules.roles_on_correction,
    people=rules.people_on_correction,
    home=lambda correction: correction.person.office_id,
    states=(
        State(C.WITH_OFFICE, C.WITH_OFFICE.label, waits_for=OFFICE, within=_due, tone="violet", icon="hourglass-split"),
        State(
            C.WITH_PPSDM,
            C.WITH_PPSDM.label,
            waits_for=(Role.PPSDM_VER,),
            within=_due,
            tone="blue",
            icon="hourglass-split",
        ),
        State(C.OVERDUE, C.OVERDUE.label, waits_for=PPSDM, within=_due, tone="red", icon="exclamation-octagon-fill"),
        State(C.DONE, C.DONE.label, tone="green", icon="check-circle-fill", final=True),
        State(C.REFUSED, C.REFUSED.label, tone="red", icon="x-octagon-fill", final=True),
        State(C.WITHDRAWN, C.WITHDRAWN.label, tone="neutral", icon="x-circle", final=True),
    ),
    transitions=(
        Transition(
            "accept",
            _("Correct it"),
            OPEN,
            C.DONE,
            who=ANSWERERS,
            in_turn=True,
            applies=rules.names_a_field,
            apart_from=("create",),
            checks=(rules.is_not_ones_own, rules.still_has_data),
            asks=(
                Ask(
                    "note",
                    _("What it was checked against"),
                    "long",
                    required=False,
                    help=_("For example a decree by kind and date. No names and no numbers of persons."),
                ),
            ),
            validates=(acts.names_nobody,),
            effects=(effects.accept,),
            tells=(Role.NOMINEE, *OFFICE, *PPSDM),
            style="primary",
            icon="check2",
            tone="green",
            done=_("Corrected"),
            hint=_("The wanted value takes the place of the present one at once. Partners who were told it are told."),
        ),
        Transition(
            "carry_out",
            _("Carry it out"),
            OPEN,
            C.DONE,
            who=ANSWERERS,
            in_turn=True,
            applies=rules.is_done_by_hand,
            apart_from=("create",),
            checks=(rules.is_not_ones_own,),
            asks=(_done,),
            validates=(acts.names_nobody,),
            effects=(effects.carry_out,),
            tells=(Role.NOMINEE, *OFFICE, *PPSDM),
            style="primary",
            icon="check2",
            tone="green",
            done=_("Carried out"),
        ),
        Transition(
            "hand_on",
            _("Hand on to PPSDM"),
            (C.WITH_OFFICE,),
            C.WITH_PPSDM,
            who=OFFICE,
            checks=(rules.is_not_ones_own,),
            asks=(Ask("reason", _("Why PPSDM has to answer"), "long", min_length=10),),
            validates=(acts.names_nobody,),
            tells=(Role.NOMINEE,),
            icon="arrow-right",
            tone="blue",
            done=_("Handed on to PPSDM"),
            hint=_("The time limit stays the same."),
        ),
        Transition(
            "refuse",
            _("Refuse"),
            OPEN,
            C.REFUSED,
            who=ANSWERERS,
            in_turn=True,
            applies=rules.can_be_refused,
            apart_from=("create",),
            checks=(rules.is_not_ones_own,),
            asks=(Ask("reason", _("Reason the person reads"), "long", min_length=acts.REASON_LENGTH),),
            validates=(acts.names_nobody,),
            effects=(effects.refuse,),
            tells=(Role.NOMINEE, *OFFICE, *PPSDM),
            style="danger",
            icon="x-octagon",
            tone="red",
            done=_("Refused"),
        ),
        Transition(
            "withdraw",
            _("Take back"),
            OPEN,
            C.WITHDRAWN,
            who=(Role.NOMINEE, Role.DINAS_OP),
            checks=(rules.was_recorded_by_the_office,),
            tells=(*OFFICE, Role.PPSDM_VER),
            icon="x-circle",
            tone="neutral",
            done=_("Taken back"),
        ),
        Transition(
            "run_over",
            _("Time limit passed"),
            (C.WITH_OFFICE, C.WITH_PPSDM),
            C.OVERDUE,
            who=(CLOCK,),
            when=rules.is_late,
            tells=(Role.NOMINEE, *OFFICE, Role.AUDITOR),
            icon="alarm-fill",
            tone="red",
            done=_("3×24 hours have passed without an answer"),
        ),
    ),
)
