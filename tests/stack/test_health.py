"""What load balancers ask."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
import time

import pytest
from django.utils import timezone

from notices.models import Outbox
from portal import readiness
from portal.stack.places import ROOT

PROGRAM = """
import django, json
django.setup()
from django.test import Client
client = Client(headers={"host": "localhost"})
for path in ("/healthz", "/readyz"):
    answer = client.get(path)
    print(json.dumps([answer.status_code, answer.content.decode()]))
"""


def ask(**environment):
    """((status, text) of /healthz, (status, data) of /readyz) from a process with its own environment."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings", "SINERGI_DEMO": "1"} | environment
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    alive, ready = (json.loads(line) for line in done.stdout.splitlines()[-2:])
    assert "secret" not in done.stdout
    return tuple(alive), (ready[0], json.loads(ready[1]))


def test_healthz_answers_without_touching_the_database(client):
    answer = client.get("/healthz")  # without the fixture `db` a query would raise
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


GOOD = {"database": "ok", "migrations": "ok", "mail": "ok", "cache": "ok", "tasks": "eager", "disk": "elsewhere"}


def answer(client) -> tuple[int, dict]:
    found = client.get("/readyz")
    return found.status_code, found.json()


def test_readyz_says_that_every_part_works(client, db):
    assert answer(client) == (200, {"ready": True, "troubled": [], "parts": GOOD})
    assert "no-store" in client.get("/readyz")["Cache-Control"]


def test_both_take_questions_only(client, db):
    assert [client.post(path).status_code for path in ("/healthz", "/readyz")] == [405, 405]


def test_a_cache_that_is_away_is_named_and_keeps_nobody_out(client, db, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    found = answer(client)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert found == (200, {"ready": True, "troubled": ["cache"], "parts": {**GOOD, "cache": "failed"}})


@pytest.mark.django_db(transaction=True)
def test_mail_that_stands_is_named_and_keeps_nobody_out(client, aceh_operator):
    late = timezone.now() - dt.timedelta(minutes=16)
    mail = Outbox.objects.create(user=aceh_operator, due_at=late, next_at=late, key="k")
    assert answer(client) == (200, {"ready": True, "troubled": ["mail"], "parts": {**GOOD, "mail": "old"}})
    Outbox.objects.filter(pk=mail.pk).update(given_up_at=timezone.now())
    assert answer(client)[1]["troubled"] == []


@pytest.mark.parametrize(
    ("free_mb", "writable", "word"), [(1, True, "ok"), (1_000_000_000, True, "low"), (1, False, "read-only")]
)
def test_the_disk_of_stored_files_is_named(client, db, settings, tmp_path, monkeypatch, free_mb, writable, word):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    settings.MEDIA_ROOT, settings.READY_FREE_MB = tmp_path / "not" / "there" / "yet", free_mb
    monkeypatch.setattr(os, "access", lambda path, mode: writable)
    status, found = answer(client)
    assert (status, found["parts"]["disk"], found["troubled"]) == (200, word, [] if word == "ok" else ["disk"])


def test_a_database_that_hangs_does_not_hang_the_answer_and_is_asked_once(client, db, monkeypatch):
    release, asked = threading.Event(), []

    def hang():
        asked.append(1)
        release.wait(30)
        return "ok"

    hang.__name__ = "database"
    monkeypatch.setattr(readiness, "PATIENCE", 0.3)
    monkeypatch.setitem(readiness.GROUPS, "database", (hang, readiness.migrations, readiness.mail))
    slow = {"database": "slow", "migrations": "slow", "mail": "slow"}
    try:
        began = time.monotonic()
        for _n in range(3):
            status, found = answer(client)
            assert (status, found["parts"]) == (503, {**GOOD, **slow})
        assert time.monotonic() - began < 5 and len(asked) == 1
    finally:
        release.set()
        readiness._rounds["database"].thread.join()
    monkeypatch.setattr(readiness, "PATIENCE", 3)
    assert answer(client)[0] == 200


def test_migrations_are_looked_up_until_nothing_waits(client, db, monkeypatch):
    waiting = [2, 0]
    monkeypatch.setattr(readiness, "_up_to_date", False)
    monkeypatch.setattr(readiness, "migrations_to_apply", lambda: waiting.pop(0))
    found = [answer(client) for _n in range(3)]
    assert [(status, parts["parts"]["migrations"]) for status, parts in found] == [
        (503, "2 to apply"), (200, "ok"), (200, "ok"),
    ]  # fmt: skip


@pytest.mark.slow
def test_without_database_and_broker_the_process_lives_but_is_not_ready():
    alive, ready = ask(
        DATABASE_URL="postgres://me:secret@127.0.0.1:1/sinergi", REDIS_URL="redis://:secret@127.0.0.1:1/0"
    )
    assert alive == (200, "ok\n")
    names = ("database", "migrations", "mail", "cache", "tasks")
    assert ready[0] == 503 and ready[1]["ready"] is False
    assert {name: ready[1]["parts"][name] for name in names} == dict.fromkeys(names, "failed")


@pytest.mark.slow
def test_an_empty_database_is_not_ready_and_says_how_many_migrations_wait(server):
    empty = server()
    empty.start()
    empty.ensure_database("empty")
    alive, ready = ask(DATABASE_URL=empty.url("empty"), REDIS_URL="")
    assert alive == (200, "ok\n")
    assert ready[0] == 503
    assert ready[1]["parts"]["database"] == "ok"
    assert ready[1]["parts"]["migrations"].endswith(" to apply")
