"""How a nomination ends before the training begins."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import PARTNER, Role
from participants.lifecycle.asks import REASON
from participants.lifecycle.people import BUREAU, OWN, PPSDM
from participants.models import NominationStatus as S
from participants.rules import acts
from participants.services import effects
from workflow.table import CLOCK, Transition

ENDINGS = (
    Transition(
        "withdraw",
        _("Withdraw the nomination"),
        acts.BEFORE_IT_BEGINS,
        S.WITHDRAWN,
        who=OWN,
        asks=(REASON,),
        validates=(acts.names_nobody,),
        effects=(effects.free_seat,),
        tells=(*OWN, *PPSDM, *BUREAU, *PARTNER),
        style="danger",
        icon="x-circle",
        tone="amber",
        done=_("Withdrawn"),
        hint=_("The seat becomes free; the first reserve can be promoted."),
    ),
    Transition(
        "lapse",
        _("Lapse"),
        (S.DRAFT,),
        S.WITHDRAWN,
        who=(CLOCK,),
        when=acts.untouched_drafts,
        tells=(Role.NOMINEE, Role.DINAS_OP),
        icon="clock-history",
        tone="amber",
        done=_("Ended: the draft was not touched for 180 days"),
    ),
    Transition(
        "end_reserve",
        _("End the reserve list"),
        (S.RESERVE,),
        S.WITHDRAWN,
        who=(CLOCK,),
        when=acts.training_begins,
        tells=OWN,
        icon="clock-history",
        tone="neutral",
        done=_("Ended: the training has begun, the reserve is free"),
    ),
    Transition(
        "lose_seat",
        _("End: the seats are gone"),
        (*acts.BEFORE_IT_BEGINS,),
        S.WITHDRAWN,
        who=(CLOCK,),
        when=acts.seats_are_gone,
        tells=(*OWN, *PPSDM, *BUREAU, *PARTNER),
        icon="clock-history",
        tone="amber",
        done=_("Ended: the proposal holds no seats any more"),
    ),
)
