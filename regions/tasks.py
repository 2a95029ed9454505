"""What beat asks of the needs' room."""

import logging

from celery import shared_task
from django.utils import timezone

from regions.services import uploads

log = logging.getLogger(__name__)


@shared_task
def sweep_uploads() -> int:
    """Each night: files that somebody began to send and never finished."""
    count = uploads.sweep(timezone.now())
    if count:
        log.info("uploads: %s abandoned or long finished ones forgotten", count)
    return count
