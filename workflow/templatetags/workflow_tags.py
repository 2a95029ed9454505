"""Template tags that read a workflow table: status tag, buttons, step bar, timeline, whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from workflow import formats
from workflow.charts import Chart, draw
from workflow.charts.chart import Cell, Column, value_of
from workflow.charts.downloads import AS, WHICH
from workflow.charts.drawing import Clock
from workflow.engine import log_of, offered
from workflow.nudges import last_nudge, may_nudge, may_repeat
from workflow.panels import panels_of
from workflow.registry import capacity_label, role_label, workflow
from workflow.table import CLOCK
from workflow.turns import holders_of

register = template.Library()

NOTES = {
    "create": gettext_lazy("Created"),
    "receive": gettext_lazy("Line received from a regency or city office"),
    "attach": gettext_lazy("File attached"),
    "detach": gettext_lazy("File removed"),
    "draft": gettext_lazy("Paper drafted by the portal"),
    "certificate": gettext_lazy("Certificate made"),
    "revoke_certificate": gettext_lazy("Certificate revoked"),
    "correct_certificate": gettext_lazy("Corrected certificate issued"),
    "amend": gettext_lazy("Changed after publishing"),
    "external": gettext_lazy("External step recorded"),
    "download": gettext_lazy("File opened"),
    "change": gettext_lazy("Content changed"),
    "pledge": gettext_lazy("Seats pledged for the demand brief"),
    "propose": gettext_lazy("Change proposed for the amendment"),
    "read": gettext_lazy("Personal data read"),
    "correct": gettext_lazy("Personal data corrected on request"),
    "consent_end": gettext_lazy("The person took a consent back"),
    "forget": gettext_lazy("Personal data deleted: the time of keeping is over"),
    "keep": gettext_lazy("Kept longer after a review"),
    "score": gettext_lazy("Score sheet handed in"),
    "days": gettext_lazy("Days of the training changed"),
    "respond": gettext_lazy("Recommendations answered"),
    "pin": gettext_lazy("Pair pinned"),
    "open": gettext_lazy("Conversation opened"),
    "message": gettext_lazy("New message"),
    "edit": gettext_lazy("Message put into other words"),
    "delete": gettext_lazy("Message deleted"),
    "pin_message": gettext_lazy("Message pinned"),
    "unpin_message": gettext_lazy("Message unpinned"),
    "widen": gettext_lazy("More people read the conversation"),
    "resolve": gettext_lazy("Conversation resolved"),
    "reopen": gettext_lazy("Conversation taken up again"),
    "record": gettext_lazy("Decision taken into the record"),
    "decision": gettext_lazy("Decision from a conversation"),
    "forbid": gettext_lazy("Pair forbidden"),
    "unpin": gettext_lazy("Decision on a pair removed"),
    "ask_view": gettext_lazy("Support asks to look as you"),
    "agree_view": gettext_lazy("Agreed that support looks"),
    "decline_view": gettext_lazy("Declined that support looks"),
    "delegate": gettext_lazy("Delegation granted"),
    "end_delegation": gettext_lazy("Delegation revoked"),
    "delegation_ends": gettext_lazy("The delegation ends within three days"),
    "delegation_over": gettext_lazy("The delegation has ended"),
    "reschedule": gettext_lazy("Due date moved: the holiday calendar changed"),
    "overdue": gettext_lazy("The time limit passed"),
    "plan": gettext_lazy("Plan changed"),
    "invite": gettext_lazy("Further organisations invited"),
    "uninvite": gettext_lazy("Invitations taken back"),
    "reply": gettext_lazy("Invitation answered"),
    "minutes": gettext_lazy("Minutes written"),
    "correct_minutes": gettext_lazy("Minutes corrected"),
    "record_decision": gettext_lazy("Decision taken into the record"),
    "meeting_decision": gettext_lazy("Decision of a meeting"),
    "nudge": gettext_lazy("Reminder sent to those whose turn it is"),
    "webhook_failing": gettext_lazy("Webhook paused: no call has succeeded for days"),
    "webhook_gone": gettext_lazy("Webhook switched off: its receiver answered that it is gone"),
    "webhook_orphaned": gettext_lazy("Webhook paused: the role it read under has ended"),
}
"""What the timeline says for entries that did not change the state."""

UNTOLD = {"download", "read", "reply"}
"""Who looked at what is for the auditor, not for the timeline; who comes to a meeting stands on its page, counted."""


@dataclass(frozen=True)
class Event:
    """One line of a timeline, ready to show."""

    label: Any
    at: Any
    role: str
    organisation: str
    comment: str
    tone: str
    icon: str
    data: dict
    by_day: bool = False
    """Only the day is told: the minute would say who it was."""


@register.inclusion_tag("components/status_tag.html")
def status_tag(record):
    """The present status: colour, icon and word."""
    state = record.state
    shown = getattr(record, "shown_status", None) or (state.label, state.tone, state.icon)
    return {"label": shown[0], "tone": shown[1], "icon": shown[2]}


@register.inclusion_tag("components/actions.html", takes_context=True)
def actions(context, record):
    """The acts the signed-in user may do now; a blocked one is shown disabled with its reasons."""
    user = context["request"].user
    offers = offered(user, record) if user.is_authenticated else []
    rank = {"primary": 0, "secondary": 1, "danger": 2}
    offers.sort(key=lambda o: (not o.enabled, rank[o.transition.style]))
    return {"offers": offers, "base": getattr(record, "manage_url", "") or record.get_absolute_url()}


@register.inclusion_tag("components/steps.html")
def steps(record):
    """The step bar: done, now, to come. A record that left the road (rejected, withdrawn) marks where it stopped."""
    flow, state = record.flow, record.state
    stages = record.stages() if hasattr(record, "stages") else flow.stages
    codes = [code for code, _label in stages]
    now = codes.index(state.stage) if state.stage in codes else -1
    reached = {}
    for entry in log_of(record).values("target", "at", "action"):
        if entry["target"]:
            reached.setdefault(flow.state(entry["target"]).stage, entry["at"])
    if now < 0:
        now = max((codes.index(code) for code in reached if code in codes), default=-1)
    items = [
        {
            "number": n + 1,
            "label": label,
            "state": "done"
            if n < now or (n == now and state.final and state.stage == code)
            else "now"
            if n == now
            else "todo",
            "at": reached.get(code) if n <= now else None,
        }
        for n, (code, label) in enumerate(stages)
    ]
    return {"items": items, "current": now + 1, "total": len(items), "status_label": state.label}


def events_of(record, *, private: bool = True, entries=None, reader=None) -> list[Event]:
    """A record's log as timeline events, newest first; `entries`: only these of it, the oldest first; `reader`: for
    whom, where the table keeps unnamed who did something (without a reader nobody is named)."""
    flow = record.flow
    plainly = tells_minute(record, reader)
    found = []
    for entry in reversed(list(log_of(record) if entries is None else entries)):
        if entry.action in UNTOLD:
            continue
        t = flow.transition(entry.action)
        data = _shown_data(record, entry)
        if entry.data.get("changes") and not data.get("changes"):
            continue  # the record knows that these changes are no news; the log keeps them
        unnamed = entry.action in flow.unnamed and not plainly
        found.append(
            Event(
                label=(t.done or t.label) if t else NOTES.get(entry.action, entry.action),
                at=formats.start_of_day(entry.at) if unnamed else entry.at,
                role=_("an office") if unnamed else capacity_name(entry),
                organisation="" if unnamed else entry.organisation,
                comment=entry.comment,
                tone=t.tone if t else "neutral",
                icon=t.icon if t else "dot",
                data=data,
                by_day=unnamed,
            )
        )
    return found


def _label_now(record, field: str) -> str:
    """How a field of the record is called today in the reader's language; "" where the record has no such name."""
    try:
        name = record._meta.get_field(field).verbose_name
    except FieldDoesNotExist:
        return ""
    return str(name) if isinstance(name, Promise) else ""


def _readable(record, data: dict) -> dict:
    """Entry data with its differences in the reader's language: values where they were written in both."""
    if not data.get("changes"):
        return data
    english = (get_language() or "id").startswith("en")
    changes = [
        {
            "label": _label_now(record, c.get("field", ""))
            or c.get("label_en" if english else "label_id")
            or c.get("label", ""),
            "before": c.get("before_en", c.get("before", "")) if english else c.get("before", ""),
            "after": c.get("after_en", c.get("after", "")) if english else c.get("after", ""),
        }
        for c in data["changes"]
    ]
    return {**data, "changes": changes}


def _shown_data(record, entry) -> dict:
    """An entry's data; a record that knows its fields puts logged changes into words, or leaves them out (None)."""
    describe = getattr(record, "shown_change", None)
    if describe is None or not isinstance(entry.data.get("changes"), list):
        return _readable(record, entry.data)
    part = str(entry.data.get("part", ""))
    shown = [found for change in entry.data["changes"] if (found := describe(part, change, entry.source))]
    return {**entry.data, "changes": shown}


@register.inclusion_tag("components/timeline.html", takes_context=True)
def timeline(context, record):
    """Everything that happened, newest first, with role and organisation, never a person's name.

    A record may have a `history_since(user)`: the moment from which this reader may know what happened.
    """
    events = events_of(record, reader=getattr(context.get("request"), "user", None))
    since = record.history_since(context["request"].user) if hasattr(record, "history_since") else None
    if since is not None:
        events = [event for event in events if event.at >= since]
    return {"events": events, "zone": context.get("zone", record.time_zone)}


@register.inclusion_tag("components/waiting.html", takes_context=True)
def waiting(context, record, nudge=True):
    """Whose turn it is: posts with their offices, since when and until when, the bodies outside that owe an answer, and
    a reminder for who waits for them. `nudge`: False on the page that sends it."""
    user = getattr(context.get("request"), "user", None)
    holders = holders_of(record)
    offers = nudge and user is not None and may_nudge(user, record)
    last = last_nudge(record) if not record.state.final and (holders.posts or holders.unheld) else None
    return {
        "holders": holders,
        "since": record.turn_since,
        "since_day": bool(record.flow.unnamed),
        "due": record.due_at,
        "zone": record.time_zone,
        "final": record.state.final,
        "reminded": last,
        "nudge_url": reverse("nudge", args=[record.flow.name, record.code]) if offers and may_repeat(last) else "",
    }


@register.simple_tag(takes_context=True)
def panels(context, record, place="main"):
    """The sections that rooms upstairs add to this record's page."""
    request = context["request"]
    shown = []
    for panel in panels_of(record.flow.name, place):
        values = panel.context(request, record)
        if values is not None:
            shown.append(render_to_string(panel.template, {"record": record, **values}, request=request))
    return mark_safe("".join(shown))  # noqa: S308 - rendered by templates, which escape


def tells_minute(record, user) -> bool:
    """Whether this reader learns who did what a table keeps unnamed, and at what minute; most keep nothing so."""
    if not record.flow.unnamed:
        return True
    return user is not None and user.is_authenticated and record.names_actors_to(user)


@register.filter
def role_name(role: str) -> str:
    """A role code in the reader's language."""
    if role == CLOCK:
        return _("System")
    return role_label(role)


@register.filter
def capacity_name(entry) -> str:
    """The role of a log entry (or of a notice of one) with the capacity it was acted in: "Plh. Kepala Dinas"."""
    return capacity_label(entry.role, entry.capacity) if entry.capacity else role_name(entry.role)


@register.filter
def state_label(code: str, flow_name: str) -> str:
    """The label of a state code of a named table."""
    known = workflow(flow_name)
    return str(known.flow.state(code).label) if known else code


@register.inclusion_tag("components/chart.html", takes_context=True)
def chart(context, shown: Chart, level: int = 2):
    """A chart with its finding, its table and its files; all drawings of a page together are waited for once."""
    request = context["request"]
    clock = request.__dict__.setdefault("_drawing_clock", Clock())
    drawn = draw(shown, clock)
    rows = [
        [_shown_cell(cell, column, n) for n, (cell, column) in enumerate(zip(row, shown.columns, strict=True))]
        for row in shown.rows[: shown.rows_shown]
    ]
    for row in rows:
        for cell in row[1:]:
            if cell["url"]:  # a bare figure says nothing when links are read out one by one
                cell["name"] = f"{row[0]['text']}, {cell['label']}: {cell['text']}"
    return {
        "chart": shown,
        "drawn": {**drawn, "narrow": mark_safe(drawn["narrow"]), "wide": mark_safe(drawn["wide"])},  # noqa: S308 - tidied
        "level": level,
        "rows": rows,
        "left_out": max(len(shown.rows) - shown.rows_shown, 0),
        "files": [
            {"label": kind.upper(), "url": _file_url(request, shown.name, kind)} for kind in ("png", "svg", "csv")
        ],
    }


def _file_url(request, name: str, kind: str) -> str:
    """The address of the page with its filters, asking for a file."""
    data = request.GET.copy()
    data.pop("page", None)
    data[WHICH], data[AS] = name, kind
    return f"?{data.urlencode()}"


def _shown_cell(cell: Any, column: Column, number: int) -> dict[str, Any]:
    """A value of a chart's table as people read it."""
    value = value_of(cell)
    match column.kind:
        case "number":
            text = formats.num(value)
        case "percent":
            text = formats.NOTHING if value is None else formats.share(value, 100)
        case "day":
            text = formats.shortday(value)
        case _:
            text = formats.NOTHING if value in (None, "") else str(value)
    return {
        "text": text,
        "url": cell.url if isinstance(cell, Cell) else "",
        "label": column.label,
        "first": number == 0,
        "is_number": column.is_number,
        "name": "",
    }
