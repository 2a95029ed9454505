"""Loads regions, organisations, vocabularies, holidays, partners and schemes; safe to run at every start."""

from django.core.management.base import BaseCommand
from django.db import transaction

from programs import reference as programs_reference
from regions import reference as regions_reference


class Command(BaseCommand):
    help = "Load or update the reference data. Running it again changes nothing; nothing is deleted."

    @transaction.atomic
    def handle(self, *args, **options):
        counts = regions_reference.load() + programs_reference.load()
        if options["verbosity"]:
            for count in counts:
                self.stdout.write(
                    f"{count.name}: {count.total} rows, {count.created} new, {count.changed} changed, "
                    f"{count.retired} retired"
                )
