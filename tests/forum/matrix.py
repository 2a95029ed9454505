"""Reads the table of who reads a conversation, typed by hand."""

from __future__ import annotations

from pathlib import Path

from forum.models import Audience
from tests.matrices import typed_lines

SUBJECTS = ("topic", "need", "programme")
AUDIENCES = (
    Audience.OFFICE,
    Audience.REGION,
    Audience.REGION_MINISTRY,
    Audience.MINISTRY,
    Audience.PARTNER,
    Audience.MEMBERS,
)


def typed_matrix() -> dict[tuple[str, str], dict[tuple[str, str], str]]:
    """{(place, role): {(subject, audience): w, r or .}}"""
    found = {}
    columns = [(subject, str(audience)) for subject in SUBJECTS for audience in AUDIENCES]
    for line in typed_lines(Path(__file__).with_name("audience_matrix.txt")):
        place, role, *marks = line.split()
        assert len(marks) == len(columns) and set(marks) <= set("wr."), line
        assert (place, role) not in found, line
        found[place, role] = dict(zip(columns, marks, strict=True))
    return found
