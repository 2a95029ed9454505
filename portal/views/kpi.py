"""Pages of the key figures: the overview, one figure with the rows behind it, files, and the exchange rates."""

from __future__ import annotations

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.kpi import charts, figures, files, rates, steps
from portal.kpi import periods as of
from portal.kpi.catalogue import BY_CODE
from portal.kpi.forms import RateForm, StrikeForm
from portal.kpi.rows import NO, SHAPES, YES, lines, rows_for, stay_lines
from portal.kpi.scopes import scope_of
from portal.kpi.step_totals import tally
from workflow.charts import chart_download, prepare
from workflow.downloads import csv_response
from workflow.engine import Refused
from workflow.listing import Pages
from workflow.replica import reads_reports
from workflow.sheets import xlsx_response

PAGE = 25


def for_readers(view):
    """Everyone who gets figures at all; the scope is worked out once."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        scope = scope_of(request.user)
        if scope is None:
            raise PermissionDenied("portal.kpi")
        return view(request, scope, *args, **kwargs)

    return guarded


def _choices(request, period: of.Period) -> dict:
    """The periods to choose from, as addresses of this page."""

    def url(year: int, basis: str) -> str:
        kept = {k: v for k, v in request.GET.items() if k in {"ukuran"} and len(v) < 20}
        basis_part = {"dasar": of.CYCLE} if basis == of.CYCLE else {}
        return f"?{urlencode({'periode': year, **basis_part, **kept})}"

    return {
        "years": [{"label": str(y), "url": url(y, period.basis), "current": y == period.year} for y in of.years()],
        "bases": [
            {"label": label, "url": url(period.year, basis), "current": basis == period.basis}
            for basis, label in ((of.YEAR, _("Calendar year")), (of.CYCLE, _("Cycle of the need")))
        ],
    }


@require_safe
@reads_reports
@for_readers
def overview(request, scope):
    """Every figure for the reader, by question."""
    period = of.period_of(request.GET)
    context = {
        "scope": scope,
        "period": period,
        "sections": figures.overview(scope, period),
        "may_keep_rates": rates.may_keep(request.user),
        **_choices(request, period),
    }
    return render(request, "portal/kpi/overview.html", context)


def _asked(request, scope, code: str):
    """The indicator and the measure an address names; Http404 for what is not for this reader."""
    kpi = BY_CODE.get(code.upper())
    if kpi is None or not scope.shows(kpi.code):
        raise Http404
    known = figures.measures_of(scope, kpi)
    wanted = request.GET.get("ukuran", "")
    return kpi, next((m for m in known if m.name == wanted), known[0])


def _only(request) -> str:
    asked = request.GET.get("hanya", "")
    return asked if asked in {YES, NO} else ""


@require_safe
@reads_reports
@for_readers
def detail(request, scope, code):
    """One figure: formula, comparison, places, and the rows behind it."""
    kpi, measure = _asked(request, scope, code)
    period = of.period_of(request.GET)
    figure = figures.figure_of(scope, kpi, period)
    number = next(n for n, value in enumerate(figure.values) if value.measure is measure)
    value = figure.values[number]
    comparison, trend = figures.compared(figure, number)
    places = figures.places_of(scope, measure, period)
    drawn = _charts(scope, kpi, value, period, places)
    if answer := chart_download(request, drawn):
        return answer
    prepare(drawn)
    context = {
        "scope": scope,
        "period": period,
        "kpi": kpi,
        "figure": figure,
        "measure": measure,
        "value": value,
        "comparison": comparison,
        "trend": trend,
        "measures": [
            {"label": other.measure.tab, "url": figures.address(kpi, period, ukuran=other.measure.name),
             "current": other.measure is measure, "value": other}
            for other in figure.values
        ],
        "charts": drawn,
        "is_drawn_by_place": any(chart.name == "wilayah" for chart in drawn),
        "places": places,
        "counts_by_year": period.basis == of.CYCLE and not kpi.by_cycle,
        **_choices(request, period),
        **(_steps(request, scope, period) if kpi.code == "K09" else _rows(request, scope, measure, period, value)),
    }  # fmt: skip
    return render(request, "portal/kpi/detail.html", context)


def _charts(scope, kpi, value, period, places) -> list:
    """What can be drawn of a figure: its years, its places, or for K09 its steps."""
    found = [charts.course(scope, kpi, value, period), charts.by_place(scope, kpi, value, places)]
    if kpi.code == "K09":
        words = _("Steps that ended in %(year)s."), _("No step with a time limit ended in %(year)s.")
        found.append(
            charts.kept(
                tally(scope, period),
                lambda step: figures.address(kpi, period, tabel=step.flow, keadaan=step.state) + "#rows",
                *(sentence % {"year": period.year} for sentence in words),
            )
        )
    return [chart for chart in found if chart is not None and not chart.is_empty]


def _rows(request, scope, measure, period, value) -> dict:
    """The rows the reader may see, the places, and what is still waiting."""
    only = _only(request)
    kept = {k: v[:20] for k, v in request.GET.items() if k in {"periode", "dasar", "ukuran", "hanya"} and v}
    shape = SHAPES[measure.shape]
    found = {
        "currencies": figures.by_currency(scope, period) if measure.shape == "cost" else [],
        "heading": shape.heading,
        "dated": shape.dated,
        "files_query": urlencode(kept),
    }
    if measure.waiting is not None and not value.is_withheld and not scope.withholds:
        count = measure.waiting(scope, period).count()
        found["pending"] = str(measure.pending) % {"count": count} if count else ""
    if value.is_withheld:
        return found
    pages = Pages(request, rows_for(scope, measure, period, only), PAGE, kept)
    visible = pages.total if not only else rows_for(scope, measure, period).count()
    bare = {k: v for k, v in kept.items() if k != "hanya"}
    found |= {
        "pages": pages,
        "rows": lines(measure, pages.page.object_list),
        "hidden": value.rows - visible,
        "visible": visible,
        "tabs": [
            {"label": label, "url": f"?{urlencode({**bare, **({'hanya': code} if code else {})})}",
             "current": code == only}
            for code, label in (("", _("All")), (YES, str(measure.above).capitalize()), (NO, _("The others")))
        ] if measure.is_share else [],
    }  # fmt: skip
    return found


def _steps(request, scope, period) -> dict:
    """Steps by table and state; one of them with its records when the address names it."""
    flow, state = request.GET.get("tabel", ""), request.GET.get("keadaan", "")
    rows = [
        {
            "step": step,
            "limit": files.limit_words(step),
            "url": figures.address(BY_CODE["K09"], period, tabel=step.flow, keadaan=step.state),
            "current": (step.flow, step.state) == (flow, state),
        }
        for step in tally(scope, period).steps()
    ]
    chosen = next((row for row in rows if row["current"]), None)
    kept = {k: v[:60] for k, v in request.GET.items() if k in {"periode", "dasar", "ukuran", "tabel", "keadaan"} and v}
    found = {"steps": rows, "chosen": chosen, "files_query": urlencode(kept)}
    if chosen:
        own = steps.stays(scope, period, (flow, state))
        seen = stay_lines(request.user, own)
        pages = Pages(request, seen, PAGE, kept)
        found |= {"pages": pages, "rows": list(pages.page.object_list), "hidden": len(own) - len(seen)}
    return found


@require_safe
@reads_reports
@for_readers
def file(request, scope, code, kind):
    """The rows behind a figure as CSV, or with places and formula as Excel."""
    kpi, measure = _asked(request, scope, code)
    period, only = of.period_of(request.GET), _only(request)
    stem = f"indikator-{kpi.code.lower()}-{measure.name}-{period.year}"
    if kind == "xlsx":
        return xlsx_response(files.sheets_of(scope, kpi, measure, period, only), f"{stem}.xlsx")
    if kind != "csv":
        raise Http404
    if kpi.code == "K09":
        rows = [files.step_head(), *files.step_rows(tally(scope, period))]
    elif figures.value_of(scope, measure, period).is_withheld:
        rows = [files.head(measure)]
    else:
        rows = files.csv_rows(scope, measure, period, only)
    return csv_response(rows, f"{stem}.csv")


# --- Exchange rates


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def rate_list(request, scope):
    """The rates with date and source; who keeps them enters new ones."""
    if not scope.is_national:
        raise Http404
    may_keep = rates.may_keep(request.user)
    if request.method == "POST" and not may_keep:
        raise PermissionDenied("programs.rate.enter")
    form = RateForm(request.POST if request.method == "POST" else None) if may_keep else None
    status = 200
    if form is not None and form.is_bound:
        status = 400
        if form.is_valid():
            try:
                made = rates.enter(request.user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, refusal.reasons[0])
                status = 409
            else:
                messages.success(request, _("The rate %(rate)s was stored.") % {"rate": made})
                return redirect("kpi_rates")
    context = {"form": form, "rates": rates.standing(), "may_keep": may_keep, "today": timezone.localdate()}
    return render(request, "portal/kpi/rates.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def rate_strike(request, scope, pk):
    """Strike out a wrong rate."""
    rate = rates.get(pk) if scope.is_national else None
    if rate is None:
        raise Http404
    if not rates.may_keep(request.user):
        raise PermissionDenied("programs.rate.strike")
    form = StrikeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            rates.strike(rate, request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, refusal.reasons[0])
        else:
            messages.success(request, _("The rate %(rate)s was struck out.") % {"rate": rate})
            return redirect("kpi_rates")
    context = {"form": form, "rate": rate}
    return render(request, "portal/kpi/strike.html", context, status=400 if form.is_bound else 200)
