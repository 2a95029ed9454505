"""Steps of the whole country from totals: a year has some thousand of them, where its log has hundreds of thousands of
moves.

The totals are right up to one number of the log, which stands beside them; what was written after it is counted on the
spot. So a page is never behind, whether or not anybody has added up lately. Who changes a time limit or a holiday
changes what was counted: totals made by other rules are not read, and made anew.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from django.db import transaction
from django.db.models import FilteredRelation, Max, Q

from portal.kpi.periods import ZONE, Period
from portal.kpi.scopes import Scope
from portal.kpi.steps import Stay, Tally, limit_of, stays, stays_in_log, steps_of_work
from portal.models import StepMark, StepTotal
from workflow.alone import alone
from workflow.calendar import holidays
from workflow.models import LogEntry
from workflow.once import once

AT_ONCE = 50_000
"""Entries of the log that one transaction adds up."""
LOCK = 7_120_051


def tally(scope: Scope, period: Period) -> Tally:
    """The steps that ended in the period and that the reader's figures speak of; of the country looked up once for each
    request."""
    if not scope.is_national:
        return Tally(stays(scope, period))
    return once(f"portal.steps.{period.year}", lambda: _national(period.year))


def _national(year: int) -> Tally:
    of_year = FilteredRelation("totals", condition=Q(totals__year=year))
    names = ("seq", *(f"of_year__{name}" for name in ("flow", "state", "working_days", "in_time", "count")))
    rows = list(StepMark.objects.filter(rules=_rules()).annotate(of_year=of_year).values_list(*names))
    found = Tally()
    for _seq, *total in rows:
        if total[0] is not None:  # a mark without totals of this year
            found.add(*total)
    for stay in stays_in_log(rows[0][0] if rows else 0):
        if _year(stay) == year:
            found.add(stay.flow, stay.state, stay.working_days, stay.in_time)
    return found


def add_up() -> int:
    """Bring the totals up to date; returns how many steps were added. Any number of calls is safe."""
    added = 0
    with alone(LOCK) as mine:
        is_done = not mine
        while not is_done:
            more, is_done = _add_some()
            added += more
    return added


@transaction.atomic
def _add_some() -> tuple[int, bool]:
    rules, mark = _rules(), StepMark.objects.select_for_update().first()
    if mark is None or mark.rules != rules:
        StepMark.objects.all().delete()  # and its totals
        mark = StepMark.objects.create(rules=rules)
    head = LogEntry.objects.aggregate(head=Max("seq"))["head"] or 0
    until = min(head, mark.seq + AT_ONCE)
    found = stays_in_log(mark.seq, until) if until > mark.seq else []
    known = {row.key: row for row in mark.totals.all()}
    new, more = [], []
    for key, count in Counter((_year(s), s.flow, s.state, s.working_days, s.in_time) for s in found).items():
        if row := known.get(key):
            row.count += count
            more.append(row)
        else:
            new.append(StepTotal(mark=mark, **dict(zip(StepTotal.KEY, key, strict=True)), count=count))
    StepTotal.objects.bulk_create(new)
    StepTotal.objects.bulk_update(more, ["count"])
    mark.seq = until
    mark.save(update_fields=["seq"])
    return len(found), until == head


def _year(stay: Stay) -> int:
    return stay.until.astimezone(ZONE).year


def _rules() -> str:
    """What the counting hangs on besides the log: the steps, their limits, the holidays."""
    limits = [(name, code, limit_of(name, code)) for name, codes in steps_of_work().items() for code in codes]
    return hashlib.sha256(repr((limits, sorted(holidays()))).encode()).hexdigest()
