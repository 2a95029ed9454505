"""When the database is away or too slow or a disk is full: how that is recognised, and how long a page waits for one
statement."""

from __future__ import annotations

import errno

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.backends.signals import connection_created

TOO_SLOW = "57014"
"""PostgreSQL's code for a statement it cut short."""
AWAY = ("08", "57")
"""First letters of its codes for a broken line and for a server that stops or starts; no code: nobody answered."""
FULL = "53"
"""… of what has run out: connections, memory, disk."""


def _code(error: BaseException | None) -> str | None:
    return getattr(getattr(error, "__cause__", None), "pgcode", None)


def is_too_slow(error: BaseException | None) -> bool:
    """A statement took longer than its time."""
    return isinstance(error, OperationalError) and _code(error) == TOO_SLOW


def is_away(error: BaseException | None) -> bool:
    """The server is away: what failed may be tried again as it is."""
    if not isinstance(error, OperationalError | InterfaceError) or is_too_slow(error):
        return False
    code = _code(error)
    return code is None or code.startswith(AWAY)


def is_exhausted(error: BaseException | None) -> bool:
    """The server answers, and has no room for this."""
    code = _code(error)
    return isinstance(error, OperationalError) and code is not None and code.startswith(FULL)


def trouble_of(error: BaseException | None) -> str:
    """Why a page could not be given though nothing is wrong with it: "away", "slow", "full" or ""."""
    if is_away(error):
        return "away"
    if is_too_slow(error):
        return "slow"
    no_room = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "full" if no_room or is_exhausted(error) else ""


def limit_statements() -> None:
    """For web processes alone: one statement of a page takes so long at most. Calculations and checks of workers may
    take longer; their tasks have limits of their own (`portal/queues.py`)."""
    if settings.DATABASE_STATEMENT_TIMEOUT:
        connection_created.connect(_limit, dispatch_uid="statement_timeout")


def _limit(connection, **_more) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = %s", [settings.DATABASE_STATEMENT_TIMEOUT * 1000])
