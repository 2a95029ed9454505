"""Writes on minutes: all of a page at once; corrections in the open; a decision into a record."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.models import ActionPoint, ActionStatus, Attendance, Decision, MeetingStatus, MinutesEdition
from forum.rules.minutes import may_correct_minutes, may_record, may_write_minutes, reads_minutes
from forum.services.actions import issue_drafts
from workflow.engine import Refused, Stale, lock, note
from workflow.models import Counter
from workflow.registry import workflow


@dataclass(frozen=True)
class DecisionRow:
    """A decision as written. `row`: its number on the page, by which action points name it."""

    row: int
    text: str
    item: int | None = None
    pk: int | None = None


@dataclass(frozen=True)
class ActionRow:
    """An action point as written: who does what by when. `decision`: the row it follows from."""

    text: str
    organisation: int
    due_on: object
    role: str = ""
    decision: int | None = None
    pk: int | None = None


@dataclass(frozen=True)
class Written:
    """What a page of minutes says, whole."""

    text: str
    attendance: dict[int, int] = field(default_factory=dict)
    """{organisation: people}."""
    decisions: tuple[DecisionRow, ...] = ()
    actions: tuple[ActionRow, ...] = ()


@transaction.atomic
def save_minutes(meeting, actor, written: Written, *, version: int | None):
    """Write the minutes of a meeting that was held. Stale when somebody has saved since."""
    locked = lock(meeting, version=version)
    if not may_write_minutes(actor, locked):
        raise _no_longer(actor, locked)
    changed = _store(locked, actor, written)
    if changed:
        locked.version += 1
        locked.save()
        note(locked.flow, locked, actor, "minutes", {"parts": changed})
    return locked


@transaction.atomic
def correct_minutes(meeting, actor, written: Written, *, reason: str, version: int | None):
    """Another edition of published minutes: the former one is kept whole, the log says why, new action points leave."""
    locked = lock(meeting, version=version)
    if not may_correct_minutes(actor, locked):
        raise _no_longer(actor, locked)
    before = _edition(locked, actor, reason)
    changed = _store(locked, actor, written)
    if not changed:
        raise Refused([_("Nothing was changed: there is nothing to correct.")])
    before.save(force_insert=True)
    locked.version += 1
    locked.save()
    note(locked.flow, locked, actor, "correct_minutes", {"parts": changed, "edition": before.number + 1}, reason)
    issue_drafts(locked)
    return locked


def _no_longer(actor, meeting) -> Exception:
    """Why it cannot be written: published meanwhile, or never theirs to write."""
    if not reads_minutes(actor, meeting):
        return Http404()
    if meeting.status in {MeetingStatus.HELD, MeetingStatus.MINUTED}:
        return Stale(meeting) if may_write_minutes(actor, meeting) or may_correct_minutes(actor, meeting) else _denied()
    return Stale(meeting)


def _denied() -> PermissionDenied:
    return PermissionDenied("forum.meeting.minutes")


def _edition(meeting, actor, reason: str) -> MinutesEdition:
    """What the minutes say now, to be kept."""
    came = meeting.attendance.select_related("organisation").order_by("organisation__name_id", "pk")
    decisions = meeting.decisions.select_related("item")
    return MinutesEdition(
        meeting=meeting,
        number=meeting.editions.count() + 1,
        text=meeting.minutes,
        attendance=[
            {"code": row.organisation.code, "name": row.organisation.name_id, "people": row.people} for row in came
        ],
        decisions=[{"text": d.text, "item": d.item.title if d.item else ""} for d in decisions],
        reason=reason,
        replaced_at=timezone.now(),
        replaced_by=actor,
    )


def _store(meeting, actor, written: Written) -> list[str]:
    """Write what differs; returns which parts did."""
    changed = []
    if meeting.minutes != written.text:
        meeting.minutes = written.text
        changed.append("text")
    if _store_attendance(meeting, written.attendance):
        changed.append("attendance")
    decisions, differs = _store_decisions(meeting, written.decisions)
    if differs:
        changed.append("decisions")
    if _store_actions(meeting, actor, written.actions, decisions):
        changed.append("actions")
    return changed


def _store_attendance(meeting, wanted: dict[int, int]) -> bool:
    before = dict(meeting.attendance.values_list("organisation_id", "people"))
    if before == wanted:
        return False
    meeting.attendance.exclude(organisation__in=wanted).delete()
    for organisation, people in wanted.items():
        if before.get(organisation) != people:
            Attendance.objects.update_or_create(
                meeting=meeting, organisation_id=organisation, defaults={"people": people}
            )
    return True


def _store_decisions(meeting, rows: tuple[DecisionRow, ...]) -> tuple[dict[int, Decision], bool]:
    """({row on the page: decision}, whether anything changed). What went into a record stays as it was taken there."""
    before = {decision.pk: decision for decision in meeting.decisions.all()}
    found, kept, changed = {}, set(), False
    for position, row in enumerate(rows, 1):
        decision = before.get(row.pk) or Decision(meeting=meeting)
        wanted = {"position": position, "text": row.text, "item_id": row.item}
        if decision.recorded_at is not None:
            wanted = {"position": position}
        if decision.pk is None or any(getattr(decision, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(decision, name, value)
            decision.save()
            changed = True
        kept.add(decision.pk)
        found[row.row] = decision
    gone = [decision for pk, decision in before.items() if pk not in kept]
    if any(decision.recorded_at is not None for decision in gone):
        raise Refused([_("A decision that was taken into a record cannot be removed.")])
    for decision in gone:
        decision.delete()
    return found, changed or bool(gone)


def _store_actions(meeting, actor, rows: tuple[ActionRow, ...], decisions: dict[int, Decision]) -> bool:
    """Drafts are written and removed with the minutes; what was issued moves by its own acts alone."""
    before = {action.pk: action for action in meeting.actions.filter(status=ActionStatus.DRAFT)}
    kept, changed = set(), False
    for row in rows:
        decision = decisions.get(row.decision)
        wanted = {
            "text": row.text,
            "organisation_id": row.organisation,
            "role": row.role,
            "due_on": row.due_on,
            "decision_id": decision.pk if decision else None,
        }
        action = before.get(row.pk)
        if action is None:
            code = Counter.code(f"TL-{timezone.localdate().year}")
            action = ActionPoint(meeting=meeting, code=code, status=ActionStatus.DRAFT, created_by=actor)
        if action.pk is None or any(getattr(action, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(action, name, value)
            action.save()
            changed = True
        kept.add(action.pk)
    gone = set(before) - kept
    ActionPoint.objects.filter(pk__in=gone).delete()
    return changed or bool(gone)


# --- Into the record ----------------------------------------------------------------------------------------


def record_of_decision(decision):
    """The record a decision's point of the agenda stands on, or None."""
    item = decision.item
    entry = workflow(item.flow) if item is not None and item.flow else None
    if entry is None:
        return None
    return entry.model._default_manager.select_related(*entry.related).filter(pk=item.record_id).first()


@transaction.atomic
def take_decision(meeting, actor, position: int, *, version: int) -> Decision:
    """Note a published decision in the log of the record it is about, once. Everyone who sees the record reads it
    there, and it cannot be erased: Stale when the minutes were corrected since somebody looked."""
    locked = lock(meeting, version=version)
    if not may_correct_minutes(actor, locked):
        raise Http404 if not reads_minutes(actor, locked) else _denied()
    decision = locked.decisions.select_related("item").filter(position=position).first()
    record = record_of_decision(decision) if decision is not None else None
    if record is None or not may_record(actor, record):
        raise Http404
    if decision.recorded_at is not None:
        raise Refused([_("This decision was taken into the record already.")])
    Decision.objects.filter(pk=decision.pk).update(recorded_at=timezone.now())
    data = {"meeting": locked.code, "decision": decision.position}
    note(record.flow, record, actor, "meeting_decision", data, comment=decision.text)
    note(locked.flow, locked, actor, "record_decision", {"decision": decision.position, "record": record.code})
    type(locked)._default_manager.filter(pk=locked.pk).update(version=F("version") + 1)
    decision.refresh_from_db()
    return decision
