"""What was not told when it came up: time marks, and entries of the log that failed."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.utils import timezone

from notices import rules
from notices.models import NoticeKind, Pending
from notices.services.delivery import Draft, deliver
from notices.services.reading import tell_of
from notices.services.wording import about, describe
from workflow.models import LogEntry
from workflow.registry import workflow
from workflow.turns import waits_for

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8


def keep_mark(record, flow, mark: int) -> None:
    """Remember that a record passed a share of its time; told by the next sweep.

    The due date belongs to the mark: one that was moved is reminded of anew. An earlier mark that nobody could be told
    of yet gives way, so that a standstill ends in one notice and not in three.
    """
    since = f"mark:{flow.name}:{record.pk}:{record.status_since.timestamp():.0f}:"
    Pending.objects.filter(kind=Pending.Kind.MARK, key__startswith=since, mark__lt=mark).delete()
    Pending.objects.get_or_create(
        key=f"{since}{record.due_at.timestamp():.0f}:{mark}",
        defaults={
            "kind": Pending.Kind.MARK,
            "flow": flow.name,
            "record_id": record.pk,
            "mark": mark,
            "status_since": record.status_since,
        },
    )


def work_off(now=None) -> int:
    """Deliver what is pending; returns how much was done. What fails is tried again, ever more rarely."""
    now, done = now or timezone.now(), 0
    for pk in list(Pending.objects.filter(next_at__lte=now, attempts__lt=MAX_ATTEMPTS).values_list("pk", flat=True)):
        with transaction.atomic():
            pending = Pending.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if pending is None:
                continue
            try:
                with transaction.atomic():
                    _finish(pending, now)
            except Exception as error:
                log.exception("notices: %s failed again", pending.key)
                pending.attempts += 1
                pending.next_at = now + dt.timedelta(minutes=2**pending.attempts)
                pending.last_error = str(error)[:300]
                pending.save()
            else:
                pending.delete()
                done += 1
    return done


def _finish(pending: Pending, now) -> None:
    if pending.kind == Pending.Kind.ENTRY:
        tell_of([LogEntry.objects.get(seq=pending.seq)], now)
        return
    registered = workflow(pending.flow)
    record = registered.model._default_manager.select_related(*registered.related).filter(pk=pending.record_id).first()
    if record is None or record.status_since != pending.status_since or record.due_at is None:
        return  # it has moved on: nobody is reminded of something done
    if f":{record.due_at.timestamp():.0f}:" not in pending.key:
        return  # it is due on another day now: that day brings its own reminders
    roles = waits_for(record)
    pairs = rules.capacities(registered, record, roles, turn=True)
    if pending.mark >= 100:
        told = {user.pk for user, _m in pairs}
        superiors = rules.superiors_of(roles)
        pairs += [pair for pair in rules.capacities(registered, record, superiors) if pair[0].pk not in told]
    drafts = []
    for user, membership in pairs:
        notice = about(record, user, membership, NoticeKind.DUE, key=pending.key, created_at=now)
        notice.mark = pending.mark
        describe(notice)
        drafts.append(Draft(notice, rules.urgency_of(NoticeKind.DUE, None, pending.mark)))
    deliver(drafts, now)
