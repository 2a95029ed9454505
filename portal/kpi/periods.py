"""The period a figure speaks of: a calendar year, or the needs of a cycle; days begin and end in WIB."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from regions.models import NeedCycle
from workflow.calendar import WIB

ZONE = ZoneInfo(WIB)
YEAR, CYCLE = "tahun", "siklus"
FIRST = 2020


@dataclass(frozen=True)
class Period:
    """One year, counted by when things happened (`tahun`) or by the cycle of the need behind them (`siklus`)."""

    year: int
    basis: str = YEAR

    @property
    def first_day(self) -> dt.date:
        """1 January."""
        return dt.date(self.year, 1, 1)

    @property
    def last_day(self) -> dt.date:
        """31 December."""
        return dt.date(self.year, 12, 31)

    @property
    def begins(self) -> dt.datetime:
        """Midnight WIB at the start of the year."""
        return dt.datetime.combine(self.first_day, dt.time.min, ZONE)

    @property
    def ends(self) -> dt.datetime:
        """Midnight WIB at its end; no longer part of it."""
        return dt.datetime.combine(dt.date(self.year + 1, 1, 1), dt.time.min, ZONE)

    @property
    def previous(self) -> Period:
        """The year, or cycle, before."""
        return Period(self.year - 1, self.basis)

    @property
    def is_running(self) -> bool:
        """Whether it is not over yet."""
        return self.ends > timezone.now()

    @property
    def label(self) -> str:
        """How it is called."""
        return (_("cycle %(year)s") if self.basis == CYCLE else _("year %(year)s")) % {"year": self.year}

    def moments(self, path: str, cycle: str = "") -> Q:
        """Rows whose moment lies in the year; by cycle where the rows have one."""
        if self.basis == CYCLE and cycle:
            return Q(**{cycle: self.year})
        return Q(**{f"{path}__gte": self.begins, f"{path}__lt": self.ends})

    def days(self, path: str, cycle: str = "") -> Q:
        """Rows whose day lies in the year; by cycle where the rows have one."""
        if self.basis == CYCLE and cycle:
            return Q(**{cycle: self.year})
        return Q(**{f"{path}__gte": self.first_day, f"{path}__lte": self.last_day})


def period_of(data) -> Period:
    """The period an address asks for (`?periode=2026&dasar=siklus`); nonsense means this year."""
    this_year = timezone.localdate().year
    asked = data.get("periode", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else this_year
    if not FIRST <= year <= this_year + 1:
        year = this_year
    return Period(year, CYCLE if data.get("dasar") == CYCLE else YEAR)


def years() -> list[int]:
    """The years one may choose, newest first: those with a cycle, this one and the one before."""
    this_year = timezone.localdate().year
    known = set(NeedCycle.objects.filter(year__gte=FIRST, year__lte=this_year + 1).values_list("year", flat=True))
    return sorted(known | {this_year, this_year - 1}, reverse=True)
