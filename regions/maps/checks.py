"""What a file of boundaries must be before it is drawn: every place once, whole rings, where the place is."""

from __future__ import annotations

from dataclasses import dataclass, field

import shapely
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from regions.maps.capitals import capitals
from regions.maps.reading import Areas

WORLD = (90.0, -15.0, 145.0, 10.0)
"""West, south, east, north: Indonesia with a margin."""

MENDABLE = 0.01
"""Rounding makes thin spikes cross. What mending changes of an area's size at most before the ring counts as wrong."""

FAR = 0.3
"""Degrees a province's capital may lie outside its shape: coasts are drawn roughly."""

ALIKE = 0.9
"""What two areas share of the larger one before they count as the same; a city inside a regency shares little of it."""

NAMED = 8
"""How many codes a sentence names before it says how many more there are."""


@dataclass
class Checked:
    """The shapes of a file, the reasons to refuse it, and what was mended."""

    shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)


def checked(areas: Areas, expected: set[str]) -> Checked:
    """The shapes of every expected place, or all the reasons against the file at once."""
    found = Checked()
    reasons = found.reasons
    have = set(areas.polygons) | set(areas.broken)
    if areas.nameless:
        reasons.append(
            ngettext("%(count)d shape has no code.", "%(count)d shapes have no code.", areas.nameless)
            % {"count": areas.nameless}
        )
    _name(reasons, _("These codes occur more than once: %(codes)s."), areas.twice)
    _name(reasons, _("These codes are unknown: %(codes)s."), have - expected)
    _name(reasons, _("These codes are missing: %(codes)s."), expected - have)
    reasons += [f"{code}: {reason}." for code, reason in sorted(areas.broken.items())[:NAMED]]
    for code, polygons in areas.polygons.items():
        try:
            shape = MultiPolygon([Polygon(rings[0], rings[1:]) for rings in polygons])
        except (ValueError, shapely.errors.GEOSException):
            reasons.append(_("%(code)s: its rings cannot be put together.") % {"code": code})
            continue
        if reason := _against(code, shape, found):
            reasons.append(f"{code}: {reason}")
    reasons += [
        _("%(one)s and %(other)s are the same area.") % {"one": one, "other": other}
        for one, other in _alike(found.shapes)[:NAMED]
    ]
    return found


def _alike(shapes: dict[str, BaseGeometry]) -> list[tuple[str, str]]:
    """Pairs of codes with one and the same area: a shape was given two codes, and another place has none."""
    codes = list(shapes)
    boxes = [box(*shapes[code].bounds) for code in codes]
    pairs = zip(*shapely.STRtree(boxes).query(boxes, predicate="intersects"), strict=True) if codes else ()
    near = [(codes[n], codes[m]) for n, m in pairs if n < m and _is_most(boxes[n], boxes[m])]
    return [(one, other) for one, other in near if _is_most(shapes[one], shapes[other])]


def _is_most(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Whether two areas have more in common than either has for itself."""
    return one.intersection(other).area > ALIKE * max(one.area, other.area)


def _name(reasons: list[str], sentence: str, codes) -> None:
    """Add a sentence that names codes, where there are any."""
    named = sorted(set(codes))
    if named:
        more = len(named) - NAMED
        text = ", ".join(named[:NAMED]) + (_(" and %(count)d more") % {"count": more} if more > 0 else "")
        reasons.append(sentence % {"codes": text})


def _against(code: str, shape: BaseGeometry, found: Checked) -> str:
    """Why a shape is refused; kept, mended where need be, if nothing is against it."""
    west, south, east, north = shape.bounds
    if not (WORLD[0] <= west and east <= WORLD[2] and WORLD[1] <= south and north <= WORLD[3]):
        if WORLD[0] <= south and north <= WORLD[2] and WORLD[1] <= west and east <= WORLD[3]:
            return _("longitude and latitude are exchanged.")
        return _("it lies outside Indonesia.")
    if not shape.is_valid:
        whole = _mended(shape)
        if whole is None:
            return _("a ring crosses itself near %(place)s.") % {"place": _where(shape)}
        found.mended.append(code)
        shape = whole
    if not shape.area:
        return _("it has no area.")
    if code in capitals():
        name, longitude, latitude = capitals()[code]
        if shape.distance(Point(longitude, latitude)) > FAR:
            return _("its capital %(name)s lies outside; are these the codes of another list?") % {"name": name}
    found.shapes[code] = shape
    return ""


def _mended(shape: BaseGeometry) -> BaseGeometry | None:
    """The shape with its spikes undone, or None where that would make another shape of it."""
    whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [p for p in shapely.get_parts(whole) if isinstance(p, Polygon) and p.area]
    # What the rings enclose one by one: a ring that crosses itself in earnest loses a part of it.
    meant = sum(Polygon(p.exterior).area - sum(Polygon(h).area for h in p.interiors) for p in shape.geoms)
    drawn = sum(p.area for p in parts)
    if not parts or abs(drawn - meant) > MENDABLE * drawn:
        return None
    return MultiPolygon(parts)


def _where(shape: BaseGeometry) -> str:
    return shapely.is_valid_reason(shape).partition("[")[2].rstrip("]") or "?"
