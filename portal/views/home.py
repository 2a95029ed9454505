"""The home of a signed-in person."""

from __future__ import annotations

from django.shortcuts import render

from accounts.services.kept import visit_home
from portal.selectors.home import home_for


def home(request):
    """What waits for the role acted in; a helpful page for people without any role."""
    if request.user.acting is None:
        return render(request, "portal/home/no_role.html")
    before = visit_home(request.user)
    return render(request, "portal/home/home.html", {"home": home_for(request.user, before)})
