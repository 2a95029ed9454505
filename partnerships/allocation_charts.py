"""Drawings of a result, worked out here and drawn by templates: the tile map of coverage and the dumbbell by island.

Numbers for SVG attributes are texts: the templates would write 1.5 as 1,5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from regions.maps import drawing
from regions.maps.drawing import Drawing, marks_of
from regions.maps.scales import Scale
from regions.maps.sheets import sheet
from workflow import formats

SCALE = Scale((1, 20, 30, 40, 50), "%")
"""Classes of coverage in hundredths; fixed, so that maps of different runs compare."""


@dataclass(frozen=True)
class Place:
    """A province or island group: people wanted, seats and coverage in hundredths before and now (None: unknown)."""

    code: str
    name: str
    island: str = ""
    people: int | None = 0
    seats_before: int | None = 0
    before: int | None = 0
    seats: int | None = 0
    now: int | None = 0

    @property
    def change(self) -> int | None:
        """By how many points coverage rose."""
        return None if self.now is None or self.before is None else self.now - self.before

    @property
    def differs(self) -> bool:
        """Whether it has another number of seats than before."""
        return self.seats != self.seats_before

    @property
    def direction(self) -> str:
        """up, down, or empty where it stayed."""
        return "up" if (self.change or 0) > 0 else "down" if (self.change or 0) < 0 else ""


def percent_of(seats: int | None, people: int | None) -> int | None:
    """Coverage in whole hundredths; above nothing never 0, below everything never 100."""
    if seats is None or not people:
        return None
    if 0 < seats * 200 < people:
        return 1
    share = (200 * seats + people) // (2 * people)
    return 99 if share >= 100 and seats < people else share


def coverage_map(places: Sequence[Place], *, before: bool) -> Drawing:
    """The map of coverage, with the lowest and the highest marked."""
    shares = {p.code: p.before if before else p.now for p in places}
    known = [p for p in places if shares[p.code] is not None]
    ends = [shares[p.code] for p in known]
    low, high = ([p for p in known if shares[p.code] == end(ends)] for end in (min, max)) if ends else ([], [])
    differ = bool(ends) and min(ends) != max(ends)
    marks = marks_of(shares)
    found = {
        "low": _end(low, shares, marks) if differ else None,
        "high": _end(high, shares, marks) if differ else None,
    }
    return Drawing(
        label=_("Coverage by province before the allocation")
        if before
        else _("Coverage by province by this allocation"),
        summary=_sentence(found),
        places=[
            drawing.Place(
                code=p.code,
                name=p.name,
                level=SCALE.level(shares[p.code]),
                value=_("not shown") if shares[p.code] is None else formats.percent(shares[p.code]),
                figure="" if shares[p.code] is None else formats.num(shares[p.code]),
                weight=p.people or 0,
                mark=marks.get(p.code, ""),
            )
            for p in places
        ],
        legend=SCALE.legend(),
        nothing=SCALE.nothing,
        sheet=sheet(),
        sizes=_("The larger the circle, the more people asked for."),
        ends=found,
    )


def _end(places: Sequence[Place], shares: dict[str, int | None], marks: dict[str, str]) -> dict[str, Any]:
    return {"name": named(places), "share": shares[places[0].code], "marked": places[0].code in marks}


def named(places: Sequence[Place]) -> str:
    """One or two places by name; of more, the first and how many others."""
    first, others = places[0].name, len(places) - 1
    if others == 0:
        return first
    if others == 1:
        return _("%(one)s and %(other)s") % {"one": first, "other": places[1].name}
    return _("%(one)s and %(count)s more") % {"one": first, "count": formats.num(others)}


def _sentence(ends: dict[str, Any]) -> str:
    """What the map shows, in a sentence."""
    low, high = ends["low"], ends["high"]
    if not low:
        return _("Every province has about the same coverage.")
    return _("Lowest: %(low)s, %(low_share)s. Highest: %(high)s, %(high_share)s.") % {
        "low": low["name"],
        "low_share": formats.percent(low["share"]),
        "high": high["name"],
        "high_share": formats.percent(high["share"]),
    }


LEFT, RIGHT, TOP, STEP = 8, 222, 28, 46
"""Where the scale of the dumbbell begins and ends, where the first row is, and how far apart rows are."""


def dumbbell(places: Iterable[Place], national: int | None) -> dict:
    """Rows from before to now on one scale, with the national line."""
    rows = [p for p in places if p.now is not None and p.before is not None]
    top = max([60, *(n for p in rows for n in (p.now, p.before) if n is not None)])
    top = min(-(-top // 20) * 20, 100)

    def at(share: int) -> str:
        return f"{LEFT + (RIGHT - LEFT) * min(share, top) / top:.1f}"

    return {
        "rows": [
            {
                "place": p,
                "y": str(TOP + n * STEP + 12),
                "line": str(TOP + n * STEP + 27),
                "text": str(TOP + n * STEP + 31),
                "before": at(p.before or 0),
                "now": at(p.now or 0),
            }
            for n, p in enumerate(rows)
        ],
        "ticks": [{"x": at(share), "label": formats.percent(share)} for share in range(0, top + 1, 20)],
        "national": {"x": at(national), "share": national} if national is not None else None,
        "height": str(TOP + len(rows) * STEP),
        "foot": str(TOP + len(rows) * STEP - 4),
        "sentence": "; ".join(
            _("%(place)s from %(before)s to %(now)s")
            % {"place": p.name, "before": formats.percent(p.before), "now": formats.percent(p.now)}
            for p in rows
        ),
    }
