"""Reading marks: one notice, everything up to one on the same record, everything up to one. What arrives while the page
is open stays unread."""

from __future__ import annotations

from django.utils import timezone

from notices.models import Notice


def _read(notices) -> int:
    return notices.filter(read_at__isnull=True).update(read_at=timezone.now())


def mark_one_read(user, notice: Notice) -> int:
    """One notice of one's own has been read."""
    return _read(Notice.objects.filter(user=user, pk=notice.pk))


def mark_group_read(user, notice: Notice) -> int:
    """This notice and what came before it on the same record have been read; returns how many were new."""
    if notice.is_many:
        return mark_one_read(user, notice)
    same = Notice.objects.filter(user=user, flow=notice.flow, record_id=notice.record_id, count=1)
    return _read(same.filter(created_at__lte=notice.created_at))


def mark_all_read(user, upto: int | None = None) -> int:
    """Everything in one's own inbox has been read; `upto`: what the page showed, by its newest number."""
    found = Notice.objects.filter(user=user)
    return _read(found if upto is None else found.filter(pk__lte=upto))
