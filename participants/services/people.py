"""What happens to the data of people apart from their nominations: keys and retention."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from participants import sealing
from participants.models import Nomination, Person
from participants.models import NominationStatus as S


@transaction.atomic
@sensitive_variables()
def reseal() -> tuple[int, int]:
    """Seal every number under the first key; returns (done, could not be opened). All or none is written."""
    done = unreadable = 0
    for person in Person.objects.select_for_update().exclude(nip_sealed="").iterator():
        try:
            number = sealing.unseal(person.nip_sealed)
        except sealing.Unreadable:
            unreadable += 1
            continue
        person.hold_nip(number)
        person.save(update_fields=["nip_sealed", "nip_hash", "nip_tail"])
        done += 1
    return done, unreadable


DRAFT_DAYS = 180
"""A draft nobody touched for so long is withdrawn and emptied."""
ENDED_DAYS = 365
"""Files of people who were not taken go after a year; what was completed is kept for review."""
NOT_TAKEN = (S.WITHDRAWN, S.DISQUALIFIED, S.NOT_ACCEPTED, S.REPLACED)


def forget_old(now=None) -> tuple[int, int]:
    """Delete papers of those who were not taken, and empty people who have no other nomination.

    Returns (nominations whose papers went, people emptied). Codes, states and the log stay: they name nobody.
    """
    now = now or timezone.now()
    over = Q(status__in=NOT_TAKEN, status_since__lt=now - dt.timedelta(days=ENDED_DAYS))
    never_sent = Q(status=S.WITHDRAWN, notice_read_on__isnull=True)
    never_sent &= Q(status_since__lt=now - dt.timedelta(days=DRAFT_DAYS))
    old = Nomination.objects.filter(over | never_sent, person__emptied_at__isnull=True)
    papers = 0
    for nomination in old.filter(papers__isnull=False).distinct():
        for paper in nomination.papers.all():
            paper.file.delete(save=False)
            paper.delete()
        papers += 1
    emptied = 0
    for person in Person.objects.filter(nominations__in=old, emptied_at__isnull=True).distinct():
        if not person.nominations.exclude(pk__in=old).exists():
            empty(person, now)
            emptied += 1
    return papers, emptied


def empty(person: Person, now) -> None:
    """Nothing is left by which the person could be known; year, sex and post stay for the figures."""
    person.name = person.nip_sealed = person.nip_hash = person.nip_tail = ""
    person.account, person.emptied_at = None, now
    person.save()
    Nomination.objects.filter(person=person).update(relevance="", action_plan="", certificate_number="")
