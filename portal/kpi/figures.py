"""Works the figures out: a value for a scope and a period, the one before, and in words what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from partnerships.rules.small_groups import is_small, withheld
from portal.kpi import steps
from portal.kpi.bases import place_of
from portal.kpi.catalogue import BY_CODE, LEVELS, PERCENT, RUPIAH, SECTIONS, Kpi, Measure
from portal.kpi.periods import CYCLE, Period
from portal.kpi.scopes import Scope
from portal.kpi.step_totals import tally
from regions.models import Region
from regions.publishing import SMALLEST
from workflow import formats


@dataclass(frozen=True)
class Sums:
    """What a query of rows adds up to."""

    above: Any = 0
    below: Any = 0
    rows: int = 0
    known: int = 0
    """Rows whose contribution is known: money in a currency without a rate is not."""
    heads: int = 0
    """People behind the rows; one person may stand behind several."""


@dataclass(frozen=True)
class Value:
    """One measure for one scope and period."""

    measure: Measure
    above: Any
    below: Any
    number: Any
    """None: there are no data, or they are withheld."""
    is_withheld: bool = False
    rows: int = 0
    unknown: int = 0

    @property
    def text(self) -> str:
        """The number as people read it."""
        return shown(self.measure.unit, self.number)

    @property
    def share(self) -> float | None:
        """From 0 to 100, for a bar; None where the number is no share."""
        return self.number if self.measure.unit == PERCENT else None

    @property
    def finding(self) -> str:
        """What the number says; that there are none; or why it is not shown."""
        if self.is_withheld:
            return _("Fewer than five people: not shown")
        if self.number is None:
            return _("No data for this period")
        return str(self.measure.finding) % {"value": self.text}

    @property
    def parts(self) -> tuple[str, str, str]:
        """The finding with its number apart, so that a page can set it large: (before, number, after)."""
        if self.is_withheld or self.number is None:
            return self.finding, "", ""
        before, _mark, after = str(self.measure.finding).partition("%(value)s")
        return before, self.text, after

    @property
    def above_text(self) -> str:
        """The part above the line."""
        if self.measure.unit == RUPIAH:
            return formats.money(self.above) if self.number is not None else formats.NOTHING
        return formats.num(self.above)

    @property
    def below_text(self) -> str:
        """The part below the line."""
        return formats.num(self.below)


@dataclass(frozen=True)
class Figure:
    """An indicator as shown: its measures now and in the period before."""

    kpi: Kpi
    period: Period
    values: tuple[Value, ...]
    before: tuple[Value | None, ...] = ()
    url: str = ""

    @property
    def main(self) -> Value:
        """The first measure."""
        return self.values[0]

    @property
    def pairs(self) -> list[tuple[Value, str, str]]:
        """Each measure with its comparison in words and whether it is better or worse."""
        return [(value, *compared(self, n)) for n, value in enumerate(self.values)]

    @property
    def rest(self) -> list[tuple[Value, str, str]]:
        """The measures after the first."""
        return self.pairs[1:]

    @property
    def comparison(self) -> str:
        """The first measure's comparison."""
        return self.pairs[0][1]

    @property
    def trend(self) -> str:
        """better, worse or an empty string."""
        return self.pairs[0][2]


def shown(unit: str, number) -> str:
    """A number with its unit."""
    if number is None:
        return formats.NOTHING
    match unit:
        case "percent":
            return formats.percent(number, 0 if float(number) in {0.0, 100.0} or number >= 10 else 1)
        case "levels" | "ratio":
            return formats.decimal(number, 2 if unit == LEVELS else 1)
        case "rupiah":
            return formats.money(number)
    return formats.num(number)


def compared(figure: Figure, n: int) -> tuple[str, str]:
    """A measure beside the period before: a sentence, and better, worse or neither."""
    now, before = figure.values[n], figure.before[n] if n < len(figure.before) else None
    if before is None or before.number is None:
        return "", ""
    text = _("%(value)s in %(period)s") % {"value": before.text, "period": figure.period.previous.label}
    if now.number is None or now.number == before.number:
        return text, ""
    falls = figure.kpi.falls and not (figure.kpi.code == "K09" and now.measure.unit == PERCENT)
    return text, "better" if (now.number > before.number) != falls else "worse"


# --- One measure


def sums_of(measure: Measure, query) -> Sums:
    """Adds rows up in the database."""
    found = query.order_by().aggregate(
        kpi_above=Sum("kpi_num"),
        kpi_below=Sum("kpi_den"),
        kpi_rows=Count("pk"),
        kpi_known=Count("kpi_num"),
        kpi_heads=Count(measure.heads, distinct=True),
    )
    return Sums(
        found["kpi_above"] or 0, found["kpi_below"] or 0, found["kpi_rows"], found["kpi_known"], found["kpi_heads"]
    )


def number_of(measure: Measure, above, below, known: int):
    """The figure itself; None without anything below the line."""
    if not below:
        return None
    match measure.unit:
        case "percent":
            return 100 * float(above) / float(below)
        case "levels" | "ratio":
            return float(above) / float(below)
        case "rupiah":
            return Decimal(above) if known else None
    return above


def is_hidden(scope: Scope, measure: Measure, found: Sums) -> bool:
    """Whether so few people stand behind a number that it might point at one of them."""
    if not (scope.withholds and measure.people) or not found.below:
        return False
    return found.heads < SMALLEST or (measure.unit == PERCENT and is_small(int(found.below), int(found.above)))


def value_of(scope: Scope, measure: Measure, period: Period) -> Value:
    """One measure of one period. One query."""
    found = sums_of(measure, measure.rows(scope, period))
    if is_hidden(scope, measure, found):
        return Value(measure, None, None, None, is_withheld=True)
    number = number_of(measure, found.above, found.below, found.known)
    return Value(measure, found.above, found.below, number, rows=found.rows, unknown=found.rows - found.known)


def step_values(kpi: Kpi, found: steps.Tally) -> tuple[Value, Value]:
    """The two measures of K09."""
    of_days, of_limits = kpi.measures
    days, timed, hits = found.days, found.timed, found.hits
    middle, count = (steps.middle(days) if days else None), days.total()
    return (
        Value(of_days, middle or 0, count, middle, rows=count),
        Value(of_limits, hits, timed, 100 * hits / timed if timed else None, rows=timed),
    )


def measures_of(scope: Scope, kpi: Kpi) -> list[Measure]:
    """The measures of an indicator that are for this reader."""
    return [measure for measure in kpi.measures if scope.kind in measure.in_scope]


def values_of(scope: Scope, kpi: Kpi, period: Period) -> tuple[Value, ...]:
    """Every measure of an indicator in one period."""
    if kpi.code == "K09":
        return step_values(kpi, tally(scope, period))
    return tuple(value_of(scope, measure, period) for measure in measures_of(scope, kpi))


def figure_of(scope: Scope, kpi: Kpi, period: Period) -> Figure:
    """An indicator with its comparison."""
    before = () if kpi.today_only else values_of(scope, kpi, period.previous)
    return Figure(kpi, period, values_of(scope, kpi, period), before, address(kpi, period))


def address(kpi: Kpi, period: Period, **more: str) -> str:
    """The page of an indicator for a period."""
    kept = {"periode": period.year, **({"dasar": CYCLE} if period.basis == CYCLE else {}), **more}
    return f"{reverse('kpi_detail', args=[kpi.code])}?{urlencode(kept)}"


@dataclass(frozen=True)
class Section:
    """One question of the overview with its figures."""

    title: Any
    figures: list[Figure] = field(default_factory=list)


def overview(scope: Scope, period: Period) -> list[Section]:
    """Every figure for the reader; the number of queries does not depend on the data."""
    found = []
    for title, codes in SECTIONS:
        shown_here = [figure_of(scope, BY_CODE[code], period) for code in codes if scope.shows(code)]
        if shown_here:
            found.append(Section(title, shown_here))
    return found


# --- By place


@dataclass(frozen=True)
class Place:
    """One province (or island group, or regency) of a measure."""

    code: str
    name: str
    group: str
    value: Value


@dataclass(frozen=True)
class Places:
    """A measure by place, and how many places are not shown."""

    rows: list[Place]
    groups: list[Place]
    withheld: int = 0


def places_of(scope: Scope, measure: Measure, period: Period) -> Places | None:
    """A measure by province and island group for the country, by regency and city for a province. Two queries."""
    if not measure.by_place or measure.rows is None or scope.kind not in {"national", "province"}:
        return None
    depth = 2 if scope.is_national else 4
    counted = (
        measure.rows(scope, period)
        .annotate(kpi_at=place_of(depth))
        .order_by()
        .values("kpi_at")
        .annotate(kpi_above=Sum("kpi_num"), kpi_below=Sum("kpi_den"), kpi_heads=Count(measure.heads, distinct=True))
    )
    sums = {row["kpi_at"]: (row["kpi_above"] or 0, row["kpi_below"] or 0, row["kpi_heads"]) for row in counted}
    regions = {r.code: r for r in Region.objects.filter(code__in=[code for code in sums if code])}
    hidden: frozenset[str] = frozenset()
    if scope.withholds and measure.people:
        share = measure.unit == PERCENT
        counts = {
            code: (int(below), int(above)) if share and heads >= SMALLEST else (heads, 0)
            for code, (above, below, heads) in sums.items()
        }
        found = withheld(counts, dict.fromkeys(counts, scope.organisation.region_code))
        hidden = found.provinces
    rows = []
    for code, (above, below, _heads) in sums.items():
        region = regions.get(code)
        name = region.name if region else _("Units of the ministry and others")
        group = region.island_group if region else ""
        rows.append(Place(code, name, group, _value(measure, above, below, code in hidden)))
    rows.sort(key=lambda place: (place.group, place.code))
    return Places(rows, _groups(measure, rows) if scope.is_national else [], len(hidden))


def _value(measure: Measure, above, below, hidden: bool = False) -> Value:
    if hidden:
        return Value(measure, None, None, None, is_withheld=True)
    return Value(measure, above, below, number_of(measure, above, below, 1))


def _groups(measure: Measure, rows: list[Place]) -> list[Place]:
    sums: dict[str, list] = {}
    for place in rows:
        if place.group:
            pair = sums.setdefault(place.group, [0, 0])
            pair[0] += place.value.above
            pair[1] += place.value.below
    return [Place("", name, name, _value(measure, *pair)) for name, pair in sums.items()]


# --- Money in its own currency


@dataclass(frozen=True)
class Amounts:
    """Amounts of one currency: all of it, and what of it has no rate."""

    currency: str
    amount: Any
    items: int
    without_rate: int


def by_currency(scope: Scope, period: Period) -> list[Amounts]:
    """What partners disclosed, as they wrote it."""
    rows = (
        BY_CODE["K11"].measures[0].rows(scope, period)
        .order_by()
        .values("currency")
        .annotate(total=Sum("amount"), items=Count("pk"), open=Count("pk", filter=Q(rate__isnull=True)))
        .order_by("currency")
    )  # fmt: skip
    return [Amounts(row["currency"], row["total"], row["items"], row["open"]) for row in rows]
