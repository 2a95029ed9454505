"""Writes the list of people a breach concerns, for the notices that are due within 3×24 hours."""

import csv
import datetime as dt
import os

from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from accounts.models import User
from participants.services.breach import HEAD, affected


class Command(BaseCommand):
    """The file names people: it is readable for its owner alone, and belongs deleted once everybody was told."""

    help = (
        "Write a CSV of everyone whose data the portal held since a moment (or whom one account looked at), "
        "for the notice of article 46 of law 27/2022."
    )

    def add_arguments(self, parser):
        parser.add_argument("--since", required=True, help="2026-11-20 or 2026-11-20T08:00, Jakarta time")
        parser.add_argument("--until", help="default: now")
        parser.add_argument("--read-by", help="e-mail of an account: only people whose data it opened")
        parser.add_argument("--to", required=True, help="file to write; must not exist")

    def handle(self, *, since, until, read_by, to, **options):
        start, end = _moment(since), _moment(until, end=True) if until else timezone.now()
        if start >= end:
            raise CommandError("--since must lie before --until.")
        reader = None
        if read_by:
            reader = User.objects.filter(email=read_by.strip().lower()).first()
            if reader is None:
                raise CommandError("No account has this e-mail address.")
        try:
            handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error.strerror}.") from error
        subjects = affected(start, end, reader)
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(HEAD)
            count = sum(bool(writer.writerow([_harmless(cell) for cell in subject.row()])) for subject in subjects)
        self.stdout.write(f"{count} people written. The file names them: delete it once everybody was told.")


def _moment(text: str, *, end: bool = False) -> dt.datetime:
    """A day or a moment in Jakarta; a day as `--until` counts to its end."""
    try:
        day = parse_date(text)
        found = parse_datetime(text) if day is None else dt.datetime.combine(day, dt.time.max if end else dt.time.min)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text} is no date. Write 2026-11-20 or 2026-11-20T08:00.")
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _harmless(cell: str) -> str:
    """Spreadsheets execute cells that begin like a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
