"""Pages anyone may open: front page, map, transparency with open data, guide, statements."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from partnerships.selectors.allocation_results import public_runs
from portal.selectors import public
from regions.publishing import Tile, tile_map
from workflow.downloads import csv_response
from workflow.formats import num

BEHIND = 6
"""How many provinces the front page names as having filed least."""

SCALES = {
    "filed": (gettext_lazy("Offices that have filed"), lambda p: p.share, (1, 40, 60, 80, 95)),
    "people": (gettext_lazy("People who need training"), lambda p: p.people, (1, 20, 50, 100, 200)),
    "approved": (gettext_lazy("Approved needs"), lambda p: p.approved, (1, 3, 6, 11, 21)),
}
"""Measure -> label, value of a province, lowest value of each of five classes; fixed, so maps compare."""


def _map(measure: str, provinces) -> dict:
    """The tile map of one measure: a tile per province and the legend."""
    label, value_of, floors = SCALES[measure]
    drawn = [
        Tile(p.code, p.name, str(sum(value_of(p) >= floor for floor in floors)), _shown(measure, p)) for p in provinces
    ]
    unit = "%" if measure == "filed" else ""
    ends = [f - 1 for f in floors[1:]] + [None]
    legend = [
        {"level": n + 1, "label": f"{num(low)}–{num(high)}{unit}" if high else f"≥ {num(low)}{unit}"}
        for n, (low, high) in enumerate(zip(floors, ends, strict=True))
    ]
    return tile_map(label, drawn, legend)


def _shown(measure: str, province) -> str:
    if measure == "filed":
        return _("%(filed)s of %(offices)s offices") % {
            "filed": num(province.filed),
            "offices": num(province.offices),
        }
    if measure == "people":
        return _few(province.people_shown)
    return num(province.approved)


def _few(value: int | None) -> str:
    """A number of people; None stands for a group too small to show."""
    return _("fewer than 5") if value is None else num(value)


@login_not_required
@require_safe
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
        "map": _map("filed", known.provinces),
        "totals": totals,
        "behind": behind,
        "complete": sum(p.filed >= p.offices for p in with_offices),
        "offers": offers,
        "programs": known.programs,
        "decisions": known.decisions[:3],
    }
    return render(request, "portal/public/landing.html", context)


@login_not_required
@require_safe
def map_page(request):
    """Needs by province, as tiles and as a table."""
    measure = request.GET.get("tampilan", "filed")
    measure = measure if measure in SCALES else "filed"
    known = public.snapshot()
    tabs = [{"name": name, "label": scale[0], "current": name == measure} for name, scale in SCALES.items()]
    context = {
        "map": _map(measure, known.provinces),
        "tabs": tabs,
        "provinces": known.provinces,
        "totals": known.totals,
        "cycle": known.cycle,
    }
    return render(request, "portal/public/map.html", context)


@login_not_required
@require_safe
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
        people = ["<5" if n is None else n for n in (p.people_shown, p.people_approved_shown)]
        rows.append([year, p.code, p.name, p.offices, p.filed, p.needs, people[0], p.approved, people[1]])
    return csv_response(rows, f"sinergi-{year}.csv")


def _text_page(template: str):
    @login_not_required
    @require_safe
    def page(request):
        return render(request, template)

    return page


guide = _text_page("portal/public/guide.html")
accessibility = _text_page("portal/public/accessibility.html")
privacy = _text_page("portal/public/privacy.html")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def robots(request):
    """Search engines: the public pages, nothing behind the sign-in."""
    closed = ("/beranda/", "/undangan/", "/masuk/", "/sandi/")
    lines = ["User-agent: *", *[f"Disallow: {prefix}{path}" for path in closed for prefix in ("", "/en")], ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def favicon(request):
    """Browsers that ask for /favicon.ico get the drawing."""
    return redirect(static("favicon.svg"), permanent=True)
