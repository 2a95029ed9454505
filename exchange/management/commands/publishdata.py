"""Publishes the open data now; Celery beat does it every week."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from exchange.open_data import editions


class Command(BaseCommand):
    """`publishdata`: editions of what changed. `--count`: count people again, even if the quarter is not over."""

    help = "Publish an edition of every data set whose content changed since the last one."

    def add_arguments(self, parser):
        parser.add_argument("--count", action="store_true", help="count people again before the quarter is over")

    def handle(self, *, count, **options):
        made = editions.publish(count_now=count)
        for edition in made:
            self.stdout.write(f"{edition.dataset} {edition.day} {len(edition.rows)} rows {edition.sha256[:12]}")
        self.stdout.write(f"{len(made)} editions")
