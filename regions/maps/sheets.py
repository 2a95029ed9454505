"""The drawings of boundaries as pages use them; what loads them, with its geometry, is no page's business."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache

from regions.models import Boundary, BoundaryLayer, Region
from workflow.kept import shape_of

KEEP_SECONDS = 300

Kind = BoundaryLayer.Kind


@dataclass(frozen=True)
class Sheet:
    """A drawing a page can use: its name in the address, its size, and the shapes in it."""

    name: str
    version: str
    width: int
    height: int
    middles: dict[str, tuple[int, int]]
    source: str


KEPT = f"regions.boundaries.{shape_of(Sheet)}"


def forget() -> None:
    """After another file was loaded."""
    sheets = ["", *Region.objects.filter(parent=None).values_list("pk", flat=True)]
    cache.delete_many([f"{KEPT}.{name}" for name in sheets])


def sheet(name: str = "") -> Sheet | None:
    """The drawing of the country (""), or of a province's regencies and cities; None where none is loaded."""
    found = cache.get_or_set(f"{KEPT}.{name}", lambda: [_sheet_of(name)], KEEP_SECONDS)
    return found[0]


def _sheet_of(name: str) -> Sheet | None:
    layer = BoundaryLayer.objects.filter(pk=Kind.REGENCIES if name else Kind.PROVINCES).first()
    if layer is None or name not in layer.frames:
        return None
    middles = {b.region_id: (b.x, b.y) for b in layer.boundaries.filter(sheet=name).defer("path")}
    width, height = layer.frames[name]
    return Sheet(name, layer.checksum[:12], width, height, middles, layer.source)


def paths(name: str, version: str) -> dict[str, str]:
    """{code: path} of a drawing in the version an address asks for; empty where there is none such."""
    rows = Boundary.objects.filter(sheet=name, layer__checksum__startswith=version)
    return dict(rows.values_list("region_id", "path")) if len(version) == 12 else {}


def version_now(name: str) -> str:
    """The version of a drawing that is loaded now, read past the cache; empty where none is."""
    found = _sheet_of(name)
    return found.version if found else ""
