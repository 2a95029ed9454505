"""Dangerous acts ask once more who is there. How that is asked is known upstairs (`accounts/views/proof.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ask: list[Callable[[Any], Any]] = []


def use_proof(ask: Callable[[Any], Any]) -> None:
    """(request) -> the page that asks, or None where it was proven just now; called once when Django starts."""
    _ask[:] = [ask]


def ask_again(request) -> Any | None:
    """The page that asks, or None."""
    return _ask[0](request) if _ask else None
