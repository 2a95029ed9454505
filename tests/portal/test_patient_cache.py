"""The shared cache may be away: nothing fails, nothing hangs, and nobody reads the past afterwards."""

from __future__ import annotations

import os
import pickle
import time

import pytest

from portal.cache import PatientRedisCache
from portal.stack import valkey
from tests.servers import temporary_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def server():
    found = valkey.find_binary()
    if not found:
        pytest.skip(valkey.WARNING)
    server = valkey.Valkey(temporary_folder() / "valkey", *found)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def cache(server, monkeypatch):
    monkeypatch.setattr("portal.cache.REST", 0.2)
    return PatientRedisCache(server.url, {})


def test_it_is_a_cache_while_the_server_answers(cache):
    cache.set("a", [1], 60)
    assert (cache.get("a"), cache.add("a", 2), cache.has_key("a"), cache.delete("a"), cache.get("a", "–")) == (
        [1],
        False,
        True,
        True,
        "–",
    )
    cache.set_many({"b": 1, "c": 2}, 60)
    assert (cache.get_many(["b", "c", "d"]), cache.touch("b", 5)) == ({"b": 1, "c": 2}, True)


class Ordered:
    """What an intruder would leave in the cache: opening it makes a folder."""

    def __init__(self, place):
        self.place = str(place)

    def __reduce__(self):
        return os.mkdir, (self.place,)


def test_what_somebody_else_wrote_is_not_there_and_does_not_run(cache, tmp_path):
    place = tmp_path / "ran"
    planted = pickle.dumps(Ordered(place))
    line = cache._cache.get_client(write=True)
    for key, value in {"bare": planted, "sealed": b"\x00" * 32 + planted, "short": b"x", "empty": b""}.items():
        line.set(cache.make_key(key), value)
    cache.set("mine", None, 60)
    assert [cache.get(key, "–") for key in ("bare", "sealed", "short", "empty", "mine")] == ["–", "–", "–", "–", None]
    assert (cache.get_many(["bare", "mine"]), place.exists()) == ({"mine": None}, False)
    cache.set("bare", True, 60)
    assert cache.get("bare") is True


def test_an_entry_counts_under_its_own_key_alone(cache):
    cache.set("session-of-somebody", {"user": 1}, 60)
    line = cache._cache.get_client(write=True)
    line.set(cache.make_key("session-of-mine"), line.get(cache.make_key("session-of-somebody")))
    assert (cache.get("session-of-mine", "–"), cache.get("session-of-somebody")) == ("–", {"user": 1})
    assert cache.get_many(["session-of-mine"]) == {}


def test_numbers_are_counted_by_the_server(cache):
    cache.set("tries", 1, 60)
    assert (cache.incr("tries", 2), cache.get("tries")) == (3, 3)


def test_while_it_is_away_everything_is_answered_at_once(cache, server):
    cache.set("a", 1, 60)
    server.stop()
    began = time.monotonic()
    answers = [
        cache.get("a", "default"),
        cache.set("a", 2, 60),
        cache.add("tries", 1),
        cache.get_many(["a"]),
        cache.has_key("a"),
        cache.delete("a"),
        cache.touch("a"),
        cache.set_many({"b": 1}),
        cache.delete_many(["b"]),
    ]
    assert answers == ["default", None, True, {}, False, False, False, [], None]
    assert time.monotonic() - began < 1


def test_what_was_ended_meanwhile_stays_ended(cache, server):
    """The line was cut and the server kept what it had: an ended session must not come back to life."""
    for key in ("ended", "renewed", "untouched"):
        cache.set(key, "old", 60)
    real, server_address = server.socket, server.socket.with_suffix(".away")
    real.rename(server_address)
    cache._cache.get_client(write=True).connection_pool.disconnect()
    assert cache.get("ended") is None
    cache.delete("ended")
    cache.set("renewed", "new", 60)
    server_address.rename(real)
    time.sleep(0.3)
    assert [cache.get(key, "gone") for key in ("untouched", "ended", "renewed")] == ["old", "gone", "gone"]
