"""An attacker who solves everything published for the small groups: open data, the map of the same day, and the
edition before. No group of one to four people may come out as one number.

Made-up countries have many tiny offices and are much harder than the real one. What a reader sees unchanged in every
number of needs they take for unchanged. Not tried: the map of every other day, more than two editions at once (the
rules ask for every pair of them), and what a competency tells of a post.
"""

from __future__ import annotations

import random
from functools import cache

import pytest

from exchange.open_data.settling import Cycle, settle_cycle
from exchange.open_data.steps import SMALLEST
from portal.selectors.map import PERSONS, PlaceFigures, _blanked, by_province, kept_back

highspy = pytest.importorskip("highspy")

MOST = 600
PEOPLE, APPROVED, SEATS = PERSONS
PAIRS = ((PEOPLE, ""), (APPROVED, ""), (SEATS, ""), (PEOPLE, APPROVED), (PEOPLE, SEATS), (APPROVED, SEATS))
POSTS, THEMES = "ABCDE", "UVWXYZ"


class Country:
    """Needs, made up; from them the counts of two days."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)  # noqa: S311 - the same country every time
        self.islands = {str(code): self.rng.choice("XY") for code in range(11, 11 + self.rng.randint(3, 7))}
        self.places = [f"{p}{n:02d}" for p in self.islands for n in range(1, self.rng.randint(2, 5))]
        self.needs = [self._need() for _ in range(self.rng.randint(10, 40))]

    def _need(self) -> dict:
        rng = self.rng
        people = rng.randint(1, rng.choice([2, 4, 12, 25]))
        need = {"place": rng.choice(self.places), "post": rng.choice(POSTS), "theme": rng.choice(THEMES),
                "people": people, "approved": rng.random() < 0.5, "seats": 0}  # fmt: skip
        if need["approved"]:
            need["seats"] = rng.choice([0, 0, people, rng.randint(0, people)])
        return need

    def a_quarter_passes(self) -> None:
        for need in self.needs:
            if not need["approved"] and self.rng.random() < 0.3:
                need["approved"] = True
            if need["approved"] and not need["seats"] and self.rng.random() < 0.3:
                need["seats"] = self.rng.randint(1, need["people"])
        self.needs += [self._need() for _ in range(self.rng.choice([1, 3, 25, 60]))]

    def counted(self) -> Cycle:
        sums = {island: [0, 0, 0] for island in sorted(set(self.islands.values()))}
        for code, row in by_province(self._table("place", self.places)).items():
            for n, value in enumerate((row[APPROVED], row[SEATS], row[SEATS] // 2)):
                sums[self.islands[code]][n] += value
        return Cycle(
            places=self._table("place", self.places),
            islands=self.islands,
            posts=self._table("post", sorted({n["post"] for n in self.needs}), seats=False),
            themes=self._table("theme", sorted({n["theme"] for n in self.needs}), seats=False),
            sums=sums,
            trained={"all": {"women": 7, "men": 9}},
            allocated={},
        )

    def _table(self, key: str, cells, *, seats: bool = True) -> dict[str, dict[str, int]]:
        found = {}
        for cell in cells:
            mine = [n for n in self.needs if n[key] == cell]
            yes = [n for n in mine if n["approved"]]
            found[cell] = {
                "offices": 3, "filed": min(3, len(mine)), "needs": len(mine), "approved": len(yes),
                "people": sum(n["people"] for n in mine), "people_approved": sum(n["people"] for n in yes),
                "seats": sum(n["seats"] for n in mine) if seats else 0,
            }  # fmt: skip
        return found


class Attack:
    """What was published, as equations and limits over whole numbers."""

    def __init__(self):
        self.solver, self.known = highspy.Highs(), {}
        self.solver.silent()

    def edition(self, day: int, cycle: Cycle, told, before=None) -> None:
        """All tables of one edition; what did not change since `before` = (cycle, told) is the same number."""
        self.tables = {"provinces": by_province(cycle.places), "posts": cycle.posts, "themes": cycle.themes}
        former = {}
        if before:
            former = {"provinces": by_province(before.places), "posts": before.posts, "themes": before.themes}
        for table, rows in self.tables.items():
            for cell, row in rows.items():
                same = former.get(table, {}).get(cell)
                self._row(day, table, cell, row, told[table].hidden, same)
        for name in (PEOPLE, APPROVED):
            whole = self._sum(day, "provinces", name)
            for table in ("posts", "themes"):
                self._equal(whole, self._sum(day, table, name))
        for island in cycle.sums:
            for n, name in ((0, APPROVED), (1, SEATS)):
                if island not in told["islands"].hidden[name]:
                    codes = [c for c in self.tables["provinces"] if cycle.islands[c] == island]
                    if codes:
                        self._equal(sum(self.known[day, "provinces", c, name] for c in codes), cycle.sums[island][n])

    def map_of_the_day(self, day: int, cycle: Cycle, told) -> None:
        """The regencies and cities, and the labels of provinces."""
        above, below = kept_back(cycle.places, cycle.islands, told["provinces"].hidden)
        for table, rows, hidden in (
            ("places", cycle.places, below),
            ("provinces", self.tables["provinces"], above.hidden),
        ):
            for code, row in rows.items():
                if table == "places":
                    self._row(day, table, code, row, hidden, None)
                shown = _blanked(PlaceFigures(code, "", "", **row), hidden)
                cell = self.known[day, table, code, PEOPLE]
                if PEOPLE in shown.few:
                    self.solver.addConstr(cell <= SMALLEST - 1)
                elif shown.people is not None:
                    self._equal(cell, shown.people)
                elif row["needs"] and row["needs"] < SMALLEST - 1:
                    self.solver.addConstr(cell >= SMALLEST)
        for code in self.tables["provinces"]:
            for name in PERSONS:
                parts = sum(self.known[day, "places", c, name] for c in cycle.places if c[:2] == code)
                self._equal(parts, self.known[day, "provinces", code, name])

    def _row(self, day, table, cell, row, hidden, former) -> None:
        for name in PERSONS:
            if former == row and (1, table, cell, name) in self.known:
                variable = self.known[1, table, cell, name]
                if cell not in hidden[name]:
                    self._equal(variable, row[name])
            else:
                least = {PEOPLE: row["needs"], APPROVED: row["approved"]}.get(name, 0)
                limits = (least, MOST) if cell in hidden[name] else (row[name], row[name])
                variable = self.solver.addIntegral(*limits)
            self.known[day, table, cell, name] = variable
        people, approved, seats = (self.known[day, table, cell, name] for name in PERSONS)
        self.solver.addConstr(people - approved >= row["needs"] - row["approved"])
        self.solver.addConstr(seats - approved <= 0)
        if not row["approved"]:
            self.solver.addConstr(approved <= 0)
        if row["approved"] == row["needs"]:
            self.solver.addConstr(people - approved <= 0)

    def _sum(self, day, table, name):
        return sum(self.known[day, table, cell, name] for cell in self.tables[table])

    def _equal(self, one, other) -> None:
        self.solver.addConstr(one - other == 0)

    def between(self, expression) -> tuple[int, int]:
        found = []
        for turn in (self.solver.minimize, self.solver.maximize):
            turn(expression)
            found.append(round(self.solver.getInfo().objective_function_value))
        return found[0], found[1]

    def quantity(self, day, table, cell, whole, part):
        return self.known[day, table, cell, whole] - (self.known[day, table, cell, part] if part else 0)

    def given_away(self, day: int, tables: dict) -> list:
        """Small groups of one day that can be nothing but what they are."""
        found = []
        for table, rows in tables.items():
            for cell, row in rows.items():
                for whole, part in PAIRS:
                    true = row[whole] - (row[part] if part else 0)
                    if 0 < true < SMALLEST:
                        least, most = self.between(self.quantity(day, table, cell, whole, part))
                        assert least <= true <= most
                        found += [(day, table, cell, whole, part)] if least == most else []
        return found


def _tables(cycle: Cycle) -> dict:
    return {"provinces": by_province(cycle.places), "posts": cycle.posts, "themes": cycle.themes}


@pytest.mark.parametrize("seed", range(8))
def test_no_small_group_comes_out_of_one_edition_and_the_map_of_its_day(seed):
    cycle = Country(seed).counted()
    told = settle_cycle(cycle, [])
    attack = Attack()
    attack.edition(1, cycle, told)
    attack.map_of_the_day(1, cycle, told)
    assert attack.given_away(1, _tables(cycle)) == []


@cache
def two_quarters(seed: int):
    country = Country(seed)
    first = country.counted()
    country.a_quarter_passes()
    second = country.counted()
    before = settle_cycle(first, [])
    return first, before, second, settle_cycle(second, [before])


@pytest.mark.parametrize("seed", range(100, 112))
def test_no_small_group_and_no_small_change_comes_out_of_two_editions(seed):
    first, before, second, after = two_quarters(seed)
    attack = Attack()
    attack.edition(1, first, before)
    if after:
        attack.edition(2, second, after, first)
    given_away = attack.given_away(1, _tables(first)) + (attack.given_away(2, _tables(second)) if after else [])
    for table, rows in _tables(second).items() if after else ():
        for cell, row in rows.items():
            former = _tables(first)[table].get(cell)
            for whole, part in PAIRS if former else ():
                true = sum(sign * (r[whole] - (r[part] if part else 0)) for sign, r in ((1, row), (-1, former)))
                if 0 < abs(true) < SMALLEST:
                    change = attack.quantity(2, table, cell, whole, part) - attack.quantity(1, table, cell, whole, part)
                    least, most = attack.between(change)
                    given_away += [("change", table, cell, whole, part)] if least == most else []
    assert given_away == []


def test_most_quarters_with_many_changes_are_published():
    """The rules must not be kept by publishing nothing."""
    settled = [two_quarters(seed)[3] for seed in range(100, 140)]
    told = [t for t in settled if t]
    cells = [(cell, t) for t in told for cell in t["provinces"].rows]
    shown = [cell for cell, t in cells if cell not in t["provinces"].hidden[PEOPLE]]
    assert (len(told) >= 12, len(shown) / len(cells) >= 0.3) == (True, True)
