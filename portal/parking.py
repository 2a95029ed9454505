"""Tasks that failed for good are put aside for the operators: run again, dismissed, or settled by a later run."""

from __future__ import annotations

import datetime as dt
import logging
import re
import traceback

from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import current_app, signals
from celery.exceptions import Ignore
from django.core.cache import cache
from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.log import record_event
from notices.masking import masked
from portal.models import ParkedState, ParkedTask
from portal.outage import is_away
from portal.queues import TASKS, VISIBILITY
from workflow import errands
from workflow.engine import Refused

log = logging.getLogger(__name__)

LOG = "portal.task"
MOST_DELIVERIES = 3
"""A message that comes so often has killed those who had it: it is put aside and not begun."""
FORGOTTEN_AFTER = dt.timedelta(days=180)
FIXED_WORD = re.compile(r"[a-z_]{1,30}")
_NUMBER = re.compile(r"\d{5,}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|«[^»]*»|“[^”]*”|=\([^)]*\)")


class WorkerKilled(Exception):
    """Whoever had the message died, several times."""


# --- Putting aside ------------------------------------------------------------------------------------------


def park(task: str, args, error: BaseException, *, whole: bool = True) -> None:
    """One row per task and arguments as long as nobody has looked; it counts."""
    kept = [value if _is_key(value) else None for value in args]
    now = timezone.now()
    news = {
        "error": type(error).__name__[:100],
        "text": scrubbed(str(error)),
        "trace": places(error),
        "last_at": now,
        "changed_at": now,
    }
    with transaction.atomic():
        same = ParkedTask.objects.filter(task=task, args=kept, state=ParkedState.WAITING)
        if not same.update(count=F("count") + 1, **news):
            ParkedTask.objects.bulk_create(
                [
                    ParkedTask(
                        task=task,
                        args=kept,
                        queue=TASKS[task].queue if task in TASKS else "",
                        whole=whole and kept == list(args),
                        first_at=now,
                        **news,
                    )
                ],
                ignore_conflicts=True,  # somebody put the same task aside at this moment
            )
    log.error("task put aside: %s %s: %s", task, kept, news["error"])


def _is_key(value) -> bool:
    return (
        value is None or isinstance(value, int) or (isinstance(value, str) and FIXED_WORD.fullmatch(value) is not None)
    )


def scrubbed(text: str) -> str:
    """The first line of an error without what it may quote: addresses, long numbers, anything in quotation marks."""
    line = text.strip().split("\n")[0]
    return _NUMBER.sub("…", _QUOTED.sub("…", masked(line)))[:300]


def places(error: BaseException) -> str:
    """Where it happened: files, lines and names of functions, never values."""
    frames = traceback.extract_tb(error.__traceback__)[-20:]
    return "\n".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)


def _short(path: str) -> str:
    return "/".join(path.split("/")[-3:])


# --- What workers tell --------------------------------------------------------------------------------------


def after_failure(sender, args=(), kwargs=None, exception=None, **_more) -> None:
    """A task ended with an error nobody expected, or its tries are used up. Where the database went away sweeps find
    the work, and there is nowhere to put it aside."""
    killed = isinstance(exception, TimeLimitExceeded | WorkerLostError)  # told by the parent, whose child is gone
    if not killed and (sender.request.called_directly or sender.request.is_eager or is_away(exception)):
        return
    try:
        park(sender.name, args if isinstance(args, list | tuple) else (), exception, whole=not kwargs)
    except Error:
        log.exception("%s could not be put aside", sender.name)
    finally:
        if killed:
            connection.close()  # or the next child would inherit the line


def after_success(sender, **_more) -> None:
    """What was put aside before has gone well by itself."""
    request = sender.request
    if request.called_directly or request.is_eager:
        return
    try:
        ParkedTask.objects.filter(task=sender.name, args=list(request.args or ()), state=ParkedState.WAITING).update(
            state=ParkedState.SETTLED, changed_at=timezone.now()
        )
    except Error as error:
        log.info("nobody can say whether %s was put aside: %s", sender.name, error)


def of_unknown(name=None, **_more) -> None:
    """A message for a task this version does not know: an older worker, or an older message."""
    park(str(name)[:100], [], LookupError("no worker knows this task"), whole=False)


def before_start(task, args) -> None:
    """Count how often a message was delivered; raises Ignore where it has killed too many. The broker marks what comes
    again, so a first delivery costs nothing."""
    request = task.request
    if request.called_directly or not (request.delivery_info or {}).get("redelivered"):
        return
    key = f"deliveries:{request.id}"
    count = (cache.get(key) or 1) + 1
    cache.set(key, count, VISIBILITY * 3)
    if count >= MOST_DELIVERIES:
        park(task.name, args, WorkerKilled(f"delivered {count} times, its process died each time"))
        raise Ignore


def listen() -> None:
    """Said once when Django starts."""
    signals.task_failure.connect(after_failure, dispatch_uid="parking")
    signals.task_success.connect(after_success, dispatch_uid="parking")
    signals.task_unknown.connect(of_unknown, dispatch_uid="parking")


# --- Forgetting ---------------------------------------------------------------------------------------------


def forget(now: dt.datetime | None = None) -> int:
    """Every night: what needed a look once, long ago. What still waits stays."""
    before = (now or timezone.now()) - FORGOTTEN_AFTER
    return ParkedTask.objects.exclude(state=ParkedState.WAITING).filter(changed_at__lt=before).delete()[0]


# --- The operators' buttons ---------------------------------------------------------------------------------


@transaction.atomic
def run_again(pk: int, *, actor) -> ParkedTask:
    """Promise the task once more; the sweep sees to it even where the broker is away."""
    parked = _waiting(pk)
    if not parked.whole or parked.task not in current_app.tasks:
        raise Refused([_("This task cannot be run again from here. Dismiss it and repeat what caused it.")])
    _change(parked, ParkedState.AGAIN)
    errands.promise(parked.task, *parked.args)
    record_event(LOG, parked.pk, parked.code, "run_again", actor, task=parked.task)
    return parked


@transaction.atomic
def dismiss(pk: int, *, actor, reason: str) -> ParkedTask:
    """Nobody will run it."""
    parked = _waiting(pk)
    parked.reason = reason
    _change(parked, ParkedState.DISMISSED)
    record_event(LOG, parked.pk, parked.code, "dismiss", actor, comment=reason, task=parked.task)
    return parked


def _waiting(pk: int) -> ParkedTask:
    parked = ParkedTask.objects.select_for_update().filter(pk=pk, state=ParkedState.WAITING).first()
    if parked is None:
        raise Refused([_("Somebody was faster: this task no longer needs a look.")])
    return parked


def _change(parked: ParkedTask, state: str) -> None:
    parked.state, parked.changed_at = state, timezone.now()
    parked.save(update_fields=["state", "changed_at", "reason"])
