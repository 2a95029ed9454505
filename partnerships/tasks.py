"""What Celery computes for the partnerships room: results of matching and national allocations; and their sweeps."""

import logging

from celery import shared_task

from partnerships.services import allocations, remainder, suggestions
from workflow.alone import alone

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
    with alone(_SWEEP_LOCK) as free:
        return suggestions.refresh_stale() if free else 0


@shared_task
def run_allocation(run_id: int) -> str:
    """Calculate a run; on a queue of its own, so that nothing else waits behind it (`portal/queues.py`)."""
    return allocations.execute(run_id, patience=10)


@shared_task(autoretry_for=(Exception,), max_retries=2, retry_backoff=True)
def follow_up_allocation(plan_id: int) -> int:
    """Give out what fell free of a ratified plan; the run that does so is calculated on its own queue."""
    return int(remainder.follow_up(plan_id) is not None)


@shared_task
def resume_allocations() -> int:
    """The sweep: started runs that no process has taken up and seats that fell free, because the broker was away."""
    remainder.sweep()
    waiting = allocations.waiting_runs()
    for run_id in waiting:
        later(run_allocation, run_id)
    return len(waiting)


def later(task, pk: int) -> None:
    """Hand work to the queue. Without a broker nothing breaks: the work stays marked, the sweeps find it."""
    try:
        task.delay(pk)
    except Exception as error:  # every broker has its own
        log.warning("queue away, the sweep will take %s %s: %s", task.name, pk, error)
