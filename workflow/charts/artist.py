"""Hands jobs to the drawing process and waits for it, so that a page never stands still for a drawing.

The library holds Python's lock while it draws and keeps about 100 MB: inside a web process every other page of that
process would wait. One process beside each web process that shows charts draws instead (figures: docs/charts.md).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import selectors
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from pathlib import Path

PROCESS = Path(__file__).with_name("artist_process.py")
LONGEST = 30.0
"""Seconds after which a drawing is given up and the process replaced."""


class DrawingFailed(Exception):
    """A drawing could not be made; the page shows its table and says so."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.at = time.monotonic()


class Artist:
    """One drawing process and the one thread that talks to it."""

    def __init__(self, command: list[str] | None = None, longest: float = LONGEST):
        self._command = command or [sys.executable, str(PROCESS)]
        self._longest = longest
        self._child: subprocess.Popen | None = None
        self._desk: queue.SimpleQueue[tuple[Future, bytes] | None] = queue.SimpleQueue()
        self._at_work: threading.Thread | None = None
        self._closed = False
        self.on_the_way: OrderedDict[str, Future] = OrderedDict()
        """Drawings asked for or just made, by what they show; a forked process does not wait for its parent's."""

    def draw(self, job: dict) -> Future:
        """A drawing to wait for; jobs are drawn in the order in which they came."""
        asked: Future = Future()
        self._desk.put((asked, json.dumps(job).encode("utf-8") + b"\n"))
        if self._at_work is None:
            # A daemon: a process that is told to end does not wait for the drawings still to be made.
            self._at_work = threading.Thread(target=self._work, name="charts", daemon=True)
            self._at_work.start()
        return asked

    def close(self) -> None:
        """Ends the process; what was asked for and is not made is not made any more."""
        self._closed = True
        self._desk.put(None)
        self._dismiss()

    def _work(self) -> None:
        while (job := self._desk.get()) is not None:
            asked, line = job
            if self._closed:
                asked.cancel()
            if not asked.set_running_or_notify_cancel():
                continue
            try:
                asked.set_result(self._draw(line))
            except Exception as error:  # whoever waits for it learns why; the next job is drawn
                asked.set_exception(error)

    def _draw(self, line: bytes) -> str:
        for last in (False, True):
            try:
                found = json.loads(self._exchange(self._ready(), line))
            except (OSError, EOFError, ValueError) as error:  # it ended by itself, or was ended: once more
                self._dismiss()
                if last or self._closed or isinstance(error, TimeoutError):  # what hung once hangs again
                    raise DrawingFailed(str(error)) from error
            else:
                break
        if "error" in found:
            raise DrawingFailed(found["error"])
        return found["drawing"]

    def _ready(self) -> subprocess.Popen:
        if self._child is None or self._child.poll() is not None:
            self._dismiss()
            # No secret of the portal goes along: the process gets no environment but the language of its texts.
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8", "PATH": os.defpath},
                bufsize=0,
            )
            os.set_blocking(self._child.stdin.fileno(), False)  # one that stands still must not hold us up
        return self._child

    def _exchange(self, child: subprocess.Popen, line: bytes) -> bytes:
        """Writes a job and reads its answer; TimeoutError (an OSError) when it takes too long."""
        until = time.monotonic() + self._longest
        unsent, found = memoryview(line), b""
        with selectors.DefaultSelector() as ready:
            ready.register(child.stdout, selectors.EVENT_READ)
            ready.register(child.stdin, selectors.EVENT_WRITE)
            while not found.endswith(b"\n"):
                events = ready.select(max(until - time.monotonic(), 0))
                if not events:
                    raise TimeoutError("the drawing took too long")
                for key, _mask in events:
                    if key.fileobj is child.stdin:
                        unsent = unsent[os.write(child.stdin.fileno(), unsent[: 1 << 15]) :]
                        if not unsent:
                            ready.unregister(child.stdin)
                    else:
                        some = os.read(child.stdout.fileno(), 1 << 16)
                        if not some:
                            raise EOFError("the drawing process ended")
                        found += some
        return found

    def _dismiss(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.poll() is None:
            child.kill()
        child.wait()
        with contextlib.suppress(OSError):
            child.stdin.close()
        child.stdout.close()


_artists: dict[int, Artist] = {}


def artist() -> Artist:
    """The artist of this process; a forked process gets one of its own."""
    pid = os.getpid()
    if pid not in _artists:
        _artists.clear()
        _artists[pid] = Artist()
        atexit.register(_artists[pid].close)
    return _artists[pid]
