"""The search on fifty thousand needs: `python -m bench.search [NEEDS]`.

Says what an import costs with the triggers and without, what questions cost through the index and without it, and
shows the plan. Read the ratios of one run; the milliseconds are this computer's.
"""

from __future__ import annotations

import statistics
import sys
import time

from bench.scoring_database import scratch

QUESTIONS = ("semarang", "mediator kota bandung", "KB-2026-004", "keselamatan kerja", "palangkarya", "pelatihan")
AT_ONCE = 1000
TABLES = ("portal_searchentry", "portal_searchword")


def fill(count: int) -> None:
    """Needs of every office with one line and one gap each, in the order of an import."""
    from accounts.models import Organisation
    from regions.models import CompetencyGap, FunctionalPost, NeedCycle, NeedLine, Theme, TrainingNeed

    cycle = NeedCycle.objects.get_or_create(year=2026)[0]
    offices = list(Organisation.objects.filter(kind="OFFICE").order_by("pk"))
    posts, themes = list(FunctionalPost.objects.all()), list(Theme.objects.all())
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        needs = TrainingNeed.objects.bulk_create(
            TrainingNeed(code=f"KB-2026-{n:05d}", status="SUBMITTED", office=offices[n % len(offices)], cycle=cycle)
            for n in numbers
        )
        lines = NeedLine.objects.bulk_create(
            NeedLine(need=need, post=posts[n % len(posts)]) for n, need in zip(numbers, needs, strict=True)
        )
        CompetencyGap.objects.bulk_create(
            CompetencyGap(line=line, theme=themes[n % len(themes)], current_level=1, target_level=3)
            for n, line in zip(numbers, lines, strict=True)
        )


def empty() -> None:
    """Take the needs away again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE regions_trainingneed CASCADE")


def timed(work) -> float:
    """Seconds of one piece of work."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def without_triggers(work) -> None:
    """The same work while the database runs no trigger."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            work()
        finally:
            cursor.execute("SET session_replication_role = origin")


def imports(count: int) -> tuple[float, float]:
    """Seconds of an import without triggers and with them: the better of two each, in turns, after a short one."""
    fill(min(count, AT_ONCE))
    bare, kept = [], []
    for _time in range(2):
        empty()
        bare.append(timed(lambda: without_triggers(lambda: fill(count))))
        empty()
        kept.append(timed(lambda: fill(count)))
    return min(bare), min(kept)


def questions(user) -> dict[str, float]:
    """Milliseconds of each question, the middle of five, with its hits read and its filters counted."""
    from django.test import RequestFactory

    from portal.selectors.search import Found

    def once(text):
        found = Found(RequestFactory().get("/cari/", {"q": text}), user)
        return (found.hits, found.views)

    taken = {}
    for text in QUESTIONS:
        once(text)
        taken[text] = statistics.median(timed(lambda t=text: once(t)) for _time in range(5)) * 1000
    return taken


def plan() -> list[str]:
    """How PostgreSQL finds the entries of a question."""
    from django.db import connection

    from portal.search.words import understood
    from portal.selectors.search import MATCHED, SCORE, as_tsquery

    asked = as_tsquery(understood("mediator kota bandung"))
    with connection.cursor() as cursor:
        sql = f"EXPLAIN {MATCHED.format(score=SCORE)} SELECT count(*) FROM matched"  # noqa: S608 - our own words
        cursor.execute(sql, [asked, ["x"], [], "{}", asked, ["regions.need", "accounts.organisation"]])
        return [line for (line,) in cursor.fetchall()]


def main(count: int) -> None:
    """Everything, in one scratch database."""
    with scratch():
        from django.core.management import call_command
        from django.db import connection

        from tests import factories

        call_command("loadreference", verbosity=0)
        call_command("createcachetable", verbosity=0)
        reader = factories.member("AUDITOR", factories.organisation("ITJEN"))
        bare, kept = imports(count)
        print(f"import of {count:,} needs: {bare:.1f} s without triggers, {kept:.1f} s with ({kept / bare:.1f} times)")
        rebuilt = timed(lambda: call_command("rebuildsearch", "regions.need", verbosity=0))
        print(f"rebuildsearch regions.need: {rebuilt:.1f} s, {count / rebuilt:,.0f} records a second")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE portal_searchentry")
            cursor.execute("ANALYZE")
            cursor.execute("SELECT pg_total_relation_size(t) FROM unnest(%s::regclass[]) t", [list(TABLES)])
            print("size of entries and words in MB:", *(round(size / 1e6, 1) for (size,) in cursor.fetchall()))
        print("\n".join(plan()))
        indexed = questions(reader)
        with connection.cursor() as cursor:
            for name in ("search_by_full_text", "search_by_names", "search_word_by_letters"):
                cursor.execute(f"DROP INDEX {name}")
        scanned = questions(reader)
        for text, milliseconds in indexed.items():
            print(f"{text:24} {milliseconds:7.0f} ms, {scanned[text] / milliseconds:5.1f} times that without the index")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
