"""Lists that speak of all rooms: deadlines, the log, and the agreements anyone may read."""

from __future__ import annotations

import json

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from exchange.exports.parts import code, note_in_log, status
from portal.forms import AuditForm
from portal.selectors import audit, deadlines, published
from workflow import formats
from workflow.exports import EXPORT_LOG, Column, Found, register_export
from workflow.registry import workflow

# --- Agreements anyone may read -----------------------------------------------------------------------------


def _published_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Title"), lambda a: a.title, 50),
        Column(_("Track"), lambda a: a.get_track_display(), 28),
        Column(_("Parties"), lambda a: "; ".join(published.parties_of(a)), 50),
        Column(_("Signed on"), lambda a: a.signed_on, 12, "day"),
        Column(_("Valid from"), lambda a: a.effective_date, 12, "day"),
        Column(_("Valid until"), lambda a: a.ends, 12, "day"),
        status(lambda a: a.state.label),
    ]


# --- Deadlines ----------------------------------------------------------------------------------------------


def _deadlines(asked) -> Found:
    flow, span, mine = deadlines.asked_for(asked.GET)
    days, _counts = deadlines.deadlines(asked.user, flow=flow, span=deadlines.SPANS[span], mine=mine, limit=None)
    words = [str(_("Within %(days)s days")) % {"days": span}]
    if flow:
        words.append(str(workflow(flow).flow.label))
    if mine:
        words.append(str(_("Only my turn")))
    return Found([row for day in days for row in day.rows], tuple(words))


def _deadline_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Record"), lambda r: r.title, 50),
        Column(_("Kind of record"), lambda r: r.kind, 24),
        Column(_("Place"), lambda r: r.place, 36),
        status(lambda r: r.label),
        Column(_("Whose turn"), lambda r: r.turn, 40),
        Column(_("Due"), lambda r: r.due_at, 17, "moment"),
    ]


# --- The log ------------------------------------------------------------------------------------------------


def _auditor(asked) -> None:
    if not audit.may_audit(asked.user):
        refusal = PermissionDenied("portal.audit")
        refusal.roles = (Role.AUDITOR,)
        raise refusal


def _audit(asked) -> Found:
    """As the page is filtered; nonsense in the address is nothing, never the whole log."""
    _auditor(asked)
    form = AuditForm(asked.GET)
    if not form.is_valid():
        raise Http404
    chosen = {key: value for key, value in form.cleaned_data.items() if value}
    words = tuple(f"{form.fields[key].label}: {_choice(form.fields[key], value)}" for key, value in chosen.items())
    return Found(audit.told_to(asked.user, audit.events(**chosen)), words)


def _choice(field, value) -> str:
    return str(dict(getattr(field, "choices", ())).get(value, value))


def _trail(asked) -> Found:
    _auditor(asked)
    flow, record = (asked.GET.get(name, "") for name in ("flow", "of"))
    return Found(audit.told_to(asked.user, audit.trail(flow, record)), (f"{audit.kind_label(flow)} {record}",))


def _in_words(user, entries) -> list:
    return [audit.in_words(entry) for entry in entries]


def _details(event) -> str:
    data = event.entry.data
    return json.dumps(data, ensure_ascii=False, sort_keys=True) if data else ""


def _event_columns(user) -> list[Column]:
    return [
        Column(_("No."), lambda e: e.entry.seq, 8, "whole"),
        Column(_("Time (WIB)"), lambda e: f"{formats.local(e.entry.at):%Y-%m-%d %H:%M:%S}", 20),  # to the second
        Column(_("Kind of record"), lambda e: e.kind, 24),
        code(lambda e: e.entry.record_code),
        Column(_("Event"), lambda e: e.what, 34),
        Column(_("From state"), lambda e: e.source, 22),
        Column(_("To state"), lambda e: e.target, 22),
        Column(_("Role"), lambda e: e.role, 30),
        Column(_("Organisation"), lambda e: e.entry.organisation, 34),
        Column(_("Actor"), lambda e: e.actor, 30),
        Column(_("Standing in for"), lambda e: e.principal, 30),
        Column(_("Note"), lambda e: e.entry.comment, 50),
        Column(_("Details"), _details, 50),
        code(lambda e: e.entry.hash, _("Seal"), 20),
    ]


def register() -> None:
    """Make these lists known, and what the log calls a list that left."""
    audit.ACCOUNT_FLOWS[EXPORT_LOG] = _("List as a file")
    register_export(
        "published-agreements",
        _("Signed agreements"),
        listing=published.agreements,
        columns=_published_columns,
        public=True,
    )
    register_export("deadlines", _("Deadlines"), listing=_deadlines, columns=_deadline_columns)
    register_export(
        "audit",
        _("Audit trail"),
        listing=_audit,
        columns=_event_columns,
        rows=_in_words,
        heard=note_in_log("audit"),
        asks_again=True,
    )
    register_export(
        "audit-trail",
        _("Audit trail of one record"),
        listing=_trail,
        columns=_event_columns,
        rows=_in_words,
        heard=note_in_log("audit-trail"),
    )
