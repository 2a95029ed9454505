"""What the tests of the post room do again and again: acts at a moment, rounds of reading and of sending."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import time_machine
from django.core import mail

from notices import services
from notices.models import Notice, Preference
from tests import factories
from workflow.engine import perform

MONDAY = "2027-03-01"
TUESDAY = "2027-03-02"


def at(text: str, zone: str = "Asia/Jakarta") -> dt.datetime:
    """A moment on the clock of a place."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def act(moment: dt.datetime, name: str, record, actor, **answers):
    """One act at a moment."""
    with time_machine.travel(moment, tick=False):
        return perform(record.flow, name, record=record, actor=actor, answers=answers)


def read(moment: dt.datetime) -> None:
    """Tell of everything the log holds."""
    with time_machine.travel(moment, tick=False):
        while services.read_on(moment):
            pass
        services.work_off(moment)


def send(moment: dt.datetime) -> list:
    """One round of sending; the mails that left in it."""
    before = len(mail.outbox)
    with time_machine.travel(moment, tick=False):
        services.send_due(moment)
    return mail.outbox[before:]


def sent_to(user, letters) -> list:
    """Of some mails those to one person."""
    return [letter for letter in letters if letter.to == [user.email]]


def headlines(letter) -> list[str]:
    """The lines of a mail by their headlines, the titles of its groups among them."""
    titles = {"GILIRAN ANDA", "TENGGAT", "PERUBAHAN", "PERCAKAPAN"}
    rows = letter.body.splitlines()
    return [row.removeprefix("* ") for row in rows if row.startswith("* ") or row in titles]


def wants(user, **choices: str) -> None:
    """What somebody chose: CHANGE="WEEKLY"."""
    for kind, cadence in choices.items():
        Preference.objects.update_or_create(user=user, kind=kind, defaults={"cadence": cadence})


def need(office, creator, status="MIN_REVIEW"):
    """A need of an office, in a state."""
    return factories.need(office, status=status, created_by=creator)


def told(user) -> list[tuple]:
    """(kind, action, code) of a person's notices, the oldest first."""
    found = Notice.objects.filter(user=user).order_by("created_at", "pk")
    return list(found.values_list("kind", "action", "record_code"))
