"""Reads on action points, always for a user: lists, one, and what a dashboard shows until it is closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from accounts.rules import capacity
from forum.models import ActionPoint, ActionStatus, Meeting
from forum.rules.access import TALKERS
from forum.rules.actions import actions_my_turn, actions_organised, actions_with_my_dates
from forum.rules.meetings import meetings_in_reach
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by

FLOW = "forum.action"
HOME_LIMIT = 5


def get_action(user, code: str) -> ActionPoint:
    """One action point through its only door; what the user may not see raises Http404."""
    return get_seen(user, FLOW, code=code.upper())


@dataclass(frozen=True)
class Tab:
    """One view of the list."""

    name: str
    label: Any
    rows: Any
    sort: str = "due"


def tabs_for(user) -> list[Tab]:
    """The views of the list: what I do, what my organisation asked for, what is late, what is closed, everything."""
    rows = seen_by(user, FLOW)
    is_open = rows.filter(status=ActionStatus.OPEN)
    tabs = []
    if capacity(user)[0] in TALKERS:
        tabs.append(Tab("mine", gettext_lazy("Ours to do"), is_open.filter(actions_my_turn(user))))
        tabs.append(Tab("organised", gettext_lazy("From our meetings"), is_open.filter(actions_organised(user))))
    tabs.append(Tab("overdue", gettext_lazy("Overdue"), is_open.filter(due_at__lt=timezone.now())))
    tabs.append(Tab("all", gettext_lazy("All open"), is_open))
    closed = rows.filter(status__in=[ActionStatus.DONE, ActionStatus.DROPPED])
    return [*tabs, Tab("closed", gettext_lazy("Closed"), closed, "-closed")]


def counts_of(user, tabs: list[Tab]) -> dict[str, int]:
    """How many action points each view holds, in one query."""
    counted = {tab.name: Count("pk", filter=Q(pk__in=tab.rows.order_by().values("pk"))) for tab in tabs}
    return seen_by(user, FLOW).order_by().aggregate(**counted)


def action_listing(request, tabs: list[Tab]) -> Listing:
    """The list page."""
    chosen = next((tab for tab in tabs if tab.name == request.GET.get("tab")), tabs[0])
    facets = (
        Facet("organisation", gettext_lazy("Who does it"), "organisation", _organisation_labels),
        Facet("meeting", gettext_lazy("Meeting"), "meeting__code"),
    )
    return Listing(
        request,
        chosen.rows,
        facets=facets,
        sorts={
            "due": (gettext_lazy("By"), ("due_on",)),
            "closed": (gettext_lazy("Closed"), ("status_since",)),
            "code": (gettext_lazy("Action point"), ("code",)),
        },
        default_sort=chosen.sort,
        search=_search,
        tabs={tab.name: tab.rows for tab in tabs},
    )


def _organisation_labels(keys) -> dict[str, str]:
    known = Organisation.objects.filter(pk__in=[key for key in keys if str(key).isdigit()])
    return dict(sorted(((str(o.pk), o.name) for o in known), key=lambda pair: pair[1]))


def _search(text: str) -> Q:
    found = Q(pk__in=[])
    for path in ("code", "text", "meeting__code", "meeting__title", "organisation__name_id", "organisation__name_en"):
        found |= Q(**{f"{path}__icontains": text})
    return found


def sees_meeting(user, action) -> bool:
    """Whether the meeting an action point came from exists for its reader: who does it need not have been invited."""
    return Meeting.objects.filter(meetings_in_reach(user), pk=action.meeting_id).exists()


@dataclass(frozen=True)
class OpenActions:
    """What a home shows of action points until they are closed."""

    rows: list[ActionPoint] = field(default_factory=list)
    count: int = 0
    late: int = 0


def open_actions(user, limit: int = HOME_LIMIT) -> OpenActions:
    """Open action points of a person and of the meetings their organisation called; the most urgent first. Two queries,
    however many there are."""
    if capacity(user)[0] not in TALKERS:
        return OpenActions()
    rows = seen_by(user, FLOW).filter(actions_with_my_dates(user), status=ActionStatus.OPEN)
    first = list(rows.order_by("due_on", "pk")[:limit])
    if not first:
        return OpenActions()
    late = Count("pk", filter=Q(due_at__lt=timezone.now()))
    found = rows.order_by().aggregate(n=Count("pk"), late=late)
    return OpenActions(first, found["n"], found["late"])


def own_actions(user, since, until) -> list[ActionPoint]:
    """What a person has to do, for their calendar: open ones due between two days."""
    rows = seen_by(user, FLOW).filter(actions_my_turn(user), status=ActionStatus.OPEN)
    return list(rows.filter(due_on__gte=since, due_on__lte=until).order_by("due_on", "pk")[:200])
