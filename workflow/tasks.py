"""What beat asks of the workflow room."""

import logging

from celery import shared_task
from django.db import connection

from workflow import clock, holidays
from workflow.audit import broken_links

log = logging.getLogger(__name__)
_CLOCK_LOCK = 7_220_001


def _alone(work) -> int:
    """Do the CLOCK's work, unless another process is at it: two beats started by mistake do not act twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_CLOCK_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            return work()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_CLOCK_LOCK])


@shared_task
def run_clock() -> int:
    """Let the CLOCK act."""
    return _alone(clock.run)


@shared_task
def follow_calendar() -> int:
    """Move due dates right after the holiday calendar was edited, rather than within a minute."""
    return _alone(holidays.follow)


@shared_task
def verify_log() -> int:
    """Re-check the whole chain and put its head into the operator's log, so that a rewritten chain shows."""
    broken, head = broken_links()
    if broken:
        log.error("log chain BROKEN at entries %s", broken[:20])
    else:
        log.info("log chain intact, head %s", head)
    return len(broken)
