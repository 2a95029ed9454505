"""The marked copy: the rows of a file as they came, wrong cells coloured, with what is wrong in a column at the end."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from exchange.books.columns import Problem, Table
from exchange.books.headings import SILENT, letter
from exchange.books.reader import FileBook
from exchange.books.template import INK, NUMBER_FORMATS, WRONG, book_in_memory, head_text


def marked_copy(book: FileBook, problems: Iterable[Problem]) -> bytes:
    """The copy as .xlsx. Headings are the portal's own, so that the corrected file can be uploaded as it is."""
    wrong: dict[tuple[str, int], list[Problem]] = {}
    for problem in problems:
        wrong.setdefault((problem.sheet, problem.row), []).append(problem)
    target = io.BytesIO()
    made = book_in_memory(target)
    head = made.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": INK, "text_wrap": True})
    for table in book.tables:
        _sheet(made, head, book, table, wrong)
    made.close()
    return target.getvalue()


def _sheet(made, head, book: FileBook, table: Table, wrong: dict[tuple[str, int], list[Problem]]) -> None:
    page = made.add_worksheet(str(table.title)[:31])
    page.freeze_panes(1, 1)
    styles: dict[tuple, Any] = {}

    def style(kind: str, bad: bool):
        if (kind, bad) not in styles:
            facts = {"num_format": NUMBER_FORMATS.get(kind, "@"), "valign": "top", "text_wrap": True}
            styles[kind, bad] = made.add_format(facts | ({"bg_color": WRONG} if bad else {}))
        return styles[kind, bad]

    note = len(table.columns)
    for place, column in enumerate(table.columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, head_text(column), head)
    page.set_column(note, note, 70)
    page.write_string(0, note, str(SILENT[0]), head)
    for number, row in enumerate(book.rows(table.name), 1):
        found = wrong.get((row.sheet, row.number), [])
        letters = {problem.column for problem in found}
        for place, column in enumerate(table.columns):
            at = row.head.places.get(column.name)
            cell = row.cells.get(at) if at is not None else None
            bad = at is not None and letter(at) in letters
            value = _value(cell)
            kind = column.kind if isinstance(value, int | float | dt.date) else "text"
            if value is None and bad:
                page.write_blank(number, place, None, style(kind, bad))
            elif value is not None:
                page.write(number, place, value, style(kind, bad))
        if found:
            page.write_string(number, note, "\n".join(_in_words(p) for p in found)[:32_000], style("text", True))


def _value(cell: list | None) -> Any:
    if cell is None:
        return None
    kind, value = cell
    if kind == "d":
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


def _in_words(problem: Problem) -> str:
    where = f"{problem.column} · {problem.heading}: " if problem.column else ""
    return f"{where}{problem.problem} {problem.advice}".strip()
