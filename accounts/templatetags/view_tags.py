"""The tabs of saved views above a list or a page of charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _

from accounts.models.kept import canonical

register = template.Library()


@dataclass(frozen=True)
class Tab:
    """One tab: where it leads and how many rows it holds now, where the page can count them."""

    label: Any
    url: str
    count: int | None
    current: bool
    shared: bool = False
    first: bool = False


@register.inclusion_tag("components/saved_views.html", takes_context=True)
def saved_views(context, listing=None, tabs=(), tab=None):
    """Views of this page as tabs with live counts, and the way to keep the present filters under a name.

    `listing`: counts the rows. `tabs`: a page's own fixed tabs (`name`, `label`, `count`) and the one shown now.
    """
    request = context["request"]
    kept = getattr(request, "kept", None)
    if not kept:
        return {"shown": False}
    now = canonical(request.GET.urlencode())
    chosen = kept.with_query(now)
    fixed = [Tab(t.label, f"?tab={t.name}", t.count, chosen is None and t is tab) for t in tabs]
    counts = _counts(listing, kept.views, everything=not fixed)
    if not fixed and kept.views:
        fixed = [Tab(_("All"), f"{request.path}{request.everything}", counts.pop(0), not now)]
    own = [
        Tab(v.name, f"{request.path}?{v.query}", count, v is chosen, v.is_shared, v.opens_first)
        for v, count in zip(kept.views, counts, strict=True)
    ]
    can_save = bool(now) and chosen is None and now not in {f"tab={t.name}" for t in tabs}
    return {
        "shown": bool(fixed or own or can_save),
        "tabs": [*fixed, *own],
        "can_save": can_save,
        "page": kept.page,
        "query": now,
        "unit": request.user.acting_organisation,
        "has_views": bool(own),
    }


def _counts(listing, views, *, everything: bool) -> list[int | None]:
    """Rows of every tab in one query, the unfiltered list first; None where the page cannot count."""
    queries = [*([""] if everything and views else []), *(view.query for view in views)]
    if listing is None or not hasattr(listing, "counts") or not queries:
        return [None] * len(queries)
    return listing.counts(queries)
