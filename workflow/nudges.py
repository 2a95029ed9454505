"""The polite nudge: who waits for a record reminds those whose turn it is, once a day whoever asks."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import formats
from workflow.calendar import WIB
from workflow.engine import Refused, lock, may_see, note
from workflow.mandate import covers
from workflow.models import LogEntry
from workflow.table import Workflow
from workflow.turns import is_turn_of, outside_of, waits_for

NUDGE = "nudge"
EVERY = dt.timedelta(hours=24)
MOST = 20
"""So many reminders one person sends within `EVERY`: each of them is a mail to somebody else, at once."""


def actors_of(flow: Workflow) -> set[str]:
    """The roles that have anything to do on a table; who only reads along reminds nobody."""
    return {role for t in flow.transitions for role in t.who}


def may_nudge(user, record) -> bool:
    """Whether the reminder is this user's to send: they have a part in the record, and it waits for somebody else who
    is in the portal."""
    if not user.is_authenticated or record.state.final or not waits_for(record):
        return False
    flow = record.flow
    if not flow.roles(user, record) & actors_of(flow) or not may_see(flow, user, record) or not covers(user, flow.name):
        return False
    return not any(letter.holds for letter in outside_of(record)) and not is_turn_of(user, record)


def last_nudge(record):
    """When somebody last reminded of the record, or None."""
    found = LogEntry.objects.filter(flow=record.flow.name, record_id=record.pk, action=NUDGE)
    return found.order_by("-seq").values_list("at", flat=True).first()


def may_repeat(last: dt.datetime | None, now: dt.datetime | None = None) -> bool:
    """Whether a day has gone by since the last reminder."""
    return last is None or (now or timezone.now()) - last >= EVERY


def too_soon(record, zone: str = WIB, now: dt.datetime | None = None) -> str:
    """A sentence that says when the next reminder is possible, or an empty string where it is possible now."""
    last = last_nudge(record)
    if last is None or may_repeat(last, now):
        return ""
    return _("They were reminded less than a day ago. The next reminder is possible from %(moment)s.") % {
        "moment": formats.moment(last + EVERY, zone)
    }


def too_many(user, now: dt.datetime | None = None) -> str:
    """A sentence for whoever has sent as many reminders as a day takes, or an empty string."""
    since = (now or timezone.now()) - EVERY
    if LogEntry.objects.filter(at__gt=since, action=NUDGE, actor=user).count() < MOST:
        return ""
    return _("You have sent %(count)d reminders within a day. More are possible tomorrow.") % {"count": MOST}


def overtaken(record, at: dt.datetime) -> bool:
    """Whether the turn that was reminded of at a moment is over: whoever has it now was not meant."""
    return record.state.final or record.status_since > at or record.turn_since > at


@transaction.atomic
def nudge(record, *, actor, zone: str = WIB):
    """Remind those whose turn it is and return the record. Raises Refused where it moved on or was reminded of within a
    day: the lock makes two who ask at once follow each other."""
    fresh = lock(record)
    if not may_nudge(actor, fresh):
        raise Refused([_("Nobody can be reminded of this now. Open the record to see where it stands.")])
    if sentence := too_soon(fresh, zone) or too_many(actor):
        raise Refused([sentence])
    note(fresh.flow, fresh, actor, NUDGE)
    return fresh
