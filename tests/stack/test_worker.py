"""A real worker takes a real task of ours from a real broker."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from portal.stack import processes
from portal.stack.places import ROOT
from workflow.audit import broken_links
from workflow.models import LogEntry

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CELERY = [sys.executable, "-m", "celery", "-A", "portal"]


@pytest.fixture
def environment(test_database_url, redis_url):
    """What a worker of this test's database needs to know."""
    ours = {"DATABASE_URL": test_database_url, "REDIS_URL": redis_url, "SINERGI_DEMO": "1"}
    return os.environ | ours | {"DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONWARNINGS": "ignore"}


@pytest.fixture
def worker(environment, folder):
    """A Celery worker in a process of its own."""
    log = folder / "worker.log"
    command = [*CELERY, "worker", "--pool", "solo", "--without-gossip", "--without-mingle", "-l", "INFO"]
    child = processes.start("worker", command, log=log, env=environment, cwd=ROOT)
    yield child
    child.stop()


def wait_for(child, words: str, patience: float = 30) -> str:
    """The line of the child's log that holds the words."""
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up:
        for line in child.log.read_text(encoding="utf-8", errors="replace").splitlines():
            if words in line:
                return line
        assert not child.ended(), child.tail(40)
        time.sleep(0.1)
    raise AssertionError(f"{words!r} did not appear:\n{child.tail(40)}")


def ask_for(task: str, environment) -> None:
    """Put a task into the broker from a third process, as a web worker does."""
    subprocess.run([*CELERY, "call", task], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def test_the_worker_checks_the_chain_and_reports_its_head(worker, environment, biroks_officer):
    LogEntry.objects.create(
        flow="regions.need",
        record_id=1,
        record_code="KEB-1",
        action="file",
        target="DRAFT",
        actor=biroks_officer,
    )
    broken, head = broken_links()
    assert broken == []
    wait_for(worker, " ready.")
    ask_for("workflow.tasks.verify_log", environment)
    assert wait_for(worker, "log chain").endswith(f"log chain intact, head {head}")
