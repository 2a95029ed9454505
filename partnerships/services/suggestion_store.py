"""Results of matching on their way into the table: many rows in one statement, and none that did not change."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from partnerships.matching import RULES_VERSION
from partnerships.models import Suggestion
from partnerships.scoring_table import Pairs, ScoringTable

_ROWS = 2000
"""Results in one statement: a few megabytes of JSON."""

# In a fixed order, so that two tasks never wait for each other. A result that says the same stays as it was written.
_PUT = """
INSERT INTO partnerships_suggestion AS kept
    (line_id, intake_id, eligible, score, parts, failures, waivable, rules_version, computed_at, stale)
SELECT found.*, %(rules)s, %(now)s, false
FROM jsonb_to_recordset(%(found)s) AS found
    (line_id bigint, intake_id bigint, eligible boolean, score numeric, parts jsonb, failures jsonb, waivable boolean)
ORDER BY found.line_id, found.intake_id
ON CONFLICT (line_id, intake_id) DO UPDATE SET
    eligible = excluded.eligible, score = excluded.score, parts = excluded.parts, failures = excluded.failures,
    waivable = excluded.waivable, rules_version = excluded.rules_version, computed_at = excluded.computed_at,
    stale = false
WHERE kept.stale
    OR (kept.eligible, kept.score, kept.parts, kept.failures, kept.waivable, kept.rules_version)
    IS DISTINCT FROM (excluded.eligible, excluded.score, excluded.parts, excluded.failures, excluded.waivable,
                      excluded.rules_version)
"""


_ROW = '{"line_id": %d, "intake_id": %d, "eligible": %s, "score": %.1f, "parts": %s, "failures": %s, "waivable": %s}'


def replace(old, table: ScoringTable, now: dt.datetime) -> int:
    """Put what a table found worth showing in place of old results; returns how many results there are now."""
    pairs = table.worth_showing()
    lines = [table.lines[place].line_id for place in pairs.line.tolist()]
    intakes = [table.intakes[place].intake_id for place in pairs.intake.tolist()]
    found = set(zip(lines, intakes, strict=True))
    gone = [pk for pk, *pair in old.order_by().values_list("pk", "line", "intake") if tuple(pair) not in found]
    with connection.cursor() as cursor:
        for begin in range(0, len(pairs), _ROWS):
            some = slice(begin, begin + _ROWS)
            rows = _rows(table, pairs, some, lines[some], intakes[some])
            cursor.execute(_PUT, {"found": rows, "rules": RULES_VERSION, "now": now})
    if gone:
        Suggestion.objects.filter(pk__in=gone).delete()
    return len(pairs)


def _rows(table: ScoringTable, pairs: Pairs, some: slice, lines: list[int], intakes: list[int]) -> str:
    """Some results as one JSON text: one value to send and to read, however many they are."""
    said = {True: "true", False: "false"}
    rows = zip(
        lines,
        intakes,
        (said[eligible] for eligible in pairs.eligible[some].tolist()),
        (tenths / 10 for tenths in pairs.score[some].tolist()),
        *table.texts(pairs, some),
        (said[waivable] for waivable in pairs.waivable[some].tolist()),
        strict=True,
    )
    return f"[{', '.join(_ROW % row for row in rows)}]"
