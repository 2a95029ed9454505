"""Reports read from a copy of the database that follows it, so that long reads do not slow down the work.

Nothing is read there unless a page asks for it (`reads_reports`, `reading_reports`), and never for somebody who wrote a
moment ago: what one did oneself must be on the next page. A copy that is away, or further behind than `REPLICA_MAX_LAG`
seconds, is not asked; the primary answers instead. Which models may be read there: `portal/routers.py`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections

log = logging.getLogger(__name__)

REPLICA = "replica"
ASKED_EVERY = 2.0
"""Seconds for which an answer about the copy's state is good."""
_SAFE = {"GET", "HEAD"}
_now: ContextVar[str] = ContextVar("where reports are read", default=DEFAULT_DB_ALIAS)
_lock = threading.Lock()
_known = {"good": False, "until": 0.0}

_FOLLOWS = """
    SELECT pg_is_in_recovery() AND coalesce(
        pg_wal_lsn_diff(%s::pg_lsn, pg_last_wal_replay_lsn()) <= 0
        OR clock_timestamp() - pg_last_xact_replay_timestamp() < make_interval(secs => %s), false)
"""
"""It has all that the primary had written when asked, or what it has is young enough."""


def alias() -> str:
    """The database that reports are read from here and now."""
    return _now.get()


@contextmanager
def reading_at(where: str) -> Iterator[None]:
    """Inside, reports are read there."""
    before = _now.set(where)
    try:
        yield
    finally:
        _now.reset(before)


@contextmanager
def reading_reports(user=None) -> Iterator[str]:
    """Inside, reports are read from the copy, if there is one that follows and the person has not just written."""
    where = REPLICA if _configured() and not _wrote_lately(user) and _follows() else DEFAULT_DB_ALIAS
    with reading_at(where):
        yield where


def report(user, read: Callable[[], Any]) -> Any:
    """What `read` answers. If the copy gives up in the middle of it, the primary is asked from the beginning."""
    with reading_reports(user) as where:
        try:
            return read()
        except (OperationalError, InterfaceError) as error:
            if where != REPLICA:
                raise
            gave_up(error)
    return read()


def reads_reports(view: Callable) -> Callable:
    """Marks a page that is a report; what it is sent (POST) stays with the primary."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        if request.method not in _SAFE:
            return view(request, *args, **kwargs)
        return report(request.user, lambda: view(request, *args, **kwargs))

    return answer


def wrote(user) -> None:
    """Remember that this person wrote: until the copy must have it, they read from the primary."""
    if _configured():
        cache.set(_key(user), 1, settings.REPLICA_MAX_LAG + ASKED_EVERY + 1)


def gave_up(error: Exception) -> None:
    """Do not ask the copy again for a moment."""
    log.warning("the replica does not answer, the primary does: %s", str(error).strip())
    connections[REPLICA].close()
    with _lock:
        _known.update(good=False, until=time.monotonic() + ASKED_EVERY)


def _configured() -> bool:
    return REPLICA in settings.DATABASES


def _key(user) -> str:
    return f"wrote:{user.pk}"


def _wrote_lately(user) -> bool:
    return user is not None and user.is_authenticated and cache.get(_key(user)) is not None


def _follows() -> bool:
    with _lock:
        if time.monotonic() < _known["until"]:
            return _known["good"]
    try:
        good = _measured()
    except Error as error:
        gave_up(error)
        return False
    with _lock:
        _known.update(good=good, until=time.monotonic() + ASKED_EVERY)
    return good


def _measured() -> bool:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        [(written,)] = cursor.fetchall()
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(_FOLLOWS, [written, settings.REPLICA_MAX_LAG])
        [(good,)] = cursor.fetchall()
    if not good:
        log.warning("the replica is behind, the primary is read")
    return good
