"""On which days a training is held, and which of them are still without a mark for a person."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from participants.models import TrainingDay
from participants.models.nominations import last_day_of
from workflow.calendar import is_working_day


def _between(first: dt.date | None, last: dt.date | None) -> list[dt.date]:
    if not first or not last:
        return []
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def usual_days(intake) -> list[dt.date]:
    """The working days of both phases; every day where a phase lies on days off only."""
    found: set[dt.date] = set()
    for first, last in ((intake.online_starts, intake.online_ends), (intake.starts, intake.ends)):
        days = _between(first, last)
        found.update([day for day in days if is_working_day(day)] or days)
    return sorted(found)


def days_of_trainings(proposals: Iterable) -> dict[int, list[dt.date]]:
    """Proposal -> its days of training: as PPSDM set them, else the usual ones. One query."""
    rows = list(proposals)
    intakes = {p.intake_id for p in rows if p.intake_id}
    kept: dict[tuple[int | None, int | None], list[dt.date]] = defaultdict(list)
    own = [p.pk for p in rows if not p.intake_id]
    for day in TrainingDay.objects.filter(intake__in=intakes) | TrainingDay.objects.filter(proposal__in=own):
        kept[day.intake_id, day.proposal_id].append(day.on)
    usual: dict[int, list[dt.date]] = {}
    found = {}
    for p in rows:
        if p.intake_id is None:
            found[p.pk] = sorted(kept[None, p.pk])
            continue
        if p.intake_id not in usual:
            usual[p.intake_id] = _within(p.intake, kept[p.intake_id, None]) or usual_days(p.intake)
        found[p.pk] = usual[p.intake_id]
    return found


def _within(intake, days: list[dt.date]) -> list[dt.date]:
    """Days as PPSDM set them, as far as the intake still lies there: its dates may have moved since."""
    return sorted(day for day in days if intake.first_day <= day <= last_day_of(intake))


def days_of_training(proposal) -> list[dt.date]:
    """The same for one."""
    return days_of_trainings([proposal])[proposal.pk]


def of_training(proposal) -> dict:
    """Whose days they are: the intake's, or those of a tailor-made request itself."""
    return {"intake_id": proposal.intake_id} if proposal.intake_id else {"proposal_id": proposal.pk}


def unmarked(nomination) -> int:
    """Days of the training that have no mark yet. A sum entered before there were marks by day counts as complete."""
    marked = set(nomination.marks.values_list("on", flat=True))
    return len(set(days_of_training(nomination.proposal)) - marked) if marked else 0
