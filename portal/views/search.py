"""Search over everything the reader may see; visitors find programmes, offices and published agreements."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.selectors.search import Found, by_code, typed


@login_not_required
@require_safe
def search(request):
    """A complete code leads straight to its record; anything else to the records that fit, the best first."""
    user = request.user if request.user.is_authenticated else None
    if set(request.GET) == {"q"} and (url := by_code(user, typed(request))):
        return redirect(url)
    found = Found(request, user)
    response = render(request, "portal/search/search.html", {"found": found, "listing": found})
    response["X-Robots-Tag"] = "noindex"
    return response
