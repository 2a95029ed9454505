"""Bringing in a spreadsheet: templates, the upload, and the last ones."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import zone_of
from exchange.books.template import text_file, workbook
from exchange.forms.imports import ImportForm
from exchange.kinds.catalogue import kind_named, options_from
from exchange.selectors.imports import home_of
from exchange.selectors.jobs import last_jobs
from exchange.services.imports import PREFIX, XLSX, order_import, refusal_of


def _kind(request, name: str):
    """(kind, options) that this user may bring in; 404 otherwise."""
    kind = kind_named(name)
    if kind is None:
        raise Http404
    options = options_from(kind, request.GET)
    if not kind.may(request.user, options):
        raise Http404
    return kind, options


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request, kind: str):
    """Template, upload, last uploads. Reading stores nothing but the report."""
    found, options = _kind(request, kind)
    refusal = refusal_of(found, request.user, options)
    sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if sent else ImportForm()
    if sent and not refusal and form.is_valid():
        file = form.cleaned_data["file"]
        return redirect(order_import(found, options, user=request.user, given=file, sha256=form.sha256))
    query = f"?{urlencode(options)}" if options else ""
    context = {
        "kind": found,
        "form": form,
        "refusal": refusal,
        "jobs": last_jobs(request.user, PREFIX + found.name),
        "zone": zone_of(request.user),
        "home_url": home_of(found, options),
        "template_url": reverse("exchange:template", args=[found.name, "xlsx"]) + query,
        "text_url": reverse("exchange:template", args=[found.name, "csv"]) + query,
        "filled_url": _filled_url(found, options),
        "tables": [{"title": table.title, "about": table.about} for table in found.tables(request.user, options)],
    }
    return render(request, "exchange/import.html", context, status=400 if sent else 200)


def _filled_url(kind, options) -> str:
    """The template with what exists; people never go back into a file."""
    if getattr(kind, "personal", False):
        return ""
    return f"{reverse('exchange:template', args=[kind.name, 'xlsx'])}?{urlencode({**options, 'isi': '1'})}"


@never_cache
@require_safe
def template(request, kind: str, suffix: str):
    """The template in the reader's language; `isi=1` fills it with what exists and may be changed."""
    found, options = _kind(request, kind)
    if suffix not in {"xlsx", "csv"}:
        raise Http404
    tables, examples = found.tables(request.user, options), found.examples(request.user, options)
    if suffix == "csv":
        content, content_type = text_file(tables, examples), "text/csv; charset=utf-8"
    else:
        rows = found.current(request.user, options) if request.GET.get("isi") == "1" else {}
        content, content_type = workbook(tables, examples, rows), XLSX
    name = _("template-%(kind)s.%(suffix)s") % {"kind": found.name, "suffix": suffix}
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
