"""When a programme's deadline moved: drafts are due when the office's registration closes now."""

from __future__ import annotations

from django.dispatch import receiver
from django.utils import timezone

from participants.services.deadlines import move_drafts
from programs.models import Program
from workflow.engine import moved

MOVES = {"extend", "reopen", "amend", "publish", "reschedule"}
"""What may give a programme another deadline."""


@receiver(moved, dispatch_uid="participants.deadlines")
def follow_the_programme(sender, record, entry, **kwargs):
    """Extended, reopened, amended or moved by the holiday calendar: every draft for it moves along."""
    if isinstance(record, Program) and entry.action in MOVES:
        move_drafts(record, timezone.now())
