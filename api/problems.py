"""Every error of the interface as a problem (RFC 9457): what happened, in the reader's language, and what to do."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions as rest

from portal.gates import roles_behind
from workflow.acting import stale_sentence
from workflow.engine import Refused, Stale, may_see
from workflow.registry import role_label, workflow

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

KINDS: dict[int, tuple[str, Any, Any]] = {
    400: ("invalid", _("The request is not valid"), _("Correct what the answer names, then send the request again.")),
    401: ("sign-in", _("Not signed in"), _("Send a valid access token: Authorization: Bearer sinergi_…")),
    403: ("forbidden", _("Not allowed"), _("Your role may not do this.")),
    404: ("not-found", _("Not found"), _("There is nothing here, or nothing that you may see.")),
    405: ("method", _("Method not allowed"), _("This address does not know that method. Allow names those it knows.")),
    406: ("not-acceptable", _("Format not available"), _("This interface answers in JSON only.")),
    409: ("stale", _("Someone was faster"), _("The record has changed. Read it again, then decide.")),
    412: ("precondition", _("The record has changed"), _("If-Match names an older version. Read the record again.")),
    413: ("too-large", _("Too large"), _("Send less at once, or a smaller file.")),
    415: ("media-type", _("Format not understood"), _("Send application/json, or multipart/form-data with files.")),
    422: ("refused", _("A rule refuses this"), _("Nothing was changed. The reasons say what stands in the way.")),
    428: ("precondition-required", _("Precondition missing"), _("Say which version you have seen.")),
    429: ("too-many", _("Too many requests"), _("Wait for as long as Retry-After says, then go on.")),
    500: ("fault", _("A fault of the portal"), _("The fault was recorded. Try again later.")),
    503: ("closed", _("Closed for maintenance"), _("Sinergi is closed for maintenance. Try again later.")),
}
"""Status -> (end of the type's address, title, what to say where nobody said more)."""


class Problem(Exception):
    """A refusal with its status. `errors`: [(field, sentence)], `reasons`: sentences."""

    def __init__(
        self,
        status: int,
        detail: Any = "",
        *,
        errors: Iterable[tuple[str, Any]] = (),
        reasons: Iterable[Any] = (),
        headers: dict[str, str] | None = None,
        **more: Any,
    ):
        self.status, self.detail = status, detail
        self.errors, self.reasons = list(errors), list(reasons)
        self.headers, self.more = dict(headers or {}), more
        super().__init__(str(detail))


def invalid(*errors: tuple[str, Any]) -> Problem:
    """400, with the fields at fault."""
    return Problem(400, errors=errors)


def of_form(*forms) -> Problem | None:
    """What forms of the pages refuse: 400 with their sentences by field; 422 where none is about a field."""
    errors: list[tuple[str, Any]] = []
    reasons: list[str] = []
    for form in forms:
        for name, found in form.errors.items():
            if name == "__all__":
                reasons += [str(sentence) for sentence in found]
            else:
                errors += [(name, str(sentence)) for sentence in found]
    if errors:
        return Problem(400, errors=errors, reasons=reasons)
    return Problem(422, reasons=reasons) if reasons else None


def body_of(problem: Problem, instance: str) -> dict[str, Any]:
    """The problem as JSON."""
    slug, title, usual = KINDS.get(problem.status) or ("", HTTPStatus(problem.status).phrase, "")
    found: dict[str, Any] = {
        "type": f"{settings.SITE_URL}/api/#problem-{slug}" if slug else "about:blank",
        "title": str(title),
        "status": problem.status,
        "detail": str(problem.detail or usual),
        "instance": instance,
    }
    if problem.errors:
        found["errors"] = [{"field": name, "detail": str(sentence)} for name, sentence in problem.errors]
    if problem.reasons:
        found["reasons"] = [str(sentence) for sentence in problem.reasons]
    return {**found, **{name: value for name, value in problem.more.items() if value}}


def respond(problem: Problem, request) -> HttpResponse:
    """The answer. It is never kept on its way."""
    body = json.dumps(body_of(problem, request.path), ensure_ascii=False)
    headers = {"Cache-Control": "no-store", **problem.headers}
    return HttpResponse(body.encode("utf-8", "replace"), CONTENT_TYPE, problem.status, headers=headers)


def problem_of(error: Exception, user=None) -> Problem | None:
    """What an exception means to whoever asked; None for a fault of the portal."""
    match error:
        case Problem():
            return error
        case Stale():
            if user is not None and not may_see(error.record.flow, user, error.record):
                sentence = gettext("%(code)s has changed since you opened the page and is no longer open to you.")
                return Problem(409, sentence % {"code": error.record.code})
            return Problem(409, stale_sentence(error.record), version=error.record.version)
        case Refused():
            return Problem(422, reasons=error.reasons)
        case Http404() | rest.NotFound():
            return Problem(404)
        case rest.NotAuthenticated() | rest.AuthenticationFailed():
            return Problem(401, _detail(error), headers={"WWW-Authenticate": 'Bearer realm="sinergi"'})
        case rest.MethodNotAllowed():
            return Problem(405)
        case rest.NotAcceptable():
            return Problem(406)
        case rest.UnsupportedMediaType():
            return Problem(415)
        case rest.ParseError():
            return Problem(400, gettext("The body cannot be read. Send one object of valid JSON in UTF-8."))
        case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
            return Problem(413)
        case MultiPartParserError() | SuspiciousOperation():
            return Problem(400)
        case PermissionDenied() | rest.PermissionDenied():
            roles = _roles_named_by(error)
            return Problem(403, "" if roles or not str(error) else _sentence(error), roles=roles)
    return None


def _detail(error) -> str:
    detail = getattr(error, "detail", "")
    return str(detail) if getattr(detail, "code", "") == "said" else ""


def _sentence(error) -> str:
    """What a refusal says, where it is a sentence for people and not the name of an act."""
    text = str(getattr(error, "detail", error))
    return text if " " in text and getattr(getattr(error, "detail", None), "code", "said") == "said" else ""


def _roles_named_by(error) -> list[str]:
    """The engine names the refused act ("regions.need.approve"), pages name their roles: whose is it?"""
    if named := getattr(error, "roles", ()) or roles_behind(str(error)):
        return [role_label(role) for role in named]
    flow_name, _dot, action = str(error).rpartition(".")
    known = workflow(flow_name)
    transition = known.flow.transition(action) if known else None
    return [role_label(role) for role in transition.who] if transition else []
