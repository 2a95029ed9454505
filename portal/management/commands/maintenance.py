"""Closes the portal for work on it, and opens it again. Needs neither database nor cache."""

from __future__ import annotations

import datetime as dt
import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from portal import maintenance
from portal.views.errors import maintenance_page


class Command(BaseCommand):
    """`maintenance on [--minutes 30]`, `off`, `page` (the same page for the proxy), or nothing: how it stands."""

    help = "Close the portal (503 with Retry-After), open it again, print its page for the proxy, or say how it stands."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("step", nargs="?", default="status", choices=["on", "off", "status", "page"])
        parser.add_argument("--minutes", type=int, help="how long the work takes, for the page and for Retry-After")
        parser.add_argument("--language", default="id", choices=["id", "en"], help="language of the page")

    def handle(self, *, step, minutes, language, **options):
        if minutes is not None and not 1 <= minutes <= 7 * 24 * 60:
            raise CommandError("--minutes must be from 1 to 10080 (a week).")
        if step == "page":
            with override(language):
                sys.stdout.write(maintenance_page(None))
            return
        if step == "on":
            maintenance.close(timezone.now() + dt.timedelta(minutes=minutes) if minutes else None)
        if step == "off":
            maintenance.open_again()
        self.stdout.write(self._standing())

    def _standing(self) -> str:
        pause = maintenance.pause()
        if pause is None:
            return "The portal is open."
        end = f" until {timezone.localtime(pause.until):%Y-%m-%d %H:%M %Z}" if pause.until else ""
        return f"The portal is closed{end}. Open it with: manage.py maintenance off"
