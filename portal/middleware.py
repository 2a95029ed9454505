"""Turns the engine's refusals into pages and keeps the counts in the header honest."""

from __future__ import annotations

from django.core.cache import cache

from portal.context import counts_key
from portal.views import errors
from workflow.engine import Refused, Stale


class RefusalMiddleware:
    """A refusal that no view caught becomes a page with a way out; after a write, and after a notice was
    opened, the header counts anew."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        user = getattr(request, "user", None)
        opened = request.resolver_match is not None and request.resolver_match.view_name == "notices:open"
        if (request.method == "POST" or opened) and user is not None and user.is_authenticated:
            cache.delete(counts_key(user))
        return response

    def process_exception(self, request, exception):
        """Someone was faster, or a rule refuses: both are answers, not faults."""
        if isinstance(exception, Stale):
            return errors.stale(request, exception)
        if isinstance(exception, Refused):
            return errors.refused(request, exception)
        return None
