"""What load balancers ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

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


def test_readyz_says_that_every_part_works(client, db):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "parts": {"database": "ok", "migrations": "ok", "cache": "ok", "tasks": "eager"},
    }
    assert "no-store" in answer["Cache-Control"]


def test_both_take_questions_only(client, db):
    assert [client.post(path).status_code for path in ("/healthz", "/readyz")] == [405, 405]


def test_a_cache_that_is_away_makes_it_not_ready(client, db, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    answer = client.get("/readyz")
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert answer.status_code == 503
    assert answer.json()["parts"] == {
        "database": "ok",
        "migrations": "ok",
        "cache": "failed",
        "tasks": "eager",
    }


@pytest.mark.slow
def test_without_database_and_broker_the_process_lives_but_is_not_ready():
    alive, ready = ask(
        DATABASE_URL="postgres://me:secret@127.0.0.1:1/sinergi", REDIS_URL="redis://:secret@127.0.0.1:1/0"
    )
    assert alive == (200, "ok\n")
    failed = {"database": "failed", "migrations": "failed", "cache": "failed", "tasks": "failed"}
    assert ready == (503, {"ready": False, "parts": failed})


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
