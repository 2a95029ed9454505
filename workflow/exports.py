"""Lists that can be taken along as files: rooms register theirs, the loading dock hands them out.

An export is the list of a page once more, with the same filters, search and order, for the same reader, over all its
pages. What the page does not show its reader, a column may not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connections, transaction
from django.utils.translation import gettext as _

from workflow import replica
from workflow.listing import Listing

CHUNK = 500
"""Rows read at a time; what belongs to them is fetched once for each such piece."""
AT_ONCE = 5_000
"""Rows that are written while somebody waits: a few seconds at most. More is written by a worker."""
KINDS = ("xlsx", "csv")
EXPORT_LOG = "exchange.export"
"""What the log calls a list that somebody took along, where a list has no record of its own."""


@dataclass(frozen=True)
class Column:
    """One column of an export. `value`: (row) -> what stands in the cell, with the type it has."""

    label: Any
    value: Callable[[Any], Any]
    width: int = 18
    kind: str = "text"
    """text | code | whole | decimal | day | moment | tick. Moments are on Jakarta's clock, and the head says so."""

    @property
    def head(self) -> str:
        """What stands above it."""
        return f"{self.label} (WIB)" if self.kind == "moment" else str(self.label)


@dataclass(frozen=True)
class Found:
    """A list without a `Listing`: its rows in order, and in words what was asked for."""

    found: Any
    words: tuple[str, ...] = ()
    about: Any = None
    """What the list belongs to, where writing down who read it needs that."""


@dataclass(frozen=True)
class Export:
    """A list as a file."""

    name: str
    label: Any
    """What the list is called; lazy."""
    listing: Callable[[Any], Any]
    """(what is asked: user and GET) -> Listing or Found. Raises PermissionDenied or Http404 like the page."""
    columns: Callable[[Any], list[Column]]
    """(user) -> the columns this reader gets."""
    rows: Callable[[Any, list[Any]], Iterable[Any]] | None = None
    """(user, some rows of the query) -> what columns read, a fixed number of queries for all of them."""
    query: Callable[[Any], Any] | None = None
    """(query) -> the same rows in another shape, for example bare values."""
    heard: Callable[[Any, Any, int], None] | None = None
    """(user, listing, number of rows): writes down that it was read, where the room's rules ask for that."""
    public: bool = False
    """Opens without signing in; the file names the licence."""
    asks_again: bool = False
    """Whoever takes it along proves once more that it is them, unless they did minutes ago (workflow/proving.py)."""
    tabs: Callable[[Any], dict[str, Any]] | None = None
    """(user) -> {tab: label} of a list with tabs, so that the file can say which one it is."""
    at_once: int = AT_ONCE
    """Rows of a workbook that are written while somebody waits."""
    streamed: int = AT_ONCE
    """Rows of a CSV file that are handed out while they are read; more where they are bare values."""


_known: dict[str, Export] = {}


def register_export(name: str, label: Any, **parts: Any) -> Export:
    """Make a list known; called once when Django starts."""
    _known[name] = Export(name, label, **parts)
    return _known[name]


def export_named(name: str) -> Export | None:
    """The list with this name."""
    return _known.get(name)


def exports() -> list[Export]:
    """Every list that can be taken along, by name."""
    return [_known[name] for name in sorted(_known)]


def count_of(listing) -> int:
    """How many rows a list has."""
    found = listing.found
    return len(found) if isinstance(found, list | tuple) else found.count()


def filter_words(export: Export, user, listing) -> str:
    """In words, which rows of a list these are."""
    if isinstance(listing, Found):
        return "; ".join(listing.words) or _("none: every row")
    said = []
    if export.tabs is not None:
        labels = export.tabs(user)
        said.append(str(labels[listing.tab or next(iter(labels))]))
    for facet in listing.facets:
        chosen = listing.chosen[facet.name]
        if chosen:
            labels = {str(key): str(label) for key, label in facet.label_of(chosen).items()}
            said.append(f"{facet.label}: {', '.join(labels.get(value, value) for value in chosen)}")
    if listing.text:
        said.append(f"“{listing.text}”")
    return "; ".join(said) or _("none: every row")


def order_words(listing) -> str:
    """In words, the order of the rows."""
    if not isinstance(listing, Listing) or listing.sort.lstrip("-") not in listing.sorts:
        return ""
    label = str(listing.sorts[listing.sort.lstrip("-")][0])
    return _("%(column)s, downwards") % {"column": label} if listing.sort.startswith("-") else label


@contextmanager
def snapshot():
    """Everything read inside is of one moment, whatever is changed meanwhile. Not READ ONLY: a cache may live in the
    same database."""
    where = replica.alias()
    if connections[where].in_atomic_block:  # a caller's transaction: its own moment holds
        yield
        return
    with transaction.atomic(using=where):
        with connections[where].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def lines(
    export: Export, user, listing, columns: list[Column], told: Callable[[int], None] | None = None
) -> Iterator[list[Any]]:
    """The cells of each row, read in pieces by a cursor of the database. `told` hears after each piece how many."""
    values = [column.value for column in columns]
    number = 0
    for some in _pieces(export, listing.found):
        for row in some if export.rows is None else export.rows(user, some):
            yield [value(row) for value in values]
        number += len(some)
        if told is not None:
            told(number)


def _pieces(export: Export, found) -> Iterator[list[Any]]:
    if export.query is not None:
        found = export.query(found)
    rows = iter(found) if isinstance(found, list | tuple) else found.iterator(chunk_size=CHUNK)
    while some := list(islice(rows, CHUNK)):
        yield some
