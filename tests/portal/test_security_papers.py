"""The page on ASVS keeps what it says: counts that add up, places that exist, tests that are there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "security" / "asvs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)
COUNT = re.compile(
    r"^\| (?:V(\d+) [^|]+|\*\*all\*\*) \| \**(\d+)\** \| \**(\d+)\** \| \**(\d+)\** \| \**(\d+)\** \|$", re.M
)
PLACE = re.compile(r"`([\w.][\w./-]*\.(?:py|md|html|js|conf|ya?ml|txt|json|example|service|sh|sql))(?:::(\w+))?`")
HIDDEN = re.compile(r"`(\.dockerignore|Dockerfile)`")
VERDICTS = ("met", "gap", "n/a")
LEVELS_1_AND_2 = 253
CLOSES = re.compile(r"; (us|ministry|us and ministry)$")

ROWS = [tuple(part.strip() for part in found) for found in ROW.findall(PAGE)]


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_requirement_stands_once_in_its_chapter():
    ids = [name for name, *_rest in ROWS]
    assert len(ids) == len(re.findall(r"^\| V\d+\.", PAGE, re.M)), "a row that cannot be read"
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert len(ids) == LEVELS_1_AND_2
    assert ids == sorted(ids, key=lambda name: [int(part) for part in name[1:].split(".")])


def test_the_counts_of_the_head_are_those_of_the_rows():
    said = {chapter: tuple(map(int, numbers)) for chapter, *numbers in COUNT.findall(PAGE)}
    found: dict[str, Counter] = {}
    for name, _asks, verdict, _evidence in ROWS:
        found.setdefault(name[1:].split(".")[0], Counter())[verdict] += 1
    found[""] = sum(found.values(), Counter())
    counted = {chapter: (*(count[word] for word in VERDICTS), count.total()) for chapter, count in found.items()}
    assert said == counted


def test_each_verdict_has_what_it_needs():
    wrong = []
    for name, asks, verdict, evidence in ROWS:
        fits = {
            "met": PLACE.search(evidence) is not None,
            "gap": CLOSES.search(evidence) is not None,
            "n/a": bool(evidence),
        }
        if not fits.get(verdict) or len(asks.split()) > 10:
            wrong.append(name)
    assert wrong == []


def test_every_place_and_every_test_exists():
    missing = []
    for name, _asks, _verdict, evidence in ROWS:
        for path, function in PLACE.findall(evidence):
            if not (ROOT / path).is_file() or (function and function not in functions(path)):
                missing.append(f"{name}: {path} {function}")
        missing += [f"{name}: {path}" for path in HIDDEN.findall(evidence) if not (ROOT / path).is_file()]
    assert missing == []
