"""Pages of results: one run, two runs, the public page, and the files of each."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.rules import zone_of
from partnerships import allocation_charts as charts
from partnerships.allocation_sentences import show_clashes, show_leftovers, show_rule_costs
from partnerships.rules.allocations import may_prepare
from partnerships.selectors import allocation_files as files
from partnerships.selectors import allocation_results as results
from partnerships.selectors import allocation_runs as runs
from partnerships.selectors import allocations as selectors
from partnerships.services import allocations as services
from workflow import formats
from workflow.downloads import csv_response
from workflow.engine import offered
from workflow.listing import Pages
from workflow.open_page import open_page
from workflow.sheets import xlsx_response

LEFT_SHOWN = 10
VIEWS = ("sebelum", "sesudah", "tabel")


def _solved(request, code: str):
    """A run the user sees that has a result, or Http404; runs without one are shown elsewhere."""
    run = selectors.get_run(request.user, code)
    return run if run.is_solved else None


def _kept(request, *names: str) -> list[tuple[str, str]]:
    """What the address says beside the filters of the table."""
    return [(name, request.GET[name][:20]) for name in names if request.GET.get(name)]


def _with(request, **values: str) -> str:
    """The address with other values, from the first page on."""
    data = request.GET.copy()
    data.pop("page", None)
    for name, value in values.items():
        data[name] = value
    return f"?{data.urlencode()}"


def _picture(request, shown) -> dict:
    """The switch Before, Now, Table, and the map it shows."""
    wanted = request.GET.get("peta", "")
    view = wanted if wanted in VIEWS else "sesudah"
    labels = {"sebelum": _("Before"), "sesudah": _("Now"), "tabel": _("Table")}
    drawn = charts.coverage_map(shown.places, before=view == "sebelum")
    return {
        "view": view,
        "views": [{"url": _with(request, peta=name), "label": labels[name], "current": name == view} for name in VIEWS],
        "map": drawn,
    }


def _comparators(request, run, chosen: str) -> list[dict]:
    return [
        {"url": _with(request, banding=name), "label": label, "current": name == chosen}
        for name, label in results.comparator_choices(run)
    ]


@require_safe
def result(request, code: str):
    """Who got what and why, beside a comparator."""
    run = _solved(request, code)
    if run is None:
        return redirect(selectors.get_run(request.user, code))
    exact = results.reads_everything(request.user)
    chosen = results.comparator_of(run, request.GET.get("banding", ""))
    shown = results.shown_result(run, chosen, public=not exact)
    listing = results.line_listing(request, run)
    left = show_leftovers(run.leftovers) if exact else []
    every = request.GET.get("sisa") == "semua"
    context = {
        "run": run,
        "shown": shown,
        **_picture(request, shown),
        "heading": _heading(run),
        "lead": _lead(run, shown),
        "preset": runs.preset_label(run),
        "comparators": _comparators(request, run, chosen),
        "comparator_label": results.COMPARATORS.get(chosen, ""),
        "costs": show_rule_costs(run.rule_costs, exact=exact, whole=shown.coverage.is_whole),
        "clashes": show_clashes(run.figures.get("clashes") or []) if exact else [],
        "leftovers": left if every else left[:LEFT_SHOWN],
        "more_left": 0 if every else max(len(left) - LEFT_SHOWN, 0),
        "all_left": _with(request, sisa="semua").removeprefix("?"),
        "listing": listing,
        "listing_query": f"?{request.GET.urlencode()}" if request.GET else "",
        "lines": results.shown_lines(run, listing.rows),
        "kept": _kept(request, "banding", "peta", "sisa"),
        "exact": exact,
        "may_copy": may_prepare(request.user),
        "valid": results.valid_instead_of(run),
        "compared": results.comparable(request.user, run)[:1],
        "zone": zone_of(request.user),
    }
    return render(request, "partnerships/allocations/result.html", context)


def _heading(run) -> str:
    if run.kind == "REMAINDER":
        return _("Allocation of the remaining seats")
    return _("Result of the national allocation")


def _lead(run, shown) -> str:
    sums = results.sums_of(shown.coverage.counted)
    words = {name: formats.num(count) for name, count in sums.items()}
    if shown.coverage.is_whole:
        words["offered"] = formats.num(run.figures.get("seats_offered", 0))
        return _("%(seats)s of %(offered)s seats given; %(people)s officers are in need.") % words
    return _("%(seats)s seats given; %(people)s officers are in need.") % words


@require_safe
def sheet(request, code: str):
    """The lines as filtered, as Excel."""
    run = _solved(request, code)
    if run is None:
        raise Http404
    if not results.reads_everything(request.user):
        raise PermissionDenied("partnerships.allocation.download")
    listing = results.line_listing(request, run)
    return xlsx_response(files.sheets_of(run, listing, request.user), f"{run.code}.xlsx")


@require_safe
def file(request, code: str):
    """The frozen input in format alloc-1, or (`?isi=hasil`) the result object: anyone can calculate it again."""
    run = _solved(request, code)
    if run is None:
        raise Http404
    if not results.reads_everything(request.user):
        raise PermissionDenied("partnerships.allocation.download")
    wants_result = request.GET.get("isi") == "hasil"
    text = json.dumps(run.result, ensure_ascii=False) if wants_result else services.as_alloc1(run)
    return _json(text, f"{run.code}-hasil.json" if wants_result else f"{run.code}.json")


def _json(text: str, name: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@require_safe
def compare(request, code: str, other: str):
    """Two runs side by side: figures, provinces, lines and rules that differ."""
    run, against = (selectors.get_run(request.user, one) for one in (code, other))
    exact = results.reads_everything(request.user)
    if not run.is_solved or not against.is_solved or run.pk == against.pk:
        raise Http404
    coverage = results.coverage_of(run.figures, against.figures, public=not exact, both_real=True)
    places, counted = coverage.places, coverage.counted
    mine, theirs = runs.rule_rows(run.rules), runs.rule_rows(against.rules)
    pages = Pages(request, results.lines_that_differ(request.user, run, against), 25)
    context = {
        "run": run,
        "against": against,
        "figures": results.figures_of(run, against.figures, coverage),
        "islands": charts.dumbbell(results.island_rows(counted), results.national_share(counted)),
        "places": sorted((p for p in places if p.differs), key=lambda p: (-abs(p.change or 0), p.code)),
        "same_places": sum(1 for p in places if p.people is not None and not p.differs),
        "note": coverage.note,
        "gini": results.gini_sentence(counted, compared=True),
        "proofs": [(one, results.proof_sentence(one.figures)) for one in (run, against)],
        "rules": [(a, b) for a, b in zip(mine, theirs, strict=True) if a["value"] != b["value"]],
        "same_needs": results.same_needs(run, against),
        "pages": pages,
        "lines": results.shown_differences(pages.page.object_list),
        "only_here": results.only_in(run, against) if exact else 0,
        "only_there": results.only_in(against, run) if exact else 0,
        "others": [one for one in results.comparable(request.user, run) if one.pk != against.pk],
        "offers": [(one, _submits(request.user, one)) for one in (run, against)],
        "presets": (runs.preset_label(run), runs.preset_label(against)),
        "zone": zone_of(request.user),
    }
    return render(request, "partnerships/allocations/compare.html", context)


def _submits(user, run) -> bool:
    """Whether this user can choose the run: submit it for ratification now."""
    return any(offer.transition.name == "submit" and offer.enabled for offer in offered(user, run))


@open_page
def public(request, code: str):
    """A ratified result for everyone: aggregated, small groups withheld."""
    run = results.public_run(code)
    chosen = results.comparator_of(run, request.GET.get("banding", ""))
    shown = results.shown_result(run, chosen, public=True)
    context = {
        "run": run,
        "shown": shown,
        **_picture(request, shown),
        "heading": _heading(run),
        "lead": _lead(run, shown),
        "preset": runs.preset_label(run),
        "comparators": _comparators(request, run, chosen),
        "comparator_label": results.COMPARATORS.get(chosen, ""),
        "costs": show_rule_costs(run.rule_costs, exact=False, whole=shown.coverage.is_whole),
        "rules": runs.rule_rows(run.rules),
        "valid": results.valid_instead_of(run),
    }
    return render(request, "partnerships/allocations/public.html", context)


@login_not_required
@require_safe
def public_file(request, code: str, kind: str):
    """The provinces of a ratified result, as CSV or JSON; small groups withheld."""
    run = results.public_run(code)
    if kind == "csv":
        return csv_response(files.public_rows(run), f"{run.code}.csv")
    if kind == "json":
        return _json(json.dumps(files.public_data(run), ensure_ascii=False, indent=1), f"{run.code}.json")
    raise Http404
