"""Calendar files (RFC 5545): events in, bytes out. Escaping, folding and the order of lines belong to the library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, vDuration
from icalendar import Event as Entry

PRODUCT = "-//Sinergi//Sinergi//ID"
CONFIRMED, CANCELLED = "CONFIRMED", "CANCELLED"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a calendar. A calendar knows it again by its `uid` and takes the one with the higher `sequence`."""

    uid: str
    summary: str
    start: dt.date | dt.datetime
    """A date: a whole day. A moment: written in UTC, so that every calendar shows its owner's own clock."""
    end: dt.date | dt.datetime | None = None
    """The last day of a whole-day event (inclusive), or the moment it ends; None: that day, that moment."""
    stamp: dt.datetime | None = None
    """When the facts behind it last changed; None: the start, so that the same facts always give the same file."""
    sequence: int = 0
    status: str = CONFIRMED
    url: str = ""
    description: str = ""


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)


def _entry(event: Event) -> Entry:
    found = Entry()
    found.add("uid", event.uid)
    found.add("summary", event.summary)
    if isinstance(event.start, dt.datetime):
        start = _utc(event.start)
        found.add("dtstamp", _utc(event.stamp) if event.stamp else start)
        found.add("dtstart", start)
        found.add("dtend", _utc(event.end) if isinstance(event.end, dt.datetime) else start)
    else:
        noon = dt.datetime.combine(event.start, dt.time(0), dt.UTC)
        found.add("dtstamp", _utc(event.stamp) if event.stamp else noon)
        found.add("dtstart", event.start)
        found.add("dtend", (event.end or event.start) + dt.timedelta(days=1))
        found.add("transp", "TRANSPARENT")
    found.add("sequence", event.sequence)
    found.add("status", event.status)
    if event.url:
        found.add("url", event.url)
    if event.description:
        found.add("description", event.description)
    return found


def calendar_file(events: Iterable[Event], *, name: str = "", refresh: dt.timedelta | None = None) -> bytes:
    """A calendar with these events; `name` and `refresh` are for a feed that a calendar program reads again."""
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", PRODUCT)
    if name:
        whole.add("name", name)
        whole.add("x-wr-calname", name)
    if refresh:
        whole.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        whole.add("x-published-ttl", vDuration(refresh).to_ical().decode())
    for event in events:
        whole.add_component(_entry(event))
    return whole.to_ical()
