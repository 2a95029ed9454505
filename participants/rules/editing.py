"""Who may fill in what now: the person's data, the permit list, a score sheet, the attendance."""

from __future__ import annotations

from django.utils import timezone

from accounts.roles import OFFICE, PARTNER, Role
from accounts.rules import capacity
from participants.models import NominationStatus as S
from participants.rules import acts
from participants.rules.access import PANELLISTS, ROSTER, decides_for_nominee
from partnerships.models import HOLDING
from workflow.engine import may_edit
from workflow.mandate import outside_home

FILLABLE = (S.DRAFT, S.RETURNED)
LOOKS_ACROSS = (Role.PPSDM_VER, Role.PPSDM_HEAD, Role.AUDITOR)
"""Who is told what the person's nominations in other offices mean for this one; never whose they are."""
SEES_SHEETS = (Role.PPSDM_VER, Role.PPSDM_HEAD, Role.AUDITOR)
SEES_BALANCE = (Role.PPSDM_VER, Role.PPSDM_HEAD, Role.BIROKS_OFF, Role.BIROKS_HEAD, Role.AUDITOR)


def may_open_roster(user) -> bool:
    """Whether the user's role has rosters at all."""
    return capacity(user)[0] in ROSTER


def may_nominate(user, proposal) -> bool:
    """The office's operator, while the proposal holds seats and a place is left."""
    role, organisation = capacity(user)
    own = role == Role.DINAS_OP and organisation.pk == proposal.line.need.office_id
    begun = proposal.intake_id is not None and timezone.localdate() >= proposal.intake.first_day
    return own and proposal.status in HOLDING and not begun and acts.places_left(proposal) > 0


def may_change_person(user, nomination) -> bool:
    """While the office still prepares."""
    return nomination.status in FILLABLE and may_edit(nomination.flow, user, nomination)


def may_tick_permits(user, nomination) -> bool:
    """The nominee, their office and the Bureau, while permits are under way."""
    return nomination.status == S.CLEARANCE and may_edit(nomination.flow, user, nomination)


def may_enter_attendance(user, nomination) -> bool:
    """PPSDM, while the person attends; never for oneself."""
    own = decides_for_nominee(user, nomination)
    return nomination.status == S.ATTENDING and may_edit(nomination.flow, user, nomination) and not own


def may_score(user, nomination) -> bool:
    """Panel members, while the panel sits; never for oneself."""
    member = bool(nomination.flow.roles(user, nomination) & set(PANELLISTS))
    own = decides_for_nominee(user, nomination) or outside_home(nomination.flow, nomination, user)
    return member and nomination.status == S.SCREENING and not own


def looks_across_offices(user) -> bool:
    """Whether other offices' nominations of the same person count in what the user reads."""
    return capacity(user)[0] in LOOKS_ACROSS


def sees_findings(user) -> bool:
    """The office (its own people) and PPSDM; the partner judges for itself."""
    return capacity(user)[0] in {*OFFICE, Role.NOMINEE, *LOOKS_ACROSS}


def sees_sheets(user, nomination=None) -> bool:
    """Who reads the panel's results; members read their own sheet only, and nobody those about themselves."""
    own = nomination is not None and decides_for_nominee(user, nomination)
    return capacity(user)[0] in SEES_SHEETS and not own


def sees_balance(user) -> bool:
    """Who reads the counts of a whole intake."""
    return capacity(user)[0] in SEES_BALANCE


def is_partner(user) -> bool:
    """Whether the user reads only what was forwarded."""
    return capacity(user)[0] in PARTNER
