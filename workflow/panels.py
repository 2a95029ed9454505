"""Panels: what rooms upstairs add to the page of a record downstairs, without the room below knowing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Panel:
    """One section of a record's page."""

    flow: str
    template: str
    context: Callable[[Any, Any], dict | None]
    """(request, record) -> the template's values, or None where the panel is not for this user."""
    place: str = "main"
    """main | side"""
    position: int = 0


_panels: list[Panel] = []


def register_panel(panel: Panel) -> None:
    """Called by the AppConfig.ready() of the room that owns the panel."""
    _panels.append(panel)


def panels_of(flow: str, place: str) -> list[Panel]:
    """The panels of one table's pages in order."""
    return sorted((p for p in _panels if p.flow == flow and p.place == place), key=lambda p: p.position)


_remarks: dict[str, list[Callable[[Any, list[Any]], dict[int, str]]]] = {}


def register_remark(flow: str, remark: Callable[[Any, list[Any]], dict[int, str]]) -> None:
    """A sentence for rows of a downstairs list: (request, records) -> {record pk: sentence}, with one query for all."""
    _remarks.setdefault(flow, []).append(remark)


def remarks_on(request, flow: str, records: list[Any]) -> dict[int, str]:
    """What rooms upstairs have to say about the rows of a list."""
    found: dict[int, str] = {}
    for remark in _remarks.get(flow, []):
        found |= remark(request, records)
    return found
