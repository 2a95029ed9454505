"""Lists as files, one address for all of them; long ones are ordered here and written by a worker."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from exchange.services import exports as services
from workflow.exports import KINDS, count_of, export_named
from workflow.listing import Asked
from workflow.proving import ask_again
from workflow.replica import reads_reports
from workflow.sheets import CONTENT_TYPE

TYPES = {"xlsx": CONTENT_TYPE, "csv": "text/csv; charset=utf-8"}


@login_not_required  # a few lists are public; the others ask for a sign-in below
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reads_reports
def export(request, name: str, kind: str):
    """Everything the list finds, over all its pages. GET hands it out, or says that it takes longer; POST orders it."""
    found = export_named(name)
    if found is None or kind not in KINDS:
        raise Http404
    if not found.public and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if found.asks_again and (page := ask_again(request)) is not None:
        return page
    data = request.GET.copy()
    for key in ("page", "size", "view"):
        data.pop(key, None)
    asked = Asked(request.user, data, request.path)
    listing = found.listing(asked)
    if request.method == "HEAD":
        return HttpResponse(content_type=TYPES[kind])
    rows = count_of(listing)
    long = services.is_long(found, kind, rows)
    orders = request.user.is_authenticated
    if long and (request.method == "GET" if orders else kind == "xlsx"):
        context = {"export": found, "kind": kind, "rows": rows, "query": data.urlencode(), "orders": orders}
        return render(request, "exchange/export.html", context)
    if found.heard is not None:
        found.heard(request.user, listing, rows)
    if long and orders:
        return redirect(services.order_export(found, kind, user=request.user, query=data.urlencode()))
    return _handed_out(found, kind, asked, listing)


def _handed_out(found, kind: str, asked, listing):
    name = services.name_of_file(found, kind, asked)
    if kind == "xlsx":
        book = services.workbook(found, asked.user, listing)
        return FileResponse(book, as_attachment=True, filename=name, content_type=CONTENT_TYPE)
    return StreamingHttpResponse(
        services.csv_stream(found, asked.user, listing),
        content_type=TYPES[kind],
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )
