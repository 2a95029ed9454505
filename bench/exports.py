"""What it takes to hand out need lines as a file: `python -m bench.exports [LINES]`.

Makes the lines by SQL in a database of its own and writes them as CSV, as a workbook, and one row per need, each in a
process of its own so that its memory can be read; a bare COPY of the same rows stands beside it. Read the ratios of
one run; the seconds are this computer's.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context

from bench.scoring_database import scratch

MEASURES = ("copy", "csv", "xlsx", "needs.csv", "needs.xlsx")
LINES_PER_NEED = 3


def fill(count: int) -> None:
    """Filed needs of three lines with one competency each; a page of text every tenth line. By SQL, triggers asleep:
    a minute's work instead of an hour's."""
    from django.db import connection

    from regions.models import CompetencyGap, NeedCycle, NeedLine, TrainingNeed

    NeedCycle.objects.get_or_create(year=2026)
    needs = -(-count // LINES_PER_NEED)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT array_agg(id ORDER BY id) FROM accounts_organisation WHERE kind = 'OFFICE'")
        offices = cursor.fetchone()[0]
        cursor.execute("SELECT array_agg(code ORDER BY code) FROM regions_functionalpost")
        posts = cursor.fetchone()[0]
        cursor.execute("SELECT array_agg(code ORDER BY code) FROM regions_theme")
        themes = cursor.fetchone()[0]
        _insert(
            cursor, TrainingNeed, needs,
            code="'KB-2026-' || lpad(n::text, 6, '0')", status="'SUBMITTED'", cycle_id="2026",
            office_id="(%s::bigint[])[1 + n %% %s]", urgency="'U' || (1 + n %% 3)", score="(n %% 1000) / 10.0",
            reason="repeat('Tenaga pengawas belum dilatih dengan aturan baru. ', 1 + (n %% 10 = 0)::int * 30)",
            causes="""'["SKILL"]'::jsonb""", submitted_at="now() - n * interval '1 minute'", people_requested="10",
            values=[offices, len(offices)],
        )  # fmt: skip
        _insert(
            cursor, NeedLine, count,
            need_id=f"1 + (n - 1) / {LINES_PER_NEED}", position=f"1 + (n - 1) %% {LINES_PER_NEED}",
            post_id="(%s::text[])[1 + n %% %s]", requested_total="1 + n %% 20", formation_abk="20", in_post="12",
            untrained="8", justification="'Baris ' || n || ': petugas lapangan; perlu segera.'",
            values=[posts, len(posts)],
        )  # fmt: skip
        _insert(
            cursor, CompetencyGap, count,
            line_id="n", theme_id="(%s::text[])[1 + n %% %s]", current_level="1", target_level="3",
            expected_outcome="'Menyelesaikan pemeriksaan tanpa pendampingan.'",
            values=[themes, len(themes)],
        )  # fmt: skip
        cursor.execute("SET session_replication_role = origin")
        for model in (TrainingNeed, NeedLine, CompetencyGap):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def _insert(cursor, model, count: int, *, values: list, **columns: str) -> None:
    """One row per number; what is not named gets the model's default."""
    from django.utils import timezone

    named = {"id": "n", **columns}
    for field in model._meta.concrete_fields:
        if field.column not in named and not field.null:
            named[field.column] = "%s"
            moment = field.get_internal_type() == "DateTimeField" and not field.has_default()
            default = timezone.now() if moment else field.get_db_prep_save(field.get_default(), cursor.db)
            values = [*values, default if default is not None else ""]
    given, expressions = list(values), ", ".join(named.values())
    # The arguments stand in the order of their columns; arrays first, as they are named first.
    sql = f"INSERT INTO {model._meta.db_table} ({', '.join(named)}) SELECT {expressions} FROM generate_series(1, %s) n"  # noqa: S608 - our own words
    cursor.execute(sql, [*given, count])


def _reader():
    from accounts.models import Membership, Organisation, User
    from accounts.roles import Role

    organisation, _made = Organisation.objects.get_or_create(
        code="PPSDM", defaults={"kind": "UNIT", "name_id": "PPSDM"}
    )
    user = User.objects.create(email="bench@example.test", name="bench")
    Membership.objects.create(user=user, organisation=organisation, role=Role.PPSDM_HEAD)
    return user.pk


def _measure(what: str, reader: int, results) -> None:
    """One file, thrown away as it is written: seconds to the first bytes and to the last, bytes, memory above rest."""
    from django.db import connection
    from django.http import QueryDict

    from accounts.models import User
    from exchange.services import exports as services
    from workflow.exports import export_named
    from workflow.listing import Asked

    connection.close()
    user = User.objects.get(pk=reader)
    export = export_named("needs" if what.startswith("needs") else "need-lines")
    listing = export.listing(Asked(user, QueryDict("")))
    listing.found[:1].exists()
    rest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, first, size = time.perf_counter(), 0.0, 0
    if what == "copy":
        size = _copy(export, listing)
    elif what.endswith("csv"):
        for piece in services.csv_stream(export, user, listing):
            first = first or time.perf_counter() - began
            size += len(piece.encode())
    else:
        with services.workbook(export, user, listing) as book:
            size = book.seek(0, os.SEEK_END)
    taken = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    results.put((what, taken, first, size, (peak - rest) / 1024, peak / 1024))


def _copy(export, listing) -> int:
    from django.db import connection

    class Counted:
        size = 0

        def write(self, piece):
            self.size += len(piece)

    target = Counted()
    sql, values = export.query(listing.found).query.sql_with_params()
    with connection.cursor() as cursor:
        bare = cursor.mogrify(sql, values).decode()
        cursor.copy_expert(f"COPY ({bare}) TO STDOUT WITH (FORMAT csv)", target)
    return target.size


def apart(work: Callable, *arguments) -> tuple:
    """The work in a process of its own."""
    from django.db import connections

    connections.close_all()
    context = get_context("fork")
    results = context.Queue()
    process = context.Process(target=work, args=(*arguments, results))
    process.start()
    found = results.get(timeout=600)
    process.join()
    return found


def main() -> None:
    """The table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with scratch():
        from django.core.management import call_command

        call_command("loadreference", verbosity=0)
        began = time.perf_counter()
        fill(count)
        reader = _reader()
        print(f"{count:,} need lines made in {time.perf_counter() - began:.1f} s")
        print(f"{'':12}{'s':>8}{'first s':>9}{'MB':>8}{'+ MB RAM':>10}{'peak MB':>9}{'x COPY':>8}")
        bare = 0.0
        for what in MEASURES:
            name, taken, first, size, more, peak = apart(_measure, what, reader)
            bare = bare or taken
            print(f"{name:12}{taken:8.2f}{first:9.2f}{size / 1e6:8.1f}{more:10.0f}{peak:9.0f}{taken / bare:8.1f}")


if __name__ == "__main__":
    main()
