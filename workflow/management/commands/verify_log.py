"""Re-checks the log of decisions and names the first link that is broken."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from workflow import anchors, audit


class Command(BaseCommand):
    """`verify_log [--since N] [--anchors FOLDER] [--drop]`: 0 and the head, or 1 and the first broken link."""

    help = "Re-check the log's chain, and the anchors kept elsewhere. Ends with 1 and the first broken link."

    def add_arguments(self, parser):
        parser.add_argument(
            "--since", type=int, default=1, metavar="N", help="begin at entry N, believe what stands before"
        )
        parser.add_argument(
            "--anchors", type=Path, dest="folder", metavar="FOLDER", help="compare with the anchors kept there"
        )
        parser.add_argument(
            "--drop", action="store_true", help="then write an anchor (LOG_ANCHOR_DIR, LOG_ANCHOR_MAIL)"
        )

    def handle(self, *, since, folder: Path | None, drop, **options):
        if since < 1:
            raise CommandError("--since must be 1 or more.")
        if folder is not None and not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        with connection.cursor() as cursor:
            head = audit.start_at(cursor, since)
            if first := next(audit.read(cursor, head), None):
                raise CommandError(f"The log is broken at {first}.")
            said = f"The log is intact: {head.count} entries, head {head.seq} {head.hash or '-'}"
            if folder is not None:
                said += f"; {self._compare(cursor, folder, head)} anchors fit"
        self.stdout.write(f"{said}.")
        if drop:
            self.stdout.write(f"Anchor: {anchors.drop(head).line}")

    def _compare(self, cursor, folder: Path, head) -> int:
        fitting, last = 0, "the beginning"
        try:
            for anchor in anchors.kept_in(folder):
                if trouble := anchors.misfit(cursor, anchor, head):
                    raise CommandError(
                        f"The chain fits itself, but not what was noted: {trouble}. Up to {last} all fits."
                    )
                fitting, last = fitting + 1, f"entry {anchor.seq}"
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not fitting:
            raise CommandError(f"There is no anchor in {folder}.")
        return fitting
