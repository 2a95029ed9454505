"""Which provinces of an allocation stay out of sight so that nobody can be pointed at, not even by subtracting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regions.publishing import SMALLEST


@dataclass(frozen=True)
class Withheld:
    """Provinces whose own figures stay out of sight, and those of them that not even a sum may contain."""

    provinces: frozenset[str] = frozenset()
    uncounted: frozenset[str] = frozenset()

    def __or__(self, other: Withheld) -> Withheld:
        return Withheld(self.provinces | other.provinces, self.uncounted | other.uncounted)


def is_small(people: int, seats: int) -> bool:
    """Whether so few asked, got a seat, or got none, that the count might point at someone."""
    return people < SMALLEST or 0 < seats < SMALLEST or 0 < people - seats < SMALLEST


def withheld(counts: Mapping[str, tuple[int, int]], islands: Mapping[str, str]) -> Withheld:
    """What to withhold of a plan: {province: (people, seats)}, by island group.

    Sums of an island group are published. So what is withheld in it must be two provinces at least and no small group
    together; the smallest of the others joins until that holds. A group in which it never does is left out of sums.
    """
    groups: dict[str, list[str]] = {}
    for code, (people, _seats) in counts.items():
        if people:
            groups.setdefault(islands.get(code, ""), []).append(code)
    provinces: set[str] = set()
    uncounted: set[str] = set()
    for codes in groups.values():
        hidden = [code for code in codes if is_small(*counts[code])]
        others = sorted((code for code in codes if code not in hidden), key=lambda code: (counts[code], code))
        while hidden and not _is_covered(hidden, counts):
            if not others:
                uncounted.update(hidden)
                break
            hidden.append(others.pop(0))
        provinces.update(hidden)
    return Withheld(frozenset(provinces), frozenset(uncounted))


def _is_covered(codes: list[str], counts: Mapping[str, tuple[int, int]]) -> bool:
    people, seats = (sum(counts[code][n] for code in codes) for n in (0, 1))
    return len(codes) > 1 and not is_small(people, seats)
