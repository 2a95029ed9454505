"""When something takes place, in words, on one clock or on two: plain functions without queries."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from workflow import formats
from workflow.calendar import WIB

PLACES = ((WIB, "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT"))
"""The clocks a meeting can be planned on."""
EARLY, LATE = dt.time(6), dt.time(21)
"""Outside of these somebody would have to get up at night."""


def place_zone(zone: str) -> str:
    """One of the three clocks: Pontianak has the same as Jakarta."""
    name = formats.zone_name(zone)
    return next((key for key, label in PLACES if label == name), WIB)


def day_there(moment: dt.datetime, zone: str) -> dt.date:
    """The day of a moment on the clocks of a zone."""
    return formats.local(moment, zone).date()


def span(starts: dt.datetime, ends: dt.datetime, zone: str) -> str:
    """Senin, 13 Mei 2024, 09.00–12.00 WIB; with both days where it ends on another one."""
    first, last = day_there(starts, zone), day_there(ends, zone)
    name = formats.zone_name(zone)
    begins = f"{formats.weekday(first)}, {formats.day(first)}, {formats.clock(starts, zone)}"
    if first == last:
        return f"{begins}–{formats.clock(ends, zone)} {name}"
    return f"{begins} – {formats.weekday(last)}, {formats.day(last)}, {formats.clock(ends, zone)} {name}"


def hours(starts: dt.datetime, ends: dt.datetime, zone: str) -> str:
    """09.00–12.00 WIB."""
    return f"{formats.clock(starts, zone)}–{formats.clock(ends, zone)} {formats.zone_name(zone)}"


def both_clocks(meeting, zone: str) -> tuple[str, str]:
    """(on the reader's clock, on the place's clock where that shows something else, else "")."""
    own = span(meeting.starts_at, meeting.ends_at, zone)
    if formats.zone_name(zone) == formats.zone_name(meeting.zone):
        return own, ""
    same_day = day_there(meeting.starts_at, zone) == day_there(meeting.starts_at, meeting.zone)
    words = hours if same_day and day_there(meeting.ends_at, zone) == day_there(meeting.starts_at, zone) else span
    return own, _("At the place of the meeting: %(time)s") % {
        "time": words(meeting.starts_at, meeting.ends_at, meeting.zone)
    }


def odd_hours(starts: dt.datetime, ends: dt.datetime, zones) -> list[str]:
    """On which of these clocks it would begin or end at night, as sentences."""
    found = []
    for zone in dict.fromkeys(place_zone(zone) for zone in zones):
        begin, end = formats.local(starts, zone), formats.local(ends, zone)
        if begin.time() < EARLY or begin.time() >= LATE or end.time() > LATE or end.date() > begin.date():
            time = hours(starts, ends, zone)
            found.append(_("It is night or early morning on one clock: %(time)s.") % {"time": time})
    return found
