"""Reads the tables of who may do what that were typed by hand from the procedure."""

from __future__ import annotations

from pathlib import Path


def typed_lines(path: Path) -> list[str]:
    """The lines of a table without comments and empty lines."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"]


def roles_by_act(path: Path) -> dict[tuple[str, str], set[str]]:
    """{(state, act): roles} of a table with lines of the form "STATE act ROLE ROLE"."""
    lines = typed_lines(path)
    found = {(state, act): set(roles) for state, act, *roles in (line.split() for line in lines)}
    assert len(found) == len(lines), "a line of the matrix is typed twice"
    return found
