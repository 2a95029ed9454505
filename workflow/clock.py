"""The CLOCK: does what the tables say happens by itself, and marks deadlines at 50 %, 80 % and 100 %."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from workflow.engine import Refused, Stale, perform
from workflow.registry import workflows
from workflow.table import CLOCK

log = logging.getLogger(__name__)

reminded = Signal()
"""Sent when a record passes 50, 80 or 100 % of its time, inside the transaction that marks it: sender=model, record,
flow, mark. Listeners only write; what talks to other services waits for the commit."""

MARKS = (100, 80, 50)


def overdue(now) -> Q:
    """For `Transition.when`: the state's time is up."""
    return Q(due_at__lt=now)


def run(now=None) -> int:
    """Carry out every automatic act that is due and mark deadlines; returns how many acts were done.

    Each record is its own transaction, so that one bad record never stops the rest.
    """
    now = now or timezone.now()
    done = 0
    for entry in workflows():
        flow, model = entry.flow, entry.model
        for t in flow.transitions:
            if CLOCK not in t.who or t.when is None:
                continue
            for record in model._default_manager.filter(t.when(now), status__in=t.source).order_by("pk")[:1000]:
                try:
                    perform(flow, t.name, record=record)
                    done += 1
                except (Refused, Stale) as refusal:
                    log.info("clock: %s %s not done: %s", record.code, t.name, refusal)
                except Exception:
                    log.exception("clock: %s %s failed", record.code, t.name)
        _remind(flow, model, now)
    return done


def _remind(flow, model, now) -> None:
    waiting = [s.code for s in flow.states if s.within]
    for record in model._default_manager.filter(status__in=waiting, due_at__isnull=False, reminded__lt=100):
        span = (record.due_at - record.status_since).total_seconds()
        passed = (now - record.status_since).total_seconds()
        mark = next((m for m in MARKS if span > 0 and passed * 100 >= span * m), 0)
        if mark > record.reminded:
            _pass_mark(flow, model, record, mark)


def _pass_mark(flow, model, record, mark: int) -> None:
    """Mark and listeners' notes are written together: when a listener fails, the next minute tries again."""
    with transaction.atomic():
        if model._default_manager.filter(pk=record.pk, reminded__lt=mark).update(reminded=mark):
            heard = reminded.send_robust(model, record=record, flow=flow, mark=mark)
            if any(isinstance(answer, Exception) for _receiver, answer in heard):
                transaction.set_rollback(True)
