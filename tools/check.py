"""`make check`: everything that can be judged quickly. All steps run; the last line says which failed.

`--static` leaves the tests out, for whoever has run them already.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT))
ROOMS = [
    "accounts",
    "api",
    "exchange",
    "forum",
    "notices",
    "participants",
    "partnerships",
    "portal",
    "programs",
    "regions",
    "workflow",
]
TEMPLATES = ["templates", *ROOMS]
PRODUCTION = {
    "SINERGI_DEMO": "0",
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "PERSONAL_DATA_KEYS": secrets.token_urlsafe(48),
    "ALLOWED_HOSTS": "portal.example.test",
    "SITE_URL": "https://portal.example.test",
    "EMAIL_HOST": "mail.example.test",
    "REDIS_URL": "redis://localhost:6379/0",
    "CLAMD": "unix:///run/clamav/clamd.ctl",
    "LOG_ANCHOR_DIR": "/srv/anchors",
}
LOCAL = {"SINERGI_DEMO": "1", "REDIS_URL": ""}


def templates() -> list[str]:
    """Every template of the tree."""
    return sorted(str(path.relative_to(ROOT)) for top in TEMPLATES for path in (ROOT / top).rglob("*.html"))


def steps() -> list[tuple[str, list[str], dict[str, str]]]:
    """(what, command, additional environment)."""
    python, manage = sys.executable, [sys.executable, "manage.py"]
    fast = [python, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-m", "not browser and not slow"]
    pages = [python, "-m", "pytest", "-q", "tests/browser/test_every_page.py"]
    return [
        ("format", [str(BIN / "ruff"), "format", "--check", "."], {}),
        ("lint", [str(BIN / "ruff"), "check", "."], {}),
        ("import contracts", [str(BIN / "lint-imports")], {}),
        ("security", [python, "tools/security.py"], {}),
        ("licences", [python, "tools/supply.py", "--check"], {}),
        ("template format", [str(BIN / "djade"), "--check", "--target-version", "5.2", *templates()], {}),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], LOCAL),
        ("migrations that give way", [python, "tools/lint_migrations.py"], LOCAL),
        ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
        ("translations", [python, "tools/messages.py", "check"], LOCAL),
        ("diagrams", [*manage, "drawworkflows", "--check"], LOCAL),
        *([] if "--static" in sys.argv[1:] else [("every page", pages, {}), ("fast tests", fast, {})]),
    ]


def run(name: str, command: list[str], extra: dict[str, str]) -> bool:
    """One step; its output is shown only when it fails."""
    began = time.monotonic()
    env = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"} | extra
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    passed = done.returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'} {time.monotonic() - began:5.1f} s  {name}", flush=True)
    if not passed:
        print(done.stdout.rstrip(), flush=True)
    return passed


def main() -> int:
    """0 when every step passes. One PostgreSQL serves all steps that want one."""
    from portal.stack import StackError
    from portal.stack.places import server_account
    from portal.stack.postgres import FAST_AND_CARELESS, prepare
    from portal.stack.processes import Crew, Stopped, until_stopped

    folder = Path(tempfile.mkdtemp(prefix="sinergi-check-"))
    try:
        with until_stopped(), Crew() as crew:
            if not os.environ.get("DATABASE_URL"):
                account = server_account()
                account.own(folder)
                server = crew.add(prepare(folder, account, FAST_AND_CARELESS))
                server.start()
                server.ensure_database("sinergi")
                os.environ["DATABASE_URL"] = server.url("sinergi")
            failed = [name for name, command, extra in steps() if not run(name, command, extra)]
    except StackError as error:
        print(error)
        return 1
    except Stopped:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
