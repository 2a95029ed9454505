"""Pins every package with its hashes: requirements.in -> requirements.txt, the same for requirements-dev.

`python tools/lock.py` keeps the versions it can, `--upgrade` takes the newest allowed ones. The files name no
address, so that each site installs from its own mirror.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = re.compile(r"^(psycopg|psycopg-binary|psycopg-c|psycopg-pool)==", re.M)
"""Django would take psycopg 3 instead of psycopg2 without a word."""


def uv() -> str:
    """uv from the PATH or the environment; installed there when missing."""
    beside = Path(sys.executable).with_name("uv")
    if found := shutil.which("uv"):
        return found
    if not beside.exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    return str(beside)


def compile_lock(stem: str, *extra: str) -> Path:
    """Write one lock file that holds for every platform and Python 3.11+."""
    target = ROOT / f"{stem}.txt"
    command = [uv(), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header"]
    command += ["--python-version", "3.11", f"{stem}.in", "-o", target.name, *extra]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return target


def faults(text: str) -> list[str]:
    """What a lock file must not contain."""
    found = [f"names an address: {line.strip()}" for line in text.splitlines() if "://" in line]
    found += [f"brings psycopg 3: {match.group()}" for match in FORBIDDEN.finditer(text)]
    found += [] if "--hash=sha256:" in text else ["has no hashes"]
    return found


def main() -> int:
    """0 when both files are written and clean."""
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    runtime = compile_lock("requirements", *upgrade)
    dev = compile_lock("requirements-dev", "-c", "requirements.txt", *upgrade)
    found = [f"{path.name} {fault}" for path in (runtime, dev) for fault in faults(path.read_text(encoding="utf-8"))]
    print("\n".join(found) or "requirements.txt and requirements-dev.txt are written.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
