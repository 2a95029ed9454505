"""Open data for everyone: the catalogue, one page per data set, and their files."""

from __future__ import annotations

import datetime as dt
import re

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from exchange.models import Edition
from exchange.open_data import dcat, editions, files
from exchange.open_data.catalogue import BY_SLUG, DATASETS, KINDS, LICENCE, LICENCE_URL, WALIDATA, Dataset
from workflow.open_page import open_page
from workflow.replica import reads_reports

FILE = re.compile(r"(latest|\d{4}-\d{2}-\d{2})(-excel)?\.(csv|json)")
PREVIEW = 10
"""Rows shown on the page of a data set."""
YEAR, MINUTES = 31_536_000, 300
SORTS_OF_COLUMNS = {
    "code": _("code"),
    "text": _("text"),
    "date": _("date"),
    "integer": _("whole number"),
    "decimal": _("number"),
}


@open_page
@reads_reports
def catalogue(request):
    """Every data set with its latest edition."""
    latest = editions.all_latest()
    groups = [
        {
            "label": label,
            "datasets": [
                {"dataset": d, "edition": latest.get(d.slug), "csv": _file(d, f"{dcat.LATEST}.csv")}
                for d in DATASETS
                if d.kind == kind
            ],
        }
        for kind, label in KINDS
    ]
    context = {"groups": groups, "is_empty": not latest, "licence": LICENCE, "licence_url": LICENCE_URL}
    return render(request, "exchange/data/catalogue.html", context)


@open_page
@reads_reports
def dataset(request, slug: str):
    """What a data set says, what its columns mean, and its editions."""
    found = BY_SLUG.get(slug)
    if found is None:
        raise Http404
    known = editions.editions_of(slug)
    newest = editions.latest(slug) if known else None
    columns = [
        {"column": c, "kind": SORTS_OF_COLUMNS[c.kind], "codes": BY_SLUG.get(c.reference)} for c in found.columns
    ]
    context = {
        "dataset": found,
        "columns": columns,
        "edition": newest,
        "preview": newest.rows[:PREVIEW] if newest else [],
        "count": len(newest.rows) if newest else 0,
        "files": [
            {"title": _said(dcat.FORM_TITLES[form], request), "url": _file(found, f"{dcat.LATEST}{ending}")}
            for form, ending, _media in dcat.FORMS
        ],
        "editions": [{"edition": e, "csv": _file(found, f"{e.day}.csv"), "json": _file(found, f"{e.day}.json")}
                     for e in known],
        "references": [BY_SLUG[name] for name in found.references],
        "walidata": WALIDATA,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
    }  # fmt: skip
    return render(request, "exchange/data/dataset.html", context)


def _said(both: tuple[str, str], request) -> str:
    return both[1] if request.LANGUAGE_CODE.startswith("en") else both[0]


def _file(found: Dataset, name: str) -> str:
    return dcat.file_address(found.slug, name)


@login_not_required
@require_safe
@reads_reports
def machine_catalogue(request):
    """The catalogue as DCAT."""
    content = dcat.catalogue_of(editions.all_latest(), editions.days())
    response = JsonResponse(
        content, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    return _for_everyone(response, MINUTES)


@login_not_required
@require_safe
@reads_reports
def file(request, slug: str, name: str):
    """A file of a data set. What a day said stays; `latest` follows the newest edition."""
    asked = FILE.fullmatch(name)
    if slug not in BY_SLUG or asked is None or (asked[2] and asked[3] == "json"):
        raise Http404
    edition = editions.latest(slug) if asked[1] == dcat.LATEST else _on(slug, asked[1])
    if edition is None:
        raise Http404
    form = files.EXCEL if asked[2] else asked[3]
    return _answer(request, edition, form, YEAR if asked[1] != dcat.LATEST else MINUTES)


def _on(slug: str, day: str) -> Edition | None:
    try:
        return editions.on(slug, dt.date.fromisoformat(day))
    except ValueError:
        return None


def _answer(request, edition: Edition, form: str, seconds: int) -> HttpResponse:
    tag = f'"{edition.sha256[:40]}-{form}"'
    changed = int(edition.made_at.timestamp())
    response = get_conditional_response(request, tag, changed)
    if not isinstance(response, HttpResponseNotModified):
        ending = {"json": ".json", files.EXCEL: "-excel.csv"}.get(form, ".csv")
        response = HttpResponse(_content(edition, form), content_type=files.TYPES[form])
        response["Content-Disposition"] = f'attachment; filename="sinergi-{edition.dataset}-{edition.day}{ending}"'
    response["ETag"], response["Last-Modified"] = tag, http_date(changed)
    return _for_everyone(response, seconds)


def _content(edition: Edition, form: str) -> bytes:
    if form == "json":
        return files.as_json(edition)
    return (files.excel if form == files.EXCEL else files.machine)(edition.head, edition.rows)


def _for_everyone(response: HttpResponse, seconds: int) -> HttpResponse:
    """May be kept on its way, and read by pages of other sites."""
    patch_cache_control(response, public=True, max_age=seconds, **({"immutable": True} if seconds == YEAR else {}))
    response["Access-Control-Allow-Origin"] = "*"
    return response
