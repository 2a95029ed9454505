"""One person's calendar: what they may see today and have to do by when. Codes, kinds and dates, never a person."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.roles import PARTNER
from forum.selectors.actions import FLOW as ACTIONS
from forum.selectors.actions import own_actions
from forum.selectors.calendar import meeting_event, meetings_of
from portal.selectors.deadlines import due_records
from programs.models import ProgramStatus
from programs.selectors import COUNTING, own_dates
from workflow.calendar_files import CANCELLED, CONFIRMED, Event
from workflow.reading import seen_by
from workflow.registry import workflows

LIMIT = 200
"""Events per table and role."""
BACK, AHEAD = dt.timedelta(days=31), dt.timedelta(days=400)


def events_of(user, now) -> list[Event]:
    """The events of all roles a person holds today; where two roles see the same, once."""
    found: dict[str, Event] = {}
    for membership in user.current_memberships:
        user.act_as(membership.pk)
        for event in [*_own_turns(user, now), *_chains(user, now), *_meetings(user, now), *_agreed(user, now)]:
            found.setdefault(event.uid, event)
    return sorted(found.values(), key=_order)


def _order(event: Event) -> tuple:
    """Whole days before the moments of their day."""
    whole = not isinstance(event.start, dt.datetime)
    return (event.start if whole else event.start.astimezone(dt.UTC).date(), not whole, str(event.start), event.uid)


def _meetings(user, now) -> list[Event]:
    """What the person is asked to come to, under the identity of the invitation."""
    return [meeting_event(meeting, reply=reply) for meeting, reply in meetings_of(user, now - BACK, now + AHEAD)]


def _agreed(user, now) -> list[Event]:
    """What meetings asked the person to do, on its day."""
    return [
        Event(
            uid=_uid(ACTIONS, action.pk),
            summary=f"{action.code}: {action.text}",
            start=action.due_on,
            stamp=action.updated_at,
            sequence=action.version,
            url=_url(action.get_absolute_url()),
        )
        for action in own_actions(user, (now - BACK).date(), (now + AHEAD).date())
    ]


def _uid(*parts) -> str:
    return "-".join(str(part) for part in parts) + "@" + (urlsplit(settings.SITE_URL).hostname or "sinergi")


def _url(path: str) -> str:
    return settings.SITE_URL + path


def _own_turns(user, now) -> list[Event]:
    """What waits for the person and is due at some time."""
    events = []
    for entry in workflows():
        if entry.flow.name == ACTIONS:
            continue  # these stand there as whole days
        due = due_records(user, entry.flow.name, mine=True).filter(due_at__gt=now - BACK, due_at__lt=now + AHEAD)
        for record in due[:LIMIT]:
            words = {"code": record.code, "kind": entry.flow.label, "state": record.state.label}
            events.append(
                Event(
                    uid=_uid(entry.flow.name, record.pk),
                    summary=_("%(code)s: %(kind)s, %(state)s") % words,
                    start=record.due_at,
                    # Where nobody is told who acted, the minute is not told either.
                    stamp=record.turn_since if record.flow.unnamed else record.updated_at,
                    sequence=_sequence(record),
                    url=_url(record.get_absolute_url()),
                )
            )
    return events


def _sequence(record) -> int:
    """Grows whenever the record changes, and with the programme on which its date hangs."""
    program = getattr(record, "program", None)
    return record.version + (program.version if program is not None else 0)


def _chains(user, now) -> list[Event]:
    """The dates of deadline chains; of a cancelled programme they are struck out rather than missing."""
    programs = seen_by(user, "programs.program").filter(
        internal_deadline__gt=now - BACK,
        internal_deadline__lt=now + AHEAD,
        published_at__isnull=False,
    )
    events = []
    alive = list(programs.filter(status__in=COUNTING).order_by("internal_deadline")[:LIMIT])
    for program, link in own_dates(user, alive, now):
        words = _("%(code)s: %(who)s, deadline") % {"code": program.code, "who": link.label}
        events.append(_date(program, link.level, link.ends, words))
    if user.acting_role in PARTNER:
        events += [
            _date(program, "PARTNER", program.partner_deadline, _("%(code)s: your deadline") % {"code": program.code})
            for program in alive
            if program.partner_deadline
        ]
    for program in programs.filter(status=ProgramStatus.CANCELLED).order_by("internal_deadline")[:LIMIT]:
        words = _("%(code)s: cancelled") % {"code": program.code}
        events.append(_date(program, "OFFICE", program.internal_deadline, words, status=CANCELLED))
    return events


def _date(program, level: str, moment, summary: str, *, status: str = CONFIRMED) -> Event:
    return Event(
        uid=_uid("programs.program", program.pk, level.lower()),
        summary=summary,
        start=moment,
        stamp=program.updated_at,
        sequence=program.version,
        status=status,
        url=_url(program.get_absolute_url()),
    )
