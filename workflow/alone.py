"""One process at a time: locks that fall with their process, also behind a pool of connections.

A lock of a database session breaks behind a pooler that lends a connection for one transaction only (PgBouncer,
`pool_mode = transaction`): it stays with a connection that somebody else is given next. Whoever wants to be alone here
opens a line of its own and keeps a transaction open on it that does nothing but hold the lock. It reads nothing, so it
keeps no old rows alive; it knows no time, so a clock that jumps changes nothing; and a process that is killed loses the
line, and with it the lock, at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from django.db import DEFAULT_DB_ALIAS, Error, connections

BETWEEN_TRIES = 0.2


@contextmanager
def alone(*key: int, patience: float = 0) -> Iterator[bool]:
    """Whether nobody else holds this key, of one number or two; held until the block ends.

    `patience`: seconds to go on asking, since the database may notice the death of a process later than a queue does.
    """
    line = connections.create_connection(DEFAULT_DB_ALIAS)
    give_up = time.monotonic() + patience
    try:
        while not (mine := _ask(line, key)) and time.monotonic() < give_up:
            time.sleep(BETWEEN_TRIES)
        yield mine
    finally:
        with suppress(Error):  # the server went away: so did the lock
            line.rollback()
        line.close()


def _ask(line, key: tuple[int, ...]) -> bool:
    if line.connection is None:
        line.connect()
        line.set_autocommit(False)
    with line.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({', '.join(['%s'] * len(key))})", key)
        mine = cursor.fetchone()[0]
    if not mine:
        line.rollback()
    return mine


@contextmanager
def one_of(numbers: tuple[int, ...]) -> Iterator[bool]:
    """Whether one of several places was free; for work that a few may share."""
    with ExitStack() as places:
        yield any(places.enter_context(alone(number)) for number in numbers)
