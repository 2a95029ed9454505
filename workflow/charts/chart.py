"""What a page says about one chart: the finding, the drawing, the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

TEXT, NUMBER, PERCENT, DAY = "text", "number", "percent", "day"


@dataclass(frozen=True)
class Cell:
    """One value of the table with the address of the records it stands for."""

    text: Any
    url: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the table: what it is called and how its values are written."""

    label: Any
    kind: str = TEXT
    shown_right: bool = False
    """For texts that are numbers with their unit."""

    @property
    def is_number(self) -> bool:
        """Whether values stand at the right edge."""
        return self.shown_right or self.kind in {NUMBER, PERCENT}


class Rows(Sequence):
    """Rows that are made when somebody looks at them, all at once: a page shows ten of them, only the file has all."""

    def __init__(self, make: Callable[[Sequence[Any]], list[Sequence[Any]]], keys: Sequence[Any]):
        self._make, self._keys = make, keys

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, at):
        return self._make(self._keys[at]) if isinstance(at, slice) else self._make([self._keys[at]])[0]

    def __iter__(self):
        return iter(self._make(self._keys))


@dataclass(frozen=True)
class Chart:
    """One question, one chart. `title` is the answer as a sentence, `summary` what the picture shows, in words.

    `spec` is a Vega-Lite specification with its data inside, drawn at the width of a phone; `wide`, where a chart gains
    by it, the same drawn for a large screen. `rows` are the table twin: every figure of the drawing is in it, and a
    `Cell` opens the records behind its figure. Without `rows` there is nothing to draw, and `empty` says so.
    """

    name: str
    title: Any
    summary: Any
    spec: dict | None
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    note: Any = ""
    wide: dict | None = None
    empty: Any = ""
    rows_shown: int = 10
    """The table on the page ends here; the file has every row."""

    @property
    def is_empty(self) -> bool:
        """Whether there are no data."""
        return not self.rows or self.spec is None

    @property
    def largest(self) -> dict | None:
        """The specification for a picture file."""
        return self.wide or self.spec


def value_of(cell: Any) -> Any:
    """The value in a cell."""
    return cell.text if isinstance(cell, Cell) else cell
