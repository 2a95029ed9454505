"""The database's side: one moment of it, its own programs for writing it out and reading it in, and comparing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg2
from psycopg2 import sql

from portal.backups import Trouble
from portal.scrubbing import scrub
from portal.stack.postgres import package_folder
from workflow.audit import Head, read

LEFT_EMPTY = ("django_session", "portal_cache")
"""Tables whose rows are not taken along: who is signed in, and what can be computed again."""
_SYSTEM = Path("/usr/lib/postgresql")
_NOT_FOR_LIBPQ = {"isolation_level", "pool", "assume_role", "server_side_binding"}


class Line:
    """How to reach a database: Django's entry for it, as its programs and the driver want it."""

    def __init__(self, entry: dict[str, Any]):
        options = {key: value for key, value in entry.get("OPTIONS", {}).items() if key not in _NOT_FOR_LIBPQ}
        given = {"dbname": entry["NAME"], "user": entry["USER"], "host": entry["HOST"], "port": entry["PORT"]}
        self._arguments = {key: str(value) for key, value in {**given, **options}.items() if value}
        self._password = entry["PASSWORD"]

    @contextmanager
    def connection(self):
        """One connection, closed afterwards."""
        try:
            line = psycopg2.connect(**self._arguments | ({"password": self._password} if self._password else {}))
        except psycopg2.OperationalError as error:
            raise Trouble(f"The database does not let us in: {scrub(str(error)).strip()}") from None
        try:
            yield line
        finally:
            line.close()

    def run(self, program: str, *arguments: str, server: int, **streams) -> subprocess.Popen:
        """Start one of PostgreSQL's programs; the password never stands in its arguments, which everybody can read."""
        command = [str(find(program, server)), "--no-password", *arguments]
        environment = {"PATH": os.defpath, "LC_ALL": "C"} | ({"PGPASSWORD": self._password} if self._password else {})
        dsn = psycopg2.extensions.make_dsn(**self._arguments)
        return subprocess.Popen([*command, f"--dbname={dsn}"], env=environment, **streams)  # noqa: S603


def find(program: str, server: int) -> Path:
    """The program whose version suits the server best: the same, or the next newer one."""
    found = [folder / "pginstall" / "bin" / program for folder in [package_folder()] if folder]
    found += [Path(path) for path in [shutil.which(program)] if path]
    found += [folder / program for folder in _SYSTEM.glob("*/bin")]
    suiting = [(version - server, number) for number, path in enumerate(found) if (version := _major(path)) >= server]
    if not suiting:
        raise Trouble(
            f"No {program} of version {server} or newer was found. Install the client programs of the server's version "
            f"(Debian: apt-get install postgresql-client-{server})."
        )
    return found[min(suiting)[1]]


def _major(path: Path) -> int:
    try:
        done = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r"(\d+)(?:\.\d+)?", done.stdout) if done.returncode == 0 else None
    return int(number.group(1)) if number else 0


def tables(cursor) -> list[str]:
    """The names of the portal's tables."""
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname"
    )
    return [row[0] for row in cursor.fetchall()]


def counts(cursor) -> dict[str, int]:
    """How many rows each table has, those left empty aside."""
    found = {}
    for name in tables(cursor):
        if name not in LEFT_EMPTY:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", name)))
            found[name] = cursor.fetchone()[0]
    return found


def major(cursor) -> int:
    """18 for 18.6."""
    cursor.execute("SHOW server_version_num")
    return int(cursor.fetchone()[0]) // 10_000


def head_of_log(cursor) -> Head:
    """The newest entry and how many there are; the chain is not followed."""
    cursor.execute("SELECT seq, hash FROM workflow_logentry ORDER BY seq DESC LIMIT 1")
    row = cursor.fetchone()
    cursor.execute("SELECT count(*) FROM workflow_logentry")
    return Head(*(row or (0, "")), cursor.fetchone()[0])


def trouble_in_log(cursor, expected: dict[str, Any]) -> str:
    """Follows the whole chain of a restored log; a sentence about what differs, or nothing."""
    head = Head()
    if first := next(read(cursor, head), None):
        return f"broken at {first}"
    if (head.seq, head.hash, head.count) != (expected["seq"], expected["hash"], expected["count"]):
        return f"ends at entry {head.seq} instead of {expected['seq']}, or at another one of that number"
    return ""


def dumped(line: Line, snapshot: str, server: int) -> Iterator[bytes]:
    """The database as it was at the snapshot's moment, in pg_dump's custom format."""
    without = [f"--exclude-table-data=public.{name}" for name in LEFT_EMPTY]
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", *without]
    with tempfile.TemporaryFile() as said:
        program = line.run("pg_dump", *options, server=server, stdout=subprocess.PIPE, stderr=said)
        try:
            while piece := program.stdout.read(1 << 20):
                yield piece
        finally:
            program.stdout.close()
            if program.wait() != 0:
                raise Trouble(f"pg_dump failed: {_last_words(said)}")


def put_back(line: Line, pieces: Iterator[bytes], server: int) -> None:
    """Read a dump into an empty database: all of it or nothing."""
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    with tempfile.TemporaryFile() as said:
        program = line.run("pg_restore", *options, server=server, stdin=subprocess.PIPE, stderr=said)
        try:
            for piece in pieces:
                program.stdin.write(piece)
            program.stdin.close()
        except BrokenPipeError:
            pass  # it ended by itself and says why
        except BaseException:
            program.kill()
            program.wait()
            raise
        if program.wait() != 0:
            raise Trouble(f"pg_restore failed, the database is as empty as before: {_last_words(said)}")


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    lines = [line for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return scrub(" ".join(lines[:3])) or "it did not say why."
