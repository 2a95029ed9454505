"""The CLOCK: does what the tables say happens by itself, and marks deadlines at 50 %, 80 % and 100 %."""

from __future__ import annotations

import logging
from contextlib import nullcontext

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.lookups import GreaterThanOrEqual
from django.dispatch import Signal
from django.utils import timezone

from workflow import holidays
from workflow.batches import batch
from workflow.engine import Refused, Stale, note, perform
from workflow.registry import workflows
from workflow.table import CLOCK

log = logging.getLogger(__name__)

reminded = Signal()
"""Sent when a record passes 50, 80 or 100 % of its time, inside the transaction that marks it: sender=model, record,
flow, mark. Listeners only write; what talks to other services waits for the commit."""

MARKS = (100, 80, 50)
PIECE = 500
"""Records are fetched in pieces of this size, in the order of their keys: one that is refused holds nobody up."""


def overdue(now) -> Q:
    """For `Transition.when`: the state's time is up."""
    return Q(due_at__lt=now)


def run(now=None) -> int:
    """Carry out every automatic act that is due and mark deadlines; returns how many acts were done.

    Each record is its own transaction, so that one bad record never stops the rest. After a standstill the CLOCK does
    once what became due meanwhile, at the moment it wakes: the log tells when it was done and when it had been due.
    """
    now = now or timezone.now()
    try:
        holidays.follow(now)
    except Exception:
        log.exception("clock: the holiday calendar could not be followed; the next minute tries again")
    done = 0
    for entry in workflows():
        for t in entry.flow.transitions:
            if CLOCK in t.who and t.when is not None:
                done += _carry_out(entry.flow, entry.model, t, now)
        _remind(entry.flow, entry.model, now)
    return done


def _carry_out(flow, model, t, now) -> int:
    """One kind of act on every record it is due for."""
    done, last = 0, 0
    while True:
        due = model._default_manager.filter(t.when(now), status__in=t.source, pk__gt=last)
        keys = list(due.order_by("pk").values_list("pk", flat=True).distinct()[:PIECE])
        with batch() if len(keys) > 1 else nullcontext():  # whoever hears of many hears once
            for pk in keys:
                try:
                    done += _act(flow, model, t, pk, now)
                except (Refused, Stale) as refusal:
                    log.info("clock: %s %s not done: %s", model.__name__, t.name, refusal)
                except Exception:
                    log.exception("clock: %s #%s %s failed", model.__name__, pk, t.name)
        if len(keys) < PIECE:
            return done
        last = keys[-1]


def _act(flow, model, t, pk: int, now) -> bool:
    """One act on one record, if it is still due once nobody else holds it.

    The question is asked again under the lock: another clock may have acted, or a person may have moved the date.
    """
    with transaction.atomic():
        if not model._default_manager.select_for_update(of=("self",), no_key=True).filter(pk=pk).exists():
            return False
        record = model._default_manager.filter(t.when(now), pk=pk, status__in=t.source).first()
        if record is None:
            return False
        perform(flow, t.name, record=record)
    return True


def _remind(flow, model, now) -> None:
    waiting = [s.code for s in flow.states if s.within]
    due = model._default_manager.filter(_mark_passed(now), status__in=waiting, due_at__isnull=False)
    for record in due.order_by("pk").iterator(chunk_size=PIECE):
        mark = passed_mark(record.time_runs_since, record.due_at, now)
        if mark > record.reminded:
            try:
                _pass_mark(flow, model, record, mark)
            except Exception:
                log.exception("clock: %s could not be marked", record.code)


def _mark_passed(now) -> Q:
    """Records that may have passed their next mark, so that not every dated record is read each minute. A turn within a
    state begins later than the state: then `passed_mark` says no, and a mark that passed is never left out."""
    found = Q(pk__in=[])
    for before, mark in zip((0, *sorted(MARKS)), sorted(MARKS), strict=False):
        gone = ExpressionWrapper((F("due_at") - F("status_since")) * (mark / 100), DurationField())
        found |= Q(GreaterThanOrEqual(Value(now), F("status_since") + gone), reminded__gte=before, reminded__lt=mark)
    return found


def passed_mark(since, due_at, now) -> int:
    """The highest of 50, 80 and 100 % that has passed of the time between two moments; 0 before half of it."""
    span, passed = (due_at - since).total_seconds(), (now - since).total_seconds()
    return next((m for m in MARKS if span > 0 and passed * 100 >= span * m), 0)


def _pass_mark(flow, model, record, mark: int) -> None:
    """Mark and listeners' notes are written together: when a listener fails, the next minute tries again.

    A standstill over several marks leaves the last one only, so that nobody is reminded three times at once. The due
    date is part of the question: who moved it meanwhile has set the marks anew. A breach is also put into the log.
    """
    with transaction.atomic():
        same = model._default_manager.filter(
            pk=record.pk, status=record.status, due_at=record.due_at, reminded__lt=mark
        )
        if same.update(reminded=mark):
            heard = reminded.send_robust(model, record=record, flow=flow, mark=mark)
            if any(isinstance(answer, Exception) for _receiver, answer in heard):
                transaction.set_rollback(True)
            elif mark == MARKS[0]:
                note(flow, record, None, "overdue", {"was_due": record.due_at})
