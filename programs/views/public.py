"""The catalogue, one programme and its papers; open to visitors as far as the programme is public."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from programs import rules, selectors
from workflow.downloads import file_response
from workflow.engine import note
from workflow.open_page import open_page
from workflow.panels import remarks_on


@open_page
def catalogue(request):
    """Filter, search and sort what is on offer."""
    listing = selectors.catalogue(request)
    remarks = remarks_on(request, selectors.NAME, listing.rows)
    for program in listing.rows:
        program.remark = remarks.get(program.pk, "")
    context = {
        "listing": listing,
        "way_out": listing.way_out() if not listing.rows else None,
        "sorts": [
            {"label": label, "active": listing.sort.lstrip("-") == name, "url": _sort_url(request, name)}
            for name, (label, _fields) in selectors.SORTS.items()
        ],
    }
    return render(request, "programs/catalogue.html", context)


def _sort_url(request, name: str) -> str:
    """The catalogue sorts one way only: the nearest deadline, the earliest start, the most seats first."""
    data = request.GET.copy()
    data.pop("page", None)
    data["sort"] = f"-{name}" if name in selectors.MOST_FIRST else name
    return f"?{data.urlencode()}"


@open_page
def program(request, slug):
    """Content, intakes with seats, prerequisites, costs, papers, changes; what one can do next comes from
    upstairs."""
    found = selectors.get_program(request.user, slug)
    user = request.user
    inside = user.is_authenticated and rules.knows_partner_deadline(user, found)
    refusal = rules.accepts_proposals(found)
    costs = selectors.costs(found)
    context = {
        "program": found,
        "record": found,
        "files": selectors.shown_files(user, found),
        "themes": found.themes.select_related("theme"),
        "prerequisites": selectors.prerequisites(found),
        "requirements": found.rules.all(),
        "costs": costs,
        "amounts": any(cost["amount"] is not None for cost in costs),
        "contacts": found.contacts.all(),
        "amendments": selectors.amendments_of(found),
        "inside": inside,
        "outside": not inside,
        "chain": selectors.chain_for(user, found),
        "refusal": refusal,
        "similar": selectors.similar_to(user, found) if refusal else [],
    }
    return render(request, "programs/program.html", context)


@login_not_required
@require_safe
def file(request, slug, pk):
    """One paper of a programme; opening an internal one is logged."""
    found = selectors.get_program(request.user, slug)
    stored = selectors.get_file(request.user, found, pk)
    private = stored.kind not in selectors.PUBLIC_FILES
    response = file_response(stored, private=private)
    if private and request.method == "GET":
        note(found.flow, found, request.user, "download", {"file": stored.name})
    return response
