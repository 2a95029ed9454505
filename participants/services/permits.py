"""The tick list of travel permits: opened, ticked off, called to mind before the latest day."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import ClearanceKind, ClearanceStep, StepState
from participants.rules import acts, editing
from participants.rules.permits import due_steps, next_reminder
from workflow.engine import Refused, lock, note


def open_clearance_list(nomination) -> None:
    """The lines of the tick list; Home Affairs only where a regional office sends the person."""
    regional = bool(nomination.office.region_code)
    kinds = [k for k in ClearanceKind if regional or k != ClearanceKind.HOME_AFFAIRS]
    ClearanceStep.objects.bulk_create(
        [ClearanceStep(nomination=nomination, kind=kind) for kind in kinds], ignore_conflicts=True
    )


def plan_reminders(nomination) -> None:
    """The next day of reminder of every open line, after today; lines that are settled have none."""
    today = timezone.localdate()
    for step in nomination.clearance.all():
        still = step.state == StepState.OPEN
        day = next_reminder(step.kind, nomination.leaves_on, today) if still else None
        if day != step.remind_on:
            step.remind_on = day
            step.save(update_fields=["remind_on"])


def remind(nomination) -> list[str]:
    """The kinds whose day of reminder has come. They are set on to their next day, so that nobody is told twice, and
    a clock that stood still for days says it once."""
    today = timezone.localdate()
    due = list(due_steps(nomination, today))
    for step in due:
        step.remind_on = next_reminder(step.kind, nomination.leaves_on, today)
        step.save(update_fields=["remind_on"])
    return [step.kind for step in due]


@transaction.atomic
def save_clearance(nomination, rows: dict[int, tuple[str, object]], departs_on, actor, version: int | None) -> None:
    """The tick list: {step: (state, day)}. The day belongs to what was handed over."""
    locked = lock(nomination, version=version)
    if not editing.may_tick_permits(actor, locked):
        raise Refused([_("The permit list is closed.")])
    changed = {}
    for step in locked.clearance.select_for_update():
        state, day = rows.get(step.pk, (step.state, step.on))
        day = day if state == StepState.DONE else None
        if (state, day) != (step.state, step.on):
            step.state, step.on = state, day
            step.save()
            changed[step.kind] = str(state)
    if departs_on and departs_on != locked.departs_on:
        locked.departs_on = departs_on
        locked.due_at = acts.before_departure(locked, timezone.now())
        changed["departs_on"] = departs_on
    if changed:
        plan_reminders(locked)
        locked.version += 1
        locked.save()
        note(locked.flow, locked, actor, "change", changed)
