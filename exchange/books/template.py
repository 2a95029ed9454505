"""Templates: one sheet per table with locked heads, notes, drop-downs and an example, and explanations."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.books.columns import Column, Table
from exchange.books.values import DOT, Understanding
from workflow import formats
from workflow.downloads import harmless

HELP = gettext_lazy("How to fill this in")
CHOICES = gettext_lazy("Choices")
BESIDE = (HELP, CHOICES)
"""Sheets that hold no rows."""
LAST_ROW = 2_000
"""Drop-downs and checks reach down to here."""
NUMBER_FORMATS = {
    "whole": "0",
    "decimal": "General",
    "day": "dd/mm/yyyy",
    "month": "mmmm yyyy",
    "moment": "dd/mm/yyyy hh:mm",
}
INK, PALE, EXAMPLE, WRONG = "#0B2541", "#E7EFF8", "#6B7A8C", "#FBE3E0"


def book_in_memory(target):
    """A new workbook in which a text stays a text, whatever it begins with."""
    import xlsxwriter  # heavy, and needed where a file is made

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(target, {"in_memory": True, "remove_timezone": True, **plain})


class Cells:
    """Values as the cells of a template show them."""

    def __init__(self, understanding: Understanding | None = None):
        self.understanding = understanding or Understanding()

    def shown(self, column: Column, value: Any) -> Any:
        """A value as typed by a careful person: "CODE · label", yes, a date as a date."""
        if value is None or value == "" or value == []:
            return None
        if column.kind == "tick":
            return _("yes") if value else _("no")
        if column.kind == "code":
            return self.understanding.vocabulary(column).label(str(value))
        if column.kind == "codes":
            vocabulary = self.understanding.vocabulary(column)
            return "; ".join(vocabulary.label(str(code)) for code in value)
        if isinstance(value, dt.datetime):
            return formats.local(value).replace(tzinfo=None)
        return value

    def as_text(self, column: Column, value: Any) -> str:
        """The same for a text file."""
        found = self.shown(column, value)
        if isinstance(found, dt.datetime):
            return f"{found:%d/%m/%Y %H:%M}"
        if isinstance(found, dt.date):
            return f"{found:%m/%Y}" if column.kind == "month" else f"{found:%d/%m/%Y}"
        return "" if found is None else str(found)


class _Template:
    """One workbook on its way."""

    def __init__(self, book, tables: tuple[Table, ...]):
        self.book, self.tables, self.cells = book, tables, Cells()
        self.formats: dict[tuple, Any] = {}
        self.lists: dict[tuple, str] = {}

    def style(self, **facts):
        """A cell format, made once."""
        key = tuple(sorted(facts.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "top", **facts})
        return self.formats[key]

    def column_style(self, column: Column, **more):
        """The format of a column's cells: open for typing, texts as texts."""
        return self.style(num_format=NUMBER_FORMATS.get(column.kind, "@"), locked=False, text_wrap=True, **more)

    def sheet(self, table: Table, examples: list[dict], rows: list[dict]):
        """One table: head, example, what exists."""
        page = self.book.add_worksheet(str(table.title)[:31])
        page.freeze_panes(1, 1)
        page.set_row(0, 32)
        for place, column in enumerate(table.columns):
            page.set_column(place, place, column.width, self.column_style(column))
            head = self.style(bold=True, font_color="#FFFFFF", bg_color=INK, border=1, text_wrap=True, locked=True)
            page.write_string(0, place, head_text(column), head)
            if note := note_text(column):
                page.write_comment(0, place, note, {"x_scale": 2, "y_scale": 1 + len(note) / 160, "author": "Sinergi"})
            if check := self._check(table, column):
                page.data_validation(1, place, LAST_ROW, place, check)
        for number, example in enumerate(examples, 1):
            self._write(page, number, table, example, italic=True, font_color=EXAMPLE, bg_color=PALE)
        for number, row in enumerate(rows, 1 + len(examples)):
            self._write(page, number, table, row)
        allowed = ("format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter", "format_cells")
        page.protect("", {name: True for name in allowed})
        page.ignore_errors({"number_stored_as_text": f"A1:XFD{LAST_ROW}"})
        return page

    def _write(self, page, number: int, table: Table, row: dict, **style) -> None:
        for place, column in enumerate(table.columns):
            value = self.cells.shown(column, row.get(column.name))
            if value is not None:
                page.write(number, place, value, self.column_style(column, **style))
            elif style:
                page.write_blank(number, place, None, self.column_style(column, **style))

    def _check(self, table: Table, column: Column) -> dict | None:
        error = {"error_title": str(column.heading)[:32], "error_message": note_text(column)[:255] or " "}
        match column.kind:
            case "code":
                return {"validate": "list", "source": f"={self._list(table, column)}", **error}
            case "codes":
                return {"validate": "list", "source": f"={self._list(table, column)}", "show_error": False}
            case "tick":
                return {"validate": "list", "source": [str(_("yes")), str(_("no"))], **error}
            case "whole":
                return {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 2_000_000_000, **error}
            case "day" | "month" | "moment":
                first, last = dt.date(1940, 1, 1), dt.date(2100, 12, 31)
                return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last, **error}
            case "text":
                return {"validate": "length", "criteria": "<=", "value": column.longest, **error}
        return None

    def _list(self, table: Table, column: Column) -> str:
        """The defined name of a column's choices; the same choices are written once."""
        entries = tuple(f"{code}{DOT}{label}" for code, label in self.cells.understanding.vocabulary(column).entries)
        if entries not in self.lists:
            self.lists[entries] = f"list_{table.name}_{column.name}"
        return self.lists[entries]

    def choices(self) -> None:
        """The hidden sheet behind the drop-downs."""
        if not self.lists:
            return
        page = self.book.add_worksheet(str(CHOICES)[:31])
        for place, (entries, name) in enumerate(self.lists.items()):
            for number, text in enumerate(entries or ("",)):
                page.write_string(number, place, text)
            column = _letter(place)
            title = str(CHOICES)[:31]
            self.book.define_name(name, f"='{title}'!${column}$1:${column}${max(len(entries), 1)}")
        page.hide()
        page.protect()

    def help(self, sentences: list[str]) -> None:
        """The sheet that explains the others."""
        page = self.book.add_worksheet(str(HELP)[:31])
        head = self.style(bold=True, font_color="#FFFFFF", bg_color=INK)
        for place, width in enumerate((24, 34, 10, 90)):
            page.set_column(place, place, width, self.style(text_wrap=True))
        page.write_string(0, 0, str(HELP), self.style(bold=True, font_size=14))
        number = 1
        for sentence in sentences:
            page.merge_range(number, 0, number, 3, sentence, self.style(text_wrap=True))
            page.set_row(number, 15 * (1 + len(sentence) // 150))
            number += 1
        number += 1
        for place, text in enumerate((_("Sheet"), _("Column"), _("Required"), _("What to fill in"))):
            page.write_string(number, place, text, head)
        for table in self.tables:
            for column in table.columns:
                number += 1
                needed = str(_("yes")) if column.required else ""
                cells = (str(table.title), str(column.heading), needed, note_text(column, with_required=False))
                for place, text in enumerate(cells):
                    page.write_string(number, place, text, self.style(text_wrap=True))
        page.protect()


def _letter(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return xl_col_to_name(place)


def head_text(column: Column) -> str:
    """A heading; required ones carry a star, which reading leaves aside."""
    return f"{column.heading} *" if column.required else str(column.heading)


KINDS: dict[str, Callable[[], str]] = {
    "text": lambda: "",
    "whole": lambda: _("A whole number, 0 or more."),
    "decimal": lambda: _("A number, for example 3.5."),
    "day": lambda: _("A date, for example 13/05/2026."),
    "month": lambda: _("A month, for example April 2027."),
    "moment": lambda: _("A date with a time, for example 13/05/2026 16:00 (WIB)."),
    "tick": lambda: _("Yes or no."),
    "code": lambda: _("Choose an entry from the list."),
    "codes": lambda: _("One or more entries of the list, separated by semicolons."),
}


def note_text(column: Column, *, with_required: bool = True) -> str:
    """The note on a head cell."""
    parts = [str(column.note), KINDS[column.kind](), str(_("Required.")) if column.required and with_required else ""]
    return " ".join(part for part in parts if part)


def sentences(tables: tuple[Table, ...]) -> list[str]:
    """What the sheet of explanations says above its table."""
    about = [f"{table.title}: {table.about}" for table in tables if table.about]
    return [
        *about,
        _("Fill in below the headings. Columns marked * are required. Leave the headings as they are."),
        _("Rows that begin with EXAMPLE are left out. You may delete them."),
        _("Dates: 13/05/2026 or 13 May 2026, the day first. Numbers: digits only. No formulas: paste values."),
        _("An empty cell changes nothing in what is stored, and a row that is missing removes nothing."),
        _("Upload the file as often as you like: what is stored already is recognised by its own number."),
    ]


def workbook(
    tables: tuple[Table, ...], examples: dict[str, list[dict]], rows: dict[str, list[dict]] | None = None
) -> bytes:
    """A template as .xlsx, in the reader's language; `rows` fill it with what exists."""
    target = io.BytesIO()
    book = book_in_memory(target)
    made = _Template(book, tables)
    for table in tables:
        made.sheet(table, examples.get(table.name, []), (rows or {}).get(table.name, []))
    made.help(sentences(tables))
    made.choices()
    book.set_properties({"title": _("Template"), "author": "Sinergi"})
    book.close()
    return target.getvalue()


def wide_columns(tables: tuple[Table, ...]) -> list[tuple[Table, Column]]:
    """The columns of all tables side by side; what joins them stands there once."""
    found: dict[str, tuple[Table, Column]] = {}
    for table in tables:
        for column in table.columns:
            found.setdefault(str(column.heading), (table, column))
    return list(found.values())


def text_file(tables: tuple[Table, ...], examples: dict[str, list[dict]]) -> bytes:
    """A template as CSV: one row per entry of the innermost table, with everything it belongs to."""
    cells, columns = Cells(), wide_columns(tables)
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";")
    writer.writerow([head_text(column) for _table, column in columns])
    count = max((len(rows) for rows in examples.values()), default=0)
    for number in range(count):
        row = []
        for table, column in columns:
            found = examples.get(table.name) or [{}]
            text = cells.as_text(column, found[min(number, len(found) - 1)].get(column.name))
            row.append(harmless(text))
        writer.writerow(row)
    return ("\ufeff" + target.getvalue()).encode()
