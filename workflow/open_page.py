"""A page for everyone: opens without signing in, is only read, and may be kept for a minute on its way to visitors.

`request.is_open_page` tells the frame to name the page to search engines and to those who pass its address on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

KEEP_SECONDS = 60
"""So long a proxy or a browser may show a public page again without asking."""


def _is_own(request, response) -> bool:
    """Whether an answer is one visitor's: they are known, or it gives them something (a cookie, a form's token)."""
    known = {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()
    given = response.cookies or request.session.modified or "CSRF_COOKIE_NEEDS_UPDATE" in request.META
    return bool(known or given) or response.status_code != 200


def open_page(view: Callable) -> Callable:
    """For views of the public side. A page made for somebody signed in, or with a message for one visitor, is never
    shared: it stays private."""

    @wraps(view)
    def page(request, *args, **kwargs):
        request.is_open_page = True
        response = view(request, *args, **kwargs)
        if _is_own(request, response):
            patch_cache_control(response, private=True, no_cache=True)
        else:
            patch_cache_control(response, public=True, max_age=KEEP_SECONDS, stale_while_revalidate=600)
        patch_vary_headers(response, ["Cookie"])
        return response

    return login_not_required(require_safe(page))
