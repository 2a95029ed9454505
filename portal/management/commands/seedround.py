"""Fills a demo portal with the sample scenario and the national round; does nothing where they are already there."""

import datetime as dt
import logging

from django.core.management.base import BaseCommand, CommandError

from portal.demo import rounds, scenario
from portal.demo.national import National

INBOX = dt.timedelta(days=14)
"""How far inboxes reach back: months of filing by 118 offices are old news."""


class Command(BaseCommand):
    help = "Seed the demo scenario with the national round (SINERGI_DEMO=1 only). Running it again changes nothing."

    def add_arguments(self, parser):
        parser.add_argument(
            "--later",
            action="store_true",
            help="leave the calculation of the round to the worker, so that the portal can start meanwhile",
        )

    def handle(self, *args, later=False, **options):
        for name in ("celery.app.trace", "kombu.connection"):
            logging.getLogger(name).setLevel(logging.ERROR)
        try:
            fresh = scenario.seed(National)
        except scenario.NotADemo as refusal:
            raise CommandError(str(refusal)) from refusal
        if fresh:
            scenario.settle(INBOX)
        missing = National.is_there() and not rounds.are_there()  # also after a start that was cut short
        if missing:
            rounds.hold_later() if later else self.hold_now()
        if options["verbosity"]:
            self.stdout.write(self.sentence(fresh or missing))

    def hold_now(self):
        with scenario.unheard():
            rounds.hold()
        scenario.settle()

    def sentence(self, fresh: bool) -> str:
        numbers = ", ".join(f"{count} {name}" for name, count in scenario.counts().items())
        if fresh:
            return f"Sample data with the national round created: {numbers}"
        if National.is_there():
            return f"Sample data with the national round were already there: {numbers}"
        return (
            "Sample data were already there, without the national round, which shares their calendar. "
            f"Remove them (make clean) and start again to get it. There are {numbers}"
        )
