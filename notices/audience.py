"""Who else hears of an event than those the tables name: rooms upstairs know, and whoever wires the portal
says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Audience:
    """Listeners to one action on one table."""

    listeners: Callable[[Any, Any], Iterable[tuple[Any, Any]]]
    """(record, log entry) -> (user, membership) of everyone concerned, in the capacity that concerns them."""
    at_once: bool = False
    """Mail at once rather than in the morning."""


_known: dict[tuple[str, str], list[Audience]] = {}


def register(flow_name: str, action: str, listeners, *, at_once: bool = False) -> None:
    """Add listeners to an action, for example the offices with open proposals when a programme is amended."""
    _known.setdefault((flow_name, action), []).append(Audience(listeners, at_once))


def of(flow_name: str, action: str) -> list[Audience]:
    """The audiences registered for an action."""
    return _known.get((flow_name, action), [])
