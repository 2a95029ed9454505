"""What stands in the queues of Redis, without taking anything out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import redis
from django.conf import settings

from portal.queues import QUEUES
from portal.task_lines import SENT

_STEPS = ("", "\x06\x163", "\x06\x166", "\x06\x169")
"""How kombu marks the lists of a queue by priority."""


def _server() -> redis.Redis | None:
    if settings.CELERY_TASK_ALWAYS_EAGER or not settings.REDIS_URL:
        return None
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2)


def queues() -> Iterator[tuple[str, int, float]]:
    """(queue, messages that wait, age of the oldest in seconds)."""
    server = _server()
    if server is None:
        return
    with server:
        for name in QUEUES:
            lists = [name + step for step in _STEPS]
            oldest = [_age(server.lindex(each, -1)) for each in lists]
            yield name, sum(server.llen(each) for each in lists), max(oldest)


def _age(message: bytes | None) -> float:
    """Workers take from the right end; a message says in a header when it was sent."""
    try:
        sent = json.loads(message or b"{}").get("headers", {}).get(SENT)
        return max(0.0, time.time() - sent) if sent else 0.0
    except (ValueError, AttributeError, TypeError):
        return 0.0


def unconfirmed() -> int | None:
    """Messages in the hands of workers."""
    server = _server()
    if server is None:
        return None
    with server:
        return server.zcard("unacked_index")
