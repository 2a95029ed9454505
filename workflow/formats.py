"""Dates, numbers and money as people write them in Indonesian and in English."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow.calendar import WIB

ZONES = {WIB: "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
"""The three zones of the country by their official abbreviations."""

_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_SHORT = {
    "id": "Jan Feb Mar Apr Mei Jun Jul Agt Sep Okt Nov Des".split(),
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
}
_DAYS = {
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu Minggu".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
NOTHING = "–"
"""Shown where there is no value, so that an empty cell is never mistaken for a missing one."""


def language() -> str:
    """The reader's language, id or en."""
    return "en" if (translation.get_language() or "id").startswith("en") else "id"


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or WIB)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(WIB)


def zone_name(zone: str | None) -> str:
    """WIB, WITA or WIT; other zones by their own abbreviation."""
    known = ZONES.get(zone or WIB)
    return known or timezone.now().astimezone(_zone(zone)).tzname() or WIB


def local(value: dt.datetime, zone: str | None = None) -> dt.datetime:
    """A moment on the clocks of a zone; naive moments are taken to be in it already."""
    return value.astimezone(_zone(zone)) if timezone.is_aware(value) else value.replace(tzinfo=_zone(zone))


def _date(value) -> dt.date:
    if isinstance(value, dt.datetime):
        return local(value).date()
    return value


def day(value) -> str:
    """30 November 2026."""
    if not value:
        return NOTHING
    d = _date(value)
    return f"{d.day} {_MONTHS[language()][d.month - 1]} {d.year}"


def shortday(value) -> str:
    """30 Nov 2026."""
    if not value:
        return NOTHING
    d = _date(value)
    return f"{d.day} {_SHORT[language()][d.month - 1]} {d.year}"


def month(value) -> str:
    """November 2026."""
    if not value:
        return NOTHING
    d = _date(value)
    return f"{_MONTHS[language()][d.month - 1]} {d.year}"


def short_month(value) -> str:
    """Nov; Jan 2027 at the turn of a year, so that a row of months stays short and says which years it spans."""
    d = _date(value)
    name = _SHORT[language()][d.month - 1]
    return f"{name} {d.year}" if d.month == 1 else name


def start_of_day(value: dt.datetime, zone: str | None = None) -> dt.datetime:
    """The first moment of the day a moment falls on."""
    return local(value, zone).replace(hour=0, minute=0, second=0, microsecond=0)


def weekday(value) -> str:
    """Monday; Senin."""
    return _DAYS[language()][_date(value).weekday()] if value else NOTHING


def clock(value: dt.datetime, zone: str | None = None) -> str:
    """23.59 in Indonesian, 23:59 in English, without the zone."""
    if not value:
        return NOTHING
    here = local(value, zone)
    return f"{here:%H}{'.' if language() == 'id' else ':'}{here:%M}"


def moment(value: dt.datetime, zone: str | None = None) -> str:
    """30 November 2026 pukul 23.59 WITA; 30 November 2026, 23:59 WITA."""
    if not value:
        return NOTHING
    here = local(value, zone)
    between = " pukul " if language() == "id" else ", "
    return f"{day(here.date())}{between}{clock(value, zone)} {zone_name(zone)}"


def daterange(first, last) -> str:
    """3–21 Mei 2027, 12 Apr–7 Mei 2027, 28 Des 2026–4 Jan 2027."""
    if not first or not last:
        return shortday(first or last)
    a, b = _date(first), _date(last)
    short = _SHORT[language()]
    if a == b:
        return shortday(a)
    if (a.year, a.month) == (b.year, b.month):
        return f"{a.day}–{shortday(b)}"
    if a.year == b.year:
        return f"{a.day} {short[a.month - 1]}–{shortday(b)}"
    return f"{shortday(a)}–{shortday(b)}"


def _decimal(value) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return found if found.is_finite() else None


def decimal(value, places: int = 1) -> str:
    """0,14 in Indonesian, 0.14 in English, with a fixed number of places."""
    found = _decimal(value)
    if found is None:
        return NOTHING
    places = int(places)
    found = found.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(found):,.{places}f}"
    if language() == "id":
        text = text.translate(str.maketrans(",.", ".,"))
    return f"−{text}" if found < 0 else text


def num(value) -> str:
    """1.180 in Indonesian, 1,180 in English; decimals only where there are any."""
    found = _decimal(value)
    if found is None:
        return NOTHING
    places = max(0, -found.normalize().as_tuple().exponent)
    return decimal(found, min(places, 2))


def percent(value, places: int = 0) -> str:
    """37%; the value is already in hundredths."""
    return NOTHING if _decimal(value) is None else f"{decimal(value, places)}%"


def share(part, whole) -> str:
    """A part of a whole as 37%; 0% and 100% only where it is none or all of it: 99.7% of the steps are not all."""
    if not whole:
        return NOTHING
    found = 100 * part / whole
    if 0 < found < 0.5 or 99.5 <= found < 100:
        return percent(min(max(found, 0.1), 99.9), 1)
    return percent(found)


def filesize(value) -> str:
    """64 KB, 2,1 MB."""
    found = _decimal(value)
    if found is None:
        return NOTHING
    if found < 1024:
        return _("%(count)s bytes") % {"count": num(found)}
    if found < 1024 * 1000:
        return f"{decimal(found / 1024, 0)} KB"
    return f"{num(round(found / 1024 / 1024, 1))} MB"


def money(value, currency: str = "IDR") -> str:
    """Rp1.950.000; other currencies with their code before the amount."""
    found = _decimal(value)
    if found is None:
        return NOTHING
    amount = decimal(found, 0) if found == found.to_integral_value() else decimal(found, 2)
    return f"Rp{amount}" if currency == "IDR" else f"{currency} {amount}"


def days_left(value: dt.datetime, zone: str | None = None, now: dt.datetime | None = None) -> int:
    """Calendar days from today to the day of a deadline, on the clocks of a zone."""
    return (local(value, zone).date() - local(now or timezone.now(), zone).date()).days


def due_words(value: dt.datetime, zone: str | None = None, now: dt.datetime | None = None) -> tuple[str, str, str]:
    """A deadline as (tone, icon, words): text only beyond a week, amber within it, red once it has passed."""
    now = now or timezone.now()
    left = days_left(value, zone, now)
    if value < now:
        late = max(-left, 0)
        if not late:
            return "red", "alarm-fill", _("Overdue since %(clock)s today") % {"clock": clock(value, zone)}
        return (
            "red",
            "alarm-fill",
            ngettext("%(count)d day overdue", "%(count)d days overdue", late) % {"count": late},
        )
    if left == 0:
        return "amber", "alarm", _("Today until %(clock)s") % {"clock": clock(value, zone)}
    if left <= 7:
        return "amber", "alarm", ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}
    return "", "", _("until %(day)s") % {"day": shortday(local(value, zone).date())}
