"""The acts of the selection panel (K4) and of the reserve list (K7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from participants.lifecycle.asks import BALANCE, CONSENT, PLACE, WAIVER
from participants.lifecycle.people import OWN
from participants.models import NominationStatus as S
from participants.rules import acts
from participants.services import effects
from regions.models.vocabulary import term_choices
from workflow.table import CLOCK, Ask, Transition

SELECTION = (
    Transition(
        "shortlist",
        _("Shortlist"),
        (S.SCREENING,),
        S.SHORTLISTED,
        who=(Role.PPSDM_HEAD,),
        apart_from=("screen", "score", "endorse"),
        checks=(acts.is_not_oneself, acts.proposal_holds_seats, acts.panel_is_complete, acts.a_seat_is_free),
        asks=(PLACE, BALANCE, WAIVER),
        validates=(acts.place_is_named, acts.waived_or_met, acts.names_nobody),
        effects=(effects.shortlist,),
        tells=(*OWN, Role.PPSDM_VER),
        style="primary",
        icon="award",
        tone="teal",
        done=_("Shortlisted"),
    ),
    Transition(
        "reserve",
        _("Place on the reserve list"),
        (S.SCREENING,),
        S.RESERVE,
        who=(Role.PPSDM_HEAD,),
        apart_from=("screen", "score", "endorse"),
        checks=(acts.is_not_oneself, acts.proposal_holds_seats, acts.panel_is_complete),
        asks=(PLACE, BALANCE, WAIVER),
        validates=(acts.place_is_named, acts.waived_or_met, acts.names_nobody),
        effects=(effects.reserve,),
        tells=(*OWN, Role.PPSDM_VER),
        icon="list-ol",
        tone="amber",
        done=_("Placed on the reserve list"),
        hint=_("Reserves move up in this order when a seat becomes free."),
    ),
    Transition(
        "disqualify",
        _("Disqualify"),
        (S.SCREENING,),
        S.DISQUALIFIED,
        who=(Role.PPSDM_HEAD,),
        apart_from=("screen", "score", "endorse"),
        checks=(acts.is_not_oneself,),
        asks=(
            Ask("reason_code", _("Ground"), "choice", choices=lambda n: term_choices("reject_reason")),
            Ask("reason", _("Explanation to the office"), "long", min_length=acts.REASON_LENGTH),
        ),
        validates=(acts.names_nobody,),
        effects=(effects.free_seat,),
        tells=(*OWN, Role.PPSDM_VER),
        style="danger",
        icon="x-octagon",
        tone="red",
        done=_("Disqualified"),
    ),
    Transition(
        "call_up",
        _("Call up"),
        (S.SHORTLISTED,),
        S.READY,
        who=(CLOCK,),
        applies=acts.stays_in_country,
        auto=True,
        tells=OWN,
        icon="check-circle",
        tone="green",
        done=_("Ready: in the country no partner and no permits are needed"),
    ),
    Transition(
        "promote_reserve",
        _("Promote from the reserve list"),
        (S.RESERVE,),
        S.SHORTLISTED,
        who=(Role.PPSDM_HEAD,),
        checks=(acts.is_not_oneself, acts.proposal_holds_seats, acts.a_seat_is_free, acts.is_first_reserve),
        asks=(CONSENT,),
        validates=(acts.consent_is_named, acts.names_nobody),
        effects=(effects.promote,),
        tells=(*OWN, Role.PPSDM_VER),
        style="primary",
        icon="award",
        tone="teal",
        done=_("Promoted from the reserve list"),
    ),
)
