"""What public figures by province share: the tile map of the country, and how small a group may be shown."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SMALLEST = 5
"""People are counted in public only from this number on; smaller groups are shown as "fewer than five"."""

STEP, SIZE = 64, 60
"""Each province is one equal tile, so that small ones count as much as large ones."""


@cache
def tiles() -> dict[str, tuple[str, int, int]]:
    """Province code -> (two letters, column, row) of the tile map."""
    path = Path(__file__).resolve().parent / "reference" / "data" / "province_tiles.csv"
    with path.open(encoding="utf-8", newline="") as source:
        return {r["code"]: (r["label"], int(r["col"]), int(r["row"])) for r in csv.DictReader(source)}


@dataclass(frozen=True)
class Tile:
    """One province as it is drawn: its class of colour (0 is hatched), what it says, and a mark to find it by."""

    code: str
    name: str
    level: str
    value: str
    figure: str = ""
    mark: str = ""

    @property
    def label(self) -> str:
        """Two letters."""
        return tiles()[self.code][0]

    @property
    def x(self) -> int:
        return tiles()[self.code][1] * STEP

    @property
    def y(self) -> int:
        return tiles()[self.code][2] * STEP

    @property
    def tx(self) -> int:
        """The middle of the tile."""
        return self.x + SIZE // 2

    @property
    def ty(self) -> int:
        """Where the letters stand: in the middle, or higher with a figure below them."""
        return self.y + (SIZE // 3 if self.figure else SIZE // 2)

    @property
    def fy(self) -> int:
        """Where the figure stands."""
        return self.y + SIZE * 3 // 4


def tile_map(label, drawn: Iterable[Tile], legend: list[dict], nothing: str = "0") -> dict:
    """A map ready to show: its tiles, the colours with their words, and its size. Unknown places are left out."""
    known = [tile for tile in drawn if tile.code in tiles()]
    return {
        "label": label,
        "tiles": known,
        "legend": legend,
        "nothing": nothing,
        "width": max((t.x for t in known), default=0) + SIZE,
        "height": max((t.y for t in known), default=0) + SIZE,
    }
