"""The counts that are published: kept with their day, renewed once a quarter, and only where two of them together
point at nobody."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from exchange.models import Count
from exchange.open_data import counting
from exchange.open_data.settling import Settled, settle_cycle, settle_programs
from exchange.open_data.steps import Told
from portal.selectors.map import PERSONS, Hidden, by_province

PROGRAMS = "programs"


def quarter(day: dt.date) -> tuple[int, int]:
    """The quarter of a day."""
    return day.year, (day.month - 1) // 3


def renew(day: dt.date, *, now: bool = False) -> list[str]:
    """Count again what is due (`now`: everything); the subjects that have a new count."""
    found = []
    for year in counting.years():
        if _is_due(str(year), day, now):
            cycle = counting.cycle(year)
            figures = {**asdict(cycle), "kpi": counting.key_figures(year)}
            settled = settle_cycle(cycle, _earlier(str(year)))
            found += _keep(str(year), day, _as_lists(figures), settled)
    if _is_due(PROGRAMS, day, now):
        rows = counting.programs()
        figures = {"programs": rows, "levels": counting.levels(), "homes": counting.homes()}
        found += _keep(PROGRAMS, day, figures, settle_programs(rows, _earlier(PROGRAMS)))
    return found


def latest(subject: str) -> Count | None:
    """The count that is published."""
    return Count.objects.filter(subject=subject).first()


def all_latest() -> dict[str, Count]:
    """{subject: the count that is published}"""
    rows = Count.objects.order_by("subject", "-day").distinct("subject")
    return {count.subject: count for count in rows}


def withheld_of(year: int) -> Hidden:
    """What the published count of a cycle withholds of provinces: the map withholds it too."""
    kept = Count.objects.filter(subject=str(year)).values_list("withheld", flat=True).first() or {}
    hidden = kept.get("provinces", {}).get("hidden", {})
    return {name: frozenset(hidden.get(name, ())) for name in PERSONS}


def _is_due(subject: str, day: dt.date, now: bool) -> bool:
    last = latest(subject)
    return last is None or (last.day < day and (now or quarter(last.day) != quarter(day)))


def _keep(subject: str, day: dt.date, figures: dict[str, Any], settled: Settled | None) -> list[str]:
    if settled is None:
        return []
    withheld = {
        table: {"hidden": _as_lists(told.hidden), "unsummed": _as_lists(told.unsummed)}
        for table, told in settled.items()
    }
    Count.objects.create(subject=subject, day=day, figures=figures, withheld=withheld)
    return [subject]


def _as_lists(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: _as_lists(value) for key, value in found.items()}
    return sorted(found) if isinstance(found, frozenset | set) else found


def _earlier(subject: str) -> list[Settled]:
    return [told_of(count) for count in Count.objects.filter(subject=subject)]


def told_of(count: Count) -> Settled:
    """A count as it was published."""
    rows = _tables(count)
    return {
        table: Told(rows[table], _as_sets(kept["hidden"]), _as_sets(kept["unsummed"]))
        for table, kept in count.withheld.items()
    }


def _as_sets(found: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(places) for name, places in found.items()}


def _tables(count: Count) -> dict[str, Any]:
    figures = count.figures
    if count.subject == PROGRAMS:
        return figures
    return {
        "provinces": by_province(figures["places"]),
        "posts": figures["posts"],
        "themes": figures["themes"],
        "islands": {
            island: dict(zip(("people_approved", "seats", "trained"), numbers, strict=True))
            for island, numbers in figures["sums"].items()
        },
        "trained": figures["trained"],
    }
