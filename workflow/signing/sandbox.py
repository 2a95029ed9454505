"""Foreign PDFs are opened in a process of their own: little memory and time, no network, none of the portal's secrets.

Parent: `run(module, asked, files)`. Child: `serve(work)`. What goes in and out is one line of JSON and then the files.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

SECONDS = 20
"""Wall clock and processor time a file may take. An ordinary one takes one second."""
MEMORY = 700 * 1024 * 1024
"""Address space of the child; importing pyHanko takes a tenth of it."""
LONGEST = 64 * 1024 * 1024
"""Bytes the child may write to a file; a longer answer is not taken either."""
_HOME = Path(__file__).resolve().parents[2]


class Failed(Exception):
    """The child gave no answer: too slow, too large, or it fell over."""


def run(module: str, asked: dict, files: list[bytes], *, seconds: int = SECONDS) -> tuple[dict, list[bytes]]:
    """Let a module work on files; returns its answer and the files it made. By its last name: one of this package."""
    module = module if "." in module else f"workflow.signing.{module}"
    header = {"asked": asked, "sizes": [len(f) for f in files], "seconds": seconds}
    sent = json.dumps(header).encode() + b"\n" + b"".join(files)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, nothing typed by a person
            [sys.executable, "-E", "-s", "-W", "ignore", "-m", module],
            input=sent,
            capture_output=True,
            timeout=seconds + 5,
            cwd=_HOME,
            env={"LANG": "C.UTF-8", "PATH": os.defpath},
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Failed("time") from late
    if done.returncode:
        raise Failed(f"code {done.returncode}")
    if len(done.stdout) > LONGEST:
        raise Failed("length")
    try:
        return _unpacked(done.stdout, "answer")
    except (ValueError, KeyError, TypeError) as nonsense:
        raise Failed("answer") from nonsense


def serve(work) -> None:
    """In the child: bounds first, then the work on what came in."""
    raw = sys.stdin.buffer.read()
    header, files = _unpacked(raw, "asked", whole=True)
    _bounds(header["seconds"])
    _no_network()
    answer, made = work(header["asked"], files)
    out = json.dumps({"answer": answer, "sizes": [len(f) for f in made]}).encode() + b"\n" + b"".join(made)
    sys.stdout.buffer.write(out)


def _unpacked(raw: bytes, name: str, *, whole: bool = False):
    line, _newline, rest = raw.partition(b"\n")
    header = json.loads(line)
    files, place = [], 0
    for size in header["sizes"]:
        files.append(rest[place : place + size])
        place += size
    return (header if whole else header[name]), files


def _bounds(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST, LONGEST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _no_network() -> None:
    """Every way out raises. The event loop inside pyHanko only talks to itself, over a pair of its own."""

    def refuse(*args, **kwargs):
        raise OSError("no network here")

    for name in ("connect", "connect_ex", "sendto", "sendmsg", "bind", "listen"):
        setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, refuse)
