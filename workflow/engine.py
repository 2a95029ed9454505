"""`perform()`: the only code that changes a status. One transaction: lock, check, write, log; then listeners."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import Signal
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from workflow.batches import batch, marked
from workflow.mandate import beyond, covers, hands_of, limits, mandate_of, outside_home, over
from workflow.models import LogEntry
from workflow.table import ANYONE, CLOCK, Transition, Workflow

moved = Signal()
"""Sent after commit: sender=model class, record, entry, transition (None for a note), flow."""

_pending: ContextVar[list | None] = ContextVar("workflow_pending", default=None)


class Stale(Exception):
    """Someone was faster: the record is no longer in a state this act starts from."""

    def __init__(self, record, action: str = ""):
        self.record, self.action = record, action
        super().__init__(f"{record} is {record.status}")


class Refused(Exception):
    """The act is not possible now; `reasons` are sentences for the person who tried."""

    def __init__(self, reasons):
        self.reasons = [str(r) for r in reasons]
        super().__init__(" ".join(self.reasons))


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition as offered to one user: enabled, or with the reasons why not."""

    transition: Transition
    reasons: tuple[str, ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether the act can be done now."""
        return not self.reasons


def roles_of(flow: Workflow, actor, record) -> set[str]:
    """The roles an actor holds on a record; no actor is the CLOCK."""
    return {CLOCK} if actor is None else flow.roles(actor, record)


def may_see(flow: Workflow, user, record) -> bool:
    """Whether the record exists for this user."""
    roles = flow.roles(user, record)
    sees = flow.state(record.status).sees
    return bool(roles) and (sees == ANYONE or bool(roles & set(sees)))


def may_edit(flow: Workflow, user, record) -> bool:
    """Whether the user may change the record's content in its present state."""
    return covers(user, flow.name) and bool(flow.roles(user, record) & set(flow.state(record.status).edits))


def _makers(flow: Workflow, record) -> list[tuple[str, int, int | None]]:
    """(action, actor id, id of whom they stood in for) of everything people did to a record."""
    return list(
        LogEntry.objects.filter(flow=flow.name, record_id=record.pk, actor__isnull=False)
        .order_by()
        .values_list("action", "actor_id", "on_behalf_of_id")
        .distinct()
    )


def _reasons(t: Transition, record, actor, makers) -> list[str]:
    """Why this transition cannot be done now, as sentences."""
    found = [str(sentence) for check in t.checks if (sentence := check(record, actor))]
    if actor is None:
        return found
    found += limits(record.flow, t, actor)
    if sentence := outside_home(record.flow, record, actor):
        found.append(sentence)
    if t.apart_from:
        hands = hands_of(actor)
        own = {action for action, *persons in makers() if hands & set(persons)}
        if record.created_by_id in hands:
            own.add("create")
        if own & set(t.apart_from):
            found.append(_("You prepared this record yourself. Another authorised person must take this step."))
    return found


def offered(user, record) -> list[Offer]:
    """The acts a user could do on a record in its present state, in table order, blocked ones with their reasons."""
    flow = record.flow
    roles = flow.roles(user, record)
    cache: list = []

    def makers():
        if not cache:
            cache.append(_makers(flow, record))
        return cache[0]

    return [
        Offer(t, tuple(_reasons(t, record, user, makers)))
        for t in flow.open_to(record)
        if roles & set(flow.actors(t, record.status))
    ]


def lock(record, *, version: int | None = None):
    """The record as it is now, under a row lock; call inside a transaction.

    `version` is the one the person saw: Stale when somebody has saved since. Rows that point here may be written
    meanwhile (`no_key`): who does so waits for nobody and may hold the lock of the log.
    """
    fresh = type(record)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=record.pk)
    if version is not None and version != fresh.version:
        raise Stale(fresh)
    return fresh


def perform(flow: Workflow, name: str, *, record, actor=None, answers: dict | None = None, version: int | None = None):
    """Do one act on one record and return the record as it is afterwards.

    Raises Http404 (may not be seen), PermissionDenied (wrong role), Stale (wrong state: someone was faster) or Refused
    (with sentences). `actor=None` is the CLOCK. Either everything is written, or nothing. `version` as for `lock`.
    """
    t = flow.transition(name)
    if t is None:
        raise Http404
    answers = dict(answers or {})
    outermost = _pending.get() is None
    token = _pending.set([]) if outermost else None
    try:
        with transaction.atomic():
            fresh = lock(record, version=version)
            _move(flow, t, fresh, actor, answers)
            fresh = _follow(flow, fresh)
            if outermost:
                _flush(_pending.get())
        return fresh
    finally:
        if outermost:
            _pending.reset(token)


def _follow(flow: Workflow, record):
    """The automatic step out of the state just reached, if there is one."""
    for auto in flow.open_to(record):
        if auto.auto and not _reasons(auto, record, None, set):
            return perform(flow, auto.name, record=record)
    return record


def perform_all(flow: Workflow, name: str, *, records, answers: dict[int, dict] | None = None) -> list:
    """One act of the CLOCK on many records, all or none; `answers` by the records' keys. Raises what `perform` raises.

    Every record is checked, written and logged as if it came alone, but they are locked and read together, in the
    order of their keys: hundreds cost no more queries each than their own write and their own log entry. Who is told of
    such an act is told of all of them at once (`workflow.batches`).
    """
    t = flow.transition(name)
    if t is None:
        raise Http404
    outermost = _pending.get() is None
    token = _pending.set([]) if outermost else None
    try:
        with transaction.atomic(), batch() if t.tells or t.announces else nullcontext():
            done = []
            for record in records.select_for_update(of=("self",), no_key=True).order_by("pk"):
                _move(flow, t, record, None, dict((answers or {}).get(record.pk, {})))
                done.append(_follow(flow, record))
            if outermost:
                _flush(_pending.get())
        return done
    finally:
        if outermost:
            _pending.reset(token)


def _move(flow: Workflow, t: Transition, record, actor, answers: dict) -> None:
    """Check and carry out one transition on a locked record."""
    roles = roles_of(flow, actor, record)
    if actor is not None and not may_see(flow, actor, record):
        raise Http404
    if not roles & set(t.who):
        raise PermissionDenied(f"{flow.name}.{t.name}")
    if t not in flow.open_to(record) or not roles & set(flow.actors(t, record.status)):
        raise Stale(record, t.name)
    if sentence := over(actor):
        raise Refused([sentence])
    reasons = _reasons(t, record, actor, lambda: _makers(flow, record))
    reasons += [
        _("Fill in: %(label)s.") % {"label": ask.label}
        if not answers.get(ask.name)
        else _("%(label)s: write at least %(count)d characters.") % {"label": ask.label, "count": ask.min_length}
        for ask in t.asks
        if actor is not None and ask.refusal(answers)
    ]
    if not reasons:
        reasons = [str(s) for check in t.validates if (s := check(record, actor, answers))]
    if reasons:
        raise Refused(reasons)
    now, was_due = timezone.now(), None
    source, target = record.status, t.goes_to(record)
    if not flow.knows(target, record):
        raise ValueError(f"{flow.name}.{t.name} leads {record.code} to {target}, which its variant does not know")
    record.version += 1
    if target != source:  # an act that keeps the state never restarts its clock
        was_due = record.due_at
        record.status, record.status_since, record.reminded = target, now, 0
        within = flow.state(target).within
        record.due_at = within(record, now) if within else None
    for effect in t.effects:
        effect(record, actor, answers)
    record.save()
    role = CLOCK if actor is None else sorted(roles & set(t.who))[0]
    # Beside the moment of the act the log keeps the date the state left behind was due at: it moves on with the record.
    _note(flow, record, actor, t.name, source, target, role, {**answers, "was_due": was_due}, t)


def note(flow: Workflow, record, actor, action: str, data: dict | None = None, comment: str = "") -> None:
    """Log something that happened without a change of state: created, file attached, answer received."""
    role = CLOCK if actor is None else (sorted(flow.roles(actor, record)) or [getattr(actor, "acting_role", "")])[0]
    outermost = _pending.get() is None
    token = _pending.set([]) if outermost else None
    try:
        with transaction.atomic():
            if sentence := over(actor):
                raise PermissionDenied(sentence)
            # What an act brings about in another table belongs to that act.
            if outermost and action not in READINGS and (sentence := beyond(flow, actor)):
                raise PermissionDenied(sentence)
            answers = {**(data or {}), "note": comment}
            _note(flow, record, actor, action, record.status, record.status, role, answers, None)
            if outermost:
                _flush(_pending.get())
    finally:
        if outermost:
            _pending.reset(token)


READINGS = ("download", "read")
"""Notes of what somebody looked at; everything else a person notes by themselves changes the record."""

COMMENT_KEYS = ("note", "reason", "opinion", "summary")


def _note(flow, record, actor, action, source, target, role, answers, t) -> None:
    comment = next((str(answers[k]) for k in COMMENT_KEYS if answers.get(k)), "")
    data = {k: _plain(v) for k, v in answers.items() if k not in COMMENT_KEYS and v not in (None, "", [], {})}
    mandate = mandate_of(actor)
    if mandate:
        data["delegation"] = mandate.code
    entry = LogEntry(
        at=timezone.now(),
        flow=flow.name,
        record_id=record.pk,
        record_code=record.code,
        action=action,
        source=source,
        target=target,
        actor=actor,
        role=role,
        capacity=mandate.kind if mandate else "",
        on_behalf_of_id=mandate.principal_id if mandate else None,
        organisation=getattr(actor, "acting_organisation_name", "") if actor else "",
        comment=comment,
        data=marked(data),
    )
    _pending.get().append((entry, record, t, flow))


def _plain(value):
    """An answer as JSON: files by name, records by code, dates by ISO."""
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(v) for v in value]
    return str(getattr(value, "code", None) or getattr(value, "name", None) or value)


def _flush(entries) -> None:
    """Write the log last: its trigger holds one lock for the whole chain, which must never wait for a record's lock."""
    for entry, record, t, flow in entries:
        entry.save(force_insert=True)
        transaction.on_commit(
            lambda e=entry, r=record, t=t, f=flow: moved.send_robust(type(r), record=r, entry=e, transition=t, flow=f)
        )
    # Listeners are called as the transaction closes; what they do is an act of its own, with its own entries.
    _pending.set(None)


def log_of(record):
    """A record's log, oldest first, actors included."""
    return LogEntry.objects.filter(flow=record.flow.name, record_id=record.pk).select_related("actor").order_by("seq")
