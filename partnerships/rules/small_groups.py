"""Which provinces of an allocation stay out of sight so that nobody can be pointed at, not even by subtracting."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


Pair = tuple[int, int]


def withheld(
    counts: Mapping[str, Pair],
    islands: Mapping[str, str],
    *,
    unknown: Mapping[str, Pair] | None = None,
    least: Mapping[str, Pair] | None = None,
    forced: Collection[str] = (),
) -> Withheld:
    """What to withhold of a plan: {province: (people, seats)}, by island group.

    Sums of an island group are published. So what is withheld in it must be two provinces at least and no small group
    together; the smallest of the others joins until that holds. A group in which it never does is left out of sums.

    `unknown`: what of these counts cannot be read off other figures, where that is less; only that covers anyone.
    `least`: how many there are at least by other figures, where small groups are labelled as such: the label must not
    make a sum exact. `forced`: provinces to withhold for a reason of their own.
    """
    rest = {**counts, **(unknown or {})}
    groups: dict[str, list[str]] = {}
    for code, (people, _seats) in counts.items():
        if people:
            groups.setdefault(islands.get(code, ""), []).append(code)
    provinces: set[str] = set()
    uncounted: set[str] = set()
    for codes in groups.values():
        hidden = [code for code in codes if code in forced or is_small(*counts[code])]
        others = sorted((code for code in codes if code not in hidden), key=lambda code: (counts[code], code))
        while hidden and not (_is_covered(hidden, rest) and (least is None or _is_vague(hidden, counts, rest, least))):
            if not others:
                uncounted.update(hidden)
                break
            hidden.append(others.pop(0))
        provinces.update(hidden)
    return Withheld(frozenset(provinces), frozenset(uncounted))


def _is_covered(codes: list[str], rest: Mapping[str, Pair]) -> bool:
    people, seats = (sum(rest[code][n] for code in codes) for n in (0, 1))
    return sum(any(rest[code]) for code in codes) > 1 and not is_small(people, seats)


def _is_vague(
    codes: list[str], counts: Mapping[str, Pair], rest: Mapping[str, Pair], least: Mapping[str, Pair]
) -> bool:
    """Whether the sum leaves every labelled group more than one value it could have."""
    for n in (0, 1):
        open_codes = [code for code in codes if any(rest[code])]
        labelled = {c for c in open_codes if 0 < counts[c][n] < SMALLEST and least.get(c, (0, 0))[n] < SMALLEST - 1}
        fewest = sum(
            max(least.get(c, (0, 0))[n], 1 if c in labelled else min(SMALLEST, counts[c][n])) for c in open_codes
        )
        together = sum(counts[c][n] for c in open_codes)
        most = (SMALLEST - 1) * len(labelled) if len(labelled) == len(open_codes) else together + 1
        if labelled and not fewest < together < most:
            return False
    return True
