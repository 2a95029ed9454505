"""Days, months and moments as people type them: the day comes first, months have names in both languages."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1940, 2100
ZONES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb pebruari",
            "maret march mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu agt ags aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov nopember nop",
            "desember december des dec",
        ),
        1,
    )
    for name in names.split()
}
_SERIAL = dt.date(1899, 12, 30)


def day(text: str) -> dt.date | None:
    """A day; None for what is none. 05/13/2026 is none: which number is the month is not guessed."""
    words = text.strip().lower().replace(",", " ")
    words = re.sub(r"^(senin|selasa|rabu|kamis|jumat|jum'at|sabtu|minggu|\w+day)\s+", "", words)
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]00:00(?::00)?)?", words):
        return _made(*found.groups())
    if found := re.fullmatch(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4})", words):
        return _made(found[3], found[2], found[1])
    if found := re.fullmatch(r"(\d{1,2})[\s./-]+([a-z]+)\.?[\s./-]+(\d{4})", words):
        return _named(found[3], found[2], found[1])
    if found := re.fullmatch(r"([a-z]+)\.?\s+(\d{1,2})\s+(\d{4})", words):
        return _named(found[3], found[1], found[2])
    return None


def month(text: str) -> dt.date | None:
    """The first of a month; a day counts for its month."""
    words = text.strip().lower()
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})", words):
        return _made(found[1], found[2], "1")
    if found := re.fullmatch(r"(\d{1,2})[-/.\s](\d{4})", words):
        return _made(found[2], found[1], "1")
    if found := re.fullmatch(r"([a-z]+)\.?[\s/-]+(\d{4})", words):
        return _named(found[2], found[1], "1")
    exact = day(text)
    return exact.replace(day=1) if exact else None


def moment(text: str) -> dt.datetime | None:
    """A day with a time of day; without a zone in western Indonesian time."""
    pattern = r"(.+?)[\s,t]+(?:pukul\s+|at\s+)?(\d{1,2})[.:](\d{2})(?:[.:]\d{2})?\s*(wib|wita|wit)?"
    found = re.fullmatch(pattern, text.strip().lower())
    date = day(found[1]) if found else None
    if not found or date is None or int(found[2]) > 23 or int(found[3]) > 59:
        return None
    return dt.datetime.combine(date, dt.time(int(found[2]), int(found[3])), ZoneInfo(ZONES[found[4] or "wib"]))


def from_serial(number: float) -> dt.date | None:
    """A day that Excel shows as a plain number, as it counts since 1900."""
    if not 14_000 < number < 74_000:
        return None
    return _SERIAL + dt.timedelta(days=int(number))


def plausible(value: dt.date) -> bool:
    """Whether a year was meant: 0202 and 20261 are slips of the finger."""
    return FIRST_YEAR <= value.year <= LAST_YEAR


def _named(year: str, name: str, date: str) -> dt.date | None:
    number = MONTHS.get(name)
    return _made(year, str(number), date) if number else None


def _made(year: str, number: str, date: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(number), int(date))
    except ValueError:
        return None
