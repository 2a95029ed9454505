"""`python tools/lint_migrations.py`: no migration locks a large table for long or breaks the version that still serves.

The rules are those of django-migration-linter, warnings included, and three of our own. What is excused stands in
`tools/excused_migrations.txt` with its reason. How to write migrations that pass: docs/operations/upgrades.md.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXCUSED = ROOT / "tools" / "excused_migrations.txt"
NOT_OURS = ("RUNPYTHON_ARGS_NAMING_CONVENTION", "RUNSQL_REVERSIBLE", "RUNPYTHON_REVERSIBLE")
"""Rules about style, and about ways back: a release is not taken back by migrations but by the former code."""
_CONSTRAINT = re.compile(r'ALTER TABLE ("\w+") ADD CONSTRAINT .* (FOREIGN KEY|CHECK)\b')
_COMPUTED = re.compile(r"ADD COLUMN .* DEFAULT [^;]*(\w+\(|CURRENT_|STATEMENT_)", re.IGNORECASE)
_STRONG = re.compile(r"^\s*(LOCK TABLE|CLUSTER|VACUUM FULL|REFRESH MATERIALIZED VIEW (?!CONCURRENTLY))", re.IGNORECASE)


def excused() -> dict[str, str]:
    """{"room.name": why}"""
    lines = [line.partition("#")[0].split(None, 1) for line in EXCUSED.read_text(encoding="utf-8").splitlines()]
    return {words[0]: words[1].strip() for words in lines if len(words) == 2}


def checks_whole_table(statements: list[str], **_kwargs) -> bool:
    """A rule that PostgreSQL checks for every row while nobody may write; NOT VALID first, then VALIDATE, does not."""
    made = {name for sql in statements for name in re.findall(r'^CREATE TABLE ("\w+")', sql)}
    added = [(found.group(1), sql) for sql in statements if (found := _CONSTRAINT.search(sql))]
    return any(table not in made and "NOT VALID" not in sql for table, sql in added)


def linter(**options):
    """The linter with our rules added; needs Django."""
    from django_migration_linter.migration_linter import MigrationLinter
    from django_migration_linter.sql_analyser.base import Check, CheckMode, CheckType, update_migration_checks
    from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

    ours = [
        Check(
            code="CHECKS_WHOLE_TABLE",
            fn=checks_whole_table,
            message="ADD CONSTRAINT without NOT VALID checks every row under a lock",
            mode=CheckMode.TRANSACTION,
            type=CheckType.ERROR,
        ),
        Check(
            code="REWRITES_TABLE",
            fn=lambda sql, **_kwargs: _COMPUTED.search(sql),
            message="a computed DEFAULT rewrites the whole table under a lock",
            mode=CheckMode.ONE_LINER,
            type=CheckType.ERROR,
        ),
        Check(
            code="STRONG_LOCK",
            fn=lambda sql, **_kwargs: _STRONG.search(sql),
            message="holds everybody up for as long as it takes",
            mode=CheckMode.ONE_LINER,
            type=CheckType.ERROR,
        ),
    ]

    class Analyser(PostgresqlAnalyser):
        migration_checks = update_migration_checks(PostgresqlAnalyser.migration_checks, ours)

    made = MigrationLinter(
        str(ROOT), no_cache=True, all_warnings_as_errors=True, exclude_migration_tests=NOT_OURS, **options
    )
    made.sql_analyser_class = Analyser
    return made


def main() -> int:
    """0 when nothing is found; what is excused is not looked at, and nothing is excused that is not there."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.apps import apps

    known = excused()
    rooms = [config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
    check = linter(include_apps=rooms, quiet=["ok", "ignore"])
    there = {f"{app}.{name}": (app, name) for app, name in check.migration_loader.disk_migrations if app in rooms}
    if stale := sorted(set(known) - set(there)):
        print(f"tools/excused_migrations.txt names what is not there: {', '.join(stale)}")
    for key in sorted(set(there) - set(known)):
        check.lint_migration(check.migration_loader.disk_migrations[there[key]])
    print(f"{check.nb_total} migrations read, {check.nb_erroneous} refused, {len(known)} excused")
    return 1 if stale or check.has_errors else 0


if __name__ == "__main__":
    sys.exit(main())
