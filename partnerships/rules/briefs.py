"""Who holds which role on a demand brief, who pledges seats for it, and the questions that can refuse an act."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import CENTRAL, OFFICE, PARTNER, Role
from accounts.rules import capacity, holders, people_with
from partnerships.models import BEING_MADE, STOOD, Audience, Brief, BriefStatus
from programs.rules import may_offer
from workflow.calendar import WIB, end_of_working_day, on_calendar
from workflow.mandate import covers

FLOW = "partnerships.brief"
OUTSIDE = (*OFFICE, Role.PROV_VER, *PARTNER)
"""Roles that read what was published, without small groups, and nothing before."""
MAKES_A_BRIEF = ("create", "refresh", "submit")
"""Acts that shape a brief; whoever did one of them does not publish it."""

READY_BY = (7, 31)
"""Month and day: partners ask for requests from August on."""
LATE_DAYS = 10
"""Working days for a draft begun after that day."""
FRESH_FOR = dt.timedelta(days=14)
"""Figures that are submitted are not older."""


# --- Who


def roles_on_brief(user, brief) -> set[str]:
    """The role a user holds on a brief: the centre always, partners and offices once it was published."""
    role = capacity(user)[0]
    if role in CENTRAL:
        return {role}
    return {role} if role in OUTSIDE and brief.published_at else set()


def briefs_in_reach(user) -> Q:
    """`roles_on_brief` as a query."""
    role = capacity(user)[0]
    if role in CENTRAL:
        return Q()
    return Q(published_at__isnull=False) if role in OUTSIDE else Q(pk__in=[])


def people_on_brief(brief, roles):
    """`roles_on_brief` read backwards."""
    reads = {*CENTRAL, *(OUTSIDE if brief.published_at else ())}
    return people_with(*(holders(role) for role in roles if role in reads))


def may_read(user) -> bool:
    """Whether the user reads briefs at all."""
    return capacity(user)[0] in (*CENTRAL, *OUTSIDE)


def may_begin(user) -> bool:
    """Whether the user drafts briefs."""
    return capacity(user)[0] == Role.PPSDM_VER and covers(user, FLOW)


def reads_small_groups(user) -> bool:
    """Whether the user reads every province by itself, however few people there are."""
    return capacity(user)[0] in CENTRAL


def audiences(user) -> tuple[str, str]:
    """Which lines of a brief the user reads."""
    return (Audience.ALL, Audience.CENTRE if reads_small_groups(user) else Audience.OUTSIDE)


def may_pledge(user, brief) -> bool:
    """Whether the user pledges seats for lines of this brief: a partner's people, while it is the valid one."""
    return (
        capacity(user)[0] in PARTNER
        and brief.status == BriefStatus.PUBLISHED
        and may_offer(user)
        and covers(user, "programs.program")
    )


def sees_all_pledges(user) -> bool:
    """Whether the user reads who pledged; partners read sums of what others pledged."""
    return capacity(user)[0] in CENTRAL


def reads_pledges(user) -> bool:
    """Whether the user reads anything of pledges: offices read what is published, as programmes."""
    return capacity(user)[0] in (*CENTRAL, *PARTNER)


# --- Until when


def by_end_of_july(brief, now):
    """For `State.within`: ready before partners begin their surveys; a draft begun later has ten working days."""
    last = dt.datetime(brief.cycle_id, *READY_BY, 23, 59, 59, tzinfo=ZoneInfo(WIB))
    return last if now < last else end_of_working_day(now, LATE_DAYS)


on_calendar(by_end_of_july)


# --- Reasons: each returns a sentence that refuses, or an empty string


def why_not(cycle) -> str:
    """Why no brief of this cycle can be begun now."""
    if cycle is None:
        return _("There is no cycle to count. The ministry opens one each year.")
    other = Brief.objects.filter(cycle=cycle, status__in=BEING_MADE).first()
    return _("%(code)s of this cycle is being made already.") % {"code": other.code} if other else ""


def asks_for_someone(brief, actor) -> str:
    """An empty brief helps nobody."""
    if brief.people:
        return ""
    return _("Every approved need is met: there is nothing to tell partners. Count again when needs were approved.")


def is_fresh(brief, actor) -> str:
    """Needs move on while a draft lies."""
    if brief.counted_at and timezone.now() - brief.counted_at <= FRESH_FOR:
        return ""
    return _("The figures are older than %(days)d days. Count again first.") % {"days": FRESH_FOR.days}


def follows_the_latest(brief, actor) -> str:
    """What changed is told against the edition that partners read now."""
    if brief.follows_id == latest_id(brief):
        return ""
    return _("Another edition was published or withdrawn since this one was counted. Return it to be counted again.")


def latest_id(brief) -> int | None:
    """The key of the edition that was published last."""
    stood = Brief.objects.filter(status__in=STOOD).exclude(pk=brief.pk)
    return stood.order_by("-published_at", "-pk").values_list("pk", flat=True).first()
