"""A record on paper: one address for the printed page, one for the PDF, for whoever sees the record's own page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from workflow import papers, records
from workflow.sheets import file_name


def _asked(request, name: str, code: str):
    """(kind, values of the paper), or where to go instead."""
    paper = records.record_named(name)
    if paper is None or "\x00" in code:
        raise Http404
    if not paper.public and not request.user.is_authenticated:
        return paper, None
    record = paper.get(request.user, code)
    address = request.build_absolute_uri(record.get_absolute_url())
    values = records.values_of(paper, request.user, record, address) | {"paper_code": code}
    if paper.heard is not None and request.method == "GET":
        paper.heard(request.user, record)
    return paper, values


def _language() -> str:
    return (get_language() or "id")[:2]


@login_not_required  # programmes are public as far as their page is; the others ask for a sign-in below
@never_cache
@require_safe
def record(request, name: str, code: str):
    """The record to be read and printed in the browser."""
    _paper, values = _asked(request, name, code)
    if values is None:
        return redirect_to_login(request.get_full_path())
    return HttpResponse(records.html(values, language=_language()))


@login_not_required
@never_cache
@require_safe
def record_pdf(request, name: str, code: str):
    """The record as a tagged PDF; where the server cannot make one, the page to print."""
    if not papers.can_make():
        return redirect("exchange:record", name, code)
    _paper, values = _asked(request, name, code)
    if values is None:
        return redirect_to_login(request.get_full_path())
    content = records.pdf(values, language=_language())
    disposition = content_disposition_header(False, file_name(f"{values['record'].code}.pdf"))
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})
