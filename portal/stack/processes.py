"""Child processes that never outlive the launcher."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from portal.stack import StackError
from portal.stack.places import Account


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM. Not an Exception: no handler on the way swallows it."""


class Child:
    """One process in a group of its own: Ctrl-C reaches only the launcher, who stops them in order."""

    def __init__(self, name: str, process: subprocess.Popen, log: Path | None, ending: signal.Signals):
        self.name, self.process, self.log, self.ending = name, process, log, ending

    @property
    def pid(self) -> int:
        return self.process.pid

    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.poll() is not None

    def stop(self, patience: float = 10) -> None:
        """Ask, wait, then kill the whole group."""
        if not self.ended():
            self.process.send_signal(self.ending)
        give_up = time.monotonic() + patience
        while not self.ended() and time.monotonic() < give_up and not _hurry:
            time.sleep(0.02)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        return tail(self.log, lines) if self.log else ""


def children_of(pid: int) -> list[int]:
    """The processes a process has started."""
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a file, indented, or a note that it is empty."""
    try:
        found = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except OSError:
        found = []
    return "\n".join(f"    {line}" for line in found) or "    (the log is empty)"


def start(
    name: str,
    command: list[str],
    *,
    log: Path | None,
    env: dict[str, str],
    cwd: Path | str = "/",
    account: Account | None = None,
    ending: signal.Signals = signal.SIGTERM,
    show_output: bool = False,
    pass_fds: tuple[int, ...] = (),
) -> Child:
    """Start a child whose output goes to `log` (replaced, not appended); it ends when the launcher dies.

    With `show_output` its standard output stays on the terminal and only errors go to the log.
    """
    stream = _open_log(log) if log else subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            _leash(ending) + command,
            stdin=subprocess.DEVNULL,
            stdout=None if show_output else stream,
            stderr=stream,
            env=env,
            cwd=cwd,
            start_new_session=True,
            pass_fds=pass_fds,
            **(account.spawn if account else {}),
        )
    except OSError as error:
        raise StackError(f"{name} cannot be started: {error.strerror} ({command[0]}).") from error
    finally:
        if log:
            os.close(stream)
    return Child(name, process, log, ending)


def _open_log(log: Path) -> int:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    except OSError as error:
        raise StackError(
            f"Cannot write {log} ({error.strerror}). Made by another user? Remove it, or start as that user."
        ) from error


def _leash(ending: signal.Signals) -> list[str]:
    """Prefix after which the kernel sends `ending` when the launcher itself is killed; Linux only."""
    tool = _leash_tool()
    if not tool:
        return []
    # A launcher killed before the leash was on would never be missed: the child looks once more who its parent is.
    here = ["/bin/sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"', str(os.getpid())]
    return [tool, "--pdeathsig", ending.name.removeprefix("SIG"), "--", *here]


@cache
def _leash_tool() -> str | None:
    tool = shutil.which("setpriv")
    if not tool:
        return None
    done = subprocess.run([tool, "--pdeathsig", "TERM", "--", "true"], capture_output=True, check=False)
    return tool if done.returncode == 0 else None


class Crew:
    """Everything one launcher has started, in order; leaving the block stops it in reverse order."""

    def __init__(self):
        self.members: list = []

    def add(self, member):
        """Take charge of something with `.stop()`."""
        self.members.append(member)
        return member

    def start(self, name: str, command: list[str], **options) -> Child:
        """Start a child and take charge of it."""
        return self.add(start(name, command, **options))

    def run(self, name: str, command: list[str], **options) -> None:
        """Start a child and wait for its end; a failure shows the end of its log."""
        self.finish(self.start(name, command, **options))

    def finish(self, child: Child) -> None:
        """Wait for the end of a child that is meant to end."""
        while not child.ended():
            time.sleep(0.02)
        self.members.remove(child)
        if child.process.returncode:
            raise StackError(f"{child.name} failed. The end of {child.log}:\n{child.tail()}")

    def watch(self) -> None:
        """Wait until a child ends by itself, which is a failure; signals end the wait through `Stopped`."""
        while True:
            self.check()
            time.sleep(0.3)

    def check(self) -> None:
        """Nobody has stopped by itself."""
        for member in self.members:
            if member.ended():
                raise StackError(f"{member.name} stopped by itself. The end of {member.log}:\n{member.tail()}")

    def stop(self) -> None:
        """Stop everything, the last started first."""
        while self.members:
            self.members.pop().stop()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.stop()


_hurry = False


@contextmanager
def until_stopped():
    """Turn Ctrl-C, SIGTERM and a closed terminal into `Stopped`; a second one while stopping hurries."""
    global _hurry
    _hurry = False

    def handle(number, _frame):
        global _hurry
        for each in signals:
            signal.signal(each, hurry)
        raise Stopped(signal.Signals(number).name)

    def hurry(_number, _frame):
        global _hurry
        _hurry = True

    signals = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    before = {each: signal.signal(each, handle) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
