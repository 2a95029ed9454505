"""The session's end: how far it is, and staying signed in."""

from __future__ import annotations

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import sessions
from workflow.answers import json_answer, wants_json


@require_http_methods(["GET", "HEAD", "POST"])
def session(request):
    """GET asks how many seconds are left and does not count as use; POST stays signed in."""
    if request.method == "POST":
        sessions.use(request)
    if not wants_json(request):
        return redirect("accounts:settings")
    return json_answer({"seconds": sessions.seconds_left(request.session)})
