"""Two web workers count as one, also after one of them was killed and replaced; a worker's lines carry the request."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from portal import logs
from portal.metrics import slots
from portal.stack import processes
from portal.stack.places import ROOT
from portal.task_lines import REQUEST

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TOKEN = "a-token-for-the-one-who-watches"
COUNTED = re.compile(r'sinergi_requests_total\{method="GET",route="healthz",status="2xx"\} ([0-9.e+]+)')


def until(found, patience: float = 60):
    """Wait until it is so."""
    give_up = time.monotonic() + patience
    while not (answer := found()):
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.1)
    return answer


def get(port: int, path: str) -> str:
    """The body of an answer of 200; empty while nobody answers."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("GET", path, headers={"Host": "localhost", "Authorization": f"Bearer {TOKEN}"})
        answer = line.getresponse()
        return answer.read().decode() if answer.status == 200 else ""
    except OSError:
        return ""
    finally:
        line.close()


def workers_of(pid: int) -> set[int]:
    """The workers of a gunicorn."""
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False)
    return {int(word) for word in found.stdout.split()}


def test_workers_count_as_one_and_nothing_is_lost_with_a_killed_one(test_database_url, folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = {"DATABASE_URL": test_database_url, "REDIS_URL": "", "SINERGI_DEMO": "1", "METRICS_TOKEN": TOKEN}
    env = os.environ | ours | {"PORT": str(port), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    env |= {"PYTHONWARNINGS": "ignore", "LOG_FORMAT": "json"}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"]
    figures = slots.folder_for(f"127-0-0-1-{port}")
    web = processes.start("web", command, log=folder / "web.log", env=env, cwd=ROOT)

    def counted() -> float:
        return float(COUNTED.search(get(port, "/metrics")).group(1))

    try:
        until(lambda: get(port, "/healthz"))
        before = counted()
        assert [get(port, "/healthz") for _n in range(40)] == ["ok\n"] * 40
        assert {counted() for _n in range(6)} == {before + 40}
        first = workers_of(web.pid)
        os.kill(min(first), signal.SIGKILL)
        until(lambda: len(workers_of(web.pid) - first) == 1)
        assert counted() == before + 40
        assert [get(port, "/healthz") for _n in range(40)] == ["ok\n"] * 40
        assert counted() == before + 80
        assert figures.stat().st_mode & 0o777 == 0o700 and len(list(figures.glob("slot-*"))) <= 3
        assert [line for line in web.log.read_text().splitlines() if not json.loads(line)["message"]] == []
    finally:
        web.stop()
        shutil.rmtree(figures, ignore_errors=True)


def test_a_workers_lines_carry_the_request_and_no_words(test_database_url, redis_url, folder):
    ours = {"DATABASE_URL": test_database_url, "REDIS_URL": redis_url, "SINERGI_DEMO": "1", "LOG_FORMAT": "json"}
    env = os.environ | ours | {"DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONWARNINGS": "ignore"}
    number = logs.new_number()
    send = (
        "from portal import logs; from portal.celery_app import app\n"
        f"with logs.working_for('{number}'):\n"
        "    app.send_task('workflow.tasks.verify_log')\n"
        "    app.send_task('siti.aminah', ['siti@example.test'])\n"
    )
    subprocess.run([sys.executable, "manage.py", "shell", "-v", "0", "-c", send], cwd=ROOT, env=env, check=True)
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool", "solo", "-Q", "bulk,interactive"]
    worker = processes.start(
        "worker", [*command, "--without-gossip", "--without-mingle"], log=folder / "w.log", env=env, cwd=ROOT
    )

    def lines() -> list[dict]:
        found = worker.log.read_text().splitlines()
        return [json.loads(line) for line in found if line.startswith("{")]

    try:
        until(lambda: [line for line in lines() if "unregistered" in line["message"]])
        intact = until(lambda: [line for line in lines() if line["message"].startswith("log chain intact")])
        assert [(line["request"], line["task"]) for line in intact] == [(number, "workflow.tasks.verify_log")]
        assert "siti@example.test" not in worker.log.read_text()
    finally:
        worker.stop()
    assert REQUEST not in os.environ and logs.request_number() == ""
