"""What beat asks of the participants' room."""

import logging

from celery import shared_task
from django.utils import timezone

from participants.services.deadlines import move_strays
from participants.services.people import forget_old, sweep_files

log = logging.getLogger(__name__)


@shared_task
def forget() -> int:
    """Each night: let go of what has been kept long enough, then of files that no row holds."""
    nominations, people = forget_old()
    files = sweep_files()
    if nominations or people or files:
        log.info("retention: %s nominations and %s people emptied, %s loose files deleted", nominations, people, files)
    return people


@shared_task
def follow_programs() -> int:
    """Drafts that a moved programme left behind, because a process died in between."""
    return move_strays(timezone.now())
