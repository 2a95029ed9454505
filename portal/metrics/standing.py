"""How things stand, looked up when asked: what waits, since when, what stands still. A fixed number of statements.

A `Figure` is plain data, so that all web processes share one answer for some seconds. Labels are names of the program
(queues, tables, states), never data of a person, and their number is known.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.apps import apps
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.db.models import CharField, Count, Max, Min, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from notices.desk import LATE, given_up_mails, open_mails, put_aside
from notices.models import Bookmark, Delivery
from notices.services.reading import READER
from portal.backups import BACKUP_LOG
from portal.metrics import broker
from portal.models import Errand, ParkedTask
from portal.readiness import free_bytes, migrations_to_apply
from workflow.anchors import last_anchor_at
from workflow.models import LogEntry
from workflow.registry import workflows

log = logging.getLogger(__name__)

KEPT = 10
"""Seconds for which an answer is good: several scrapers, or several processes, ask the database once."""
SILENT_AFTER = dt.timedelta(seconds=90)
"""A job or a calculation without a sign of life for so long stands still."""


class Figure(NamedTuple):
    """One value of one metric."""

    name: str
    value: float
    labels: tuple[str, ...] = ()


def _age(moment: dt.datetime | None, now: dt.datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


def _mail(now) -> Iterator[Figure]:
    waiting = open_mails().filter(given_up_at__isnull=True)
    due = Q(due_at__lte=now)
    found = waiting.aggregate(
        total=Count("pk"), oldest=Min("due_at", filter=due), late=Count("pk", Q(next_at__lt=now - LATE))
    )
    yield Figure("sinergi_outbox_waiting", found["total"])
    yield Figure("sinergi_outbox_late", found["late"])
    yield Figure("sinergi_outbox_oldest_seconds", _age(found["oldest"], now))
    yield Figure("sinergi_outbox_given_up", given_up_mails().count())


def _notices(now) -> Iterator[Figure]:
    read = Bookmark.objects.filter(reader=READER).values_list("seq", flat=True).first() or 0
    head = LogEntry.objects.aggregate(head=Max("seq"))["head"] or 0
    first = LogEntry.objects.filter(seq=read + 1).values_list("at", flat=True).first()
    yield Figure("sinergi_log_entries", head)
    yield Figure("sinergi_notices_untold", max(0, head - read))
    yield Figure("sinergi_notices_oldest_seconds", _age(first, now))
    yield Figure("sinergi_notices_put_aside", put_aside().count())


def _webhooks(now) -> Iterator[Figure]:
    found = Delivery.objects.waiting().aggregate(total=Count("pk"), oldest=Min("made_at"))
    yield Figure("sinergi_webhook_deliveries_waiting", found["total"])
    yield Figure("sinergi_webhook_deliveries_oldest_seconds", _age(found["oldest"], now))


def _jobs(now) -> Iterator[Figure]:
    """Jobs of the loading dock, which is upstairs: asked by its name."""
    jobs = apps.get_model("exchange", "Job")._default_manager
    before = now - SILENT_AFTER
    silent = Q(beat_at__lt=before) | Q(beat_at__isnull=True, created_at__lt=before)
    found = jobs.filter(phase__in=("WAITING", "WORKING")).aggregate(
        waiting=Count("pk", Q(phase="WAITING")),
        running=Count("pk", Q(phase="WORKING")),
        stalled=Count("pk", silent),
        oldest=Min("created_at"),
    )
    yield Figure("sinergi_jobs", found["waiting"], ("waiting",))
    yield Figure("sinergi_jobs", found["running"], ("running",))
    yield Figure("sinergi_jobs_stalled", found["stalled"])
    yield Figure("sinergi_jobs_oldest_seconds", _age(found["oldest"], now))


def _allocations(now) -> Iterator[Figure]:
    runs = apps.get_model("partnerships", "AllocationRun")._default_manager
    found = runs.filter(status="RUNNING").aggregate(total=Count("pk"), oldest=Min("status_since"))
    yield Figure("sinergi_allocation_running", found["total"])
    yield Figure("sinergi_allocation_oldest_seconds", _age(found["oldest"], now))


def _workflows(now) -> Iterator[Figure]:
    """Records whose turn it is somebody's, by table and state; one statement for all tables."""
    parts = []
    for entry in workflows():
        states = [state.code for state in entry.flow.states if state.waits_for and not state.final]
        rows = entry.model._default_manager.filter(status__in=states).order_by()
        rows = rows.annotate(table=Value(entry.flow.name, CharField()), state=Cast("status", CharField()))
        rows = rows.values("table", "state").annotate(
            n=Count("pk"), late=Count("pk", Q(due_at__lt=now)), oldest=Min("status_since")
        )
        parts.append(rows.values_list("table", "state", "n", "late", "oldest"))
    for table, state, count, late, oldest in parts[0].union(*parts[1:], all=True):
        yield Figure("sinergi_workflow_open", count, (table, state))
        yield Figure("sinergi_workflow_overdue", late, (table, state))
        yield Figure("sinergi_workflow_oldest_seconds", _age(oldest, now), (table, state))


def _put_off(now) -> Iterator[Figure]:
    """Tasks that failed for good, and work promised in the database."""
    yield Figure("sinergi_tasks_parked", ParkedTask.objects.filter(state="WAITING").count())
    found = Errand.objects.aggregate(total=Count("pk"), oldest=Min("created_at"))
    yield Figure("sinergi_errands_waiting", found["total"])
    yield Figure("sinergi_errands_oldest_seconds", _age(found["oldest"], now))


def _upkeep(now) -> Iterator[Figure]:
    last = LogEntry.objects.filter(flow=BACKUP_LOG, record_id=0).order_by("-seq").values_list("at", flat=True).first()
    if last:
        yield Figure("sinergi_backup_age_seconds", _age(last, now))
    if anchored := last_anchor_at():
        yield Figure("sinergi_log_anchor_age_seconds", _age(anchored, now))
    yield Figure("sinergi_migrations_pending", migrations_to_apply())
    if (free := free_bytes()) is not None:
        yield Figure("sinergi_media_free_bytes", free)


def _queues(now) -> Iterator[Figure]:
    for name, length, oldest in broker.queues():
        yield Figure("sinergi_queue_length", length, (name,))
        yield Figure("sinergi_queue_oldest_seconds", oldest, (name,))
    if (held := broker.unconfirmed()) is not None:
        yield Figure("sinergi_tasks_at_work", held)


PARTS: dict[str, Callable[[dt.datetime], Iterator[Figure]]] = {
    "mail": _mail,
    "notices": _notices,
    "webhooks": _webhooks,
    "jobs": _jobs,
    "allocations": _allocations,
    "workflows": _workflows,
    "put_off": _put_off,
    "upkeep": _upkeep,
    "queues": _queues,
}

HELP = {
    "sinergi_outbox_waiting": "Mails that have not left yet.",
    "sinergi_outbox_late": "Mails whose next try should have been more than five minutes ago.",
    "sinergi_outbox_oldest_seconds": "Age of the oldest mail that is due.",
    "sinergi_outbox_given_up": "Mails nobody tries any more unless an operator asks.",
    "sinergi_log_entries": "Entries of the log.",
    "sinergi_notices_untold": "Entries of the log of which nobody has been told yet.",
    "sinergi_notices_oldest_seconds": "Age of the first of them.",
    "sinergi_notices_put_aside": "Entries that could not be turned into notices yet.",
    "sinergi_webhook_deliveries_waiting": "Events that wait to be sent to other servers.",
    "sinergi_webhook_deliveries_oldest_seconds": "Age of the oldest of them.",
    "sinergi_jobs": "Long jobs by state.",
    "sinergi_jobs_stalled": "Long jobs without a sign of life for 90 seconds.",
    "sinergi_jobs_oldest_seconds": "Age of the oldest unfinished job.",
    "sinergi_allocation_running": "Calculations of the national allocation that run.",
    "sinergi_allocation_oldest_seconds": "Since when the oldest of them runs.",
    "sinergi_workflow_open": "Records that wait for somebody.",
    "sinergi_workflow_overdue": "Those of them past their due date.",
    "sinergi_workflow_oldest_seconds": "How long the oldest of them has been in its state.",
    "sinergi_tasks_parked": "Tasks that failed for good and wait for an operator.",
    "sinergi_errands_waiting": "Work promised in the database that no worker has done yet.",
    "sinergi_errands_oldest_seconds": "Age of the oldest of it.",
    "sinergi_tasks_at_work": "Messages that workers hold and have not confirmed.",
    "sinergi_queue_length": "Messages that wait in a queue.",
    "sinergi_queue_oldest_seconds": "Age of the oldest message of a queue.",
    "sinergi_backup_age_seconds": "Time since the last backup ended well.",
    "sinergi_log_anchor_age_seconds": "Time since the last anchor of the log.",
    "sinergi_migrations_pending": "Migrations that wait to be applied.",
    "sinergi_media_free_bytes": "Room on the disk of stored files.",
    "sinergi_figures_failed": "Parts of these figures that could not be looked up.",
}
LABELS = {
    "sinergi_jobs": ["state"],
    "sinergi_queue_length": ["queue"],
    "sinergi_queue_oldest_seconds": ["queue"],
    "sinergi_workflow_open": ["table", "state"],
    "sinergi_workflow_overdue": ["table", "state"],
    "sinergi_workflow_oldest_seconds": ["table", "state"],
    "sinergi_figures_failed": ["part"],
}


def look_up() -> list[Figure]:
    """Every figure; a part that fails is named and does not take the others along."""
    now, found = timezone.now(), []
    for name, part in PARTS.items():
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL statement_timeout = 5000")
                figures = list(part(now))
        except Exception as error:  # the scrape goes on: what is missing is itself an alert
            log.warning("figures of %s: %s", name, error)
            found.append(Figure("sinergi_figures_failed", 1, (name,)))
            if isinstance(error, DatabaseError) and not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            continue
        found += [*figures, Figure("sinergi_figures_failed", 0, (name,))]
    return found


def _shared() -> list[tuple]:
    """The answer that all processes share for some seconds; without a cache each looks it up for itself."""
    try:
        return cache.get_or_set("metrics:figures", look_up, KEPT)
    except Exception as error:
        log.warning("figures are not shared: %s", error)
        return look_up()


class Standing:
    """The collector that the library asks."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Metric by metric, from the shared answer."""
        figures = _shared()
        families: dict[str, GaugeMetricFamily] = {}
        for name, value, labels in map(tuple, figures):
            if name not in families:
                families[name] = GaugeMetricFamily(name, HELP[name], labels=LABELS.get(name, []))
            families[name].add_metric(list(labels), value)
        yield from families.values()
