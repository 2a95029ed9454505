"""Pages for refusals and faults: what happened, and the way out. Never a stack trace."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.cache import add_never_cache_headers
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from portal.gates import roles_behind
from portal.maintenance import Pause
from portal.outage import trouble_of
from portal.typed import Typed, typed
from workflow.acting import stale_sentence, switched
from workflow.answers import json_answer, wants_json
from workflow.engine import may_see
from workflow.registry import workflow
from workflow.templatetags.workflow_tags import role_name

log = logging.getLogger(__name__)


def _roles_named_by(exception) -> list[str]:
    """The engine names the refused act ("regions.need.approve"), pages name their roles: whose is it?"""
    if named := getattr(exception, "roles", ()) or roles_behind(str(exception)):
        return [role_name(role) for role in named]
    flow_name, _dot, action = str(exception).rpartition(".")
    known = workflow(flow_name)
    transition = known.flow.transition(action) if known else None
    return [role_name(role) for role in transition.who] if transition else []


def _switched(request) -> str:
    """Whether the form behind a refusal was opened in another capacity: then that is the reason."""
    user = getattr(request, "user", None)
    if request.method != "POST" or user is None or not user.is_authenticated:
        return ""
    try:
        return switched(request)
    except Exception:  # a body that cannot be read is no reason to fail twice
        return ""


def _page(request, template: str, status: int, context: dict | None = None, kept: Typed | None = None):
    """A refusal as a page. One that repeats what was typed stays out of every cache."""
    response = render(request, template, {**(context or {}), "typed": kept}, status=status)
    if kept is not None:
        add_never_cache_headers(response)
    return response


@requires_csrf_token
def bad_request(request, exception=None):
    """400; and 413 for what is too large to read."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


@requires_csrf_token
def forbidden(request, exception=None):
    """403: names the roles that may, so that people know whom to ask."""
    context = {"roles": _roles_named_by(exception), "switched": _switched(request)}
    return _page(request, "403.html", 403, context)


@requires_csrf_token
def not_found(request, exception=None):
    """404: never tells whether something exists; offers search and home."""
    return render(request, "404.html", {"switched": _switched(request)}, status=404)


@requires_csrf_token
def stale(request, exception):
    """409: someone was faster. The present state stands beside what was typed."""
    record, kept = exception.record, typed(request)
    if not may_see(record.flow, request.user, record):
        sentence = _("%(code)s has changed since you opened the page and is no longer open to you.")
        return _page(request, "409.html", 409, {"sentences": [sentence % {"code": record.code}]}, kept)
    context = {"record": record, "sentences": [stale_sentence(record)], "typed_label": _("Send mine all the same")}
    return _page(request, "409.html", 409, context, kept and kept.knowing(record.version))


@requires_csrf_token
def refused(request, exception):
    """409, or 503 where something is away: a rule refuses; its sentences are shown."""
    status = getattr(exception, "status", 409)
    return _page(request, "409.html", status, {"sentences": exception.reasons}, typed(request))


@requires_csrf_token
def too_many(request, seconds: int):
    """429: asked for too often, and when to come back. What was typed is kept."""
    if wants_json(request):
        sentence = _("Too many requests. Try again in %(seconds)d seconds.") % {"seconds": seconds}
        problem = {"type": "about:blank", "title": sentence, "status": 429, "sentence": sentence, "seconds": seconds}
        response = json_answer(problem, status=429)
        response["Content-Type"] = "application/problem+json"
    else:
        response = _page(request, "429.html", 429, {"minutes": -(-seconds // 60)}, typed(request))
        add_never_cache_headers(response)
    response["Retry-After"] = str(seconds)
    return response


def csrf_failure(request, reason=""):
    """403: the page was open too long or cookies are off; nothing is lost."""
    log.info("csrf: %s", reason)
    if wants_json(request):
        sentence = _("The page was open too long. Your entries are still on it; they are sent again.")
        return json_answer({"csrf": sentence}, status=403)
    return _page(request, "403_csrf.html", 403, {}, typed(request))


@requires_csrf_token
def signed_out(request, kept: Typed):
    """403: the session ended while the person typed. The form waits on the page until they have signed in again."""
    return _page(request, "signed_out.html", 403, {}, kept)


def _bare(template: str, values: dict) -> str:
    """Drawn without database, session or context processors, so that it works when they do not."""
    return loader.get_template(template).render(values)


def server_error_page(kept: Typed | None = None, again: str = "") -> str:
    """The page after a fault."""
    return _bare("500.html", {"typed": kept, "path": again})


def server_error(request):
    """500: what was typed is kept in the page, with a way to try again. 503 where the database is the reason."""
    error = sys.exc_info()[1]
    if trouble := trouble_of(error):
        return out_of_order(request, trouble)
    response = HttpResponse(server_error_page(typed(request), _again(request)), status=500)
    add_never_cache_headers(response)
    return response


RETRY_AFTER = 20
"""Seconds: a database that was killed is back by then."""


def out_of_order(request, trouble: str):
    """503: the portal lives, its database is "away" or "slow", or a disk is "full". Drawn without any of them."""
    sentence = {
        "away": _("The database does not answer. Try again in a moment; what was saved stays saved."),
        "slow": _("This took too long. Try again in a moment; what was saved stays saved."),
        "full": _("There is no room left to store this. Nothing of it was stored; try again later."),
    }[trouble]
    if wants_json(request):
        response = json_answer({"sentence": sentence}, status=503)
    else:
        values = {"trouble": trouble, "typed": typed(request), "path": _again(request)}
        response = HttpResponse(_bare("503.html", values), status=503)
    response.sentence = sentence
    response["Retry-After"] = str(RETRY_AFTER)
    add_never_cache_headers(response)
    return response


def _again(request) -> str:
    """The address to try again; only what was read can be repeated by a link."""
    return escape_leading_slashes(request.get_full_path()) if request.method in {"GET", "HEAD"} else ""


def maintenance_page(pause: Pause | None, kept: Typed | None = None, again: str = "") -> str:
    """The page of a closed portal, for visitors and for the proxy in front."""
    return _bare("maintenance.html", {"until": pause and pause.announced, "typed": kept, "path": again})


def closed(request, pause: Pause):
    """503: work on the portal, and when to come back."""
    sentence = _("Sinergi is closed for maintenance. Try again later.")
    if wants_json(request):
        response = json_answer({"sentence": sentence}, status=503)
    else:
        response = HttpResponse(maintenance_page(pause, typed(request), _again(request)), status=503)
    response["Retry-After"] = str(pause.seconds)
    add_never_cache_headers(response)
    return response
