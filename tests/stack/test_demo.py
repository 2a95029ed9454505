"""The whole first look: started as a person starts it, used, stopped, started again."""

from __future__ import annotations

import http.client
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from portal.stack import valkey
from portal.stack.places import ROOT
from tests.servers import temporary_folder

pytestmark = pytest.mark.slow


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port: int, path: str) -> tuple[int, str]:
    """Status and text of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def environment(folder, **more) -> dict[str, str]:
    """A fresh terminal whose data go to a folder of the test."""
    hidden = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    clean = {name: value for name, value in os.environ.items() if name not in hidden}
    return clean | {"SINERGI_VAR": str(folder / "var"), "SINERGI_DEMO": "1"} | more


class Demo:
    """`python -m portal.stack demo` in a window of its own."""

    def __init__(self, folder, **more):
        self.port = free_port()
        self.env = environment(folder, **({"PORT": str(self.port)} | more))
        self.text = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.stack", "demo"],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_for(self, words: str, patience: float = 180) -> str:
        """Read on until the words appear."""
        give_up = time.monotonic() + patience
        while words not in self.text:
            assert time.monotonic() < give_up, self.text
            if select.select([self.process.stdout], [], [], 1)[0]:
                part = os.read(self.process.stdout.fileno(), 65536).decode()
                assert part, f"it ended:\n{self.text}"
                self.text += part
        return self.text

    def stop(self, number=signal.SIGINT) -> int:
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.text += rest.decode()
        return self.process.returncode


def left_over(folder) -> list[str]:
    """Processes that still mention the folder."""
    found = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if str(folder) in line]


@pytest.fixture(scope="module")
def place():
    """One data folder for all tests of this file, so that the sample data are made once."""
    folder = temporary_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def demo(place):
    started = []

    def start(**more):
        started.append(Demo(place, **more))
        return started[-1]

    yield start
    for each in started:
        if not each.process.stdout.closed:
            each.stop()
    assert left_over(place) == []


def test_it_starts_shows_the_accounts_serves_and_stops_with_ctrl_c(demo, place):
    first = demo()
    text = first.wait_for("Ctrl-C")
    assert re.search(r"database +\d+\.\d s +PostgreSQL \d+", text)
    assert re.search(r"ready after \d+\.\d s", text)
    assert f"Open      http://localhost:{first.port}" in text
    assert re.search(r"Role +Post +E-mail\n +-+\n +\S.*@", text)
    assert get(first.port, "/readyz")[0] == 200
    status, page = get(first.port, "/")
    assert (status, '<html lang="id"' in page) == (200, True)
    styles = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert styles and get(first.port, styles.group(1))[0] == 200

    second = demo()
    assert second.process.wait(30) == 1
    second.stop()
    assert f"The demo is already running at http://localhost:{first.port}" in second.text

    asked = subprocess.run(
        [sys.executable, "-m", "portal.stack", "manage", "showmigrations", "--plan"],
        cwd=ROOT,
        env=first.env,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0
    assert "[ ]" not in asked.stdout and "[X]  workflow.0001_initial" in asked.stdout

    assert first.stop() == 0
    assert first.text.endswith("Stopped. The data stay in var; `make demo` continues with them.\n")
    assert left_over(place) == []


def test_a_second_start_keeps_the_data_and_survives_the_death_of_the_first(demo, place):
    first = demo()
    first.wait_for("Ctrl-C")
    key = (place / "var" / "secret-key").read_text()
    first.process.kill()
    first.process.wait()
    give_up = time.monotonic() + 20
    while left_over(place) and time.monotonic() < give_up:
        time.sleep(0.1)
    second = demo()
    assert "PostgreSQL" in second.wait_for("Ctrl-C")
    assert (place / "var" / "secret-key").read_text() == key
    assert second.stop(signal.SIGTERM) == 0


def test_without_a_broker_it_says_so_and_works(demo):
    eager = demo(REDIS_URL="none")
    text = eager.wait_for("Ctrl-C")
    assert f"WARNING: {valkey.WARNING}" in text
    status, answer = get(eager.port, "/readyz")
    assert status == 200
    assert '"tasks": "eager"' in answer
    assert eager.stop() == 0


@pytest.mark.parametrize(
    "more, sentence",
    [
        (
            {"PORT": "eighty"},
            "PORT must be a whole number from 1 to 65535, not 'eighty': PORT=8010 make demo",
        ),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL must start with postgres://"),
        ({"DATABASE_URL": "postgres://me:secret@127.0.0.1:1/x"}, "but that database does not let us in"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL is set, but that server does not let us in"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_a_sentence(demo, more, sentence):
    wrong = demo(**more)
    assert wrong.process.wait(60) == 1
    wrong.stop()
    assert sentence in wrong.text
    assert "secret" not in wrong.text and "Traceback" not in wrong.text


def test_a_taken_port_is_named_and_another_one_suggested(demo):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        blocked = demo(PORT=str(port))
        assert blocked.process.wait(60) == 1
        blocked.stop()
    assert re.search(rf"Port {port} is taken by another program\. Choose another: PORT=\d+ make demo", blocked.text)
