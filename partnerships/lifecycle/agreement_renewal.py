"""The end of validity: told at 180, 90 and 30 days until somebody has decided what comes afterwards (K13)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import OFFICE, PARTNER, Role
from partnerships.lifecycle import agreement_answers as ask
from partnerships.models import MINISTRY_TRACKS, REGIONAL_TRACKS, Track
from partnerships.models import AgreementStatus as S
from partnerships.rules import renewal as rules
from partnerships.services import renewal as services
from workflow.table import CLOCK, Transition

RUNNING = (S.ACTIVE, S.UNDER_AMENDMENT)
REGION_IS_BOUND = (*REGIONAL_TRACKS, Track.NOTA_SINERGI)
WARNINGS = {
    180: (_("Warn 180 days before the end"), _("Ends within 180 days")),
    90: (_("Warn 90 days before the end"), _("Ends within 90 days")),
    30: (_("Warn 30 days before the end"), _("Ends within 30 days")),
}


def _stay(agreement):
    """Neither a warning nor a decision changes what is in force."""
    return agreement.status


def _warning(mark: int, name: str, tracks, tells) -> Transition:
    label, done = WARNINGS[mark]
    return Transition(
        name,
        label,
        RUNNING,
        _stay,
        who=(CLOCK,),
        only=tracks,
        when=rules.due_for(mark),
        effects=(services.warned(mark),),
        tells=tells,
        icon="alarm",
        tone="amber",
        done=done,
    )


def _renewing(name: str, role: Role, tracks) -> Transition:
    return Transition(
        name,
        _("Renew: open the follow-up agreement"),
        RUNNING,
        _stay,
        who=(role,),
        only=tracks,
        applies=rules.renewal_is_open,
        asks=(ask.NOTE,),
        effects=(services.open_follow_up,),
        tells=ask.PARTIES,
        style="primary",
        icon="arrow-repeat",
        tone="green",
        done=_("To be renewed: follow-up agreement opened"),
        hint=_("A new agreement of the same parties begins at its first step, linked to this one. Warnings stop."),
    )


def _ending(name: str, role: Role, tracks, **more) -> Transition:
    return Transition(
        name,
        _("Let it end"),
        RUNNING,
        _stay,
        who=(role,),
        only=tracks,
        applies=rules.end_is_undecided,
        asks=(ask.REASON,),
        effects=(services.let_end,),
        tells=ask.PARTIES,
        icon="calendar-x",
        tone="amber",
        done=_("Will not be renewed"),
        hint=_("It stays in force until its last day. Warnings stop."),
        **more,
    )


RENEWAL = (
    *(_warning(mark, f"warn_{mark}", (Track.CENTRAL,), (*ask.BUREAU, *PARTNER)) for mark in rules.MARKS),
    *(_warning(mark, f"warn_{mark}_region", REGION_IS_BOUND, (*ask.BUREAU, *OFFICE, *PARTNER)) for mark in rules.MARKS),
    _renewing("renew", Role.BIROKS_OFF, MINISTRY_TRACKS),
    _renewing("renew_region", Role.DINAS_HEAD, REGIONAL_TRACKS),
    _ending("let_end", Role.BIROKS_HEAD, MINISTRY_TRACKS, apart_from=("create",)),
    _ending("let_end_region", Role.DINAS_HEAD, REGIONAL_TRACKS),
)
