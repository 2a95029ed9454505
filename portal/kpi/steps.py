"""K09: how long each step took, read from the log: one stay is one record in one state in which somebody had to act."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT

from portal.kpi.periods import ZONE, Period
from portal.kpi.scopes import Scope
from workflow.calendar import holidays
from workflow.models import LogEntry
from workflow.registry import workflow, workflows


@dataclass(frozen=True)
class Limit:
    """The fixed time limit of a state."""

    count: int
    working: bool

    def holds(self, stay: Stay) -> bool:
        """Whether a stay ended within it."""
        return (stay.working_days if self.working else stay.calendar_days) <= self.count


@dataclass(frozen=True)
class Stay:
    """One record in one state, from the move in to the move out."""

    flow: str
    state: str
    code: str
    record_id: int
    since: dt.datetime
    until: dt.datetime
    due: dt.datetime | None
    """The date it had, as the log keeps it; None where it had none, or the log does not say."""
    working_days: int

    @property
    def calendar_days(self) -> int:
        """Days by the calendar, WIB."""
        return (self.until.astimezone(ZONE).date() - self.since.astimezone(ZONE).date()).days

    @property
    def in_time(self) -> bool | None:
        """Whether it ended by its date, or, where the log keeps none, within the fixed limit of its state; None where
        there was no limit."""
        if self.due is not None:
            return self.until <= self.due
        limit = limit_of(self.flow, self.state)
        return limit.holds(self) if limit else None


@dataclass(frozen=True)
class Step:
    """Every stay in one state of one table."""

    flow: str
    state: str
    label: Any
    table: Any
    days: Counter[int]
    """How often it took so many working days."""
    limit: Limit | None
    timed: int
    """Stays that had a time limit."""
    hits: int
    """Of these, those that kept it."""

    @property
    def count(self) -> int:
        """Stays that ended."""
        return self.days.total()

    @property
    def median(self) -> float:
        """Working days of the stay in the middle."""
        return middle(self.days)

    @property
    def is_dated(self) -> bool:
        """Whether its limit hangs on a date of the record."""
        return self.limit is None and workflow(self.flow).flow.state(self.state).within is not None

    @property
    def hit_percent(self) -> float | None:
        """Share within the limit; None where no stay had one."""
        return 100 * self.hits / self.timed if self.timed else None


def middle(days: Counter[int]) -> float:
    """The median of what was counted, the mean of both where two stand in the middle."""
    low, high = ranked(days, (days.total() - 1) // 2), ranked(days, days.total() // 2)
    return low if low == high else (low + high) / 2


def ranked(days: Counter[int], rank: int) -> int:
    """The value at this place, from 0, of all that was counted in order."""
    for value in sorted(days):
        rank -= days[value]
        if rank < 0:
            return value
    raise IndexError(rank)


class Tally:
    """Counted stays: what is said about steps needs no more than how many took how long and kept their limit."""

    def __init__(self, found: Iterable[Stay] = ()):
        self.counts: dict[tuple[str, str], Counter[tuple[int, bool | None]]] = {}
        for stay in found:
            self.add(stay.flow, stay.state, stay.working_days, stay.in_time)

    def add(self, flow: str, state: str, working_days: int, in_time: bool | None, count: int = 1) -> None:
        """So many stays more."""
        self.counts.setdefault((flow, state), Counter())[working_days, in_time] += count

    def steps(self) -> list[Step]:
        """By table and state, in the order of the tables; steps that did not happen are left out."""
        order = [(name, code) for name, codes in steps_of_work().items() for code in codes]
        return [self._step(*key) for key in order if key in self.counts]

    def _step(self, name: str, code: str) -> Step:
        flow, counted = workflow(name).flow, self.counts[name, code]
        days: Counter[int] = Counter()
        for (taken, _kept), count in counted.items():
            days[taken] += count
        return Step(
            flow=name,
            state=code,
            label=flow.state(code).label,
            table=flow.label,
            days=days,
            limit=limit_of(name, code),
            timed=sum(count for (_taken, kept), count in counted.items() if kept is not None),
            hits=sum(count for (_taken, kept), count in counted.items() if kept),
        )

    @property
    def days(self) -> Counter[int]:
        """How often any step took so many working days."""
        return sum((step.days for step in self.steps()), Counter())

    @property
    def timed(self) -> int:
        """Stays that had a time limit."""
        return sum(step.timed for step in self.steps())

    @property
    def hits(self) -> int:
        """Of these, those that kept it."""
        return sum(step.hits for step in self.steps())


def limit_of(flow: str, state: str) -> Limit | None:
    """The fixed limit of a state; None where it has none, or one that depends on a date of the record."""
    within = workflow(flow).flow.state(state).within
    if getattr(within, "working_days", None) is not None:
        return Limit(within.working_days, working=True)
    if getattr(within, "days", None) is not None:
        return Limit(within.days, working=False)
    return None


OF_THE_CENTRE = ("programs.program", "partnerships.review", "partnerships.brief", "forum.question")
"""Tables whose records are nobody's own in the regions, although they read them: their steps say nothing about a
province or an office."""


def steps_of_work() -> dict[str, list[str]]:
    """{table: states in which somebody has to act}."""
    return {e.flow.name: [s.code for s in e.flow.states if s.waits_for] for e in workflows()}


def stays(scope: Scope, period: Period, step: tuple[str, str] | None = None) -> list[Stay]:
    """The stays that ended in the period, oldest first; `step`: only those of one state of one table. One query,
    whatever the number of records.

    Outside the centre only in states that the reader's role sees: how a record came about there is not theirs to know.
    """
    if scope.is_national:
        moves = _moves(None)
    else:
        here = [e for e in workflows() if e.flow.name not in OF_THE_CENTRE]
        role = scope.user.acting_role
        moves = _moves(
            {e.flow.name: _reached(e, scope.user) for e in here},
            {e.flow.name: set(e.flow.seen_states(role)) for e in here},
        )
    one = {"flow": step[0], "source": step[1]} if step else {}
    return _stays(moves.filter(at__gte=period.begins, at__lt=period.ends, **one))


def stays_of(records: dict[str, Any]) -> list[Stay]:
    """The stays of some records: {table: query of their keys}. One query."""
    return _stays(_moves(records))


def stays_in_log(after: int, until: int | None = None) -> list[Stay]:
    """The stays that ended with the entries of the log after this number, all of them or up to another. One query."""
    moves = _moves(None).filter(seq__gt=after)
    return _stays(moves if until is None else moves.filter(seq__lte=until))


def _reached(entry, user):
    return entry.model._default_manager.filter(entry.reach(user)).values("pk")


def _moves(records: dict[str, Any] | None, seen: dict[str, set[str]] | None = None):
    """The log entries by which a record left a state in which somebody had to act; `seen`: only these states."""
    steps = Q(pk__in=[])
    for name, every in steps_of_work().items():
        codes = every if seen is None else [code for code in every if code in seen.get(name, ())]
        if records is None:
            steps |= Q(flow=name, source__in=codes)
        elif name in records:
            steps |= Q(flow=name, source__in=codes, record_id__in=records[name])
    return LogEntry.objects.filter(steps).exclude(source=F("target"))


def _stays(moves) -> list[Stay]:
    before = LogEntry.objects.filter(
        Q(action="create") | ~Q(source=F("target")),
        flow=OuterRef("flow"),
        record_id=OuterRef("record_id"),
        seq__lt=OuterRef("seq"),
    )
    rows = list(
        moves.annotate(since=Subquery(before.order_by("-seq").values("at")[:1]), due=KT("data__was_due"))
        .order_by("seq")
        .values_list("flow", "source", "record_code", "record_id", "since", "at", "due")
    )
    rows = [row for row in rows if row[4] is not None]  # asked of the database, it would look each of them up twice
    count = _working_days(row[4:6] for row in rows)
    return [Stay(*row, due and dt.datetime.fromisoformat(due), count(*row[4:])) for *row, due in rows]


def _working_days(spans: Iterable[tuple[dt.datetime, dt.datetime]]):
    """A counter of working days between two moments: like `workflow.calendar`, but added up once for all of them."""
    edges = [moment.astimezone(ZONE).date() for span in spans for moment in span]
    if not edges:
        return lambda since, until: 0
    first, last, closed = min(edges), max(edges), holidays()
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    sums = list(accumulate(int(day.weekday() < 5 and day not in closed) for day in days))

    def count(since: dt.datetime, until: dt.datetime) -> int:
        start, end = ((moment.astimezone(ZONE).date() - first).days for moment in (since, until))
        return max(sums[end] - sums[start], 0)

    return count
