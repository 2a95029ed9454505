"""When a need, a programme or a proposal moved: results are marked old and computed anew."""

from __future__ import annotations

import logging

from django.dispatch import receiver

from partnerships import tasks
from partnerships.models import HOLDING, Proposal
from partnerships.services import suggestions
from programs.models import Program
from regions.models import TrainingNeed
from workflow.engine import moved

log = logging.getLogger(__name__)

SILENT = {"create", "attach", "detach", "download"}
"""Entries that change nothing the rules look at."""


def _later(task, pk: int) -> None:
    """Hand work to the queue. Without a broker nothing breaks: results stay marked, the sweep finds them."""
    try:
        task.delay(pk)
    except Exception as error:  # every broker has its own
        log.warning("queue away, the sweep will compute %s %s: %s", task.name, pk, error)


@receiver(moved, dispatch_uid="partnerships.rescore")
def rescore(sender, record, entry, **kwargs):
    """Needs and programmes that are, or were, matched are computed again after each act on them."""
    if entry.action in SILENT:
        return
    if isinstance(record, TrainingNeed):
        if {entry.source, entry.target} & set(suggestions.OPEN_NEEDS):
            suggestions.mark_need_stale(record.pk)
            _later(tasks.recompute_need, record.pk)
    elif isinstance(record, Program):
        if {entry.source, entry.target} & set(suggestions.OFFERED):
            suggestions.mark_program_stale(record.pk)
            _later(tasks.recompute_program, record.pk)
    elif isinstance(record, Proposal) and (entry.source in HOLDING) != (entry.target in HOLDING):
        # Seats moved. Marked after the commit, never inside it: the tasks hold locks of their own.
        suggestions.mark_need_stale(record.line.need_id)
        _later(tasks.recompute_need, record.line.need_id)
        if record.intake_id is not None:
            suggestions.mark_program_stale(record.intake.program_id)
            _later(tasks.recompute_program, record.intake.program_id)
