"""What pages cost without a server: `python -m bench.load.inside 1000=URL 10000=URL 100000=URL`.

Each page by the test client, one process per size, the least of three: statements, milliseconds in the database and of
this process. A quick look while working, which a busy computer disturbs less. Written to bench/results/inside.json.
"""

from __future__ import annotations

import json
import subprocess
import sys

from bench.load.pages import PAGES, RESULTS, machine
from bench.load.servers import ROOT, collect_static, environment, redis

TIMES = 3


def measured() -> dict[str, dict]:
    """Every page in the database of DATABASE_URL."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from accounts.models import User
    from bench.load.visitors import of_the_portal

    settings.ALLOWED_HOSTS = ["*"]
    addresses, found = of_the_portal()["addresses"], {}
    for name, reader, address, _beside in PAGES:
        browser = Client(raise_request_exception=False)
        if reader:
            browser.force_login(User.objects.get(email=f"{reader}@example.test"))
        samples = []
        for _time in range(TIMES + 1):
            answer = browser.get(addresses.get(address, address))
            samples.append([float(part) for part in answer["X-Bench"].split(";")])
        warm = samples[1:]
        found[name] = {
            "status": answer.status_code, "sql": int(warm[-1][0]), "first_sql_ms": samples[0][1],
            "sql_ms": min(s[1] for s in warm), "cpu_ms": min(s[2] for s in warm), "bytes": len(answer.content),
        }  # fmt: skip
    return found


def main(pairs: list[str]) -> None:
    """One process per size."""
    by_size = {}
    for pair in pairs:
        size, url = pair.split("=", 1)
        with redis() as cache:  # a new one for each: nothing is known from the size before
            collect_static(url, cache)
            env = environment(url, cache, "bench.load.settings")
            command = [sys.executable, "-W", "ignore", "-m", "bench.load.inside"]
            done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
        by_size[size] = json.loads(done.stdout.strip().splitlines()[-1])
        print(size, "measured", flush=True)
    pages = {name: {size: found[name] for size, found in by_size.items()} for name, *_rest in PAGES}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "inside.json").write_text(json.dumps({"about": machine(), "pages": pages}, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1:]:
        main(sys.argv[1:])
    else:
        print(json.dumps(measured()))
