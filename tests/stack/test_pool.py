"""A real PgBouncer with the shipped settings, in transaction mode, with fewer connections than the portal asks for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from urllib.parse import quote

import psycopg2
import pytest
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from portal.stack import processes
from portal.stack.places import ROOT, server_account
from tests import factories
from tests.stack.test_demo import free_port
from tests.stack.test_worker import until
from workflow.models import LogEntry

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
POOLER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
ROWS = 3_000
CONNECTIONS = 4
"""A lock, a list that is read, what tells how far it is, and one for everybody else."""


@pytest.fixture
def pool(folder):
    """(address of the pool, its log) in front of the database of this test."""
    if not POOLER:
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    given, port, account = connection.get_connection_params(), free_port(), server_account()
    settings = (ROOT / "deploy" / "pgbouncer.ini").read_text(encoding="utf-8")
    for was, becomes in {
        "host=127.0.0.1 port=5432 dbname=sinergi": " ".join(
            f"{part}={given[part]}" for part in ("host", "port", "dbname")
        ),
        "listen_port = 6432": f"listen_port = {port}",
        "/etc/pgbouncer/userlist.txt": str(folder / "userlist.txt"),
        "default_pool_size = 40": f"default_pool_size = {CONNECTIONS}",
        "reserve_pool_size = 10": "reserve_pool_size = 0",
    }.items():
        assert was in settings, was
        settings = settings.replace(was, becomes)
    for name, text in {
        "pgbouncer.ini": settings,
        "userlist.txt": f'"{given["user"]}" "{given["password"]}"\n',
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
        account.own(folder / name)
    log = folder / "pgbouncer.log"
    child = processes.start(
        "pgbouncer", [POOLER, str(folder / "pgbouncer.ini")], log=log, env={}, cwd=folder, account=account
    )
    who = f"postgres://{given['user']}:{quote(given['password'], safe='')}@127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{who}/sinergi"), 15)
        yield who, log
    finally:
        child.stop()


def answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


@pytest.fixture
def auditor(db):
    made = factories.member(Role.AUDITOR, factories.organisation("ITJEN"))
    User.objects.filter(pk=made.pk).update(email="auditor@example.test")
    return made


def said_over(url: str, redis_url: str, folder, **variables) -> dict:
    """What the portal says after its work over this address."""
    ours = {
        "DATABASE_URL": url,
        "REDIS_URL": redis_url,
        "SINERGI_DEMO": "1",
        "DEBUG": "1",
        "MEDIA_ROOT": str(folder / "media"),
    }
    ours |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "EMAIL_FILE_PATH": str(folder / "mail"), **variables}
    command = [sys.executable, "-W", "ignore", "-m", "tests.stack.through_the_pool"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ours, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_portal_works_over_a_pool_that_lends_connections_for_one_transaction(pool, redis_url, folder, auditor):
    for number in range(ROWS):
        LogEntry.objects.create(
            flow="regions.need", record_id=number, record_code=f"KB-2026-{number:04d}", action="file", actor=auditor
        )
    who, log = pool
    before = LogEntry.objects.count()
    said = said_over(f"{who}/sinergi_work", redis_url, folder, DATABASE_POOLED="1")
    assert said["engine"] == "portal.pooled"
    assert said["lock"] == [True, False, True]
    assert said["pieces"] == {"outside": [before, 0], "inside": [before, 1]}
    assert said["export"] == {"streamed": before + 1, "written": before + 1, "phase": "DONE"}
    assert said["sign_in"][0] == 200 and said["sign_in"][1:] == [302, True]
    assert said["broken"] == 0
    assert servers_of() <= CONNECTIONS
    assert "ERROR" not in log.read_text()


def servers_of() -> int:
    """How many connections PostgreSQL saw from the pool."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def test_statements_of_the_web_have_a_limit_and_those_of_workers_have_none(pool, folder):
    who, _log = pool

    def limit(database: str) -> str:
        line = psycopg2.connect(f"{who}/{database}")
        try:
            with line.cursor() as cursor:
                cursor.execute("SHOW statement_timeout")
                return cursor.fetchone()[0]
        finally:
            line.close()

    assert (limit("sinergi"), limit("sinergi_work")) == ("30s", "0")
