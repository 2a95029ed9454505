"""What Celery computes for the partnerships room: results of matching, after a change and in the sweep."""

import logging

from celery import shared_task
from django.db import connection

from partnerships.services import suggestions

log = logging.getLogger(__name__)
_SWEEP_LOCK = 7_220_003


@shared_task(autoretry_for=(Exception,), max_retries=2, retry_backoff=True)
def recompute_need(need_id: int) -> int:
    """Judge a need's lines anew."""
    return suggestions.recompute_need(need_id)


@shared_task(autoretry_for=(Exception,), max_retries=2, retry_backoff=True)
def recompute_program(program_id: int) -> int:
    """Judge a programme's intakes anew."""
    return suggestions.recompute_program(program_id)


@shared_task
def refresh_stale() -> int:
    """The sweep: whatever no task has done yet. A second sweep that begins meanwhile does nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_SWEEP_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            return suggestions.refresh_stale()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_SWEEP_LOCK])
