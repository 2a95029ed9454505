"""Days off, typed by hand from the decrees, so that tests on working days lean on no library."""

from __future__ import annotations

import datetime as dt


def _days(year: int, *lines: str) -> frozenset[dt.date]:
    """`"3: 18 19"` is the 18th and 19th of March."""
    found = set()
    for line in lines:
        month, _colon, days = line.partition(":")
        found |= {dt.date(year, int(month), int(day)) for day in days.split()}
    return frozenset(found)


OFF_2024 = _days(2024, "3: 11 12 29")
"""Of 2024 what lies around the scholarship case: Nyepi, its joint leave, Good Friday."""

OFF_2026 = _days(
    2026,
    "1: 1 16",  # new year, Isra Mikraj
    "2: 16 17",  # joint leave, lunar new year
    "3: 18 19 20 21 22 23 24",  # joint leave, Nyepi, and the block around Eid
    "4: 3 5",  # Good Friday, Easter Sunday
    "5: 1 14 15 27 28 31",  # labour day, Ascension and leave, Eid al-Adha and leave, Vesak
    "6: 1 16",  # Pancasila day, Islamic new year
    "8: 17 25",  # independence day, the Prophet's birthday
    "12: 24 25",  # joint leave, Christmas
)
OFF_2027 = _days(
    2027,
    "1: 1 5",
    "2: 5 6",
    "3: 8 9 10 11 12 15 25 26 28",
    "5: 1 6 17 18 19 20",
    "6: 1 6",
    "8: 15 17",
    "12: 24 25 26",
)
OFF = OFF_2024 | OFF_2026 | OFF_2027
