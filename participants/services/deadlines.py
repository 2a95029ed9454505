"""Due dates that follow a programme."""

from __future__ import annotations

from participants.models import Nomination, NominationStatus
from participants.rules import acts


def move_drafts(program, now) -> int:
    """Give the drafts of a programme their new due date; returns how many moved."""
    drafts = Nomination.objects.filter(status=NominationStatus.DRAFT, proposal__intake__program=program).select_related(
        "proposal__intake__program"
    )
    moved = 0
    for draft in drafts:
        due = acts.submit_by(draft, now)
        moved += Nomination.objects.filter(pk=draft.pk).exclude(due_at=due).update(due_at=due, reminded=0)
    return moved
