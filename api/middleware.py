"""Whatever goes wrong outside the views (maintenance, unknown addresses, faults) is a problem too, never a page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import override

from api.language import language_of
from api.problems import CONTENT_TYPE, Problem, respond

PREFIX = "/api/v1/"
KEPT = ("Retry-After", "WWW-Authenticate", "Allow")


class ProblemMiddleware:
    """Stands outside everything that may answer with a page or a redirect."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        response = self.get_response(request)
        if self._is_ours(response):
            return response
        # A redirect comes from a capacity that has ended: nothing was done.
        status = response.status_code if response.status_code >= 400 else 409
        kept = {name: response[name] for name in KEPT if response.has_header(name)}
        with override(language_of(request)):
            answer = respond(Problem(status, getattr(response, "sentence", ""), headers=kept), request)
        patch_vary_headers(answer, ["Accept-Language"])
        answer.cookies = response.cookies
        return answer

    def _is_ours(self, response) -> bool:
        if 300 <= response.status_code < 400:
            where = response.get("Location", "")
            return response.status_code == 304 or "https://" in where or where.endswith(reverse("machines:documents"))
        return response.status_code < 400 or response.get("Content-Type", "").startswith(CONTENT_TYPE)
