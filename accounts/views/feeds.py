"""The address of one's own calendar: make, renew, revoke."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import selectors, services
from workflow.engine import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request):
    """The address is shown in the answer to the click that made it, and never again."""
    act, address = request.POST.get("act", ""), ""
    if act == "open":
        address = settings.SITE_URL + reverse("calendar_feed", args=[services.open_feed(request.user)])
    elif act == "revoke":
        try:
            services.revoke_feed(request.user)
        except Refused as refusal:
            messages.warning(request, refusal.reasons[0])
        else:
            messages.success(request, _("The calendar address is revoked. Calendars that used it get nothing more."))
        return redirect("accounts:calendar")
    return render(request, "accounts/calendar.html", {"feed": selectors.feed_of(request.user), "address": address})
