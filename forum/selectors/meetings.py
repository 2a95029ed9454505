"""Reads on meetings, always for a user: the lists, one meeting, its agenda, how somebody stands to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from accounts.roles import READERS
from accounts.rules import capacity, zone_of
from forum import times
from forum.models import AgendaItem, Answer, Meeting, MeetingKind, MeetingStatus, Reply
from forum.rules import meetings as rules
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by
from workflow.registry import workflow

FLOW = "forum.meeting"
ON_THE_TABLE = (
    "regions.need",
    "programs.program",
    "partnerships.proposal",
    "partnerships.agreement",
    "partnerships.allocation",
    "partnerships.review",
    "participants.nomination",
)
"""The tables whose records an agenda item can stand on."""


def get_meeting(user, code: str) -> Meeting:
    """One meeting through its only door; what the user may not see raises Http404."""
    return get_seen(user, FLOW, code=code.upper())


# --- Lists --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tab:
    """One view of the list."""

    name: str
    label: Any
    rows: Any
    sort: str


def _rows(user):
    """The meetings somebody sees, each with their own answer."""
    own = Answer.objects.filter(meeting=OuterRef("pk"), user=user)
    return seen_by(user, FLOW).annotate(
        own_reply=Subquery(own.values("reply")[:1]),
        owed=Exists(_owed(user).filter(pk=OuterRef("pk"))),
    )


def _owed(user):
    """The meetings somebody is asked to come to, that lie ahead, and that they have not answered as they are now."""
    settled = Answer.objects.filter(
        Q(meeting__moved_at__isnull=True) | Q(given_at__gte=F("meeting__moved_at")), user=user
    ).values("meeting")
    return Meeting.objects.filter(
        pk__in=rules.asked_to(user),
        status=MeetingStatus.PLANNED,
        sent_at__isnull=False,
        starts_at__gt=timezone.now(),
    ).exclude(pk__in=settled)


def tabs_for(user) -> list[Tab]:
    """The views of the list: what comes, what still wants an answer, what one's own organisation calls, what was."""
    now, rows = timezone.now(), _rows(user)
    ahead = Q(ends_at__gte=now, status=MeetingStatus.PLANNED)
    tabs = [Tab("coming", gettext_lazy("Coming up"), rows.filter(ahead), "starts")]
    if rules.may_organise(user):
        tabs.append(Tab("answer", gettext_lazy("To answer"), rows.filter(owed=True), "starts"))
        own = rows.filter(organiser=capacity(user)[1])
        tabs.append(Tab("organised", gettext_lazy("We organise"), own, "-starts"))
    elif capacity(user)[0] in READERS:
        tabs.append(Tab("drafts", gettext_lazy("Drafts"), rows.filter(status=MeetingStatus.DRAFT), "-starts"))
    past = rows.exclude(ahead).exclude(status=MeetingStatus.DRAFT)
    return [*tabs, Tab("past", gettext_lazy("Past and cancelled"), past, "-starts")]


def counts_of(user, tabs: list[Tab]) -> dict[str, int]:
    """How many meetings each view holds, in one query."""
    counted = {tab.name: Count("pk", filter=Q(pk__in=tab.rows.order_by().values("pk"))) for tab in tabs}
    return seen_by(user, FLOW).order_by().aggregate(**counted)


def meeting_listing(request, tabs: list[Tab]) -> Listing:
    """The list page; each row knows its time on the reader's clock and on the place's."""
    chosen = next((tab for tab in tabs if tab.name == request.GET.get("tab")), tabs[0])
    facets = (
        Facet("kind", gettext_lazy("Kind"), "kind", lambda v: {k.value: k.label for k in MeetingKind if k in v}),
        Facet("status", gettext_lazy("Status"), "status", _status_labels),
        Facet("organiser", gettext_lazy("Organiser"), "organiser", _organisation_labels),
    )
    listing = Listing(
        request,
        chosen.rows,
        facets=facets,
        sorts={
            "starts": (gettext_lazy("Time"), ("starts_at",)),
            "title": (gettext_lazy("Subject"), ("title",)),
        },
        default_sort=chosen.sort,
        search=_search,
        tabs={tab.name: tab.rows for tab in tabs},
    )
    with_times(request.user, listing.rows)
    return listing


def _status_labels(codes) -> dict[str, str]:
    return {status.value: str(status.label) for status in MeetingStatus if status in codes}


def _organisation_labels(keys) -> dict[str, str]:
    known = Organisation.objects.filter(pk__in=[k for k in keys if str(k).isdigit()])
    return dict(sorted(((str(o.pk), o.name) for o in known), key=lambda pair: pair[1]))


def _search(text: str) -> Q:
    on_agenda = AgendaItem.objects.filter(title__icontains=text).values("meeting")
    found = Q(pk__in=on_agenda)
    for path in ("code", "title", "place", "organiser__name_id", "organiser__name_en"):
        found |= Q(**{f"{path}__icontains": text})
    return found


def with_times(user, meetings) -> list:
    """Each meeting with `when` on the reader's clock, `there` on the place's where that differs, and what the reader
    said (`reply_words`)."""
    zone, found = zone_of(user), list(meetings)
    for meeting in found:
        meeting.when, meeting.there = times.both_clocks(meeting, zone)
        meeting.reply_words = Reply(meeting.own_reply).label if meeting.own_reply else ""
    return found


def coming_meetings(user, limit: int = 4) -> list[Meeting]:
    """The next meetings of a person for their home, what they still have to answer first marked (`owed`)."""
    if not rules.may_organise(user):
        return []
    organisation = capacity(user)[1]
    own = Q(organiser=organisation) | Q(pk__in=rules.asked_to(user))
    ahead = _rows(user).filter(own, status=MeetingStatus.PLANNED, ends_at__gte=timezone.now())
    return with_times(user, ahead.order_by("starts_at", "pk")[:limit])


def meetings_on(user, record) -> list[Meeting]:
    """The meetings on whose agenda a record stands, as far as the user sees them; the latest first."""
    items = AgendaItem.objects.filter(flow=record.flow.name, record_id=record.pk).values("meeting")
    return with_times(user, _rows(user).filter(pk__in=items).order_by("-starts_at", "-pk")[:10])


# --- One meeting --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """A point of the agenda as one reader sees it."""

    pk: int
    position: int
    title: str
    minutes: int | None
    starts: str
    """On the reader's clock; empty where an earlier item says no length."""
    record: Any = None
    """What it stands on, where the reader may see that."""
    hidden: bool = False
    """It stands on a record that does not exist for the reader."""


def agenda_of(user, meeting) -> list[Item]:
    """The agenda in order; records are asked for once per table, and only those the reader may see are named."""
    items = list(meeting.agenda.all())
    seen = _records_of(user, items)
    found, at = [], meeting.starts_at
    zone = zone_of(user)
    for item in items:
        record = seen.get((item.flow, item.record_id))
        found.append(
            Item(
                pk=item.pk,
                position=item.position,
                title=item.title,
                minutes=item.minutes,
                starts=times.formats.clock(at, zone) if at else "",
                record=record,
                hidden=bool(item.flow) and record is None,
            )
        )
        at = at + dt.timedelta(minutes=item.minutes) if at and item.minutes else None
    return found


def _records_of(user, items) -> dict[tuple[str, int], Any]:
    by_flow: dict[str, list[int]] = {}
    for item in items:
        if item.flow and workflow(item.flow) is not None:
            by_flow.setdefault(item.flow, []).append(item.record_id)
    return {
        (flow, record.pk): record
        for flow, keys in by_flow.items()
        for record in seen_by(user, flow).filter(pk__in=keys)
    }


def find_records(user, codes) -> dict[str, Any]:
    """{code as typed: record} of those that an agenda item can stand on and that the user may see."""
    wanted = {code.strip().upper(): code for code in codes if code.strip() and "\x00" not in code}
    found: dict[str, Any] = {}
    for flow in ON_THE_TABLE if wanted else ():
        if workflow(flow) is not None:
            for record in seen_by(user, flow).filter(code__in=[*wanted]):
                found.setdefault(wanted[record.code.upper()], record)
    return found


@dataclass(frozen=True)
class Standing:
    """How one person stands to a meeting."""

    organises: bool
    invited: bool
    may_plan: bool
    may_answer: bool
    answer: Answer | None
    owes: bool
    """Asked to come, and not answered as the meeting is now."""
    asked_again: bool
    """Answered once, for another time or place."""
    link: str
    """The video link, for those it is for and as long as it is good."""


def standing_of(user, meeting) -> Standing:
    """How somebody stands to a meeting they see."""
    answer = meeting.answers.filter(user=user).first()
    outdated = bool(answer and meeting.moved_at and answer.given_at < meeting.moved_at)
    may_answer = rules.may_answer(user, meeting)
    return Standing(
        organises=rules.organises(user, meeting),
        invited=rules.is_invited(user, meeting),
        may_plan=rules.may_plan(user, meeting),
        may_answer=may_answer,
        answer=answer,
        owes=may_answer and (answer is None or outdated),
        asked_again=may_answer and outdated,
        link=meeting.link if rules.shows_link(user, meeting) else "",
    )
