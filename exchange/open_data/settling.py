"""What of a counting may be published: the engine of the map, asked for every table at once, and the steps since the
counts before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exchange.open_data.steps import Told, settled
from partnerships.rules.small_groups import is_small, withheld
from portal.selectors.map import PAIRS, PERSONS, by_province, hidden_in, kept_back
from portal.selectors.outcomes import shown

QUANTITIES = (*PAIRS, ("people_approved", ""), ("seats", ""))
SINGLE = (("people", ""), ("people_approved", ""), ("people", "people_approved"))
"""Posts and competencies are told without seats."""
CAME_OF_IT = (
    ("people_approved", ""),
    ("seats", ""),
    ("trained", ""),
    ("people_approved", "seats"),
    ("people_approved", "trained"),
    ("seats", "trained"),
)
TRAINED = (("women", ""), ("men", ""))
OF_PROGRAMS = (("accepted", ""), ("completed", ""), ("women", ""), ("accepted", "completed"), ("completed", "women"))

Figures = Mapping[str, Any]
Settled = dict[str, Told]
Hidden = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Cycle:
    """One cycle, counted exactly: see `counting.cycle`."""

    places: dict[str, dict[str, int]]
    """{regency or office of a province: figures}"""
    islands: dict[str, str]
    posts: dict[str, dict[str, int]]
    themes: dict[str, dict[str, int]]
    sums: dict[str, list[int]]
    """{island group: [people in approved needs, seats, people trained]}"""
    trained: dict[str, dict[str, int]]
    """{"all": {"women": …, "men": …}}"""
    allocated: Hidden
    """What published allocations withhold."""


def settle_cycle(cycle: Cycle, earlier: list[Settled]) -> Settled | None:
    """Every table about the people of a cycle as it may be published; None: the counts before stay for now."""
    provinces = _provinces(cycle, [told["provinces"] for told in earlier])
    if provinces is None:
        return None
    untold = {name: frozenset({""}) for name in PERSONS if provinces.unsummed.get(name)}
    found = {"provinces": provinces}
    for name, rows in (("posts", cycle.posts), ("themes", cycle.themes)):
        table = _whole_country(rows, untold, [told[name] for told in earlier])
        if table is None:
            return None
        found[name] = table
    islands = _islands(cycle, provinces, [told["islands"] for told in earlier])
    trained = islands and _trained(cycle, islands, [told["trained"] for told in earlier])
    if islands is None or trained is None:
        return None
    return {**found, "islands": islands, "trained": trained}


def _provinces(cycle: Cycle, earlier: list[Told]) -> Told | None:
    def hide(forced: Hidden) -> tuple[Hidden, Hidden]:
        before = {name: forced.get(name, frozenset()) | cycle.allocated.get(name, frozenset()) for name in PERSONS}
        above, _below = kept_back(cycle.places, cycle.islands, before)
        groups = {name: frozenset(cycle.islands.get(c, "") for c in above.uncounted[name]) for name in PERSONS}
        return above.hidden, groups

    return settled(by_province(cycle.places), cycle.islands, earlier, hide, QUANTITIES)


def _whole_country(rows: dict[str, dict[str, int]], untold: Hidden, earlier: list[Told]) -> Told | None:
    """Posts, or competencies: taken as parts of one sum, which the figures by province tell. Where they do not tell it
    because a province could be worked out, these must not tell it either."""
    one = dict.fromkeys(rows, "")

    def hide(forced: Hidden) -> tuple[Hidden, Hidden]:
        found = hidden_in(rows, one, forced=forced)
        if any(untold.values()):
            more = {name: forced.get(name, frozenset()) | _next_smallest(rows, name, found.hidden[name])
                    for name in PERSONS if untold.get(name)}  # fmt: skip
            found = hidden_in(rows, one, forced={**forced, **more})
        hidden, unsummed = dict(found.hidden), {name: untold.get(name, frozenset()) for name in PERSONS}
        for name in ("people", "people_approved", "seats"):
            if found.uncounted[name]:
                hidden[name], unsummed[name] = frozenset(rows), frozenset({""})
        for name in ("people_approved", "seats"):
            hidden[name] |= hidden["people"]
            unsummed[name] |= unsummed["people"]
        return hidden, unsummed

    return settled(rows, one, earlier, hide, SINGLE)


def _next_smallest(rows: dict[str, dict[str, int]], name: str, hidden: frozenset[str]) -> frozenset[str]:
    """Two more places to withhold, so that the sum of all stays unknown."""
    others = sorted((row[name], place) for place, row in rows.items() if row[name] and place not in hidden)
    return frozenset(place for _number, place in others[:2])


def _islands(cycle: Cycle, provinces: Told, earlier: list[Told]) -> Told | None:
    rows = {
        island: dict(zip(("people_approved", "seats", "trained"), numbers, strict=True))
        for island, numbers in cycle.sums.items()
    }

    def hide(forced: Hidden) -> tuple[Hidden, Hidden]:
        blocked = {name: forced.get(name, frozenset()) | provinces.unsummed.get(name, frozenset()) for name in PERSONS}
        told = shown(cycle.sums, {**blocked, "": forced.get("trained", frozenset())})
        hidden = {
            "people_approved": frozenset(row.island for row in told if row.people is None),
            "seats": frozenset(row.island for row in told if row.seats is None),
            "trained": frozenset(row.island for row in told if row.trained is None),
        }
        unsummed = {
            name: frozenset({""}) if is_small_together(rows, name, hidden[name]) else frozenset() for name in hidden
        }
        return hidden, unsummed

    return settled(rows, dict.fromkeys(rows, ""), earlier, hide, CAME_OF_IT)


def is_small_together(rows: Mapping[str, Mapping[str, int]], name: str, places: frozenset[str]) -> bool:
    """Whether what is withheld of a figure is a small group, or one place, so that no sum may be told."""
    values = [rows[place][name] for place in places if rows[place][name]]
    return len(values) == 1 or is_small(sum(values), 0) and bool(values)


def _trained(cycle: Cycle, islands: Told, earlier: list[Told]) -> Told | None:
    """Women and men who completed a training, of the whole country."""
    row = cycle.trained["all"]

    def hide(forced: Hidden) -> tuple[Hidden, Hidden]:
        few = is_small(row["women"] + row["men"], row["women"]) and row["women"] + row["men"] > 0
        keep = few or bool(islands.unsummed["trained"]) or any(forced.values())
        places = frozenset({"all"}) if keep else frozenset()
        groups = frozenset({""}) if keep else frozenset()
        return {"women": places, "men": places}, {"women": groups, "men": groups}

    return settled(cycle.trained, {"all": ""}, earlier, hide, TRAINED)


def settle_programs(rows: dict[str, dict[str, int]], earlier: list[Settled]) -> Settled | None:
    """Of every programme the people accepted, those who completed it, and the women among them."""
    one = dict.fromkeys(rows, "")

    def hide(forced: Hidden) -> tuple[Hidden, Hidden]:
        accepted = {code: (row["accepted"], row["completed"]) for code, row in rows.items()}
        completed = {code: (row["completed"], row["women"]) for code, row in rows.items()}
        first = withheld(accepted, one, forced=forced.get("accepted", frozenset()))
        second = withheld(accepted, one, forced=first.provinces | forced.get("completed", frozenset()))
        third = withheld(completed, one, forced=second.provinces | forced.get("women", frozenset()))
        found = {"accepted": first.provinces, "completed": second.provinces,
                 "women": third.provinces | second.provinces}  # fmt: skip
        unsummed = {
            name: frozenset({""}) if kept.uncounted else frozenset()
            for name, kept in (("accepted", first), ("completed", second), ("women", third))
        }
        return found, unsummed

    told = settled(rows, one, [told["programs"] for told in earlier], hide, OF_PROGRAMS)
    return told and {"programs": told}
