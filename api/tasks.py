"""Work of the interface in the background."""

from celery import shared_task

from api.services.idempotency import forget


@shared_task
def forget_keys() -> int:
    """Remove idempotency keys older than a day."""
    return forget()
