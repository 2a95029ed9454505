"""Events that leave as a letter of their own: one row of the outbox for each person and event."""

from __future__ import annotations

from django.utils import timezone

from notices import rules
from notices.models import Outbox
from workflow.calendar import WIB


def post_letters(entry, record, letters, people: list[tuple], now) -> int:
    """Letters about one event, to be composed when they leave. A later one on the same record replaces what has not
    left to the same person; returns how many are new."""
    people = [(user, membership) for user, membership in people if user.is_active]
    same = Outbox.objects.filter(flow=entry.flow, record_id=entry.record_id, user__in=[user for user, _m in people])
    told = set(same.filter(seq__gte=entry.seq).values_list("user_id", flat=True))
    due = letters.due(record, entry) if letters.due else None
    new = []
    for user, membership in people:
        if user.pk in told:
            continue
        told.add(user.pk)
        zone = membership.organisation.time_zone if membership else WIB
        moment = rules.leaves_at(now, zone, soon=True, due_at=due)
        new.append(
            Outbox(
                user=user,
                membership=membership,
                due_at=moment,
                next_at=moment,
                key=f"letter:{entry.seq}:{user.pk}",
                flow=entry.flow,
                record_id=entry.record_id,
                seq=entry.seq,
            )
        )
    waiting = same.filter(sent_at__isnull=True, dropped_at__isnull=True, seq__lt=entry.seq)
    waiting.filter(user__in=[mail.user_id for mail in new]).update(
        dropped_at=timezone.now(), dropped_for=Outbox.Dropped.MERGED
    )
    Outbox.objects.bulk_create(new)
    return len(new)
