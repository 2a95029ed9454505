"""A map ready to show: tiles for every screen, beside them shapes where boundaries are loaded, else circles.

The template `components/map.html` draws it. Numbers for SVG attributes are whole: templates would write 1.5 as 1,5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from regions.maps.capitals import capitals
from regions.maps.paths import COUNTRY
from regions.maps.scales import HIDDEN
from regions.maps.sheets import Sheet
from regions.publishing import SIZE, STEP, tiles

LARGEST, LEAST = 25, 5
"""Radius of the largest circle, and of every circle at least, in units of the drawing."""

MOST_MARKED = 3
"""So many places that share the lowest or highest value are marked; with more, no mark helps."""


@dataclass(frozen=True)
class Place:
    """One place and what a map says of it."""

    code: str
    name: str
    level: str
    """"1" to "5"; "0" for nothing, "x" for not shown."""
    value: str
    """In words, for pointer and screen reader."""
    figure: str = ""
    """A short number to stand on the tile."""
    weight: int = 0
    """What the area of its circle stands for."""
    url: str = ""
    mark: str = ""
    """low, high or nothing."""

    @property
    def words(self) -> str:
        """Name and value."""
        return f"{self.name}: {self.value}"


@dataclass(frozen=True)
class Tile:
    """A province as a square of the tile map."""

    place: Place
    column: int
    row: int
    label: str

    @property
    def x(self) -> int:
        return self.column * STEP

    @property
    def y(self) -> int:
        return self.row * STEP

    @property
    def tx(self) -> int:
        """The middle of the tile."""
        return self.x + SIZE // 2

    @property
    def ty(self) -> int:
        """Where the letters stand: in the middle, or higher with a figure below them."""
        return self.y + (SIZE // 3 if self.place.figure else SIZE // 2)

    @property
    def fy(self) -> int:
        """Where the figure stands."""
        return self.y + SIZE * 3 // 4


@dataclass(frozen=True)
class Circle:
    """A province as a circle on its capital."""

    place: Place
    x: int
    y: int
    r: int


@dataclass(frozen=True)
class Shape:
    """A place as its outline, which lies in the file of the sheet."""

    place: Place
    x: int
    y: int


@dataclass(frozen=True)
class Label:
    """The name of a marked place beside its circle or on its shape."""

    text: str
    x: int
    y: int
    anchor: str


@dataclass(frozen=True)
class Drawing:
    """A map of one measure."""

    label: Any
    summary: str
    """What it shows, as a sentence."""
    places: Sequence[Place]
    legend: Sequence[dict]
    nothing: str = "0"
    sheet: Sheet | None = None
    """Shapes instead of circles."""
    sizes: str = ""
    """What the area of a circle stands for, as a sentence."""
    ends: dict[str, Any] = field(default_factory=dict)
    """Lowest and highest, where a page names them below its map."""
    name: str = "map"
    """What ids begin with: two maps on a page have two names."""

    @cached_property
    def tiles(self) -> list[Tile]:
        """The provinces of the tile map; none for places without a tile, like regencies."""
        known = tiles()
        return [Tile(p, known[p.code][1], known[p.code][2], known[p.code][0]) for p in self.places if p.code in known]

    @property
    def tiles_width(self) -> int:
        return max((t.x for t in self.tiles), default=0) + SIZE

    @property
    def tiles_height(self) -> int:
        return max((t.y for t in self.tiles), default=0) + SIZE

    @property
    def is_linked(self) -> bool:
        """Whether every tile leads somewhere."""
        return bool(self.tiles) and all(t.place.url for t in self.tiles)

    @property
    def plots(self) -> list[Place]:
        """Places without a tile of their own, for a list of squares."""
        return [p for p in self.places if p.code not in tiles()]

    @cached_property
    def circles(self) -> list[Circle]:
        """Circles on the capitals, the largest first, so that small ones lie on top. None where there are shapes."""
        if self.sheet is not None:
            return []
        most = max((p.weight for p in self.places), default=0)
        found = []
        for place in self.places:
            if place.code in capitals():
                _name, longitude, latitude = capitals()[place.code]
                x, y = COUNTRY.at(longitude, latitude)
                found.append(Circle(place, x, y, _radius(place.weight, most)))
        return sorted(found, key=lambda c: (-c.r, c.place.code))

    @cached_property
    def shapes(self) -> list[Shape]:
        """The outlines that are loaded."""
        middles = self.sheet.middles if self.sheet else {}
        return [Shape(p, *middles[p.code]) for p in self.places if p.code in middles]

    @property
    def has_picture(self) -> bool:
        """Whether there is something beside tiles and table: shapes, or circles on the outline of the country."""
        return bool(self.shapes or self.circles)

    @property
    def width(self) -> int:
        return self.sheet.width if self.sheet else COUNTRY.width

    @property
    def height(self) -> int:
        return self.sheet.height if self.sheet else COUNTRY.height

    @property
    def labels(self) -> list[Label]:
        """Names of the marked places, on the side where there is room."""
        spots = [(c.place, c.x, c.y, c.r) for c in self.circles] + [(s.place, s.x, s.y, 0) for s in self.shapes]
        found = []
        for place, x, y, r in spots:
            if place.mark:
                left = x > self.width * 3 // 4
                found.append(Label(place.words, x - r - 6 if left else x + r + 6, y, "end" if left else "start"))
        return found

    @property
    def hides(self) -> bool:
        """Whether a place is not shown."""
        return any(p.level == HIDDEN for p in self.places)

    @property
    def source(self) -> str:
        """Where the boundaries come from; empty without shapes."""
        return self.sheet.source if self.sheet else ""


def _radius(weight: int, most: int) -> int:
    """The area follows the weight."""
    return max(LEAST, round(LARGEST * (weight / most) ** 0.5)) if most and weight > 0 else LEAST


def marks_of(values: dict[str, float | None]) -> dict[str, str]:
    """{code: low or high} of the ends, where they differ and few share them."""
    known = {code: value for code, value in values.items() if value is not None}
    found: dict[str, str] = {}
    if known and min(known.values()) != max(known.values()):
        for end, mark in ((min(known.values()), "low"), (max(known.values()), "high")):
            codes = [code for code, value in known.items() if value == end]
            if len(codes) <= MOST_MARKED:
                found |= dict.fromkeys(codes, mark)
    return found


def ordered(places: Iterable[Place]) -> list[Place]:
    """Places by code, as the keyboard walks them."""
    return sorted(places, key=lambda p: p.code)
