"""Lists as Excel files: typed cells, a head that stays in view, and a sheet that says what was asked for, and when.

Rows are written as they come and kept on disk, so that a file of any length takes the same memory. Nothing is ever a
formula or a link: whatever is typed into the portal leaves it as text.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import formats

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_767
"""UTF-16 units a cell can hold."""
SHORT = 80
"""Characters of a text that is likely to come again: labels and codes are looked at once."""
CUT = " […]"
"""Stands at the end of a text that was longer than a cell."""
MOST_ROWS = 1_048_575
"""Rows of one sheet below its head; what is longer goes on in the next sheet."""
FIRST_YEAR = 1900
"""Excel knows no day before it."""
STARTERS = frozenset("=+-@\t\r\n＝＋－＠")
"""A spreadsheet may take a text that begins so for a formula."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters a sheet cannot hold."""
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the head row, the rows and how wide each column is, in characters."""

    title: str
    head: list[str]
    rows: Iterable[Iterable[Any]]
    widths: tuple[int, ...] = ()
    filters: bool = False
    """Whether the head offers Excel's own filter."""


def about_sheet(user, facts: Iterable[tuple[str, Any]]) -> Sheet:
    """The sheet that says where the figures come from: the facts, then when and for whom the file was made."""
    return Sheet(_("About this file"), [_("What"), _("Value")], _about_rows(user, facts), (30, 90))


def _about_rows(user, facts) -> Iterator[tuple[str, Any]]:
    yield from facts
    organisation = getattr(user, "acting_organisation", None)
    maker = user.acting.role_label if organisation else _("Anyone")
    yield _("Made at"), formats.moment(timezone.now())
    yield _("Made for"), f"{maker}, {organisation}" if organisation else str(maker)


def clean(text: str) -> str:
    """A text as a cell can hold it: without control characters, and cut with a sign where it is too long."""
    return _cleaned(text) if len(text) > SHORT else _known(text)


def _cleaned(text: str) -> str:
    if not text.isprintable():
        text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) * 2 <= LONGEST:
        return text
    raw = text.encode("utf-16-le")
    if len(raw) <= LONGEST * 2:
        return text
    return raw[: (LONGEST - len(CUT)) * 2].decode("utf-16-le", errors="ignore") + CUT


_known = lru_cache(maxsize=10_000)(_cleaned)


def sheet_title(title: Any, taken: Iterable[str] = ()) -> str:
    """A name Excel accepts for a sheet: at most 31 characters, none of []:*?/\\, none twice."""
    bare = _NOT_IN_TITLES.sub(" ", _UNPRINTABLE.sub("", str(title))).strip().strip("'") or "-"
    if bare.casefold() == "history":  # a name Excel keeps for itself
        bare = f"{bare} -"
    used = {name.casefold() for name in taken}
    name, number = bare[:31].rstrip("'"), 1
    while name.casefold() in used:
        number += 1
        name = f"{bare[: 31 - len(f' ({number})')]} ({number})"
    return name


def file_name(name: str) -> str:
    """A file name without what leads elsewhere, commands something or breaks a header."""
    bare = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|;]", "-", _UNPRINTABLE.sub("", name)).lstrip(".=+-@ ")
    return bare[-150:] or "sinergi"


def write_book(sheets: Iterable[Sheet], target, *, title: str = "") -> None:
    """The sheets into an open file, row by row."""
    from xlsxwriter import Workbook  # heavy, and needed for downloads only

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(target, options)
    book.set_properties({"title": clean(title), "author": "Sinergi"})
    looks = _Looks(book)
    for sheet in sheets:
        _write_sheet(book, sheet, looks)
    book.close()


class _Looks:
    """The few formats of a book."""

    def __init__(self, book):
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.text = book.add_format({"num_format": "@"})
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        """As if typed behind an apostrophe: stays a text when somebody edits the cell."""
        self.day = book.add_format({"num_format": DAY, "align": "left"})
        self.moment = book.add_format({"num_format": MOMENT, "align": "left"})


def _write_sheet(book, sheet: Sheet, looks: _Looks) -> None:
    rows, title = iter(sheet.rows), sheet.title
    while True:
        page = book.add_worksheet(sheet_title(title, [known.name for known in book.worksheets()]))
        for number, width in enumerate(sheet.widths):
            page.set_column(number, number, width)
        page.freeze_panes(1, 0)
        for column, text in enumerate(sheet.head):
            page.write_string(0, column, clean(str(text)), looks.head)
        last = 0
        for last, row in enumerate(islice(rows, MOST_ROWS), 1):
            _write_row(page, last, row, looks)
        if sheet.filters and sheet.head:
            page.autofilter(0, 0, last, len(sheet.head) - 1)
        following = next(rows, None) if last == MOST_ROWS else None
        if following is None:
            return
        rows = _with_first(following, rows)


def _with_first(first, rest) -> Iterator:
    yield first
    yield from rest


def _write_row(page, number: int, row: Iterable[Any], looks: _Looks) -> None:
    """Numbers and dates stay what they are; a text is a text even where it begins like a formula."""
    write_string, write_number = page.write_string, page.write_number
    for column, value in enumerate(row):
        if value is None or value == "":
            continue
        kind = type(value)
        if kind is str:
            text = clean(value)
            if text:
                write_string(number, column, text, looks.quoted if text[0] in STARTERS else looks.text)
        elif kind is int and -(10**15) < value < 10**15:
            write_number(number, column, value)
        elif isinstance(value, dt.date) and value.year < FIRST_YEAR:
            write_string(number, column, value.isoformat(), looks.text)
        elif isinstance(value, dt.datetime):
            here = formats.local(value).replace(tzinfo=None)
            page.write_datetime(number, column, here, looks.moment)
        elif isinstance(value, dt.date):
            page.write_datetime(number, column, value, looks.day)
        elif isinstance(value, bool):
            write_string(number, column, _("yes") if value else _("no"), looks.text)
        elif isinstance(value, float | Decimal) and math.isfinite(value):
            write_number(number, column, float(value))
        else:
            text = clean(str(value))
            if text:
                write_string(number, column, text, looks.quoted if text[0] in STARTERS else looks.text)


def xlsx_file(sheets: Iterable[Sheet], *, title: str = "") -> SpooledTemporaryFile:
    """The sheets as one file, ready to be read; on disk where it is large."""
    target = SpooledTemporaryFile(max_size=5_000_000)  # noqa: SIM115 - whoever hands it out closes it
    try:
        write_book(sheets, target, title=title)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return target


def xlsx_response(sheets: Iterable[Sheet], name: str) -> FileResponse:
    """The sheets as one download."""
    target = xlsx_file(sheets, title=name.rsplit(".", 1)[0])
    response = FileResponse(target, as_attachment=True, filename=file_name(name), content_type=CONTENT_TYPE)
    response["Cache-Control"] = "private, no-store"
    return response
