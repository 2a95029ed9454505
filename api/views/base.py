"""What every address does: language, who asks, how often, scope; problems, entity tags and headers of the answer."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import override
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from accounts.models import AccessToken
from api import limits
from api.asked import check_names, fields_of
from api.authentication import BearerToken, Session
from api.body import StrictJSON
from api.language import language_of
from api.problems import Problem, problem_of, respond
from api.resource import Operation, Resource
from api.services.idempotency import Stored, once
from portal.logs import route_of

log = logging.getLogger(__name__)

VARY = ["Accept", "Accept-Language", "Accept-Encoding", "Authorization", "Cookie"]
SMALL = 600
"""Answers below so many bytes are not worth packing."""


class ApiView(APIView):
    """One address. A subclass names its `operations` and writes get, create (POST), patch or delete."""

    resource: Resource | None = None
    operations: dict[str, Operation] = {}
    scope: tuple[str, str] | None = None
    """(resource, read | write) where it does not follow from the resource and the method."""
    parameters: tuple[str, ...] = ()
    """The query parameters it reads."""
    authentication_classes = [BearerToken, Session]
    permission_classes = []
    throttle_classes = []
    renderer_classes = [JSONRenderer]
    parser_classes = [StrictJSON]
    content_negotiation_class = DefaultContentNegotiation
    metadata_class = None
    http_method_names = ["get", "head"]
    """A subclass that writes names its methods: the base knows POST already."""
    allowance: limits.Allowance | None = None
    for_visitors = True
    """Whether visitors read it where the resource is public."""

    # --- on the way in ------------------------------------------------------------------------------------------

    def dispatch(self, request, *args, **kwargs):
        """In the language the request asks for."""
        with override(language_of(request)):
            return super().dispatch(request, *args, **kwargs)

    def operation(self, method: str) -> Operation | None:
        """What the description of the interface tells of a method."""
        return self.operations.get(method)

    def known_parameters(self) -> tuple[str, ...]:
        """The query parameters of this request."""
        return self.parameters if self.request.method in {"GET", "HEAD"} else ()

    def initial(self, request, *args, **kwargs):
        """Everything that is settled before the record is looked at."""
        self.allowance = None
        try:
            user = request.user
        except Problem:
            self._count(request)  # guessing tokens is counted by address
            raise
        self._count(request, request.auth if isinstance(request.auth, AccessToken) else None, user)
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        if request.method.lower() not in self.http_method_names or not hasattr(self, request.method.lower()):
            self.http_method_not_allowed(request)
        self.check_reader(request)
        if any("\x00" in str(value) for value in kwargs.values()):
            raise Http404
        check_names(request.query_params, self.known_parameters())
        if request.method in {"POST", "PATCH"}:
            request.data  # noqa: B018 - refuses what cannot be read

    def _count(self, request, token=None, user=None) -> None:
        self.allowance = limits.take(request._request, token, user)
        if self.allowance.spent:
            raise Problem(429)

    def check_reader(self, request) -> None:
        """401 for visitors, 403 for a token without the scope."""
        reads = request.method in {"GET", "HEAD"}
        if reads and self.resource.unscoped:
            return
        if not request.user.is_authenticated:
            if reads and self.resource.public and self.for_visitors:
                return
            raise Problem(401, headers={"WWW-Authenticate": 'Bearer realm="sinergi"'})
        if request.user.acting is None:
            raise PermissionDenied(_("Your account has no role at present."))
        if isinstance(request.auth, AccessToken):
            name, what = self.scope or (self.resource.name, "read" if reads else "write")
            if f"{name}:{what}" not in request.auth.scopes:
                sentence = _("This access token lacks the scope %(scope)s.") % {"scope": f"{name}:{what}"}
                raise Problem(403, sentence, headers={"WWW-Authenticate": _lacking(f"{name}:{what}")})

    def post(self, request, *args, **kwargs):
        """A write under an Idempotency-Key: done once, however often it arrives."""
        done = once(request, lambda: self.create(request, *args, **kwargs))
        headers = {"Cache-Control": "no-store"}
        if done.again:
            headers["Idempotency-Replayed"] = "true"
        if done.location:
            headers["Location"] = done.location
        if not done.body:
            return HttpResponse(status=done.status, headers=headers)
        return self.answer(json.loads(done.body), done.status, headers)

    def create(self, request, *args, **kwargs) -> Stored:
        """What POST does: `self.made(body, status=201, location=…)`."""
        raise NotImplementedError

    # --- on the way out -----------------------------------------------------------------------------------------

    def handle_exception(self, exc):
        """Every refusal as a problem; a fault is recorded and says nothing of its cause."""
        request = self.request
        user = request._user if getattr(request, "_user", None) is not None else None
        problem = problem_of(exc, user if user is not None and user.is_authenticated else None)
        if problem is None:
            log.error("fault at %s", route_of(request._request), exc_info=exc)
            got_request_exception.send(type(self), request=request._request)
            problem = Problem(500)
        if problem.status == 405:
            problem.headers["Allow"] = ", ".join(self.allowed_methods)
        return respond(problem, request._request)

    def finalize_response(self, request, response, *args, **kwargs):
        """Headers of every answer."""
        for name, value in (self.allowance.headers if self.allowance else {}).items():
            response[name] = value
        response["Content-Language"] = language_of(request._request)
        patch_vary_headers(response, VARY)
        self.headers = {}
        return response

    def answer(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
        """JSON with a strong entity tag; 304 where the reader has it already."""
        return json_response(self.request._request, body, status, headers)

    def nothing(self) -> HttpResponse:
        """Done, and nothing to show."""
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})

    def made(self, body: Any, status: int = 200, location: str = "") -> Stored:
        """What a write answers, to be kept with its key."""
        return Stored(status, encode(body).decode(), location)

    # --- shared by subclasses -----------------------------------------------------------------------------------

    def show(self, serializer: type, record, *, many: bool = False) -> Any:
        """A record as its serializer shows it, with the fields asked for."""
        context = {"request": self.request, "resource": self.resource}
        found = serializer(record, many=many, context=context)
        wanted = None
        if self.request.method in {"GET", "HEAD"} and "fields" in self.known_parameters():
            known = list((found.child if many else found).fields)
            wanted = fields_of(self.request.query_params, known)
        if wanted is not None:
            shown = (found.child if many else found).fields
            for name in set(shown) - set(wanted):
                shown.pop(name)
        return found.data

    def seen_version(self, record) -> int | None:
        """The version the sender has seen: of the body, or of If-Match. 412 where If-Match names another."""
        header = self.request.headers.get("If-Match", "").strip()
        if header and header != "*":
            tags = {tag.strip() for tag in header.split(",")}
            if not any(tag.startswith(f'"{record.version}-') and tag.endswith('"') for tag in tags):
                raise Problem(412, version=record.version)
            return record.version
        return None


def _lacking(scope: str) -> str:
    return f'Bearer realm="sinergi", error="insufficient_scope", scope="{scope}"'


def encode(body: Any) -> bytes:
    """JSON as it is sent."""
    text = json.dumps(body, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def tag_of(body: Any, content: bytes, packed: bool) -> str:
    """A strong entity tag: of the very bytes. That of a record begins with its version, for If-Match."""
    version = body.get("version", "") if isinstance(body, dict) else ""
    digest = hashlib.sha256(content).hexdigest()[:24]
    return f'"{version}{"-" if version != "" else ""}{digest}{"-gzip" if packed else ""}"'


def json_response(request, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """JSON, packed where the reader takes it, with the entity tag of what is really sent."""
    content = body if isinstance(body, bytes) else encode(body)
    packed = len(content) > SMALL and "gzip" in request.headers.get("Accept-Encoding", "")
    tag = tag_of(body, content, packed)
    headers = {"Cache-Control": "private, no-cache", **(headers or {}), "ETag": tag}
    if request.method in {"GET", "HEAD"} and status == 200 and _known(request, tag):
        return HttpResponse(status=304, headers=headers)
    if packed:
        content = gzip.compress(content, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return HttpResponse(content, "application/json", status, headers=headers)


def _known(request, tag: str) -> bool:
    named = [part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")]
    return "*" in named or tag in named
