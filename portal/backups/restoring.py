"""The way back: everything is checked before anything is touched, and compared with the manifest afterwards."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from django.apps import apps
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.db.models import FileField
from psycopg2 import sql

from portal.backups import Trouble, postgres
from portal.backups.sealed import object_name
from portal.backups.shelf import DATABASE, Shelf
from workflow.storage import names_below


class Say(Protocol):
    """Where a sentence on the progress goes."""

    def __call__(self, text: str, /) -> Any: ...


@dataclass
class Report:
    """What the comparison found."""

    rows: int = 0
    tables: int = 0
    files: int = 0
    file_bytes: int = 0
    log: str = ""
    wrong: list[str] = field(default_factory=list)
    absent: int = 0
    """Files that a row names and the backup does not hold: deleted while the backup was made."""


def storage_for(where: str) -> Storage:
    """`storage` is the one this portal is configured for, anything else a folder."""
    if where == "storage":
        return default_storage
    return FileSystemStorage(location=where, file_permissions_mode=0o600, directory_permissions_mode=0o700)


def check(shelf: Shelf, name: str, key: bytes) -> tuple[dict[str, Any], int]:
    """Whether a backup can be restored: every checksum, the key, the manifest's end. Returns its head and its size."""
    count = shelf.check(name)
    entries = shelf.manifest(name, key)
    head, last, files = next(entries), {}, 0
    for last in entries:
        files += "file" in last
    if head.get("format") != 1:
        raise Trouble(f"{name} was made by a newer Sinergi: its format is {head.get('format')}.")
    if last.get("end", {}).get("files") != files:
        raise Trouble(f"{name}/manifest is not whole.")
    return head, count


def refuse_unless_empty(line: postgres.Line, storage: Storage) -> int:
    """Nothing is ever overwritten: database and place for files must be empty. Returns the server's version."""
    with line.connection() as connection, connection.cursor() as cursor:
        server, found = postgres.major(cursor), postgres.tables(cursor)
    if found:
        raise Trouble(
            f"The database is not empty ({len(found)} tables, the first is {found[0]}). Restore into a new one: "
            "createdb NAME, then --into postgres://…/NAME."
        )
    if first := next(iter(names_below("", storage)), None):
        raise Trouble(f"The place for files is not empty ({first[0]} lies there). Name an empty or new folder.")
    return server


def restore(shelf: Shelf, name: str, key: bytes, line: postgres.Line, storage: Storage, say: Say) -> Report:
    """Check, refuse or put back, compare."""
    say(f"Checking {name} …")
    head, count = check(shelf, name, key)
    server = refuse_unless_empty(line, storage)
    say(f"  {count} parts, all as they were written")
    say("Database …")
    postgres.put_back(line, _genuine(shelf.pieces(f"{name}/{DATABASE}", key), head["database"]["sha256"]), server)
    say("Files …")
    for entry in _files_of(shelf, name, key):
        _put_back(shelf, key, entry, storage)
    say("Comparing …")
    return compare(shelf, name, key, head, line, storage)


def _files_of(shelf: Shelf, name: str, key: bytes) -> Iterator[dict[str, Any]]:
    return (entry for entry in shelf.manifest(name, key) if "file" in entry)


def _genuine(pieces: Iterator[bytes], sha256: str) -> Iterator[bytes]:
    """The pieces; in the end they must have been the content the manifest speaks of."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise Trouble("The database of this backup belongs to another one. Take it from another copy.")


def _put_back(shelf: Shelf, key: bytes, entry: dict[str, Any], storage: Storage) -> None:
    name, path = entry["file"], object_name(key, entry["sha256"])
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise Trouble(f"The manifest names a file outside of the folder: {name}.")
    pieces = _genuine(shelf.pieces(path, key), entry["sha256"])
    if isinstance(storage, FileSystemStorage):
        target = Path(storage.path(name))
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.writelines(pieces)
        return
    if (stored := storage.save(name, _Pieces(pieces, entry["size"]))) != name:
        raise Trouble(f"{name} lies there already; it was stored as {stored}.")


class _Pieces(File):
    """A file for a storage that takes whole files: on the disk, never in the memory."""

    def __init__(self, pieces: Iterator[bytes], size: int):
        import tempfile

        held = tempfile.TemporaryFile()
        held.writelines(pieces)
        held.seek(0)
        super().__init__(held)
        self.size = size


def compare(shelf: Shelf, name: str, key: bytes, head: dict, line: postgres.Line, storage: Storage) -> Report:
    """Rows of every table, the log's chain, the content of every file."""
    report = Report()
    with line.connection() as connection, connection.cursor() as cursor:
        found = postgres.counts(cursor)
        for table in sorted({*found, *head["counts"]}):
            if found.get(table) != head["counts"].get(table):
                report.wrong.append(f"{table}: {found.get(table)} rows instead of {head['counts'].get(table)}")
        report.rows, report.tables = sum(found.values()), len(found)
        if trouble := postgres.trouble_in_log(cursor, head["log"]):
            report.wrong.append(f"log: {trouble}")
        report.log = f"{head['log']['count']} entries, head {head['log']['hash'] or '-'}"
        for entry in _files_of(shelf, name, key):
            report.files, report.file_bytes = report.files + 1, report.file_bytes + entry["size"]
            if _sha256(storage, entry["file"]) != entry["sha256"]:
                report.wrong.append(f"file {entry['file']}: another content")
        report.absent = sum(not storage.exists(each) for each in _named(cursor, {*found}))
    return report


def _sha256(storage: Storage, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with storage.open(name) as file:
            for chunk in iter(lambda: file.read(1 << 20), b""):
                digest.update(chunk)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()


def _named(cursor, known: set[str]) -> Iterator[str]:
    """Every file that a row of the restored database names."""
    for model in apps.get_models():
        for column in model._meta.local_concrete_fields:
            if isinstance(column, FileField) and model._meta.db_table in known:
                place = sql.Identifier(model._meta.db_table), sql.Identifier(column.column)
                cursor.execute(sql.SQL("SELECT {1} FROM {0} WHERE {1} <> ''").format(*place))
                yield from (row[0] for row in cursor.fetchall())
