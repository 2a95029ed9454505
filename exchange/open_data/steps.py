"""What two countings of one table tell together: plain Python, no Django.

A group that did not change is the same unknown in both. So a place withheld once is known as soon as it is shown
unchanged later, and a place shown twice tells how many people came or went.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

SMALLEST = 5
Rows = Mapping[str, Mapping[str, int]]
"""{place: {figure: people}}"""
Hidden = Mapping[str, frozenset[str]]
"""{figure: places, or groups}"""
Quantity = tuple[str, str]
"""(figure, part): the figure less its part; without a part the figure itself."""


@dataclass(frozen=True)
class Told:
    """One counting as it was published. `unsummed`: groups whose sum is not told."""

    rows: Rows
    hidden: Hidden
    unsummed: Hidden = field(default_factory=dict)


@dataclass(frozen=True)
class Leak:
    """Places of one group about which two countings together say too much, and places that would cover them."""

    figures: tuple[str, ...]
    back: frozenset[str] = frozenset()
    """Places that must not be shown (again)."""
    covers: tuple[str, ...] = ()
    """Places of which any would do, the best first."""


def is_few(people: int) -> bool:
    """Whether so few that they might be pointed at."""
    return 0 < abs(people) < SMALLEST


def leaks(before: Told, now: Told, groups: Mapping[str, str], quantities: tuple[Quantity, ...]) -> Iterator[Leak]:
    """What must be mended before `now` may be published beside `before`."""
    places = sorted({*before.rows, *now.rows})
    by_group: dict[str, list[str]] = {}
    for place in places:
        by_group.setdefault(groups.get(place, ""), []).append(place)
    for quantity in quantities:
        for group, members in by_group.items():
            yield from _in_group(before, now, quantity, group, members)


def _value(rows: Rows, place: str, quantity: Quantity) -> int:
    row, (whole, part) = rows.get(place, {}), quantity
    found = row.get(whole, 0)
    return max(found - row.get(part, 0), 0) if part else found


def _in_group(before: Told, now: Told, quantity: Quantity, group: str, members: list[str]) -> Iterator[Leak]:
    figures = tuple(name for name in quantity if name)
    figure = figures[-1]
    then = {place: _value(before.rows, place, quantity) for place in members}
    today = {place: _value(now.rows, place, quantity) for place in members}
    change = {place: today[place] - then[place] for place in members}
    kept_then = frozenset(p for p in members if not _is_known(before, p, quantity))
    kept_now = frozenset(p for p in members if not _is_known(now, p, quantity))
    told_then = not any(group in before.unsummed.get(name, ()) for name in figures)
    told_now = not any(group in now.unsummed.get(name, ()) for name in figures)

    few = frozenset(p for p in members if p not in kept_then | kept_now and is_few(change[p]))
    if few:
        yield Leak((figure,), back=few)
    fresh = tuple(sorted((p for p in members if p not in kept_now and change[p]), key=lambda p: (abs(change[p]), p)))
    out_again = frozenset(p for p in kept_then - kept_now if not change[p])
    # What is not known by the other counting; only this keeps a sum from telling the rest.
    left_then = frozenset(p for p in kept_then if change[p] or p in kept_now)
    left_now = frozenset(p for p in kept_now if change[p] or p in kept_then)
    if not _is_covered([then[p] for p in left_then], told_then, any(then[p] for p in kept_then)):
        yield Leak((figure,), back=out_again, covers=fresh)
    if not _is_covered([today[p] for p in left_now], told_now, any(today[p] for p in kept_now)):
        yield Leak((figure,), covers=fresh)
    steps = []
    if told_then and not left_then & kept_now:
        steps.append(sum(change[p] for p in left_then))
    if told_now and not left_now & kept_then:
        steps.append(sum(change[p] for p in left_now))
    if told_then and told_now:
        steps.append(sum(change[p] for p in kept_then | kept_now))
        gone = [then[p] for p in left_then - kept_now]
        come = [today[p] for p in left_now - kept_then]
        moved = [change[p] for p in kept_then & kept_now if change[p]]
        if not moved and not (any(gone) and any(come)):
            steps += [sum(gone), sum(come)]
    if any(is_few(step) for step in steps):
        yield Leak((figure,), covers=fresh)


def _is_known(told: Told, place: str, quantity: Quantity) -> bool:
    """Whether a reader can name it: shown, or told by the numbers of needs (of no approved need nobody, of all needs
    everyone)."""
    row, (whole, part) = told.rows.get(place, {}), quantity
    if part == "people_approved" and row and row.get("approved") == row.get("needs"):
        return True
    return _is_told(told, row, place, whole) and (not part or _is_told(told, row, place, part))


def _is_told(told: Told, row: Mapping[str, int], place: str, figure: str) -> bool:
    if place not in told.hidden.get(figure, frozenset()):
        return True
    if "needs" not in row or figure == "people":
        return False
    if not row["approved"]:
        return True
    return figure == "people_approved" and row["approved"] == row["needs"] and _is_told(told, row, place, "people")


def _is_covered(unknown: list[int], summed: bool, kept: bool) -> bool:
    """Whether what is still unknown says nothing about few people: a known sum must be large; where the sum is kept
    back too, something must be left that keeps it unknown."""
    if summed:
        return not is_few(sum(unknown))
    return any(unknown) or not kept


def settled(
    rows: Rows,
    groups: Mapping[str, str],
    earlier: list[Told],
    hide: Callable[[dict[str, frozenset[str]]], tuple[Hidden, Hidden]],
    quantities: tuple[Quantity, ...],
) -> Told | None:
    """This counting as it may be published beside every earlier one; None: not now.

    `hide(forced)` is the engine for one counting: (what is withheld, groups whose sum is not told).
    """
    forced: dict[str, frozenset[str]] = {}
    for _turn in range(4 * len(rows) + 4):
        now = Told(rows, *hide(forced))
        found = [leak for told in earlier for leak in leaks(told, now, groups, quantities)]
        if not found:
            return now
        if not _force(forced, now, found):
            return None
    return None


def _force(forced: dict[str, frozenset[str]], now: Told, found: list[Leak]) -> bool:
    """Withhold more; whether there was anything to."""
    grown = False
    for leak in found:
        more = leak.back or frozenset(leak.covers[:1])
        for name in leak.figures:
            new = more - forced.get(name, frozenset())
            if new:
                forced[name] = forced.get(name, frozenset()) | new
                grown = True
    return grown
