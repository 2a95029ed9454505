"""Jobs without their owners: the sweep hands on what nobody is at, time takes away files and reports."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from exchange.models import Job, JobItem, Phase
from exchange.models.jobs import OPEN
from exchange.services.jobs import JobKind, drop_personal, hand_over, kept_for, personal_kinds

SILENT_AFTER = dt.timedelta(seconds=90)
"""A job without a sign of life for so long is handed to the queue again."""


def sweep() -> list[int]:
    """Jobs nobody is at: the broker was away, or the worker died. Handed to the queue again."""
    before = timezone.now() - SILENT_AFTER
    found = Job.objects.filter(phase__in=OPEN).exclude(beat_at__gte=before).exclude(created_at__gte=before)
    pks = list(found.order_by("pk").values_list("pk", flat=True)[:100])
    # Until the queue comes to them they count as handed over: the next sweeps do not pile up the same jobs.
    Job.objects.filter(pk__in=pks).update(beat_at=timezone.now())
    for pk in pks:
        hand_over(pk)
    return pks


PERSONAL_FOR = dt.timedelta(hours=23)
"""So long a file about people waits for its owner's word; with the sweep's own delay it is less than a day."""


def drop_undecided(now: dt.datetime | None = None) -> int:
    """With each sweep: files about people on which nobody decided; returns how many went."""
    now = now or timezone.now()
    late = Job.objects.filter(kind__in=personal_kinds(), created_at__lt=now - PERSONAL_FOR).exclude(given="")
    count = 0
    for job in late.order_by("pk"):
        Job.objects.filter(pk=job.pk, phase__in=(Phase.ASKING, *OPEN)).update(
            phase=Phase.STOPPED, finished_at=now, stop_asked=True
        )
        drop_personal(job)
        count += 1
    return count


FORGOTTEN_AFTER = dt.timedelta(days=180)


def forget(now: dt.datetime | None = None) -> int:
    """Every night: files whose time is over, what was read from them, imports nobody decided on, and old jobs."""
    now = now or timezone.now()
    count = 0
    for job in Job.objects.filter(phase=Phase.ASKING, created_at__lt=now - JobKind.kept):
        if Job.objects.filter(pk=job.pk, phase=Phase.ASKING).update(phase=Phase.STOPPED, finished_at=now):
            _forget_content(job)
            count += 1
    with_files = Job.objects.exclude(given="", made="").filter(finished_at__isnull=False)
    for job in with_files.order_by("pk"):
        if job.finished_at < now - kept_for(job):
            _forget_content(job)
            count += 1
    old = Job.objects.filter(created_at__lt=now - FORGOTTEN_AFTER).exclude(phase__in=OPEN)
    for job in old.order_by("pk"):
        _forget_content(job)
        job.delete()
    return count


def _forget_content(job: Job) -> None:
    """The files of a job, and what its items repeat of them."""
    for file in (job.given, job.made):
        if file:
            file.delete(save=False)
    Job.objects.filter(pk=job.pk).update(given="", made="")
    items = JobItem.objects.filter(job=job)
    items.update(content={}, changes=[], problems=[])
    items.filter(label__contains="@").update(label="•••")  # the address of somebody who was invited
