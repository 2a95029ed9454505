"""The deadline chain: from a partner's closing moment back to the last day on which an office can still send people.

Plain Python: moments, working days and a set of days off in, dates out. `docs/deadlines.md` tells the rule to readers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from workflow.working_days import Off, between, on_or_before, shift

WIB = ZoneInfo("Asia/Jakarta")
"""Every date of the chain is a day in Jakarta; readers elsewhere are told their own clock beside it."""

OFFICE, PROVINCE, SCREENING, PANEL, FORWARD, DESK = "OFFICE", "PROVINCE", "SCREENING", "PANEL", "FORWARD", "DESK"

OFFICE_MINIMUM = 5
"""Working days an office has at least, from publishing to the close of registration."""
FULL_TIMES = {PROVINCE: 3, SCREENING: 3, PANEL: 5, FORWARD: 2, DESK: 2}
"""The time limits of the nomination table (endorsing, screening, selection, forwarding) and two days for the desk in
between. Together the fifteen working days of the State Secretariat's route."""
FIRST_DAYS = (FORWARD, PANEL, DESK, SCREENING, PROVINCE)
"""Who gets a first day first, and goes first where two have equal claims: without a handing over and a choice nothing
reaches the partner, without the others it only reaches the partner less well prepared."""
CENTRE_KEEPS = 2
"""Working days left for choosing and handing over, however short the time is, once the office has one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One level of the chain: until when it has the nominations, and how many working days that gives it."""

    level: str
    ends: dt.datetime
    days: int
    minimum: int

    @property
    def missing(self) -> int:
        """Working days it has less than its minimum."""
        return max(self.minimum - self.days, 0)


@dataclass(frozen=True, slots=True)
class Chain:
    """All levels in the order in which a nomination passes them."""

    starts: dt.datetime
    steps: tuple[Step, ...]
    closing: dt.datetime
    publish_by: dt.date
    """The last day on which publishing would have left every level its minimum."""

    @property
    def office(self) -> Step:
        """The level every chain has: the office's registration."""
        return self.steps[0]

    @property
    def behind(self) -> int:
        """Working days between the office's deadline and the partner's."""
        return sum(step.days for step in self.steps[1:])

    @property
    def short(self) -> tuple[Step, ...]:
        """The levels that get less than their minimum."""
        return tuple(step for step in self.steps if step.missing)

    @property
    def express(self) -> bool:
        """Whether any level gets less than its minimum ("cepat")."""
        return bool(self.short)


def share(days: int, levels: tuple[str, ...]) -> dict[str, int]:
    """Spread working days over levels, one at a time.

    Each level gets a first day before any gets a second; then each day goes to the level with the longest task for
    what it has so far (its full time divided by its days). So a day more never takes a day from anybody.
    """
    given = dict.fromkeys(levels, 0)
    order = [level for level in FIRST_DAYS if level in given]
    for _day in range(days if order else 0):
        first = next((level for level in order if not given[level]), None)
        given[first or max(order, key=lambda level: FULL_TIMES[level] / given[level])] += 1
    return given


def last_day(closing: dt.datetime, hour: int, off: Off) -> dt.date:
    """The last working day on which something handed over at the closing hour (WIB) still reaches the partner in
    time."""
    here = closing.astimezone(WIB)
    day = here.date() if here.time() >= dt.time(hour) else here.date() - dt.timedelta(days=1)
    return on_or_before(day, off)


def kept_behind(days: int, buffer: int) -> int:
    """Of the working days that are left, those for the levels behind the office.

    Enough time: the route's whole buffer. Too little: the office keeps its minimum and the levels behind it make do
    with the rest; when that would leave them less than two days, they keep two and the office has what remains, one
    day at the least.
    """
    return min(buffer, max(days - OFFICE_MINIMUM, min(CENTRE_KEEPS, max(days - 1, 0))))


def plan(
    closing: dt.datetime,
    starts: dt.datetime,
    buffer: int,
    *,
    has_desk: bool,
    hour: int,
    off: Off,
    office_closes: dt.datetime | None = None,
) -> Chain:
    """The chain of a programme that offices learn of at `starts` and whose partner closes at `closing`.

    `buffer`: the route's working days between the office's deadline and the partner's. `office_closes`: the deadline
    that offices were already told; the levels behind it then share what lies between that and the partner's.
    """
    levels = (PROVINCE, SCREENING, PANEL, FORWARD, *((DESK,) if has_desk else ())) if buffer else ()
    last, first = last_day(closing, hour, off), starts.astimezone(WIB).date()
    if office_closes is None:
        behind = kept_behind(between(first, last, off), buffer)
        office_closes = _at(shift(last, -behind, off), hour)
        if office_closes <= starts:  # the partner closes today: whatever is left
            office_closes = closing
    else:
        behind = min(between(office_closes.astimezone(WIB).date(), last, off), buffer)
    day = office_closes.astimezone(WIB).date()
    steps = [Step(OFFICE, office_closes, between(first, day, off), OFFICE_MINIMUM)]
    given, full = share(behind, levels), share(buffer, levels)
    for level in levels:
        day = shift(day, given[level], off) if given[level] else day
        ends = _at(day, hour) if given[level] else steps[-1].ends
        steps.append(Step(level, ends, given[level], full[level]))
    return Chain(starts, tuple(steps), closing, shift(last, -buffer - OFFICE_MINIMUM, off))


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), WIB)
