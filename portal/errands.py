"""The desk of promised work: a row in the transaction that causes it, a task after the commit, a sweep for the rest."""

from __future__ import annotations

import datetime as dt
import logging
import time

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as NoBroker

from portal import parking
from portal.models import Errand
from portal.queues import MAIL, TASKS
from workflow import errands

log = logging.getLogger(__name__)

HELD = dt.timedelta(minutes=2)
"""So long a try belongs to the process that began it, and a fresh promise to the queue: longer than a mail server may
keep us waiting (EMAIL_TIMEOUT)."""
PAUSES = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440)]
"""Between tries; after the last one an operator has to look."""
LASTS = 240
"""Seconds after which a sweep leaves the rest to the next one."""


def keep(task: str, args: list) -> None:
    """Write a promise down; the queue is asked after the commit. A broker that is away only means: the sweep."""
    made = Errand.objects.create(task=task, args=args, next_at=timezone.now() + HELD)
    transaction.on_commit(lambda: ask(made.pk))


def ask(pk: int) -> None:
    """Hand a promise to the queue."""
    from portal.tasks import do_errand

    try:
        do_errand.delay(pk)
    except Exception as error:  # every broker has its own
        log.info("the broker does not answer (%s): the next sweep does errand %s", error, pk)


def sweep(now: dt.datetime | None = None) -> list[int]:
    """Promises whose time has come: the broker was away, a try failed, or its process died."""
    began, done = time.monotonic(), []
    due = Errand.objects.filter(next_at__lte=now or timezone.now()).order_by("next_at")
    for pk in list(due.values_list("pk", flat=True)[:500]):
        if time.monotonic() - began > LASTS:
            break
        do(pk, now=now)
        done.append(pk)
    return done


def do(pk: int, *, now: dt.datetime | None = None) -> str:
    """Keep one promise: "done", "later", "parked", or "" where another process is at it or it was kept already."""
    now = now or timezone.now()
    if (errand := _begin(pk, now)) is None:
        return ""
    try:
        with errands.keeping(errand.pk):
            _carry_out(errand)
    except (OSError, NoBroker) as error:  # other people's servers, and our way to them
        return _later(errand, error, now)
    except Exception as error:
        log.exception("errand %s: %s failed", errand.pk, errand.task)
        return _give_up(errand, error)
    errand.delete()
    return "done"


def _carry_out(errand: Errand) -> None:
    """Letters are written here; other work goes to its own queue, where its sweep looks after it."""
    task = current_app.tasks[errand.task]
    if errand.task in TASKS and TASKS[errand.task].queue == MAIL:
        task.run(*errand.args)
    else:
        task.apply_async(errand.args)


def _begin(pk: int, now: dt.datetime) -> Errand | None:
    """The try is written down before it begins. A first try needs no moment: the queue comes at once."""
    with transaction.atomic():
        errand = Errand.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if errand is None or (errand.attempts and errand.next_at > now):
            return None
        errand.attempts += 1
        errand.next_at = now + HELD
        errand.save(update_fields=["attempts", "next_at"])
    return errand


def _later(errand: Errand, error: Exception, now: dt.datetime) -> str:
    if errand.attempts > len(PAUSES):
        return _give_up(errand, error)
    log.warning(
        "errand %s: %s did not work (%s), try %s", errand.pk, errand.task, type(error).__name__, errand.attempts
    )
    Errand.objects.filter(pk=errand.pk).update(next_at=now + PAUSES[errand.attempts - 1])
    return "later"


@transaction.atomic
def _give_up(errand: Errand, error: Exception) -> str:
    parking.park(errand.task, errand.args, error)
    errand.delete()
    return "parked"
