"""What public figures by province share: the province's place on the tile map, and how small a group may be shown."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

SMALLEST = 5
"""People are counted in public only from this number on; smaller groups are not shown."""

STEP, SIZE = 64, 60
"""Each province is one equal tile, so that small ones count as much as large ones."""


@cache
def tiles() -> dict[str, tuple[str, int, int]]:
    """Province code -> (two letters, column, row) of the tile map."""
    path = Path(__file__).resolve().parent / "reference" / "data" / "province_tiles.csv"
    with path.open(encoding="utf-8", newline="") as source:
        return {r["code"]: (r["label"], int(r["col"]), int(r["row"])) for r in csv.DictReader(source)}
