"""Makes a backup: the database at one moment, then the files, which never change, so that none it names is missing."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from django.core.files.storage import default_storage

from portal.backups import Trouble, postgres
from portal.backups.sealed import Sealer, object_name
from portal.backups.shelf import DATABASE, MANIFEST, NAMED, SUMS, Shelf, settle, sha256_of
from workflow.storage import names_below


@dataclass
class Made:
    """What a backup holds."""

    name: str
    rows: int = 0
    database_bytes: int = 0
    files: int = 0
    file_bytes: int = 0
    new_files: int = 0
    gone_files: int = 0
    """Deleted by their owners' time limits while the backup was made."""
    dropped: int = 0
    """Older backups that were taken away."""


def make(shelf: Shelf, line: postgres.Line, key: bytes, *, now: dt.datetime, reread: bool = False) -> Made:
    """One backup, complete or not there at all. Named by its second, or by the next one that has none yet."""
    named = now.astimezone(dt.UTC)
    while (shelf.folder / f"{named:{NAMED}}").exists():
        named += dt.timedelta(seconds=1)
    made = Made(f"{named:{NAMED}}")
    half = shelf.folder / f".making-{made.name}"
    half.mkdir(mode=0o700)
    with open(half / SUMS, "w", encoding="ascii") as sums, contextlib.ExitStack() as files:
        head = _database(half, line, key, made, sums)
        manifest = Sealer(files.enter_context(open(half / MANIFEST, "wb")), key)
        _write(manifest, {"format": 1, "name": made.name, "made_at": now.isoformat(), **head})
        with _known_files(shelf, key, reread) as known:
            for entry in _files(shelf, key, known, made, sums):
                _write(manifest, entry)
        _write(manifest, {"end": {"files": made.files, "bytes": made.file_bytes}})
        manifest.end()
        sums.write(f"{manifest.sealed_sha256}  {made.name}/{MANIFEST}\n")
    settle(half)
    half.rename(shelf.folder / made.name)
    settle(shelf.folder)
    return made


def _write(manifest: Sealer, entry: dict[str, Any]) -> None:
    manifest.write(json.dumps(entry, ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n")


def _database(half: Path, line: postgres.Line, key: bytes, made: Made, sums) -> dict[str, Any]:
    """The dump, and what is true at its very moment: both see the same snapshot, whatever is written meanwhile."""
    with line.connection() as connection, connection.cursor() as cursor:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot, server = cursor.fetchone()[0], postgres.major(cursor)
        with open(half / DATABASE, "wb") as file:
            sealer = Sealer(file, key)
            for piece in postgres.dumped(line, snapshot, server):
                sealer.write(piece)
            sealer.end()
        counts, log = postgres.counts(cursor), postgres.head_of_log(cursor)
    sums.write(f"{sealer.sealed_sha256}  {made.name}/{DATABASE}\n")
    made.rows, made.database_bytes = sum(counts.values()), sealer.size
    return {
        "versions": {"postgresql": server, "django": django.get_version(), "python": platform.python_version()},
        "database": {"sha256": sealer.sha256, "size": sealer.size},
        "left_empty": list(postgres.LEFT_EMPTY),
        "counts": counts,
        "log": {"seq": log.seq, "hash": log.hash, "count": log.count},
    }


@contextlib.contextmanager
def _known_files(shelf: Shelf, key: bytes, reread: bool) -> Iterator[sqlite3.Connection]:
    """What the newest backup says of each file: it need not be read again. On the disk: there may be millions."""
    with contextlib.closing(sqlite3.connect("")) as known:
        known.execute("CREATE TABLE file (name TEXT PRIMARY KEY, written TEXT, sha256 TEXT, size INTEGER)")
        known.execute("CREATE TABLE sealed (path TEXT PRIMARY KEY, sha256 TEXT)")
        known.execute("CREATE TABLE listed (path TEXT PRIMARY KEY)")
        for name in shelf.names()[-1:]:
            known.executemany("INSERT OR IGNORE INTO sealed VALUES (?, ?)", shelf.sums(name))
            with contextlib.suppress(Trouble):  # another key: everything is stored anew under its own names
                rows = (
                    (entry["file"], entry["written"], entry["sha256"], entry["size"])
                    for entry in shelf.manifest(name, key)
                    if "file" in entry and not reread
                )
                known.executemany("INSERT INTO file VALUES (?, ?, ?, ?)", rows)
        yield known


def _files(shelf: Shelf, key: bytes, known: sqlite3.Connection, made: Made, sums) -> Iterator[dict[str, Any]]:
    for name, moment in names_below(""):
        written = moment.isoformat()
        found = known.execute(
            "SELECT sha256, size FROM file WHERE name = ? AND written = ?", (name, written)
        ).fetchone()
        if found is None or not (shelf.folder / object_name(key, found[0])).exists():
            try:
                found = _store(shelf, key, known, name, made)
            except FileNotFoundError:
                made.gone_files += 1
                continue
        sha256, size = found
        path = object_name(key, sha256)
        if known.execute("INSERT OR IGNORE INTO listed VALUES (?)", (path,)).rowcount:
            row = known.execute("SELECT sha256 FROM sealed WHERE path = ?", (path,)).fetchone()
            sums.write(f"{row[0] if row else sha256_of(shelf.folder / path)}  {path}\n")
        made.files, made.file_bytes = made.files + 1, made.file_bytes + size
        yield {"file": name, "written": written, "sha256": sha256, "size": size}


def _store(shelf: Shelf, key: bytes, known: sqlite3.Connection, name: str, made: Made) -> tuple[str, int]:
    """Seal a file's content into its place, unless the same content lies there already."""
    half = shelf.folder / "files" / ".half"
    half.parent.mkdir(exist_ok=True, mode=0o700)
    with default_storage.open(name) as content:
        digest, size = hashlib.sha256(), 0
        while piece := content.read(1 << 20):
            digest.update(piece)
            size += len(piece)
        place = shelf.folder / object_name(key, digest.hexdigest())
        if place.exists():
            return digest.hexdigest(), size
        content.seek(0)
        half.unlink(missing_ok=True)
        with open(half, "xb") as out:
            sealer = Sealer(out, key)
            while piece := content.read(1 << 20):
                sealer.write(piece)
            sealer.end()
    if sealer.sha256 != digest.hexdigest():
        raise Trouble(f"{name} changed while it was read, which no stored file may. Look at the storage.")
    place.parent.mkdir(exist_ok=True, mode=0o700)
    half.rename(place)
    settle(place.parent)
    path = place.relative_to(shelf.folder).as_posix()
    known.execute("INSERT OR REPLACE INTO sealed VALUES (?, ?)", (path, sealer.sealed_sha256))
    made.new_files += 1
    return sealer.sha256, sealer.size
