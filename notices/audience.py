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


@dataclass(frozen=True)
class News:
    """What to tell of an event on something that has no workflow table; `subject` and `path` as a notice keeps them."""

    listeners: Iterable[tuple[Any, Any]]
    subject_id: str
    subject_en: str
    path: str
    mail: bool = True
    """False where a letter of its own has left already."""
    at_once: bool = False


_news: dict[str, Callable[[Any], News | None]] = {}


def register_news(log: str, tell: Callable[[Any], News | None]) -> None:
    """Say what entries of a log without table mean to whom: (entry) -> News, or None where nobody is told."""
    _news[log] = tell


def news_of(entry) -> News | None:
    """What an entry of a log without table means to whom."""
    tell = _news.get(entry.flow)
    return tell(entry) if tell else None


_known: dict[tuple[str, str], list[Audience]] = {}


def register(flow_name: str, action: str, listeners, *, at_once: bool = False) -> None:
    """Add listeners to an action, for example the offices with open proposals when a programme is amended."""
    _known.setdefault((flow_name, action), []).append(Audience(listeners, at_once))


def of(flow_name: str, action: str) -> list[Audience]:
    """The audiences registered for an action."""
    return _known.get((flow_name, action), [])
