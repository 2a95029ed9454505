"""Gunicorn on a seeded database, with the settings of production: no DEBUG, hashed static files, Redis as cache."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis of its own; its address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [
                shutil.which("redis-server") or "redis-server",
                "--port",
                str(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                folder,
            ],
            stdout=subprocess.DEVNULL,
        )
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait()


def environment(database: str, redis_url: str, settings: str) -> dict[str, str]:
    """A demo's rights with production's machinery: SINERGI_DEMO lets the made-up accounts sign in."""
    return {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": redis_url,
        "SINERGI_DEMO": "1",
        "DEBUG": "",
        "HTTPS": "0",
        "DJANGO_SETTINGS_MODULE": settings,
        "STATIC_ROOT": str(ROOT / "var" / "bench-static"),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "LOG_LEVEL": "ERROR",
        "COSTLY_FACTOR": "0",  # the budgets of costly pages are for one address, and here all come from one
    }


@contextlib.contextmanager
def gunicorn(database: str, redis_url: str, settings: str = "bench.load.settings", workers: int = 2) -> Iterator[str]:
    """Web processes; the address."""
    port = free_port()
    wsgi = "portal.wsgi" if settings.startswith("bench.load") else "bench.bare.wsgi"
    env = environment(database, redis_url, settings) | {
        "WEB_WORKERS": str(workers),
        "WEB_THREADS": "2",
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn", wsgi]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address + ("/healthz" if wsgi == "portal.wsgi" else "/empty/"))
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(address: str, seconds: int = 90) -> None:
    """Until it answers."""
    for _try in range(seconds * 5):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5)  # noqa: S310 - our own address
            return
        time.sleep(0.2)
    raise TimeoutError(address)


def collect_static(database: str, redis_url: str) -> None:
    """Hashed static files, as production serves them."""
    env = environment(database, redis_url, "bench.load.settings")
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=ROOT, env=env, check=True)
