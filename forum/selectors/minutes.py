"""Reads on minutes: what the organisers write on, what everyone who was asked reads, what they said before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import Http404

from accounts.models import Organisation
from forum.models import ActionStatus, MinutesEdition, Reply
from forum.rules import minutes as rules
from forum.selectors.meetings import agenda_of, get_meeting
from forum.services.minutes import record_of_decision

LISTED = 40
"""With more organisations than these, only those that said they would come have a row of their own, and the others are
typed by name instead of chosen from a list in every row."""


def get_minutes(user, code: str):
    """A meeting whose minutes this user may read; 404 before there are any for them."""
    meeting = get_meeting(user, code)
    if not rules.reads_minutes(user, meeting):
        raise Http404
    return meeting


@dataclass(frozen=True)
class Came:
    """One organisation in the list of who came."""

    organisation: Any
    people: int | None
    coming: int
    """How many of it had said that they would come."""


@dataclass(frozen=True)
class Sheet:
    """What the form of the minutes is made from."""

    attendance: list[Came]
    others: list[Any]
    """Invited organisations without a row of their own."""
    organisations: list[Any]
    agenda: list[Any]
    decisions: list[Any]
    drafts: list[Any]
    issued: list[Any]


def sheet_of(meeting) -> Sheet:
    """Everything the organisers write on, with a fixed number of queries."""
    organisations = list(_asked(meeting))
    people = dict(meeting.attendance.values_list("organisation_id", "people"))
    coming = dict(
        meeting.answers.filter(reply=Reply.YES)
        .order_by()
        .values("organisation_id")
        .annotate(n=Count("pk"))
        .values_list("organisation_id", "n")
    )
    listed = [
        o
        for o in organisations
        if len(organisations) <= LISTED or o.pk in people or coming.get(o.pk) or o.pk == meeting.organiser_id
    ]
    shown = {o.pk for o in listed}
    actions = list(meeting.actions.select_related("organisation", "decision").order_by("due_on", "pk"))
    return Sheet(
        attendance=[Came(o, people.get(o.pk), coming.get(o.pk, 0)) for o in listed],
        others=[o for o in organisations if o.pk not in shown],
        organisations=organisations,
        agenda=list(meeting.agenda.all()),
        decisions=list(meeting.decisions.select_related("item")),
        drafts=[a for a in actions if a.status == ActionStatus.DRAFT],
        issued=[a for a in actions if a.status != ActionStatus.DRAFT],
    )


def _asked(meeting):
    """The organiser first, then those who were invited and those who came, by name."""
    keys = {meeting.organiser_id, *meeting.invitees.values_list("organisation_id", flat=True)}
    keys |= set(meeting.attendance.values_list("organisation_id", flat=True))
    found = Organisation.objects.filter(pk__in=keys).order_by("name_id", "pk")
    return sorted(found, key=lambda o: o.pk != meeting.organiser_id)


# --- Reading ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decided:
    """A decision as a reader sees it."""

    position: int
    text: str
    item: str
    record: Any
    """What its point of the agenda stands on, where the reader may see that."""
    recorded_at: Any
    may_take: bool
    """Whether the reader may take it into the record's log."""


@dataclass(frozen=True)
class Page:
    """The minutes as a reader sees them."""

    came: list[tuple[Any, int]]
    people: int
    decisions: list[Decided]
    actions: list[Any]
    editions: list[MinutesEdition]
    edition: int


def page_of(user, meeting) -> Page:
    """The minutes with what hangs on them. Records that the reader may not see are not named."""
    came = list(meeting.attendance.select_related("organisation").order_by("organisation__name_id", "pk"))
    records = {item.pk: item.record for item in agenda_of(user, meeting)}
    corrects = rules.may_correct_minutes(user, meeting)
    decisions = [
        Decided(
            position=d.position,
            text=d.text,
            item=d.item.title if d.item else "",
            record=records.get(d.item_id),
            recorded_at=d.recorded_at,
            may_take=corrects
            and d.recorded_at is None
            and records.get(d.item_id) is not None
            and rules.may_record(user, records[d.item_id]),
        )
        for d in meeting.decisions.select_related("item")
    ]
    editions = list(meeting.editions.all())
    return Page(
        came=[(row.organisation, row.people) for row in came],
        people=sum(row.people for row in came),
        decisions=decisions,
        actions=list(meeting.actions.select_related("organisation", "decision").order_by("due_on", "pk")),
        editions=editions,
        edition=len(editions) + 1,
    )


def get_edition(user, code: str, number: int) -> MinutesEdition:
    """What the minutes said before a correction."""
    meeting = get_minutes(user, code)
    found = meeting.editions.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def came_to(edition: MinutesEdition) -> list[tuple[str, int]]:
    """Who came according to a former edition, in the reader's language; as it was written where a body is gone."""
    known = {o.code: o.name for o in Organisation.objects.filter(code__in=[row["code"] for row in edition.attendance])}
    return [(known.get(row["code"], row["name"]), row["people"]) for row in edition.attendance]


def decision_to_take(user, code: str, position: int):
    """(meeting, decision, record) on the page that asks before a decision goes into a record's log; 404 otherwise."""
    meeting = get_minutes(user, code)
    decision = meeting.decisions.select_related("item").filter(position=position).first()
    record = record_of_decision(decision) if decision is not None else None
    if record is None or not rules.may_correct_minutes(user, meeting) or not rules.may_record(user, record):
        raise Http404
    return meeting, decision, record


def in_short(meeting) -> tuple[list[Any], list[Any]]:
    """(decisions, action points) for the page of the meeting."""
    actions = meeting.actions.select_related("organisation").order_by("due_on", "pk")
    return list(meeting.decisions.all()), list(actions)
