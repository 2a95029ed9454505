"""Due dates that follow a programme."""

from __future__ import annotations

from django.db.models import F

from participants.models import Nomination, NominationStatus
from participants.rules import acts
from programs.models import Program
from workflow.clock import passed_mark


def move_drafts(program, now) -> int:
    """Give the drafts of a programme their new due date; returns how many moved.

    Reminders are planned anew: what of 50 and 80 per cent still lies ahead of the new date is told again, what the new
    date has left behind already is not told at once.
    """
    drafts = Nomination.objects.filter(status=NominationStatus.DRAFT, proposal__intake__program=program).select_related(
        "proposal__intake__program"
    )
    moved = 0
    for draft in drafts:
        due = acts.submit_by(draft, now)
        if due == draft.due_at:
            continue
        mark = passed_mark(draft.status_since, due, now) if due else 0
        same = Nomination.objects.filter(pk=draft.pk, status=NominationStatus.DRAFT, status_since=draft.status_since)
        moved += same.update(due_at=due, reminded=min(mark, 80))
    return moved


def move_strays(now) -> int:
    """Drafts whose programme moved without them, because a process died in between; returns how many moved."""
    programs = Program.objects.filter(internal_deadline__gt=now)
    strays = Nomination.objects.filter(status=NominationStatus.DRAFT, proposal__intake__program__in=programs).exclude(
        due_at=F("proposal__intake__program__internal_deadline"), due_at__isnull=False
    )
    behind = programs.filter(pk__in=strays.order_by().values("proposal__intake__program"))
    return sum(move_drafts(program, now) for program in behind)
