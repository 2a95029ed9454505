"""From degrees to the units of a drawing, and from rings to the short text of an SVG path.

Near the equator a degree of longitude is as long as one of latitude, so degrees are simply scaled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regions.maps.reading import Point

WIDTH = 1200
"""Units across the country; one unit is about 4 km."""
SHEET_WIDTH, SHEET_HEIGHT = 1000, 760
"""The largest drawing of one province."""


@dataclass(frozen=True)
class Frame:
    """The part of the world a drawing shows: western and northern edge, units per degree, size in units."""

    west: float
    north: float
    scale: float
    width: int
    height: int

    @classmethod
    def around(cls, bounds: Sequence[float], width: int, height: int, margin: int = 8) -> Frame:
        """The largest drawing of these bounds (west, south, east, north) within a width and height."""
        west, south, east, north = bounds
        across, down = max(east - west, 0.01), max(north - south, 0.01)
        scale = min((width - 2 * margin) / across, (height - 2 * margin) / down)
        return cls(
            west=west - margin / scale,
            north=north + margin / scale,
            scale=scale,
            width=round(across * scale) + 2 * margin,
            height=round(down * scale) + 2 * margin,
        )

    def at(self, longitude: float, latitude: float) -> tuple[int, int]:
        """Where a place stands in the drawing."""
        return round((longitude - self.west) * self.scale), round((self.north - latitude) * self.scale)

    @property
    def unit(self) -> float:
        """Degrees of one unit."""
        return 1 / self.scale


COUNTRY = Frame.around((94.9, -11.1, 141.1, 6.2), WIDTH, 600)
"""All of Indonesia, Sabang to Merauke, Miangas to Rote."""


def path_of(rings: Iterable[Iterable[Point]], frame: Frame) -> str:
    """Rings as one path of whole units, in relative steps: an edge shared by two areas is the same in both."""
    return "".join(_ring_path([frame.at(*p) for p in ring]) for ring in rings)


def _ring_path(points: list[tuple[int, int]]) -> str:
    """One ring; empty where it shrinks to less than a triangle."""
    kept = [p for n, p in enumerate(points[:-1]) if n == 0 or p != points[n - 1]]
    if len(set(kept)) < 3:
        return ""
    (x, y), text = kept[0], []
    for nx, ny in kept[1:]:
        if (nx, ny) != (x, y):
            text.append(_step(nx - x, ny - y))
            x, y = nx, ny
    steps = "".join(part if n == 0 or part.startswith("-") else f" {part}" for n, part in enumerate(text))
    return f"M{kept[0][0]} {kept[0][1]}l{steps}z"


def _step(dx: int, dy: int) -> str:
    return f"{dx}{dy}" if dy < 0 else f"{dx} {dy}"
