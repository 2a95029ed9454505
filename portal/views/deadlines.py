"""Every due date on one page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portal.selectors.deadlines import SPANS, Choice, asked_for, flow_tabs
from portal.selectors.deadlines import deadlines as find_deadlines


@require_safe
def deadlines(request):
    """Overdue first, then by day; filters by table, span and "my turn" in the address."""
    flow, span, mine = asked_for(request.GET)
    days, counts = find_deadlines(request.user, flow=flow, span=SPANS[span], mine=mine)

    def address(**changed) -> str:
        chosen = {"jenis": flow, "hari": span, "giliran": "saya" if mine else "", **changed}
        kept = {key: value for key, value in chosen.items() if value and (key, value) != ("hari", "14")}
        return f"?{urlencode(kept)}" if kept else request.path

    spans = [
        Choice(
            code,
            ngettext("%(days)d day", "%(days)d days", number) % {"days": number},
            address(hari=code),
            code == span,
        )
        for code, number in SPANS.items()
    ]
    shown = sum(len(day.rows) for day in days)
    context = {
        "days": days,
        "tabs": flow_tabs(counts, flow, lambda name: address(jenis=name)),
        "spans": spans,
        "mine": mine,
        "mine_url": address(giliran="" if mine else "saya"),
        "span": SPANS[span],
        "shown": shown,
        "total": counts[flow] if flow else sum(counts.values()),
    }
    return render(request, "portal/deadlines/deadlines.html", context)
