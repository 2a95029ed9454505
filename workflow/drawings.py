"""Small drawings of homes and lists, worked out here and drawn by `templates/components`: a bar in pieces, the way
from one level to another, paired bars, a table of heat. Positions are percent: the browser sets the width, and no text
is ever scaled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow import formats

ROOM_FOR_A_NUMBER = 7
"""Percent of a bar below which its number stands in the legend only."""
LEVELS = 5


def percent(value: float) -> str:
    """A position as SVG writes it: a point, whatever the reader's language."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def people(count: int) -> str:
    """So many people, in words."""
    return ngettext("%(number)s person", "%(number)s people", count) % {"number": formats.num(count)}


@dataclass(frozen=True)
class Piece:
    """One piece of a bar: its name, how many, where its rows are."""

    name: str
    label: Any
    count: int
    url: str = ""
    x: str = ""
    width: str = ""
    middle: str = ""
    is_wide: bool = False

    @property
    def words(self) -> str:
        """How many people, in words."""
        return people(self.count)


@dataclass(frozen=True)
class Stack:
    """One bar in pieces, with the finding as a sentence."""

    pieces: list[Piece]
    total: int

    @property
    def summary(self) -> str:
        """What the bar says, for those who do not see it."""
        parts = ", ".join(f"{piece.label}: {formats.num(piece.count)}" for piece in self.pieces)
        return _("%(people)s in all. %(parts)s.") % {"people": people(self.total), "parts": parts}


def stack(found: Iterable[tuple[str, Any, int, str]]) -> Stack | None:
    """A bar of (name, label, count, address); pieces without anybody are left out, None when all are."""
    rows = [row for row in found if row[2] > 0]
    total = sum(row[2] for row in rows)
    pieces, start = [], 0.0
    for name, label, count, url in rows:
        share = 100 * count / total
        pieces.append(
            Piece(
                name,
                label,
                count,
                url,
                x=percent(start),
                width=percent(share),
                middle=percent(start + share / 2),
                is_wide=share >= ROOM_FOR_A_NUMBER,
            )
        )
        start += share
    return Stack(pieces, total) if pieces else None


@dataclass(frozen=True)
class Way:
    """From one level to another: the ring is now, the dot is wanted."""

    label: str
    now: float
    target: float
    count: int
    url: str
    x1: str
    x2: str

    @property
    def words(self) -> str:
        """The same as a sentence."""
        return _("from level %(now)s to level %(target)s, %(people)s") % {
            "now": formats.decimal(self.now, 1),
            "target": formats.decimal(self.target, 1),
            "people": people(self.count),
        }


@dataclass(frozen=True)
class Ways:
    """A dumbbell for each competency, over one axis."""

    rows: list[Way]
    ticks: list[tuple[str, int]]
    people: int


def ways(found: Iterable[tuple[str, float, float, int, str]]) -> Ways | None:
    """Dumbbells of (label, level now, target, people, address)."""
    rows = list(found)
    if not rows:
        return None
    low = 0 if any(row[1] < 1 for row in rows) else 1

    def at(level: float) -> str:
        return percent(3 + 94 * (level - low) / (LEVELS - low))

    return Ways(
        [Way(label, now, target, count, url, at(now), at(target)) for label, now, target, count, url in rows],
        [(at(level), level) for level in range(low, LEVELS + 1)],
        sum(row[3] for row in rows),
    )


@dataclass(frozen=True)
class Pair:
    """Two amounts of one thing, on one scale."""

    label: str
    first: int
    second: int
    url: str = ""


@dataclass(frozen=True)
class Pairs:
    """Paired bars: what is wanted and what there is."""

    rows: list[Pair]

    @property
    def highest(self) -> int:
        """The end of the scale."""
        return max((max(row.first, row.second) for row in self.rows), default=0) or 1


@dataclass(frozen=True)
class Cell:
    """One cell of a table of heat: its number, its class of colour (0: nothing), where its rows are."""

    count: int
    level: int
    url: str = ""


@dataclass(frozen=True)
class Heat:
    """A table with numbers whose cells are tinted by size."""

    heads: list[str]
    rows: list[tuple[str, list[Cell], int]]
    totals: list[int]
    total: int


def heat(counts: dict[tuple[str, str], int], rows: dict[str, str], columns: dict[str, str], address) -> Heat:
    """Counts by (row, column) as a table; `address(row, column)` leads to what a cell counts. Five even classes up to
    the largest cell, so that a dark one is always among the largest."""
    largest = max(counts.values(), default=0) or 1

    def cell(row: str, column: str) -> Cell:
        count = counts.get((row, column), 0)
        return Cell(count, -(-5 * count // largest), address(row, column) if count else "")

    body = [
        (label, [cell(row, column) for column in columns], sum(counts.get((row, c), 0) for c in columns))
        for row, label in rows.items()
    ]
    totals = [sum(counts.get((row, column), 0) for row in rows) for column in columns]
    return Heat(list(columns.values()), body, totals, sum(totals))
