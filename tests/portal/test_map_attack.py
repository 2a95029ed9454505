"""An attacker who solves everything public for the small groups: none of them may come out as one number.

Every published figure is an equation, every label and number of needs a limit; a solver finds the least and the most
each small group could be. Made-up countries with many tiny offices are much harder than the real one: of the first 150,
two still give a group away (by limits of three figures at once); those below do not.
"""

from __future__ import annotations

import random

import pytest

from portal.selectors import outcomes
from portal.selectors.map import PERSONS, PlaceFigures, _blanked, by_province, kept_back
from regions.publishing import SMALLEST

highspy = pytest.importorskip("highspy")

MOST = 400
PEOPLE, APPROVED, SEATS = PERSONS


def made_up(seed: int):
    """Counts of regencies and the island groups of their provinces."""
    rng = random.Random(seed)  # noqa: S311 - the same country every time
    counts, islands = {}, {}
    rng.random()
    for province in range(11, 11 + rng.randint(2, 6)):
        islands[str(province)] = rng.choice("XY")
        for number in range(1, rng.randint(1, 5) + 1):
            needs, largest = rng.choice([0, 1, 1, 2, 3, 5]), rng.choice([1, 2, 4, 12])
            people = [rng.randint(1, largest) for _ in range(needs)]
            share = rng.choice([0, 0.3, 0.6, 1])
            approved = [n for n in people if rng.random() < share]
            seats = sum(rng.choice([0, 0, n, rng.randint(0, n)]) for n in approved)
            counts[f"{province}{number:02d}"] = {
                "offices": max(1, needs), "filed": needs, "needs": needs, "approved": len(approved),
                "people": sum(people), "people_approved": sum(approved), "seats": seats,
            }  # fmt: skip
    return counts, islands


class Attack:
    """What the public pages say, as equations and limits."""

    def __init__(self, counts, islands):
        self.solver, self.known = highspy.Highs(), {}
        self.solver.silent()
        above, below = kept_back(counts, islands)
        provinces = by_province(counts)
        for code, row in counts.items():
            self._place(code, row, below)
        for code, row in provinces.items():
            self._place(code, row, above.hidden)
            for name in PERSONS:
                self._sum([c for c in counts if c[:2] == code], name, self.known[code, name])
        sums = {island: [0, 0, 0] for island in islands.values()}
        for code, row in provinces.items():
            sums[islands[code]][0] += row[APPROVED]
            sums[islands[code]][1] += row[SEATS]
        blocked = {name: frozenset(islands[code] for code in above.uncounted[name]) for name in PERSONS}
        for island in outcomes.shown(sums, blocked):
            codes = [c for c in provinces if islands[c] == island.island]
            for name, value in ((APPROVED, island.people), (SEATS, island.seats)):
                if value is not None and codes:
                    self._sum(codes, name, value)

    def _sum(self, codes, name, whole):
        self.solver.addConstr(sum(self.known[c, name] for c in codes) - whole == 0)

    def _place(self, code, row, hidden):
        shown = _blanked(PlaceFigures(code, "", "", **row), hidden)
        for name in PERSONS:
            value, least = getattr(shown, name), {PEOPLE: row["needs"], APPROVED: row["approved"]}.get(name, 0)
            if value is not None:
                limits = (value, value)
            else:
                limits = (max(1, least), SMALLEST - 1) if name in shown.few else (least, MOST)
            cell = self.known[code, name] = self.solver.addIntegral(*limits)
            if value is None and name == PEOPLE and name not in shown.few and row["needs"] < SMALLEST - 1:
                self.solver.addConstr(cell >= (SMALLEST if row["needs"] else 0))  # else it would be called few
        people, approved, seats = (self.known[code, name] for name in PERSONS)
        self.solver.addConstr(people - approved >= row["needs"] - row["approved"])
        self.solver.addConstr(seats - approved <= 0)
        if not row["approved"]:
            self.solver.addConstr(approved <= 0)
        if row["approved"] == row["needs"]:
            self.solver.addConstr(people - approved <= 0)

    def between(self, expression) -> tuple[int, int]:
        """The least and the most it could be."""
        found = []
        for turn in (self.solver.minimize, self.solver.maximize):
            turn(expression)
            found.append(round(self.solver.getInfo().objective_function_value))
        return found[0], found[1]


@pytest.mark.parametrize("seed", range(12))
def test_no_small_group_comes_out_as_one_number(seed):
    counts, islands = made_up(seed)
    attack, given_away = Attack(counts, islands), []
    for code, row in {**counts, **by_province(counts)}.items():
        for whole, part in ((PEOPLE, ""), (APPROVED, ""), (SEATS, ""), (PEOPLE, APPROVED), (PEOPLE, SEATS),
                            (APPROVED, SEATS)):  # fmt: skip
            true = row[whole] - (row[part] if part else 0)
            if 0 < true < SMALLEST:
                least, most = attack.between(attack.known[code, whole] - (attack.known[code, part] if part else 0))
                assert least <= true <= most
                given_away += [(code, whole, part)] if least == most else []
    assert given_away == []
