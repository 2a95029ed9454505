"""What the pages of the need form share: the version that travels along, autosave answers, clashes, the task list."""

from __future__ import annotations

import datetime as dt
import secrets

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from regions import selectors
from regions.parts import parts_of
from regions.services import Seen
from workflow.engine import may_edit
from workflow.formats import clock


def editable_need(request, code):
    """(need, None) if the user may edit it, else (need, where to go instead)."""
    need = selectors.get_need(request.user, code)
    if may_edit(need.flow, request.user, need):
        return need, None
    messages.info(
        request,
        _("%(code)s cannot be changed now: %(state)s.") % {"code": need.code, "state": need.state.label},
    )
    return need, redirect(need.get_absolute_url())


def seen_by_page(request) -> Seen | None:
    """The version and page token a form was filled in from; None where a client sends none."""
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        return None
    return Seen(int(version), request.POST.get("page", "")[:32])


def is_autosave(request) -> bool:
    """Whether this is a save in passing, not one the person pressed."""
    return request.POST.get("autosave") == "1"


def page_context(request, need, current: str, **more) -> dict:
    """What every page of the form shows around its fields."""
    window, coming = selectors.filing_window(need)
    remarks = selectors.open_remarks(need)
    return {
        "need": need,
        "parts": parts_of(need, current),
        "current": current,
        "version": need.version,
        "page_token": request.POST.get("page", "")[:32] or secrets.token_hex(8),
        "window": window,
        "coming": coming,
        "needs_window": not need.revises_id and not need.return_count,
        "remarks": remarks,
        **more,
    }


def saved_fragment(request, need, **more):
    """The answer to an autosave: the time, the new version, and what could not be stored yet."""
    last = max((e["at"] for e in need.edits.values()), default="")
    at = dt.datetime.fromisoformat(last) if last else need.updated_at
    context = {"need": need, "saved_at": clock(at, need.time_zone), "version": need.version, **more}
    return render(request, "regions/_saved.html", context)


def clash(request, conflict, differences: list[dict], **more):
    """The answer to an autosave that met another page's save: a banner with both values."""
    return render(request, "regions/_clash.html", clash_context(conflict, differences, **more), status=409)


def clash_context(conflict, differences: list[dict], **more) -> dict:
    """What a clash banner shows."""
    need = conflict.need
    since = clock(dt.datetime.fromisoformat(conflict.since), need.time_zone) if conflict.since else ""
    return {
        "clash": {"since": since, "differences": differences},
        "need": need,
        "version": need.version,
        **more,
    }


def differences_of(form, stored) -> list[dict]:
    """Fields whose typed value differs from the stored one: [{"label", "stored", "typed"}]."""
    found = []
    for field in form:
        name = field.name
        if field.is_hidden or not hasattr(stored, name):
            continue
        before = field.field.prepare_value(getattr(stored, _attribute(stored, name)))
        typed = field.value()
        if _text(before) != _text(typed):
            found.append(
                {
                    "label": field.label,
                    "stored": _words(field.field, before),
                    "typed": _words(field.field, typed),
                }
            )
    return found


def _attribute(stored, name: str) -> str:
    """The attribute that holds a key without loading what it points to."""
    field = next((f for f in stored._meta.concrete_fields if f.name == name), None)
    return field.attname if field else name


def _text(value) -> str:
    if value in (None, False, "", []):
        return ""
    if isinstance(value, list | tuple):
        return ",".join(sorted(str(v) for v in value))
    return str(value)


def _words(field, value) -> str:
    """A value as the form shows it: the words of a choice, not its code."""
    if value is True or value == "on":
        return _("yes")
    if value in (None, "", [], False):
        return "–"
    labels = {}
    for key, label in getattr(field, "choices", None) or []:
        if isinstance(label, list | tuple):
            labels |= {str(k): str(v) for k, v in label}
        else:
            labels[str(key)] = str(label)
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(labels.get(str(v), str(v)) for v in values)


def after_saving(request, need, *, default: str):
    """Where a save leads: onward, or back to the task list for "continue later"."""
    if "later" in request.POST:
        messages.success(request, _("The draft is saved. Continue whenever you like."))
        return redirect(reverse("regions:fill", args=[need.code]))
    return redirect(default)
