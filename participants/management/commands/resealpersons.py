"""Rewrites every staff number under the first key of PERSONAL_DATA_KEYS."""

from django.core.management.base import BaseCommand

from participants.services.people import reseal


class Command(BaseCommand):
    """After a new key was put in front: run this, then take the old key away."""

    help = "Seal every staff number anew under the first key of PERSONAL_DATA_KEYS."

    def handle(self, *args, **options):
        done, unreadable = reseal()
        self.stdout.write(f"{done} numbers sealed anew, {unreadable} could not be opened.")
