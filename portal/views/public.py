"""Pages anyone may open: front page, map, transparency with open data, guide, statements."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partnerships.selectors.allocation_results import public_runs
from portal.maps import MEASURES, csv_number, draw
from portal.selectors import public
from workflow.downloads import csv_response
from workflow.formats import num
from workflow.open_page import open_page

BEHIND = 6
"""How many provinces the front page names as having filed least."""


@open_page
def landing(request):
    """What Sinergi is, where the cycle stands, who has filed."""
    known = public.snapshot()
    cycle, totals, offers = known.cycle, known.totals, known.offers
    with_offices = [p for p in known.provinces if p.offices]
    behind = sorted(with_offices, key=lambda p: (p.share, -p.offices))[:BEHIND]
    figures = [
        {
            "label": _("Offices that have filed"),
            "value": num(totals["filed"]),
            "note": _("of %(total)s") % {"total": num(totals["offices"])},
        },
        {
            "label": _("People who need training"),
            "value": num(totals["people"]),
            "note": _("in %(count)s needs") % {"count": num(totals["needs"])},
        },
        {"label": _("Seats open to everyone"), "value": num(sum(o.seats for o in offers))},
        {
            "label": _("Programmes on offer"),
            "value": num(known.programs),
            "note": " · ".join(f"{o.short_name} {num(o.programs)}" for o in offers[:3]),
        },
    ]
    context = {
        "cycle": cycle,
        "window": cycle.open_window if cycle else None,
        "next_window": cycle.next_window if cycle else None,
        "now": timezone.now(),
        "figures": figures,
        "map": draw(MEASURES["filed"], known.provinces),
        "totals": totals,
        "behind": behind,
        "complete": sum(p.filed >= p.offices for p in with_offices),
        "offers": offers,
        "at": known.at,
        "programs": known.programs,
        "decisions": known.decisions[:3],
    }
    return render(request, "portal/public/landing.html", context)


@open_page
def transparency(request):
    """Decisions, agreements in force, open data."""
    if request.GET.get("unduh") == "csv":
        return _open_data()
    known = public.snapshot()
    totals = known.totals
    median = public.median_days()
    context = {
        "cycle": known.cycle,
        "figures": [
            {"label": _("Needs filed"), "value": num(totals["needs"])},
            {"label": _("Needs approved"), "value": num(totals["approved"])},
            {
                "label": _("Days from signature to approval"),
                "value": num(round(median)) if median is not None else "–",
                "note": _("middle case"),
            },
            {"label": _("Programmes on offer"), "value": num(known.programs)},
        ],
        "counts": public.decision_counts(),
        "decisions": known.decisions,
        "allocations": public_runs(),
    }
    return render(request, "portal/public/transparency.html", context)


def _open_data() -> StreamingHttpResponse:
    """The table behind the map, for spreadsheets; small groups withheld."""
    known = public.snapshot()
    year = known.cycle.year if known.cycle else timezone.localdate().year
    rows = [
        ["cycle", "province_code", "province", "offices", "offices_filed", "needs", "people_requested",
         "needs_approved", "people_approved"]
    ]  # fmt: skip
    for p in known.provinces:
        people = [csv_number(p, name) for name in ("people", "people_approved")]
        rows.append([year, p.code, p.name, p.offices, p.filed, p.needs, people[0], p.approved, people[1]])
    return csv_response(rows, f"sinergi-{year}.csv")


def _text_page(template: str):
    @open_page
    def page(request):
        return render(request, template)

    return page


guide = _text_page("portal/public/guide.html")
accessibility = _text_page("portal/public/accessibility.html")
privacy = _text_page("portal/public/privacy.html")


@login_not_required
@require_safe
def favicon(request):
    """Browsers that ask for /favicon.ico get the drawing."""
    return redirect(static("favicon.svg"), permanent=True)
