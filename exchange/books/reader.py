"""A stranger's file as rows of a kind's tables: sheets found by title or headings, cells understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.books import headings, opening, refusals, template
from exchange.books.columns import Column, Problem, Table
from exchange.books.headings import Head, letter
from exchange.books.opening import Unreadable
from exchange.books.values import Misfit, Understanding, plain, shown

EXAMPLE = ("contoh", "example")
"""What the first filled cell of an example row begins with."""
HIDDEN = "•••"
"""Stands in reports for what speaks of a person."""


@dataclass
class SheetRow:
    """One row as read; see `columns.Row`."""

    table: Table
    sheet: str
    number: int
    values: dict[str, Any]
    problems: list[Problem]
    head: Head
    cells: dict[int, list] = field(repr=False, default_factory=dict)

    def problem(self, name: str, sentence: str, advice: str = "") -> Problem:
        """A problem of this row's cell in column `name` ("" for the row), to be added to an item."""
        place = self.head.places.get(name)
        if not name or place is None:
            heading = str(self.table.column(name).heading) if name else ""
            return Problem(self.sheet, self.number, "", heading, "", str(sentence), str(advice))
        column = self.table.column(name)
        value = shown(self.cells.get(place))
        if column.personal and value:
            value = HIDDEN
        return Problem(self.sheet, self.number, letter(place), self.head.shown[name], value, str(sentence), str(advice))

    def has(self, name: str) -> bool:
        """Whether the file has this column at all."""
        return name in self.head.places


@dataclass
class _Part:
    """A table as it was found: its sheet and head."""

    table: Table
    sheet: dict
    head: Head
    wide: bool = False


class FileBook:
    """A file as read; see `columns.Book`. `remarks`: sentences on what was noticed and left aside."""

    def __init__(self, lines: opening.Lines, tables: tuple[Table, ...], examples: dict[str, list[dict]] | None = None):
        self.lines, self.tables = lines, tables
        self.examples = examples or {}
        self.understanding = Understanding()
        self.remarks: list[str] = []
        self.parts: dict[str, _Part] = {}
        self._find_parts()
        self._notice()

    def rows(self, table: str) -> Iterator[SheetRow]:
        """The filled rows of a table, top to bottom, the example row left out."""
        part = self.parts.get(table)
        if part is None:
            return
        seen: set[tuple] = set()
        places = set(part.head.places.values())
        for raw in self.lines.rows(part.sheet):
            cells = {place: cell for place, cell in raw["cells"].items() if place in places}
            if raw["row"] <= part.head.row or not cells or _is_example(cells):
                continue
            if part.wide:  # one row per gap tells of its need again and again
                mark = tuple(sorted((place, str(cell[1])) for place, cell in cells.items()))
                if mark in seen:
                    continue
                seen.add(mark)
            row = self._row(part, raw["row"], cells)
            if not self._equals_example(row):
                yield row

    def counted(self) -> int:
        """Filled rows of all tables, examples left out."""
        return sum(1 for name in self.parts for _row in self.rows(name))

    # --- Rows --------------------------------------------------------------------------------------------------------

    def _row(self, part: _Part, number: int, cells: dict[int, list]) -> SheetRow:
        row = SheetRow(part.table, part.sheet["sheet"], number, {}, [], part.head, cells)
        for column in part.table.columns:
            if column.name not in part.head.places:
                continue
            try:
                value = self.understanding.value(column, cells.get(part.head.places[column.name]))
            except Misfit as misfit:
                row.values[column.name] = None
                row.problems.append(row.problem(column.name, misfit.problem, "" if column.personal else misfit.advice))
                continue
            row.values[column.name] = value
            if value is None and column.required:
                row.problems.append(row.problem(column.name, _("This cell is empty."), _wanted(column)))
        return row

    def _equals_example(self, row: SheetRow) -> bool:
        filled = {name: value for name, value in row.values.items() if value is not None}
        return any(
            filled and filled == {n: v for n, v in example.items() if v not in (None, "") and n in row.values}
            for example in self.examples.get(row.table.name, [])
        )

    # --- Which sheet is which table ----------------------------------------------------------------------------------

    def _find_parts(self) -> None:
        if not any(sheet["filled"] for sheet in self.lines.sheets):
            raise Unreadable(refusals.sentence("empty"), "empty")
        self._tops = {sheet["place"]: self._top(sheet) for sheet in self.lines.sheets}
        aside = {plain_title for title in template.BESIDE for plain_title in headings.titles(title)}
        free = [s for s in self.lines.sheets if headings.plain(s["sheet"]) not in aside]
        for table in self.tables:
            called = headings.titles(table.title) | {headings.plain(table.name)}
            sheet = next((s for s in free if headings.plain(s["sheet"]) in called), None)
            if sheet is not None and (head := headings.head_in(self._tops[sheet["place"]], table)):
                self.parts[table.name] = _Part(table, sheet, head)
                free.remove(sheet)
        if len(self.tables) > 1 and not self.parts:
            self._find_wide(free)
        for table in self.tables:
            if table.name not in self.parts:
                self._find_by_headings(table, free)
        self._refuse_what_lacks()

    def _top(self, sheet: dict) -> list[dict]:
        found = []
        for row in self.lines.rows(sheet):
            found.append(row)
            if len(found) == headings.LOOKED_AT:
                break
        return found

    def _find_wide(self, free: list[dict]) -> None:
        """One sheet with the columns of all tables side by side: a text file, or a workbook somebody joined."""
        for sheet in free:
            top = self._tops[sheet["place"]]
            heads = {t.name: headings.head_in(top, t, [o for o in self.tables if o is not t]) for t in self.tables}
            if all(heads[t.name] and not heads[t.name].missing for t in self.tables if t.required):
                self.parts = {t.name: _Part(t, sheet, head, wide=True) for t in self.tables if (head := heads[t.name])}
                for part in list(self.parts.values())[1:]:
                    part.head.ignored = []  # said once
                return

    def _find_by_headings(self, table: Table, free: list[dict]) -> None:
        """A sheet with another title: the one whose head fits best."""
        found = [(s, headings.head_in(self._tops[s["place"]], table)) for s in free if s["filled"]]
        fitting = [(len(head.places) - 5 * len(head.missing), s, head) for s, head in found if head]
        if not fitting:
            return
        _fit, sheet, head = max(fitting, key=lambda row: row[0])
        if head.missing and len(head.places) * 2 < len(table.columns):
            return
        self.parts[table.name] = _Part(table, sheet, head)
        free.remove(sheet)
        if sheet["sheet"]:
            facts = {"sheet": sheet["sheet"], "table": table.title}
            self.remarks.append(_("The sheet “%(sheet)s” was read as “%(table)s”, by its headings.") % facts)

    def _refuse_what_lacks(self) -> None:
        lacking = [t for t in self.tables if t.required and t.name not in self.parts]
        if lacking and len(self.tables) > 1 and len(lacking) < len(self.tables):
            names = ", ".join(f"“{t.title}”" for t in lacking)
            raise Unreadable(
                _("The file has no sheet with the headings of %(sheets)s. Copy your rows into the template.")
                % {"sheets": names},
                "no_sheet",
            )
        if lacking:
            raise Unreadable(
                _("No row with the headings of the template was found. Copy your rows into the template."), "no_head"
            )
        for part in self.parts.values():
            if part.head.missing:
                names = ", ".join(f"“{c.heading}”" for c in part.head.missing)
                facts = {"sheet": part.sheet["sheet"] or part.table.title, "columns": names}
                raise Unreadable(
                    _("“%(sheet)s” lacks columns: %(columns)s. Add them with these headings, or use the template.")
                    % facts,
                    "columns",
                )

    # --- What was noticed --------------------------------------------------------------------------------------------

    def _notice(self) -> None:
        for part in self.parts.values():
            where = {"sheet": part.sheet["sheet"] or part.table.title}
            head = part.head
            if head.ignored:
                names = ", ".join(f"“{text[:40]}” ({letter(place)})" for place, text in head.ignored[:8])
                self.remarks.append(
                    _("“%(sheet)s”: columns the portal does not know were left out: %(names)s.")
                    % {**where, "names": names}
                )
            for place, text in head.doubled[:8]:
                facts = {**where, "name": text[:40], "column": letter(place)}
                self.remarks.append(
                    _("“%(sheet)s”: the heading “%(name)s” stands twice; column %(column)s was left out.") % facts
                )
            for text, name in head.guessed:
                facts = {**where, "name": text[:40], "heading": part.table.column(name).heading}
                self.remarks.append(_("“%(sheet)s”: the heading “%(name)s” was read as “%(heading)s”.") % facts)
        for sheet in {p.sheet["place"]: p.sheet for p in self.parts.values()}.values():
            self._notice_sheet(sheet)
        if self.lines.links:
            self.remarks.append(_("The file refers to other files. They were not opened."))

    def _notice_sheet(self, sheet: dict) -> None:
        where = {"sheet": sheet["sheet"]}
        if sheet["hidden"]:
            self.remarks.append(_("The sheet “%(sheet)s” is hidden. It was read.") % where)
        if count := sheet.get("hidden_rows", 0):
            self.remarks.append(
                ngettext(
                    "“%(sheet)s”: %(count)d hidden row was read.",
                    "“%(sheet)s”: %(count)d hidden rows were read.",
                    count,
                )
                % {**where, "count": count}
            )
        if merges := sheet.get("merges"):
            facts = {**where, "cells": ", ".join(merges[:5]) + (" …" if len(merges) > 5 else "")}
            self.remarks.append(
                _("“%(sheet)s”: cells are merged (%(cells)s). A merged value counts for its first row only.") % facts
            )
        if sheet.get("wide"):
            self.remarks.append(_("“%(sheet)s”: columns beyond the 200th were left out.") % where)


def _is_example(cells: dict[int, list]) -> bool:
    first = cells[min(cells)]
    return first[0] == "s" and plain(str(first[1])).split(" ")[0] in EXAMPLE


def _wanted(column: Column) -> str:
    if column.kind in {"code", "codes"}:
        return str(_("Choose an entry from the list."))
    return str(column.note or _("Fill it in."))


def read_book(file, tables: tuple[Table, ...], examples: dict[str, list[dict]] | None = None) -> FileBook:
    """A file as a book. Raises Unreadable with a sentence."""
    return FileBook(opening.opened(file), tables, examples)
