"""What people type into cells, and what it means."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.utils import translation

from exchange.books import dates, opening_process
from exchange.books.archive import disarmed
from exchange.books.columns import Column
from exchange.books.values import Misfit, Understanding, number
from workflow.downloads import csv_pieces, harmless

DAYS = {
    "13 Mei 2024": "2024-05-13",
    "13 may 2024": "2024-05-13",
    "Senin, 13 Mei 2024": "2024-05-13",
    "May 13, 2024": "2024-05-13",
    "13/05/2024": "2024-05-13",
    "13-5-2024": "2024-05-13",
    "13.05.2024": "2024-05-13",
    "2024-05-13": "2024-05-13",
    "1 Agt 2026": "2026-08-01",
    "05/13/2024": None,
    "31/02/2024": None,
    "13 Mei": None,
    "besok": None,
    "13/05/24": None,
}
MONTHS = {
    "April 2027": "2027-04-01",
    "04/2027": "2027-04-01",
    "2027-04": "2027-04-01",
    "13 Apr 2027": "2027-04-01",
    "13/2027": None,
}
NUMBERS = {
    "12": "12",
    "1.200": "1200",
    "1,200": "1200",
    "1 200": "1200",
    "1.200.000": "1200000",
    "3,5": "3.5",
    "3.5": "3.5",
    "1.200,50": "1200.50",
    "1,200.50": "1200.50",
    "Rp 1.200": "1200",
    "-4": "-4",
    "4 orang": None,
    "1.2.3": None,
    "": None,
    "∞": None,
}


@pytest.mark.parametrize(("text", "expected"), DAYS.items())
def test_days(text, expected):
    found = dates.day(text)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(("text", "expected"), MONTHS.items())
def test_months(text, expected):
    found = dates.month(text)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(("text", "expected"), NUMBERS.items())
def test_numbers(text, expected):
    assert number(text) == (Decimal(expected) if expected else None)


def test_moments_have_a_zone():
    assert dates.moment("13/05/2026 16:00").isoformat() == "2026-05-13T16:00:00+07:00"
    assert dates.moment("13 Mei 2026 pukul 16.00 WITA").isoformat() == "2026-05-13T16:00:00+08:00"
    assert dates.moment("13 Mei 2026") is None


RANK = Column(
    "rank",
    "Rank",
    kind="code",
    choices=lambda: [("MAHIR", translation.gettext("Done")), ("TERAMPIL", "Terampil")],
    synonyms={"pelaksana lanjutan": "MAHIR", "pelaksana": "TERAMPIL"},
)
CODES = {
    "MAHIR": "MAHIR",
    "mahir · Selesai": "MAHIR",
    "Selesai": "MAHIR",
    "done": "MAHIR",
    "Pelaksana  Lanjutan": "MAHIR",
    "PELAKSANA": "TERAMPIL",
}


@pytest.mark.parametrize(("text", "code"), CODES.items())
def test_entries_are_known_by_code_by_both_languages_and_by_old_names(text, code):
    assert Understanding().value(RANK, ["s", text]) == code


def misfit(column: Column, cell: list) -> tuple[str, str]:
    with pytest.raises(Misfit) as found, translation.override("en"):
        Understanding().value(column, cell)
    return found.value.problem, found.value.advice


def test_what_is_wrong_says_what_to_do():
    whole, day, tick = (Column(kind, kind, kind=kind) for kind in ("whole", "day", "tick"))
    assert misfit(whole, ["s", "4 orang"]) == ("Not a number.", "Enter 4 only.")
    assert misfit(whole, ["n", 3.5]) == ("Not a whole number.", "Enter a whole number, for example 12.")
    assert misfit(whole, ["n", -1]) == ("The number is below zero.", "Enter 0 or more.")
    assert misfit(day, ["s", "05/13/2026"]) == ("Not a date.", "The day comes first: 13/05/2026.")
    assert misfit(day, ["s", "13/05/2202"]) == ("This year cannot be right.", "Check the year.")
    assert misfit(tick, ["s", "maybe"]) == ("Neither yes nor no.", "Enter yes or no.")


def test_ticks_serials_and_lists():
    read = Understanding().value
    assert [
        read(Column("t", "t", kind="tick"), cell) for cell in (["s", "Ya"], ["s", "tidak"], ["b", True], ["n", 0])
    ] == [
        True,
        False,
        True,
        False,
    ]
    assert read(Column("d", "d", kind="day"), ["n", 45425]) == dt.date(2024, 5, 13)
    several = Column("c", "c", kind="codes", choices=lambda: [("A", "One, two"), ("B", "Three")])
    assert read(several, ["s", "A; Three"]) == ["A", "B"]
    assert read(several, ["s", "One, two"]) == ["A"]
    assert read(Column("x", "x"), ["n", 12]) == "12"


@pytest.mark.parametrize(
    "text",
    [
        "+62 376 21345",
        "=1+1",
        "-",
        "@disnaker",
        "- satu\n- dua",
        "a, -b",
        "Jum'at",
        "'kutipan'",
        "-5",
        "don't = do",
        "'",
    ],
)
def test_what_a_list_left_with_comes_back_as_it_was(text):
    """The apostrophe a list as CSV puts before what looks like a formula is no part of the text."""
    assert disarmed(harmless(text)) == text


def test_a_list_as_csv_is_read_without_its_apostrophes():
    raw = "".join(csv_pieces([["Telepon", "Catatan"], ["+62 376 21345", "=A1"]])).encode()
    rows = [line["cells"] for line in opening_process.read(io.BytesIO(raw)) if "cells" in line]
    assert rows[1] == {0: ["s", "+62 376 21345"], 1: ["s", "=A1"]}
