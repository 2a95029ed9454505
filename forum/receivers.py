"""When a nomination's personal data were deleted: what was said about it goes too."""

from __future__ import annotations

from django.dispatch import receiver

from forum.services.forgetting import forget_talks
from participants.models import Nomination
from workflow.engine import moved


@receiver(moved, dispatch_uid="forum.forgetting")
def follow_the_nomination(sender, record, entry, **kwargs):
    """The time of keeping is over, or the person had it ended."""
    if isinstance(record, Nomination) and entry.action == "forget":
        forget_talks()
