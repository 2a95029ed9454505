"""Reads every room shares, always for a user: what they see, what waits for them, one record by its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, Q, Value
from django.http import Http404
from django.utils import timezone

from workflow.engine import may_see
from workflow.registry import Registered, workflow, workflows


def seen_by(user, name: str):
    """The records of a table that exist for this user, rows ready for a list. The role is the capacity acted in now."""
    entry = workflow(name)
    return entry.model._default_manager.filter(
        entry.reach(user), status__in=entry.flow.seen_states(user.acting_role)
    ).select_related(*entry.related)


def get_seen(user, name: str, **lookup):
    """One record through its only door: what the user may not see raises Http404."""
    entry = workflow(name)
    if any("\x00" in value for value in lookup.values() if isinstance(value, str)):
        raise Http404  # PostgreSQL knows no text with NUL in it
    record = entry.model._default_manager.select_related(*entry.related).filter(**lookup).first()
    if record is None or not may_see(entry.flow, user, record):
        raise Http404
    return record


def waiting_for(user, name: str):
    """The records of one table where it is this user's turn, the most urgent first."""
    entry = workflow(name)
    turns = [s.code for s in entry.flow.states if user.acting_role in s.waits_for]
    found = seen_by(user, name).filter(status__in=turns)
    if entry.turn is not None:
        found = found.filter(entry.turn(user))
    return found.order_by("due_at", "status_since", "pk")


@dataclass(frozen=True)
class Waiting:
    """What waits for a user in one table, and how much of it is overdue."""

    entry: Registered
    count: int
    late: int
    first: list[Any]


def all_waiting(user, limit: int = 8) -> list[Waiting]:
    """What waits for a user in every table that knows their role; one query, and one for each table with something."""
    known = [e for e in workflows() if any(user.acting_role in s.waits_for for s in e.flow.states)]
    counts = counts_of([waiting_for(user, entry.flow.name) for entry in known])
    return [
        Waiting(entry, count, late, list(waiting_for(user, entry.flow.name)[:limit]) if limit else [])
        for entry, (count, late) in zip(known, counts, strict=True)
        if count
    ]


def counts_of(queries: list) -> list[tuple[int, int]]:
    """(all, overdue) of each of these queries, in one."""
    late = Count("pk", filter=Q(due_at__lt=timezone.now()))
    parts = [
        rows.select_related(None)
        .order_by()
        .annotate(part=Value(number, IntegerField()))
        .values("part")
        .annotate(n=Count("pk"), late=late)
        .values_list("part", "n", "late")
        for number, rows in enumerate(queries)
    ]
    if not parts:
        return []
    found = {part: (n, late) for part, n, late in parts[0].union(*parts[1:], all=True)}
    return [found.get(number, (0, 0)) for number in range(len(parts))]
