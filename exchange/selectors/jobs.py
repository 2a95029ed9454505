"""Reads on long jobs: nobody sees another person's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.models import Job, Phase
from exchange.models.jobs import OPEN
from exchange.services.jobs import kind_of
from workflow import formats

PHASES = {
    Phase.WAITING: ("blue", "hourglass-split"),
    Phase.WORKING: ("blue", "hourglass-split"),
    Phase.ASKING: ("amber", "clipboard-check"),
    Phase.DONE: ("green", "check-circle-fill"),
    Phase.FAILED: ("red", "exclamation-octagon-fill"),
    Phase.STOPPED: ("", "x-circle"),
}
_ICONS = {"done": "check-circle-fill", "now": "arrow-repeat", "todo": "circle"}
_LAST_SHOWN = 10


@dataclass(frozen=True)
class Step:
    """One step of a job as the page shows it."""

    label: Any
    state: str
    icon: str
    note: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a job is."""

    steps: list[Step]
    step: str
    label: str
    done: int
    of: int
    seconds: int

    @property
    def elapsed(self) -> str:
        """0:42"""
        return f"{self.seconds // 60}:{self.seconds % 60:02d}"

    @property
    def polls_every(self) -> int:
        """Seconds until the page asks again."""
        return 5 if self.seconds >= 30 else 2


def get_job(user, token: str) -> Job:
    """A person's own job; anything else does not exist."""
    job = Job.objects.select_related("owner", "membership__organisation").filter(owner=user.pk, token=token).first()
    if job is None:
        raise Http404
    return job


def is_held(user, job: Job) -> bool:
    """Whether the capacity a job was ordered in is still its owner's: what came of it is shown in no other."""
    return job.membership_id is None or any(held.pk == job.membership_id for held in user.current_memberships)


def is_open(job: Job) -> bool:
    """Whether a worker has something to do."""
    return job.phase in OPEN


def progress_of(job: Job) -> Progress:
    """The steps of a job: done, now, to come."""
    steps = kind_of(job).steps_of(job)
    names = [name for name, _label in steps]
    now = names.index(job.step) if job.step in names else -1
    shown = []
    for place, (_name, label) in enumerate(steps):
        state = "done" if place < now else "now" if place == max(now, 0) else "todo"
        counted = state == "now" and job.total
        facts = {"done": formats.num(job.done), "of": formats.num(job.total)}
        shown.append(Step(label, state, _ICONS[state], _("%(done)s of %(of)s") % facts if counted else ""))
    began = job.started_at or job.created_at
    seconds = max(int(((job.finished_at or timezone.now()) - began).total_seconds()), 0)
    label = str(steps[now][1]) if now >= 0 else str(_("Waiting for a free worker"))
    return Progress(shown, job.step, label, job.done, job.total, seconds)


def shown_phase(job: Job) -> dict:
    """The tag of a job."""
    tone, icon = PHASES[Phase(job.phase)]
    # "In progress" is said of forms a person is filling in, with other words in Indonesian.
    label = _("Being worked on") if job.phase == Phase.WORKING else job.get_phase_display()
    return {"label": label, "tone": tone, "icon": icon}


def last_jobs(user, kind: str) -> list[dict]:
    """A person's last jobs of one kind, newest first."""
    jobs = Job.objects.filter(owner=user.pk, kind=kind).order_by("-pk")[:_LAST_SHOWN]
    return [{"job": job, **shown_phase(job)} for job in jobs]
