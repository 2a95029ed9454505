"""The land behind the circles: Indonesia and its neighbours from Natural Earth (public domain), as one small file.

`static/maps/outline.svg` is made from `reference/data/outline.topo.json` by `manage.py drawoutline` and committed; a
test compares the two.
"""

from __future__ import annotations

import json
from pathlib import Path

import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from regions.maps.paths import COUNTRY, path_of
from regions.maps.reading import Point, joined_arcs

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "regions" / "reference" / "data" / "outline.topo.json"
TARGET = ROOT / "static" / "maps" / "outline.svg"

INDONESIA = "360"
TOLERANCE = 1.1
"""Units of the drawing."""
SMALLEST = 2.5
"""Square units: islands that a circle would cover anyway."""


def outline_svg() -> str:
    """The drawing: `land` is Indonesia, `near` is everyone else's."""
    topology = json.loads(SOURCE.read_bytes())
    shapes = {key: _polygons(topology, key == "land") for key in ("land", "near")}
    paths = "".join(f'<path id="{key}" d="{_path(shape)}"/>' for key, shape in shapes.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg"><defs>{paths}</defs></svg>\n'


def _polygons(topology: dict, inside: bool) -> list[Polygon]:
    lines, found = joined_arcs(topology), []
    for country in topology["objects"]["countries"]["geometries"]:
        if (country.get("id") == INDONESIA) == inside:
            parts = lines(country["arcs"])
            found += [Polygon(p[0], p[1:]) for p in ([parts] if country["type"] == "Polygon" else parts)]
    return found


def _path(parts: list[Polygon]) -> str:
    """The rings worth drawing, within the frame."""
    west, north = COUNTRY.west, COUNTRY.north
    frame = box(west, north - COUNTRY.height * COUNTRY.unit, west + COUNTRY.width * COUNTRY.unit, north)
    whole = shapely.make_valid(MultiPolygon(parts), method="structure", keep_collapsed=False)
    slim = shapely.coverage_simplify([p for p in shapely.get_parts(whole)], TOLERANCE * COUNTRY.unit)
    floor = SMALLEST * COUNTRY.unit**2
    rings: list[list[Point]] = []
    for shape in slim:
        for part in shapely.get_parts(shapely.intersection(shape, frame)):
            if isinstance(part, Polygon) and part.area >= floor:
                rings += [part.exterior.coords, *(h.coords for h in part.interiors if Polygon(h).area >= floor)]
    return path_of(rings, COUNTRY)
