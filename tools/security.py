"""Bandit over the rooms: every finding is explained, or `make check` fails.

An explanation is the `noqa: S…` that ruff asks for at the same place (bandit's B608 is ruff's S608), or a row below
where ruff has no such rule or does not look. A row that explains nothing any more fails too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ("manage.py", "tools", "bench")

EXPLAINED = {
    ("*", "B404"): "importing subprocess calls nothing; each call is judged by B602 to B607",
    ("tools/*", "B603"): "commands of developers: lists of words of ours, no shell",
    (
        "tools/bootstrap.py",
        "B607",
    ): "apt-get and java as the system's own PATH finds them, for root on a developer's machine",
    ("bench/*", "B603"): "runs itself and the portal with words of ours, no shell",
    ("bench/*", "B311"): "dice for made-up data",
    ("portal/stack/*", "B607"): "the launcher of the first look: a program as the system's own PATH finds it",
    ("portal/stack/*", "B603"): "the launcher of the first look: programs from the installed packages, no shell",
    ("bench/*", "B101"): "a measurement that went wrong ends with an error",
    ("*/migrations/*", "B608"): "names of tables and columns of this tree; history, never run with input",
    ("portal/search/*", "B608"): "names of tables and columns of this tree; what somebody asks for is a parameter",
    (
        "portal/selectors/search.py",
        "B608",
    ): "put together from the gates and filters of this tree; every value is a parameter",
    ("portal/seeding/*", "B608"): "names of tables and columns of this tree; made-up data, refused beside real records",
    ("portal/seeding/*", "B311"): "dice for made-up data",
    ("workflow/charts/svg.py", "B406"): "escapes text for SVG; parses nothing",
    ("workflow/templatetags/sinergi.py", "B308"): "a constant",
    ("exchange/exports/records_partnership.py", "B703"): "a message's HTML as forum/markdown.py made and cleaned it",
}
"""(path, bandit's rule): why it is no fault there."""


def findings() -> list[dict]:
    """What bandit says of everything that can run on a server."""
    rooms = [path.parent.name for path in sorted(ROOT.glob("*/apps.py"))]
    command = [sys.executable, "-m", "bandit", "-q", "-r", *rooms, *BESIDE, "-f", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout)
    if answer["errors"]:
        raise SystemExit(f"bandit could not read: {answer['errors']}")
    return answer["results"]


def said_at_the_place(finding: dict) -> bool:
    """Whether ruff's word for the same rule stands on one of the lines, as it must for ruff to be silent."""
    lines = (ROOT / finding["filename"]).read_text(encoding="utf-8").split("\n")
    first, last = finding["line_range"][0] - 1, finding["line_range"][-1]
    names = {f"S{finding['test_id'][1:]}"} | ({"S308"} if finding["test_id"] in {"B308", "B703"} else set())
    return any("noqa:" in line and any(name in line for name in names) for line in lines[first:last])


def main() -> int:
    """0 when each finding has its reason and each reason its finding."""
    used, left = set(), []
    for finding in findings():
        row = next(
            (row for row in EXPLAINED if row[1] == finding["test_id"] and fnmatch(finding["filename"], row[0])), None
        )
        if row:
            used.add(row)
        elif not said_at_the_place(finding):
            left.append(f"{finding['filename']}:{finding['line_number']} {finding['test_id']} {finding['issue_text']}")
    left += [f"{path} {rule}: explains nothing any more" for path, rule in EXPLAINED if (path, rule) not in used]
    print("\n".join(left) or "Every finding is explained.")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
