"""Re-checks the log's hash chain with the very function that sealed it."""

from django.db import connection

_CHECK = """
SELECT seq FROM (
    SELECT l.*, lag(hash, 1, '') OVER (ORDER BY seq) AS before, row_number() OVER (ORDER BY seq) AS place
    FROM workflow_logentry l
) x
WHERE hash <> workflow_log_hash(x.seq, x.prev_hash, x.at, x.flow, x.record_id, x.record_code, x.action, x.source,
                                x.target, x.actor_id, x.role, x.organisation, x.comment, x.data, x.capacity,
                                x.on_behalf_of_id)
   OR prev_hash <> before OR seq <> place
ORDER BY seq
"""


def broken_links() -> tuple[list[int], str]:
    """The numbers of entries whose seal does not fit, and the hash of the newest entry."""
    with connection.cursor() as cursor:
        cursor.execute(_CHECK)
        broken = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT hash FROM workflow_logentry ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    return broken, row[0] if row else ""
