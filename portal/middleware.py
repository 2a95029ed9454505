"""Turns refusals into pages that lose nothing, closes the portal for work, keeps the counts in the header honest."""

from __future__ import annotations

from django.core.cache import cache

from accounts.middleware import SignInMiddleware as AskToSignIn
from portal.context import counts_key
from portal.maintenance import pause
from portal.typed import typed
from portal.views import errors
from workflow.answers import wants_json
from workflow.engine import Refused, Stale

READING = {"notices:open", "forum:thread"}
"""Pages whose opening changes what the header counts."""


class RefusalMiddleware:
    """A refusal that no view caught becomes a page with a way out; after a write, and after a notice or a conversation
    was opened, the header counts anew."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        user = getattr(request, "user", None)
        opened = request.resolver_match is not None and request.resolver_match.view_name in READING
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


class MaintenanceMiddleware:
    """While the switch is on (`maintenance on`) every address answers 503, except the two for load balancers."""

    ALIVE = ("/healthz", "/readyz")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path not in self.ALIVE and (now := pause()) is not None:
            return errors.closed(request, now)
        return self.get_response(request)


class SignInMiddleware(AskToSignIn):
    """A form sent after the session ended is not thrown away on the way to the sign-in page."""

    def handle_no_permission(self, request, view_func):
        if not wants_json(request) and (kept := typed(request)) is not None:
            return errors.signed_out(request, kept)
        return super().handle_no_permission(request, view_func)
