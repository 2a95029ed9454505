"""Counters of several web processes: each writes into a file of its own, any of them adds up all files when asked.

The library names the files after process numbers. Those change with every recycled worker: the files would pile up for
years, and what a dead one had counted would have to be carried. Here a process takes the first free slot and goes on
counting where the former holder stopped; the kernel frees it when the process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library's name for it."""
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is private, see below
_held: dict[int, tuple[int, int]] = {}
"""Process -> its slot, and the file whose lock holds it."""


def prepare(name: str) -> None:
    """For the server's first process, before any worker: a folder that belongs to this account alone, in memory where
    there is such a place: a write into a mapped file on a full disk would kill the process."""
    if os.environ.get(FOLDER):
        return
    with contextlib.suppress(OSError):  # nothing can be written anywhere: each process counts for itself
        os.environ[FOLDER] = str(_private(folder_for(name)))


def folder_for(name: str) -> Path:
    """Where the processes of one server count."""
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    return place / f"sinergi-metrics-{os.geteuid()}-{name}"


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
        return folder
    return Path(tempfile.mkdtemp(prefix="sinergi-metrics-", dir=folder.parent))  # somebody else was there first


def slot() -> int:
    """The slot of this process, also after a fork."""
    pid = os.getpid()
    if pid not in _held:
        _held[pid] = _take(Path(os.environ[FOLDER]))
    return _held[pid][0]


def _take(folder: Path) -> tuple[int, int]:
    number = 0
    while True:
        file = os.open(folder / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return number, file
        except OSError:
            os.close(file)
            number += 1


def use() -> None:
    """Let the library count into slots; before the first figure is made."""
    if not os.environ.get(FOLDER):
        return
    try:
        slot()
    except OSError:  # figures never keep a portal from serving
        del os.environ[FOLDER]
        return
    from prometheus_client import values

    values.ValueClass = values.MultiProcessValue(slot)
