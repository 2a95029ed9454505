"""How fast and how good the allocation is on made-up instances of realistic size.

    python bench/allocation.py S M L [--xl] [--budgets] [--seed 1] [--limit 300]

Each way of planning runs in a process of its own, one thread, so that its memory can be read. The same seed makes the
same instance everywhere.
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

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from partnerships import allocation

SIZES = {"S": (50, 30), "M": (1_000, 200), "L": (5_000, 800), "XL": (50_000, 5_000)}
"""Lines and intakes."""
METHODS = ("first_come", "greedy", "solve", "plain")
PROVINCES = 38


def instance(size: str, seed: int = 1, with_budgets: bool = False) -> dict:
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
        "rules": {
            "equity": [{"upto_pct": 15, "bonus": 400}, {"upto_pct": 30, "bonus": 200}, {"upto_pct": 50, "bonus": 80}]
        },
    }


def one(size: str, seed: int, method: str, limit: float, with_budgets: bool) -> None:
    """One way of planning, here and now; prints a row as JSON."""
    given = allocation.read(instance(size, seed, with_budgets))
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
    options.add_argument("--budgets", action="store_true", help="budgets for some needs: much harder")
    options.add_argument("--one", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        one(given.sizes[0], given.seed, given.one, given.limit, given.budgets)
        return
    head = f"{'':<12}{'seconds':>9}{'cpu':>8}{'MB':>7}"
    head += f"{'floors missed':>15}{'value':>12}{'of best':>9}{'gap':>9}{'seats':>8}"
    for size in given.sizes + (["XL"] if given.xl else []):
        rows = {}
        for method in METHODS:
            if size == "XL" and method == "plain":
                continue
            command = [sys.executable, __file__, size, "--one", method, "--seed", str(given.seed)]
            done = subprocess.run(
                [*command, "--limit", str(given.limit), *(["--budgets"] if given.budgets else [])],
                check=True,
                capture_output=True,
                text=True,
            )
            rows[method] = json.loads(done.stdout)
        best = rows["solve"]
        lines, intakes = SIZES[size]
        print(f"\n{size}: {lines} lines, {intakes} intakes, {best['pairs']} pairs, {best['people']} people")
        print(f"{head}{'Gini':>7}  status")
        for method, row in rows.items():
            share = row["objective"] / max(1, best["objective"])
            gap = f"{row['gap']:.4%}" if method in ("solve", "plain") else ""
            print(
                f"{method:<12}{row['seconds']:>9.2f}{row['cpu']:>8.2f}{row['megabytes']:>7.0f}{row['shortage']:>15}"
                f"{row['objective']:>12}{share:>9.1%}{gap:>9}{row['seats']:>8}{row['gini']:>7.3f}  {row['status']}"
            )
        if "plain" in rows:
            faster = rows["plain"]["cpu"] / best["cpu"]
            print(f"solve takes 1/{faster:.1f} of the processor time of the plain program, within the limit of each")


if __name__ == "__main__":
    main()
