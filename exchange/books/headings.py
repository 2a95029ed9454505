"""Which column of a sheet is which: headings in either language, in any order, with slips of the finger."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext_lazy

from exchange.books.columns import Column, Table

LOOKED_AT = 15
"""Filled rows at the top of a sheet among which its head is sought."""


def letter(place: int) -> str:
    """A for 0, AB for 27."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def plain(text: str) -> str:
    """A heading as comparing sees it: without case, marks of obligation, and what stands in brackets."""
    words = re.sub(r"\([^)]*\)", " ", text.casefold())
    return " ".join(re.sub(r"[^\w]+", " ", words).replace("_", " ").split())


def titles(thing) -> set[str]:
    """A lazy title in both languages, as comparing sees it."""
    found = set()
    for language in ("id", "en"):
        with translation.override(language):
            found.add(plain(str(thing)))
    return found


def names_of(column: Column) -> set[str]:
    """Everything a column may be called."""
    return {n for n in (*titles(column.heading), plain(column.name), *(plain(a) for a in column.aliases)) if n}


@dataclass
class Head:
    """The head row of a table: where its columns stand, and what was noticed."""

    row: int = 0
    places: dict[str, int] = field(default_factory=dict)
    """{column name: place}"""
    shown: dict[str, str] = field(default_factory=dict)
    """{column name: the heading as the file has it}"""
    ignored: list[tuple[int, str]] = field(default_factory=list)
    doubled: list[tuple[int, str]] = field(default_factory=list)
    guessed: list[tuple[str, str]] = field(default_factory=list)
    """(heading of the file, column name)"""
    missing: list[Column] = field(default_factory=list)


SILENT = (gettext_lazy("Note by Sinergi"),)
"""Headings that the portal writes itself and does not read."""


def head_in(rows: list[dict], table: Table, others: Iterable[Table] = ()) -> Head | None:
    """The row among the first ones in which most headings are known; None where no two are (or the only one).

    `others`: tables whose columns stand in the same sheet.
    """
    named = {name: column.name for column in table.columns for name in names_of(column)}
    best, most = None, 0
    for row in rows[:LOOKED_AT]:
        known = {named[n] for _place, text in _texts(row) if (n := plain(text)) in named}
        if len(known) > most:
            best, most = row, len(known)
    if best is None or most < min(2, len(table.columns)):
        return None
    elsewhere = {name for other in others for column in other.columns for name in names_of(column)}
    for silent in SILENT:
        elsewhere |= titles(silent)
    return _matched(best, table, named, elsewhere)


def _texts(row: dict) -> list[tuple[int, str]]:
    return [(place, str(cell[1])) for place, cell in sorted(row["cells"].items()) if cell[0] == "s"]


def _matched(row: dict, table: Table, named: dict[str, str], elsewhere: set[str]) -> Head:
    head, left = Head(row["row"]), []
    for place, text in _texts(row):
        name = named.get(plain(text))
        if name is None:
            if plain(text) not in elsewhere:
                left.append((place, text))
        elif name in head.places:
            head.doubled.append((place, text))
        else:
            head.places[name], head.shown[name] = place, text.rstrip(" *")
    for place, text in left:
        free = {n: name for n, name in named.items() if name not in head.places}
        near = difflib.get_close_matches(plain(text), list(free), 1, 0.86)
        if near:
            name = free[near[0]]
            head.places[name], head.shown[name] = place, text
            head.guessed.append((text, name))
        else:
            head.ignored.append((place, text))
    head.missing = [c for c in table.columns if c.required and c.name not in head.places]
    return head
