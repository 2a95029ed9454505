"""Tables, reference data and sample data of a first look, and the list of accounts for whoever started it."""

import json
import time
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

STEPS = [
    ("tables", ["migrate", "createcachetable"]),
    ("reference data", ["loadreference"]),
    ("sample data", ["seedround --later"]),
]


class Command(BaseCommand):
    help = "Prepare the database of a first look (called by `make demo`); every step may be repeated."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--accounts", type=Path, help="file to write the list of accounts to")

    def handle(self, *args, accounts=None, **options):
        if not settings.DEMO:
            raise CommandError("Sample data only go into a portal that runs with SINERGI_DEMO=1.")
        for title, commands in STEPS:
            began = time.monotonic()
            for command in commands:
                name, *flags = command.split()
                call_command(name, *flags, verbosity=0)
            self.stdout.write(f"  {title:<20}{time.monotonic() - began:5.1f} s")
            self.stdout.flush()
        if accounts:
            self.write_accounts(accounts)

    def write_accounts(self, file):
        """For the launcher, which prints them when the portal answers."""
        from portal.demo import accounts

        content = {
            "password": accounts.PASSWORD,
            "rows": [[str(cell) for cell in row] for row in accounts.rows()],
        }
        file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
