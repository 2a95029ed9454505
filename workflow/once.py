"""What a page asks many times and nobody changes meanwhile is looked up once for each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from asgiref.local import Local
from django.core.signals import got_request_exception, request_finished, request_started

Found = TypeVar("Found")
_request = Local()


def hold(**_more) -> None:
    """A request begins."""
    _request.held = {}


def let_go(**_more) -> None:
    """A request is over, or broke."""
    _request.held = None


request_started.connect(hold, dispatch_uid="workflow.once.begin")
request_finished.connect(let_go, dispatch_uid="workflow.once.end")
got_request_exception.connect(let_go, dispatch_uid="workflow.once.broken")


def once(key: str, look_up: Callable[[], Found]) -> Found:
    """What was looked up under this key in this request; outside of one it is looked up every time."""
    held = getattr(_request, "held", None)
    if held is None:
        return look_up()
    if key not in held:
        held[key] = look_up()
    return held[key]


def forget(key: str) -> None:
    """It was changed."""
    if (held := getattr(_request, "held", None)) is not None:
        held.pop(key, None)
