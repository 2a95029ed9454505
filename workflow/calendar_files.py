"""Calendar files (RFC 5545): events in, bytes out. Escaping, folding and the order of lines belong to the library."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from icalendar import Calendar, vCalAddress, vDuration
from icalendar import Event as Entry

PRODUCT = "-//Sinergi//Sinergi//ID"
CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"
REQUEST, CANCEL = "REQUEST", "CANCEL"
"""Methods of iTIP (RFC 5546). A file without one is published: nobody is asked to come."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Party:
    """Who invites, or the one person who is invited. Nobody else's address stands in a file."""

    address: str
    name: str = ""
    answer: str = "NEEDS-ACTION"
    """Of the invited: ACCEPTED, TENTATIVE, DECLINED, or not answered yet."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a calendar. A calendar knows it again by its `uid` and takes the one with the higher `sequence`."""

    uid: str
    summary: str
    start: dt.date | dt.datetime
    """A date: a whole day. A moment: written in UTC, unless it has a `zone`; every calendar shows its owner's clock."""
    end: dt.date | dt.datetime | None = None
    """The last day of a whole-day event (inclusive), or the moment it ends; None: that day, that moment."""
    stamp: dt.datetime | None = None
    """When the facts behind it last changed; None: the start, so that the same facts always give the same file."""
    sequence: int = 0
    status: str = CONFIRMED
    url: str = ""
    description: str = ""
    zone: str = ""
    """The clock of the place, written with its rules (VTIMEZONE): a meeting at nine in Makassar stays at nine there."""
    location: str = ""
    conference: str = ""
    """Address of a video meeting (RFC 7986)."""
    organiser: Party | None = None
    attendee: Party | None = None
    modified: dt.datetime | None = None


def text(value: str, *, lines: bool = False) -> str:
    """A text as a calendar may hold it: without control characters; line ends where the property may have several."""
    clean = _CONTROLS.sub("", _LINE_ENDS.sub("\n", value))
    return clean.strip() if lines else " ".join(clean.split())


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)


def _moment(moment: dt.datetime, zone: str) -> dt.datetime:
    return moment.astimezone(ZoneInfo(zone)) if zone else _utc(moment)


def _party(of: Party, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{text(of.address)}")
    if of.name:
        # A parameter knows no double quote, and not every program knows how RFC 6868 writes one.
        address.params["CN"] = text(of.name).replace('"', "'").replace("^", "")
    address.params.update({key.upper(): value for key, value in parameters.items()})
    return address


def _entry(event: Event) -> Entry:
    found = Entry()
    found.add("uid", event.uid)
    found.add("summary", text(event.summary))
    if isinstance(event.start, dt.datetime):
        start = _moment(event.start, event.zone)
        found.add("dtstamp", _utc(event.stamp or event.start))
        found.add("dtstart", start)
        found.add("dtend", _moment(event.end, event.zone) if isinstance(event.end, dt.datetime) else start)
    else:
        noon = dt.datetime.combine(event.start, dt.time(0), dt.UTC)
        found.add("dtstamp", _utc(event.stamp) if event.stamp else noon)
        found.add("dtstart", event.start)
        found.add("dtend", (event.end or event.start) + dt.timedelta(days=1))
        found.add("transp", "TRANSPARENT")
    found.add("sequence", event.sequence)
    found.add("status", event.status)
    if event.modified:
        found.add("last-modified", _utc(event.modified))
    if event.organiser:
        found.add("organizer", _party(event.organiser))
    if event.attendee:
        # No answer by mail is asked for: the portal reads none, and one that went there would be lost.
        asked = {"cutype": "INDIVIDUAL", "role": "REQ-PARTICIPANT", "rsvp": "FALSE"}
        found.add("attendee", _party(event.attendee, partstat=event.attendee.answer, **asked))
    _add_texts(found, event)
    return found


def _add_texts(found: Entry, event: Event) -> None:
    if event.location:
        found.add("location", text(event.location))
    if event.conference:
        video = {"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"]}
        found.add("conference", "".join(text(event.conference).split()), parameters=video)
    if event.url:
        found.add("url", "".join(text(event.url).split()))
    if event.description:
        found.add("description", text(event.description, lines=True))


def calendar_file(
    events: Iterable[Event], *, name: str = "", refresh: dt.timedelta | None = None, method: str = ""
) -> bytes:
    """A calendar with these events; `name` and `refresh` are for a feed that a calendar program reads again, `method`
    for a file that asks somebody to come or tells them that they need not."""
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", PRODUCT)
    whole.add("calscale", "GREGORIAN")
    if method:
        whole.add("method", method)
    if name:
        whole.add("name", name)
        whole.add("x-wr-calname", name)
    if refresh:
        whole.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        whole.add("x-published-ttl", vDuration(refresh).to_ical().decode())
    for event in events:
        whole.add_component(_entry(event))
    whole.add_missing_timezones()
    return whole.to_ical()
