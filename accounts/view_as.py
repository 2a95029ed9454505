"""Middleware: support looks at the portal as somebody else, with their consent, for half an hour, and only looks.

`request.user` is the person, `request.supporter` whoever looks. Nothing a page writes by being opened is kept (the
request's transaction is taken back), nothing is sent, files and answers for programs stay closed, and so does every
page that `support_pages` does not name. The pages that end the look are the supporter's own.
"""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from accounts.services import SESSION_KEY
from accounts.services.support import VIEW_AS, end_lapsed, note_page, open_view
from accounts.support_pages import is_open
from workflow.answers import json_answer, wants_json

SAFE = ("GET", "HEAD", "OPTIONS")
AS_ONESELF = {"accounts:session", "accounts:logout", "accounts:end_view", "worker", "favicon", "healthz", "readyz"}
"""Addresses that concern the supporter's own session, or nobody."""


class ViewAsMiddleware:
    """Swaps the reader, for reading only."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.supporter = None
        if VIEW_AS not in request.session or not request.user.is_authenticated:
            return self.get_response(request)
        name, code = _asked(request)
        if name in AS_ONESELF:
            return self.get_response(request)
        request.user.act_as(request.session.get(SESSION_KEY))
        view = open_view(request)
        if view is None:
            return self._over(request)
        request.supporter, request.user = request.user, view.person
        request.support_view = view
        if request.method not in SAFE:
            return _closed(request, _("You only look. Nothing was sent and nothing was changed."))
        if not is_open(name):
            return _closed(request, _("Support does not look at this page as somebody else."))
        response = self._looked_at(request)
        if response.status_code == 200:
            note_page(view, name, code)
        return response

    def _looked_at(self, request):
        """The page, and nothing else of what the request did."""
        with transaction.atomic():
            response = self.get_response(request)
            transaction.set_rollback(True)
        is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        is_elsewhere = "://" in response.get("Location", "")  # a stored file may be handed out by another server
        is_file = response.status_code == 200 and (not is_page or response.has_header("Content-Disposition"))
        if is_file or is_elsewhere:
            if (file := getattr(response, "file_to_stream", None)) is not None:
                file.close()  # not the response itself: closing one ends the request
            return _closed(request, _("Support downloads nothing as somebody else."))
        return response

    def _over(self, request):
        """The half hour is over, the person has ended it, or the ground for it is gone."""
        end_lapsed(request)
        sentence = _("Looking as somebody else has ended. You see the portal as yourself again; nothing was sent.")
        if wants_json(request):
            return json_answer({"sentence": sentence}, status=409)
        messages.info(request, sentence)
        return redirect("accounts:support_views")


def _asked(request) -> tuple[str, str]:
    """(name of the address, code of the record in it)."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return "", ""
    return match.view_name or "", str(match.kwargs.get("code", ""))


def _closed(request, sentence: str) -> HttpResponse:
    if wants_json(request):
        return json_answer({"sentence": sentence}, status=403)
    return render(request, "accounts/support/closed.html", {"sentence": sentence}, status=403)
