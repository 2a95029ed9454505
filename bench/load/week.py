"""The last week of July on real processes: `python -m bench.load.week URL [--users 30,60,120] [--seconds 60]`.

Starts Redis, gunicorn and a Celery worker on a seeded database, and locust in a process of its own; for each number of
users writes requests a second, percentiles, faults and memory into bench/results/week.json. Changes the database.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.load.pages import RESULTS, machine
from bench.load.servers import ROOT, collect_static, environment, gunicorn, redis

PEOPLE = 3000
AT_WORK = 0.4
"""Of them in the two busiest hours of the last filing days."""
REQUESTS_EACH = 90
"""60 pages and 30 autosaves in that time."""
BURST = 1.5
PEAK = PEOPLE * AT_WORK * REQUESTS_EACH * BURST / 7200
"""Requests a second: 3,000 x 0.4 x 90 x 1.5 / 7,200 s = 22.5."""


def accounts(database: str, redis_url: str, into: Path, each: int) -> None:
    """Signed-in sessions for some accounts of each role."""
    env = environment(database, redis_url, "bench.load.settings")
    command = [sys.executable, "-W", "ignore", "-m", "bench.load.cast", str(into), str(each)]
    subprocess.run(command, cwd=ROOT, env=env, check=True)


def hurried(address: str, users: int, seconds: int, folder: Path, haste: float) -> dict:
    """One step of the run; the figures of all requests and of the slowest names."""
    env = environment("", "", "") | {"LOAD_ACCOUNTS": str(folder / "accounts.json"), "LOAD_HASTE": str(haste)}
    name = folder / f"step-{users}"
    command = [
        sys.executable, "-m", "locust", "-f", "bench/load/locustfile.py", "--headless", "--host", address,
        "-u", str(users), "-r", str(max(1, users // 5)), "-t", f"{seconds}s", "--csv", str(name),
        "--reset-stats", "--only-summary", "--loglevel", "ERROR",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True)
    rows = list(csv.DictReader((name.parent / f"{name.name}_stats.csv").open()))
    figures = {row["Name"]: _figures(row) for row in rows}
    whole = figures.pop("Aggregated")
    slowest = sorted(figures.items(), key=lambda row: -row[1]["p95"])[:12]
    faults = list(csv.DictReader((name.parent / f"{name.name}_failures.csv").open()))
    return {
        "users": users, **whole, "slowest": dict(slowest),
        "writes": {what: row["requests"] for what, row in figures.items() if what.startswith("POST")},
        "faults_seen": [f"{row['Name']}: {row['Error'][:120]} ({row['Occurrences']})" for row in faults[:10]],
    }  # fmt: skip


def _figures(row: dict) -> dict:
    return {
        "requests": int(row["Request Count"]),
        "faults": int(row["Failure Count"]),
        "per_second": round(float(row["Requests/s"]), 1),
        **{f"p{share}": int(row[f"{share}%"]) if row[f"{share}%"].isdigit() else 0 for share in (50, 95, 99)},
    }


def memory_of(word: str) -> list[int]:
    """Proportional memory in MB of every process of ours with this word in its command."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if word in (folder / "cmdline").read_text().replace("\0", " "):
                lines = (folder / "smaps_rollup").read_text().splitlines()
                found.append(int(next(line.split()[1] for line in lines if line.startswith("Pss:"))) // 1024)
    return sorted(found)


def main(database: str, steps: list[int], seconds: int, haste: float, workers: int) -> None:
    """The run."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cache = stack.enter_context(redis())
        collect_static(database, cache)
        accounts(database, cache, folder / "accounts.json", 40)
        env = environment(database, cache, "portal.settings")
        worker = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--concurrency", "1", "-l", "ERROR"]
        celery = subprocess.Popen(worker, cwd=ROOT, env=env)
        stack.callback(celery.wait)
        stack.callback(celery.terminate)
        address = stack.enter_context(gunicorn(database, cache, workers=workers))
        found = []
        for users in steps:
            found.append(hurried(address, users, seconds, folder, haste))
            print({key: value for key, value in found[-1].items() if key != "slowest"}, flush=True)
        memory = {"web": memory_of("gunicorn"), "worker": memory_of("celery")}
    about = {
        "machine": machine(), "web_workers": workers, "seconds": seconds, "haste": haste, "peak": PEAK,
        "at": time.strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "week.json").write_text(json.dumps({"about": about, "steps": found, "memory": memory}, indent=1) + "\n")


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("database")
    reader.add_argument("--users", default="15,30,60,120")
    reader.add_argument("--seconds", type=int, default=60)
    reader.add_argument("--haste", type=float, default=10)
    reader.add_argument("--workers", type=int, default=2)
    given = reader.parse_args()
    main(given.database, [int(n) for n in given.users.split(",")], given.seconds, given.haste, given.workers)
