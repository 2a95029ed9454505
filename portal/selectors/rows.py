"""Records of any table as rows: what it is about, whose it is, whose turn, until when, with a fixed number of
queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from workflow.templatetags.workflow_tags import role_name
from workflow.turns import waits_for

PREFETCH = {
    "regions.need": ("lines__post", "lines__gaps__theme"),
}
"""What the titles of a table's records read."""


@dataclass(frozen=True)
class Row:
    """One record ready to show in a list of mixed tables."""

    record: Any
    code: str
    url: str
    place: str
    kind: Any
    label: Any
    tone: str
    icon: str
    turn: str
    since: Any
    due_at: Any
    zone: str
    own: bool = False
    """A date of a deadline chain that is the reader's own level."""
    nudge_url: str = ""
    """Where the reader may remind those whose turn it is."""
    alert: str = ""
    """A warning beside the status, such as permits that are late for a departure."""

    @property
    def title(self) -> str:
        """What it is about; reads what `prepare` fetched."""
        return str(getattr(self.record, "title", "") or self.record.code)

    @property
    def is_near(self) -> bool:
        """Due within a week or overdue: worth a tag."""
        return self.due_at is not None and self.due_at < timezone.now() + dt.timedelta(days=8)


def rows(records: Iterable[Any], *, at_work: bool = False, later: bool = False) -> list[Row]:
    """Rows for records of one table or several, in their order; titles cost as much for 30 as for 1.

    `at_work`: for those whose turn it is; leads to the page where a record is worked on, if there is one.
    `later`: the caller prepares several lists at once (`prepare`) before their titles are read.
    """
    found = list(records)
    if not later:
        prepare(found)
    return [_row(record, at_work) for record in found]


def prepare(records: Iterable[Any]) -> None:
    """Fetch what the titles of these records read, once for each table."""
    by_flow: dict[str, list] = {}
    for record in records:
        by_flow.setdefault(record.flow.name, []).append(record)
    for name, own in by_flow.items():
        prefetch_related_objects(own, *PREFETCH.get(name, ()))


def _row(record, at_work: bool) -> Row:
    label, tone, icon = getattr(record, "shown_status", None) or (
        record.state.label,
        record.state.tone,
        record.state.icon,
    )
    return Row(
        record=record,
        code=record.code,
        url=(at_work and getattr(record, "manage_url", "")) or record.get_absolute_url(),
        place=place_of(record),
        kind=record.flow.label,
        label=label,
        tone=tone,
        icon=icon,
        turn=", ".join(role_name(role) for role in waits_for(record)),
        since=record.turn_since,
        due_at=record.due_at,
        zone=record.time_zone,
    )


def place_of(record) -> str:
    """The office or partner a record belongs to."""
    match record.flow.name:
        case "regions.need":
            return record.office.name
        case "programs.program":
            return record.partner.name
        case "partnerships.proposal":
            return f"{record.line.need.office.name} → {record.partner.short_name or record.partner.name}"
        case "participants.nomination" | "participants.correction" | "participants.evaluation":
            return record.office.name
        case "forum.meeting":
            return record.organiser.name
        case "forum.action":
            return record.organisation.name
        case "partnerships.agreement":
            owner = record.office if record.is_regional else record.unit
            return " · ".join(name for name in (owner.name if owner else "", record.other_party) if name)
    return ""
