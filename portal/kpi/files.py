"""Figures as files: the rows behind one as CSV, and with places, formula and period as Excel."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.kpi import figures, steps
from portal.kpi.catalogue import Kpi, Measure
from portal.kpi.periods import CYCLE, Period
from portal.kpi.rows import SHAPES, Line, lines, rows_for
from portal.kpi.scopes import Scope
from portal.kpi.step_totals import tally
from workflow import formats
from workflow.sheets import Sheet, about_sheet

AT_ONCE = 500


def head(measure: Measure) -> list[str]:
    """The columns of the rows."""
    shape = SHAPES[measure.shape]
    return [
        str(shape.heading),
        _("Title"),
        _("Where"),
        str(shape.dated),
        str(measure.above).capitalize(),
        str(measure.below).capitalize(),
        _("Note"),
    ]


def row_cells(scope: Scope, measure: Measure, period: Period, only: str = "") -> Iterator[list[Any]]:
    """Every row the reader may see, some hundred at a time."""
    query = rows_for(scope, measure, period, only)
    start = 0
    while some := list(query[start : start + AT_ONCE]):
        for line in lines(measure, some):
            yield _cells(line)
        start += AT_ONCE


def _cells(line: Line) -> list[Any]:
    day = formats.shortday(line.when) if line.when else ""
    return [line.code, line.title, line.place, day, line.above if line.above is not None else "", line.below, line.note]


def csv_rows(scope: Scope, measure: Measure, period: Period, only: str = "") -> Iterator[list[Any]]:
    """The head and the rows."""
    yield head(measure)
    yield from row_cells(scope, measure, period, only)


def step_head() -> list[str]:
    """The columns of steps."""
    return [
        _("Table"),
        _("Step"),
        _("Steps that ended"),
        _("Median working days"),
        _("Limit"),
        _("Within the limit (%)"),
    ]


def step_rows(found: steps.Tally) -> Iterator[list[Any]]:
    """One row for each step."""
    for step in found.steps():
        percent = round(step.hit_percent, 1) if step.hit_percent is not None else ""
        yield [str(step.table), str(step.label), step.count, step.median, limit_words(step), percent]


def limit_words(step: steps.Step) -> str:
    """The limit of a step in words."""
    limit = step.limit
    if limit is None:
        return _("depends on the record") if step.is_dated else _("no limit")
    if limit.working:
        return ngettext("%(count)d working day", "%(count)d working days", limit.count) % {"count": limit.count}
    return ngettext("%(count)d day", "%(count)d days", limit.count) % {"count": limit.count}


def sheets_of(scope: Scope, kpi: Kpi, measure: Measure, period: Period, only: str = "") -> Iterator[Sheet]:
    """Rows, places, and where the figures come from."""
    value = next(v for v in figures.values_of(scope, kpi, period) if v.measure is measure)
    if kpi.code == "K09":
        yield Sheet(_("Steps"), step_head(), step_rows(tally(scope, period)), (30, 34, 14, 16, 18, 16))
    elif not value.is_withheld:
        rows = row_cells(scope, measure, period, only)
        yield Sheet(_("Rows"), head(measure), rows, (24, 44, 40, 16, 14, 14, 44))
    places = figures.places_of(scope, measure, period)
    if places is not None:
        yield Sheet(
            _("Places"),
            [_("Code"), _("Place"), _("Island group"), _("Above the line"), _("Below the line"), _("Figure")],
            _place_rows(places),
            (8, 30, 22, 16, 16, 14),
        )
    basis = _("by cycle of the need") if period.basis == CYCLE and kpi.by_cycle else _("by calendar year, WIB")
    facts: list[tuple[str, Any]] = [
        (_("Figure"), f"{kpi.code} {kpi.label}"),
        (_("Period"), f"{period.label} ({basis})"),
        (_("Formula"), str(measure.formula)),
        (_("Value"), value.finding),
        (_("Above the line"), "" if value.is_withheld else value.above_text),
        (_("Below the line"), "" if value.is_withheld else value.below_text),
    ]
    if kpi.norm:
        facts.append((_("Norm"), str(kpi.norm)))
    yield about_sheet(scope.user, facts)


def _place_rows(places) -> Iterator[list[Any]]:
    for place in islice(places.rows, 2000):
        hidden = _("not shown") if place.value.is_withheld else None
        number = place.value.number
        yield [
            place.code,
            str(place.name),
            place.group,
            hidden or place.value.above,
            hidden or place.value.below,
            hidden or (round(float(number), 2) if number is not None else ""),
        ]
