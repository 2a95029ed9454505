"""Fills a demo portal with the sample scenario; does nothing where it is already there."""

import logging

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.demo import scenario


class Command(BaseCommand):
    help = "Seed the demo scenario (SINERGI_DEMO=1 only). Running it again changes nothing."

    def handle(self, *args, **options):
        for name in ("celery.app.trace", "kombu.connection"):  # one line for each of several hundred tasks
            logging.getLogger(name).setLevel(logging.ERROR)
        if settings.DEMO and settings.SIGNING_ADAPTER == "local":
            call_command("maketestca", verbosity=0)
        try:
            fresh = scenario.seed()
        except scenario.NotADemo as refusal:
            raise CommandError(str(refusal)) from refusal
        if fresh:
            scenario.settle()
        if options["verbosity"]:
            numbers = ", ".join(f"{count} {name}" for name, count in scenario.counts().items())
            self.stdout.write(f"{'Sample data created' if fresh else 'Sample data was already there'}: {numbers}")
