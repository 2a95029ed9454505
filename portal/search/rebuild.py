"""The index written anew, and compared with what it should say; both by the database's own functions."""

# ruff: noqa: S608 - built from this module's own words; what people type travels as parameters

from __future__ import annotations

from django.db import connection, transaction

from portal.models import SearchEntry
from portal.search.sources import sources

AT_ONCE = 2000


def kinds() -> list[str]:
    """Every source of the index."""
    return [source.kind for source in sources()]


def _table(kind: str) -> str:
    return next(source.model._meta.db_table for source in sources() if source.kind == kind)


def _ids(kind: str) -> list[int]:
    """The ids of all records, and of entries whose record is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {_table(kind)} UNION SELECT record_id FROM portal_searchentry WHERE kind = %s ORDER BY 1",
            [kind],
        )
        return [pk for (pk,) in cursor.fetchall()]


def rebuild(kind: str) -> int:
    """Write the entries of one source anew, some at a time, so that nobody waits long; how many records it has."""
    ids = _ids(kind)
    for start in range(0, len(ids), AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT search_refresh(%s, %s)", [kind, ids[start : start + AT_ONCE]])
    return SearchEntry.objects.filter(kind=kind).count()


COMPARED = "status, provinces, themes, years, at, names, open_text, full_text"


def differences(kind: str) -> int:
    """How many records have an entry that is not as it should be, or none, or one too many. It only reads, some at a
    time: nobody waits for it."""
    ids, wrong = _ids(kind), 0
    said, kept = (", ".join(f"{side}.{column}" for column in COMPARED.split(", ")) for side in ("s", "e"))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM search_entries(%s, %s) s FULL JOIN (SELECT * FROM portal_searchentry "
                f"WHERE kind = %s AND record_id = ANY(%s)) e USING (record_id) "
                f"WHERE ({said}) IS DISTINCT FROM ({kept})",
                [kind, some, kind, some],
            )
            wrong += cursor.fetchone()[0]
    return wrong


def forget_words() -> None:
    """Drop the words that may be meant; rebuilding all sources learns those that still occur."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_searchword")
