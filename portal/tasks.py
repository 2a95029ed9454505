"""What Celery does for the demo."""

from celery import shared_task


@shared_task(bind=True, soft_time_limit=1500, time_limit=1800, max_retries=20, default_retry_delay=15)
def hold_sample_rounds(self) -> None:
    """Calculate and ratify the sample's national round, while the portal already answers."""
    from portal.demo import rounds  # nothing of the demo is loaded elsewhere

    try:
        rounds.hold()
    except rounds.Unfinished as unfinished:
        raise self.retry(exc=unfinished) from unfinished
