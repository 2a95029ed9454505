"""Many acts that belong together: an import, a sweep. Their log entries carry one mark, by which notices know them."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from contextvars import ContextVar

from django.dispatch import Signal

MARK = "batch"
"""The key in a log entry's data."""

closed = Signal()
"""Sent when a batch ends, inside whatever transaction it stands in: sender=batch, name."""

_batch: ContextVar[str] = ContextVar("workflow_batch", default="")


@contextmanager
def batch():
    """Every log entry made inside belongs together: who is told of the same act on many of these records is told once.

    A batch within a batch belongs to the outer one. Yields its name.
    """
    if here := _batch.get():
        yield here
        return
    name = secrets.token_hex(8)
    token = _batch.set(name)
    try:
        yield name
    finally:
        _batch.reset(token)
        closed.send_robust(batch, name=name)


def marked(data: dict) -> dict:
    """The data of a log entry, with the mark of the batch it is made in."""
    here = _batch.get()
    return {**data, MARK: here} if here else data


def batch_of(entry) -> str:
    """The batch a log entry belongs to; an empty string for one that came alone."""
    found = entry.data.get(MARK) if isinstance(entry.data, dict) else ""
    return found if isinstance(found, str) else ""
