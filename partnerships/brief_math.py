"""How many people of a need line nothing meets yet, and why that number changed between two counts: plain Python.

Every reason carries a number of people, and the numbers add up to the difference exactly, whatever changed at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field

NEW, REVISED, SEATS, SEATS_BACK = "NEW", "REVISED", "SEATS", "SEATS_BACK"
TRAINED, TRAINED_BACK = "TRAINED", "TRAINED_BACK"
MET, WITHDRAWN, CLOSED, MERGED = "MET", "WITHDRAWN", "CLOSED", "MERGED"
REASONS = (NEW, REVISED, SEATS, SEATS_BACK, TRAINED, TRAINED_BACK, MET, WITHDRAWN, CLOSED, MERGED)
"""In the order in which they are told."""

ADDED, GONE, MORE, FEWER, SAME = "ADDED", "GONE", "MORE", "FEWER", "SAME"

Cell = Hashable
Why = tuple[str, str]
"""(reason, code of the proposal behind it where there is one)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one need line says at one count."""

    requested: int
    trained: int = 0
    seats: Mapping[str, int] = field(default_factory=dict)
    """Code of a proposal that holds seats: how many."""


def met(requested: int, trained: int, seats: int) -> int:
    """People of a line who are met. The trained sat on seats, so both are never added."""
    return min(max(seats, trained), requested)


def unmet(facts: Facts | None) -> int:
    """People of a line whom nothing meets yet."""
    if facts is None:
        return 0
    return facts.requested - met(facts.requested, facts.trained, sum(facts.seats.values()))


def why(before: Facts, after: Facts) -> Counter[Why]:
    """What led from one count of a line to the next: one thing after the other, each with what it alone changed."""
    found: Counter[Why] = Counter()
    now = before

    def take(reason: str, then: Facts, code: str = "") -> None:
        nonlocal now
        found[reason, code] += unmet(then) - unmet(now)
        now = then

    take(REVISED, Facts(after.requested, now.trained, now.seats))
    seats = dict(before.seats)
    for code in sorted({*before.seats, *after.seats}):
        gained = after.seats.get(code, 0) - seats.get(code, 0)
        seats[code] = after.seats.get(code, 0)
        take(SEATS if gained > 0 else SEATS_BACK, Facts(now.requested, now.trained, dict(seats)), code)
    take(TRAINED if after.trained > before.trained else TRAINED_BACK, after)
    return Counter({key: people for key, people in found.items() if people})


def changes(
    before: Mapping[tuple[Cell, int], Facts],
    after: Mapping[tuple[Cell, int], Facts],
    gone: Mapping[int, tuple[str, Facts | None]],
) -> dict[Cell, Counter[Why]]:
    """{cell: {why: people}} between two counts, given by cell and need line; cells without a change do not appear.

    A line keeps its number through revisions. `gone`: why a line is no longer counted, and what it says now where that
    explains more. One that left a cell and is still counted elsewhere was revised, and so was one that came to a cell.
    """
    knew, knows = _lines(before), _lines(after)
    found: dict[Cell, Counter[Why]] = defaultdict(Counter)
    for cell, line in {**before, **after}:
        old, new = before.get((cell, line)), after.get((cell, line))
        if old == new:
            continue
        if old is None:
            reasons = Counter({(REVISED if line in knew else NEW, ""): unmet(new)})
        elif new is None:
            reason, last = (REVISED, None) if line in knows else gone.get(line, (CLOSED, None))
            reasons = why(old, last) if last else Counter()
            reasons[reason, ""] -= unmet(last or old)
        else:
            reasons = why(old, new)
        for key, people in reasons.items():
            if people:
                found[cell][key] += people
    return {cell: reasons for cell, reasons in found.items() if any(reasons.values())}


def _lines(counted: Collection[tuple[Cell, int]]) -> set[int]:
    return {line for _cell, line in counted}


def kind(before: int, after: int) -> str:
    """What happened to a line of the brief."""
    if before == after:
        return SAME
    if not before:
        return ADDED
    if not after:
        return GONE
    return MORE if after > before else FEWER
