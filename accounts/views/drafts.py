"""The key to the drafts on a reader's own device."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe

from accounts import services
from accounts.sessions import seconds_left
from workflow.answers import json_answer


@require_safe
def key(request):
    """Who is signed in, the key to what they left on this device, and a token to send it with.

    For the portal's own scripts alone: an answer opened as a page, or asked for by another site, is refused.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise PermissionDenied("keys are given to the portal's own pages")
    if request.headers.get("Sec-Fetch-Dest", "empty") != "empty":
        raise PermissionDenied("keys are given to scripts, not shown")
    answer = json_answer(
        {
            "reader": services.reader_tag(request.user),
            "keys": services.draft_keys(request.user),
            "token": get_token(request),
            "seconds": seconds_left(request.session),
        }
    )
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
