"""Deadlines of a programme: the chain it lives by (`programs.chain`), and of that the one date that is stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from programs import chain
from programs.models import Program
from programs.models.partners import DESK_ROUTES, ROUTE_BUFFER
from programs.rules import AHEAD
from workflow.calendar import WIB, days, end_of_working_day, holidays, is_working_day, on_calendar
from workflow.engine import lock, note
from workflow.formats import moment


@dataclass(frozen=True, slots=True)
class InternalDeadline:
    """Our deadline before the partner's: the moment, the working days in between, whether it had to be express, and
    the chain it comes from."""

    moment: dt.datetime
    buffer: int
    express: bool
    chain: chain.Chain


def buffer_of(program) -> int:
    """Working days between our deadline and the partner's for this programme's route."""
    scheme = program.scheme
    if scheme.buffer_days is not None and program.route in ("", scheme.route):
        return scheme.buffer_days
    return ROUTE_BUFFER[program.route or scheme.route]


def _plan(program, starts: dt.datetime, office_closes: dt.datetime | None = None) -> chain.Chain:
    return chain.plan(
        program.partner_deadline,
        starts,
        buffer_of(program),
        has_desk=(program.route or program.scheme.route) in DESK_ROUTES,
        hour=settings.CLOSING_HOUR_WIB,
        off=holidays(),
        office_closes=office_closes,
    )


def internal_deadline_for(program, now: dt.datetime | None = None) -> InternalDeadline | None:
    """The internal deadline a programme would get now; None without a partner's deadline (rolling registration).

    Time counts from publishing. Where that would end registration today or earlier, it counts from now: what is left
    is shared anew.
    """
    if program.partner_deadline is None:
        return None
    now = now or timezone.now()
    found = _plan(program, min(program.published_at or now, now))
    if _wib_day(found.office.ends) <= _wib_day(now):
        found = _plan(program, now)
    return InternalDeadline(found.office.ends, found.behind, found.express, found)


def set_internal_deadline(program, now: dt.datetime | None = None) -> None:
    """Write the internal deadline and the express mark onto the programme, without saving it."""
    found = internal_deadline_for(program, now)
    program.internal_deadline = found.moment if found else None
    program.express = bool(found and found.express)


def store_deadlines(program) -> None:
    """Both deadlines as they stand on the object, before the rest of it is saved: differences are read from the
    database."""
    Program.objects.filter(pk=program.pk).update(
        partner_deadline=program.partner_deadline,
        internal_deadline=program.internal_deadline,
        express=program.express,
    )


def chain_of(program, now: dt.datetime | None = None) -> chain.Chain | None:
    """The chain a programme lives by; before publishing the one it would get now. None without a partner's deadline.

    Once published the stored deadline of the offices is the truth, and the other levels follow from it.
    """
    if program.partner_deadline is None:
        return None
    if program.published_at is None or program.internal_deadline is None:
        found = internal_deadline_for(program, now)
        return found.chain
    return _plan(program, program.published_at, program.internal_deadline)


def follow_calendar(now: dt.datetime | None = None) -> int:
    """After the holiday calendar changed: move the deadline of every programme whose registration is still ahead.

    A deadline moves as if the programme had been published with the calendar as it is now. It never moves into today
    or the past. Each moved programme gets one entry in its log, and with it offices with open proposals one notice.
    """
    now, moved = now or timezone.now(), 0
    ahead = Program.objects.filter(
        status__in=AHEAD, internal_deadline__gt=now, partner_deadline__isnull=False, published_at__isnull=False
    )
    for program in ahead.order_by("pk"):
        with transaction.atomic():
            fresh = lock(program)
            if fresh.status in AHEAD and fresh.internal_deadline and fresh.internal_deadline > now:
                moved += _moved_by_calendar(fresh, now)
    return moved


def _moved_by_calendar(program, now) -> bool:
    """Whether this programme's deadline is another one today."""
    before = program.internal_deadline
    if _wib_day(before) <= _wib_day(now):
        return False  # it ends today: what has begun to end, ends
    _take_new_date(program, now)
    if program.internal_deadline == before:
        store_deadlines(program)  # the levels behind the office may have become short, or long enough
        return False
    program.version += 1
    program.save(update_fields=["internal_deadline", "express", "version", "updated_at"])
    note(program.flow, program, None, "reschedule", {"changes": [_change(before, program.internal_deadline)]})
    return True


def _take_new_date(program, now) -> None:
    """The date by the new calendar. Where that would be today or earlier the date offices were told stays, and those
    behind them share what is left; only where it has become a day off itself, everything is shared anew."""
    wanted = _plan(program, min(program.published_at, now))
    if _wib_day(wanted.office.ends) <= _wib_day(now) and is_working_day(_wib_day(program.internal_deadline)):
        program.express = chain_of(program, now).express
    else:
        set_internal_deadline(program, now)


def _wib_day(value: dt.datetime) -> dt.date:
    return timezone.localdate(value, ZoneInfo(WIB))


def _change(before, after) -> dict[str, str]:
    """The moved deadline as timeline and notices show differences, in both languages."""
    found = {"field": "internal_deadline"}
    for language, end in (("id", ""), ("en", "_en")):
        with translation.override(language):
            found |= {f"before{end}": moment(before), f"after{end}": moment(after)}
            found[f"label_{language}"] = _("Internal deadline")
    return found


@on_calendar
def evaluation_due(program, now):
    """Evaluation is due 30 working days after the last intake ended."""
    last = max((row.ends for row in program.intakes.all()), default=None)
    if last is None:
        return days(30)(program, now)
    return end_of_working_day(dt.datetime.combine(last, dt.time(12), ZoneInfo(WIB)), 30, WIB)
