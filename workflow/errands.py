"""Work that must leave the database: promised in the transaction that causes it, done after the commit.

Who keeps the promises is said once when Django starts (`keep_with`); the desk is upstairs (`portal/errands.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_desk: dict[str, Callable[[str, list], Any]] = {}
_current: ContextVar[int | None] = ContextVar("errand", default=None)


def keep_with(keep: Callable[[str, list], Any]) -> None:
    """What writes a promise down: (name of the task, its arguments)."""
    _desk["keep"] = keep


def promise(task: str, *ids: int | str) -> None:
    """The task of this name is going to be done, whatever dies meanwhile. It may be done twice where a process dies at
    the wrong moment. Arguments are keys and fixed words, never personal data: they are stored until it is done."""
    _desk["keep"](task, list(ids))


def number() -> int | None:
    """The promise that is being kept now, equal at each try: for the identity of a letter."""
    return _current.get()


@contextmanager
def keeping(pk: int) -> Iterator[None]:
    """While a promise is being kept."""
    token = _current.set(pk)
    try:
        yield
    finally:
        _current.reset(token)
