"""The Nu HTML checker over many pages in one process of Java."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.bootstrap import CHECKER

MISSING = (
    "The HTML checker is missing: it needs Java 17 or newer and, to be fetched, npm (Debian: apt-get install "
    "default-jre-headless npm); make test and make check fetch it."
)


def available() -> None:
    """Skips the test with the reason where the checker is missing, but on CI it fails."""
    if shutil.which("java") and Path(CHECKER).exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


def check(texts: list[str], folder: Path) -> dict[int, list[str]]:
    """Number of the text -> what is wrong with it, errors and warnings; texts without a fault are left out."""
    for number, text in enumerate(texts):
        (folder / f"{number:05d}.html").write_text(text, encoding="utf-8")
    command = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss2m", "-jar", CHECKER]
    command += ["--format", "json", "--exit-zero-always", "--no-langdetect", "--stdout", str(folder)]
    done = subprocess.run(command, capture_output=True, check=True)
    found: dict[int, list[str]] = {}
    for message in json.loads(done.stdout)["messages"]:
        if message.get("type") == "info" and message.get("subType") != "warning":
            continue
        number = int(Path(message["url"]).stem)
        extract = " ".join(message.get("extract", "").split())
        found.setdefault(number, []).append(f"{message['message']} | {extract}")
    return found
