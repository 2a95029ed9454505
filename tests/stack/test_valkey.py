"""The broker of a first look."""

from __future__ import annotations

import pytest
import redis

from portal.stack import StackError, valkey

pytestmark = pytest.mark.slow


@pytest.fixture
def broker(folder):
    found = valkey.find_binary()
    if not found:
        pytest.skip(valkey.WARNING)
    server = valkey.Valkey(folder / "valkey", *found)
    server.start()
    yield server
    server.stop()


def test_it_answers_on_a_private_socket_only_and_never_forgets_work(broker):
    with redis.Redis.from_url(broker.url) as client:
        assert client.ping() is True
        assert client.config_get("port", "maxmemory-policy") == {
            "port": "0",
            "maxmemory-policy": "noeviction",
        }
    assert broker.socket.stat().st_mode & 0o777 == 0o700
    assert valkey.check_given(broker.url) != ""


def test_its_socket_goes_with_it(broker):
    broker.stop()
    assert not broker.socket.exists()


def test_a_path_too_long_for_a_socket_gets_a_short_folder(folder):
    found = valkey.find_binary()
    if not found:
        pytest.skip(valkey.WARNING)
    deep = folder / ("long-" * 15) / ("longer-" * 10)
    deep.parent.mkdir()
    server = valkey.Valkey(deep, *found)
    server.start()
    short = server.socket.parent
    try:
        assert len(str(short)) < 60
        assert valkey.check_given(server.url) != ""
    finally:
        server.stop()
    assert not short.exists()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "nonsense", "unix:///nowhere.sock"])
def test_a_redis_url_that_leads_nowhere_is_explained(url):
    with pytest.raises(StackError, match="REDIS_URL is set, but that server does not let us in"):
        valkey.check_given(url)
