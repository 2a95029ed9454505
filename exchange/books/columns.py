"""The types a spreadsheet is described in: one description gives template, reader, export and report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Choices = Callable[[], list[tuple[str, str]]]
"""() -> (code, label in the reader's language), in the vocabulary's order."""


@dataclass(frozen=True)
class Column:
    """One column. Its heading is understood in both languages, by its name, and by its aliases, in any order."""

    name: str
    """Stable, English, snake_case: what content is called after reading."""
    heading: Any
    """Lazy text; at most 40 characters."""
    note: Any = ""
    """Lazy text: the note on the head cell; what to fill in, with an example."""
    kind: str = "text"
    """text | whole | decimal | day | month | moment | tick | code | codes. What `value` of a cell becomes: str, int,
    Decimal, date, date (first of the month), aware datetime, bool, str, list[str]."""
    choices: Choices | None = None
    """For code and codes; cells show "CODE · label" and are understood by code, label in either language, or both."""
    required: bool = False
    example: Any = ""
    aliases: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    """Old labels -> code, compared without case and spaces: {"pelaksana lanjutan": "MAHIR"}."""
    width: int = 18
    longest: int = 2000
    """Characters of a text."""
    personal: bool = False
    """Speaks of a nominee: its value is never repeated in a report, stored beside the file, or logged."""


@dataclass(frozen=True)
class Table:
    """One sheet of a template."""

    name: str
    title: Any
    """Lazy text; at most 31 characters, no []:*?/\\ in it."""
    columns: tuple[Column, ...]
    required: bool = True
    """A file without this sheet is refused; else it counts as empty."""
    about: Any = ""
    """One sentence for the sheet "How to fill this in"."""

    def column(self, name: str) -> Column:
        """The column with this name; KeyError where there is none."""
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where, what stands there, what is wrong, what to do. Sentences in the reader's language."""

    sheet: str
    row: int
    """As Excel counts; 0 for the sheet as a whole."""
    column: str
    """Letter, "" for the row as a whole."""
    heading: str
    value: str
    problem: str
    advice: str = ""

    def data(self) -> dict:
        """For the job's item."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Row(Protocol):
    """One row as read (exchange/books/reader.py). Values that could not be understood are None, and a problem."""

    table: Table
    sheet: str
    number: int
    values: dict[str, Any]
    """{column name: value}; columns the file lacks are absent, empty cells are None."""
    problems: list[Problem]

    def problem(self, name: str, sentence: str, advice: str = "") -> Problem:
        """A problem of this row's cell in column `name` ("" for the row), to be added to an item."""


class Book(Protocol):
    """A file as read: rows by table, one after the other, never all at once in memory unless the kind keeps them."""

    def rows(self, table: str) -> Iterator[Row]:
        """The filled rows of a table, top to bottom, the example row left out."""


@dataclass
class Item:
    """One record a file asks for; becomes a `JobItem`."""

    key: str
    """Stable: the same record in the next file. At most 120 characters, no personal data."""
    label: str
    """What the report calls it; no personal data."""
    action: str
    """create | change | skip | fix"""
    row: Row | None = None
    rows: int = 1
    people: int = 0
    changes: list[dict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    content: dict = field(default_factory=dict)
    """JSON for `carry_out`; personal data may not stand here: name the row instead and read it again from the file."""
    code: str = ""
    """Code of the record that exists already."""


class Kind(Protocol):
    """What can be brought in. One instance per kind, registered in `exchange.kinds.catalogue.KINDS`."""

    name: str
    """Slug: needs | programmes | participants | people."""
    label: Any
    one: Any
    """Lazy: "need", for sentences such as "11 needs are ready"."""

    def may(self, user, options: dict) -> bool:
        """Whether this user may bring in this kind; False shows 404."""

    def tables(self, user, options: dict) -> tuple[Table, ...]:
        """The sheets of template and file."""

    def examples(self, user, options: dict) -> dict[str, list[dict]]:
        """{table: filled example rows {column name: value}} of the template; recognised and skipped when read."""

    def current(self, user, options: dict) -> dict[str, list[dict]]:
        """{table: rows} of what exists already and may be changed, for a template filled with it; may be empty."""

    def read(self, book: Book, user, options: dict) -> Iterator[Item]:
        """Judge the file. Reads only: nothing is stored. Every item either is complete or carries problems."""

    def carry_out(self, content: dict, key: str, user, options: dict, book: Book | None) -> Any:
        """Make or change one record, in a transaction of the caller, through the room's forms, services and
        `perform()`. Returns the record (code, get_absolute_url). Raises `Refused` with sentences; another exception
        is an error. Called a second time with the same key it changes nothing more. `book` only where the kind says
        `reads_again`."""

    reads_again: bool
    """Whether `carry_out` needs the file once more (personal data)."""
    home: str
    """Name of the address of the list the records end up in."""
