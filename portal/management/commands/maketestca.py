"""Makes the certificate authority with which a demonstration signs."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from workflow.signing import authority


class Command(BaseCommand):
    help = "Make the test certificate authority of SIGNING_ADAPTER=local. Running it again changes nothing."
    requires_system_checks = []

    def handle(self, *args, **options):
        if settings.SIGNING_ADAPTER != "local":
            raise CommandError("Only a portal with SIGNING_ADAPTER=local signs with a test authority.")
        folder = settings.SIGNING_CA_DIR
        before = authority.load(folder)
        made = authority.make(folder, timezone.now())
        if authority.load(folder) != made:
            raise CommandError(f"The key in {folder} can be read by others. Remove the folder, then run this again.")
        if options["verbosity"]:
            self.stdout.write(f"Test authority {'was already' if before else 'made'} in {folder}: {authority.MARK}")
