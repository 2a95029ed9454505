"""Copies every stored file to the other storage: disk to object storage, or back. The source is never touched."""

from __future__ import annotations

import hashlib

from django.core.files.base import File
from django.core.files.storage import InvalidStorageError, storages
from django.core.management.base import BaseCommand, CommandError

from workflow.storage import StorageAway, held_files

PIECE = 256 * 1024


class Command(BaseCommand):
    """Resumable: what is there already with the same content is passed. Nothing is deleted, nothing overwritten."""

    help = "Copies every stored file to another storage and compares checksums; the source stays as it is."

    def add_arguments(self, parser):
        """Where to."""
        parser.add_argument("--to", choices=["file", "s3"], required=True)
        parser.add_argument("--check", action="store_true", help="only compare; copy nothing")

    def handle(self, *args, **options):
        """Copy, compare, say how it went; an error where anything is missing or differs."""
        target, source = (self._storage(name) for name in (options["to"], "file" if options["to"] == "s3" else "s3"))
        counts = {"copied": 0, "there already": 0, "not at the source": 0, "different": 0, "failed": 0}
        for number, (name, wanted) in enumerate(held_files(), 1):
            try:
                found = self._moved(source, target, name, wanted, copy=not options["check"])
            except StorageAway as away:
                raise CommandError(f"{away} Start the command again; it goes on where it stopped.") from away
            counts[found] += 1
            if found not in {"copied", "there already"}:
                self.stderr.write(f"{name}: {found}")
            if number % 1000 == 0:
                self.stdout.write(f"{number} files …")
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items()))
        if counts["not at the source"] or counts["different"] or counts["failed"]:
            raise CommandError("Not every file is at the target as it should be. Look at the lines above.")
        if not options["check"]:
            self.stdout.write(f"Now set MEDIA_STORAGE={options['to']}, restart, and run the command once more.")

    def _storage(self, name: str):
        try:
            return storages[name]
        except InvalidStorageError:
            raise CommandError(f"The storage {name} is not configured. Set S3_BUCKET and what belongs to it.") from None

    def _moved(self, source, target, name: str, wanted: str, *, copy: bool) -> str:
        there = checksum(target, name)
        if there is not None:
            return "there already" if there == (wanted or checksum(source, name) or there) else "different"
        here = checksum(source, name)
        if here is None:
            return "not at the source"
        if wanted and here != wanted:
            return "different"
        if not copy:
            return "failed"
        with source.open(name, "rb") as content:
            made = target.save(name, File(content, name=name))
        if made != name or checksum(target, name) != here:
            return "failed"
        return "copied"


def checksum(storage, name: str) -> str | None:
    """The SHA-256 of a stored file; None where there is none."""
    digest = hashlib.sha256()
    try:
        with storage.open(name, "rb") as content:
            while piece := content.read(PIECE):
                digest.update(piece)
    except FileNotFoundError:
        return None
    return digest.hexdigest()
