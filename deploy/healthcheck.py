"""Whether a container's process does its work: `healthcheck.py web`, `worker` or `beat`."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

BEAT_FILE = Path(os.environ.get("BEAT_SCHEDULE", "/tmp/beat"))  # noqa: S108 - a file system of the container's own
OLDEST = 600
"""Beat writes down when it last asked for what every three minutes."""


def web() -> bool:
    """It answers; asked by a name it knows."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().removeprefix(".")
    request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310
        return answer.status == 200


def worker() -> bool:
    """It answers a ping through the broker. A worker in the middle of a long task answers too: its parent does."""
    name = f"{os.environ.get('WORKER', 'celery')}@{socket.gethostname()}"
    command = ["celery", "-A", "portal", "inspect", "ping", "--timeout", "10", "-d", name]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - no shell


def beat() -> bool:
    """Its notes are young."""
    return any(time.time() - file.stat().st_mtime < OLDEST for file in BEAT_FILE.parent.glob(f"{BEAT_FILE.name}*"))


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]() else 1)
