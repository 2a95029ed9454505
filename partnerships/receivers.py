"""When a need, a programme or a proposal moved: results are marked old and computed anew."""

from __future__ import annotations

from django.dispatch import receiver

from partnerships import tasks
from partnerships.models import HOLDING, AllocationRun, Proposal
from partnerships.services import ratification, remainder, standing, suggestions
from programs.models import Program
from regions.models import TrainingNeed
from workflow.engine import moved

SILENT = {"create", "attach", "detach", "download"}
"""Entries that change nothing the rules look at."""


@receiver(moved, dispatch_uid="partnerships.rescore")
def rescore(sender, record, entry, **kwargs):
    """Needs and programmes that are, or were, matched are computed again after each act on them."""
    if entry.action in SILENT:
        return
    if isinstance(record, TrainingNeed):
        if {entry.source, entry.target} & set(suggestions.OPEN_NEEDS):
            suggestions.mark_need_stale(record.pk)
            tasks.later(tasks.recompute_need, record.pk)
    elif isinstance(record, Program):
        if {entry.source, entry.target} & set(suggestions.OFFERED):
            suggestions.mark_program_stale(record.pk)
            tasks.later(tasks.recompute_program, record.pk)
    elif isinstance(record, Proposal) and (entry.source in HOLDING) != (entry.target in HOLDING):
        # Seats moved. Marked after the commit, never inside it: the tasks hold locks of their own.
        suggestions.mark_need_stale(record.line.need_id)
        tasks.later(tasks.recompute_need, record.line.need_id)
        if record.intake_id is not None:
            suggestions.mark_program_stale(record.intake.program_id)
            tasks.later(tasks.recompute_program, record.intake.program_id)


@receiver(moved, sender=AllocationRun, dispatch_uid="partnerships.calculate")
def calculate(sender, record, entry, **kwargs):
    """A run that was started is calculated; after the commit, so that the process finds it."""
    if entry.action in {"start", "follow_up"}:
        tasks.later(tasks.run_allocation, record.pk)
    elif entry.action == "finish":
        # Seats may have fallen free while it was calculated, or waited because it was.
        plan = ratification.valid_plan(record.round.cycle_id)
        if plan is not None:
            tasks.later(tasks.follow_up_allocation, plan.pk)


@receiver(moved, sender=Proposal, dispatch_uid="partnerships.free_seats")
def free_seats(sender, record, entry, **kwargs):
    """A placed proposal that ended or was answered may leave seats free: those who come next get them."""
    answered = entry.source in standing.WITH_PARTNER and entry.target != entry.source
    if entry.target in standing.ENDED or answered or entry.action == "resubmit":
        for plan in remainder.plans_of(record).values_list("pk", flat=True):
            tasks.later(tasks.follow_up_allocation, plan)
