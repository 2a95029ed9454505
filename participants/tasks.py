"""What beat asks of the participants' room."""

import logging

from celery import shared_task
from django.db import transaction

from participants.services.people import forget_old

log = logging.getLogger(__name__)


@shared_task
def forget() -> int:
    """Each night: let go of what has been kept long enough."""
    with transaction.atomic():
        papers, people = forget_old()
    if papers or people:
        log.info("retention: papers of %s nominations deleted, %s people emptied", papers, people)
    return people
