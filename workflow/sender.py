"""Who sends the request that is being answered, for the rare entry that forms write: a form knows no person."""

from __future__ import annotations

from contextvars import ContextVar

_request: ContextVar = ContextVar("request", default=None)


def current():
    """The person behind the present request; None outside of requests and for whoever is not signed in."""
    user = getattr(_request.get(), "user", None)
    return user if user is not None and user.is_authenticated else None


class SenderMiddleware:
    """Remembers the request while it is answered."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        kept = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(kept)
