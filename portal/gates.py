"""Whom a refused page belongs to, where no act of a workflow table says it: so that 403 names the roles to ask."""

from __future__ import annotations

from accounts.roles import CENTRAL, MINISTRY, OFFICE, PARTNER, Role
from forum.models import GUEST, ORGANISER

_BEHIND: dict[str, tuple[str, ...]] = {
    "only an office operator files needs": (Role.DINAS_OP,),
    "portal.kpi": (*OFFICE, Role.PROV_VER, *PARTNER, *CENTRAL),
    "programs.mine": (*PARTNER, *CENTRAL),
    "programs.start": (*PARTNER, Role.BIROKS_OFF),
    "programs.fill": (*PARTNER, Role.BIROKS_OFF),
    "programs.amend": (*PARTNER, Role.BIROKS_OFF),
    "programs.rate.enter": (Role.BIROKS_OFF, Role.EVAL),
    "programs.rate.strike": (Role.BIROKS_OFF, Role.EVAL),
    "partnerships.demand": (*PARTNER, *CENTRAL),
    "partnerships.brief": (*PARTNER, *OFFICE, Role.PROV_VER, *CENTRAL),
    "partnerships.brief.create": (Role.PPSDM_VER,),
    "partnerships.brief.pledge": PARTNER,
    "partnerships.allocation.prepare": (Role.PPSDM_VER,),
    "partnerships.allocation.pin": (Role.PPSDM_VER,),
    "partnerships.agreement.create": (Role.BIROKS_OFF, Role.DINAS_OP, Role.DINAS_HEAD),
    "partnerships.agreement.upload": (Role.BIROKS_OFF, *PARTNER),
    "partnerships.agreement.draft": (Role.BIROKS_OFF,),
    "partnerships.agreement.letter": (Role.BIROKS_OFF,),
    "partnerships.agreement.answer": (Role.BIROKS_OFF,),
    "partnerships.review.create": (Role.EVAL,),
    "partnerships.review.edit": (Role.EVAL,),
    "participants.review": (Role.PPSDM_HEAD,),
    "forum.thread.open": (*OFFICE, Role.PROV_VER, *PARTNER, *MINISTRY),
    "forum.meeting.create": (*OFFICE, Role.PROV_VER, *MINISTRY, *PARTNER),
    "forum.meeting.edit": (ORGANISER,),
    "forum.meeting.minutes": (ORGANISER,),
    "forum.meeting.reply": (GUEST,),
    "forum.meeting.calendar": (GUEST,),
}


def roles_behind(name: str) -> tuple[str, ...]:
    """The roles a page named in a refusal belongs to; none where the page is not known here."""
    return _BEHIND.get(name, ())
