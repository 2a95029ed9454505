"""Fills a sample portal with as many needs as are asked for, to measure what it carries."""

from django.core.management.base import BaseCommand, CommandError

from portal.seeding import run


class Command(BaseCommand):
    help = (
        "Fill a portal without real records with made-up ones, for measuring: needs, and of everything else as much as "
        "belongs to them. The same numbers give the same records."
    )

    def add_arguments(self, parser):
        parser.add_argument("--needs", type=int, required=True, help="how many needs there shall be")
        parser.add_argument("--people", type=int, default=run.PEOPLE, help="how many accounts (%(default)s)")
        parser.add_argument("--seed", type=int, default=1, help="another number, other dice (%(default)s)")

    def handle(self, *args, **options):
        try:
            rows = run.seed(options["needs"], options["seed"], options["people"], self.stdout.write)
        except run.NotASample as refusal:
            raise CommandError(str(refusal)) from refusal
        for table, count in sorted(rows.items(), key=lambda found: -found[1])[:15]:
            self.stdout.write(f"{count:12,}  {table}")
