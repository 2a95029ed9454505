"""Reads areas out of GeoJSON and TopoJSON: code -> polygons in degrees. What cannot be read is named in a sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]
"""The outer ring, then its holes."""

CODE = "code"
"""The property that names an area."""

DEGREES = ("CRS84", "4326")
"""The only reference systems read; every other counts in metres or from another point."""


class Unreadable(ValueError):
    """Why a file cannot be read, as a sentence."""


@dataclass
class Areas:
    """What a file holds: the polygons of each code, codes that occur twice, and shapes without one."""

    polygons: dict[str, list[Polygon]] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    nameless: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    """Code -> why its geometry cannot be read."""


def read_areas(content: bytes, layer: str = "") -> Areas:
    """The areas of a file. `layer`: which object of a TopoJSON file, where it has several."""
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Unreadable(_("The file is not JSON.")) from error
    kind = document.get("type") if isinstance(document, dict) else None
    try:
        if kind == "Topology":
            return _collect(_topojson(document, layer))
        if kind == "FeatureCollection":
            _refuse_other_reference_systems(document)
            return _collect(_geojson(document))
    except RecursionError as error:
        raise Unreadable(_("The file is nested too deeply.")) from error
    raise Unreadable(_("The file is neither a GeoJSON FeatureCollection nor a TopoJSON Topology."))


def _refuse_other_reference_systems(document: dict) -> None:
    named = json.dumps(document.get("crs") or "")
    if document.get("crs") and not any(name in named for name in DEGREES):
        raise Unreadable(_("The coordinates are in another reference system than WGS 84."))


def _geojson(document: dict) -> Iterable[tuple[Any, str, Any]]:
    features = document.get("features")
    if not isinstance(features, list):
        raise Unreadable(_("The file has no list of features."))
    for feature in features:
        geometry = _part(_part(feature), "geometry")
        yield _code_in(_part(feature).get("properties")), str(geometry.get("type", "")), geometry.get("coordinates")


def _part(value: Any, name: str = "") -> dict:
    """An object of the file, or what it holds under a name; empty where something else stands there."""
    found = value.get(name) if name and isinstance(value, dict) else value
    return found if isinstance(found, dict) else {}


def _topojson(document: dict, layer: str) -> Iterable[tuple[Any, str, Any]]:
    objects = document.get("objects")
    arcs = document.get("arcs")
    if not isinstance(objects, dict) or not isinstance(arcs, list) or not objects:
        raise Unreadable(_("The TopoJSON file has no objects or no arcs."))
    if layer and layer not in objects:
        raise Unreadable(_("There is no layer %(name)s; there are: %(names)s.") % _names(layer, objects))
    if not layer and len(objects) > 1:
        raise Unreadable(_("The file has several layers; choose one with --layer: %(names)s.") % _names("", objects))
    joined = joined_arcs(document)
    chosen = _part(objects, layer or next(iter(objects)))
    geometries = chosen.get("geometries", [chosen])
    for geometry in map(_part, geometries if isinstance(geometries, list) else []):
        yield _code_in(geometry.get("properties")), str(geometry.get("type", "")), joined(geometry.get("arcs"))


def joined_arcs(document: dict) -> Callable[[Any], Any]:
    """A function that puts the numbered arcs of a TopoJSON file together."""
    lines = [_unpacked(arc, document.get("transform")) for arc in document["arcs"]]
    return lambda arcs: _joined(arcs, lines)


def _names(layer: str, objects: dict) -> dict[str, str]:
    return {"name": layer, "names": ", ".join(sorted(objects))}


def _code_in(properties: Any) -> str:
    """The code without dots: 52.71 is 5271."""
    found = properties.get(CODE) if isinstance(properties, dict) else None
    return str(found).replace(".", "").strip() if isinstance(found, (str, int)) else ""


def _unpacked(arc: Any, transform: dict | None) -> list[Any]:
    """The points of an arc: stored as steps on a grid where there is a transform, else as they are."""
    try:
        if not transform:
            return [(float(p[0]), float(p[1])) for p in arc]
        (kx, ky), (dx, dy) = (map(float, transform[name]) for name in ("scale", "translate"))
        found, x, y = [], 0.0, 0.0
        for point in arc:
            x, y = x + point[0], y + point[1]
            found.append((x * kx + dx, y * ky + dy))
        return found
    except (TypeError, KeyError, IndexError, ValueError, OverflowError) as error:
        raise Unreadable(_("An arc of the TopoJSON file cannot be read.")) from error


def _joined(arcs: Any, lines: list[list[Point]]) -> Any:
    """Numbers of arcs, nested as polygons are -> points, nested alike. A negative number runs backwards."""
    if not isinstance(arcs, list):
        return None
    if arcs and all(isinstance(a, int) for a in arcs):
        found: list[Point] = []
        for number in arcs:
            try:
                line = lines[number] if number >= 0 else lines[~number][::-1]
            except IndexError:
                return None
            found += line[1:] if found else line
        return found
    return [_joined(a, lines) for a in arcs]


def _collect(shapes: Iterable[tuple[Any, str, Any]]) -> Areas:
    found = Areas()
    for code, kind, coordinates in shapes:
        if not code:
            found.nameless += 1
        elif code in found.polygons or code in found.broken:
            found.twice.append(code)
        else:
            try:
                found.polygons[code] = _polygons(kind, coordinates)
            except Unreadable as reason:
                found.broken[code] = str(reason)
    return found


def _polygons(kind: str, coordinates: Any) -> list[Polygon]:
    if kind not in {"Polygon", "MultiPolygon"}:
        raise Unreadable(_("it is no area but “%(kind)s”") % {"kind": kind or "-"})
    try:
        parts = [coordinates] if kind == "Polygon" else list(coordinates)
        found = [[_ring(ring) for ring in part] for part in parts]
    except Unreadable:
        raise
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise Unreadable(_("its coordinates cannot be read")) from error
    if not found or not all(found):
        raise Unreadable(_("it has no ring"))
    return found


def _ring(points: Any) -> Ring:
    """A closed ring of at least three corners."""
    found = [(float(p[0]), float(p[1])) for p in points]
    if not all(math.isfinite(n) for p in found for n in p):
        raise Unreadable(_("a coordinate is no number"))
    if len(found) < 4 or len(set(found)) < 3:
        raise Unreadable(_("a ring has fewer than three corners"))
    if found[0] != found[-1]:
        raise Unreadable(_("a ring is not closed"))
    return found
