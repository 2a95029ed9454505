"""Facts that are rows: education, work, training, visits abroad, costs. Years only, never dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from participants.partner_forms.description import Words

FIRST_YEAR = 1950


@dataclass(frozen=True, slots=True)
class Column:
    """One cell of a row."""

    key: str
    label: Words
    kind: str = "text"
    """`text`, `year` or `long`."""
    required: bool = True
    width: int = 4
    """Twelfths of the table's width."""
    length: int = 120
    nothing: Words = Words("–", "–")
    """What a cell that may be empty then says."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind. `shown`: rows a form offers at least; `most`: rows that are kept."""

    columns: tuple[Column, ...]
    shown: int = 2
    most: int = 6


_FROM = Column("from_year", Words("From (year)", "Dari (tahun)"), "year", width=2)
_TO = Column("to_year", Words("To (year)", "Sampai (tahun)"), "year", width=2)

TABLES = {
    "education": Table(
        (
            Column("institution", Words("Institution, city, country", "Lembaga, kota, negara")),
            _FROM,
            _TO,
            Column("degree", Words("Degree and field of study", "Gelar dan bidang studi")),
        ),
        shown=2,
        most=5,
    ),
    "work": Table(
        (
            Column("organisation", Words("Organisation", "Instansi")),
            Column("post", Words("Post", "Jabatan")),
            _FROM,
            Column(
                "to_year",
                Words("To (year)", "Sampai (tahun)"),
                "year",
                required=False,
                width=2,
                nothing=Words("present", "sekarang"),
            ),
        ),
        shown=2,
        most=8,
    ),
    "training": Table(
        (
            Column("title", Words("Training", "Pelatihan")),
            Column("organiser", Words("Organiser", "Penyelenggara"), width=3),
            Column("country", Words("Country", "Negara"), width=3, length=60),
            Column("year", Words("Year", "Tahun"), "year", width=2),
        ),
        shown=1,
        most=8,
    ),
    "visits": Table(
        (
            Column("country", Words("Country", "Negara"), width=8, length=60),
            Column("year", Words("Year", "Tahun"), "year"),
        ),
        shown=1,
        most=8,
    ),
    "costs": Table(
        (
            Column("item", Words("Cost", "Biaya"), width=5),
            Column("payer", Words("Paid by", "Ditanggung oleh")),
            Column("amount", Words("Amount", "Jumlah"), required=False, width=3),
        ),
    ),
}


def incomplete(table: Table, row: dict[str, str]) -> list[Column]:
    """What a begun row still lacks."""
    return [column for column in table.columns if column.required and not row.get(column.key)]


def order_of_years(row: dict[str, str]) -> bool:
    """Whether a row ends no earlier than it begins."""
    first, last = row.get("from_year"), row.get("to_year")
    return not (first and last) or int(first) <= int(last)


def plausible_year(text: str, today: dt.date, ahead: int = 0) -> bool:
    """A year within a working life; `ahead` for what may still be going on."""
    return text.isascii() and text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= today.year + ahead
