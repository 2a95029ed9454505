"""What a file would change in a record that exists: label, before and after, as people read them."""

from __future__ import annotations

from typing import Any

from exchange.books.columns import Row
from exchange.books.template import Cells
from exchange.books.values import Understanding
from exchange.kinds.needs_forms import stored_value

LONGEST = 300


class Changes:
    """The differences of one need, in the order of the file."""

    def __init__(self, understanding: Understanding):
        self.cells = Cells(understanding)
        self.rows: list[dict[str, str]] = []

    def compare(self, row: Row, record, values: dict[str, Any], prefix: str = "") -> None:
        """Filled cells against what is stored; an empty cell says nothing."""
        for name, value in values.items():
            column = row.table.column(name)
            before = stored_value(record, name)
            if before == value or (_bare(before) == _bare(value)):
                continue
            label = str(column.heading)
            self.rows.append(
                {
                    "label": f"{prefix}: {label}" if prefix else label,
                    "before": self.cells.as_text(column, before)[:LONGEST],
                    "after": self.cells.as_text(column, value)[:LONGEST],
                }
            )

    def added(self, label: str, after: str) -> None:
        """A line or competency that is not there yet."""
        self.rows.append({"label": label, "before": "", "after": after[:LONGEST]})


def _bare(value: Any) -> Any:
    if value in (None, "", [], False):
        return ""
    if isinstance(value, list):
        return sorted(value)
    return " ".join(value.split()) if isinstance(value, str) else value
