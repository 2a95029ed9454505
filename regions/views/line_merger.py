"""Merging one line with its competencies: fields by name, competencies by key, rows added or removed by either side."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext as _

from regions.merging import MINE, STORED, mark
from regions.services import Conflict, Difference, decide, gap_name, line_values, saved_by_others
from regions.services.content import GAP_FIELDS
from regions.views.saving import difference, merged_row, put, seen_by_page, typed_values


class LineMerger:
    """What a page of a stored line sent, against the line as it is now."""

    def __init__(self, request, need, part: str, line):
        self.request, self.need, self.part = request, need, part
        self.seen = seen_by_page(request)
        self.others = saved_by_others(need, part, self.seen)
        self.stored = line_values(line)  # before any form writes into it
        self.gaps = {gap.pk: gap for gap in line.gaps.all()}
        self.words = {gap.pk: self._in_words(gap) for gap in self.gaps.values()}
        self.bound: dict = {}
        self.typed: dict = {}

    def merge(self, form, gaps):
        """(data to bind anew, or None where what was posted stands; merged rows; keys of competencies to keep)."""
        self._collect(form, gaps)
        outcome = self._decide()
        rows = self._removed_here(gaps, outcome) + self._removed_there(gaps, outcome)
        asked = outcome.asked or any(not choice for _d, choice, _act in rows)
        if asked:
            raise Conflict(self.need, self._since(), self._differences(outcome, rows), outcome.base)
        data, keep = None, set()
        if outcome.stored:
            data = self.request.POST.copy()
            for key in outcome.stored:
                put(data, self.bound[key], self.stored[key])
            if "post" in outcome.stored:
                data["figures_for"] = self.stored["post"]
        merged = [merged_row(self.bound[key], key, self.stored[key]) for key in outcome.stored]
        for found, choice, act in rows:
            kind, value = act
            if kind == "keep" and choice == STORED:
                keep.add(value)
            elif kind == "drop" and choice == STORED:
                data = data if data is not None else self.request.POST.copy()
                data[f"{value}-{DELETION_FIELD_NAME}"] = "on"
            if found.choice == "silent":
                merged.append({"field": "", "key": "", "label": found.label, "value": "", "shown": found.stored})
        for pk in keep & self._marked_for_removal(gaps):
            data = data if data is not None else self.request.POST.copy()
            row = self._row_of(gaps, pk)
            data.pop(f"{row.prefix}-{DELETION_FIELD_NAME}", None)
            for name in GAP_FIELDS:
                put(data, row[name], self.stored[gap_name(pk, name)])
        return data, merged, keep

    # --- Fields ------------------------------------------------------------------------------------------------------

    def _collect(self, form, gaps) -> None:
        """Every typed value by the name merging knows it by."""
        self._take(form, lambda name: name)
        for row in gaps.forms:
            if row.instance.pk in self.gaps and not self._is_removed(row):
                self._take(row, partial(gap_name, row.instance.pk))

    def _take(self, form, name_of) -> None:
        for name, value in typed_values(form).items():
            key = name_of(name)
            if key in self.stored:
                self.typed[key], self.bound[key] = value, form[name]

    def _decide(self):
        seen = self.seen
        if seen and seen.choices:
            keys = {bound.html_name: key for key, bound in self.bound.items()}
            seen = replace(seen, choices={keys.get(name, name): choice for name, choice in seen.choices.items()})
        return decide(self.need, self.part, seen, self.stored, self.typed)

    def _differences(self, outcome, rows) -> list[Difference]:
        choices = self.seen.choices if self.seen else {}
        found = []
        for key in outcome.both:
            bound = self.bound[key]
            choice = choices.get(bound.html_name, "")
            found.append(difference(bound, self.stored[key], self.typed[key], choice))
        for row, choice, _act in rows:
            if row.choice != "silent":
                found.append(replace(row, choice=choice))
        return found

    # --- Competencies added or removed -------------------------------------------------------------------------------

    def _removed_here(self, gaps, outcome) -> list[tuple]:
        """Stored competencies the page does not show or wants removed, where others added or changed them since."""
        shown = {row.instance.pk for row in gaps.forms if not self._is_removed(row)}
        found = []
        for pk in self.gaps.keys() - shown:
            names = [gap_name(pk, name) for name in GAP_FIELDS]
            if not any(name in outcome.base for name in names):
                if self._knows(outcome):  # added by others: it stays
                    row = Difference(f"row-{pk}", self.words[pk][0], self.words[pk][1], "–", "silent")
                    found.append((row, STORED, ("keep", pk)))
                elif self.others:
                    row = Difference(f"row-{pk}", self.words[pk][0], self.words[pk][1], _("removed"))
                    found.append((row, self._choice(row.field), ("keep", pk)))
            elif any(outcome.base.get(name, "") != mark(self.stored[name]) for name in names):
                row = Difference(f"row-{pk}", self.words[pk][0], self.words[pk][1], _("removed"))
                found.append((row, self._choice(row.field), ("keep", pk)))
        return found

    def _removed_there(self, gaps, outcome) -> list[tuple]:
        """Rows of the page whose competency others have removed: gone if nobody typed in them, else asked."""
        found = []
        for row in gaps.forms:
            number = row.data.get(f"{row.prefix}-gap", "")
            if row.instance.pk or self._is_removed(row) or not number.isdecimal() or len(number) > 15:
                continue
            names = {name: gap_name(int(number), name) for name in GAP_FIELDS}
            if not any(key in outcome.base for key in names.values()):
                continue
            typed = typed_values(row)
            same = all(mark(typed.get(name)) == outcome.base.get(key, "") for name, key in names.items())
            label = str(typed["theme"].label if hasattr(typed["theme"], "label") else _("Competency"))
            words = f"{typed.get('current_level', '')} → {typed.get('target_level', '')}"
            asked = Difference(f"row-{number}", label, _("removed"), words, "silent" if same else "")
            found.append((asked, STORED if same else self._choice(asked.field), ("drop", row.prefix)))
        return found

    def _knows(self, outcome) -> bool:
        """Whether the page said what it was opened with."""
        return bool(outcome.base) or (self.seen is not None and self.seen.base is not None)

    def _choice(self, field: str) -> str:
        choice = self.seen.choices.get(field, "") if self.seen and not self.others else ""
        return choice if choice in (MINE, STORED) else ""

    def _is_removed(self, row) -> bool:
        return bool(row.data.get(f"{row.prefix}-{DELETION_FIELD_NAME}"))

    def _marked_for_removal(self, gaps) -> set[int]:
        return {row.instance.pk for row in gaps.forms if row.instance.pk and self._is_removed(row)}

    def _row_of(self, gaps, pk: int):
        return next(row for row in gaps.forms if row.instance.pk == pk)

    def _in_words(self, gap) -> tuple[str, str]:
        return gap.theme.label, f"{gap.current_level} → {gap.target_level}"

    def _since(self) -> str:
        return self.need.edits.get(self.part, {}).get("at", "")
