"""Who has a record now: the posts whose turn it is with their offices, and the bodies outside that owe an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.registry import role_label, workflow

SHOWN = 4
"""More posts than these are only counted."""


@dataclass(frozen=True)
class Post:
    """A post in an organisation, as everybody may read it; never a person."""

    role: str
    label: str
    organisation: str


@dataclass(frozen=True)
class Outside:
    """A letter to a body outside the portal that is not answered yet."""

    body: str
    since: date
    days: int
    holds: bool = True
    """Whether the record can go on only after the answer: nobody in the portal can be reminded of it."""


@dataclass(frozen=True)
class Holders:
    """Who has a record now, ready to show."""

    posts: tuple[Post, ...] = ()
    more: int = 0
    unheld: tuple[str, ...] = ()
    """The posts whose turn it is, where nobody holds any of them."""
    outside: tuple[Outside, ...] = ()

    @property
    def is_held_outside(self) -> bool:
        """Whether everything waits for a body outside the portal."""
        return any(letter.holds for letter in self.outside)


_find: list[Callable[[Any, tuple[str, ...]], list[Post]]] = []


def use_posts(find: Callable[[Any, tuple[str, ...]], list[Post]]) -> None:
    """(record, roles) -> the posts that hold one of the roles on it, handed down by the room that knows people; called
    once when Django starts."""
    _find[:] = [find]


def waits_for(record) -> tuple[str, ...]:
    """The roles whose turn it is; a record may know it more exactly than its state."""
    exact = getattr(record, "waits_for", None)
    return tuple(exact() if callable(exact) else record.state.waits_for)


def outside_of(record) -> tuple[Outside, ...]:
    """The open letters of a record that knows of any, the oldest first."""
    letters = getattr(record, "waits_outside", None)
    return tuple(letters()) if callable(letters) else ()


def holders_of(record) -> Holders:
    """Who has the record now. Posts come in the order of the table."""
    roles = () if record.state.final else waits_for(record)
    outside = outside_of(record)
    if not roles:
        return Holders(outside=outside)
    posts = sorted(_posts(record, roles), key=lambda post: (roles.index(post.role), post.organisation))
    unheld = () if posts else tuple(role_label(role) for role in roles)
    return Holders(tuple(posts[:SHOWN]), max(len(posts) - SHOWN, 0), unheld, outside)


def _posts(record, roles: tuple[str, ...]) -> Iterable[Post]:
    return _find[0](record, roles) if _find else ()


def is_turn_of(user, record) -> bool:
    """Whether it is this user's turn, in the capacity they act in now."""
    if record.state.final or not record.flow.roles(user, record) & set(waits_for(record)):
        return False
    entry = workflow(record.flow.name)
    if entry is None or entry.turn is None:
        return True
    return bool(entry.model._default_manager.filter(entry.turn(user), pk=record.pk).exists())
