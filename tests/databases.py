"""Databases that tests begin with, each made once per run and then copied: migrated, and with the sample scenario.

PostgreSQL copies a database as files, in a fraction of a second. Whoever asks first makes the original, in a process of
its own (`python -m tests.databases NAME`), so that nothing a test left behind gets into it; others wait. Files of
the scenario lie beside it and are put into the storage of the process that works on a copy.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

MIGRATED, SAMPLE = "migrated", "sample"
RUN = "SINERGI_TEST_RUN"
"""Names the folder of the run; its name is in the names of the databases."""


def begin() -> Path:
    """The folder in which the processes of this run find each other's work."""
    folder = Path(tempfile.mkdtemp(prefix="sinergi-run-"))
    os.environ[RUN] = str(folder)
    return folder


def drop_all(folder: Path) -> None:
    """Remove the originals of a run from a server that goes on without it."""
    with _server() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_prefix(folder)])
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{name}"')


def original(what: str) -> str:
    """The name of the database to copy; made by the first who asks. The scenario is made anew on a new day."""
    from django.utils import timezone

    folder = Path(os.environ[RUN])
    name = _prefix(folder) + what + (f"_{timezone.localdate():%m%d}" if what == SAMPLE else "")
    with open(folder / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / f"{name}.made").exists():
            _make(what, name)
            (folder / f"{name}.made").touch()
    return name


def _make(what: str, name: str) -> None:
    template = f' TEMPLATE "{original(MIGRATED)}"' if what == SAMPLE else ""
    with _server() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"{template}')
        address = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
        command = [sys.executable, "-m", "tests.databases", what, str(_files(name))]
        done = subprocess.run(
            command,
            cwd=Path(__file__).parent.parent,
            env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"The database {name} could not be made:\n{done.stdout}")
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')  # whoever looks in would hinder the copying


@contextlib.contextmanager
def working_on_a_copy(what: str) -> Iterator[None]:
    """This process works on a copy of its own, with the files that belong to it; afterwards the copy is gone.

    Not inside a transaction: the connection is opened anew.
    """
    from django.core.files.storage import default_storage
    from django.db import connection

    source, usual = original(what), connection.settings_dict["NAME"]
    copy = f"{usual}_{what}"
    with _server() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{source}"')
    bool(default_storage)  # wakes it up
    connection.close()
    connection.settings_dict["NAME"], usual_files = copy, default_storage._wrapped
    default_storage._wrapped = _storage_with(pickle.loads(_files(source).read_bytes()))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"], default_storage._wrapped = usual, usual_files
        with _server() as cursor:  # a browser's worker may still be asking for a page
            cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def empty_of_others(name: str) -> None:
    """Before a database is dropped: a browser may still have been asking for a page when its server was stopped,
    and must not come back."""
    with _server() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def _storage_with(files: dict[str, bytes]):
    from django.core.files.base import ContentFile
    from django.core.files.storage import InMemoryStorage

    made = InMemoryStorage()
    for name, content in files.items():
        assert made.save(name, ContentFile(content)) == name
    return made


def _prefix(folder: Path) -> str:
    return f"{folder.name.replace('-', '_').lower()}_"


def _files(name: str) -> Path:
    return Path(os.environ[RUN]) / f"{name}.files"


@contextlib.contextmanager
def _server():
    """A cursor outside all the databases that come and go."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    with contextlib.closing(psycopg2.connect(urlunsplit(parts._replace(scheme="postgres", path="/postgres")))) as line:
        line.autocommit = True
        with line.cursor() as cursor:
            yield cursor


def _stored(folder: str = "") -> dict[str, bytes]:
    """Every file in the storage by its name."""
    from django.core.files.storage import default_storage

    folders, names = default_storage.listdir(folder)
    paths = [os.path.join(folder, name) for name in names]
    found = {path: default_storage.open(path).read() for path in paths}
    for inner in folders:
        found |= _stored(os.path.join(folder, inner))
    return found


def main(what: str, files: str) -> None:
    """Fill the database of DATABASE_URL, which is empty or migrated; what the storage holds then goes to `files`."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings
    from django.utils import translation

    if what == MIGRATED:
        call_command("migrate", verbosity=0)
    else:
        with override_settings(DEMO=True), translation.override("id"):
            call_command("loadreference", verbosity=0)
            call_command("seeddemo", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # of new rows the server knows nothing yet, and asks them in a slow order
    connection.close()
    Path(files).write_bytes(pickle.dumps(_stored()))


if __name__ == "__main__":
    main(*sys.argv[1:])
