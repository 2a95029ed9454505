"""Loads boundaries of provinces or of regencies and cities, so that maps show shapes instead of circles and tiles."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from regions.maps import boundaries
from regions.maps.reading import Unreadable

LARGEST = 100 * 1024 * 1024
"""Read whole into memory, where points take up to seventy times their place in the file."""


class Command(BaseCommand):
    help = "Load boundaries from GeoJSON or TopoJSON with a `code` property; a refused file changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path, help="GeoJSON or TopoJSON, WGS 84")
        parser.add_argument("--layer", default="", help="which object of a TopoJSON file")
        parser.add_argument("--source", default="", help="what maps name as the source (else the file's name)")
        parser.add_argument("--check", action="store_true", help="only say whether the file would be taken")
        parser.add_argument(
            "--remove", choices=["provinces", "regencies", "all"], help="take loaded boundaries out again"
        )

    def handle(self, *args, **options):
        if not options["files"] and not options["remove"]:
            raise CommandError("Name a file, or what to --remove.")
        if options["remove"]:
            chosen = options["remove"].upper()
            kinds = list(boundaries.Kind.values) if chosen == "ALL" else [chosen]
            self.stdout.write(f"{boundaries.remove(kinds)} boundaries removed.")
        for path in options["files"]:
            self.stdout.write(self._load(path, options))

    def _load(self, path: Path, options) -> str:
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        if len(content) > LARGEST:
            raise CommandError(f"{path}: refused. The file is larger than {LARGEST // 1024**2} MB.")
        try:
            done = boundaries.load(
                content, source=options["source"] or path.name, layer=options["layer"], save=not options["check"]
            )
        except Unreadable as reason:
            raise CommandError(f"{path}: refused. {reason}") from reason
        except boundaries.Refused as refused:
            raise CommandError("\n- ".join([f"{path}: refused.", *refused.reasons])) from refused
        mended = f" Small crossings of rings were undone in {', '.join(sorted(done.mended))}." if done.mended else ""
        verb = "loaded" if done.saved else "would be taken"
        return f"{path}: {done.places} {done.kind.lower()} {verb}, {done.size:,} bytes of drawing.{mended}"
