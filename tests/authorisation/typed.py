"""Reads matrix.txt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.authorisation.readers import COLUMNS

TABLE = Path(__file__).with_name("matrix.txt")


@dataclass(frozen=True)
class Line:
    """What one line says of one address."""

    section: str
    record: str
    name: str
    get: str
    post: str
    """A mark for each column, or "x" where the method is not offered."""


def lines() -> list[Line]:
    """The matrix as typed, one entry for each record and address."""
    found, section = [], ""
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        if row.startswith("# ---"):
            section = row.strip("# -")
        if not row.strip() or row.startswith("#"):
            continue
        left, _colon, right = row.partition(" : ")
        record, *names = left.split()
        get, post = (part.replace(" ", "") for part in right.split("/"))
        if post == "=":
            post = get.replace("R", "A")
        for marks in (get, post):
            assert marks == "x" or (len(marks) == len(COLUMNS) and set(marks) <= set("RALF.S")), row
        found += [Line(section, record, name, get, post) for name in names]
    return found


COOPERATION = {
    "matching, proposals, agreements",
    "national allocation",
    "reviews, demand brief",
    "people",
    "the forum",
}
"""Sections that test_cooperation.py asks; all others are test_portal.py's."""


def sections() -> list[str]:
    """The headings of the matrix, in their order."""
    return list(dict.fromkeys(line.section for line in lines()))
