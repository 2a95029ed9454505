"""Pages of matching: candidates compared, demand of the country, demand for one programme."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.rules import zone_of
from partnerships.forms.proposals import DemandForm
from partnerships.rules.proposals import may_propose
from partnerships.selectors import demand as country
from partnerships.selectors import demand_drawings as drawings
from partnerships.selectors import suggestions as selectors
from partnerships.sentences import formula
from partnerships.services.proposals import people_left
from programs.rules import may_offer
from workflow.listing import Pages

NEAR_MISSES = 15


@require_safe
def compare(request, code: str, position: int):
    """Up to three programmes side by side for one line, and what excluded ones fail."""
    line = selectors.get_line(request.user, code, position)
    found = selectors.comparison(request.user, line)
    return render(
        request,
        "partnerships/compare.html",
        {
            "line": line,
            "need": line.need,
            "siblings": line.need.all_lines,
            "found": found,
            "matched": selectors.is_matched(line.need),
            "results": selectors.need_results(line.need),
            "formula": formula(),
            "served": people_left(line) < 1,
            "may_propose": selectors.may_propose_line(request.user, line),
            "zone": zone_of(request.user),
        },
    )


@require_safe
def demand(request):
    """Demand by province and competency, the largest unmet first."""
    if not country.may_read_demand(request.user):
        raise PermissionDenied("partnerships.demand")
    form = DemandForm(request.GET or None, choices=country.demand_choices())
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    wanted = country.asked_for(chosen)
    rows = country.demand(wanted)
    kept = {name: value for name, value in chosen.items() if value}
    pages = Pages(request, rows, 50, kept)
    return render(
        request,
        "partnerships/demand.html",
        {
            "form": form,
            "pages": pages,
            "page": pages.page,
            "figures": country.demand_figures(),
            "map": drawings.demand_map(wanted, kept),
            "heat": drawings.demand_heat(rows, kept),
            "is_filtered": bool(kept),
            "may_offer": may_offer(request.user),
        },
        status=200 if not form.errors else 400,
    )


@require_safe
def program_demand(request, slug: str):
    """The lines that fit a programme, and near misses with what they fail."""
    program = selectors.get_program_for_demand(request.user, slug)
    listing = selectors.demand_listing(request, program)
    missed = selectors.demand_for_program(program).filter(eligible=False)
    near = missed.order_by("-waivable", "-score", "pk")[:NEAR_MISSES]
    return render(
        request,
        "partnerships/program_demand.html",
        {
            "program": program,
            "listing": listing,
            "candidates": selectors.demand_candidates(request.user, listing.rows, program),
            "near": selectors.demand_candidates(request.user, near, program),
            "totals": selectors.demand_totals(program),
            "results": selectors.program_results(program),
            "may_propose": may_propose(request.user),
            "zone": zone_of(request.user),
        },
    )
