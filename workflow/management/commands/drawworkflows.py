"""Writes docs/workflows/ from the tables; with --check it only says whether the pages are up to date."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workflow import diagrams


class Command(BaseCommand):
    help = "Write docs/workflows/ from the workflow tables."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="fail when a page is out of date, write nothing")

    def handle(self, *args, check=False, **options):
        folder = Path(settings.BASE_DIR) / "docs" / "workflows"
        if check:
            stale = [
                name
                for name, content in diagrams.pages().items()
                if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != content
            ]
            if stale:
                raise CommandError(f"Out of date: {', '.join(stale)}. Run manage.py drawworkflows.")
            return
        for name in diagrams.write(folder):
            self.stdout.write(f"docs/workflows/{name}")
