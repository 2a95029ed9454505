"""The page of a long job: how far it is, what came of it, and its owner's word."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import zone_of
from exchange.models import Phase
from exchange.selectors import jobs as selectors
from exchange.services import imports
from exchange.services import jobs as services
from workflow.downloads import stored_response
from workflow.proving import ask_again

LETS_PEOPLE_IN = {"import.people"}
"""Imports that invite: a dangerous act, like each invitation by itself."""


@never_cache
@require_safe
def job(request, token: str):
    """How far a job is; once it came to an end, its outcome. htmx asks for the inner part every few seconds."""
    found = selectors.get_job(request.user, token)
    kind = services.kind_of(found)
    running = selectors.is_open(found)
    if request.htmx and request.GET.get("langkah") is not None and not running:
        return HttpResponse(headers={"HX-Redirect": found.get_absolute_url()})
    context = {"job": found, "kind_label": kind.label, "phase": selectors.shown_phase(found), "running": running}
    if running:
        shown = selectors.progress_of(found)
        context |= {"progress": shown, "announce": shown.step != request.GET.get("langkah", "")}
        if request.htmx:
            return render(request, "exchange/_job_progress.html", context)
    elif not selectors.is_held(request.user, found):
        context["over"] = True
    else:
        more = kind.shown(request, found) if kind.shown else {}
        template = kind.template if found.outcome else ""
        context |= {"template": template, "zone": zone_of(request.user), **more}
    context |= {"asking": found.phase == Phase.ASKING, "stopped": found.phase == Phase.STOPPED}
    return render(request, "exchange/job.html", context)


@require_POST
def go_on(request, token: str):
    """The owner's word on an import that was read. A second click changes nothing."""
    found = selectors.get_job(request.user, token)
    if found.kind in LETS_PEOPLE_IN and (page := ask_again(request)) is not None:
        return page
    services.go_on(found)
    return redirect(found)


@require_POST
def stop(request, token: str):
    """The owner wants no more of it."""
    found = selectors.get_job(request.user, token)
    if services.stop(found):
        messages.info(request, _("The work is being stopped. What is stored already stays."))
    return redirect(found)


@never_cache
@require_safe
def made(request, token: str):
    """The file a job made, under its own name, while its owner still acts in the capacity it was made for."""
    found = selectors.get_job(request.user, token)
    if not selectors.is_held(request.user, found):
        raise Http404
    if not found.made:
        return _made_when_asked(request, found)
    content_type = "text/csv" if found.made_name.endswith(".csv") else imports.XLSX
    return stored_response(found.made, found.made_name, content_type)


def _made_when_asked(request, found):
    """The marked copy of a file about people is made for the one who asks and kept nowhere."""
    if not (services.kind_of(found).personal and found.given and found.outcome.get("read")):
        raise Http404
    content = imports.marked_now(found, request.user)
    name = content_disposition_header(True, imports.marked_name(found.given_name))
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=imports.XLSX, headers=headers)
