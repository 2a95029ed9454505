"""Needs line by line: one row for each competency of each line, read as bare values because there may be many.

Headings and cells are those of the template with which needs are brought in, so that a file can be edited and brought
in again. Labels come from tables that are read once, so that the database hands over codes only.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from exchange.books.template import head_text, wide_columns
from exchange.kinds.needs_tables import TABLES
from regions import selectors
from regions.forms.fields import LEVEL_NAMES
from regions.models import FunctionalPost, NeedLine, Region, Theme, TrainingNeed
from regions.models.vocabulary import Term
from workflow.exports import Column, register_export

Words = Callable[[Any], Any]
PATHS = {"need_key": "need__code", "line_key": "position", "post": "post_id", "theme": "gaps__theme_id"}
"""Columns of the template that are called otherwise in the tables."""
BEFORE = {"need": "need__", "line": "", "gap": "gaps__"}
"""What stands before a column's name, seen from the line."""
VOCABULARIES = {"preferred_mode": "delivery_mode", "causes": "gap_cause"}
"""Columns whose vocabulary has another name."""


def _place() -> int:
    return 1 if (translation.get_language() or "id").startswith("en") else 0


# --- Words for codes: "MAHIR · Mahir", as the template has them ---------------------------------------------


def _words_of(name: str) -> Words:
    place = _place()
    if name in ("post", "theme"):
        model = FunctionalPost if name == "post" else Theme
        known = {code: pair[place] for code, *pair in model.objects.values_list("pk", "label_id", "label_en")}
    elif name in ("current_level", "target_level"):
        known = {level: str(label) for level, label in LEVEL_NAMES.items()}
    else:
        entries = Term.table().get(VOCABULARIES.get(name, name), {})
        known = {code: entry[place] for code, entry in entries.items()}
    said = {code: f"{code} · {label}" for code, label in known.items()}
    return lambda code: said.get(code, code)


def _several(name: str) -> Words:
    one = _words_of(name)
    return lambda codes: "; ".join(str(one(code)) for code in codes or [])


def _provinces() -> Words:
    place = _place()
    rows = Region.objects.filter(parent=None).values_list("code", "name_id", "name_en")
    names = {code: pair[place] for code, *pair in rows}
    return lambda region: names.get((region or "")[:2], "")


def _states() -> Words:
    words = {state.code: str(state.label) for state in TrainingNeed.flow.states}
    return lambda code: words.get(code, code)


# --- Columns ------------------------------------------------------------------------------------------------

BESIDE: tuple[tuple[Any, str, int, str, Callable[[], Words] | None], ...] = (
    (_("Office"), "office_name", 36, "text", None),
    (_("Code of the office"), "need__office__code", 14, "code", None),
    (_("Province"), "need__office__region_code", 22, "text", _provinces),
    (_("Cycle"), "need__cycle_id", 8, "whole", None),
    (_("Status"), "need__status", 20, "text", _states),
    (_("Score"), "need__score", 8, "decimal", None),
    (_("Trained"), "people_trained", 10, "whole", None),
)
"""(heading, path from the line, width, kind, words for its codes): what a file says beside the template's columns."""


def _path(table, column) -> str:
    return PATHS.get(column.name, BEFORE[table.name] + column.name)


def _paths() -> list[str]:
    filled_in = [_path(table, column) for table, column in wide_columns(TABLES)]
    return [*filled_in, *(path for _heading, path, *_rest in BESIDE)]


def _bare(needs):
    """The lines of these needs as bare values, the newest need first."""
    name = F("need__office__name_id")
    if _place():
        name = Coalesce(NullIf("need__office__name_en", Value("")), name)
    found = NeedLine.objects.filter(need__in=needs.order_by().values("pk")).annotate(office_name=name)
    ordered = found.order_by("-need_id", "position", "pk", F("gaps__pk").asc(nulls_first=True))
    return ordered.values_list(*_paths())


def _columns(user) -> list[Column]:
    found = []
    for _table, column in wide_columns(TABLES):
        words = None
        if column.kind == "codes":
            words = _several(column.name)
        elif column.kind == "code":
            words = _words_of(column.name)
        kind = {"month": "day", "codes": "text", "code": "text"}.get(column.kind, column.kind)
        found.append(_column(len(found), head_text(column), column.width, kind, words))
    for heading, _path, width, kind, words_of in BESIDE:
        found.append(_column(len(found), heading, width, kind, words_of() if words_of else None))
    return found


def _column(number: int, heading: Any, width: int, kind: str, words: Words | None) -> Column:
    value = itemgetter(number) if words is None else lambda row: words(row[number])
    return Column(heading, value, width, kind)


def register() -> None:
    """Make this list known."""
    register_export(
        "need-lines", _("Need lines"), listing=selectors.need_listing, columns=_columns, query=_bare, streamed=50_000
    )
