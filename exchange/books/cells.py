"""The cells of an .xlsx file, sheet by sheet and row by row, in bounded memory. Plain Python, for the reading process.

A cell is [kind, value]: "s" text, "n" number, "d" date (ISO), "b" boolean, "e" error, "f" formula. What Excel stored as
the result of a formula is not taken: whoever wrote the file could have stored anything there.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from exchange.books.archive import Refused, clean, disarmed, opened, related, walk, walking

MOST_ROWS = 20_000
"""Filled rows of one file."""
MOST_COLUMNS = 200
MOST_EMPTY = 1_100_000
"""Row elements looked at in one sheet: more than a sheet can have is a fault."""
LONGEST_CELL = 10_000
MOST_STRINGS, MOST_CHARACTERS = 1_000_000, 24_000_000
MOST_SHEETS, MOST_MERGES = 60, 50
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


def sheets_of(file) -> Iterator[dict]:
    """{"sheet", "hidden", "first"} before each sheet's rows, {"row", "hidden", "cells": {place: cell}} for each filled
    row, {"end", "merges", "hidden_rows", "wide"} after them; at last {"links": whether it refers to other files}."""
    archive = opened(file)
    start = next((t for kind, t in related(archive, "").values() if kind == "officeDocument"), "xl/workbook.xml")
    book = _Workbook(archive, start)
    strings, dates = _strings(archive, book.strings), _date_styles(archive, book.styles)
    left = MOST_ROWS
    for title, hidden, part in book.sheets[:MOST_SHEETS]:
        sheet = _Sheet(strings, dates, book.epoch, left)
        yield {"sheet": title[:100], "hidden": hidden}
        yield from sheet.rows(archive, part)
        left -= sheet.filled
        yield {"end": True, "merges": sheet.merges, "hidden_rows": sheet.hidden_rows, "wide": sheet.wide}
    yield {"links": any("externallinks/" in p.filename.lower() for p in archive.infolist())}


class _Workbook:
    """What the workbook says of itself: its sheets in order, whether its days count from 1904."""

    def __init__(self, archive: zipfile.ZipFile, part: str):
        parts = related(archive, part)
        self.sheets: list[tuple[str, bool, str]] = []
        self.epoch = dt.datetime(1899, 12, 30)
        self.strings = next((t for kind, t in parts.values() if kind == "sharedStrings"), "xl/sharedStrings.xml")
        self.styles = next((t for kind, t in parts.values() if kind == "styles"), "xl/styles.xml")

        def start(tag, attributes):
            if tag == "workbookPr" and attributes.get("date1904", "0") in {"1", "true"}:
                self.epoch = dt.datetime(1904, 1, 1)
            elif tag == "sheet":
                key = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id" and ":" in k), "")
                kind, target = parts.get(key, ("", ""))
                if kind == "worksheet":
                    hidden = attributes.get("state", "visible") != "visible"
                    self.sheets.append((clean(attributes.get("name", "")), hidden, target))

        if not walk(archive, part, start, _nothing, _nothing) or not self.sheets:
            raise Refused("damaged")


def _nothing(*_args) -> None:
    return None


def _strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The table of texts that cells refer to by number; what is spoken in ruby text beside them is left out."""
    found: list[str] = []
    pieces: list[str] = []
    state = {"in_text": False, "ruby": 0, "length": 0, "all": 0}

    def start(tag, attributes):
        if tag == "si":
            pieces.clear()
            state["length"] = 0
        elif tag == "rPh":
            state["ruby"] += 1
        state["in_text"] = tag == "t" and not state["ruby"]

    def end(tag):
        state["in_text"] = False
        if tag == "rPh":
            state["ruby"] -= 1
        elif tag == "si":
            found.append(disarmed(clean("".join(pieces))))
            if len(found) > MOST_STRINGS:
                raise Refused("too_much")

    def text(characters):
        if state["in_text"] and state["length"] <= LONGEST_CELL:
            characters = characters[: LONGEST_CELL + 1]
            pieces.append(characters)
            state["length"] += len(characters)
            state["all"] += len(characters)
            if state["all"] > MOST_CHARACTERS:
                raise Refused("too_much")

    walk(archive, part, start, end, text)
    return found


def _date_styles(archive: zipfile.ZipFile, part: str) -> set[int]:
    """Numbers of the cell styles that show a number as a date."""
    formats: dict[int, str] = {}
    found: set[int] = set()
    state: dict[str, Any] = {"in": "", "number": 0}

    def start(tag, attributes):
        if tag in {"cellXfs", "cellStyleXfs"}:
            state["in"] = tag
        elif tag == "numFmt":
            formats[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:200]
        elif tag == "xf" and state["in"] == "cellXfs":
            number = _whole(attributes.get("numFmtId"))
            if number in _BUILT_IN_DATES or _is_date(formats.get(number, "")):
                found.add(state["number"])
            state["number"] += 1

    def end(tag):
        if tag == state["in"]:
            state["in"] = ""

    walk(archive, part, start, end, _nothing)
    return found


def _is_date(code: str) -> bool:
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", code.split(";")[0]).lower()
    return "general" not in plain and any(letter in plain for letter in "dmyh")


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


class _Sheet:
    """One sheet as it is walked through."""

    def __init__(self, strings: list[str], dates: set[int], epoch: dt.datetime, left: int):
        self.strings, self.dates, self.epoch, self.left = strings, dates, epoch, left
        self.filled, self.hidden_rows, self.wide = 0, 0, False
        self.merges: list[str] = []
        self.ready: list[dict] = []
        self.row, self.seen, self.hidden, self.place = 0, 0, False, -1
        self.cells: dict[int, list] = {}
        self.kind, self.style, self.formula = "n", 0, None
        self.pieces: list[str] = []
        self.length, self.takes = 0, False

    def rows(self, archive: zipfile.ZipFile, part: str) -> Iterator[dict]:
        """The filled rows, handed on as the part is read."""
        for _piece in walking(archive, part, self._start, self._end, self._text):
            yield from self.ready
            self.ready.clear()

    def _start(self, tag, attributes):
        if tag == "c":
            place = _column(attributes.get("r", ""))
            self.place = self.place + 1 if place is None else place
            self.kind, self.style, self.formula = attributes.get("t", "n"), _whole(attributes.get("s")), None
            self.pieces, self.length = [], 0
        elif tag == "row":
            self.seen += 1
            self.row = _whole(attributes.get("r")) or self.row + 1
            self.hidden = attributes.get("hidden", "0") in {"1", "true"}
            self.cells, self.place = {}, -1
            if self.seen > MOST_EMPTY:
                raise Refused("too_much")
        elif tag in {"v", "t", "f"}:
            self.takes = True
            if tag == "f":
                self.pieces, self.length = [], 0
        elif tag == "mergeCell" and len(self.merges) < MOST_MERGES:
            self.merges.append(attributes.get("ref", "")[:40])
        elif tag == "rPh":
            self.takes = False

    def _text(self, characters):
        if self.takes and self.length <= LONGEST_CELL:
            self.pieces.append(characters[: LONGEST_CELL + 1])
            self.length += len(characters)

    def _end(self, tag):
        if tag == "f":
            self.formula = "".join(self.pieces)[:200]
            self.pieces, self.length, self.takes = [], 0, False
        elif tag in {"v", "t"}:
            self.takes = False
        elif tag == "c":
            if self.formula is not None or self.pieces:
                self._keep()
        elif tag == "row" and self.cells:
            self.filled += 1
            if self.filled > self.left:
                raise Refused("too_many_rows", limit=MOST_ROWS)
            self.hidden_rows += self.hidden
            self.ready.append({"row": self.row, "hidden": self.hidden, "cells": self.cells})

    def _keep(self) -> None:
        if self.place >= MOST_COLUMNS:
            self.wide = True
            return
        cell = self._cell("".join(self.pieces))
        if cell[1] not in ("", None):
            self.cells[self.place] = cell

    def _cell(self, raw: str) -> list:
        if self.formula is not None:
            return ["f", f"={self.formula}"]
        if self.kind == "s":
            number = _whole(raw.strip())
            return ["s", self.strings[number] if number < len(self.strings) else ""]
        if self.kind in {"str", "inlineStr"}:
            return ["s", disarmed(clean(raw))]
        if self.kind == "b":
            return ["b", raw.strip() in {"1", "true"}]
        if self.kind == "e":
            return ["e", raw.strip()[:20]]
        if self.kind == "d":
            return ["d", raw.strip()[:30]]
        return self._number(raw.strip())

    def _number(self, raw: str) -> list:
        try:
            value = float(raw)
        except ValueError:
            return ["s", clean(raw)]
        if value != value or abs(value) > 1e15:
            return ["s", raw[:40]]
        if self.style in self.dates and 0 < value < 2_958_466:
            try:
                return ["d", (self.epoch + dt.timedelta(seconds=round(value * 86_400))).isoformat()]
            except OverflowError:  # after the year 9999: no date
                return ["n", value]
        return ["n", int(value) if value == int(value) else value]


def _column(place: str) -> int | None:
    """0 for "A7"; None where the cell does not say."""
    number = 0
    for letter in place[:4]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number - 1 if number else None
