"""The drill: a backup while records move, a restore beside it, and everything compared. Damage is found out before."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from portal.backups import sealed
from portal.backups.shelf import Shelf
from portal.stack.places import ROOT
from tests import databases
from workflow.models import LogEntry
from workflow.storage import names_below

KEY = secrets.token_urlsafe(48)
PAGES = """
import django, json, hashlib
django.setup()
from django.core.management import call_command
from django.test import Client
from regions.models import Evidence
call_command("createcachetable")
client = Client(headers={"host": "localhost"})
evidence = Evidence.objects.order_by("pk").first()
with evidence.file.open() as file:
    found = hashlib.sha256(file.read()).hexdigest()
opened = [client.get(path).status_code for path in ("/transparansi/", "/readyz")]
print(json.dumps([*opened, found == evidence.sha256]))
"""


def address(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@pytest.fixture(scope="module")
def portal(django_db_setup, django_db_blocker):
    """The sample scenario with its files, written to by this module for good."""
    with django_db_blocker.unblock(), databases.working_on_a_copy(databases.SAMPLE):
        yield


@pytest.fixture(autouse=True)
def key(settings):
    settings.BACKUP_KEY = KEY


@pytest.fixture
def said():
    """`said(command, …)`: what it prints, or "1: " and why it ended."""

    def run(name, *arguments, **options):
        out = StringIO()
        try:
            call_command(name, *map(str, arguments), stdout=out, **options)
        except CommandError as error:
            return f"1: {error}"
        return out.getvalue()

    return run


@pytest.fixture
def empty():
    """Empty databases, gone afterwards."""
    made = []

    def make() -> str:
        made.append(f"restored_{secrets.token_hex(4)}")
        with databases._server() as cursor:
            cursor.execute(f'CREATE DATABASE "{made[-1]}" TEMPLATE template0')
        return address(made[-1])

    yield make
    with databases._server() as cursor:
        for name in made:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def shelf(portal, tmp_path_factory, django_db_blocker):
    """A folder with one backup, made while entries were written and a file came in."""
    folder, stop, written = tmp_path_factory.mktemp("shelf"), threading.Event(), []
    going, name = threading.Event(), connection.settings_dict["NAME"]

    def write_on():
        with contextlib.closing(psycopg2.connect(address(name))) as line:
            line.autocommit = True
            while not stop.wait(0.01):
                with line.cursor() as cursor:
                    cursor.execute(
                        "INSERT INTO workflow_logentry (seq, at, flow, record_id, record_code, action, source, target, "
                        "role, capacity, organisation, comment, data, prev_hash, hash) "
                        "VALUES (0, now(), 'drill', 1, 'D-1', 'note', '', '', '', '', '', '', '{}', '', '')"
                    )
                written.append(1)
                going.set()

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        assert going.wait(30)
        before = len(written)
        default_storage.save("drill/besar.bin", ContentFile(os.urandom((1 << 20) + 5)))
        default_storage.save("drill/kosong.txt", ContentFile(b""))
        with override_settings(BACKUP_KEY=KEY):
            call_command("backup", "--to", str(folder), verbosity=0, stdout=StringIO())
        assert len(written) > before + 5  # the portal went on meanwhile
    finally:
        stop.set()
        writer.join()
    return folder


def heads(folder: Path) -> dict:
    shelf = Shelf(folder)
    return next(shelf.manifest(shelf.names()[-1], KEY.encode()))


@pytest.mark.slow
def test_everything_is_back_after_a_restore_and_the_portal_opens(shelf, said, empty, tmp_path):
    url = empty()
    told = said("restore", shelf, into=url, media=tmp_path / "media")
    head = heads(shelf)
    assert "All is back as it was" in told, told
    with contextlib.closing(psycopg2.connect(url)) as line, line.cursor() as cursor:
        counted = {}
        for table in head["counts"]:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counted[table] = cursor.fetchone()[0]
        cursor.execute("SELECT count(*), max(seq), (array_agg(hash ORDER BY seq DESC))[1] FROM workflow_logentry")
        count, seq, hash_ = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone()[0] == 0
    assert counted == head["counts"] and sum(counted.values()) > 5000
    assert {"seq": seq, "hash": hash_, "count": count} == head["log"]
    assert count < LogEntry.objects.count()  # what came after the moment of the backup is not in it

    def contents(read):
        return {name: hashlib.sha256(read(name)).hexdigest() for name, _written in names_below("")}

    stored = contents(lambda name: default_storage.open(name).read())
    assert contents(lambda name: (tmp_path / "media" / name).read_bytes()) == stored
    assert len(stored) > 20 and (tmp_path / "media/drill/kosong.txt").read_bytes() == b""
    env = os.environ | {
        "DATABASE_URL": url,
        "MEDIA_ROOT": str(tmp_path / "media"),
        "SINERGI_DEMO": "1",
        "DEBUG": "1",  # static files as they lie there
        "REDIS_URL": "",
    }
    env |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONWARNINGS": "ignore"}
    verified = subprocess.run(
        [sys.executable, "manage.py", "verify_log"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert verified.stdout == f"The log is intact: {count} entries, head {seq} {hash_}.\n", verified.stderr
    opened = subprocess.run([sys.executable, "-c", PAGES], cwd=ROOT, env=env, capture_output=True, text=True)
    assert opened.returncode == 0, opened.stderr
    assert json.loads(opened.stdout.splitlines()[-1]) == [200, 200, True], opened.stderr


def test_what_is_stored_tells_nothing_without_the_key(shelf):
    for file in shelf.rglob("*"):
        if file.is_file() and file.name not in {"SHA256SUMS", ".lock"}:
            head = file.read_bytes()[:17]
            assert head == sealed.MAGIC, file
            assert b"PGDMP" not in file.read_bytes() and b"@example.test" not in file.read_bytes()
    assert (
        subprocess.run(["sha256sum", "-c", "--quiet", *shelf.glob("*Z/SHA256SUMS")], cwd=shelf, check=False).returncode
        == 0
    )


def test_it_opens_without_the_portal(shelf, tmp_path):
    (tmp_path / "key").write_text(KEY + "\n")
    [name] = Shelf(shelf).names()
    shutil.copy(ROOT / "tools/open_backup.py", tmp_path)
    command = [sys.executable, "-I", "open_backup.py", "key", str(shelf / name), "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.endswith(f"log head {heads(shelf)['log']['hash']}\n"), done.stderr
    assert (tmp_path / "out/database.dump").read_bytes()[:5] == b"PGDMP"
    assert (tmp_path / "out/files/drill/besar.bin").stat().st_size == (1 << 20) + 5


def test_the_next_backup_reads_and_stores_only_what_is_new(shelf, said, tmp_path):
    copy = shutil.copytree(shelf, tmp_path / "shelf")
    default_storage.save("drill/baru.txt", ContentFile(secrets.token_bytes(10)))
    assert ", 1 of them new," in said("backup", to=copy)
    assert ", 0 of them new," in said("backup", to=copy, reread=True)
    first, *_rest = Shelf(copy).names()
    assert said("backup", to=copy, keep=2).endswith("2 older backups taken away.\n")
    assert len(Shelf(copy).names()) == 2 and first not in Shelf(copy).names()
    default_storage.delete("drill/baru.txt")
    before = len(list((copy / "files").glob("*/*")))
    said("backup", to=copy, keep=1)
    assert len(list((copy / "files").glob("*/*"))) == before - 1
    assert " is whole: " in said("restore", copy, check=True)


@pytest.fixture
def copy(shelf, tmp_path):
    return shutil.copytree(shelf, tmp_path / "copy")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-30])


def _turn(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("what", "damage", "said_of_it"),
    [
        ("*Z/database", _cut, "/database is damaged: its checksum is another one"),
        ("*Z/manifest", _turn, "/manifest is damaged: its checksum is another one"),
        ("files/*/*", _turn, " is damaged: its checksum is another one"),
        ("files/*/*", Path.unlink, " is missing: this backup is not complete"),
        ("*Z/database", Path.unlink, "/database is missing: this backup is not complete"),
        ("*Z/SHA256SUMS", _cut, "SHA256SUMS is damaged in line"),
        ("*Z/SHA256SUMS", Path.unlink, "There is no complete backup in"),
    ],
)
def test_damage_is_found_before_anything_is_touched(copy, said, what, damage, said_of_it, tmp_path):
    damage(sorted(copy.glob(what))[0])
    told = said("restore", copy, into="postgres://me@127.0.0.1:1/nobody", media=tmp_path / "media")
    assert told.startswith("1: ") and said_of_it in told
    assert not (tmp_path / "media").exists()


def test_another_key_opens_nothing(copy, said, settings):
    settings.BACKUP_KEY = secrets.token_urlsafe(48)
    assert said("restore", copy, check=True).endswith(
        "/manifest cannot be opened: it is damaged, or BACKUP_KEY is another one."
    )


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "1: BACKUP_KEY is not set."),
        ("short", "1: BACKUP_KEY is too weak."),
        ("a" * 64, "1: BACKUP_KEY is too weak."),
    ],
)
def test_a_weak_key_is_refused(settings, said, tmp_path, key, told):
    settings.BACKUP_KEY = key
    assert said("backup", to=tmp_path).startswith(told)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(shelf, said, empty, tmp_path):
    (tmp_path / "media").mkdir()
    (tmp_path / "media/ada.txt").write_text("x")
    url = empty()
    assert "The place for files is not empty (ada.txt lies there)" in said(
        "restore", shelf, into=url, media=tmp_path / "media"
    )
    used = address(connection.settings_dict["NAME"])
    assert "1: The database is not empty (" in said("restore", shelf, into=used, media=tmp_path / "new")


def test_two_at_once_are_refused(shelf, said):
    with Shelf(shelf).alone():
        assert said("backup", to=shelf) == f"1: Another backup is being written to {shelf}."


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(portal, said, tmp_path):
    told = said("backup", to=tmp_path, database="postgres://me:rahasia@127.0.0.1:1/nobody")
    assert told.startswith("1: The database does not let us in:") and "rahasia" not in told
    assert Shelf(tmp_path).names() == []


def test_wrong_words_are_sentences(said, tmp_path):
    assert said("restore", tmp_path).startswith("1: Say where to: --into")
    assert said("restore", tmp_path, check=True) == f"1: There is no complete backup in {tmp_path}."
    assert said("backup", to=tmp_path, keep=0) == "1: --keep must be 1 or more."


def test_each_backup_stands_in_the_log(shelf):
    entries = LogEntry.objects.filter(flow="portal.backup").order_by("seq")
    assert entries[0].record_code == Shelf(shelf).names()[0]
    assert set(entries[0].data) == {"rows", "files"} and entries[0].actor is None


# --- Sealed files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_what_is_sealed_opens_again_and_only_whole(tmp_path, size):
    content, key, path = os.urandom(size), KEY.encode(), tmp_path / "sealed"
    with open(path, "wb") as out:
        sealer = sealed.Sealer(out, key)
        for start in range(0, size, 300_001):
            sealer.write(content[start : start + 300_001])
        sealer.end()

    def opened() -> bytes:
        with open(path, "rb") as file:
            return b"".join(sealed.opened(file, key, "it"))

    whole, head, piece = path.read_bytes(), 17 + 32, (1 << 20) + 16
    assert opened() == content and sealer.sha256 == hashlib.sha256(content).hexdigest()
    assert sealer.sealed_sha256 == hashlib.sha256(whole).hexdigest()
    damaged = [whole[:-1], whole + b"x", whole[: head + piece * max(0, (size - 1) // (1 << 20))], whole[:head]]
    if size > 2 << 20:
        first, second = whole[head : head + piece], whole[head + piece : head + 2 * piece]
        damaged += [
            whole[:head] + second + first + whole[head + 2 * piece :],
            whole[:head] + first + whole[head + 2 * piece :],
        ]
    for each in damaged:
        if each != whole:
            path.write_bytes(each)
            with pytest.raises(sealed.Trouble):
                opened()
