"""Everything, from nothing: `python -m bench.load [--sizes 1000,10000,100000] [--rounds 5] [--users 15,30,60,120]`.

Makes a database of each size on a PostgreSQL of its own, measures pages, statements and the week, prints the
tables and draws. Half an hour to an hour; takes what the computer has, so nothing else should run.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.load.servers import ROOT, collect_static, environment

SERVER = {"shared_buffers": "1GB", "work_mem": "16MB", "effective_cache_size": "4GB", "random_page_cost": "1.1"}


def manage(url: str, *words: str) -> None:
    """One command on one database."""
    env = environment(url, "", "portal.settings")
    subprocess.run([sys.executable, "-W", "ignore", "manage.py", *words], cwd=ROOT, env=env, check=True)


def module(name: str, *words: str) -> None:
    """One part of the measurement, in a process of its own."""
    subprocess.run([sys.executable, "-W", "ignore", "-m", f"bench.load.{name}", *words], cwd=ROOT, check=True)


def main(sizes: list[int], rounds: int, users: str, seconds: int) -> None:
    """The run."""
    from portal.stack.places import server_account
    from portal.stack.postgres import prepare

    folder = Path(tempfile.mkdtemp(prefix="sinergi-load-"))
    server_account().own(folder)
    server = prepare(folder, server_account(), SERVER)
    server.start()
    try:
        urls = {size: server.url(f"size_{size}") for size in sizes}
        collect_static(urls[sizes[0]], "")  # papers of the scenario are made with them
        for size, url in urls.items():
            server.ensure_database(f"size_{size}")
            for words in (
                ("migrate", "-v0"),
                ("createcachetable",),
                ("loadreference", "-v0"),
                ("seed", "--needs", str(size)),
            ):
                manage(url, *words)
        server.ensure_database("bare")
        given = [word for size, url in urls.items() for word in ("--size", f"{size}={url}")]
        module("pages", "--bare", server.url("bare"), *given, "--rounds", str(rounds))
        module("inside", *(f"{size}={url}" for size, url in urls.items()))
        module("statements", urls[max(sizes)])
        module("week", urls[max(size for size in sizes if size <= 10_000)], "--users", users, "--seconds", str(seconds))
        module("tables")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--sizes", default="1000,10000,100000")
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--users", default="15,30,60,120")
    reader.add_argument("--seconds", type=int, default=60)
    asked = reader.parse_args()
    main([int(size) for size in asked.sizes.split(",")], asked.rounds, asked.users, asked.seconds)
