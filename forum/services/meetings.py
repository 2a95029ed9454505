"""Writes on meetings before they are held: planning, invitations, answers, and what each act leaves behind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.rules import capacity
from forum import times
from forum.models import AgendaItem, Answer, Invitee, Meeting, MeetingStatus
from forum.rules import meetings as rules
from workflow.engine import Refused, Stale, lock, note
from workflow.models import Counter

CONTENT = ("kind", "title", "purpose", "starts_at", "ends_at", "zone", "place", "link")
"""What the form of a meeting writes, beside its agenda."""
TOLD = ("title", "starts_at", "ends_at", "zone", "place", "link")
"""What everyone who was asked to come must hear of when it changes, and calendars follow."""
MOVES = ("starts_at", "ends_at", "place")
"""What makes an answer given before worth asking for again."""

Pair = tuple[int, str]
"""(key of an organisation, role in it or ""): whom an invitation is for."""


@transaction.atomic
def plan_meeting(actor, *, fields: dict[str, Any], agenda: list[dict], invitees: Iterable[Pair] = ()) -> Meeting:
    """A draft of a meeting called by the organisation the actor acts for; nobody outside of it knows of it yet.

    `agenda`: [{"title", "minutes", "record"}] in order, `record` being what the item speaks of, or None.
    """
    if not rules.may_organise(actor):
        raise PermissionDenied("forum.meeting.create")
    meeting = Meeting(
        code=Counter.code(f"RP-{timezone.localdate().year}"),
        status=MeetingStatus.DRAFT,
        organiser=capacity(actor)[1],
        created_by=actor,
        **fields,
    )
    meeting.save()
    _write_agenda(meeting, agenda)
    note(meeting.flow, meeting, actor, "create")
    if pairs := list(invitees):
        meeting = invite(meeting, actor, pairs, version=meeting.version)
    return meeting


@transaction.atomic
def change_plan(meeting, actor, *, fields: dict[str, Any], agenda: list[dict], version: int | None) -> Meeting:
    """Write what a form of the whole plan says; earlier values go into the log. Stale when someone was faster.

    `agenda`: as for `plan_meeting`; rows with a "pk" are kept, those that are missing go; a row with "keep" keeps the
    record it stands on. Once the invitations have left, a change of what they say raises the sequence number.
    """
    locked = lock(meeting, version=version)
    if not rules.may_plan(actor, locked):
        raise Stale(locked)
    before = Meeting.objects.get(pk=locked.pk)
    for name in CONTENT:
        if name in fields:
            setattr(locked, name, fields[name])
    changed = [name for name in CONTENT if getattr(locked, name) != getattr(before, name)]
    if locked.is_announced and {"starts_at", "ends_at"} & set(changed) and locked.has_begun:
        raise Refused([_("The time has passed. Choose one that lies ahead.")])
    if locked.is_announced and not locked.place and not locked.link:
        raise Refused([_("Say where it takes place: a place, a video link or both.")])
    changes = _differences(before, locked, changed)
    agenda_changes = _write_agenda(locked, agenda)
    if not changed and not agenda_changes:
        return locked
    locked.version += 1
    telling = bool(agenda_changes or set(changed) & {*TOLD})
    if locked.is_announced and telling:
        locked.sequence += 1
        if set(changed) & {*MOVES}:
            locked.moved_at = timezone.now()
    locked.save()
    # A draft's history is its organiser's own affair; nobody else needs to be told what it said before.
    action = "change" if locked.is_announced and telling else "plan"
    note(locked.flow, locked, actor, action, {"changes": [*changes, *agenda_changes]})
    return locked


def _write_agenda(meeting, rows: list[dict]) -> list[dict]:
    """The agenda as it should be; returns what changed, as one entry of the history."""
    before = {item.pk: item for item in meeting.agenda.all()}
    former = [_said(item) for item in before.values()]
    kept, now = set(), []
    for position, row in enumerate(rows, 1):
        item = before.get(row.get("pk")) or AgendaItem(meeting=meeting)
        item.position, item.title, item.minutes = position, row["title"], row.get("minutes")
        if not (item.pk and row.get("keep")):
            record = row.get("record")
            item.flow = record.flow.name if record is not None else ""
            item.record_id = record.pk if record is not None else None
            item.record_code = record.code if record is not None else ""
        item.save()
        kept.add(item.pk)
        now.append(_said(item))
    meeting.agenda.exclude(pk__in=kept).delete()
    if former == now:
        return []
    told = {"field": "", "before": "; ".join(t for t, _r in former), "after": "; ".join(t for t, _r in now)}
    for language in ("id", "en"):
        with translation.override(language):
            told[f"label_{language}"] = _("Agenda")
    return [told]


def _said(item) -> tuple[str, tuple]:
    minutes = f" ({item.minutes}')" if item.minutes else ""
    return f"{item.position}. {item.title}{minutes}", (item.flow, item.record_id)


def _differences(before, after, names: list[str]) -> list[dict]:
    """What changed, in both languages. A video link is for invited people alone: the history says only that it did."""
    found = []
    for name in names:
        if name in {"ends_at", "zone"} and "starts_at" in names or (name == "zone" and "ends_at" in names):
            continue  # told with the first of them
        entry: dict[str, str] = {"field": ""}
        for language, suffix in (("id", ""), ("en", "_en")):
            with translation.override(language):
                entry[f"label_{language}"] = _label(name)
                entry[f"before{suffix}"], entry[f"after{suffix}"] = _shown(before, name), _shown(after, name)
        found.append(entry)
    return found


def _label(name: str) -> str:
    return _("Time") if name in {"starts_at", "ends_at", "zone"} else str(Meeting._meta.get_field(name).verbose_name)


def _shown(meeting, name: str) -> str:
    match name:
        case "starts_at" | "ends_at" | "zone":
            return times.span(meeting.starts_at, meeting.ends_at, meeting.zone)
        case "kind":
            return str(meeting.get_kind_display())
        case "link":
            return _("a link that only invited people see") if meeting.link else ""
    return str(getattr(meeting, name))


# --- Invitations --------------------------------------------------------------------------------------------


@transaction.atomic
def invite(meeting, actor, pairs: Iterable[Pair], *, version: int | None) -> Meeting:
    """Ask organisations, or one post in each, to come. Refused where one of them is not the actor's to invite.

    Who is asked already stays as they are; a whole organisation takes the place of its single posts.
    """
    locked = lock(meeting, version=version)
    if not rules.may_plan(actor, locked):
        raise Stale(locked)
    wanted = list(dict.fromkeys(pairs))
    known = {o.pk: o for o in rules.invitable(actor).filter(pk__in={pk for pk, _role in wanted})}
    if any(pk not in known for pk, _role in wanted):
        raise Refused([_("You cannot invite one of these organisations.")])
    wrong = [known[pk].name for pk, role in wanted if not rules.role_suits(role, known[pk])]
    if wrong:
        raise Refused([_("There is no such post in: %(names)s.") % {"names": ", ".join(wrong[:5])}])
    there = set(locked.invitees.values_list("organisation_id", "role"))
    whole = {pk for pk, role in [*there, *wanted] if not role}
    new = [(pk, role) for pk, role in wanted if (pk, role) not in there and (not role or pk not in whole)]
    if not new:
        raise Refused([_("They are invited already.")])
    widened = [pk for pk, role in new if not role]
    locked.invitees.filter(organisation__in=widened).exclude(role="").delete()
    Invitee.objects.bulk_create(Invitee(meeting=locked, organisation_id=pk, role=role) for pk, role in new)
    return _told(locked, actor, "invite", new)


@transaction.atomic
def uninvite(meeting, actor, invitees: Iterable[int], *, version: int | None) -> Meeting:
    """Take invitations back, by their keys. After sending, somebody must remain: otherwise the meeting is cancelled."""
    locked = lock(meeting, version=version)
    if not rules.may_plan(actor, locked):
        raise Stale(locked)
    going = locked.invitees.filter(pk__in=list(invitees))
    pairs = list(going.values_list("organisation_id", "role"))
    if not pairs:
        raise Refused([_("Choose whom you want to take off the list.")])
    if locked.is_announced and len(pairs) == locked.invitees.count():
        raise Refused([_("Somebody must remain invited. If nobody should come, cancel the meeting.")])
    going.delete()
    _drop_answers(locked)
    return _told(locked, actor, "uninvite", pairs)


def _drop_answers(meeting) -> None:
    """Who is no longer asked has not answered."""
    asked = Q(pk__in=[])
    by_role: dict[str, list[int]] = {}
    for organisation, role in meeting.invitees.values_list("organisation_id", "role"):
        by_role.setdefault(role, []).append(organisation)
    for role, organisations in by_role.items():
        asked |= Q(organisation__in=organisations, **({"role": role} if role else {}))
    meeting.answers.exclude(asked).delete()


def _told(meeting, actor, action: str, pairs: list[Pair]) -> Meeting:
    meeting.version += 1
    if meeting.is_announced:
        meeting.sequence += 1
    meeting.save()
    if meeting.is_announced:
        note(meeting.flow, meeting, actor, action, {"invitees": [list(pair) for pair in pairs]})
    else:
        note(meeting.flow, meeting, actor, "plan", {action: len(pairs)})
    return meeting


# --- Answers ------------------------------------------------------------------------------------------------


@transaction.atomic
def answer(meeting, actor, *, reply: str, text: str = "", sequence: int | None = None) -> Answer:
    """Say whether one comes; the last word counts, until the meeting begins. Stale where the meeting has changed since
    the person looked (`sequence`). Why somebody does not come is for the organiser's eyes: the log does not keep it."""
    locked = lock(meeting)
    if not rules.is_invited(actor, locked):
        raise PermissionDenied("forum.meeting.reply")
    if not rules.may_answer(actor, locked):
        raise Refused([_("Answers are no longer taken: the meeting has begun or was cancelled.")])
    if sequence is not None and sequence != locked.sequence:
        raise Stale(locked, "reply")
    role, organisation = capacity(actor)
    said = {"organisation": organisation, "role": role, "reply": reply, "note": text, "given_at": timezone.now()}
    found, _created = Answer.objects.update_or_create(meeting=locked, user=actor, defaults=said)
    note(locked.flow, locked, actor, "reply", {"reply": reply})
    return found


# --- Effects of the workflow, (meeting, actor, answers); the engine saves the meeting afterwards


def mark_sent(meeting, actor, answers) -> None:
    """The invitations leave with this act."""
    meeting.sent_at = timezone.now()


def count_sequence(meeting, actor, answers) -> None:
    """Calendars follow the higher number."""
    meeting.sequence += 1


def mark_minuted(meeting, actor, answers) -> None:
    """When the minutes were published."""
    meeting.minuted_at = timezone.now()
