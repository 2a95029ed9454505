"""Every component with all its states, and the pages that are hard to come by; for the staff who run the portal."""

from __future__ import annotations

import datetime as dt
from functools import wraps

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import is_administrator
from portal.gallery import samples
from portal.gallery.forms import EveryField
from portal.maintenance import Pause
from portal.typed import Typed
from portal.views import errors

_TYPED = Typed("#", "", [("reason", "Analisis informasi pasar kerja daerah")], ["Analisis informasi pasar kerja"], True)
WRONG = {"b-title": "x" * 50, "b-people": ""}
PAGES = {
    "400": {},
    "403": {"roles": ["Kepala Dinas"]},
    "403_csrf": {"typed": _TYPED},
    "404": {},
    "409": {"sentences": ["KB-2027-0517"], "typed": _TYPED},
    "413": {},
    "429": {"minutes": 15},
    "signed_out": {"typed": _TYPED},
}
BARE = {
    "500": lambda: errors.server_error_page(_TYPED),
    "maintenance": lambda: errors.maintenance_page(Pause(timezone.now() + dt.timedelta(hours=1)), _TYPED),
}


def for_staff(view):
    """Who runs the portal, and nobody else: for all others the page does not exist."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not (request.user.is_staff or is_administrator(request.user)):
            raise Http404
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@require_safe
@for_staff
def gallery(request):
    """The components, from colours to long work."""
    context = {
        "colours": samples.COLOURS,
        "tables": samples.states(),
        "offers": samples.offers(),
        "dues": samples.dues(),
        "figures": samples.figures(),
        "bars": samples.bars(),
        "steps": samples.steps(),
        "events": samples.events(),
        "tasks": samples.tasks(),
        "run": samples.run(),
        "failed_run": samples.run(failed=True),
        "comparison": samples.comparison(),
        "parts": samples.parts(),
        "listing": samples.SampleListing(),
        "turn": samples.holders(),
        "summary": samples.summary(),
        "tabs": samples.tabs(),
        "since": timezone.now() - dt.timedelta(days=2),
        "typed": _TYPED,
        "pages": {name: reverse("gallery_page", args=[name]) for name in ("forms", "drawings", *PAGES, *BARE)},
    }
    return render(request, "portal/gallery/gallery.html", context)


@require_safe
@for_staff
def page(request, name: str):
    """The forms, or a refusal or fault as people would see it, without the fault."""
    if name == "forms":
        forms = {"empty_form": EveryField(prefix="a"), "wrong_form": EveryField(WRONG, prefix="b")}
        return render(request, "portal/gallery/forms.html", forms)
    if name == "drawings":
        return render(request, "portal/gallery/drawings.html", {"drawings": samples.drawings()})
    if name in BARE:
        return HttpResponse(BARE[name]())
    if name not in PAGES:
        raise Http404
    return render(request, f"{name}.html", PAGES[name])
