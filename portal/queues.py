"""Which task waits in which queue and how long it may take. Settings, workers and the page of parked tasks read this.

Times fit each other: a message that nobody has confirmed is given to somebody else after `VISIBILITY`, so every task
must have ended before that (hard limit), or it would run twice at once. A retry waits in the queue unconfirmed too, so
no pause between tries may be longer either. Lost messages are not waited for that long: the work of each task is found
again in the database by a sweep within minutes (docs/operations/faults.md).
"""

from __future__ import annotations

from dataclasses import dataclass

INTERACTIVE, MAIL, BULK, ALLOCATION = "interactive", "mail", "bulk", "allocation"
QUEUES = (INTERACTIVE, MAIL, BULK, ALLOCATION)
VISIBILITY = 3600
"""Seconds after which Redis gives an unconfirmed message to another worker: twice the longest hard limit."""


@dataclass(frozen=True)
class Place:
    """A queue, with the seconds after which a task is asked to end (soft) and its process is killed (hard)."""

    queue: str
    soft: int = 540
    hard: int = 600


_SOON, _MAIL = Place(INTERACTIVE), Place(MAIL)
_AT_NIGHT = Place(BULK, 1500, 1800)
TASKS = {
    # What a person waits for, and what keeps time limits.
    "workflow.tasks.run_clock": _SOON,
    "workflow.tasks.follow_calendar": _SOON,
    "notices.tasks.deliver_pending": _SOON,
    "accounts.tasks.keep_delegations": _SOON,
    "partnerships.tasks.recompute_need": _SOON,
    "partnerships.tasks.recompute_program": _SOON,
    "partnerships.tasks.follow_up_allocation": _SOON,
    "partnerships.tasks.resume_allocations": _SOON,
    "exchange.tasks.resume_jobs": _SOON,
    "participants.tasks.follow_programs": _SOON,
    # What leaves the portal: other people's servers may be slow.
    "notices.tasks.send_outbox": _MAIL,
    "notices.tasks.call_webhooks": _MAIL,
    "portal.tasks.do_errand": _MAIL,
    "portal.tasks.resume_errands": _MAIL,
    "accounts.tasks.send_invitation": _MAIL,
    "accounts.tasks.send_delegation": _MAIL,
    "accounts.tasks.send_password_link": _MAIL,
    "accounts.tasks.send_security_letter": _MAIL,
    # Long work, and what runs at night. A job that is not done when its time is over goes on where it was.
    "exchange.tasks.run_job": Place(BULK, 1500, 1800),
    "exchange.tasks.publish_data": _AT_NIGHT,
    "exchange.tasks.publish_first_data": _AT_NIGHT,
    "exchange.tasks.forget_jobs": _AT_NIGHT,
    "partnerships.tasks.refresh_stale": _AT_NIGHT,
    "participants.tasks.forget": _AT_NIGHT,
    "regions.tasks.sweep_uploads": _AT_NIGHT,
    "notices.tasks.forget": _AT_NIGHT,
    "api.tasks.forget_keys": _AT_NIGHT,
    "accounts.tasks.forget_old_sessions": _AT_NIGHT,
    "portal.tasks.forget_parked": _AT_NIGHT,
    "portal.tasks.add_up_steps": _AT_NIGHT,
    "workflow.tasks.verify_log": _AT_NIGHT,
    # A calculation takes minutes and a processor of its own.
    "partnerships.tasks.run_allocation": Place(ALLOCATION, 1500, 1800),
    "portal.tasks.hold_sample_rounds": Place(ALLOCATION, 1500, 1800),
}


def routes() -> dict[str, dict[str, str]]:
    """For CELERY_TASK_ROUTES."""
    return {name: {"queue": place.queue} for name, place in TASKS.items()}


def limits() -> dict[str, dict[str, int]]:
    """For CELERY_TASK_ANNOTATIONS."""
    return {name: {"soft_time_limit": place.soft, "time_limit": place.hard} for name, place in TASKS.items()}
