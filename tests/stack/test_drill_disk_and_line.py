"""Disk full, database slow, database full: a sentence, nothing lost, no half file, and the web goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
import requests
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client

from exchange.kinds.needs_tables import TABLES
from exchange.models import Job
from portal.stack import processes
from portal.stack.places import ROOT
from tests import factories
from tests.exchange.filled import workbook
from tests.exchange.test_import_needs import one
from tests.regions.conftest import vocabulary  # noqa: F401 - a fixture
from tests.stack.portal_under_fire import COMMANDS
from tests.stack.slow_line import SlowLine
from tests.stack.test_demo import free_port
from workflow.whole_files import HALF, WholeFileSystemStorage

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


# --- A full disk ---------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 256 KB."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


def files_in(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


def test_a_full_disk_leaves_no_half_file_and_takes_files_again_once_there_is_room(small_disk):
    storage = WholeFileSystemStorage(location=small_disk)
    first = storage.save("a/first.bin", ContentFile(b"1" * 100_000))
    with pytest.raises(OSError, match="No space left"):
        storage.save("a/second.bin", ContentFile(b"2" * 300_000))
    assert files_in(small_disk) == ["a/first.bin"]
    storage.delete(first)
    second = storage.save("a/second.bin", ContentFile(b"2" * 150_000))
    assert (second, (small_disk / second).read_bytes()) == ("a/second.bin", b"2" * 150_000)


def test_a_name_that_is_taken_is_not_written_over(tmp_path):
    storage = WholeFileSystemStorage(location=tmp_path)
    names = [storage.save("a.txt", ContentFile(word)) for word in (b"one", b"two")]
    assert [(tmp_path / name).read_bytes() for name in names] == [b"one", b"two"]
    assert [name for name in files_in(tmp_path) if name.endswith(HALF)] == []


def test_an_upload_to_a_full_disk_gets_a_sentence_and_nothing_is_stored(
    small_disk,
    settings,
    aceh_operator,
    vocabulary,  # noqa: F811
):
    here = {"BACKEND": "workflow.whole_files.WholeFileSystemStorage", "OPTIONS": {"location": str(small_disk)}}
    settings.STORAGES = {**settings.STORAGES, "default": here}
    factories.cycle()
    factories.theme("T07")
    (small_disk / "others").write_bytes(b"0" * 262_144)
    client = Client(raise_request_exception=False)
    client.force_login(aceh_operator)
    content = workbook(TABLES, one()).getvalue()
    answer = client.post("/en/kebutuhan/unggah/", {"file": ContentFile(content, name="isian.xlsx")})
    assert (answer.status_code, "There is no room left" in answer.content.decode()) == (503, True)
    assert (Job.objects.count(), files_in(small_disk)) == (0, ["others"])
    (small_disk / "others").unlink()
    answer = client.post("/en/kebutuhan/unggah/", {"file": ContentFile(content, name="isian.xlsx")})
    assert (answer.status_code, Job.objects.count()) == (302, 1)


# --- A slow database ----------------------------------------------------------------------------------------------


@pytest.fixture
def slow_web(test_database_url, redis_url, folder):
    """A web process with two threads whose line to the database can be slowed down, and its address."""
    given = connection.get_connection_params()
    line = SlowLine(free_port(), f"{given['host']}/.s.PGSQL.{given['port'] or 5432}")
    line.open()
    port = free_port()
    url = f"postgres://{given['user']}:{given['password']}@127.0.0.1:{line.port}/{given['dbname']}"
    env = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": redis_url,
        "SINERGI_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONWARNINGS": "ignore",
        "STATIC_ROOT": str(folder),
        "DATABASE_STATEMENT_TIMEOUT": "1",
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "WEB_THREADS": "4",
    }
    with processes.Crew() as crew:
        crew.add(line)
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
        crew.run("static", collect, log=folder / "static.log", env=env, cwd=ROOT)
        web = crew.start("web", COMMANDS["web"], log=folder / "web.log", env=env, cwd=ROOT)
        give_up = time.monotonic() + 60
        while not _answers(port):
            assert time.monotonic() < give_up and not web.ended(), web.tail(40)
            time.sleep(0.1)
        yield line, f"http://127.0.0.1:{port}", web


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def test_a_statement_that_takes_too_long_is_cut_short_with_a_sentence_and_threads_come_free(slow_web):
    """Somebody holds the table that every front page asks for; more requests wait than there are threads."""
    _line, url, web = slow_web
    assert requests.get(f"{url}/en/verify/7KQM-X2WD-9FTB-HR4C/", timeout=30).status_code == 404, web.tail(60)
    holder = psycopg2.connect(**connection.get_connection_params())
    with holder, holder.cursor() as cursor:
        cursor.execute("LOCK TABLE workflow_seal IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(8) as pool:
            began = time.monotonic()
            waiting = [
                pool.submit(requests.get, f"{url}/en/verify/7KQM-X2WD-9FTB-HR4C/", timeout=60) for _n in range(8)
            ]
            answers = [found.result() for found in waiting]
            took = time.monotonic() - began
        assert [answer.status_code for answer in answers] == [503] * 8
        assert "This took too long" in answers[0].text and answers[0].headers["Retry-After"] == "20"
        assert took < 20
        assert requests.get(f"{url}/healthz", timeout=5).status_code == 200
    holder.close()
    assert requests.get(f"{url}/en/verify/7KQM-X2WD-9FTB-HR4C/", timeout=30).status_code == 404
    assert not web.ended()


def test_a_slow_line_makes_pages_slow_and_nothing_else(slow_web):
    line, url, web = slow_web
    line.delay = 0.05
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(requests.get, f"{url}/en/verify/7KQM-X2WD-9FTB-HR4C/", timeout=60) for _n in range(6)]
        answers = [found.result().status_code for found in waiting]
    assert answers == [404] * 6
    line.delay = 0.0
    assert requests.get(f"{url}/en/verify/7KQM-X2WD-9FTB-HR4C/", timeout=30).status_code == 404
    assert not web.ended()


# --- A full database disk -----------------------------------------------------------------------------------------


def test_a_database_without_room_is_told_and_loses_nothing(aceh_operator, vocabulary):  # noqa: F811
    """PostgreSQL's own error, raised by a trigger where the row would be written: its disk cannot be filled here."""
    factories.cycle()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;"
            "CREATE TRIGGER no_room BEFORE INSERT ON exchange_job FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    try:
        client = Client(raise_request_exception=False)
        client.force_login(aceh_operator)
        sent = {"file": ContentFile(workbook(TABLES, one()).getvalue(), name="isian.xlsx")}
        answer = client.post("/en/kebutuhan/unggah/", sent)
        assert (answer.status_code, "There is no room left" in answer.content.decode()) == (503, True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER no_room ON exchange_job; DROP FUNCTION no_room()")
    assert Job.objects.count() == 0
