"""Pages for refusals and faults: what happened, and the way out. Never a stack trace."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token

from workflow.acting import stale_sentence, switched
from workflow.registry import workflow
from workflow.templatetags.workflow_tags import role_name

log = logging.getLogger(__name__)


def _roles_named_by(exception) -> list[str]:
    """The engine names the refused act ("regions.need.approve"), pages name their roles: whose is it?"""
    if named := getattr(exception, "roles", ()):
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


@requires_csrf_token
def bad_request(request, exception=None):
    """400; and 413 for what is too large to read."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


@requires_csrf_token
def forbidden(request, exception=None):
    """403: names the roles that may, so that people know whom to ask."""
    context = {"roles": _roles_named_by(exception), "switched": _switched(request)}
    return render(request, "403.html", context, status=403)


@requires_csrf_token
def not_found(request, exception=None):
    """404: never tells whether something exists; offers search and home."""
    return render(request, "404.html", {"switched": _switched(request)}, status=404)


@requires_csrf_token
def stale(request, exception):
    """409: someone was faster."""
    context = {"record": exception.record, "sentences": [stale_sentence(exception.record)]}
    return render(request, "409.html", context, status=409)


@requires_csrf_token
def refused(request, exception):
    """409: a rule refuses; its sentences are shown."""
    return render(request, "409.html", {"sentences": exception.reasons}, status=409)


def csrf_failure(request, reason=""):
    """403: the page was open too long or cookies are off; nothing is lost."""
    log.info("csrf: %s", reason)
    return render(request, "403_csrf.html", status=403)


def server_error(request):
    """500: drawn without database, session or context processors, so that it works when they do not."""
    return HttpResponse(loader.get_template("500.html").render(), status=500)
