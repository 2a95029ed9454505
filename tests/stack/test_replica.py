"""Reports are read from a copy that really follows: PostgreSQL's own streaming, stopped and broken off on purpose."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from django.db import connection, connections, router
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from portal.environment import database
from portal.routers import ReportsRouter
from portal.stack import processes
from portal.stack.places import server_account
from portal.stack.postgres import find_binaries, package_folder
from tests import factories
from tests.servers import temporary_folder
from tests.stack.test_worker import until
from workflow import replica
from workflow.models import LogEntry

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "replica"])]


class Copy:
    """A PostgreSQL that follows the one of the tests."""

    def __init__(self, folder: Path, given: dict):
        self.folder, self.account, self.given = folder, server_account(), given
        self.tools = Path(find_binaries(self.account, folder, package_folder()).folder)
        self.data, self.sockets = folder / "data", folder / "s"
        for made in (self.data, self.sockets):
            made.mkdir(mode=0o700)
            self.account.own(made)
        who = {"PGUSER": given["user"], "PGPASSWORD": given["password"], "PGHOST": given["host"], "PATH": os.defpath}
        base = [self.tools / "pg_basebackup", "-D", self.data, "-R", "-c", "fast", "--no-sync"]
        subprocess.run(base, env=who, check=True, capture_output=True, cwd="/", **self.account.spawn)
        self.start()

    def start(self) -> None:
        command = [str(self.tools / "postgres"), "-D", str(self.data), "-h", "", "-k", str(self.sockets)]
        command += ["-p", "5432", "-c", "dynamic_shared_memory_type=mmap", "-c", "hot_standby_feedback=on"]
        command += ["-c", "unix_socket_permissions=0700", "-c", "fsync=off"]
        env = {"PATH": os.defpath, "LC_ALL": "C"}
        self.child = processes.start("copy", command, log=self.folder / "log", env=env, account=self.account)
        until(lambda: self.say("SELECT true"), 30)

    def url(self, name: str) -> str:
        password = quote(self.given["password"], safe="")
        return f"postgres://{self.given['user']}:{password}@/{name}?host={quote(str(self.sockets))}&port=5432"

    def say(self, statement: str):
        """The one value of a statement, or nothing while it does not answer."""
        try:
            line = psycopg2.connect(self.url("postgres"))
        except psycopg2.OperationalError:
            return None
        try:
            line.autocommit = True
            with line.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0]
        finally:
            line.close()


@pytest.fixture(scope="module", autouse=True)
def copy(django_db_setup):
    """A running copy that Django knows; made before the tests say which databases they touch."""
    folder = temporary_folder()
    made = Copy(folder, connection.get_connection_params())
    entry = database(made.url(connection.settings_dict["NAME"]), "DATABASE_REPLICA_URL")
    entry |= {"TEST": {"MIRROR": "default"}}  # nothing is to be emptied there
    connections.settings["replica"] = connections.configure_settings({"default": {}, "replica": entry})["replica"]
    yield made
    del connections.settings["replica"]
    made.child.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def following(copy, transactional_db, monkeypatch, settings):
    """Reports are read there, and it has all that was written."""
    settings.REPLICA_MAX_LAG = 10
    monkeypatch.setattr(router, "routers", [ReportsRouter()])
    look_anew()
    caught_up(copy)
    yield copy
    copy.say("SELECT pg_wal_replay_resume() IS NULL")
    connections["replica"].close()


def look_anew() -> None:
    """Forget what was known of the copy's state."""
    replica._known.update(good=False, until=0.0)


def caught_up(copy) -> None:
    """Wait until it has all that is written now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        [(now,)] = cursor.fetchall()
    until(lambda: copy.say(f"SELECT pg_last_wal_replay_lsn() >= '{now}'::pg_lsn"), 30)


@contextmanager
def queries():
    """How many statements went to the copy, and what the primary was asked."""
    with CaptureQueriesContext(connection) as here, CaptureQueriesContext(connections["replica"]) as there:
        yield here, there


@pytest.fixture
def head(ppsdm):
    """Reads the dashboard of the whole country."""
    return factories.member(Role.PPSDM_HEAD, ppsdm)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def entry(number: int) -> LogEntry:
    return LogEntry.objects.create(flow="regions.need", record_id=number, record_code=f"KB-{number}", action="file")


def test_a_report_is_read_from_the_copy_and_everything_else_from_the_primary(following, head):
    client = signed_in(head)
    caught_up(following)
    with queries() as (here, there):
        assert client.get(reverse("dashboard")).status_code == 200
    assert len(there) > 5
    assert [query["sql"] for query in here if "regions_needline" in query["sql"]] == []
    with queries() as (_here, there):
        assert client.get(reverse("home")).status_code == 200
    assert len(there) == 0


def test_who_somebody_is_and_may_is_asked_of_the_primary(following, head):
    client = signed_in(head)
    caught_up(following)
    with queries() as (_here, there):
        client.get(reverse("dashboard"))
    asked = [query["sql"] for query in there if query["sql"].startswith("SELECT")]
    first = {sql.split(' FROM "')[1].split('"')[0] for sql in asked if ' FROM "' in sql}
    assert {table for table in first if table.startswith(("accounts_", "django_session", "auth_"))} == set()


def test_who_wrote_reads_their_own_entry(following, head):
    client = signed_in(head)
    caught_up(following)
    following.say("SELECT pg_wal_replay_pause() IS NULL")
    entry(1)
    with replica.reading_reports(head) as where:
        assert (where, LogEntry.objects.count()) == ("replica", 0)  # somebody else's writing may come a little later
    client.post(reverse("home"))
    with replica.reading_reports(head) as where:
        assert (where, LogEntry.objects.count()) == ("default", 1)


def test_a_copy_that_is_behind_is_not_read(following, settings, head):
    following.say("SELECT pg_wal_replay_pause() IS NULL")
    settings.REPLICA_MAX_LAG = 0
    entry(1)
    look_anew()
    with replica.reading_reports(head) as where:
        assert (where, LogEntry.objects.count()) == ("default", 1)
    following.say("SELECT pg_wal_replay_resume() IS NULL")
    caught_up(following)
    look_anew()
    with replica.reading_reports(head) as where:
        assert (where, LogEntry.objects.count()) == ("replica", 1)


def test_a_long_list_is_of_one_moment_on_the_copy(following, auditor_with_log):
    client = signed_in(auditor_with_log)
    caught_up(following)
    with queries() as (_here, there):
        answer = client.get(reverse("exchange:export", args=["audit", "csv"]))
        body = b"".join(answer.streaming_content)
    sent = [query["sql"] for query in there]
    assert answer.status_code == 200 and b"KB-3" in body
    assert "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ" in sent


@pytest.fixture
def auditor_with_log(ppsdm):
    for number in range(1, 4):
        entry(number)
    return factories.member(Role.AUDITOR, factories.organisation("ITJEN"))


def test_a_copy_that_dies_leaves_the_page_to_the_primary(following, head):
    client = signed_in(head)
    caught_up(following)
    assert client.get(reverse("dashboard")).status_code == 200
    following.child.stop()
    try:
        with CaptureQueriesContext(connection) as here:
            assert client.get(reverse("dashboard")).status_code == 200
        assert any("regions_needline" in query["sql"] for query in here)
        look_anew()
        assert client.get(reverse("dashboard")).status_code == 200
    finally:
        following.start()
