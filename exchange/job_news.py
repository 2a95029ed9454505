"""What the end of a long job means to its owner: one notice, and a mail where nobody waited for it."""

from __future__ import annotations

from django.utils import translation

from exchange.models import Job
from exchange.services.jobs import LONG, kind_of, seconds_of
from notices.audience import News


def tell(entry) -> News | None:
    """Its owner hears of it, in the capacity it was ordered in."""
    job = Job.objects.select_related("owner", "membership").filter(pk=entry.record_id).first()
    if job is None:
        return None
    label = kind_of(job).label
    with translation.override("id"):
        subject_id, path = str(label), job.get_absolute_url()
    with translation.override("en"):
        subject_en = str(label)
    return News(
        listeners=[(job.owner, job.membership)],
        subject_id=subject_id,
        subject_en=subject_en,
        path=path,
        mail=seconds_of(job) >= LONG,
        at_once=True,
        to_actor=True,
    )


def may_read(user, membership, record_id: int) -> bool:
    """Nobody but the owner."""
    return Job.objects.filter(pk=record_id, owner=user.pk).exists()


def many(user, membership, record_ids: list[int]) -> set[int]:
    """Those of some jobs that are the reader's."""
    return set(Job.objects.filter(pk__in=record_ids, owner=user.pk).values_list("pk", flat=True))
