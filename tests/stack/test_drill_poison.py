"""A task that kills its process comes back, kills another one, and is put aside; what waits behind it is done."""

from __future__ import annotations

import sys

import pytest
from celery import Celery

from portal.models import ParkedTask
from portal.stack import processes
from portal.stack.places import ROOT
from tests.stack.test_worker import environment, until, wait_for  # noqa: F401 - a fixture

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_poisonous_message_is_put_aside_at_its_third_delivery(environment, redis_url, folder):  # noqa: F811
    marks = folder / "marks"
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tests.stack.poison",
        "worker",
        "-Q",
        "poison",
        "--concurrency",
        "1",
    ]
    env = environment | {"POISON_MARKS": str(marks), "PYTHONPATH": str(ROOT)}
    asker = Celery(broker=redis_url.replace("unix://", "redis+socket://", 1), set_as_current=False)
    with processes.Crew() as crew:
        log = folder / "worker.log"
        worker = crew.start(
            "worker", [*command, "--concurrency", "1", "-n", "p@drill", "-l", "INFO"], log=log, env=env, cwd=ROOT
        )
        wait_for(worker, " ready.")
        asker.send_task("tests.poison", [7], queue="poison")
        asker.send_task("workflow.tasks.verify_log", queue="poison")
        until(ParkedTask.objects.exists)
        wait_for(worker, "log chain")  # the next one is done
    found = ParkedTask.objects.get()
    assert (found.task, found.args, found.error, found.count) == ("tests.poison", [7], "WorkerKilled", 1)
    assert marks.read_text() == "7\n7\n"
