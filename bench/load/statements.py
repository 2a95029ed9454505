"""The slowest statements of all pages of `bench.load.pages`, with their plans: `python -m bench.load.statements URL`.

Asks every page inside this process and keeps each statement with its parameters; the ten that read most are explained.
What counts is the number of pages of 8 KB a statement reads: it is the same on a busy computer. Written to
bench/results/statements.json.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time

from bench.load.pages import PAGES, RESULTS
from bench.load.servers import collect_static, environment

TEN = 10
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "


def asked() -> dict[str, tuple[float, str, tuple, str]]:
    """{statement: (seconds, page, parameters, SQL)} of every page, the slowest time of each; asked warm."""
    from django.db import connection
    from django.test import Client

    from accounts.models import User
    from bench.load.visitors import of_the_portal

    addresses, found = of_the_portal()["addresses"], {}
    for name, reader, address, _beside in PAGES:
        browser = Client()
        if reader:
            browser.force_login(User.objects.get(email=f"{reader}@example.test"))

        def watch(execute, sql, params, many, context, page=name):
            began = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                took = time.perf_counter() - began
                key = re.sub(r"%s(, %s)+", "%s", sql)
                if sql.lstrip().startswith(("SELECT", "WITH", "(SELECT")) and took > found.get(key, (0,))[0]:
                    found[key] = (took, page, params, sql)

        browser.get(addresses.get(address, address))
        with connection.execute_wrapper(watch):
            browser.get(addresses.get(address, address))
    return found


def explained(sql: str, params) -> dict:
    """What a statement read and took, and the outline of its plan."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(EXPLAIN + sql, params)
        plan = cursor.fetchone()[0]
    plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]
    top = plan["Plan"]
    blocks = top.get("Shared Hit Blocks", 0) + top.get("Shared Read Blocks", 0)
    return {"ms": plan["Execution Time"], "blocks": blocks, "plan": list(_outline(top))}


def _outline(node: dict, depth: int = 0):
    what = " ".join(str(node[key]) for key in ("Node Type", "Index Name", "Relation Name") if key in node)
    if depth < 5:
        yield f"{'  ' * depth}{what}: {node['Actual Rows']:.0f} rows x {node['Actual Loops']:.0f}"
        for below in node.get("Plans", ()):
            yield from _outline(below, depth + 1)


def main(database: str) -> None:
    """The ten."""
    collect_static(database, "")
    os.environ.update(environment(database, "", "bench.load.settings"))
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    candidates = sorted(asked().values(), key=lambda row: -row[0])[: 3 * TEN]
    rows = [{"page": page, "sql": sql, **explained(sql, params)} for _took, page, params, sql in candidates]
    rows.sort(key=lambda row: -row["blocks"])
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "statements.json").write_text(json.dumps(rows[:TEN], indent=1) + "\n")
    for row in rows[:TEN]:
        print(f"{row['blocks']:8,} blocks {row['ms']:8.0f} ms  {row['page']}: {row['sql'][:110]}")


if __name__ == "__main__":
    main(sys.argv[1])
