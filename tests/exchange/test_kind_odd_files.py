"""Files that once made the reading process fall over: they are understood, or refused with their own reason."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.utils import translation
from openpyxl import Workbook
from openpyxl.styles import NamedStyle

from exchange.books.columns import Column, Table
from exchange.books.reader import Unreadable, read_book

TABLES = (Table("list", "List", (Column("name", "Name"), Column("day", "Day", kind="day"))),)


def workbook(*rows) -> bytes:
    made = Workbook()
    made.active.title = "List"
    for row in (("Name", "Day"), *rows):
        made.active.append(row)
    style = NamedStyle(name="day", number_format="dd/mm/yyyy")
    for cell in made.active["B"][1:]:
        cell.style = style
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def test_a_date_after_the_year_9999_is_no_date():
    with translation.override("en"):
        (row,) = read_book(io.BytesIO(workbook(("A", 2958465.9999999))), TABLES).rows("list")
    assert (row.values, [p.problem for p in row.problems]) == ({"name": "A", "day": None}, ["Not a date."])


def test_a_file_whose_packing_is_broken_is_called_damaged():
    whole = workbook(*[(f"Nama {n}", n) for n in range(300)])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    begin = part.header_offset + 30 + len(part.filename)
    broken = whole[: begin + 40] + b"\xff" * 60 + whole[begin + 100 :]
    with pytest.raises(Unreadable) as refused:
        read_book(io.BytesIO(broken), TABLES)
    assert refused.value.key == "damaged"
