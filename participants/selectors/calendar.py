"""The dates of one nomination as an iCalendar file (RFC 5545): whole days, no person, no place of stay."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from participants.models import NominationStatus, StepState
from participants.selectors.nominations import clearance_rows

OVER = (NominationStatus.WITHDRAWN, NominationStatus.REPLACED, NominationStatus.DISQUALIFIED)


def _escaped(text: str) -> str:
    """Text as RFC 5545 wants it."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> str:
    """Lines longer than 75 bytes go on in the next one, after a blank; never inside a character."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])


def _event(
    code: str, key: str, summary: str, first: dt.date, last: dt.date, stamp: dt.datetime, gone: bool
) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{code}-{key}@sinergi",
        f"DTSTAMP:{stamp.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{last + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(summary)}",
        f"STATUS:{'CANCELLED' if gone else 'CONFIRMED'}",
        "END:VEVENT",
    ]


def calendar_file(nomination, *, with_permits: bool) -> str:
    """Training, departure and the last day for each open permit."""
    code, stamp, gone = nomination.code, nomination.updated_at, nomination.status in OVER
    title = nomination.title
    lines = _event(code, "training", title, nomination.first_day, nomination.last_day, stamp, gone)
    if nomination.departs_on:
        words = _("Departure: %(title)s") % {"title": title}
        lines += _event(code, "departure", words, nomination.departs_on, nomination.departs_on, stamp, gone)
    for row in clearance_rows(nomination) if with_permits else []:
        if row.latest and row.step.state == StepState.OPEN:
            words = _("At the latest: %(permit)s") % {"permit": row.step.get_kind_display()}
            lines += _event(code, row.step.kind.lower(), words, row.latest, row.latest, stamp, gone)
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sinergi//participants//EN", *lines, "END:VCALENDAR", ""]
    return "\r\n".join(_folded(line) for line in whole)
