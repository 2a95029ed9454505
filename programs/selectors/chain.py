"""The deadline chain as one reader sees it: which levels, which is their own, and what is too short, in sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from accounts.rules import capacity
from programs import chain, rules
from programs.models import ProgramStatus
from programs.services.deadlines import chain_of
from workflow.formats import day

S = ProgramStatus
OWN = {
    Role.DINAS_OP: (chain.OFFICE,),
    Role.DINAS_HEAD: (chain.OFFICE, chain.PROVINCE),
    Role.PROV_VER: (chain.PROVINCE,),
    Role.PPSDM_VER: (chain.SCREENING,),
    Role.PPSDM_HEAD: (chain.PANEL,),
    Role.BIROKS_OFF: (chain.FORWARD,),
    Role.BIROKS_HEAD: (chain.FORWARD,),
}
"""The levels of the chain on which a role has something to do."""
REGIONS = (chain.OFFICE, chain.PROVINCE)
"""What regions and visitors see: later dates would give the partner's deadline away."""
COUNTING = (*rules.FILLABLE, S.SUBMITTED, S.VERIFICATION, *rules.AHEAD, S.CLOSED, S.SELECTION)
"""From the first line of an offer until people are chosen; what is over needs no deadlines."""


@dataclass(frozen=True, slots=True)
class Link:
    """One level of the chain, ready to show."""

    level: str
    label: str
    task: str
    ends: dt.datetime
    days: int
    minimum: int
    own: bool
    over: bool

    @property
    def short(self) -> bool:
        """Whether it has less than its minimum."""
        return self.days < self.minimum


@dataclass(frozen=True, slots=True)
class Shown:
    """A programme's chain for one reader."""

    links: list[Link]
    express: bool
    warning: str
    too_late: str
    """When publishing would have left everybody the full time; only while the programme is not published."""
    closing: dt.datetime | None
    """The partner's deadline, for those who may know it."""
    closing_zone: str
    preview: bool

    @property
    def notice(self) -> str:
        """What is too short, and until when publishing would have been in time."""
        return f"{self.warning} {self.too_late}".strip()

    @property
    def own(self) -> list[Link]:
        """The reader's own levels."""
        return [link for link in self.links if link.own]


def _words(program, found: chain.Chain) -> dict[str, tuple[str, str]]:
    """Level: (who, until then what)."""
    desk = program.get_route_display() or program.scheme.get_route_display()
    has_desk = any(step.level == chain.DESK for step in found.steps)
    return {
        chain.OFFICE: (_("Office"), _("registers and submits its people")),
        chain.PROVINCE: (_("Head of office and province"), _("endorse; the province follows up what is missing")),
        chain.SCREENING: (_("PPSDM, screening"), _("checks papers and eligibility")),
        chain.PANEL: (_("PPSDM, selection panel"), _("chooses people and reserves")),
        chain.FORWARD: (
            _("Bureau of Cooperation"),
            _("hands over to: %(desk)s") % {"desk": desk} if has_desk else _("hands over to the organiser"),
        ),
        chain.DESK: (desk, _("passes on to the partner")),
    }


def chain_for(user, program, now: dt.datetime | None = None, *, inside: bool | None = None) -> Shown | None:
    """The chain of a programme for one reader, or None where it has no partner's deadline.

    `inside`: whether they may know the later dates, where the caller has asked already.
    """
    now = now or timezone.now()
    found = chain_of(program, now) if program.status in COUNTING else None
    if found is None:
        return None
    if inside is None:
        inside = user.is_authenticated and rules.knows_partner_deadline(user, program)
    role, _organisation = capacity(user) if user.is_authenticated else ("", None)
    words, own = _words(program, found), OWN.get(role, ())
    shown = [step for step in found.steps if inside or step.level in REGIONS]
    links = [
        Link(
            step.level, *words[step.level], step.ends, step.days, step.minimum, step.level in own, over=step.ends <= now
        )
        for step in shown
    ]
    preview = program.published_at is None
    return Shown(
        links=links,
        express=found.express,
        warning=_warning(found, links),
        too_late=_too_late(found) if preview and found.express else "",
        closing=found.closing if inside else None,
        closing_zone=program.partner_zone,
        preview=preview,
    )


def _warning(found: chain.Chain, links: list[Link]) -> str:
    """Which level gets how many days of how many; of levels the reader does not see only that there are some."""
    if not found.express:
        return ""
    short = [
        _("%(who)s: %(days)d of %(minimum)d working days")
        % {"who": link.label, "days": link.days, "minimum": link.minimum}
        for link in links
        if link.short
    ]
    if not short:
        return _("The levels behind yours have less time than usual: endorse without waiting.")
    return _("Less than the minimum. %(levels)s.") % {"levels": "; ".join(short)}


def _too_late(found: chain.Chain) -> str:
    return _("Published by %(day)s, every level would have its full time.") % {"day": day(found.publish_by)}


def own_dates(user, programs, now: dt.datetime) -> list[tuple]:
    """(programme, link) for the dates of some programmes that concern a reader: the close of registration, and the
    levels on which their role has something to do. Nothing is asked of the database."""
    role, _organisation = capacity(user)
    inside, found = role not in rules.REGIONAL, []
    for program in programs:
        shown = chain_for(user, program, now, inside=inside)
        for link in shown.links if shown else []:
            if link.own or link.level == chain.OFFICE:
                found.append((program, link))
    return found
