"""Restores a backup into an empty database and an empty place for files, and says whether all of it is back."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from portal import environment
from portal.backups import Trouble, postgres, restoring
from portal.backups.sealed import usable
from portal.backups.shelf import NAME, Shelf


class Command(BaseCommand):
    """`restore FOLDER[/NAME] --into URL --media FOLDER`, or `restore FOLDER[/NAME] --check`."""

    help = "Restore a backup (the newest of FOLDER, or FOLDER/NAME) into an EMPTY database and folder, and compare."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("source", type=Path, metavar="FROM", help="the folder of backups, or one of them")
        parser.add_argument("--into", metavar="URL", help="an empty database: postgres://owner:…@host/NAME")
        parser.add_argument(
            "--media", metavar="FOLDER", help="an empty folder, or 'storage' for the configured storage"
        )
        parser.add_argument("--check", action="store_true", help="only say whether the backup is whole")

    def handle(self, *, source: Path, into, media, check, **options):
        if not check and not (into and media):
            raise CommandError("Say where to: --into postgres://…/NAME --media FOLDER. Or only --check.")
        began = time.monotonic()
        try:
            key = usable(settings.BACKUP_KEY)
            shelf, name = self._choose(source)
            if check:
                head, count = restoring.check(shelf, name, key)
                rows = sum(head["counts"].values())
                self.stdout.write(f"{name} is whole: {count} parts, {rows} rows, log up to entry {head['log']['seq']}.")
                return
            line = postgres.Line(environment.database(into, "--into"))
            report = restoring.restore(shelf, name, key, line, restoring.storage_for(media), self.stdout.write)
        except (Trouble, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or media} cannot be used: {error.strerror}.") from error
        self._tell(report, time.monotonic() - began)

    def _choose(self, source: Path) -> tuple[Shelf, str]:
        if NAME.fullmatch(source.name):
            return Shelf(source.parent), source.name
        names = Shelf(source).names()
        if not names:
            raise Trouble(f"There is no complete backup in {source}.")
        return Shelf(source), names[-1]

    def _tell(self, report: restoring.Report, seconds: float) -> None:
        self.stdout.write(f"  rows   {report.rows} in {report.tables} tables")
        self.stdout.write(f"  log    {report.log}")
        self.stdout.write(f"  files  {report.files}, {report.file_bytes / 1024 / 1024:.1f} MB")
        if report.absent:
            self.stdout.write(
                f"  {report.absent} files that rows name are not in the backup: they were gone when it was made."
            )
        for line in report.wrong[:20]:
            self.stdout.write(f"  WRONG  {line}")
        if report.wrong:
            raise CommandError(f"{len(report.wrong)} differences: do not use what was restored.")
        self.stdout.write(
            f"All is back as it was, after {seconds:.1f} s. Next: manage.py upgrade (rights of the web role)."
        )
