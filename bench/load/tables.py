"""The results as tables for docs/benchmarks.md and as drawings: `python -m bench.load.tables`."""

from __future__ import annotations

import json
from math import log10

from bench.load.pages import RESULTS
from bench.load.servers import ROOT

PICTURES = ROOT / "docs" / "pictures"
DRAWN = ("needs, ministry", "need", "search, frequent", "home, office", "queue", "dashboard")
COLOURS = ("#1f4e8c", "#b3541e", "#2f7d4f", "#7a3b8f", "#8a6d00", "#3c3c3c")
WIDE, HIGH, LEFT, TOP = 640, 340, 60, 24


def pages() -> str:
    """One row a page: the largest size in full, growth beside the smallest."""
    found = json.loads((RESULTS / "pages.json").read_text())
    sizes = [size for size in next(iter(found["pages"].values())) if size != "0"]
    shown = ", ".join(f"{int(size):,}" for size in sizes)
    heads = ("page", f"x bare at {shown}", "SQL", "CPU ms", "SQL ms", "min ms", "KB (gzip)", "growth")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, by in found["pages"].items():
        cost = [by[size]["sql_ms"] + by[size]["cpu_ms"] for size in sizes]
        growth = ", ".join(f"{later / cost[0]:.1f}" for later in cost[1:])
        cells = {
            key: " / ".join(f"{by[size][key]:.0f}" for size in sizes) for key in ("sql", "cpu_ms", "sql_ms", "min")
        }
        bare = " / ".join(f"{by[size]['times_bare']:.1f}" for size in sizes)
        last = by[sizes[-1]]
        weight = f"{last['bytes'] / 1000:.0f} ({last['gzip'] / 1000:.1f})"
        lines.append("| " + " | ".join((name, bare, *cells.values(), weight, growth)) + " |")
    return "\n".join(lines)


def week() -> str:
    """One row a step."""
    found = json.loads((RESULTS / "week.json").read_text())
    lines = ["| users | requests/s | writes | faults | p50 ms | p95 | p99 |", "|---" * 7 + "|"]
    for step in found["steps"]:
        keys = ("users", "per_second", "writes", "faults", "p50", "p95", "p99")
        row = step | {"writes": sum(step["writes"].values())}
        lines.append("| " + " | ".join(str(row[key]) for key in keys) + " |")
    return "\n".join(lines)


def drawing() -> str:
    """Cost (database and CPU together) against the number of needs, both on logarithmic scales."""
    found = json.loads((RESULTS / "inside.json").read_text())["pages"]
    sizes = list(next(iter(found.values())))

    def x(size: str) -> float:
        first, last = log10(int(sizes[0])), log10(int(sizes[-1]))
        return LEFT + (log10(int(size)) - first) / max(last - first, 1) * (WIDE - LEFT - 180)

    def y(cost: float) -> float:
        return HIGH - 40 - log10(max(cost, 1)) / 4 * (HIGH - 40 - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" '
        'font-family="sans-serif" font-size="12">',
        "<title>Milliseconds of database and processor per page against the number of needs</title>",
        f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>',
    ]
    for cost in (1, 10, 100, 1000, 10_000):
        parts.append(f'<path d="M{LEFT} {y(cost):.0f}H{WIDE - 180}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(cost) + 4:.0f}" text-anchor="end">{cost:,}</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.0f}" y="{HIGH - 20}" text-anchor="middle">{int(size):,}</text>')
    names = []
    for name, colour in zip(DRAWN, COLOURS, strict=True):
        costs = [found[name][size]["sql_ms"] + found[name][size]["cpu_ms"] for size in sizes]
        line = " ".join(f"{x(size):.0f},{y(cost):.0f}" for size, cost in zip(sizes, costs, strict=True))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        names.append((y(costs[-1]), name, colour))
    free = 0.0
    for end, name, colour in sorted(names):  # from above, each below the one before
        free = max(end, free + 14)
        parts.append(f'<text x="{WIDE - 172}" y="{free + 4:.0f}" fill="{colour}">{name}</text>')
    parts.append(f'<text x="{LEFT}" y="14">ms of database and processor</text>')
    parts.append(f'<text x="{LEFT}" y="{HIGH - 4}">needs in the database</text></svg>')
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(pages())
    (PICTURES / "cost-by-size.svg").write_text(drawing())
    if (RESULTS / "week.json").exists():
        print(week())
