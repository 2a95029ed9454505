"""What the pages of the need form share: what travels along with a form, merging, answers to pages and to scripts.

A page of the form carries, hidden:

- `version`: the need's version it was opened with (or told since);
- `page`: a token of this opened page. What it saved itself never clashes with it;
- `base`: a JSON object as text, field -> mark of the value it was opened with (`regions.merging.mark`; none for an
  empty one). Fields of a stored competency are called `gap:<its key>:<field>`;
- `client_key` (new need, new line, file) and `gap-<n>-client_key` (new competency): random. Sent twice, made once.

A script saves by POST of the whole form to the form's own address with `autosave=1` and `Accept: application/json`.
Without `autosave=1` the same POST is the explicit save. Answers:

- 200 {"saved_at": sentence, "version", "base", "line": key or null, "url": where this page lives from now on,
  "next": where an explicit save leads, else "", "unsaved": [{"field", "sentence"}],
  "merged": [{"field", "key", "label", "value", "shown"}]}. `merged` are fields whose stored value stands because only
  others changed it: put `value` (text, or a list of texts for several ticks) into the field together with the new
  `base`; where the person has typed into it since, keep `key`'s former entry of `base`, so that they are asked. An
  entry of `merged` for a whole row has an empty `field`: load the page again when nothing is unsent;
- 400 {"unsaved": […], "sentence"}: an explicit save with something missing; nothing was stored;
- 409 {"conflicts": [{"field", "label", "stored", "typed"}], "sentence", "since", "version", "base"}: both changed these
  fields; nothing was stored. Send again with `choice_<field>` = `mine` or `stored`, the new `version` and `base`;
- 409 {"closed": sentence, "url"}: the need cannot be changed any more;
- 410 {"gone": sentence, "url": address of a new line}: the line was removed; the same form sent there makes it anew;
- 401 {"sign_in": address, "sentence"}; 403 {"csrf": sentence}: the token in the form is of an earlier session; 404.

Files: see `regions.views.uploads`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from collections.abc import Mapping

from django.contrib import messages
from django.forms.formsets import DELETION_FIELD_NAME
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from regions import selectors
from regions.merging import MINE, STORED, known_key, mark, new_key
from regions.parts import parts_of
from regions.remarks import with_answers
from regions.services import Conflict, Difference, Seen
from workflow.answers import json_answer, wants_json
from workflow.comments_field import show_at_fields
from workflow.engine import may_edit
from workflow.formats import clock, days_left, moment, zone_name

_LONGEST_BASE = 20_000
_JUST_NOW = dt.timedelta(minutes=30)
_MARK = re.compile(r"[0-9a-f]{10}")


def editable_need(request, code, *, script: bool = False):
    """(need, None) if the user may edit it, else (need, the answer that says why not, to a page or to a script)."""
    need = selectors.get_need(request.user, code)
    if may_edit(need.flow, request.user, need):
        return need, None
    if script or by_script(request):
        return need, closed_answer(need)
    messages.info(request, _closed_sentence(need))
    return need, redirect(need.get_absolute_url())


def _closed_sentence(need) -> str:
    return _("%(code)s cannot be changed now: %(state)s.") % {"code": need.code, "state": need.state.label}


def closed_answer(need):
    """The answer to a script for a need that was signed, withdrawn or taken over."""
    return json_answer({"closed": _closed_sentence(need), "url": need.get_absolute_url()}, status=409)


# --- What a form carries ---------------------------------------------------------------------------------------------


def seen_by_page(request) -> Seen | None:
    """What the page a form was filled in on has seen; None where a client sends none."""
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        return None
    return Seen(int(version), page_of(request), _posted_base(request), _choices(request))


def page_of(request) -> str:
    """The token of the page a form was sent from."""
    return request.POST.get("page", "")[:32].replace("\x00", "")


def key_of(request, name: str = "client_key") -> str:
    """The key a page gave to what it makes; anything that is not one counts as none."""
    return known_key(request.POST.get(name, ""))


def _posted_base(request) -> dict[str, str] | None:
    text = request.POST.get("base", "")
    if not text or len(text) > _LONGEST_BASE:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {name: value for name, value in found.items() if isinstance(value, str) and _MARK.fullmatch(value)}


def _choices(request) -> dict[str, str]:
    return {
        name.removeprefix("choice_"): value
        for name, value in request.POST.items()
        if name.startswith("choice_") and value in (MINE, STORED)
    }


def shown_base(form, *, name=lambda field: field) -> dict[str, str]:
    """The marks of what an unbound form shows; what it only suggests is not stored yet and counts as empty."""
    left_out = {DELETION_FIELD_NAME, *getattr(form, "suggested", ())}
    found = {
        name(bound.name): mark(form.get_initial_for_field(bound.field, bound.name))
        for bound in form
        if not bound.is_hidden and bound.name not in left_out
    }
    return {key: value for key, value in found.items() if value}


def is_autosave(request) -> bool:
    """Whether this is a save in passing, not one the person pressed."""
    return request.POST.get("autosave") == "1"


def by_script(request) -> bool:
    """Whether a script sent the form and reads the answer."""
    return is_autosave(request) or wants_json(request)


def page_context(request, need, current: str, *, part: str = "", base: Mapping[str, str] | None = None, **more) -> dict:
    """What every page of the form shows around its fields. `part`: what it saves, as `need.edits` calls it.

    A page that comes back with what was typed still has the version and base it was opened with; whoever has stored
    something since then passes new ones.
    """
    window, coming = selectors.filing_window(need)
    remarks = with_answers(need, selectors.open_remarks(need))
    line = more.get("line")
    on_line = [remark for remark in remarks if line is not None and remark.line_id == line.pk]
    if more.get("form") is not None:
        show_at_fields(more["form"], on_line if "line" in more else [r for r in remarks if not r.is_on_line])
    seen = seen_by_page(request) if request.method == "POST" else None
    if base is None and seen:
        base = seen.base
    return {
        "need": need,
        "parts": parts_of(need, current),
        "current": current,
        "version": seen.version if seen else need.version,
        "page_token": page_of(request) or secrets.token_hex(8),
        "client_key": key_of(request) or new_key(),
        "base": as_text(base) if base is not None else "",
        "window": window,
        "coming": coming,
        "needs_window": not need.revises_id and not need.return_count,
        "colleague_at": _colleague_at(request, need, part),
        "saved_at": saved_sentence(need) if request.method != "POST" and need.edits else "",
        "remarks": remarks,
        "on_line": on_line,
        **more,
    }


def _colleague_at(request, need, part: str) -> str:
    """When somebody else saved this part, if that was just now: two people who know of each other clash less."""
    last = need.edits.get(part)
    if request.method == "POST" or not last or last["by"] == request.user.pk:
        return ""
    at = dt.datetime.fromisoformat(last["at"])
    return clock(at, need.time_zone) if timezone.now() - at < _JUST_NOW else ""


def as_text(base: Mapping[str, str]) -> str:
    """A base as a hidden field carries it."""
    return json.dumps(base, separators=(",", ":"))


# --- Merging a form --------------------------------------------------------------------------------------------------


def typed_values(form) -> dict:
    """What a bound form holds: cleaned where it is valid, as typed where it is not."""
    form.is_valid()
    return {
        bound.name: form.cleaned_data[bound.name] if bound.name in form.cleaned_data else bound.data
        for bound in form
        if not bound.is_hidden
    }


def put(data, bound, value) -> None:
    """Set a field of posted data to a stored value, as the form itself would have sent it."""
    sent = as_sent(bound, value)
    if isinstance(sent, list):
        data.setlist(bound.html_name, sent)
    elif value is False:
        data.pop(bound.html_name, None)  # a box without a tick is not sent
    else:
        data[bound.html_name] = sent


def as_sent(bound, value) -> str | list[str]:
    """A stored value as a form sends it and a script puts it into the field."""
    shown = bound.field.prepare_value(value)
    if isinstance(shown, list | tuple):
        return [str(part) for part in shown]
    if shown is None or shown is False:
        return ""
    return "on" if shown is True else str(shown)


def merged_row(bound, key: str, value) -> dict:
    """A field that others changed, for a script that shows it."""
    return {
        "field": bound.html_name,
        "key": key,
        "label": str(bound.label),
        "value": as_sent(bound, value),
        "shown": in_words(bound.field, value),
    }


def difference(bound, stored, typed, choice: str = "") -> Difference:
    """A field that both changed, in words."""
    shown = in_words(bound.field, stored), in_words(bound.field, getattr(typed, "pk", typed))
    return Difference(bound.html_name, str(bound.label), *shown, choice)


def in_words(field, value) -> str:
    """A value as the form shows it: the words of a choice, not its code."""
    if value is True or value == "on":
        return _("yes")
    if value is False:
        return _("no")
    if value is None or value in ("", []):
        return "–"
    labels = {}
    value = field.prepare_value(value)
    for key, label in getattr(field, "choices", None) or []:
        if isinstance(label, list | tuple):
            labels |= {str(k): str(v) for k, v in label}
        else:
            labels[str(key)] = str(label)
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(labels.get(str(v), str(v)) for v in values)


# --- Answers ---------------------------------------------------------------------------------------------------------


def saved_sentence(need) -> str:
    """When the draft was saved last, on the office's clocks; with the day if that was not today."""
    last = max((e["at"] for e in need.edits.values()), default="")
    at, zone = (dt.datetime.fromisoformat(last) if last else need.updated_at), need.time_zone
    if days_left(at, zone):
        return _("Saved %(moment)s") % {"moment": moment(at, zone)}
    return _("Saved %(clock)s %(zone)s") % {"clock": clock(at, zone), "zone": zone_name(zone)}


def unsaved_rows(*forms) -> list[dict]:
    """What could not be stored yet: [{"field", "sentence"}], in the order of the page."""
    found = []
    for form in forms:
        names = {name: form[name].html_name for name in form.fields}
        for name, sentences in form.errors.items():
            found += [{"field": names.get(name, ""), "sentence": str(s)} for s in sentences]
    return found


def saved_answer(request, need, base, *, unsaved=(), merged=(), line=None, url: str = "", following: str = ""):
    """The answer to a save: the time, the new version and base, what others changed, what is not stored yet."""
    return json_answer(
        {
            "saved_at": saved_sentence(need),
            "version": need.version,
            "base": as_text(base),
            "line": line.pk if line else None,
            "url": url or request.path,
            "next": following,
            "unsaved": list(unsaved),
            "merged": list(merged),
        }
    )


def unfit_answer(unsaved: list[dict]):
    """An explicit save by a script, with something missing."""
    sentence = _("Some answers need attention. Nothing was saved.")
    return json_answer({"unsaved": unsaved, "sentence": sentence}, status=400)


def clash(conflict: Conflict):
    """The answer to a script whose save met another page's: both values, to choose from."""
    context = clash_context(conflict)
    rows = [{"field": d.field, "label": d.label, "stored": d.stored, "typed": d.typed} for d in conflict.differences]
    found = {"conflicts": rows, "version": conflict.need.version, "base": as_text(conflict.base)}
    shown = {name: context["clash"][name] for name in ("sentence", "since")}
    return json_answer({**found, **shown}, status=409)


def clash_context(conflict: Conflict) -> dict:
    """What a clash banner shows, and what the page goes on from."""
    need = conflict.need
    since = clock(dt.datetime.fromisoformat(conflict.since), need.time_zone) if conflict.since else ""
    sentence = (
        _("Someone else has been editing this draft since %(clock)s.") % {"clock": since}
        if since
        else _("Someone else has changed this draft.")
    )
    return {
        "clash": {"since": since, "sentence": sentence, "differences": conflict.differences},
        "need": need,
        "version": need.version,
        "base": conflict.base,
    }


def after_saving(request, need, *, default: str):
    """Where a save leads: onward, or back to the task list for "continue later"."""
    if "later" in request.POST:
        messages.success(request, _("The draft is saved. Continue whenever you like."))
        return redirect(reverse("regions:fill", args=[need.code]))
    return redirect(default)
