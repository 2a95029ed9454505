"""How long what is known of a person is kept, and what is over. Periods are those of the procedure until the ministry's
own retention schedule (JRA) is given."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from participants.models import OPEN, PASSED, Nomination
from participants.models import NominationStatus as S
from workflow.models import LogEntry

DRAFT_DAYS = 180
"""A draft nobody touched for so long ends by the clock and is emptied the same night."""
ENDED_DAYS = 365
"""Files of people who were not taken go after a year."""
REVIEW_YEARS = 5
"""What was decided and attended is kept for so long after the end; then people review it."""
REQUEST_DAYS = 365
"""What a person wrote in a request goes a year after the answer."""

NOT_TAKEN = (S.WITHDRAWN, S.DISQUALIFIED, S.NOT_ACCEPTED, S.REPLACED)
NEVER_CAME = tuple(s for s in OPEN if s != S.ATTENDING)
"""Still open although the training is over: nobody was taken either."""
REVIEWED = (*PASSED, S.INCOMPLETE)


def over(now) -> Q:
    """Nominations whose papers and words go now: not taken for a year, or a draft that never left the office."""
    ended = Q(status__in=NOT_TAKEN, status_since__lt=now - dt.timedelta(days=ENDED_DAYS))
    lapsed = Exists(LogEntry.objects.filter(flow="participants.nomination", record_id=OuterRef("pk"), action="lapse"))
    draft = Q(status=S.WITHDRAWN, notice_read_on__isnull=True)
    draft &= Q(lapsed) | Q(status_since__lt=now - dt.timedelta(days=DRAFT_DAYS))
    missed = Q(
        status__in=NEVER_CAME,
        proposal__intake__ends__lt=timezone.localdate(now) - dt.timedelta(days=ENDED_DAYS),
        status_since__lt=now - dt.timedelta(days=ENDED_DAYS),
    )
    return Q(emptied_at__isnull=True) & (ended | draft | missed)


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def for_review(now) -> Q:
    """Nominations that ended five years ago and were not reviewed, or were kept until a day that has passed."""
    today = timezone.localdate(now)
    since = _years_before(today, REVIEW_YEARS)
    return Q(emptied_at__isnull=True, status__in=REVIEWED, status_since__date__lt=since) & (
        Q(keep_until__isnull=True) | Q(keep_until__lt=today)
    )


def kept_until(nomination: Nomination) -> dt.date | None:
    """The day until which a nomination's personal data are kept; None while it is under way."""
    since = timezone.localdate(nomination.status_since)
    if nomination.status in NOT_TAKEN:
        never_sent = nomination.status == S.WITHDRAWN and nomination.notice_read_on is None
        return since + dt.timedelta(days=DRAFT_DAYS if never_sent else ENDED_DAYS)
    if nomination.status in REVIEWED:
        return max(_years_before(since, -REVIEW_YEARS), nomination.keep_until or dt.date.min)
    if nomination.status == S.DRAFT:
        return timezone.localdate(nomination.updated_at) + dt.timedelta(days=DRAFT_DAYS)
    return None
