"""What Celery does for the building: promised work, what failed, and the demo's rounds."""

from celery import shared_task

from portal import errands, parking
from portal.kpi import step_totals


@shared_task
def do_errand(pk: int) -> str:
    """Keep one promise."""
    return errands.do(pk)


@shared_task
def resume_errands() -> int:
    """The sweep: promises that no process has kept yet. Any number of calls is safe."""
    return len(errands.sweep())


@shared_task
def forget_parked() -> int:
    """Every night: tasks that were put aside and settled long ago."""
    return parking.forget()


@shared_task
def add_up_steps() -> int:
    """Keep the totals of steps young, so that pages have little of the log left to count."""
    return step_totals.add_up()


@shared_task(bind=True, max_retries=20, default_retry_delay=15)
def hold_sample_rounds(self) -> None:
    """Calculate and ratify the sample's national round, while the portal already answers."""
    from portal.demo import rounds  # nothing of the demo is loaded elsewhere

    try:
        rounds.hold()
    except rounds.Unfinished as unfinished:
        raise self.retry(exc=unfinished) from unfinished
