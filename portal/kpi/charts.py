"""What a figure's page draws: the figure year by year, the places beside the whole, the steps and their limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.kpi import periods
from portal.kpi.catalogue import PERCENT, Kpi, Measure
from portal.kpi.figures import Places, Value, address, value_of, values_of
from portal.kpi.periods import Period
from portal.kpi.scopes import Scope
from portal.kpi.steps import Step, Tally
from workflow import formats
from workflow.charts import Cell, Chart, Column, palette, shapes
from workflow.charts.chart import NUMBER
from workflow.charts.chart import PERCENT as SHARE

YEARS = 6
"""Years drawn at most, the one looked at among them."""
PLACES_DRAWN = 40
STEPS_DRAWN = 8
POOR = 80
"""Below this share of steps within their limit, in hundredths, a bar is drawn in the colour of what is late."""


# --- Year by year


def course(scope: Scope, kpi: Kpi, value: Value, period: Period) -> Chart | None:
    """Where does the figure come from? None where there is nothing to compare it with."""
    if kpi.today_only:
        return None
    told = [(then, _then(scope, kpi, value, period, then)) for then in _drawn_years(period)]
    for end in (0, -1):  # years before the first figure, and those to come
        while told and told[end][1].number is None and not told[end][1].is_withheld:
            told.pop(end)
    known = [(then, found) for then, found in told if found.number is not None]
    if len(known) < 2:
        return None
    values, rows = [], []
    for then, found in told:
        url, text = address(kpi, then, ukuran=value.measure.name), _text(found)
        rows.append([Cell(then.label, url), found.above_text, found.below_text, text])
        values.append({
            "label": str(then.year), "n": None if found.number is None else float(found.number), "text": text,
            "url": url, "hover": f"{then.label}: {text}",
            "color": palette.SERIES[0] if then == period else palette.RAMP[1],
        })  # fmt: skip
    (before, older), (last, newer) = known[-2:]
    running = [then.label for then, _found in known if then.is_running]
    return Chart(
        name="tahun",
        title=_("%(figure)s: %(value)s in %(period)s, %(older)s in %(before)s")
        % {
            "figure": _name(kpi, value.measure), "value": newer.text, "period": last.label, "older": older.text,
            "before": before.label,
        },
        summary=value.measure.formula,
        spec=shapes.columns(values),
        columns=[
            Column(_("Period")),
            Column(str(value.measure.above).capitalize(), shown_right=True),
            Column(str(value.measure.below).capitalize(), shown_right=True),
            Column(_("Figure"), shown_right=True),
        ],
        rows=rows,
        note=_("Not over yet: %(periods)s.") % {"periods": ", ".join(running)} if running else "",
    )  # fmt: skip


def _drawn_years(period: Period) -> list[Period]:
    """The years one may choose, oldest first, no more than fit; always with the one looked at."""
    known = sorted({*periods.years(), period.year})
    first = max(known.index(period.year) - YEARS + 1, 0)
    return [Period(year, period.basis) for year in known[first : first + YEARS]]


def _then(scope: Scope, kpi: Kpi, value: Value, period: Period, then: Period) -> Value:
    if then == period:
        return value
    if value.measure.rows is not None:
        return value_of(scope, value.measure, then)
    return next(found for found in values_of(scope, kpi, then) if found.measure is value.measure)


def _name(kpi: Kpi, measure: Measure) -> str:
    label, tab = str(kpi.label), str(measure.tab)
    return f"{label} ({tab.lower()})" if tab and tab.lower() != label.lower() else label


def _text(value: Value) -> str:
    return _("not shown") if value.is_withheld else value.text


# --- By place


def by_place(scope: Scope, kpi: Kpi, value: Value, places: Places | None) -> Chart | None:
    """Which places stand out? Island groups for the country; for a province its regencies, as far as they are shown."""
    if places is None or value.number is None:
        return None
    shown = [place for place in places.groups or places.rows if place.value.number is not None]
    if len(shown) < 2:
        return None
    shown = shown[:PLACES_DRAWN]
    measure, is_share = value.measure, value.measure.unit == PERCENT
    values = [
        {
            "label": place.name, "n": float(place.value.number), "url": "",
            "hover": f"{place.name}: {place.value.text}",
            "text": f"{place.value.text} · {place.value.above_text}/{place.value.below_text}"
            if is_share
            else place.value.text,
            "color": palette.BEFORE if is_share and place.value.number < value.number else palette.SERIES[0],
        }
        for place in shown
    ]  # fmt: skip
    low, high = (choose(shown, key=lambda place: place.value.number) for choose in (min, max))
    words = {
        "figure": _name(kpi, measure), "low": low.name, "lowest": low.value.text, "high": high.name,
        "highest": high.value.text,
    }  # fmt: skip
    if words["lowest"] == words["highest"]:
        title = _("%(figure)s: %(lowest)s in every place shown") % words
    else:
        title = _("%(figure)s: %(lowest)s in %(low)s, %(highest)s in %(high)s") % words
    return Chart(
        name="wilayah",
        title=title,
        summary=_("All together: %(value)s. %(above)s: %(sum)s; %(below)s: %(whole)s.")
        % {
            "value": value.text, "above": str(measure.above).capitalize(), "sum": value.above_text,
            "below": measure.below, "whole": value.below_text,
        },
        spec=shapes.dots(
            values,
            reference=float(value.number),
            reference_text=_("All: %(share)s") % {"share": value.text},
        )
        if is_share
        else shapes.bars([{key: row[key] for key in row if key != "color"} for row in values]),
        columns=[
            Column(_("Place")),
            Column(str(measure.above).capitalize(), NUMBER),
            Column(str(measure.below).capitalize(), NUMBER),
            Column(_("Figure"), shown_right=True),
        ],
        rows=[[place.name, place.value.above, place.value.below, place.value.text] for place in shown],
    )  # fmt: skip


# --- Steps


def kept(found: Tally, url_of: Callable[[Step], str], note: Any, empty: Any) -> Chart:
    """Are time limits kept? One bar a step, those that keep it least often first."""
    timed = [step for step in found.steps() if step.timed]
    timed.sort(key=lambda step: (step.hit_percent, -step.timed))
    count, hits = sum(step.timed for step in timed), sum(step.hits for step in timed)
    labels = [str(step.label) for step in timed]
    values, rows = [], []
    for step in timed:
        url, label = url_of(step), str(step.label)
        rows.append([
            Cell(step.label, url), str(step.table), step.hits, step.timed, step.hit_percent, step.median,
        ])  # fmt: skip
        values.append({
            "label": label if labels.count(label) == 1 else f"{label} · {step.table}",
            "n": round(step.hit_percent, 1), "url": url,
            "text": _("%(hits)s of %(count)s") % {"hits": formats.num(step.hits), "count": formats.num(step.timed)},
            "hover": f"{step.table}, {label}: {formats.share(step.hits, step.timed)}",
            "color": palette.LATE if step.hit_percent < POOR else palette.SERIES[0],
        })  # fmt: skip
    drawn = _("The %(count)s that kept it least often are drawn.") % {"count": STEPS_DRAWN}
    return Chart(
        name="tenggat",
        title=ngettext(
            "%(hits)s of %(count)s step ended within its time limit, %(share)s",
            "%(hits)s of %(count)s steps ended within their time limit, %(share)s",
            count,
        )
        % {"hits": formats.num(hits), "count": formats.num(count), "share": formats.share(hits, count)}
        if timed
        else _("Time limits"),
        summary=_least_often(timed),
        spec=shapes.bars(values[:STEPS_DRAWN], top=100, track=True),
        columns=[
            Column(_("Step")),
            Column(_("Table")),
            Column(_("Within the limit"), NUMBER),
            Column(_("Steps with a time limit"), NUMBER),
            Column(_("Share"), SHARE),
            Column(_("Median working days"), NUMBER),
        ],
        rows=rows,
        note=f"{note} {drawn}" if len(timed) > STEPS_DRAWN else note,
        empty=empty,
    )


def _least_often(timed: list[Step]) -> str:
    """The step that keeps its limit least often; the first of `timed`."""
    if not timed:
        return ""
    worst = timed[0]
    if worst.hits == worst.timed:
        return _("No step was late.")
    return _("Least often: %(state)s, %(hits)s of %(count)s.") % {
        "state": worst.label,
        "hits": formats.num(worst.hits),
        "count": formats.num(worst.timed),
    }
