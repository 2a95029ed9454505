"""Papers that are made from a nomination: which exist, who may have them made, and when.

The office writes its letters in its own name, so nobody else has them made. A partner's form is the work of several:
office and nominee fill it in, PPSDM and the Bureau check and hand it on, the partner reads its own once it was
forwarded.
"""

from __future__ import annotations

from accounts.roles import OFFICE, PARTNER, Role
from accounts.rules import capacity
from participants.models import OPEN, SEATED
from participants.models import NominationStatus as S
from participants.partner_forms import ASSIGNMENT, COVER, Paper, asked_keys, flags_of, partner_paper
from workflow.engine import may_see

AT_THE_CENTRE = (Role.PPSDM_VER, Role.PPSDM_HEAD, Role.BIROKS_OFF, Role.BIROKS_HEAD)
RUNNING = frozenset({*OPEN, *SEATED})
FILLED_IN_UNTIL = (S.DRAFT, S.RETURNED, S.SHORTLISTED, S.RESERVE)
"""States in which what only the partner's paper asks for may still be added: nobody else is deciding on it."""
WITH_THE_PARTNER = (S.FORWARDED, S.PARTNER_SCREENING, S.ACCEPTED, S.CLEARANCE, S.READY, S.ATTENDING)
"""States in which a partner works with what it was told of the person."""


def scheme_of(nomination) -> str:
    """The scheme whose papers it needs; empty for a tailor-made request."""
    return nomination.program.scheme_id if nomination.program else ""


def paper_of_partner(nomination) -> Paper | None:
    """The partner's own paper, where the partner selects."""
    return partner_paper(scheme_of(nomination)) if nomination.goes_to_partner else None


def flags_on(nomination) -> frozenset[str]:
    """Which blocks belong on its papers."""
    own = {
        "organiser": nomination.proposal.partner_id,
        "abroad": nomination.is_abroad,
        "to_partner": nomination.goes_to_partner,
    }
    return flags_of(scheme_of(nomination)) | {flag for flag, holds in own.items() if holds}


def papers_for(user, nomination) -> tuple[Paper, ...]:
    """The papers this user may have made of this nomination now, the partner's first."""
    role = capacity(user)[0]
    if not may_see(nomination.flow, user, nomination) or not nomination.person.name or nomination.status not in RUNNING:
        return ()
    partner = paper_of_partner(nomination)
    forms = (partner,) if partner and role in (*OFFICE, Role.NOMINEE, *AT_THE_CENTRE, *PARTNER) else ()
    if role not in OFFICE:
        return forms
    return (*forms, COVER, ASSIGNMENT) if nomination.status in SEATED else (*forms, COVER)


def may_answer(user, nomination) -> bool:
    """Office and nominee add what the partner's paper asks for, until the nomination is forwarded."""
    roles = nomination.flow.roles(user, nomination) & {Role.DINAS_OP, Role.NOMINEE}
    return bool(roles) and nomination.status in FILLED_IN_UNTIL and paper_of_partner(nomination) is not None


def may_present_office(user, nomination) -> bool:
    """The office's own details are the operator's; a nominee reads them on the paper."""
    return may_answer(user, nomination) and Role.DINAS_OP in nomination.flow.roles(user, nomination)


def asked_of(nomination) -> frozenset[str]:
    """The facts the partner's paper asks for; empty where no partner asks for anything."""
    paper = paper_of_partner(nomination)
    return asked_keys(paper, flags_on(nomination)) if paper else frozenset()


def required_of(nomination) -> frozenset[str]:
    """Those without which the paper stays a draft."""
    paper = paper_of_partner(nomination)
    asked = paper.mentions(flags_on(nomination)) if paper else ()
    return frozenset(one.key for one in asked if one.required)


def reads_as_partner(user) -> bool:
    """Whether the paper shows only what was handed over."""
    return capacity(user)[0] in PARTNER
