"""Finds stored files that no row holds: left by a write that was rolled back, or by a deletion that failed."""

from __future__ import annotations

import datetime as dt

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.utils import timezone

from workflow.storage import held_files, names_below

HOURS = 24
"""A younger file may belong to a write that is going on."""


class Command(BaseCommand):
    """Names them, and deletes them where that is asked for. One storage belongs to one database."""

    help = "Names stored files that no row of this database holds; with --delete they are deleted."

    def add_arguments(self, parser):
        """Whether to delete."""
        parser.add_argument("--delete", action="store_true")

    def handle(self, *args, **options):
        """Storage first, rows afterwards: what is held meanwhile is not mistaken for an orphan."""
        before = timezone.now() - dt.timedelta(hours=HOURS)
        found = [name for name, written in names_below() if written < before]
        held = {name for name, _sha256 in held_files()}
        orphans = [name for name in found if name not in held]
        for name in orphans:
            if options["delete"]:
                default_storage.delete(name)
            self.stdout.write(name)
        done = "deleted" if options["delete"] else "found"
        self.stdout.write(f"{len(orphans)} of {len(found)} files without a row {done}.")
