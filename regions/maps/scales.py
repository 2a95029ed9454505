"""Classes of a map: fixed floors, so that maps of different days and runs compare, and the words of the legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from workflow.formats import num

NOTHING, HIDDEN = "0", "x"
"""The classes of places with nothing, and of places whose figure is not shown."""


@dataclass(frozen=True)
class Scale:
    """From which value each of five classes begins; below the first there is nothing (or less than one)."""

    floors: tuple[int, int, int, int, int]
    unit: str = ""
    """"%" after the numbers, or nothing."""

    def level(self, value: float | None) -> str:
        """The class of a value; "x" for None."""
        return HIDDEN if value is None else str(sum(value >= floor for floor in self.floors))

    def legend(self) -> list[dict[str, Any]]:
        """The classes with their words, lowest first."""
        ends = [floor - 1 for floor in self.floors[1:]]
        found = [
            {"level": n + 1, "label": f"{num(low)}{self.unit}" if low == high else f"{num(low)}–{num(high)}{self.unit}"}
            for n, (low, high) in enumerate(zip(self.floors, ends, strict=False))
        ]
        return [*found, {"level": 5, "label": f"≥ {num(self.floors[-1])}{self.unit}"}]

    @property
    def nothing(self) -> str:
        """What the hatched class is called."""
        return f"0{self.unit}"


def hidden_words() -> str:
    """What a place says whose figure is not shown."""
    return _("not shown")
