"""A chart as a file: the picture as PNG or SVG, the table behind it as CSV; on the page's own address, so that its
filters and its permission hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import formats
from workflow.charts.chart import DAY, PERCENT, Chart, value_of
from workflow.charts.drawing import picture
from workflow.charts.svg import width_of
from workflow.charts.theme import HREF, titled
from workflow.downloads import csv_response

WHICH, AS = "grafik", "sebagai"
TYPES = {"png": "image/png", "svg": "image/svg+xml"}


def chart_download(request, charts: Iterable[Chart]) -> HttpResponse | None:
    """The file that `?grafik=NAME&sebagai=png|svg|csv` asks for; None where the address asks for none."""
    name, kind = request.GET.get(WHICH, ""), request.GET.get(AS, "")
    if not name:
        return None
    chart = next((chart for chart in charts if chart.name == name), None)
    if chart is None or kind not in {*TYPES, "csv"}:
        raise Http404
    stem = f"sinergi-{name}-{timezone.localdate():%Y-%m-%d}"
    if kind == "csv":
        return csv_response(csv_rows(chart), f"{stem}.csv")
    if chart.is_empty:
        raise Http404
    return _picture(chart, kind, f"{stem}.{kind}")


def csv_rows(chart: Chart) -> Iterable[list]:
    """The table with its head; numbers as they are, so that they can be added up."""
    yield [str(column.label) for column in chart.columns]
    for row in chart.rows:
        yield [_plain(value_of(cell), column) for cell, column in zip(row, chart.columns, strict=True)]


def _plain(value, column) -> str:
    if value is None:
        return ""
    if column.kind == PERCENT:
        return str(round(float(value), 1))
    if column.kind == DAY:
        day = formats.local(value).date() if isinstance(value, dt.datetime) else value  # the day in the reader's zone
        return day.isoformat() if isinstance(day, dt.date) else str(day)
    return str(value)


def _picture(chart: Chart, kind: str, name: str) -> HttpResponse:
    source = _("Sinergi, %(site)s, as of %(moment)s") % {
        "site": settings.SITE_URL.partition("//")[2],
        "moment": formats.moment(timezone.now()),
    }
    note = f"{chart.note} " if chart.note else ""
    spec = titled(chart.largest, str(chart.title), f"{note}{source}", width_of(chart.largest))
    made = picture(_without_links(spec), kind)
    if made is None:
        sentence = _("The picture could not be drawn. The table of this chart has the same figures. Try again later.")
        return HttpResponse(
            sentence, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "30"}
        )
    return HttpResponse(
        made,
        content_type=TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _without_links(part):
    """A picture that travels carries no addresses of the portal."""
    if isinstance(part, dict):
        return {
            key: _without_links(value)
            for key, value in part.items()
            if key != "href" and not (isinstance(value, str) and value.startswith(HREF))
        }
    if isinstance(part, list):
        return [_without_links(value) for value in part]
    return part
