"""Training needs from a spreadsheet: drafts of one's own office, never submitted, known by the office's numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Role
from exchange.books.columns import Book, Item, Table
from exchange.kinds import needs_tables as tables
from exchange.kinds.needs_forms import (
    Setting,
)
from exchange.kinds.needs_judging import Judge, key_of_need
from exchange.kinds.needs_rows import Bundle, bundles
from exchange.kinds.needs_writing import carry_out
from regions import selectors
from regions.lifecycle import NEED
from regions.models import TrainingNeed
from regions.rules import cannot_open, opens_needs
from workflow.engine import may_edit
from workflow.mandate import covers


class NeedsKind:
    """See `columns.Kind`."""

    name = "needs"
    label = gettext_lazy("Training needs")
    one = gettext_lazy("need")
    reads_again = False
    home = "regions:needs"

    def may(self, user, options: dict) -> bool:
        """Whoever files needs by hand: the operator of an office, for it alone."""
        return opens_needs(user) and covers(user, NEED.name)

    def refusal(self, user, options: dict) -> str:
        """Why nothing can be brought in now; the same sentences as on the page for a new need."""
        return cannot_open(user.acting_organisation, selectors.cycle_for_new_needs()[0])

    def bring_in(self, count: int) -> str:
        """What the button says."""
        return ngettext("Bring in %(count)d ready need", "Bring in %(count)d ready needs", count) % {"count": count}

    def tables(self, user, options: dict) -> tuple[Table, ...]:
        """Needs, lines, competencies."""
        return tables.TABLES

    def examples(self, user, options: dict) -> dict[str, list[dict]]:
        """One need with one line."""
        return tables.examples()

    def current(self, user, options: dict) -> dict[str, list[dict]]:
        """The drafts and returned needs of the office, with their codes."""
        found: dict[str, list[dict]] = {"need": [], "line": [], "gap": []}
        needs = selectors.needs_seen_by(user).filter(
            status__in=[s.code for s in NEED.states if Role.DINAS_OP in s.edits]
        )
        for need in needs.order_by("pk"):
            if not may_edit(NEED, user, need):
                continue
            found["need"].append({"need_key": need.code, **_cells(tables.NEEDS, need)})
            for line in need.lines.all():
                keys = {"need_key": need.code, "line_key": f"L{line.pk}"}
                found["line"].append({**_cells(tables.LINES, line), **keys})
                found["gap"] += [{**_cells(tables.GAPS, gap), **keys} for gap in line.gaps.all()]
        return found

    def read(self, book: Book, user, options: dict) -> Iterator[Item]:
        """Judge the file, need by need."""
        setting = Setting.of(user)
        found = bundles(book)
        known = _known(user, setting, found)
        for bundle in found:
            yield Judge(bundle, user, setting, known, book).item()

    def carry_out(self, content: dict, key: str, user, options: dict, book: Book | None) -> Any:
        """Make or change one draft."""
        return carry_out(content, key, user)


def _cells(table: Table, record) -> dict[str, Any]:
    found = {}
    for column in table.columns:
        if column.name in {"need_key", "line_key"}:
            continue
        value = record._meta.get_field(column.name).value_from_object(record)
        found[column.name] = str(value) if column.kind == "code" and value not in (None, "") else value
    return found


def _known(user, setting: Setting, found_rows: list[Bundle]) -> dict[str, TrainingNeed]:
    """The office's needs that the file speaks of, by code and by key."""
    codes = {str(b.need.values["code"]).strip().upper() for b in found_rows if b.need and b.need.values.get("code")}
    keys = {key_of_need(setting.cycle.pk, b.key) for b in found_rows if b.key}
    needs = selectors.needs_seen_by(user).filter(Q(code__in=codes) | Q(client_key__in=keys), office=setting.office)
    found: dict[str, TrainingNeed] = {}
    for need in needs.select_related("cycle", "office"):
        found[need.code] = need
        if need.client_key:
            found[need.client_key] = need
    return found
