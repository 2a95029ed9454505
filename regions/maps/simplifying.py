"""Fewer points until the drawing fits its budget: shared borders stay shared, every area keeps its largest island."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from regions.maps.paths import Frame, path_of

SMALLEST_ISLAND = 3.0
"""Square units; smaller islands are dots that only cost bytes. Of each area the largest part always stays."""

ROUNDS = 14
"""Halvings of the tolerance on the way to the budget."""


@dataclass(frozen=True)
class Drawn:
    """Areas as paths: {code: path}, {code: (x, y) of a point inside}, and what was given up for them."""

    paths: dict[str, str]
    middles: dict[str, tuple[int, int]]
    tolerance: float
    """In units of the drawing; 0 where nothing was left out but what rounding loses."""

    @property
    def size(self) -> int:
        """Bytes of all paths."""
        return sum(len(path) for path in self.paths.values())


def fitted(areas: dict[str, BaseGeometry], frame: Frame, budget: int) -> Drawn:
    """The finest drawing that fits. It always comes to an end: with a large tolerance areas are triangles."""
    best = _drawn(areas, frame, 0)
    if best.size <= budget:
        return best
    low, high = 0.0, 1.0
    while (best := _drawn(areas, frame, high)).size > budget and high < frame.width:
        low, high = high, high * 2
    for _round in range(ROUNDS):
        middle = (low + high) / 2
        tried = _drawn(areas, frame, middle)
        if tried.size <= budget:
            best, high = tried, middle
            if tried.size > 0.97 * budget:
                break
        else:
            low = middle
    return best


def _drawn(areas: dict[str, BaseGeometry], frame: Frame, tolerance: float) -> Drawn:
    codes = list(areas)
    shapes = list(areas.values())
    if tolerance:
        shapes = list(shapely.coverage_simplify(shapes, tolerance * frame.unit))
    floor = max(SMALLEST_ISLAND, tolerance**2) * frame.unit**2
    paths, middles = {}, {}
    for code, shape in zip(codes, shapes, strict=True):
        parts = _parts(shape, floor)
        paths[code] = path_of((ring.coords for part in parts for ring in (part.exterior, *part.interiors)), frame)
        middles[code] = frame.at(*shapely.get_coordinates(shapely.point_on_surface(parts[0]))[0])
        if not paths[code]:  # less than a unit across: a dot that can be seen and pointed at
            x, y = middles[code]
            paths[code] = f"M{x - 1} {y - 1}l2 0 0 2-2 0z"
    return Drawn(paths, middles, tolerance)


def _parts(shape: BaseGeometry, floor: float) -> list[Polygon]:
    """The parts worth drawing, the largest first and always there; holes too small to see are closed."""
    parts = list(shape.geoms) if isinstance(shape, MultiPolygon) else [shape]
    parts.sort(key=lambda part: -part.area)
    kept = [parts[0], *(part for part in parts[1:] if part.area >= floor)]
    return [Polygon(p.exterior, [h for h in p.interiors if Polygon(h).area >= floor]) for p in kept]
