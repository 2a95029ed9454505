"""Attendance by day. The sum (`Attendance`) is counted from the marks in the same transaction, nowhere else."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import Attendance, AttendanceMark, Mark, Nomination, NominationStatus, TrainingDay
from participants.models.nominations import last_day_of
from participants.rules import editing
from participants.rules.training_days import days_of_training, of_training
from workflow import formats
from workflow.engine import Refused, lock, note


@transaction.atomic
def save_marks(nomination, marks: dict[dt.date, str], actor, *, version: int | None = None) -> Nomination:
    """One person's marks by day; "" takes a mark back. Raises Stale where somebody has saved since."""
    locked = lock(nomination, version=version)
    if not editing.may_enter_attendance(actor, locked):
        raise Refused([_("Attendance is entered while the person attends.")])
    days = days_of_training(locked.proposal)
    if strange := sorted(day for day in marks if day not in days):
        raise Refused([_("%(day)s is no day of this training.") % {"day": formats.day(strange[0])}])
    present = {m.on: m for m in locked.marks.all()}
    changed = {day: mark for day, mark in marks.items() if mark != (present[day].mark if day in present else "")}
    if ahead := sorted(day for day, mark in changed.items() if mark and day > timezone.localdate()):
        sentence = _("%(day)s lies ahead. Attendance is entered when the day has come.")
        raise Refused([sentence % {"day": formats.day(ahead[0])}])
    if not changed:
        return locked
    _keep_days(locked.proposal, days)
    for day, mark in changed.items():
        if mark:
            AttendanceMark.objects.update_or_create(nomination=locked, on=day, defaults={"mark": Mark(mark)})
        else:
            present[day].delete()
    _write_sum(locked, days, actor)
    return locked


def _keep_days(proposal, days: list[dt.date]) -> None:
    """With the first mark the days stand: a holiday decreed later does not change what was held."""
    whose = of_training(proposal)
    if not TrainingDay.objects.filter(**whose).exists():
        TrainingDay.objects.bulk_create([TrainingDay(on=day, **whose) for day in days], ignore_conflicts=True)


def _write_sum(locked, days: list[dt.date], actor) -> None:
    held = set(days)
    marks = [m for m in AttendanceMark.objects.filter(nomination=locked) if m.on in held]
    if not marks:
        Attendance.objects.filter(nomination=locked).delete()
        said = {"days_total": len(days)}
    else:
        said = {"days_total": len(days), "days_present": sum(m.mark == Mark.PRESENT for m in marks)}
        Attendance.objects.update_or_create(nomination=locked, defaults=said)
    locked.version += 1
    locked.save(update_fields=["version", "updated_at"])
    note(locked.flow, locked, actor, "change", said)


@transaction.atomic
def set_days(proposal, span: list[dt.date], held: set[dt.date], actor) -> list[dt.date]:
    """Which days of `span` the training is held on; the other days stay as they are. Returns all days.

    Sums of those who attend follow at once. A day that carries marks stays: take the marks back first.
    """
    whose = of_training(proposal)
    attending = _attending(proposal)
    _lock_training(proposal)
    before = days_of_training(proposal)
    after = sorted({*held} | {day for day in before if day not in span})
    if not after:
        raise Refused([_("A training has at least one day.")])
    if proposal.intake_id:
        first, last = proposal.intake.first_day, last_day_of(proposal.intake)
        if any(not first <= day <= last for day in held):
            sentence = _("The days of this intake lie between %(first)s and %(last)s.")
            raise Refused([sentence % {"first": formats.day(first), "last": formats.day(last)}])
    gone = set(before) - set(after)
    marks = AttendanceMark.objects.filter(on__in=gone, **_same_training(proposal, "nomination__"))
    marked = marks.order_by("on").first()
    if marked is not None:
        raise Refused([_("%(day)s carries marks already. Take them back first.") % {"day": formats.day(marked.on)}])
    if after == before:
        return before
    TrainingDay.objects.filter(**whose).delete()
    TrainingDay.objects.bulk_create([TrainingDay(on=day, **whose) for day in after])
    for nomination in attending:
        if nomination.marks.exists():
            _write_sum(nomination, after, actor)
    said = {"intake": proposal.intake.number} if proposal.intake_id else {}
    note(proposal.flow, proposal, actor, "days", {"days": len(after), **said})
    return after


def _lock_training(proposal) -> None:
    """One change of the days at a time: the second one starts from what the first one left."""
    model = type(proposal.intake) if proposal.intake_id else type(proposal)
    model.objects.select_for_update(of=("self",), no_key=True).get(pk=proposal.intake_id or proposal.pk)


def _same_training(proposal, prefix: str = "") -> dict:
    if proposal.intake_id:
        return {f"{prefix}proposal__intake": proposal.intake_id}
    return {f"{prefix}proposal": proposal.pk}


def _attending(proposal) -> list[Nomination]:
    """Those whose sums follow, under lock in the order of their keys."""
    found = Nomination.objects.filter(status=NominationStatus.ATTENDING, **_same_training(proposal))
    return list(found.select_for_update(of=("self",), no_key=True).order_by("pk"))
