"""The way through the relaxation on instances where cohorts compete: the same proof as the plain program's."""

from __future__ import annotations

import random

import pytest

from partnerships.allocation import read, solver
from partnerships.allocation.branching import Branching
from partnerships.allocation.closing import Closing
from partnerships.allocation.cuts import Surroundings
from partnerships.allocation.problem import Problem


def competing(seed):
    """Cohorts with high minimums over few lines, so that the relaxation runs many of them by half."""
    dice = random.Random(seed)
    provinces = dice.randint(1, 3)
    regions = [{"id": n, "province": str(n % provinces)} for n in range(dice.randint(2, 5))]
    for region in regions:
        if dice.random() < 0.3:
            region["floor"] = dice.randint(1, 3)
    partners = [{"id": "K", "max": dice.randint(8, 30)}]
    programmes = [{"id": n, "partner": "K"} if dice.random() < 0.5 else {"id": n} for n in range(3)]
    for programme in programmes:
        if dice.random() < 0.4:
            programme["province_max"] = dice.randint(2, 8)
    intakes = []
    for n in range(dice.randint(4, 9)):
        most = dice.randint(5, 12)
        intake = {"id": n, "programme": dice.randrange(3), "max": most, "min": dice.randint(2, most)}
        if dice.random() < 0.6:
            intake["region_max"] = dice.randint(2, 4)
        if dice.random() < 0.3:
            intake["province_max"] = dice.randint(3, 6)
        intakes.append(intake)
    lines = [
        {
            "id": n,
            "region": dice.randrange(len(regions)),
            "seats": dice.choice((1, 2, 2, 3, 4, 5)),
            "need": f"N{n % 6}",
        }
        for n in range(dice.randint(6, 16))
    ]
    pairs = [
        {"line": line["id"], "intake": intake["id"], "value": dice.randint(10, 90), "cost": dice.choice((0, 1, 3))}
        for line in lines
        for intake in intakes
        if dice.random() < 0.5
    ]
    some = [(pair["line"], pair["intake"]) for pair in pairs]
    rules = {"keep_bonus": dice.choice((0, 0, 5)), "mode": "leximin" if dice.random() < 0.15 else "value"}
    if dice.random() < 0.7:
        rules["equity"] = [{"upto_pct": 20, "bonus": 40}, {"upto_pct": 50, "bonus": 15}]
    return {
        "format": "alloc-1",
        "regions": regions,
        "lines": lines,
        "partners": partners,
        "programmes": programmes,
        "intakes": intakes,
        "pairs": pairs,
        "budgets": [{"need": "N0", "max": dice.randint(3, 12)}] if dice.random() < 0.3 else [],
        "locked": [
            {"line": line, "intake": intake, "seats": 1}
            for line, intake in dice.sample(some, min(len(some), dice.choice((0, 0, 1, 2))))
        ],
        "previous": [
            {"line": line, "intake": intake, "seats": dice.randint(1, 3)}
            for line, intake in dice.sample(some, min(len(some), dice.choice((0, 0, 4))))
        ],
        "rules": rules,
    }


@pytest.mark.parametrize("block", range(6))
def test_the_proof_by_the_relaxation_is_the_plain_programs(block):
    """240 instances in blocks of 40; with those of test_allocation.py 1,500 random cases."""
    for seed in range(block * 40, block * 40 + 40):
        problem = Problem(read(competing(seed)))
        plain, near = (solver.solve(problem, plain_up_to=most) for most in (10**9, -1))
        assert problem.keeps_rules(near.plan)
        assert (near.proven, near.bound, problem.worth(near.plan)) == (True, plain.bound, problem.worth(plain.plan)), (
            seed
        )


def test_rows_from_trees_are_what_closes_the_gap(monkeypatch):
    """Of the instances above, many need them; so the comparison above is a test of them."""
    found = []
    own = Surroundings.cuts

    def counted(self, leaves):
        rows = own(self, leaves)
        found.extend(rows)
        return rows

    monkeypatch.setattr(Surroundings, "cuts", counted)
    for seed in range(20):
        assert solver.solve(Problem(read(competing(seed))), plain_up_to=-1).proven
    assert len(found) > 10


def test_the_search_tree_decides_cohorts_and_proves_what_it_leaves_out(monkeypatch):
    """Without rows from trees the tree has to do all the work, and finds the plain program's answer all the same."""
    monkeypatch.setattr(Closing, "trees", lambda self: False)
    opened = []
    own = Branching.expand

    def counted(self, top, made, halves):
        opened.append(made)
        return own(self, top, made, halves)

    monkeypatch.setattr(Branching, "expand", counted)
    for seed in range(60):
        problem = Problem(read(competing(seed)))
        plain, near = (solver.solve(problem, plain_up_to=most) for most in (10**9, -1))
        assert (near.proven, near.bound, problem.worth(near.plan)) == (True, plain.bound, problem.worth(plain.plan)), (
            seed
        )
    assert len(opened) > 60


@pytest.mark.parametrize("gap", [0.01, 0.05])
def test_with_a_gap_allowed_the_bound_still_holds_for_the_best_plan(gap):
    for seed in range(40):
        problem = Problem(read(competing(seed)))
        best = solver.solve(problem, plain_up_to=10**9)
        rough = solver.solve(problem, gap=gap, plain_up_to=-1)
        value = problem.objective(rough.plan)
        assert problem.keeps_rules(rough.plan)
        assert rough.bound >= best.bound, seed
        assert rough.bound - value <= gap * max(1, abs(value)) + 1, seed
