"""A real worker takes a real task of ours from a real broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import transaction

from partnerships.models import AllocationRun, RunStatus
from partnerships.rules.allocations import held_runs
from portal.queues import QUEUES
from portal.stack import processes
from portal.stack.places import ROOT
from tests.partnerships import allocation_factories
from workflow.audit import broken_links
from workflow.engine import log_of
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
    command = [*CELERY, "worker", "-Q", ",".join(QUEUES), "--pool", "solo", "--without-gossip", "--without-mingle"]
    command += ["-l", "INFO"]
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


# --- The queue of calculations ------------------------------------------------------------------------------


@pytest.fixture
def calculator(environment, folder):
    """The worker of the queue for calculations, as the demo and operations start it."""
    log = folder / "allocation.log"
    command = [*CELERY, "worker", "--concurrency", "1", "-Q", "allocation", "--without-gossip", "--without-mingle"]
    child = processes.start("allocation", [*command, "-l", "INFO"], log=log, env=environment, cwd=ROOT)
    yield child
    child.stop()


def until(found, patience: float = 40):
    """Wait until it is so."""
    give_up = time.monotonic() + patience
    while not (answer := found()):
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.1)
    return answer


def test_a_calculation_whose_process_is_killed_is_finished_by_the_next_one(calculator, environment, aceh, bali, jica):
    allocation_factories.scarce(jica, aceh, bali)
    run = allocation_factories.run(status=RunStatus.RUNNING)
    wait_for(calculator, " ready.")
    with transaction.atomic():
        AllocationRun.objects.select_for_update().get(pk=run.pk)  # so that it stands still at its first step
        send = f"from partnerships.tasks import run_allocation as t; t.delay({run.pk})"
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", send], cwd=ROOT, env=environment, check=True
        )
        until(lambda: run.pk in held_runs())
        [doomed] = processes.children_of(calculator.pid)
        os.kill(doomed, signal.SIGKILL)
        until(lambda: processes.children_of(calculator.pid) not in ([], [doomed]))
    until(lambda: AllocationRun.objects.get(pk=run.pk).status != RunStatus.RUNNING)
    run = AllocationRun.objects.get(pk=run.pk)
    assert (run.status, run.figures["seats"]) == (RunStatus.RESULT, 4)
    assert [entry.action for entry in log_of(run)] == ["finish"]
