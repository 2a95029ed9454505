"""Makes a backup of the database and of all files, encrypted, with checksums."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from accounts.services.log import record_event
from portal import environment
from portal.backups import BACKUP_LOG, Trouble, making, postgres
from portal.backups.sealed import usable
from portal.backups.shelf import Shelf


class Command(BaseCommand):
    """`backup --to FOLDER [--keep 30] [--database URL] [--reread]`."""

    help = "Back up the database and all files into FOLDER, encrypted with BACKUP_KEY (docs/operations/backups.md)."

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where backups are kept")
        parser.add_argument("--keep", type=int, metavar="N", help="afterwards take away all but the newest N")
        parser.add_argument("--database", metavar="URL", help="read from here instead (past a connection pool)")
        parser.add_argument("--reread", action="store_true", help="read every file again, even those stored before")

    def handle(self, *, to: Path, keep, database, reread, **options):
        if keep is not None and keep < 1:
            raise CommandError("--keep must be 1 or more.")
        began, shelf = time.monotonic(), Shelf(to)
        try:
            key = usable(settings.BACKUP_KEY)
            line = postgres.Line(environment.database(database) if database else connection.settings_dict)
            with shelf.alone():
                made = making.make(shelf, line, key, now=timezone.now(), reread=reread)
                made.dropped = len(shelf.keep(keep)) if keep else 0
        except Trouble as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{to} cannot be written: {error.strerror}. Nothing was kept of this backup.") from error
        record_event(BACKUP_LOG, 0, made.name, "backup", None, rows=made.rows, files=made.files)
        self.stdout.write(
            f"Backup {made.name}: {made.rows} rows, {_size(made.database_bytes)} of database, {made.files} files of "
            f"{_size(made.file_bytes)}, {made.new_files} of them new, {time.monotonic() - began:.1f} s."
        )
        if made.gone_files:
            self.stdout.write(f"{made.gone_files} files were deleted meanwhile, as their time was over.")
        if made.dropped:
            self.stdout.write(f"{made.dropped} older backups taken away.")


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MB"
