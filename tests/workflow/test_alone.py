"""A lock for one process at a time: it needs no database session of its own, and falls with whoever holds it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from django.db import connection, connections

from portal.stack.places import ROOT
from tests.races import at_once
from tests.stack.conftest import test_database_url as database_url  # noqa: F401 - a fixture
from workflow import clock
from workflow.alone import alone, one_of
from workflow.tasks import run_clock

pytestmark = pytest.mark.django_db(transaction=True)
KEY = 7_990_001


def test_only_one_is_alone_and_the_next_comes_when_it_ends():
    with alone(KEY) as first, alone(KEY) as second, alone(KEY, 1) as other:
        assert (first, second, other) == (True, False, True)
    with alone(KEY) as again:
        assert again


def test_three_places_for_four():
    places = (KEY, KEY + 1, KEY + 2)
    with one_of(places) as a, one_of(places) as b, one_of(places) as c, one_of(places) as d:
        assert [a, b, c, d] == [True, True, True, False]


def test_no_lock_stays_with_a_session_that_somebody_else_may_be_given():
    """Behind a pooler in transaction mode what belongs to a session would stay with a stranger."""
    with alone(KEY), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE locktype = 'advisory' AND objid = %s AND state = 'idle in transaction' AND backend_xmin IS NULL",
            [KEY],
        )
        assert cursor.fetchone()[0] == 1
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = %s", [own])
        assert cursor.fetchone()[0] == 0


def test_a_process_that_is_killed_lets_go_at_once(database_url):  # noqa: F811
    code = (
        "import django; django.setup()\n"
        "from workflow.alone import alone\n"
        f"with alone({KEY}) as mine: print(mine, flush=True); input()"
    )
    env = os.environ | {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-W", "ignore", "-c", code]
    child = subprocess.Popen(command, cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == "True\n"
    with alone(KEY) as mine:
        assert not mine
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    with alone(KEY, patience=10) as mine:
        assert mine


def test_two_beats_that_ask_for_the_clock_at_once_let_it_act_once(monkeypatch):
    began = []

    def act():
        began.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")  # long enough for the other to knock
        return 1

    monkeypatch.setattr(clock, "run", act)
    assert (sorted(at_once(run_clock, run_clock)), began) == ([0, 1], [1])
