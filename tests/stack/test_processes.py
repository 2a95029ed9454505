"""Children never outlive their launcher."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from portal.stack import StackError, processes
from portal.stack.places import ROOT
from portal.stack.processes import Crew

pytestmark = pytest.mark.slow
ENV = {"PATH": os.defpath}


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return done.stdout.strip() != "" and not done.stdout.startswith("Z")


def gone(pid: int, patience: float = 5) -> bool:
    """Whether a process ends soon."""
    give_up = time.monotonic() + patience
    while alive(pid) and time.monotonic() < give_up:
        time.sleep(0.05)
    return not alive(pid)


def test_leaving_the_block_stops_children_and_grandchildren(folder):
    with Crew() as crew:
        child = crew.start("sleeper", ["sh", "-c", "sleep 600 & echo $!; wait"], log=folder / "log", env=ENV)
        while not (folder / "log").read_text().strip():
            time.sleep(0.02)
        grandchild = int((folder / "log").read_text())
        assert alive(child.pid) and alive(grandchild)
    assert gone(child.pid) and gone(grandchild)


def test_a_child_that_will_not_listen_is_killed(folder):
    script = ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"]
    child = processes.start("deaf", script, log=folder / "log", env=ENV)
    while not (folder / "log").read_text():
        time.sleep(0.02)
    child.stop(patience=0.3)
    assert gone(child.pid)


def test_a_child_that_ends_by_itself_is_reported_with_the_end_of_its_log(folder):
    with Crew() as crew:
        crew.start("web", ["sh", "-c", "echo the reason; exit 3"], log=folder / "log", env=ENV)
        with pytest.raises(StackError, match=r"(?s)web stopped by itself\. The end of .*the reason"):
            crew.watch()


def test_a_step_that_fails_is_reported_with_the_end_of_its_log(folder):
    with Crew() as crew, pytest.raises(StackError, match=r"(?s)tables failed\. The end of .*no such table"):
        crew.run("tables", ["sh", "-c", "echo no such table; exit 1"], log=folder / "log", env=ENV)


def test_a_program_that_is_missing_is_named(folder):
    with Crew() as crew, pytest.raises(StackError, match="(?s)broker failed.*nowhere"):
        crew.run("broker", ["/nowhere/program"], log=folder / "log", env=ENV)


LAUNCHER = """
import os, sys, time
from pathlib import Path
from portal.stack.processes import Crew, Stopped, until_stopped
try:
    with until_stopped(), Crew() as crew:
        child = crew.start("sleeper", ["sleep", "600"], log=None, env={"PATH": os.defpath})
        print(child.pid, flush=True)
        crew.watch()
except Stopped as reason:
    print("stopped by", reason, flush=True)
"""


@pytest.fixture
def launcher():
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_and_its_like_stop_everything(launcher, number):
    child = int(launcher.stdout.readline())
    launcher.send_signal(number)
    assert launcher.stdout.readline() == f"stopped by {number.name}\n"
    assert launcher.wait(10) == 0
    assert gone(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a sudden death")
def test_children_of_a_launcher_that_was_killed_end_too(launcher):
    child = int(launcher.stdout.readline())
    launcher.kill()
    assert gone(child)
