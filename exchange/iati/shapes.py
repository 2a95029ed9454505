"""An activity as the standard knows it: plain Python, filled from records elsewhere and written out elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

Both = tuple[str, str]
"""A text in Indonesian and in English; where one is missing, the other stands in."""


@dataclass(frozen=True)
class Party:
    """An organisation that takes part."""

    role: str
    kind: str
    name: Both
    ref: str = ""


@dataclass(frozen=True)
class Location:
    """A place by name, with a point where one is known. `reach`: 1 it happens here, 2 who benefits lives here."""

    name: Both
    reach: str
    point: tuple[float, float] | None = None
    """Latitude, longitude."""
    region_class: bool = True


@dataclass(frozen=True)
class Money:
    """An amount that was disclosed."""

    value: Decimal
    currency: str
    on: dt.date
    provider: Party | None = None


@dataclass(frozen=True)
class Document:
    """A page or file that anyone may open."""

    url: str
    format: str
    title: Both
    category: str
    language: str
    on: dt.date | None = None


@dataclass(frozen=True)
class Indicator:
    """One number with what it started from, was meant to be, and is."""

    title: Both
    target: str = ""
    actual: str = ""
    baseline: str = ""
    by_sex: tuple[tuple[str, str], ...] = ()
    """(female or male, number) of what is."""


@dataclass(frozen=True)
class Result:
    """An output (1) or outcome (2)."""

    kind: str
    title: Both
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Activity:
    """One programme, or one agreement."""

    code: str
    updated: dt.datetime
    title: Both
    descriptions: tuple[tuple[str, Both], ...]
    """(1 general, 2 objectives, 3 target groups; the text)"""
    parties: tuple[Party, ...]
    status: str
    dates: tuple[tuple[str, dt.date], ...]
    """(1 planned start, 2 actual start, 3 planned end, 4 actual end; the day)"""
    sectors: tuple[tuple[str, Decimal], ...]
    scope: str = "4"
    locations: tuple[Location, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    other_ids: tuple[tuple[str, Party], ...] = ()
    """(the partner's own number, the partner)"""
    collaboration: str = ""
    flow: str = ""
    finance: str = ""
    aid: str = ""
    tied: str = ""
    period: tuple[dt.date, dt.date] | None = None
    """What its budget and its results speak of."""
    budget: Money | None = None
    commitments: tuple[Money, ...] = ()
    documents: tuple[Document, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    """(1 parent, 2 child; code of the other)"""
    results: tuple[Result, ...] = field(default=())
