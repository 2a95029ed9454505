"""What Celery does for the loading dock: long jobs and their sweep."""

from celery import shared_task

from exchange.open_data import editions
from exchange.services import exports, jobs, jobs_upkeep


@shared_task
def run_job(pk: int) -> str:
    """Do one job."""
    return jobs.execute(pk)


@shared_task
def resume_jobs() -> int:
    """The sweep: jobs that no process is at, files about people that nobody decided on, lists kept long enough."""
    jobs_upkeep.drop_undecided()
    exports.remove_old()
    return len(jobs_upkeep.sweep())


@shared_task
def forget_jobs() -> int:
    """Every night: files and reports whose time is over."""
    return jobs_upkeep.forget()


@shared_task
def publish_data() -> int:
    """Every week: editions of the open data that changed."""
    return len(editions.publish())


@shared_task
def publish_first_data() -> int:
    """A portal that is new does not wait for Monday."""
    return len(editions.publish()) if editions.is_empty() else 0
