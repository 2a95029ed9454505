"""Re-checks the log's hash chain with the very function that sealed it, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

GAP, LINK, SEAL = "gap", "link", "seal"
STRETCH = 20_000
"""Entries checked by one statement: short enough for the server's memory, long enough to be quick."""

_LAST = "SELECT seq, hash FROM workflow_logentry WHERE seq <= %s ORDER BY seq DESC LIMIT 1"
_STRETCH = """
SELECT seq, hash, before_seq, before_hash, prev_hash, seal FROM (
    SELECT seq, hash, prev_hash,
        lag(seq, 1, %(seq)s::bigint) OVER w AS before_seq,
        lag(hash, 1, %(hash)s::text) OVER w AS before_hash,
        lead(seq) OVER w IS NULL AS last,
        workflow_log_hash(seq, prev_hash, at, flow, record_id, record_code, action, source, target, actor_id, role,
                          organisation, comment, data, capacity, on_behalf_of_id) AS seal
    FROM (SELECT * FROM workflow_logentry WHERE seq > %(seq)s ORDER BY seq LIMIT %(stretch)s) l
    WINDOW w AS (ORDER BY seq)
) x
WHERE last OR seq <> before_seq + 1 OR prev_hash <> before_hash OR hash <> seal
ORDER BY seq
"""


@dataclass(frozen=True)
class Break:
    """The place where an entry does not follow from the one before, or does not fit its own seal."""

    seq: int
    kind: str
    """GAP: entries are missing before it. SEAL: it was changed. LINK: the one before was replaced."""
    before: int = 0
    """The entry before it."""

    def __str__(self):
        if self.kind == GAP:
            missing = f"entry {self.before + 1} is" if self.seq == self.before + 2 else None
            missing = missing or f"entries {self.before + 1} to {self.seq - 1} are"
            return f"entry {self.seq}: {missing} missing before it"
        if self.kind == LINK:
            before = f"entry {self.before}" if self.before else "nothing"
            return f"entry {self.seq}: it was sealed behind another entry than {before}, which stands before it now"
        return f"entry {self.seq}: its content does not fit its seal"


@dataclass
class Head:
    """How far the log was read: the newest entry, and how many there are."""

    seq: int = 0
    hash: str = ""
    count: int = 0


def read(cursor, head: Head) -> Iterator[Break]:
    """Every break after `head` in order; `head` moves on with the reading."""
    while True:
        cursor.execute(_STRETCH, {"seq": head.seq, "hash": head.hash, "stretch": STRETCH})
        rows = cursor.fetchall()
        for seq, own, before_seq, before_hash, prev_hash, seal in rows:
            if seq != before_seq + 1:
                yield Break(seq, GAP, before_seq)
            elif prev_hash != before_hash:
                yield Break(seq, LINK, before_seq)
            if own != seal:
                yield Break(seq, SEAL, before_seq)
        if not rows:
            return
        head.count += rows[-1][0] - head.seq
        head.seq, head.hash = rows[-1][0], rows[-1][1]


def start_at(cursor, since: int) -> Head:
    """Where a check begins that takes what stands before entry `since` for true."""
    cursor.execute(_LAST, [since - 1])
    row = cursor.fetchone()
    return Head(row[0], row[1], row[0]) if row else Head()


def broken_links() -> tuple[list[int], str]:
    """The numbers of entries that do not fit, and the hash of the newest entry."""
    head = Head()
    with connection.cursor() as cursor:
        broken = list(dict.fromkeys(found.seq for found in read(cursor, head)))
    return broken, head.hash
