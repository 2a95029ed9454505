"""Where the capitals of the provinces lie."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

CAPITALS = Path(__file__).resolve().parent.parent / "reference" / "data" / "province_capitals.csv"


@cache
def capitals() -> dict[str, tuple[str, float, float]]:
    """Province code -> (capital, longitude, latitude)."""
    with CAPITALS.open(encoding="utf-8", newline="") as source:
        return {r["code"]: (r["capital"], float(r["lng"]), float(r["lat"])) for r in csv.DictReader(source)}
