"""The links that take a list along as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from workflow.exports import KINDS

register = template.Library()
LEFT_OUT = ("page", "size", "view", "periksa")
"""What an address says of one page and not of the list."""


@register.inclusion_tag("components/export.html", takes_context=True)
def export_links(context, name: str, listing=None, total: int | None = None, label: Any = "", **more) -> dict:
    """Links under a list, with its filters. `listing`: a Listing or Pages; `total` where there is none; `more` goes
    into the address: `of` names the record the list belongs to."""
    request = getattr(listing, "request", None) or context.get("request")
    if listing is not None and listing.kept:
        data = [(key, str(value)) for key, value in listing.kept.items()]
    else:
        asked = request.GET.lists() if request is not None else ()
        data = [(key, value) for key, values in asked if key not in LEFT_OUT for value in values]
    data += [(key, str(value)) for key, value in more.items()]
    query = f"?{urlencode(data)}" if data else ""
    urls = {kind: reverse("exchange:export", args=[name, kind]) + query for kind in KINDS}
    return {"total": listing.total if listing is not None else total, "urls": urls, "label": label}


@register.inclusion_tag("components/paper_links.html")
def paper_links(name: str, code: str, printed: bool = True) -> dict:
    """Buttons that take a record along on paper. `printed`: False where the page has a print view of its own."""
    return {"name": name, "code": code, "printed": printed}
