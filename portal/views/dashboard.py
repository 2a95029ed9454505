"""The dashboard of the ministry, the rows behind its figures, and its charts as files."""

from __future__ import annotations

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.roles import MINISTRY
from portal.dashboard.choice import NAMES, choice_of
from portal.dashboard.measures import MEASURES, rows_of
from portal.dashboard.page import charts_of, figures_of
from portal.kpi.scopes import scope_of
from workflow.charts import chart_download, prepare
from workflow.listing import Pages
from workflow.replica import reads_reports

PAGE = 25


def for_the_centre(view):
    """Those who may read the business of the whole country; what they chose is worked out once."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        scope = scope_of(request.user)
        if scope is None or not scope.is_national:
            refusal = PermissionDenied("portal.dashboard")
            refusal.roles = MINISTRY
            raise refusal
        return view(request, choice_of(scope, request.GET), *args, **kwargs)

    return guarded


@require_safe
@reads_reports
@for_the_centre
def dashboard(request, choice):
    """Eight questions with their answers drawn; `?grafik=…&sebagai=…` hands out one of them as a file."""
    if answer := chart_download(request, charts_of(choice, only=request.GET.get("grafik", ""))):
        return answer
    charts = charts_of(choice)
    prepare(charts)
    context = {
        "choice": choice,
        "selects": choice.selects(),
        "pills": choice.pills(),
        "clear_url": f"?{choice.query(pulau='', provinsi='', tema='', mitra='')}",
        "figures": figures_of(choice),
        "charts": charts,
    }
    return render(request, "portal/dashboard/dashboard.html", context)


@require_safe
@reads_reports
@for_the_centre
def rows(request, choice, measure):
    """The rows behind one figure of the dashboard, as far as the reader may open them."""
    known = MEASURES.get(measure)
    if known is None:
        raise Http404
    found = rows_of(choice, known, request.GET)
    label = known.label(found.asked)
    if not label:
        raise Http404
    kept = {k: v[:60] for k, v in request.GET.items() if k in {*NAMES, *known.asks} and v}
    pages = Pages(request, found.visible, PAGE, kept)
    context = {
        "choice": choice,
        "label": label,
        "measure": known,
        "found": found,
        "pages": pages,
        "rows": found.lines(pages.page.object_list),
        "pills": choice.pills() if not found.asked else [],
        "back": urlencode({k: v for k, v in kept.items() if k in NAMES}),
    }
    return render(request, "portal/dashboard/rows.html", context)
