"""What the post room hears. It only takes notes here; telling happens in a task, after everything is
written."""

from __future__ import annotations

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from notices.audience import tells_of
from notices.services import follow_calendar, keep_mark
from notices.tasks import deliver_soon
from workflow.batches import batch_of, closed
from workflow.calendar import calendar_changed
from workflow.clock import reminded
from workflow.engine import moved
from workflow.models import LogEntry


@receiver(moved)
def on_move(sender, entry, **kwargs):
    """The log holds the event already (it was committed before this signal): only ask for the next round. What belongs
    together is told together, when it is complete."""
    if not batch_of(entry):
        deliver_soon()


@receiver(post_save, sender=LogEntry)
def on_entry(sender, instance, created, **kwargs):
    """Logs without a table send no signal of their own."""
    if created and tells_of(instance.flow) and not batch_of(instance):
        transaction.on_commit(deliver_soon)


@receiver(closed)
def on_batch(sender, **kwargs):
    """The last of many acts is done."""
    transaction.on_commit(deliver_soon)


@receiver(reminded)
def on_reminder(sender, record, flow, mark, **kwargs):
    """A time mark is in no log: note it before asking for the next round."""
    keep_mark(record, flow, mark)
    transaction.on_commit(deliver_soon)


@receiver(calendar_changed, dispatch_uid="notices.calendar")
def on_another_calendar(sender, now, **kwargs):
    """A morning on which digests were to leave may be a day off by now."""
    follow_calendar(now)
