"""A real clamd with one signature of our own, and servers that only sound like one."""

from __future__ import annotations

import contextlib
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from tests.uploads.hostile import EICAR

CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
CONFIGURATION = """LocalSocket {folder}/clamd.ctl
DatabaseDirectory {folder}/signatures
Foreground yes
LogFile {folder}/clamd.log
TemporaryDirectory {folder}
StreamMaxLength 12M
OfficialDatabaseOnly no
AlertExceedsMax yes
"""
SIGNATURE = "Test.Eicar"


class Clamd:
    """The scanner in a folder of its own; knows the test string of all scanners and nothing else."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sinergi-clamd-"))
        (self.folder / "signatures").mkdir()
        (self.folder / "signatures" / "own.ndb").write_text(f"{SIGNATURE}:0:*:{EICAR.hex()}\n")
        (self.folder / "clamd.conf").write_text(CONFIGURATION.format(folder=self.folder))
        self.address = f"unix://{self.folder}/clamd.ctl"
        self.process = None

    def start(self) -> None:
        """Returns when it answers."""
        command = [CLAMD, f"--config-file={self.folder}/clamd.conf"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
        until = time.monotonic() + 30
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "clamd.log").read_text()
            assert time.monotonic() < until, "clamd does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.connect(f"{self.folder}/clamd.ctl")
            line.sendall(b"zPING\0")
            return line.recv(20) == b"PONG\0"
        return False

    def kill(self) -> None:
        """As the system would when memory runs out; its socket stays behind."""
        self.process.kill()
        self.process.wait()

    def remove(self) -> None:
        """The end."""
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)


@contextlib.contextmanager
def answering(*, says: bytes | None = b"stream: OK\0", hears: bool = True):
    """The address of a server that answers this to each file; None: it hangs up; `hears=False`: it is silent."""
    server = socket.create_server(("127.0.0.1", 0))
    over, heard = threading.Event(), []

    def serve():
        while not over.is_set():
            try:
                line, _address = server.accept()
            except OSError:
                return
            with line, contextlib.suppress(OSError):
                if not hears:
                    over.wait()
                    return
                if says is None:
                    line.recv(20)
                    continue
                heard.append(_whole(line))
                line.sendall(says)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}", heard
    finally:
        over.set()
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def _whole(line: socket.socket) -> bytes:
    """What was sent, put together again by clamd's protocol."""
    found = b""
    with line.makefile("rb") as stream:
        assert stream.read(10) == b"zINSTREAM\0"
        while length := struct.unpack("!L", stream.read(4))[0]:
            found += stream.read(length)
    return found
