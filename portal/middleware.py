"""Turns refusals into pages that lose nothing, closes the portal for work, keeps the counts in the header honest; and
what every answer says to browsers, what a request may carry, how often costly pages are made."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig

from accounts.middleware import SignInMiddleware as AskToSignIn
from portal.context import counts_key
from portal.limits import wait_for
from portal.maintenance import pause
from portal.typed import typed
from portal.views import errors
from workflow import replica
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
        if request.method not in {"GET", "HEAD", "OPTIONS"} and user is not None and user.is_authenticated:
            replica.wrote(user)
        return response

    def process_exception(self, request, exception):
        """Someone was faster, or a rule refuses: both are answers, not faults."""
        if isinstance(exception, Stale):
            return errors.stale(request, exception)
        if isinstance(exception, Refused):
            return errors.refused(request, exception)
        return None


OF_DEVICES = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "sync-xhr",
    "usb",
    "xr-spatial-tracking",
)
"""What browsers offer to pages and the portal uses nowhere."""
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in OF_DEVICES),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer, whoever made it: pages, refusals, faults, files, served files, the interface. A view may say
something stricter. The content policy and HSTS are in the settings."""


class HeadersMiddleware:
    """Stands outside all that answers."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class BodyLimitMiddleware:
    """What is larger than any page of the portal takes is refused before a byte of it is read."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.REQUEST_MAX_BYTES:
            return errors.bad_request(request, RequestDataTooBig())
        return self.get_response(request)


class CostlyMiddleware:
    """Pages that cost much are made so often for one person and no oftener (`portal/limits.py`)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, args, kwargs):
        """Once the address is known; before the view does anything."""
        if seconds := wait_for(request, request.resolver_match.view_name):
            return errors.too_many(request, seconds)
        return None


class MaintenanceMiddleware:
    """While the switch is on (`maintenance on`) every address answers 503, except those for machines that watch."""

    ALIVE = ("/healthz", "/readyz", "/metrics")

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
