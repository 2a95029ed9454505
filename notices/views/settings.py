"""What one wants mailed, and when."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules import zone_of
from notices import choices, rules
from notices.forms import CadenceForm
from notices.models import Cadence


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request):
    """One row per kind; the inbox holds everything whatever is chosen here."""
    user = request.user
    form = CadenceForm(request.POST if request.method == "POST" else None, cadences=choices.cadences_of(user))
    if request.method == "POST" and form.is_valid():
        choices.choose(user, form.cleaned_data)
        messages.success(request, _("Your choice is saved. It holds from the next notice on."))
        return redirect("notices:settings")
    zone = zone_of(user)
    context = {
        "form": form,
        "zone": zone,
        "next_daily": rules.next_digest(zone, Cadence.DAILY),
        "next_weekly": rules.next_digest(zone, Cadence.WEEKLY),
    }
    return render(request, "notices/settings.html", context, status=400 if form.errors else 200)
