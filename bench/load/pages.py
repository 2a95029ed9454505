"""What pages cost beside bare Django, at several sizes, in one interleaved run.

`python -m bench.load.pages --bare URL --size 1000=URL --size 10000=URL --size 100000=URL [--rounds 5]`: addresses of
seeded databases on one server (`manage.py seed --needs N`). Each round asks every page of every target in turn, so that
a busy moment of the computer meets all of them. Written to bench/results/pages.json; `bench.load.tables` prints it.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.load.servers import ROOT, collect_static, environment, gunicorn, redis

RESULTS = ROOT / "bench" / "results"
PAGES = (
    # (name, reader, address or key of one, the bare page beside it)
    ("front page", "", "/", "/list/"),
    ("sign-in", "", "/masuk/", "/empty/"),
    ("needs, ministry", "verifikator.ppsdm", "/kebutuhan/", "/list/"),
    ("needs, filtered", "verifikator.ppsdm", "/kebutuhan/?status=APPROVED&province=33&sort=-score", "/list/"),
    ("needs, office", "operator.ntb", "/kebutuhan/", "/list/"),
    ("search, rare", "verifikator.ppsdm", "/cari/?q=KB-2025-10500", "/list/"),
    ("search, frequent", "verifikator.ppsdm", "/cari/?q=mediator", "/list/"),
    ("need", "verifikator.ppsdm", "need", "/detail/"),
    ("queue", "verifikator.ppsdm", "/antrean/", "/list/"),
    ("queue, province", "verifikator.ntb", "/provinsi/antrean/", "/list/"),
    ("home, office", "operator.ntb", "/beranda/", "/list/"),
    ("home, ministry", "verifikator.ppsdm", "/beranda/", "/list/"),
    ("home, partner", "penghubung.jica", "/beranda/", "/list/"),
    ("dashboard", "verifikator.ppsdm", "/dasbor/", "/list/"),
    ("indicators", "verifikator.ppsdm", "/indikator/", "/list/"),
    ("programmes", "operator.ntb", "/program/", "/list/"),
    ("programme", "operator.ntb", "program", "/detail/"),
    ("demand, partner", "penghubung.jica", "/mitra/permintaan/", "/list/"),
    ("proposals", "verifikator.ppsdm", "/usulan/", "/list/"),
    ("forum", "operator.ntb", "/forum/", "/list/"),
    ("conversation", "operator.ntb", "thread", "/detail/"),
    ("inbox", "operator.ntb", "/pemberitahuan/", "/list/"),
    ("deadlines", "operator.ntb", "/tenggat/", "/list/"),
    ("audit", "auditor", "/audit/", "/list/"),
    ("API needs", "verifikator.ppsdm", "/api/v1/needs", "/list/"),
)


def visitors(database: str, redis_url: str, settings: str, what: str) -> dict:
    """Cookies and addresses for a database."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.load.visitors", what],
        cwd=ROOT, env=environment(database, redis_url, settings), check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def ask(server: str, address: str, cookies: dict[str, str]) -> dict:
    """One GET on a connection of its own: milliseconds, what the meter said, bytes."""
    line = http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)
    head = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Accept-Encoding": "gzip"}
    began = time.perf_counter()
    line.request("GET", address, headers=head)
    answer = line.getresponse()
    body = answer.read()
    took = (time.perf_counter() - began) * 1000
    line.close()
    count, database, cpu, _inside = (float(part) for part in (answer.headers["X-Bench"] or "0;0;0;0").split(";"))
    raw = gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body
    return {
        "status": answer.status, "ms": took, "sql": int(count), "sql_ms": database, "cpu_ms": cpu,
        "bytes": len(raw), "gzip": len(gzip.compress(raw)),
    }  # fmt: skip


def summed(samples: list[dict]) -> dict:
    """Least, median and p95 of a page; statements and bytes of the last answer, which nobody was new to."""
    times = sorted(sample["ms"] for sample in samples)
    return {
        "status": samples[-1]["status"],
        "min": times[0],
        "median": statistics.median(times),
        "p95": times[int(len(times) * 0.95) - 1] if len(times) > 1 else times[0],
        "sql": samples[-1]["sql"],
        "sql_ms": min(sample["sql_ms"] for sample in samples),
        "cpu_ms": min(sample["cpu_ms"] for sample in samples),
        "bytes": samples[-1]["bytes"],
        "gzip": samples[-1]["gzip"],
        "n": len(samples),
    }


def main(bare: str, sizes: dict[int, str], rounds: int, each: int) -> None:
    """The run."""
    with contextlib.ExitStack() as stack:
        cache = stack.enter_context(redis())
        collect_static(next(iter(sizes.values())), cache)
        known = {0: visitors(bare, cache, "bench.bare.settings", "bare")}
        servers = {0: stack.enter_context(gunicorn(bare, cache, "bench.bare.settings"))}
        for number, (size, url) in enumerate(sizes.items(), 1):
            own = cache.removesuffix("/0") + f"/{number}"  # each its own cache
            known[size] = visitors(url, own, "bench.load.settings", "portal")
            servers[size] = stack.enter_context(gunicorn(url, own))
        samples: dict[str, dict[int, list]] = {name: {size: [] for size in servers} for name, *_rest in PAGES}
        ratios: dict[str, dict[int, list]] = {name: {size: [] for size in servers} for name, *_rest in PAGES}
        for turn in range(rounds):
            for name, reader, address, beside in PAGES:
                medians = {}
                for size, server in servers.items():
                    if size:
                        path, who = (
                            known[size]["addresses"].get(address, address),
                            known[size]["cookies"].get(reader, {}),
                        )
                    else:
                        path, who = beside.replace("/detail/", known[0]["addresses"]["need"]), known[0]["cookies"][""]
                    got = [ask(server, path, who) for _time in range(each)]
                    if turn:  # the first round warms up
                        samples[name][size] += got
                        medians[size] = statistics.median(sample["ms"] for sample in got)
                for size, value in medians.items():
                    ratios[name][size].append(value / medians[0])
            print(f"round {turn} of {rounds - 1}", flush=True)
            if turn:  # so that a run that is cut short is not for nothing
                write(samples, ratios, turn, each)


def write(samples: dict, ratios: dict, rounds: int, each: int) -> None:
    """What is known after so many rounds."""
    found = {
        name: {
            str(size): summed(rows) | {"times_bare": statistics.median(ratios[name][size])} for size, rows in by.items()
        }
        for name, by in samples.items()
    }
    RESULTS.mkdir(exist_ok=True)
    about = {"machine": machine(), "rounds": rounds, "each": each, "at": time.strftime("%Y-%m-%d %H:%M")}
    (RESULTS / "pages.json").write_text(json.dumps({"about": about, "pages": found}, indent=1) + "\n")


def machine() -> dict:
    """What it was measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "?")
    return {
        "cpu": model, "cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0],
    }  # fmt: skip


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--bare", required=True)
    reader.add_argument("--size", action="append", required=True, metavar="NEEDS=URL")
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--each", type=int, default=3)
    given = reader.parse_args()
    pairs = dict(size.split("=", 1) for size in given.size)
    main(given.bare, {int(size): url for size, url in pairs.items()}, given.rounds + 1, given.each)
