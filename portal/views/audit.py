"""The auditor's pages: events, one object's trail, a file of either, and the check of the chain."""

from __future__ import annotations

import csv
from functools import wraps
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.roles import Role
from portal.forms import AuditForm
from portal.selectors import audit as selectors
from workflow.audit import broken_links

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


def _page(request, found):
    """One page of events and the address of its neighbours."""
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    kept = {key: value for key, value in request.GET.items() if key not in {"page", "periksa"} and value}
    return page, urlencode(kept)


@for_auditors
def audit(request):
    """Search the log."""
    form = AuditForm(request.GET or None)
    valid = form.is_valid() if form.is_bound else True
    asked = {key: value for key, value in form.cleaned_data.items() if value} if form.is_bound and valid else {}
    found = selectors.events(**asked)
    if not valid:
        found = found.none()
    page, kept = _page(request, found)
    chain = _chain(request)
    broken = frozenset(chain["broken"])
    context = {
        "form": form,
        "page": page,
        "events": [selectors.in_words(entry, broken) for entry in page],
        "kept": kept,
        "chain": chain,
        "is_filtered": bool(asked),
    }
    return render(request, "portal/audit/audit.html", context, status=200 if valid else 400)


@for_auditors
def trail(request, flow: str, code: str):
    """One object's full trail, reads of files included."""
    page, kept = _page(request, selectors.trail(flow, code))
    chain = _chain(request)
    broken = frozenset(chain["broken"])
    context = {
        "code": code,
        "flow": flow,
        "kind": selectors.kind_label(flow),
        "url": selectors.record_url(request.user, flow, code),
        "page": page,
        "events": [selectors.in_words(entry, broken) for entry in page],
        "kept": kept,
        "chain": chain,
    }
    return render(request, "portal/audit/trail.html", context)


@for_auditors
def audit_file(request):
    """What the filters of the page show, as CSV."""
    form = AuditForm(request.GET)
    asked = {key: value for key, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    return _csv(selectors.events(**asked), "jejak-audit")


@for_auditors
def trail_file(request, flow: str, code: str):
    """One object's trail as CSV."""
    return _csv(selectors.trail(flow, code), f"jejak-{code}")


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value):
        return value


def _harmless(cell: str) -> str:
    """Spreadsheets execute cells that begin like a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _csv(found, stem: str) -> StreamingHttpResponse:
    """Semicolons and a byte order mark: so Indonesian Excel opens the file without asking."""
    writer = csv.writer(_Echo(), delimiter=";")

    def pieces():
        yield "\ufeff"
        for cells in selectors.csv_lines(found):
            yield writer.writerow([_harmless(c) for c in cells])

    name = f"{stem}-{timezone.localdate():%Y%m%d}.csv"
    return StreamingHttpResponse(
        pieces(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
