"""Search over everything the user may see."""

from __future__ import annotations

from django.shortcuts import redirect, render

from portal.selectors.search import by_code, words_of
from portal.selectors.search import search as find


def search(request):
    """A complete code leads straight to its record; anything else to hits by table."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if text and (record := by_code(request.user, text)):
        return redirect(record.get_absolute_url())
    found, offices = find(request.user, text) if words_of(text) else ([], [])
    context = {
        "text": text,
        "found": found,
        "offices": offices,
        "nothing": bool(text) and not (found or offices),
    }
    return render(request, "portal/search/search.html", context)
