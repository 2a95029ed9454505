"""How fast and how good the allocation is on made-up instances of realistic size.

    python bench/allocation.py S M L [--xl] [--drawn] [--budgets] [--seed 1] [--limit 300]

The pairs and the values of seats are what the portal's own scoring says of the needs and intakes of bench/scoring.py;
around them stand limits, minimums, guaranteed seats and equity steps. `--drawn` draws values and pairs by dice instead,
with programmes of any two themes: no year looks like that, and it is much harder. Each way of planning runs in a
process of its own, one thread, so that its memory can be read. The same seed makes the same instance everywhere.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

import scoring

from partnerships import allocation
from partnerships.scoring_table import ScoringTable

SIZES = {"S": (50, 30), "M": (1_000, 200), "L": (5_000, 800), "XL": (50_000, 5_000)}
"""Lines and intakes."""
METHODS = ("first_come", "greedy", "solve", "plain")
PROVINCES = 38


def limits_of(intakes: list[dict], programmes: list[dict], partners: list[dict], dice: random.Random) -> None:
    """Minimums of 40 to 70 % for most intakes, limits per office, and for some per province, programme and partner."""
    partner_of = {}
    for programme in programmes:
        partner_of[programme["id"]] = programme["partner"] = dice.choice(partners)["id"]
        if dice.random() < 0.3:
            programme["province_max"] = dice.randint(6, 20)
    seats_of = {partner["id"]: 0 for partner in partners}
    for intake in intakes:
        intake["region_max"] = dice.randint(2, 5)
        if dice.random() < 0.7:
            intake["min"] = intake["max"] * dice.choice((40, 50, 60, 70)) // 100
        if dice.random() < 0.5:
            intake["province_max"] = dice.randint(5, 10)
        seats_of[partner_of[intake["programme"]]] += intake["max"]
    for partner in partners:
        if dice.random() < 0.4:
            partner["max"] = max(10, seats_of[partner["id"]] * dice.randint(60, 90) // 100)


EQUITY = [{"upto_pct": 15, "bonus": 400}, {"upto_pct": 30, "bonus": 200}, {"upto_pct": 50, "bonus": 80}]


def scored(size: str, seed: int = 1, with_budgets: bool = False) -> tuple[dict, float]:
    """An instance from the portal's scoring, and the seconds that took."""
    facts, intake_facts = scoring.facts(size, seed)
    began = time.perf_counter()
    found = ScoringTable(facts, intake_facts, scoring.TODAY).eligible()
    seconds = time.perf_counter() - began
    dice = random.Random(f"limits {size} {seed}")
    offices: dict[int, dict] = {}
    for line in facts:
        if line.office_id not in offices:
            offices[line.office_id] = {"id": f"{line.office_id:04}", "province": line.region_code[:2]}
            if dice.random() < 0.12:
                offices[line.office_id]["floor"] = dice.randint(2, 5)
    partners = [{"id": f"MT-{n:03}"} for n in range(max(4, len(intake_facts) // 20))]
    programmes = [{"id": name} for name in sorted({intake.program for intake in intake_facts})]
    intakes = [
        {"id": f"AK-{intake.intake_id:05}", "programme": intake.program, "max": intake.seats_free}
        for intake in intake_facts
    ]
    limits_of(intakes, programmes, partners, dice)
    lines = [
        {
            "id": f"KB-{line.line_id:06}",
            "region": f"{line.office_id:04}",
            "seats": line.people,
            "need": f"N-{(line.line_id - 1) // 3:05}",
        }
        for line in facts
    ]
    pairs = [
        {"line": lines[line]["id"], "intake": intakes[intake]["id"], "value": value, "cost": dice.choice((0, 2, 5, 9))}
        for line, intake, value in zip(found.line.tolist(), found.intake.tolist(), found.score.tolist(), strict=True)
    ]
    needs = sorted({line["need"] for line in lines})
    budgets = [need for need in needs if with_budgets and dice.random() < 0.3]
    return {
        "format": "alloc-1",
        "name": f"{size}-{seed}",
        "title": f"Made up and scored: {len(lines)} lines, {len(intakes)} intakes",
        "regions": list(offices.values()),
        "lines": lines,
        "partners": partners,
        "programmes": programmes,
        "intakes": intakes,
        "pairs": pairs,
        "budgets": [{"need": need, "max": dice.randint(10, 60)} for need in budgets],
        "rules": {"equity": EQUITY},
    }, seconds


def drawn(size: str, seed: int = 1, with_budgets: bool = False) -> dict:
    """Themes of unequal weight, regions of unequal size, fewer seats than people, minimums, floors, equity steps."""
    lines_wanted, intakes_wanted = SIZES[size]
    dice = random.Random(f"{size} {seed}")
    themes_here, posts_here = (5, 3) if size == "S" else (24, 8)
    weights = [1 / (n + 3) for n in range(themes_here)]

    regions = []
    for n in range(min(514, max(PROVINCES, lines_wanted // 3))):
        province = n % PROVINCES if n < PROVINCES else min(dice.randrange(PROVINCES), dice.randrange(PROVINCES))
        region = {"id": f"{province + 11}.{n:03}", "province": f"{province + 11}"}
        if dice.random() < 0.12:
            region["floor"] = dice.randint(2, 5)
        regions.append(region)

    partners = [{"id": f"MT-{n:03}"} for n in range(max(4, intakes_wanted // 20))]
    programmes, taught = [], {}
    for n in range(max(5, intakes_wanted // 3)):
        programme = {"id": f"PR-{n:04}", "partner": dice.choice(partners)["id"]}
        if dice.random() < 0.3:
            programme["province_max"] = dice.randint(6, 20)
        themes = {dice.choices(range(themes_here), weights)[0]}
        if dice.random() < 0.25:
            themes.add(dice.choices(range(themes_here), weights)[0])
        taught[programme["id"]] = (
            themes,
            {post for post in range(posts_here) if dice.random() < 0.5},
            dice.randint(0, 2),
        )
        programmes.append(programme)
    intakes, seats_of = [], {partner["id"]: 0 for partner in partners}
    for n in range(intakes_wanted):
        programme = dice.choice(programmes)
        most = dice.choice((15, 20, 20, 25, 30, 40))
        intake = {"id": f"AK-{n:05}", "programme": programme["id"], "max": most, "region_max": dice.randint(2, 5)}
        if dice.random() < 0.7:
            intake["min"] = most * dice.choice((40, 50, 60, 70)) // 100
        if dice.random() < 0.5:
            intake["province_max"] = dice.randint(5, 10)
        intakes.append(intake)
        seats_of[programme["partner"]] += most
    for partner in partners:
        if dice.random() < 0.4:
            partner["max"] = max(10, seats_of[partner["id"]] * dice.randint(60, 90) // 100)

    by_theme: dict[int, list[dict]] = {theme: [] for theme in range(themes_here)}
    for intake in intakes:
        for theme in taught[intake["programme"]][0]:
            by_theme[theme].append(intake)
    lines, pairs, budgets, needs = [], [], {}, max(1, lines_wanted // 3)
    for n in range(lines_wanted):
        need = n % needs
        region = regions[(need * 7919) % len(regions)]
        theme, post, level = (
            dice.choices(range(themes_here), weights)[0],
            dice.randrange(posts_here),
            dice.randint(0, 3),
        )
        line = {"id": f"KB-{n:06}", "region": region["id"], "seats": dice.choice((1, 2, 2, 3, 4, 5, 6, 8, 12))}
        line["need"] = f"N-{need:05}"
        lines.append(line)
        base = dice.randint(250, 700)
        for intake in by_theme[theme]:
            _themes, posts, entry = taught[intake["programme"]]
            if post in posts and entry <= level and dice.random() < 0.85:
                pair = {"line": line["id"], "intake": intake["id"], "value": base + dice.randint(0, 300)}
                pair["cost"] = dice.choice((0, 2, 5, 9))
                pairs.append(pair)
        if with_budgets and dice.random() < 0.1:
            budgets[line["need"]] = dice.randint(10, 60)
    return {
        "format": "alloc-1",
        "name": f"{size}-{seed}",
        "title": f"Made up: {lines_wanted} lines, {intakes_wanted} intakes",
        "regions": regions,
        "lines": lines,
        "partners": partners,
        "programmes": programmes,
        "intakes": intakes,
        "pairs": pairs,
        "budgets": [{"need": need, "max": most} for need, most in sorted(budgets.items())],
        "rules": {"equity": EQUITY},
    }


def one(size: str, seed: int, method: str, limit: float, with_budgets: bool, by_dice: bool) -> None:
    """One way of planning, here and now; prints a row as JSON."""
    made, scoring_seconds = (drawn(size, seed, with_budgets), 0.0) if by_dice else scored(size, seed, with_budgets)
    given = allocation.read(made)
    del made
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, cpu_began = time.perf_counter(), time.process_time()
    if method in ("first_come", "greedy"):
        result = getattr(allocation, method)(given)
    else:
        result = allocation.solve(given, time_limit=limit, plain=method == "plain")
    seconds = time.perf_counter() - began
    cpu = time.process_time() - cpu_began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    row = {
        "pairs": len(given.pairs),
        "people": sum(line.seats for line in given.lines),
        "seats": sum(row.seats for row in result.seats),
        "objective": result.objective,
        "shortage": result.shortage,
        "bound": result.bound,
        "gap": result.gap,
        "status": result.status,
        "closed": len(result.closed_intakes),
        "gini": gini([row["ratio"] for row in result.coverage_by_province.values() if row["ratio"] is not None]),
        "scoring": scoring_seconds,
        "prepare": result.seconds["prepare"],
        "seconds": seconds,
        "cpu": cpu,
        "megabytes": peak / 1024,
        "more_megabytes": (peak - before) / 1024,
    }
    print(json.dumps(row))


def gini(values: list[float]) -> float:
    values, n = sorted(values), len(values)
    total = sum(values)
    return 0.0 if not total else sum((2 * k - n - 1) * v for k, v in enumerate(values, 1)) / (n * total)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("sizes", nargs="*", default=["S", "M", "L"], help="S, M, L (default: all three)")
    options.add_argument("--xl", action="store_true", help="the largest one too, without the plain program")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--limit", type=float, default=300, help="seconds for each way of planning (default 300)")
    options.add_argument("--drawn", action="store_true", help="values and pairs by dice: much harder than any year")
    options.add_argument("--budgets", action="store_true", help="budgets for some needs: much harder")
    options.add_argument("--one", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        one(given.sizes[0], given.seed, given.one, given.limit, given.budgets, given.drawn)
        return
    head = f"{'':<12}{'prepare':>9}{'seconds':>9}{'cpu':>8}{'MB':>7}"
    head += f"{'floors missed':>15}{'value':>12}{'of best':>9}{'gap':>9}{'seats':>8}"
    for size in given.sizes + (["XL"] if given.xl else []):
        rows = {}
        for method in METHODS:
            if size == "XL" and method == "plain":
                continue
            command = [sys.executable, __file__, size, "--one", method, "--seed", str(given.seed)]
            done = subprocess.run(
                [
                    *command,
                    *("--limit", str(given.limit)),
                    *(["--budgets"] if given.budgets else []),
                    *(["--drawn"] if given.drawn else []),
                ],
                check=True,
                capture_output=True,
                text=True,
            )
            rows[method] = json.loads(done.stdout)
        best = rows["solve"]
        lines, intakes = SIZES[size]
        print(f"\n{size}: {lines} lines, {intakes} intakes, {best['pairs']} pairs, {best['people']} people", end="")
        print("" if given.drawn else f"; all pairs scored in {best['scoring']:.3f} s")
        print(f"{head}{'Gini':>7}  status")
        for method, row in rows.items():
            share = row["objective"] / max(1, best["objective"])
            gap = f"{row['gap']:.4%}" if method in ("solve", "plain") else ""
            print(
                f"{method:<12}{row['prepare']:>9.2f}{row['seconds']:>9.2f}{row['cpu']:>8.2f}"
                f"{row['megabytes']:>7.0f}{row['shortage']:>15}"
                f"{row['objective']:>12}{share:>9.1%}{gap:>9}{row['seats']:>8}{row['gini']:>7.3f}  {row['status']}"
            )
        if "plain" in rows:
            faster = rows["plain"]["cpu"] / best["cpu"]
            print(f"solve takes 1/{faster:.1f} of the processor time of the plain program, within the limit of each")


if __name__ == "__main__":
    main()
