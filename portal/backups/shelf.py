"""The folder that holds backups: one folder for each of them, and the files' contents, stored once for all.

FOLDER/20261126T021000Z/database     the database, sealed
FOLDER/20261126T021000Z/manifest     what belongs to it, sealed
FOLDER/20261126T021000Z/SHA256SUMS   of all of it, to be checked without the key: sha256sum -c (in FOLDER)
FOLDER/files/ab/cdef…                contents of files, sealed; shared by all backups that need them
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal.backups import Trouble
from portal.backups.sealed import lines_of, opened

NAMED, NAME = "%Y%m%dT%H%M%SZ", re.compile(r"\d{8}T\d{6}Z")
SUMS, DATABASE, MANIFEST = "SHA256SUMS", "database", "manifest"
_SUM = re.compile(r"([0-9a-f]{64})  (\S+)")


class Shelf:
    """A folder of backups."""

    def __init__(self, folder: Path):
        self.folder = folder

    def names(self) -> list[str]:
        """Complete backups, the oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(
            each.name for each in self.folder.iterdir() if NAME.fullmatch(each.name) and (each / SUMS).exists()
        )

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One at a time: a second backup would count on contents that the first one is about to tidy away."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.folder / ".lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Trouble(f"Another backup is being written to {self.folder}.") from None
            for half in self.folder.glob(".making-*"):
                shutil.rmtree(half, ignore_errors=True)
            yield

    def sums(self, name: str) -> Iterator[tuple[str, str]]:
        """(path below the folder, checksum) of everything a backup needs."""
        with open(self.folder / name / SUMS, encoding="ascii", errors="replace") as file:
            for number, line in enumerate(file, 1):
                found = _SUM.fullmatch(line.rstrip("\n"))
                if not found or ".." in found.group(2) or found.group(2).startswith("/"):
                    raise Trouble(f"{name}/{SUMS} is damaged in line {number}.")
                yield found.group(2), found.group(1)

    def check(self, name: str) -> int:
        """Compare everything with its checksum; returns how many files were looked at."""
        count = 0
        for path, expected in self.sums(name):
            file = self.folder / path
            if not file.is_file():
                raise Trouble(
                    f"{path} is missing: this backup is not complete. Take it from another copy, or an older backup."
                )
            if sha256_of(file) != expected:
                raise Trouble(
                    f"{path} is damaged: its checksum is another one. Take it from another copy, or an older backup."
                )
            count += 1
        needed = {f"{name}/{DATABASE}", f"{name}/{MANIFEST}"}
        if needed - {path for path, _sum in self.sums(name)}:
            raise Trouble(f"{name}/{SUMS} is cut short. Take it from another copy, or an older backup.")
        return count

    def manifest(self, name: str, key: bytes) -> Iterator[dict[str, Any]]:
        """What belongs to a backup: the head, one line per file, and the end, without which it is not whole."""
        with open(self.folder / name / MANIFEST, "rb") as file:
            for line in lines_of(opened(file, key, f"{name}/{MANIFEST}")):
                yield json.loads(line)

    def pieces(self, path: str, key: bytes) -> Iterator[bytes]:
        """The content of a sealed file."""
        with open(self.folder / path, "rb") as file:
            yield from opened(file, key, path)

    def keep(self, most: int) -> list[str]:
        """Take away all but the newest backups, then the contents that none of them needs; returns what went."""
        gone = self.names()[:-most]
        for name in gone:
            (self.folder / name / SUMS).unlink()  # from here on it is no backup any more, whatever happens
            shutil.rmtree(self.folder / name)
        if gone:
            with contextlib.closing(sqlite3.connect("")) as needed:  # on the disk: there may be millions
                needed.execute("CREATE TABLE needed (path TEXT PRIMARY KEY)")
                for name in self.names():
                    rows = ((path,) for path, _sum in self.sums(name))
                    needed.executemany("INSERT OR IGNORE INTO needed VALUES (?)", rows)
                for file in (self.folder / "files").glob("*/*"):
                    path = file.relative_to(self.folder).as_posix()
                    if not needed.execute("SELECT 1 FROM needed WHERE path = ?", (path,)).fetchone():
                        file.unlink()
        return gone


def sha256_of(file: Path) -> str:
    """The checksum of a file."""
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def settle(folder: Path) -> None:
    """Names that were given in a folder are on the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
