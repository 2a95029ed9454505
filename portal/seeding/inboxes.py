"""Notices for the accounts that were made: those of a colleague in the same role, in every account's own inbox."""

from __future__ import annotations

from django.db import connection

EACH = 20

FILL = """
WITH teller AS (
    SELECT DISTINCT ON (m.role) m.role, m.user_id FROM accounts_membership m
    JOIN LATERAL (SELECT count(*) AS n FROM notices_notice WHERE user_id = m.user_id) x ON true
    ORDER BY m.role, x.n DESC, m.user_id
), told AS (
    SELECT t.role AS teller, n.*, row_number() OVER (PARTITION BY t.role ORDER BY n.created_at DESC, n.id) AS place
    FROM teller t JOIN notices_notice n ON n.user_id = t.user_id WHERE n.count = 1
)
INSERT INTO notices_notice (user_id, membership_id, key, kind, flow, record_id, record_code, subject_id, subject_en,
    path, action, role, capacity, organisation, comment, changes, mark, due_at, time_zone, batch, count,
    created_at, read_at)
SELECT m.user_id, m.id, t.key || ':' || turn, t.kind, t.flow, t.record_id, t.record_code, t.subject_id, t.subject_en,
    t.path, t.action, t.role, t.capacity, t.organisation, t.comment, t.changes, t.mark, t.due_at, t.time_zone,
    t.batch, t.count, t.created_at - turn * interval '9 days', CASE WHEN turn = 0 THEN t.read_at ELSE t.created_at END
FROM accounts_membership m JOIN told t ON t.teller = m.role AND t.place <= %s CROSS JOIN generate_series(0, %s) AS turn
WHERE NOT EXISTS (SELECT 1 FROM notices_notice n WHERE n.user_id = m.user_id)
"""


def fill(times: int) -> int:
    """Give every account without notices those of its role, so many times over; how many were written."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, [EACH, times - 1])
        return cursor.rowcount
