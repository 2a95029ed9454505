"""The database of a first look, started for real, on the kinds of machine that have troubled it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import psycopg2
import pytest

from portal.stack import StackError, places
from portal.stack.postgres import check_given, find_binaries, package_folder

pytestmark = pytest.mark.slow


def ask(server, question, database="postgres"):
    """One value from the server."""
    connection = psycopg2.connect(server.url(database))
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_a_start_makes_a_database_in_utf_8_and_a_second_start_keeps_the_data(server):
    first = server()
    first.start()
    first.ensure_database("sinergi")
    first.ensure_database("sinergi")
    assert ask(first, "SHOW server_encoding", "sinergi") == "UTF8"
    ask(first, "CREATE ROLE remembered; SELECT 1")
    connection = psycopg2.connect(first.url("sinergi"))
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    connection.close()
    first.stop()
    second = server()
    second.start()
    assert second.attached is False
    assert ask(second, "SELECT answer FROM kept", "sinergi") == 42


def test_nothing_listens_on_the_network_and_only_the_account_may_enter(server):
    running = server()
    running.start()
    assert ask(running, "SHOW listen_addresses") == ""
    assert ask(running, "SHOW dynamic_shared_memory_type") == "mmap"
    for path in (running.folder, running.data, running.sockets):
        assert path.stat().st_mode & 0o777 == 0o700


def test_the_server_refuses_a_wrong_password(server):
    running = server()
    running.start()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(host=str(running.sockets), user="sinergi", password="guess", dbname="postgres")


def test_for_root_the_server_runs_as_another_account(server, root_only):
    running = server()
    running.start()
    pid = int((running.data / "postmaster.pid").read_text().split("\n")[0])
    assert os.stat(f"/proc/{pid}").st_uid == running.account.uid != 0


def test_data_folder_carries_the_major_version(server):
    prepared = server()
    assert prepared.folder.name == f"pg{prepared.binaries.major}"


def test_a_second_start_on_the_same_data_attaches_and_leaves_the_server_running(server):
    first, second = server(), server()
    first.start()
    second.start()
    assert (first.attached, second.attached) == (False, True)
    second.stop()
    assert ask(first, "SELECT 1") == 1


def test_a_server_that_lost_its_launcher_is_taken_over_and_stopped(server):
    first, second = server(), server()
    first.start()
    os.close(first._lock)  # what the kernel does when the launcher is killed
    first._lock = None
    second.start()
    assert second.attached is False
    assert ask(second, "SELECT 1") == 1
    second.stop()
    assert first.ended()


def test_a_start_right_after_the_server_was_killed_recovers(server):
    first = server()
    first.start()
    first.ensure_database("sinergi")
    os.kill(first._child.pid, signal.SIGKILL)
    first._child.process.wait()
    os.close(first._lock)
    first._lock = first._child = None
    second = server()
    second.start()
    assert ask(second, "SELECT 1", "sinergi") == 1


def test_a_path_too_long_for_a_socket_gets_a_short_folder_which_is_removed_afterwards(server, folder):
    deep = folder / ("long-" * 12) / ("longer-" * 12)
    deep.mkdir(parents=True)
    for path in (deep, deep.parent):
        places.server_account().own(path)
    running = server(deep)
    running.start()
    assert ask(running, "SELECT 1") == 1
    sockets = running.sockets
    assert len(str(sockets)) < 60
    assert sockets.stat().st_mode & 0o777 == 0o700
    running.stop()
    assert not sockets.exists()


def test_binaries_below_a_private_home_are_copied_with_their_libraries(folder, root_only):
    package = package_folder()
    home = folder / "private-home"
    home.mkdir(mode=0o700)
    hidden = home / package.name
    shutil.copytree(package, hidden)
    shutil.copytree(package.with_name(f"{package.name}.libs"), hidden.with_name(f"{package.name}.libs"))
    account = places.server_account()
    assert find_binaries(account, folder, package).folder == package / "pginstall" / "bin"
    copied = find_binaries(account, folder, hidden)
    assert copied.folder == folder / "postgresql-unknown" / package.name / "pginstall" / "bin"
    assert copied.version == find_binaries(account, folder, package).version


def test_data_below_a_private_home_go_to_a_folder_outside(folder, root_only):
    home = folder / "private-home"
    home.mkdir(mode=0o700)
    outside = places.data_home(places.server_account(), home / "var")
    try:
        assert outside.parent in {places.Path("/var/lib"), places.Path("/var/tmp")}
        assert outside.stat().st_mode & 0o777 == 0o700
        assert (home / "var" / "data-folder").read_text() == f"{outside}\n"
    finally:
        outside.rmdir()


def test_data_in_an_ordinary_folder_stay_there(folder):
    assert places.data_home(places.server_account(), folder / "var") == folder / "var"


def test_a_lost_password_file_is_named_with_the_way_out(server):
    first = server()
    first.start()
    first.stop()
    (first.folder / "password").unlink()
    second = server()
    with pytest.raises(StackError, match="password cannot be read .* or remove .* to begin with an empty database"):
        second.start()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(server):
    broken = server()
    broken.options = {"shared_buffers": "nonsense"}
    with pytest.raises(StackError, match=r"(?s)does not start\. The end of .*postgres\.log:.*shared_buffers"):
        broken.start()


def test_a_user_without_a_name_is_told_what_to_do(root_only):
    program = (
        "import os; from portal.stack import StackError, places\n"
        "os.setgid(54321); os.setuid(54321)\n"
        "try: places.server_account()\n"
        "except StackError as error: print(error)"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=places.ROOT)
    assert printed.stdout.startswith("You run as user number 54321, which has no name on this machine")
    assert "Set DATABASE_URL to a running PostgreSQL" in printed.stdout


def test_a_folder_of_somebody_else_in_the_way_is_refused(folder, root_only):
    foreign = folder / "s"
    foreign.mkdir()
    os.chown(foreign, 54321, 54321)
    with pytest.raises(StackError, match="in the way: it belongs to somebody else"):
        places.private_folder(foreign, places.server_account())


@pytest.mark.parametrize(
    "url, sentence",
    [
        ("sqlite:///db.sqlite3", "DATABASE_URL must start with postgres://"),
        ("postgres://localhost", "names no database"),
        ("postgres://me:secret@127.0.0.1:1/sinergi", "Connection refused"),
        ("postgres:///sinergi?host=/nowhere&password=secret", "No such file or directory"),
        ("postgres://localhost/sinergi?nonsense=1", "nonsense"),
    ],
)
def test_a_database_url_that_leads_nowhere_is_explained_without_its_password(url, sentence):
    with pytest.raises(StackError) as refusal:
        check_given(url)
    assert sentence in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_a_database_url_that_works_gives_the_version(server):
    running = server()
    running.start()
    assert check_given(running.url("postgres")) == running.binaries.version


def test_start_and_stop_take_no_longer_than_a_person_waits(server):
    began = time.monotonic()
    running = server()
    running.start()
    running.stop()
    assert time.monotonic() - began < 20
