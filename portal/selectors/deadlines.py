"""Every due date a user may see, over all tables, by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, IntegerField, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.selectors.rows import Row, rows
from programs.selectors import COUNTING, own_dates
from workflow.nudges import actors_of
from workflow.reading import counts_of, seen_by, waiting_for
from workflow.registry import workflow, workflows
from workflow.turns import waits_for

LIMIT = 100
"""Dates on a page, the most urgent first: one with more would help nobody; filters narrow it, files have them all."""
SPANS = {"14": 14, "30": 30, "90": 90}


@dataclass(frozen=True)
class Day:
    """The due dates of one day."""

    day: dt.date | None
    """None: everything overdue."""
    rows: list[Row]


@dataclass(frozen=True)
class Choice:
    """One tab of the page: a table or a span, with how many it holds."""

    value: str
    label: Any
    url: str
    active: bool
    count: int | None = None


def asked_for(data) -> tuple[str, str, bool]:
    """(table, span, only my turn) an address asks for; nonsense is taken as everything within 14 days."""
    flow, span = data.get("jenis", ""), data.get("hari", "14")
    return (flow if workflow(flow) else "", span if span in SPANS else "14", data.get("giliran") == "saya")


def due_records(user, flow_name: str, *, mine: bool = False):
    """The records of one table that are due at some time and concern the user, the most urgent first."""
    entry = workflow(flow_name)
    timed = [s.code for s in entry.flow.states if s.within]
    found = waiting_for(user, flow_name) if mine else seen_by(user, flow_name)
    if entry.dates is not None and not mine:
        found = found.filter(entry.dates(user))
    return found.filter(status__in=timed, due_at__isnull=False).order_by(F("due_at").asc(), "pk")


def chain_rows(user, now, until, programs_at_most: int | None) -> list[Row]:
    """Dates of deadline chains that concern a reader and come within a span, of the programmes that close first (None:
    of all); none of them is a workflow deadline."""
    programs = seen_by(user, "programs.program").filter(
        partner_deadline__gt=now,
        internal_deadline__lt=until,
        published_at__isnull=False,
        status__in=COUNTING,
    )
    dates = own_dates(user, programs.order_by("internal_deadline")[:programs_at_most], now)
    coming = [(program, link) for program, link in dates if now < link.ends < until]
    return [
        replace(row, due_at=link.ends, turn=f"{link.label}: {link.task}", own=link.own)
        for row, (_program, link) in zip(rows(program for program, _link in coming), coming, strict=True)
    ]


def by_day(found: list[Row], now=None) -> list[Day]:
    """Rows grouped by the day they are due in their own zone, overdue first."""
    now = now or timezone.now()
    late = [r for r in found if r.due_at < now]
    days: dict[dt.date, list[Row]] = {}
    for row in found:
        if row.due_at >= now:
            days.setdefault(row.due_at.astimezone(ZoneInfo(row.zone)).date(), []).append(row)
    return ([Day(None, late)] if late else []) + [Day(day, days[day]) for day in sorted(days)]


def deadlines(user, *, flow: str = "", span: int = 14, mine: bool = False, limit: int | None = LIMIT, now=None):
    """(days, counts per table) of what is overdue or due within `span` days; the `limit` most urgent, None: all."""
    now = now or timezone.now()
    until = now + dt.timedelta(days=span)
    due = {e.flow.name: due_records(user, e.flow.name, mine=mine).filter(due_at__lt=until) for e in workflows()}
    counts = {name: count for name, (count, _late) in zip(due, counts_of(list(due.values())), strict=True)}
    found = rows(_nearest(user, {name: query for name, query in due.items() if flow in {"", name}}, limit))
    steps = [row for row in chain_rows(user, now, until, limit) if row.own or not mine]
    counts["programs.program"] += len(steps)
    closing = steps if flow in {"", "programs.program"} else []
    shown = sorted([*(_with_nudge(user, row, now) for row in found), *closing], key=lambda row: row.due_at)
    return by_day(shown[:limit], now), counts


def _with_nudge(user, row: Row, now) -> Row:
    """An overdue row with the address that reminds whoever has it; the page there knows whether it is time."""
    record, role = row.record, user.acting_role
    if row.due_at >= now or role not in actors_of(record.flow) or role in waits_for(record) or not row.turn:
        return row
    return replace(row, nudge_url=reverse("nudge", args=[record.flow.name, record.code]))


def next_deadlines(user, limit: int = 5) -> list[Row]:
    """The nearest due dates the user may see, for the home page; the caller prepares the rows."""
    now = timezone.now()
    closing = chain_rows(user, now, now + dt.timedelta(days=30), programs_at_most=5 * limit)
    due = {entry.flow.name: due_records(user, entry.flow.name) for entry in workflows()}
    nearest = rows(_nearest(user, due, limit), later=True)
    return sorted([*nearest, *closing], key=lambda row: row.due_at)[:limit]


def _nearest(user, due: dict[str, Any], limit: int | None) -> list[Any]:
    """The records of these queries that are due first; one query, and one for each table they are of."""
    tables = list(due)
    parts = [
        (query[:limit] if limit else query.order_by())
        .select_related(None)
        .annotate(table=Value(number, IntegerField()))
        .values_list("table", "pk", "due_at")
        for number, query in enumerate(due.values())
    ]
    found = parts[0]
    if len(parts) > 1:
        found = found.union(*parts[1:], all=True).order_by("due_at", "table", "pk")[:limit]
    keys: dict[int, list[int]] = {}
    for table, pk, _due in found:
        keys.setdefault(table, []).append(pk)
    records = [r for table, own in keys.items() for r in seen_by(user, tables[table]).filter(pk__in=own)]
    return sorted(records, key=lambda record: record.due_at)


def flow_tabs(counts: dict[str, int], active: str, address) -> list[Choice]:
    """Tabs: everything, then each table that has something."""
    tabs = [Choice("", _("All"), address(""), not active, sum(counts.values()))]
    for entry in workflows():
        name = entry.flow.name
        if counts.get(name) or name == active:
            tabs.append(Choice(name, entry.flow.label, address(name), name == active, counts.get(name, 0)))
    return tabs
