"""The auditor's pages: events, one object's trail, and the check of the chain."""

from __future__ import annotations

from functools import wraps
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone

from accounts.roles import Role
from portal.forms import AuditForm
from portal.selectors import audit as selectors
from workflow.audit import broken_links
from workflow.listing import Pages

PAGE = 50


def for_auditors(view):
    """Auditors and whoever keeps the portal running; for all others the page is refused."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not selectors.may_audit(request.user):
            refusal = PermissionDenied("portal.audit")
            refusal.roles = (Role.AUDITOR,)
            raise refusal
        return view(request, *args, **kwargs)

    return guarded


def _chain(request) -> dict:
    """The result of the check when it was asked for: it reads the whole log, so it runs on request only."""
    if "periksa" not in request.GET:
        return {"checked": False, "broken": []}
    broken, head = broken_links()
    return {
        "checked": True,
        "broken": broken,
        "broken_shown": broken[:20],
        "head": head,
        "now": timezone.now(),
    }


def _pages(request, found) -> Pages:
    """Events in pages; the check of the chain is not asked for again on the next one."""
    kept = {key: value for key, value in request.GET.items() if key not in {"page", "periksa"} and value}
    return Pages(request, found, PAGE, kept)


@for_auditors
def audit(request):
    """Search the log."""
    form = AuditForm(request.GET or None)
    valid = form.is_valid() if form.is_bound else True
    asked = {key: value for key, value in form.cleaned_data.items() if value} if form.is_bound and valid else {}
    found = selectors.told_to(request.user, selectors.events(**asked))
    if not valid:
        found = found.none()
    pages = _pages(request, found)
    chain = _chain(request)
    broken = frozenset(chain["broken"])
    context = {
        "form": form,
        "pages": pages,
        "events": [selectors.in_words(entry, broken) for entry in pages.page],
        "kept": urlencode(pages.kept),
        "chain": chain,
        "is_filtered": bool(asked),
    }
    return render(request, "portal/audit/audit.html", context, status=200 if valid else 400)


@for_auditors
def trail(request, flow: str, code: str):
    """One object's full trail, reads of files included."""
    pages = _pages(request, selectors.told_to(request.user, selectors.trail(flow, code)))
    chain = _chain(request)
    broken = frozenset(chain["broken"])
    context = {
        "code": code,
        "flow": flow,
        "kind": selectors.kind_label(flow),
        "url": selectors.record_url(request.user, flow, code),
        "pages": pages,
        "events": [selectors.in_words(entry, broken) for entry in pages.page],
        "kept": urlencode(pages.kept),
        "chain": chain,
    }
    return render(request, "portal/audit/trail.html", context)
