"""Where a role asks for a second factor, a session without one opens the pages to give or set it up alone."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import proof
from accounts.rules.second_factor import needs_factor
from accounts.selectors.factors import has_factor
from accounts.views.proof import kept_form
from workflow.answers import wants_json

ALWAYS = {
    "accounts:code",
    "accounts:login",
    "accounts:logout",
    "accounts:session",
    "worker",
    "favicon",
    "robots",
    "healthz",
    "readyz",
}
SET_UP = {"accounts:security", "accounts:add_app", "accounts:add_passkey", "accounts:prove"}
"""Open to those who have no factor yet. Whoever has one gives it first: else a stolen password could add another."""


class SecondFactorMiddleware:
    """Asks of each session whether it used a factor, not of the person whether there is one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, args, kwargs):
        """Once the address is known. A session that used its factor costs nothing."""
        user = getattr(request, "supporter", None) or request.user
        if settings.SECOND_FACTOR != "required" or not user.is_authenticated or proof.has_factor(request.session):
            return None
        name = request.resolver_match.view_name
        if name in ALWAYS or not needs_factor(user):
            return None
        owns = has_factor(user)
        if not owns and name in SET_UP:
            return None
        where = reverse("accounts:code" if owns else "accounts:security")
        if wants_json(request) or request.path.startswith("/api/"):
            return _problem(where)
        if request.method == "POST" and (kept := kept_form(request)):
            response = render(request, "accounts/factor_owed.html", {"where": where, "typed": kept}, status=403)
            add_never_cache_headers(response)
            return response
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Redirect": where})
        again = urlencode({"next": request.get_full_path()}) if request.method in {"GET", "HEAD"} else ""
        return redirect(f"{where}?{again}" if again else where)


def _problem(where: str) -> HttpResponse:
    """For scripts: what is owed and where (RFC 9457)."""
    sentence = _("Your role needs a second factor at sign-in.")
    found = {"type": "about:blank", "title": sentence, "status": 403, "sentence": sentence, "second_factor": where}
    return HttpResponse(
        json.dumps(found), status=403, content_type="application/problem+json", headers={"Cache-Control": "no-store"}
    )
