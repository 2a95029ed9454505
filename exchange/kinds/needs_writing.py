"""Carries out one need of a file: a new draft in few statements, changes of a stored one as the pages make them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from exchange.kinds.needs_forms import Setting, gap_form, line_form, section_form
from regions.models import CompetencyGap, NeedLine, TrainingNeed
from regions.services import NEW_LINE, open_need, refresh_totals, save_part, write_line
from regions.services.content import locked
from workflow.engine import Refused, note


def carry_out(content: dict, key: str, user) -> TrainingNeed:
    """Make or change one draft, in a transaction of the caller; a second time nothing more happens."""
    setting = Setting.of(user)
    return _change(content, user, setting) if content["code"] else _create(content, key, user, setting)


def _valid(form, *, only_filled: bool = False):
    """The form, once more under the lock: vocabularies or the need may have changed since the file was read."""
    found = [str(s[0]) for name, s in form.errors.items() if not only_filled or form.data.get(name)]
    if found:
        raise Refused(found)
    return form


def _section(need: TrainingNeed, part: str, typed: dict[str, Any], setting: Setting) -> None:
    """Put the filled cells of a section into the need."""
    form = _valid(section_form(part, typed, setting), only_filled=True)
    for name in typed:
        if name in form.cleaned_data:
            setattr(need, name, form.cleaned_data[name])


# --- A new draft -----------------------------------------------------------------------------------------------------


def _create(content: dict, key: str, user, setting: Setting) -> TrainingNeed:
    if setting.office.suspended or setting.cycle is None:
        raise Refused([_("This office is suspended. Contact the ministry.")])
    if content["cycle"] != setting.cycle.pk:  # its numbers mean other needs in another cycle
        raise Refused([_("Another filing cycle has begun since the file was read. Upload the file again.")])
    need = open_need(office=setting.office, cycle=setting.cycle, actor=user, client_key=key)
    if need.version > 1:
        raise Refused(
            [_("%(code)s was made from this row meanwhile. Upload the file again to compare.") % {"code": need.code}]
        )
    for part, typed in content["parts"].items():
        _section(need, part, typed, setting)
    lines, gaps = [], []
    for position, entry in enumerate(content["lines"], 1):
        line = _valid(line_form(entry["data"], setting)).instance
        line.need, line.position, line.client_key = need, position, entry["key"]
        lines.append(line)
        for gap_entry in entry["gaps"]:
            gap = _valid(gap_form(gap_entry["data"], setting)).instance
            gap.line = line
            gaps.append(gap)
    NeedLine.objects.bulk_create(lines)
    for gap in gaps:
        gap.line_id = gap.line.pk
    CompetencyGap.objects.bulk_create(gaps)
    need.version += 1
    need.save()
    refresh_totals(need)
    changes = [{"field": "line", "before": None, "after": f"{line.post_id}, {line.requested_total}"} for line in lines]
    note(need.flow, need, user, "change", {"part": "import", "changes": changes})
    return need


# --- A draft that exists ---------------------------------------------------------------------------------------------


def _change(content: dict, user, setting: Setting) -> TrainingNeed:
    need = locked(TrainingNeed.objects.get(code=content["code"], office=setting.office), user)
    if need.version != content["version"]:
        raise Refused(
            [_("%(code)s was changed since the file was read. Upload the file again to compare.") % {"code": need.code}]
        )
    save = partial(save_part, actor=user, seen=None, final=True)
    for part, typed in content["parts"].items():
        need = save(need, part, write=partial(_write_section, typed, setting))
    for entry in content["lines"]:
        part = f"line-{entry['pk']}" if entry["pk"] else NEW_LINE
        need = save(need, part, write=partial(_write_line, entry, setting), client_key=entry["key"])
    return need


def _write_section(typed: dict[str, Any], setting: Setting, fresh: TrainingNeed, part: str) -> None:
    _section(fresh, part, typed, setting)


def _write_line(entry: dict, setting: Setting, fresh: TrainingNeed, part: str) -> str:
    line = fresh.lines.prefetch_related("gaps").filter(pk=entry["pk"]).first() if entry["pk"] else None
    if entry["pk"] and line is None:
        raise Refused([_("A line was removed since the file was read. Upload the file again to compare.")])
    present = {gap.theme_id: gap for gap in line.gaps.all()} if line else {}
    filled = _valid(line_form(entry["data"], setting, need=fresh, instance=line)).instance
    gaps = [_valid(gap_form(e["data"], setting, instance=present.get(e["theme"]))).instance for e in entry["gaps"]]
    return write_line(fresh, filled, gaps, final=False, client_key=entry["key"])
