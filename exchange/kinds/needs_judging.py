"""One need of a file: what would become of it, or what has to be mended first."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from exchange.books.columns import Item, Row
from exchange.books.values import plain
from exchange.kinds import needs_tables as tables
from exchange.kinds.needs_changes import Changes
from exchange.kinds.needs_forms import (
    GAP_DEFAULTS,
    KEYS,
    LINE_DEFAULTS,
    SECTIONS,
    ImportedGap,
    ImportedLine,
    Setting,
    as_typed,
    form_data,
    gap_form,
    line_form,
    problems_of,
    section_form,
)
from exchange.kinds.needs_rows import Bundle
from regions.forms.lines import FIGURES, MOST_GAPS
from regions.lifecycle import NEED
from regions.models import TrainingNeed
from workflow.engine import may_edit


def key_of_need(cycle: int, number: str) -> str:
    """What a need is called by its office's own number, the same in every file of the cycle."""
    return f"im-{hashlib.sha256(f'{cycle}:{plain(number)}'.encode()).hexdigest()[:40]}"


def key_of_line(number: str) -> str:
    """What a line is called within its need."""
    return f"im-{hashlib.sha256(plain(number).encode()).hexdigest()[:40]}"


class Judge:
    """One need of the file: what would become of it, or what has to be mended first."""

    def __init__(self, bundle: Bundle, user, setting: Setting, known: dict[str, TrainingNeed], book):
        self.bundle, self.user, self.setting, self.book = bundle, user, setting, book
        self.key = key_of_need(setting.cycle.pk, bundle.key) if bundle.key else ""
        rows = (r for r in (bundle.need, *bundle.lines, *bundle.gaps) if r is not None)
        self.problems = [p for row in rows for p in row.problems] + bundle.extra
        self.stored: TrainingNeed | None = None
        self._recognise(known)
        self.changes = Changes(book.understanding)
        self.content: dict[str, Any] = {"code": self.stored.code if self.stored else "", "parts": {}, "lines": []}
        self.content["cycle"] = setting.cycle.pk
        self.people = 0

    def item(self) -> Item:
        """The verdict."""
        bundle = self.bundle
        if bundle.need is not None:
            self._sections()
            self._lines()
        if self.stored is None:
            action = "create"
        elif not self.changes.rows:
            action = "skip"
        else:
            action = "change"
            self.content["version"] = self.stored.version
            if not may_edit(NEED, self.user, self.stored):
                self._closed()
        twin = self.bundle.extra or not self.key
        first = bundle.first
        return Item(
            key=f"{self.key or 'row'}:{first.sheet[:20]}:{first.number}" if twin else self._item_key(),
            label=self._label(),
            action="fix" if self.problems else action,
            row=first,
            rows=bundle.count,
            people=self.people,
            changes=self.changes.rows if self.stored else [],
            problems=self.problems,
            content=self.content,
            code=self.stored.code if self.stored else "",
        )

    def _item_key(self) -> str:
        """By its code where it has one: two numbers of a file may mean the same draft."""
        return self.stored.code if self.stored else self.key

    def _label(self) -> str:
        name = _("Need %(number)s") % {"number": self.bundle.key or "–"}
        return f"{name} ({self.stored.code})" if self.stored and self.stored.code != self.bundle.key else name

    def _recognise(self, known: dict[str, TrainingNeed]) -> None:
        row = self.bundle.need
        code = str((row.values.get("code") if row else "") or "").strip().upper()
        self.stored = known.get(code) if code else known.get(self.key)
        if code and self.stored is None:
            sentence = _("Your office has no need with this code.")
            self.problems.append(
                row.problem("code", sentence, _("Correct the code, or leave the cell empty for a new need."))
            )

    def _closed(self) -> None:
        facts = {"code": self.stored.code, "state": self.stored.shown_status[0]}
        self.problems.append(
            self.bundle.first.problem(
                "need_key",
                _("%(code)s can no longer be changed: %(state)s.") % facts,
                _("Use another number for a new need, or delete the rows of this one."),
            )
        )

    # --- The need's own sections -------------------------------------------------------------------------------------

    def _sections(self) -> None:
        row = self.bundle.need
        for part, form_class in SECTIONS.items():
            values = {n: row.values[n] for n in form_class._meta.fields if row.values.get(n) is not None}
            if not values:
                continue
            data = form_data(form_class, self.stored, values, {})
            form = section_form(part, data, self.setting)
            self.problems += problems_of(form, row, only_filled=True)
            self.content["parts"][part] = {name: as_typed(value) for name, value in values.items()}
            if self.stored is not None:
                self.changes.compare(row, self.stored, values)

    # --- Lines and competencies --------------------------------------------------------------------------------------

    def _lines(self) -> None:
        bundle = self.bundle
        gaps: dict[str, list[Row]] = {}
        for gap in bundle.gaps:
            gaps.setdefault(plain(gap.values.get("line_key") or ""), []).append(gap)
        seen: dict[str, int] = {}
        for row in bundle.lines:
            number = str(row.values.get("line_key") or "")
            name = plain(number)
            if not name:
                continue
            if name in seen:
                sentence = _("The same number stands in row %(row)d already.") % {"row": seen[name]}
                self.problems.append(row.problem("line_key", sentence, _("Give each line a number of its own.")))
                continue
            seen[name] = row.number
            self._line(row, number, gaps.get(name, []))
        for name, rows in gaps.items():
            if name and name not in seen:
                sentence = _("There is no line with this number in the need.")
                self.problems.append(
                    rows[0].problem("line_key", sentence, _("Add a row for it, or correct the number."))
                )
        if not bundle.lines and self.stored is None and not bundle.extra:
            sentence = _("This need has no line on the sheet “%(sheet)s”.") % {"sheet": tables.LINES.title}
            self.problems.append(
                bundle.need.problem("need_key", sentence, _("Add at least one line: a post and the people to train."))
            )

    def _stored_line(self, number: str):
        """By the portal's own mark of a filled template, else by what an earlier file called it."""
        if self.stored is None:
            return None
        lines = list(self.stored.lines.all())
        own = number[1:] if number[:1] in "Ll" and number[1:].isdecimal() else ""
        found = next((line for line in lines if own and str(line.pk) == own), None)
        return found or next((line for line in lines if line.client_key == key_of_line(number)), None)

    def _line(self, row: Row, number: str, gap_rows: list[Row]) -> None:
        stored = self._stored_line(number)
        values = {n: v for n, v in row.values.items() if n not in KEYS and v is not None}
        data = form_data(ImportedLine, stored, values, LINE_DEFAULTS)
        prefix = _("Line %(number)s") % {"number": stored.position if stored else number}
        if stored is not None:
            self.changes.compare(row, stored, values, prefix)
        elif self.stored is not None:
            self.changes.added(prefix, f"{data['post']}, {data['requested_total']}")
        form = line_form(data, self.setting, need=self.stored, instance=stored)
        problems = problems_of(form, row)
        self.problems += problems
        if not problems and not row.problems:
            for name in FIGURES:  # what the office filed last stands in for an empty cell; from here on it is fixed
                data[name] = as_typed(form.cleaned_data[name])
        self.people += form.cleaned_data.get("requested_total") or 0
        entry = {"pk": stored.pk if stored else None, "key": key_of_line(number), "data": data, "gaps": []}
        self._gaps(row, entry, stored, gap_rows, prefix)
        self.content["lines"].append(entry)

    def _gaps(self, row: Row, entry: dict, line, rows: list[Row], prefix: str) -> None:
        present = {gap.theme_id: gap for gap in line.gaps.all()} if line else {}
        if not rows and not present:
            sentence = _("This line has no competency on the sheet “%(sheet)s”.") % {"sheet": tables.GAPS.title}
            self.problems.append(
                row.problem("line_key", sentence, _("Add a row with competency, current and target level."))
            )
        seen: dict[str, int] = {}
        for gap_row in rows:
            theme = gap_row.values.get("theme")
            if theme in seen:
                sentence = _("The same competency stands in row %(row)d already.") % {"row": seen[theme]}
                self.problems.append(gap_row.problem("theme", sentence, _("Delete one of the two.")))
                continue
            seen[theme or f"?{gap_row.number}"] = gap_row.number
            stored = present.get(theme)
            values = {n: v for n, v in gap_row.values.items() if n not in KEYS and v is not None}
            data = form_data(ImportedGap, stored, values, GAP_DEFAULTS)
            self.problems += problems_of(gap_form(data, self.setting), gap_row)
            entry["gaps"].append({"theme": theme, "data": data})
            name = f"{prefix}: {theme}"
            if stored is not None:
                self.changes.compare(gap_row, stored, values, name)
            elif self.stored is not None:
                self.changes.added(name, f"{data['current_level']} → {data['target_level']}")
        if len({*present, *(t for t in seen)}) > MOST_GAPS:
            sentence = _("A line holds at most %(count)d competencies.") % {"count": MOST_GAPS}
            self.problems.append(row.problem("line_key", sentence, _("Divide them over two lines.")))
