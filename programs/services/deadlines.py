"""The internal deadline: so many working days before the partner's, at 14.00 WIB; express where that is
impossible."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from programs.models.partners import ROUTE_BUFFER
from workflow.calendar import WIB, days, end_of_working_day, is_working_day, shift

EXPRESS_DAYS = 2
"""Working days the ministry keeps for itself when the route's full buffer no longer fits."""


@dataclass(frozen=True, slots=True)
class InternalDeadline:
    """Our deadline before the partner's: the moment, the working days in between, and whether it had to be
    express."""

    moment: dt.datetime
    buffer: int
    express: bool


def buffer_of(program) -> int:
    """Working days between our deadline and the partner's for this programme's route."""
    scheme = program.scheme
    if scheme.buffer_days is not None and program.route in ("", scheme.route):
        return scheme.buffer_days
    return ROUTE_BUFFER[program.route or scheme.route]


def closing_moment(partner_deadline: dt.datetime, buffer: int) -> dt.datetime:
    """14.00 WIB, `buffer` working days before the partner's deadline; never after it and never on a day
    off."""
    zone = ZoneInfo(WIB)
    day = shift(partner_deadline.astimezone(zone).date(), -buffer)
    if not is_working_day(day):
        day = shift(day, -1)
    moment = dt.datetime.combine(day, dt.time(settings.CLOSING_HOUR_WIB), zone)
    if moment > partner_deadline:
        moment = dt.datetime.combine(shift(day, -1), dt.time(settings.CLOSING_HOUR_WIB), zone)
    return moment


def internal_deadline_for(program, now: dt.datetime | None = None) -> InternalDeadline | None:
    """The internal deadline a programme would get now; None without a partner's deadline (rolling
    registration).

    The route's buffer is impossible when it would end registration today or earlier. Then the ministry keeps
    two
    working days, or as much as is left, and the programme is marked express.
    """
    if program.partner_deadline is None:
        return None
    now = now or timezone.now()
    today = timezone.localdate(now, ZoneInfo(WIB))
    buffer = buffer_of(program)
    moment = closing_moment(program.partner_deadline, buffer)
    if timezone.localdate(moment, ZoneInfo(WIB)) > today:
        return InternalDeadline(moment, buffer, express=False)
    for less in range(min(EXPRESS_DAYS, buffer), -1, -1):
        moment = closing_moment(program.partner_deadline, less)
        if moment > now:
            return InternalDeadline(moment, less, express=True)
    return InternalDeadline(program.partner_deadline, 0, express=True)


def set_internal_deadline(program, now: dt.datetime | None = None) -> None:
    """Write the internal deadline and the express mark onto the programme, without saving it."""
    found = internal_deadline_for(program, now)
    program.internal_deadline = found.moment if found else None
    program.express = bool(found and found.express)


def evaluation_due(program, now):
    """Evaluation is due 30 working days after the last intake ended."""
    last = max((row.ends for row in program.intakes.all()), default=None)
    if last is None:
        return days(30)(program, now)
    return end_of_working_day(dt.datetime.combine(last, dt.time(12), ZoneInfo(WIB)), 30, WIB)
