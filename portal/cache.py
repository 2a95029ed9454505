"""The shared cache, without which pages still work: what is not found is computed, what cannot be kept is not kept.

Redis is broker and cache at once. While it is away Django's own backend would turn every page into a fault, even after
the act on it was committed. Here it is not asked again for a moment, and what should have been changed or removed
meanwhile is removed once it answers, so that nobody reads the past: a session that was ended stays ended.

What lies there is pickled, and the broker's password opens it. So each entry names its key and carries a MAC: what
somebody else wrote, or moved from another key, is not there. Numbers stay plain, so that the server can count.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer
from django.utils.crypto import salted_hmac
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

log = logging.getLogger(__name__)

REST = 5.0
"""Seconds without a question after it did not answer: a page asks several times and must not wait each time."""
MOST_MISSED = 100_000
MAC_BYTES = 32


class SealedPickle(RedisSerializer):
    """Opens what this portal packed; None for anything else."""

    def dumps(self, obj):
        """The MAC in front, or the whole number as it is."""
        packed = super().dumps(obj)
        return packed if isinstance(packed, int) else _mac(packed) + packed

    def loads(self, data):
        """Looked at before it is opened: opening a pickle runs what it says."""
        try:
            return int(data)
        except ValueError:
            mac, packed = data[:MAC_BYTES], data[MAC_BYTES:]
            return super().loads(packed) if hmac.compare_digest(mac, _mac(packed)) else None


def _mac(packed: bytes) -> bytes:
    return salted_hmac("portal.cache", packed, algorithm="sha256").digest()


def _under(key: Any, value: Any) -> Any:
    """A value with the key it is meant for."""
    return value if type(value) is int else (key, value)


def _meant_for(key: Any, found: Any, default: Any = None) -> Any:
    """The value, where this key is the one it was stored under."""
    if type(found) is int:
        return found
    return found[1] if found is not None and found[0] == key else default


class PatientClient(RedisCacheClient):
    """The client of one process; its threads share what they know of the server."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"serializer": SealedPickle, **kwargs})
        self._lock = threading.Lock()
        self._silent_until = 0.0
        self._missed: set[Any] = set()
        self._made: dict[bool, Any] = {}

    def get_client(self, key=None, *, write=False):
        """The same object for every question: making one costs more than asking."""
        if write not in self._made:
            self._made[write] = super().get_client(key, write=write)
        return self._made[write]

    def _ask(self, call: Callable[[], Any], instead: Any, stale: Iterable[Any] = ()) -> Any:
        """The server's answer, or `instead`; `stale`: keys whose stored values are outdated if it does not answer."""
        if time.monotonic() < self._silent_until:
            self._remember(stale)
            return instead
        try:
            self._catch_up()
            return call()
        except (NoConnection, NoAnswer) as error:
            self._silent_until = time.monotonic() + REST
            self._remember(stale)
            log.warning("the cache does not answer: %s", error)
            return instead

    def _remember(self, keys: Iterable[Any]) -> None:
        with self._lock:
            if len(self._missed) < MOST_MISSED:
                self._missed.update(keys)

    def _catch_up(self) -> None:
        if not self._missed:
            return
        with self._lock:
            missed = list(self._missed)
        super().delete_many(missed)
        with self._lock:
            self._missed.difference_update(missed)

    def add(self, key, value, timeout):
        """True as if it were stored: whoever counts tries lets people in rather than keeping everybody out."""
        return self._ask(lambda: super(PatientClient, self).add(key, _under(key, value), timeout), True)

    def get(self, key, default):
        return _meant_for(key, self._ask(lambda: super(PatientClient, self).get(key, None), None), default)

    def set(self, key, value, timeout):
        return self._ask(lambda: super(PatientClient, self).set(key, _under(key, value), timeout), None, [key])

    def touch(self, key, timeout):
        return self._ask(lambda: super(PatientClient, self).touch(key, timeout), False)

    def delete(self, key):
        return self._ask(lambda: super(PatientClient, self).delete(key), False, [key])

    def get_many(self, keys):
        found = self._ask(lambda: super(PatientClient, self).get_many(keys), {})
        missing = object()
        kept = {key: _meant_for(key, value, missing) for key, value in found.items()}
        return {key: value for key, value in kept.items() if value is not missing}

    def has_key(self, key):
        return self._ask(lambda: super(PatientClient, self).has_key(key), False)

    def set_many(self, data, timeout):
        named = {key: _under(key, value) for key, value in data.items()}
        return self._ask(lambda: super(PatientClient, self).set_many(named, timeout), None, list(data))

    def delete_many(self, keys):
        return self._ask(lambda: super(PatientClient, self).delete_many(keys), None, list(keys))


class PatientRedisCache(RedisCache):
    """Django's cache in Redis that may be away."""

    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = PatientClient
        self._options = {"retry": Retry(NoBackoff(), 1), **self._options}
