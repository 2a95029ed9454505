"""Rewrites every secret of a second factor under the first key of PERSONAL_DATA_KEYS."""

from django.core.management.base import BaseCommand

from accounts.services.factors import reseal


class Command(BaseCommand):
    """After a new key was put in front: run this beside `resealpersons`, then take the old key away."""

    help = "Seal every secret of a second factor anew under the first key of PERSONAL_DATA_KEYS."

    def handle(self, *args, **options):
        done, unreadable = reseal()
        self.stdout.write(f"{done} secrets sealed anew, {unreadable} could not be opened.")
