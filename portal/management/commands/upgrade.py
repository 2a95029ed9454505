"""`manage.py upgrade`: the database to this version, while the former version serves (docs/operations/upgrades.md)."""

from __future__ import annotations

import time

from django.core.management import BaseCommand, CommandError, call_command
from django.core.management.commands import migrate
from django.db import OperationalError, connection

from workflow.alone import alone

UPGRADING = 7_220_090
LOCK_NOT_AVAILABLE, CANCELLED = "55P03", "57014"


class Careful(migrate.Command):
    """`migrate` that never makes others wait: a lock it does not get at once is let go and asked for again later.

    A statement that waits for a strong lock holds up everybody who comes after it, however short its own work is.
    """

    patience = {"lock": 5, "statement": 60}

    def migration_progress_callback(self, action, migration=None, fake=False):
        """Called before each migration, outside of its transaction."""
        if action in {"apply_start", "unapply_start"}:
            # What builds an index beside the work (atomic = False) waits for others and holds up nobody.
            seconds = self.patience if migration.atomic else {"lock": 0, "statement": 0}
            with connection.cursor() as cursor:
                for name, value in seconds.items():
                    cursor.execute(f"SET {name}_timeout = '{int(value * 1000)}ms'")
        super().migration_progress_callback(action, migration, fake)


class Command(BaseCommand):
    help = "Bring the database to this version: migrations that give way, rights of the web role, reference data."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--lock-timeout", type=float, default=5, help="seconds to wait for a lock (default 5)")
        parser.add_argument("--statement-timeout", type=float, default=60, help="seconds a statement may take (0: any)")
        parser.add_argument("--tries", type=int, default=20, help="how often a lock is asked for (default 20)")
        parser.add_argument("--no-reference", action="store_true", help="leave the reference data as they are")
        parser.add_argument("--pause", type=float, default=10, help="seconds between two tries (default 10)")

    def handle(self, *args, lock_timeout, statement_timeout, tries, pause, no_reference, verbosity, **options):
        careful = Careful(stdout=self.stdout, stderr=self.stderr)
        careful.patience = {"lock": lock_timeout, "statement": statement_timeout}
        with alone(UPGRADING) as mine:
            if not mine:
                raise CommandError("Another upgrade of this database is under way.")
            call_command("createcachetable", verbosity=verbosity)
            self.migrate(careful, tries, pause, verbosity)
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
                cursor.execute("RESET statement_timeout")
            if not no_reference:
                call_command("loadreference", verbosity=verbosity)

    def migrate(self, careful, tries: int, pause: float, verbosity: int) -> None:
        """Each migration is whole or not there, so a further try goes on where the last one gave way."""
        for left in reversed(range(tries)):
            try:
                return call_command(careful, interactive=False, verbosity=verbosity)
            except OperationalError as error:
                code = getattr(error.__cause__, "pgcode", None)
                if code == CANCELLED:
                    raise CommandError(
                        "A statement took longer than --statement-timeout; its migration was taken back. "
                        "Run it at a quiet hour with --statement-timeout 0."
                    ) from error
                if code != LOCK_NOT_AVAILABLE:
                    raise
                if not left:
                    raise CommandError(
                        "A lock was not to be had, nothing of that migration was done. Look for a long transaction "
                        "(pg_stat_activity), then run upgrade again."
                    ) from error
            self.stdout.write(f"  somebody is at work on the table; again in {pause:g} s")
            time.sleep(pause)
        return None
