"""What the post room hears. It only takes notes here; telling happens in a task, after everything is
written."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import receiver

from notices.services import keep_mark
from notices.tasks import deliver_soon
from workflow.clock import reminded
from workflow.engine import moved


@receiver(moved)
def on_move(sender, entry, **kwargs):
    """The log holds the event already (it was committed before this signal): only ask for the next round."""
    deliver_soon()


@receiver(reminded)
def on_reminder(sender, record, flow, mark, **kwargs):
    """A time mark is in no log: note it before asking for the next round."""
    keep_mark(record, flow, mark)
    transaction.on_commit(deliver_soon)
