"""Loading a file of boundaries into the database, and taking it out again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import shapely
from django.db import connection, transaction
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from regions.maps.checks import checked
from regions.maps.paths import COUNTRY, SHEET_HEIGHT, SHEET_WIDTH, Frame
from regions.maps.reading import read_areas
from regions.maps.sheets import forget
from regions.maps.simplifying import fitted
from regions.models import Boundary, BoundaryLayer, Region

COUNTRY_BUDGET = 24_000
"""Bytes of the drawing of all provinces; packed for the wire about 7 KB."""
SHEET_BUDGET = 24_000
"""Bytes of the drawing of one province's regencies and cities."""
EDITION = "1"
"""Raised when the same file would be drawn differently, so that no cache keeps the former drawing."""

Kind = BoundaryLayer.Kind


class Refused(ValueError):
    """A file that is not taken, with every reason."""

    def __init__(self, reasons: list[str]):
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Loaded:
    """What a load did."""

    kind: str
    places: int
    size: int
    mended: list[str]
    saved: bool


def load(content: bytes, *, source: str, layer: str = "", save: bool = True) -> Loaded:
    """Check a file and draw it; what was loaded before goes. Raises Refused or Unreadable and changes nothing."""
    areas = read_areas(content, layer)
    codes = [*areas.polygons, *areas.broken, *areas.twice]
    if not codes:
        raise Refused([_("No shape has a property “code”.")])
    kind = Kind.PROVINCES if sum(len(code) == 2 for code in codes) * 2 > len(codes) else Kind.REGENCIES
    found = checked(areas, _expected(kind))
    if found.reasons:
        raise Refused(found.reasons)
    made = {name: _sheet(name, shapes) for name, shapes in _by_sheet(kind, found.shapes).items()}
    if save:
        _store(kind, made, source, hashlib.sha256(EDITION.encode() + content).hexdigest())
    size = sum(drawn.size for _frame, drawn in made.values())
    return Loaded(kind, len(found.shapes), size, found.mended, save)


def _expected(kind: str) -> set[str]:
    """The places of today that a file must draw."""
    today = Region.objects.filter(valid_to__isnull=True)
    return set(today.filter(parent__isnull=kind == Kind.PROVINCES).values_list("code", flat=True))


def _by_sheet(kind: str, shapes: dict[str, BaseGeometry]) -> dict[str, dict[str, BaseGeometry]]:
    if kind == Kind.PROVINCES:
        return {"": shapes}
    found: dict[str, dict[str, BaseGeometry]] = {}
    for code in sorted(shapes):
        found.setdefault(code[:2], {})[code] = shapes[code]
    return found


def _sheet(name: str, shapes: dict[str, BaseGeometry]):
    """A frame and what is drawn in it."""
    if not name:
        return COUNTRY, fitted(shapes, COUNTRY, COUNTRY_BUDGET)
    bounds = [float(n) for n in shapely.total_bounds(list(shapes.values()))]
    frame = Frame.around(bounds, SHEET_WIDTH, SHEET_HEIGHT)
    return frame, fitted(shapes, frame, SHEET_BUDGET)


@transaction.atomic
def _store(kind: str, made: dict, source: str, checksum: str) -> None:
    _one_at_a_time()
    BoundaryLayer.objects.filter(pk=kind).delete()
    frames = {name: [frame.width, frame.height] for name, (frame, _drawn) in made.items()}
    layer = BoundaryLayer.objects.create(kind=kind, source=source, checksum=checksum, frames=frames)
    Boundary.objects.bulk_create(
        Boundary(region_id=code, layer=layer, sheet=name, path=path, x=drawn.middles[code][0], y=drawn.middles[code][1])
        for name, (_frame, drawn) in made.items()
        for code, path in drawn.paths.items()
    )
    transaction.on_commit(forget)


def _one_at_a_time() -> None:
    """Two loads at once would write the same places; the second waits until the first is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [BoundaryLayer._meta.db_table])


def remove(kinds: list[str]) -> int:
    """Take loaded boundaries out; maps show circles and tiles again. Returns how many places had one."""
    with transaction.atomic():
        _one_at_a_time()
        count = Boundary.objects.filter(layer__in=kinds).count()
        BoundaryLayer.objects.filter(pk__in=kinds).delete()
        transaction.on_commit(forget)
    return count
