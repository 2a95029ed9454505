"""What changed since somebody's last visit: by record, from the log, within what they may see and know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, IntegerField, Max, Q, Value, When
from django.utils import timezone

from accounts.roles import CENTRAL, PARTNER
from portal.selectors.rows import Row, rows
from workflow.models import LogEntry
from workflow.reading import seen_by
from workflow.registry import workflow, workflows
from workflow.templatetags.workflow_tags import UNTOLD, Event, events_of

SHOWN = 6
FIRST_LOOK = dt.timedelta(days=7)
"""How far a first visit looks back."""
FARTHEST = dt.timedelta(days=30)
"""Who was away longer finds the rest in the records."""


@dataclass(frozen=True)
class Changed:
    """A record that changed: the newest event in words, and how many more there were."""

    row: Row
    event: Event
    more: int


@dataclass(frozen=True)
class Changes:
    """The records that changed, the newest change first."""

    since: dt.datetime
    is_first: bool
    rows: list[Changed] = field(default_factory=list)
    has_more: bool = False


def changes_for(user, before: dt.datetime | None, now: dt.datetime | None = None) -> Changes:
    """Changes that others made since the visit before (None: the first visit). The number of queries depends on the
    tables involved, never on how much happened; the caller prepares the rows."""
    now = now or timezone.now()
    since = max(before, now - FARTHEST) if before else now - FIRST_LOOK
    groups = list(_by_record(user, since)[: 3 * SHOWN])
    records = _records(user, groups)
    entries = _entries(user, groups, since)
    found = []
    for group in groups:
        record = records.get((group["flow"], group["record_id"]))
        if record is None:
            continue
        told = _told(user, record, entries.get((group["flow"], group["record_id"]), []))
        if told:
            found.append((record, told[0], len(told) - 1))
    shown = rows([record for record, _event, _more in found[:SHOWN]], later=True)
    changed = [Changed(row, event, more) for row, (_record, event, more) in zip(shown, found, strict=False)]
    return Changes(since, before is None, changed, len(found) > SHOWN)


def _by_record(user, since):
    """Records with entries of others since then, as (table, key), the newest first; one query. In the regions one's own
    records come before what happened to programmes, which are everyone's."""
    seen = Q(pk__in=[])
    for entry in workflows():
        keys = seen_by(user, entry.flow.name).order_by().values("pk")
        seen |= Q(flow=entry.flow.name, record_id__in=keys)
    far = Value(0) if user.acting_role in (*CENTRAL, *PARTNER) else Value(1)
    rank = Case(When(flow="programs.program", then=far), default=Value(0), output_field=IntegerField())
    return (
        _of_others(user, since)
        .filter(seen)
        .order_by()
        .values("flow", "record_id")
        .annotate(last=Max("seq"), count=Count("pk"), rank=rank)
        .order_by("rank", "-last")
    )


def _of_others(user, since):
    return LogEntry.objects.filter(at__gt=since).exclude(actor=user).exclude(action__in=UNTOLD)


def _records(user, groups) -> dict[tuple[str, int], Any]:
    """The records themselves; one query for each table."""
    keys: dict[str, list[int]] = {}
    for group in groups:
        keys.setdefault(group["flow"], []).append(group["record_id"])
    return {
        (name, record.pk): record
        for name, found in keys.items()
        for record in workflow(name).model._default_manager.filter(pk__in=found).select_related(*workflow(name).related)
    }


def _entries(user, groups, since) -> dict[tuple[str, int], list[LogEntry]]:
    """What happened to them since then, the oldest first; one query."""
    wanted = Q(pk__in=[])
    for group in groups:
        wanted |= Q(flow=group["flow"], record_id=group["record_id"])
    found: dict[tuple[str, int], list[LogEntry]] = {}
    for entry in _of_others(user, since).filter(wanted).order_by("seq"):
        found.setdefault((entry.flow, entry.record_id), []).append(entry)
    return found


def _told(user, record, entries) -> list[Event]:
    """The events that a timeline would tell this reader, the newest first."""
    events = events_of(record, entries=entries)
    start = record.history_since(user) if events and hasattr(record, "history_since") else None
    return events if start is None else [event for event in events if event.at >= start]
