"""How fast all pairs of need lines and intakes are scored, beside the plain loop over `matching.judge`.

    python bench/scoring.py S M L [--xl] [--seed 1] [--whole] [--database]

The same seed makes the same facts everywhere. The loop judges every pair at S and M and a sample of the lines at the
larger sizes (said in the output; `--whole` judges every pair at L too, which takes minutes). `--database` adds the
re-match after one approved need in a database of its own, made and dropped on the server of DATABASE_URL.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from partnerships.matching import Gap, IntakeFacts, LineFacts, Taught, judge
from partnerships.scoring_table import ScoringTable

SIZES = {"S": (50, 30), "M": (1_000, 200), "L": (5_000, 800), "XL": (50_000, 5_000)}
"""Lines and intakes."""
SAMPLED = {"L": 250, "XL": 25}
"""Lines that the plain loop judges at sizes where all of them take too long."""
TODAY = dt.date(2026, 7, 6)

THEMES = [f"T{n:02}" for n in range(1, 25)]
POSTS = ("WASNAK", "PK3", "MEDHI", "PKERJA", "PTGANTAR", "INSTR", "ANAKER", "STRUKT")
PROVINCES = (
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96"
).split()
OFFICE_TYPES = ("DISNAKER_PROV", "DISNAKER_KAB", "UPTP", "UPTD_BLK")
RANKS = ("AHLI_PERTAMA", "AHLI_MUDA", "AHLI_MADYA", "TERAMPIL", "MAHIR", "NONE", "")
HOME_POST = {theme: POSTS[n % len(POSTS)] for n, theme in enumerate(THEMES)}
"""A theme is mostly wanted by, and taught to, one post."""


def _post(dice: random.Random, theme: str) -> str:
    return HOME_POST[theme] if dice.random() < 0.6 else dice.choice(POSTS)


def _themes(dice: random.Random, most: int) -> list[str]:
    weights = [1 / (n + 3) for n in range(len(THEMES))]
    return list(dict.fromkeys(dice.choices(THEMES, weights, k=dice.randint(1, most))))


def line_facts(count: int, dice: random.Random) -> list[LineFacts]:
    """Needs of three lines; an office has several needs; what offices leave blank is blank here too."""
    lines = []
    for number in range(count):
        if number % 3 == 0:
            office = dice.randrange(550)
            of_office = random.Random(office)
            region = of_office.choice(PROVINCES) + (f"{of_office.randrange(1, 30):02}" if office > 38 else "")
            mode = dice.choices(("", "IN_COUNTRY", "OVERSEAS", "BLENDED", "ONLINE"), (15, 40, 25, 15, 5))[0]
            of_need: dict[str, Any] = {
                "mode": mode,
                "priority": Decimal(dice.randint(200, 950)) / 10,
                "urgency": dice.choices(("U1", "U2", "U3", "U4"), (25, 45, 20, 10))[0],
                "office_id": office,
                "office_type": OFFICE_TYPES[0] if office < 38 else dice.choice(OFFICE_TYPES[1:]),
                "office_suspended": office % 97 == 0,
                "region_code": region,
                "is_remote": of_office.random() < 0.2,
                "seats_won": max(0, of_office.randrange(-6, 6)),
                "finished": (finished := max(0, of_office.randrange(-20, 60))),
                "completed": of_office.randint(finished // 2, finished),
            }
        gaps = []
        for theme in _themes(dice, 2):
            current = dice.randint(0, 3)
            gaps.append(Gap(theme, current, dice.randint(current + 1, min(current + 2, 5))))
        lines.append(
            LineFacts(
                line_id=number + 1,
                post=_post(dice, gaps[0].theme),
                gaps=tuple(gaps),
                people=dice.choice((1, 2, 2, 3, 4, 5, 6, 8, 12, 20)),
                rank=dice.choice(RANKS),
                employment_status=dice.choice(("PNS", "PNS", "PPPK", "CPNS")),
                age_band=dice.choice(("", "LT30", "A30_39", "A40_49", "GE50")),
                education=dice.choice(("", "D3", "S1_D4", "S1_D4", "S2")),
                years_band=dice.choice(("", "LT2", "Y2_5", "Y5_10", "GT10")),
                english=dice.choice(("", "", "NONE", "A2", "B1", "B2")),
                earliest_start=TODAY + dt.timedelta(dice.randrange(0, 300)) if dice.random() < 0.4 else None,
                **of_need,
            )
        )
    return lines


def intake_facts(count: int, dice: random.Random) -> list[IntakeFacts]:
    """Programmes of about three intakes, at home, abroad and online."""
    intakes: list[IntakeFacts] = []
    while len(intakes) < count:
        taught = []
        for theme in _themes(dice, 3):
            entry = dice.randint(0, 2)
            taught.append(Taught(theme, entry, dice.randint(entry + 1, min(entry + 3, 5))))
        mode = dice.choices(("IN_COUNTRY", "OVERSEAS", "BLENDED", "ONLINE", "EXPERT_IN"), (35, 30, 15, 10, 10))[0]
        away = mode in ("OVERSEAS", "BLENDED") and dice.random() < 0.8
        language = "EN" if away or dice.random() < 0.1 else "ID"
        posts = {_post(dice, taught[0].theme) for _ in range(dice.randint(1, 3))}
        invited = frozenset(dice.sample(range(550), 30)) if dice.random() < 0.06 else None
        program = f"PR-{len(intakes):05}"
        days = sorted(dice.randrange(20, 400) for _ in range(min(dice.randint(1, 5), count - len(intakes))))
        closes = TODAY + dt.timedelta(max(days[0] - 45, days[-1] - 150)) if dice.random() < 0.7 else None
        of_program: dict[str, Any] = {
            "min_rank": dice.choice(("", "", "AHLI_PERTAMA", "AHLI_MUDA")),
            "min_years": dice.choice((None, None, 2, 3, 5)),
            "max_age": dice.choice((None, None, 45, 50)),
            "min_education": dice.choice(("", "", "D3", "S1_D4")),
            "employment_statuses": frozenset({"PNS", "CPNS"}) if dice.random() < 0.15 else frozenset(),
            "office_types": frozenset(OFFICE_TYPES[2:]) if dice.random() < 0.08 else frozenset(),
            "needs_agreement": (needs := dice.random() < 0.2),
            "agreement_active": needs and dice.random() < 0.7,
            "host_province": dice.choice(PROVINCES) if mode == "EXPERT_IN" else "",
            "interpretation": "CONSECUTIVE" if language == "EN" and dice.random() < 0.5 else "NONE",
        }
        for day in days:
            starts = TODAY + dt.timedelta(day)
            intakes.append(
                IntakeFacts(
                    intake_id=len(intakes) + 1,
                    program=program,
                    taught=tuple(taught),
                    starts=starts,
                    online_starts=starts - dt.timedelta(14) if mode == "BLENDED" else None,
                    seats_free=dice.choice((0, 5, 10, 15, 20, 20, 25, 30)),
                    posts=frozenset() if len(posts) == 3 else frozenset(posts),
                    all_posts=len(posts) == 3,
                    mode=mode,
                    country="JP" if away else "ID",
                    language=language,
                    min_language="B1" if language == "EN" else "",
                    invited=invited,
                    closes=closes,
                    **of_program,
                )
            )
    return intakes


def facts(size: str, seed: int = 1) -> tuple[list[LineFacts], list[IntakeFacts]]:
    """The lines and intakes of a size."""
    dice = random.Random(f"scoring {size} {seed}")
    lines, intakes = SIZES[size]
    return line_facts(lines, dice), intake_facts(intakes, dice)


def timed(work: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """Seconds of the quickest of some runs, and what the last one returned."""
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - began)
    return best, found


def megabytes(work: Callable[[], Any]) -> float:
    """The most memory the work holds at once, what it returns included."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def loop(lines: list[LineFacts], intakes: list[IntakeFacts]) -> dict[tuple[int, int], int]:
    """The plain way: every pair is judged; (line, intake) -> score in tenths of those that fit."""
    fitting = {}
    for line in lines:
        for intake in intakes:
            verdict = judge(line, intake, TODAY)
            if verdict.eligible:
                fitting[line.line_id, intake.intake_id] = int(verdict.score * 10)
    return fitting


def pure(size: str, seed: int, whole: bool) -> None:
    """One size: the table, then the loop, then whether both say the same."""
    lines, intakes = facts(size, seed)
    pairs = len(lines) * len(intakes)

    def table() -> ScoringTable:
        return ScoringTable(lines, intakes, TODAY)

    seconds, found = timed(lambda: table().eligible(), 1 if size == "XL" else 3)
    count = len(lines) if whole and size != "XL" else min(SAMPLED.get(size, len(lines)), len(lines))
    some = lines[:: len(lines) // count][:count]
    sampled, expected = timed(lambda: loop(some, intakes))
    plain, judged = sampled * len(lines) / count, {line.line_id for line in some}
    scores = zip(found.line.tolist(), found.intake.tolist(), found.score.tolist(), strict=True)
    of_table = {(lines[line].line_id, intakes[intake].intake_id): score for line, intake, score in scores}
    agree = expected == {pair: score for pair, score in of_table.items() if pair[0] in judged}

    how = "every pair" if count == len(lines) else f"{count} of the lines took {sampled:.2f} s, extrapolated"
    print(f"\n{size}: {len(lines)} lines x {len(intakes)} intakes = {pairs:,} pairs, {len(found):,} eligible")
    print(f"  loop over judge    {plain:10.2f} s {pairs / plain:14,.0f} pairs/s   {how}")
    memory = megabytes(lambda: table().eligible())
    print(f"  table, eligible    {seconds:10.3f} s {pairs / seconds:14,.0f} pairs/s   {memory:.0f} MB")
    if size != "XL":
        seconds_near, near = timed(lambda: table().worth_showing())
        memory = megabytes(lambda: table().worth_showing())
        print(
            f"  with near misses   {seconds_near:10.3f} s {pairs / seconds_near:14,.0f} pairs/s   {memory:.0f} MB, ",
            end="",
        )
        print(f"{len(near):,} pairs")
    said = "agree" if agree else "DISAGREE"
    print(f"  the table is {plain / seconds:,.0f} times as fast; on the judged pairs both {said}")
    if not agree:
        raise SystemExit(1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("sizes", nargs="*", default=["S", "M", "L"], help="S, M, L (default: all three)")
    options.add_argument("--xl", action="store_true", help="the largest one too")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--whole", action="store_true", help="the plain loop over every pair at L, not a sample")
    options.add_argument("--database", action="store_true", help="the re-match in the database as well")
    given = options.parse_args()
    for size in given.sizes + (["XL"] if given.xl else []):
        pure(size, given.seed, given.whole)
    if given.database:
        from bench import scoring_database

        for size in given.sizes:
            scoring_database.rematch(*facts(size, given.seed), TODAY)


if __name__ == "__main__":
    main()
