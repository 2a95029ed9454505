"""The IATI file for everyone, and a page that explains it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from exchange.iati import file
from exchange.iati.activities import address
from exchange.iati.writing import VERSION
from workflow.open_page import open_page
from workflow.replica import reads_reports


@login_not_required
@require_safe
@reads_reports
def activities(request):
    """Every published programme and every agreement in force, as IATI activities."""
    found = file.made()
    tag = f'"{found.sha256[:40]}"'
    response = get_conditional_response(request, tag)
    if not isinstance(response, HttpResponseNotModified):
        response = HttpResponse(found.content, content_type="application/xml; charset=utf-8")
    response["ETag"], response["Access-Control-Allow-Origin"] = tag, "*"
    patch_cache_control(response, public=True, max_age=file.KEEP_SECONDS)
    return response


@open_page
def page(request):
    """What the file holds, how our records map onto the standard, and where it lies."""
    context = {
        "url": address("iati:activities"),
        "version": VERSION,
        "organisation": settings.IATI_ORGANISATION,
        "registered": file.is_registered(),
    }
    return render(request, "exchange/data/iati.html", context)
