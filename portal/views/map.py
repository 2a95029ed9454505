"""The map of needs: the country, a province's regencies and cities, the file of shapes, and the table of each."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from partnerships.models import HOLDING
from portal.maps import MEASURES, Measure, csv_number, draw, measure_of
from portal.selectors import map as selectors
from portal.selectors import public
from portal.selectors.map import PlaceFigures
from regions.maps import sheets
from workflow.downloads import csv_response
from workflow.formats import NOTHING, num, percent
from workflow.open_page import open_page
from workflow.replica import reads_reports

SORTS = ("place", *MEASURES)


class Asked:
    """What the address asks for: measure, cycle, competency and order; nonsense falls back."""

    def __init__(self, request, province: str = ""):
        self.province = province
        self.path = request.path
        self.measure: Measure = measure_of(request.GET.get("tampilan", ""))
        self.cycles = selectors.cycles()
        cycle = public.snapshot().cycle
        now = cycle.year if cycle else 0
        wanted = request.GET.get("siklus", "")
        self.year = int(wanted) if wanted in {str(year) for year in self.cycles} else now
        self.whole = selectors.reads_the_country(request.user)
        self.themes = selectors.themes() if self.whole else []
        theme = request.GET.get("tema", "")
        self.theme = theme if theme in dict(self.themes) else ""
        sort = request.GET.get("urut", "")
        self.sort = sort if sort.lstrip("-") in SORTS else "place"
        self._said = {
            "tampilan": self.measure.name if "tampilan" in request.GET else "",
            "siklus": str(self.year) if self.year != now else "",
            "tema": self.theme,
            "urut": self.sort if self.sort != "place" else "",
        }

    def address(self, path: str = "", **values: str) -> str:
        """An address that keeps what was asked for, with other values."""
        said = {name: value for name, value in {**self._said, **values}.items() if value}
        return f"{path}?{urlencode(said)}" if said else path or self.path

    @property
    def tabs(self) -> list[dict]:
        return [
            {"label": m.label, "url": self.address(tampilan=m.name), "current": m is self.measure}
            for m in MEASURES.values()
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form beside the filters keeps."""
        return [(name, value) for name, value in self._said.items() if value and name in {"tampilan", "urut"}]

    def sorted(self, places: list[PlaceFigures]) -> list[PlaceFigures]:
        """Rows in the order asked for; those without a figure last."""
        name, down = self.sort.lstrip("-"), self.sort.startswith("-")
        if name == "place":
            return places[::-1] if down else places
        value = MEASURES[name].value
        known = sorted((p for p in places if value(p) is not None), key=lambda p: value(p) or 0, reverse=down)
        return [*known, *(p for p in places if value(p) is None)]

    @property
    def columns(self) -> list[dict]:
        """The heads of the table: words, direction for aria-sort, and the address that sorts by it."""
        words = {"place": _("Place")} | {m.name: m.label for m in MEASURES.values()}
        found = []
        for name, label in words.items():
            # Figures begin with the largest, names with the first; choosing the same column again turns it round.
            url = self.address(urut=name if self.sort == f"-{name}" else f"-{name}")
            if name == "place":
                url = self.address(urut="-place" if self.sort == "place" else "")
            order = {name: "ascending", f"-{name}": "descending"}.get(self.sort, "none")
            found.append({"label": label, "order": order, "url": url})
        return found


def _rows(asked: Asked, places: list[PlaceFigures], url_of) -> list[dict]:
    """The table twin: every measure of every place, with the addresses of the records behind it."""
    return [
        {
            "place": p,
            "name": _("Office of the province") if asked.province == p.code else p.name,
            "url": url_of(p),
            "cells": [_cell(asked, m, p) for m in MEASURES.values()],
        }
        for p in asked.sorted(places)
    ]


def _cell(asked: Asked, measure: Measure, place: PlaceFigures) -> dict:
    """One figure: as text, and where it leads."""
    return {
        "label": measure.label,
        "text": _text(measure, place),
        "url": _records(asked, measure, place),
        "hidden": measure.value(place) is None,
    }


def _text(measure: Measure, place: PlaceFigures) -> str:
    value = measure.value(place)
    if measure.name == "filed":
        return measure.words(place) if place.offices else NOTHING
    if value is None:
        return NOTHING if measure.name == "met" and place.nobody_asked else measure.words(place)
    return percent(value) if measure.unit else num(value)


def _records(asked: Asked, measure: Measure, place: PlaceFigures) -> str:
    """The list behind a figure, filtered to its place, cycle and competency; empty for readers who cannot open it."""
    if not place.exact or not measure.value(place):
        return ""
    is_whole_province = len(place.code) == 2 and asked.province != place.code
    said: list[tuple[str, str]] = [("cycle", str(asked.year))]
    if measure.name == "seats":
        if not is_whole_province:
            return ""
        said += [("province", place.code), *(("status", status.value) for status in HOLDING)]
        return f"{reverse('partnerships:proposals')}?{urlencode(said)}"
    if not is_whole_province:
        said.append(("place", place.code))
    if asked.whole:
        said.append(("province", place.code[:2]))
    if asked.theme:
        said.append(("theme", asked.theme))
    return f"{reverse('regions:needs')}?{urlencode([('map', '1'), *said])}"


@open_page
@reads_reports
def country(request):
    """Needs, people, seats and the gap by province: as a map, as tiles and as a table."""
    asked = Asked(request)
    places = selectors.provinces(asked.year, request.user, asked.theme)
    if request.GET.get("unduh") == "csv":
        return _file(asked, places, f"sinergi-peta-{asked.year}.csv")

    def inside(place: PlaceFigures) -> str:
        return asked.address(reverse("map_province", args=[place.code]), urut="")

    context = _context(asked, places, inside) | {"map": draw(asked.measure, places, url_of=inside)}
    return render(request, "portal/map/country.html", context)


@open_page
@reads_reports
def province(request, code: str):
    """The regencies and cities of one province."""
    found = selectors.province_of(code)
    if found is None:
        raise Http404
    asked = Asked(request, code)
    places = selectors.places_in(found, asked.year, request.user, asked.theme)
    if request.GET.get("unduh") == "csv":
        return _file(asked, places, f"sinergi-peta-{code}-{asked.year}.csv")

    def records(place: PlaceFigures) -> str:
        return _records(asked, asked.measure, place)

    below = [p for p in places if p.code != code]
    provinces = selectors.provinces(asked.year, request.user, asked.theme)
    whole = next(p for p in provinces if p.code == code)
    context = _context(asked, places, lambda place: "") | {
        "province": found,
        "figures": _figures(whole),
        "below": below,
        "map": draw(asked.measure, below, url_of=records, province=code, whole=places),
        "back": asked.address(reverse("map"), urut=""),
        "others": [
            {"name": p.name, "url": asked.address(reverse("map_province", args=[p.code])), "current": p.code == code}
            for p in provinces
        ],
    }
    return render(request, "portal/map/province.html", context)


def _figures(province: PlaceFigures) -> list[dict]:
    """The province as a whole."""
    return [{"label": m.label, "value": _text(m, province)} for m in MEASURES.values() if m.name != "gap"]


def _context(asked: Asked, places: list[PlaceFigures], url_of) -> dict:
    return {
        "asked": asked,
        "places": places,
        "rows": _rows(asked, places, url_of),
        "totals": selectors.totals(places),
        "hides": any(None in (p.people, p.seats) for p in places),
        "exact": any(p.exact for p in places),
        "file": asked.address(unduh="csv"),
    }


def _file(asked: Asked, places: list[PlaceFigures], name: str):
    """The table for spreadsheets, as this reader may read it."""
    head = ["cycle", "code", "place", "offices", "offices_filed", "needs", "people_requested", "needs_approved",
            "people_approved", "seats_given", "people_without_seat", "share_met_percent"]  # fmt: skip
    rows = [
        [asked.year, p.code, p.name, p.offices, p.filed, p.needs, csv_number(p, "people"), p.approved,
         csv_number(p, "people_approved"), csv_number(p, "seats"), "" if p.gap is None else p.gap,
         "" if p.met is None else p.met]
        for p in places
    ]  # fmt: skip
    return csv_response([head, *rows], name)


@login_not_required
@require_safe
def shapes(request, name: str, version: str):
    """The drawn boundaries as one SVG that pages point into; its address names its content: kept for a year. A page
    older than the file loaded now is led to that: the shapes are called the same in both."""
    sheet = "" if name == "indonesia" else name
    found = sheets.paths(sheet, version)
    if found:
        return _shapes(request, found)
    now = sheets.version_now(sheet)
    if not now or now == version:
        raise Http404
    response = redirect("map_shapes", name, now)
    patch_cache_control(response, no_store=True)
    return response


@cache_control(public=True, max_age=31536000, immutable=True)
def _shapes(request, found: dict[str, str]) -> HttpResponse:
    body = format_html_join("", '<path id="w{}" d="{}"/>', sorted(found.items()))
    svg = format_html('<svg xmlns="http://www.w3.org/2000/svg"><defs>{}</defs></svg>', body)
    return HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")
