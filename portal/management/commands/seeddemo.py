"""Fills a demo portal with the sample scenario; does nothing where it is already there."""

import logging

from django.core.management.base import BaseCommand, CommandError

from partnerships.services.suggestions import refresh_stale
from portal.demo import scenario


class Command(BaseCommand):
    help = "Seed the demo scenario (SINERGI_DEMO=1 only). Running it again changes nothing."

    def handle(self, *args, **options):
        logging.getLogger("celery.app.trace").setLevel(logging.WARNING)  # tasks of the past, hundreds of lines
        try:
            fresh = scenario.seed()
        except scenario.NotADemo as refusal:
            raise CommandError(str(refusal)) from refusal
        refresh_stale()
        if options["verbosity"]:
            numbers = ", ".join(f"{count} {name}" for name, count in scenario.counts().items())
            self.stdout.write(
                f"{'Sample data created' if fresh else 'Sample data was already there'}: {numbers}"
            )
