"""Can this process serve? Every part is asked within a time limit: a server that hangs must not hang the answer.

Database and migrations decide. Without broker or cache pages go on working, a standing mail server or a full disk is
shared by all web processes: taking every one of them out of the balancer would turn a limp into a standstill. So these
are named, and watched by alerts, but do not decide.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.utils import timezone

from notices.desk import open_mails

log = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds for all parts together."""
NEEDED = ("database", "migrations")
WELL = ("ok", "eager", "elsewhere")
_up_to_date = False
"""Whether this process has once seen that nothing waits to be applied: its code does not change any more."""


def database() -> str:
    """It answers, and quickly."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {int(PATIENCE * 1000)}")
        cursor.execute("SELECT 1")
    return "ok"


def migrations_to_apply() -> int:
    """How many this code waits for."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrations() -> str:
    """The tables are as this code expects them; asked until it is so."""
    global _up_to_date
    if not _up_to_date and (behind := migrations_to_apply()):
        return f"{behind} to apply"
    _up_to_date = True
    return "ok"


def mail() -> str:
    """No mail has been due for long."""
    oldest = open_mails().filter(given_up_at__isnull=True, due_at__lte=timezone.now()).aggregate(at=Min("due_at"))["at"]
    late = oldest is not None and (timezone.now() - oldest).total_seconds() > settings.READY_MAIL_AGE
    return "old" if late else "ok"


def kept() -> str:
    """The cache keeps what it is given."""
    cache.set("readyz", "1", 30)
    return "ok" if cache.get("readyz") == "1" else "failed"


def tasks() -> str:
    """The broker takes work; `eager` where there is none and tasks run inside the request."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        return "eager"
    from portal.celery_app import app

    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    return "ok"


def free_bytes() -> int | None:
    """Room on the disk of stored files; nothing where they are kept elsewhere."""
    if "FileSystemStorage" not in settings.STORAGES["default"]["BACKEND"]:
        return None
    found = os.statvfs(_media())
    return found.f_bavail * found.f_frsize


def _media() -> Path:
    """The folder of stored files, or where it would be made."""
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def disk() -> str:
    """Stored files have room, and may be written."""
    if (free := free_bytes()) is None:
        return "elsewhere"
    if not os.access(_media(), os.W_OK):
        return "read-only"
    return "low" if free < settings.READY_FREE_MB * 1024 * 1024 else "ok"


GROUPS: dict[str, tuple[Callable[[], str], ...]] = {
    "database": (database, migrations, mail),
    "cache": (kept,),
    "tasks": (tasks,),
    "disk": (disk,),
}
"""What is asked one after the other, in a thread of its own for each group."""
NAMES = {"kept": "cache"}


class _Round:
    """One look at one group. While it hangs nobody starts another."""

    def __init__(self, checks):
        self.checks, self.found = checks, {}
        self.thread = threading.Thread(target=self._ask, daemon=True, name="readyz")

    def _ask(self) -> None:
        try:
            for check in self.checks:
                name = NAMES.get(check.__name__, check.__name__)
                try:
                    self.found[name] = check()
                except Exception as error:  # the answer is "failed"; the reason is for the operator's log
                    log.warning("readyz: %s: %s: %s", name, type(error).__name__, error)
                    self.found[name] = "failed"
        finally:
            connections.close_all()  # this thread's own


_rounds: dict[str, _Round] = {}
_lock = threading.Lock()


def parts() -> dict[str, str]:
    """Each part with a word; `slow` for what has not answered in time."""
    give_up = time.monotonic() + PATIENCE
    with _lock:
        for name, checks in GROUPS.items():
            if name not in _rounds or not _rounds[name].thread.is_alive():
                _rounds[name] = _Round(checks)
                _rounds[name].thread.start()
        asked = dict(_rounds)
    answer = {}
    for name, checks in GROUPS.items():
        asked[name].thread.join(max(0.0, give_up - time.monotonic()))
        found = dict(asked[name].found)
        for check in checks:
            part = NAMES.get(check.__name__, check.__name__)
            answer[part] = found.get(part, "slow")
    return answer
