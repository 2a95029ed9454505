"""The acts in the office and at the desk that screens (K1-K3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from participants.models import NominationStatus as S
from participants.rules import acts
from participants.services import effects
from workflow.table import Ask, Transition

OFFICE = (
    Transition(
        "submit",
        _("Submit nomination"),
        (S.DRAFT,),
        S.SUBMITTED,
        who=(Role.NOMINEE, Role.DINAS_OP),
        checks=(
            acts.proposal_holds_seats,
            acts.training_is_ahead,
            acts.relevance_is_stated,
            acts.papers_are_there,
            acts.person_meets_conditions,
        ),
        asks=(
            Ask(
                "notice_read",
                _("The person has read the privacy notice and knows what the partner will be told"),
                "tick",
            ),
        ),
        effects=(effects.submit,),
        tells=(Role.DINAS_OP, Role.NOMINEE),
        style="primary",
        icon="send",
        done=_("Nomination submitted"),
        hint=_("The head of office endorses it next."),
    ),
    Transition(
        "endorse",
        _("Endorse"),
        (S.SUBMITTED,),
        S.ORG_ENDORSED,
        who=(Role.DINAS_HEAD,),
        apart_from=("create", "submit", "resubmit"),
        checks=(
            acts.is_not_oneself,
            acts.proposal_holds_seats,
            acts.training_is_ahead,
            acts.release_letter_is_there,
        ),
        asks=(
            Ask("letter_number", _("Number of the nomination letter"), "text"),
            Ask("letter_date", _("Date of the letter"), "date"),
            Ask("no_case", _("No disciplinary case is open against the person"), "tick"),
            Ask(
                "stay_years",
                _("Years the person stays in this post afterwards"),
                "number",
                initial=lambda n: acts.STAY_YEARS,
            ),
        ),
        validates=(acts.stay_is_promised, acts.day_is_not_ahead("letter_date"), acts.names_nobody),
        effects=(effects.endorse,),
        tells=(Role.DINAS_OP, Role.NOMINEE),
        style="primary",
        icon="check2",
        tone="blue",
        done=_("Endorsed by the head of office"),
    ),
    Transition(
        "screen",
        _("Begin screening"),
        (S.ORG_ENDORSED,),
        S.SCREENING,
        who=(Role.PPSDM_VER,),
        checks=(acts.is_not_oneself, acts.proposal_holds_seats),
        asks=(Ask("papers_read", _("Papers and the conditions in words were checked"), "tick"),),
        effects=(effects.screen,),
        tells=(Role.DINAS_OP, Role.DITJEN_REV, Role.EVAL),
        style="primary",
        icon="people",
        tone="blue",
        done=_("Screening begun"),
        hint=_("Double nominations and recent journeys are looked for in all offices."),
    ),
    Transition(
        "return",
        _("Return for changes"),
        (S.SUBMITTED, S.SCREENING),
        S.RETURNED,
        who=(Role.DINAS_HEAD, Role.PPSDM_VER),
        in_turn=True,
        checks=(acts.is_not_oneself, acts.may_still_be_returned),
        asks=(Ask("reason", _("What must change"), "long", min_length=10),),
        validates=(acts.names_nobody,),
        effects=(effects.send_back,),
        tells=(Role.DINAS_HEAD,),
        icon="arrow-counterclockwise",
        tone="amber",
        done=_("Returned for changes"),
    ),
    Transition(
        "resubmit",
        _("Resubmit"),
        (S.RETURNED,),
        lambda nomination: S(nomination.returned_from or S.SUBMITTED),
        who=(Role.NOMINEE, Role.DINAS_OP),
        checks=(
            acts.proposal_holds_seats,
            acts.training_is_ahead,
            acts.relevance_is_stated,
            acts.papers_are_there,
            acts.person_meets_conditions,
        ),
        asks=(Ask("summary", _("What was changed"), "long", min_length=10),),
        validates=(acts.names_nobody,),
        effects=(effects.resubmit,),
        tells=(Role.DINAS_HEAD,),
        style="primary",
        icon="send",
        done=_("Resubmitted"),
    ),
)
