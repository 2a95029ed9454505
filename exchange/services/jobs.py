"""Long work: ordered on a page, done by a worker, watched on a page; what a worker loses: `jobs_upkeep`."""

from __future__ import annotations

import datetime as dt
import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.services.log import record_event
from exchange.models import Job, Phase
from exchange.models.jobs import OPEN
from workflow.alone import alone

log = logging.getLogger(__name__)
LOG = "exchange.job"
"""Name of the log of jobs, which have no workflow table."""
LONG = 60
"""Seconds after which nobody is expected to have waited with the page open."""
PROGRESS = ("step", "done", "total")
LOCK = 7_220_040
"""First key of the advisory lock that says which process is at a job."""
MOST_TRIES = 3
TELL_EVERY = 1.0
"""Seconds between two writes of how far a job is."""


class Stopped(Exception):
    """The owner stopped the job."""


class Failure(Exception):
    """The job cannot be done; the text is a sentence for its owner."""


@dataclass(frozen=True)
class JobKind:
    """A kind of work. `run(work)` does it; a `Failure` is told to the owner, any other exception is tried again."""

    name: str
    label: Any
    run: Callable[[Work], None]
    steps: tuple[tuple[str, Any], ...] = ()
    """(key, label) in order, for the page."""
    steps_of: Callable[[Job], tuple[tuple[str, Any], ...]] = lambda job: kind_of(job).steps
    """Those of the part of the work a job is in."""
    template: str = ""
    """Template of what the page shows once there is an outcome; values: job, and what `shown` gives."""
    shown: Callable[[Any, Job], dict] | None = None
    """(request, job) -> more values for the template."""
    kept: dt.timedelta = dt.timedelta(days=7)
    """So long its files can be fetched; then they are removed."""
    logged: Callable[[Job], dict] | None = None
    """What the log keeps of a job that ended: numbers and checksums, nothing about persons. None: it is not logged, and
    its owner gets no notice."""
    personal: bool = False
    """Its file speaks of nominees: it goes as soon as the job has ended, after a day at the latest."""


_kinds: dict[str, JobKind] = {}
_desk: dict[str, Callable[[int], Any]] = {}


def use_queue(hand_over: Callable[[int], Any]) -> None:
    """What gives a job's number to the workers; said once when Django starts, for the task calls back here."""
    _desk["queue"] = hand_over


def register_job(kind: JobKind) -> None:
    """Make a kind known; called once when Django starts."""
    _kinds[kind.name] = kind


def personal_kinds() -> list[str]:
    """Names of the kinds whose files speak of nominees."""
    return [name for name, kind in _kinds.items() if kind.personal]


def kind_of(job: Job) -> JobKind:
    """What a job is about; KeyError for a kind nobody registered."""
    return _kinds[job.kind]


def kept_for(job: Job) -> dt.timedelta:
    """How long the files of a job are kept, also of a kind that is no more."""
    kind = _kinds.get(job.kind)
    return kind.kept if kind else JobKind.kept


def order(kind: str, *, user, asked: dict | None = None, given=None, given_sha256: str = "") -> Job:
    """A new job, handed to the queue after commit. `given`: an uploaded file that was checked."""
    job = Job(
        kind=_kinds[kind].name,
        owner=user,
        membership=user.acting,
        language=(translation.get_language() or "id")[:2],
        asked=asked or {},
        given_sha256=given_sha256,
    )
    if given is not None:
        job.given, job.given_name = given, given.name[:200]
    job.save()
    queue(job)
    return job


def queue(job: Job) -> None:
    """Hand a job to the workers once the transaction stands. Without a broker it waits for the sweep."""
    transaction.on_commit(lambda: hand_over(job.pk))


def hand_over(pk: int) -> None:
    try:
        _desk["queue"](pk)
    except Exception as error:  # every broker has its own
        log.warning("queue away, the sweep will take job %s: %s", pk, error)


class Work:
    """A job at work: in whose name, and how far it is. Progress is written beside what the job does, never in a
    transaction of it."""

    def __init__(self, job: Job):
        self.job, self.told = job, 0.0
        self.user = job.owner
        self.user.act_as(job.membership_id)

    @property
    def asked(self) -> dict:
        """What was ordered."""
        return self.job.asked

    def step(self, key: str, total: int = 0) -> None:
        """Begin a step."""
        self.job.step, self.job.done, self.job.total = key, 0, total
        self._write("step", "done", "total")

    def tell(self, done: int, total: int | None = None) -> None:
        """How far the step is; written at most once a second. Raises Stopped where the owner asked for it."""
        self.job.done = done
        if total is not None:
            self.job.total = total
        if time.monotonic() - self.told >= TELL_EVERY:
            self._write("done", "total", "tries")

    def moved(self) -> None:
        """Something is done that the next try will not do again: the tries count anew."""
        self.job.tries = 0

    def _write(self, *names: str) -> None:
        self.told = time.monotonic()
        values = {name: getattr(self.job, name) for name in names}
        if not Job.objects.filter(pk=self.job.pk, stop_asked=False).update(**values, beat_at=timezone.now()):
            raise Stopped

    def ask(self, outcome: dict) -> None:
        """Leave the rest to the owner's word (`go_on`)."""
        self.job.outcome = outcome
        self.job.phase = Phase.ASKING

    def end(self, outcome: dict) -> None:
        """Everything is done."""
        self.job.outcome = outcome
        self.job.phase = Phase.DONE


def execute(pk: int) -> str:
    """Do a job's work, or go on with it where a former process died; returns its phase. A second process does nothing.

    Every `run` must bear being called again: what is done is marked in the transaction that does it.
    """
    with alone(LOCK, pk) as mine:
        if not mine:
            return ""
        job = Job.objects.select_related("owner", "membership__organisation").filter(pk=pk, phase__in=OPEN).first()
        if job is None:
            return ""
        with translation.override(job.language):
            return _execute(job)


def _execute(job: Job) -> str:
    now = timezone.now()
    job.phase, job.tries = Phase.WORKING, job.tries + 1
    job.started_at, job.beat_at = job.started_at or now, now
    job.save(update_fields=["phase", "tries", "started_at", "beat_at"])
    try:
        if job.tries > MOST_TRIES:
            raise Failure(_("The work broke off several times. Try again; if it happens again, tell the support."))
        work = Work(job)
        if job.membership_id and (work.user.acting is None or work.user.acting.pk != job.membership_id):
            raise Failure(_("The capacity you acted in has ended. Nothing more was done."))
        kind_of(job).run(work)
    except Stopped:
        job.phase = Phase.STOPPED
    except Failure as failure:
        job.phase, job.failure = Phase.FAILED, str(failure)
    except Exception as error:
        # Left at work without a sign of life: the sweep takes it up again, until it was tried often enough.
        log_fault(job, "broke off", error)
        return job.phase
    if job.phase not in (Phase.ASKING, *OPEN):
        job.finished_at = timezone.now()
    with transaction.atomic():
        if not Job.objects.select_for_update().filter(pk=job.pk, phase=Phase.WORKING).exists():
            return ""  # meanwhile its time was over: it was stopped from outside, and its file is gone
        job.save(update_fields=["phase", "outcome", "failure", "finished_at", "made", "made_name", *PROGRESS])
        _log_end(job)
    if job.finished_at is not None:
        drop_personal(job)
    return job.phase


def log_fault(job: Job, what: str, error: Exception) -> None:
    """A fault of the portal in the log of the server. The text of an error may repeat what it stumbled over: of work
    about people only its kind and its place are kept."""
    if not kind_of(job).personal:
        log.error("job %s: %s", job.pk, what, exc_info=error)
        return
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    log.error("job %s: %s: %s at %s", job.pk, what, type(error).__name__, place)


ACTIONS = {Phase.ASKING: "job_read", Phase.DONE: "job_done", Phase.FAILED: "job_fail", Phase.STOPPED: "job_stop"}


def _log_end(job: Job) -> None:
    """One entry per job that came to an end, or waits for its owner after long reading; notices follow from it."""
    kind = kind_of(job)
    if kind.logged is None or (job.phase == Phase.ASKING and seconds_of(job) < LONG):
        return
    if job.phase == Phase.STOPPED and not job.outcome:
        return
    data = {"kind": job.kind, **kind.logged(job)}
    record_event(LOG, job.pk, f"JOB-{job.pk}", ACTIONS[Phase(job.phase)], job.owner, **data)


def seconds_of(job: Job) -> float:
    """How long a job has been at work."""
    if job.started_at is None:
        return 0.0
    return ((job.finished_at or timezone.now()) - job.started_at).total_seconds()


def go_on(job: Job) -> bool:
    """The owner's word: an import that was read is carried out. False where it was not waiting for it (a second
    click)."""
    with transaction.atomic():
        done = Job.objects.filter(pk=job.pk, phase=Phase.ASKING).update(
            phase=Phase.WAITING, tries=0, beat_at=None, step="", done=0, total=0
        )
        if done:
            queue(job)
    return bool(done)


def stop(job: Job) -> bool:
    """The owner wants no more of it; a worker notices within a second. What is stored stays stored."""
    now = timezone.now()
    if Job.objects.filter(pk=job.pk, phase=Phase.ASKING).update(phase=Phase.STOPPED, finished_at=now):
        drop_personal(job)
        return True
    return bool(Job.objects.filter(pk=job.pk, phase__in=OPEN).update(stop_asked=True))


def drop_personal(job: Job) -> None:
    """The file of a job about people, once it is no longer needed; the report holds nothing of them and stays. Its
    remarks quote headings and names of sheets, which anybody may have written anything into: they go too."""
    if job.given and kind_of(job).personal:
        job.given.delete(save=False)
        job.outcome.pop("remarks", None)
        Job.objects.filter(pk=job.pk).update(given="", given_name="", outcome=job.outcome)
