"""The operators' page of tasks that failed for good: what, how often, why, and the buttons."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import zone_of
from portal import parking
from portal.forms import DismissForm
from portal.models import ParkedState
from portal.selectors import tasks as selectors
from workflow.engine import Refused
from workflow.listing import Pages

SIZE = 25


def _operator(request) -> None:
    """For everybody else the page does not exist."""
    if not request.user.is_staff:
        raise Http404


@require_safe
def tasks(request):
    """One list per state, what needs a look first."""
    _operator(request)
    chosen = request.GET.get("keadaan", "")
    chosen = chosen if chosen in ParkedState.values else ParkedState.WAITING.value
    counts = selectors.counts()
    tabs = [
        {
            "label": state.label,
            "url": f"?keadaan={state.value}",
            "current": state.value == chosen,
            "count": counts.get(state.value, 0),
        }
        for state in ParkedState
    ]
    context = {
        "tabs": tabs,
        "pages": Pages(request, selectors.parked(chosen), SIZE, kept={"keadaan": chosen}),
        "needs_a_look": chosen == ParkedState.WAITING,
        "promised": selectors.promised(),
        "zone": zone_of(request.user),
    }
    return render(request, "portal/tasks/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def task(request, pk: int):
    """One task with the place of its error, and the two ways out."""
    _operator(request)
    found = get_object_or_404(selectors.all_parked(), pk=pk)
    dismissing = request.method == "POST" and request.POST.get("act") != "again"
    form = DismissForm(request.POST if dismissing else None)
    if request.method == "POST" and (not dismissing or form.is_valid()):
        try:
            if dismissing:
                parking.dismiss(pk, actor=request.user, reason=form.cleaned_data["reason"])
                messages.success(request, _("%(code)s is dismissed.") % {"code": found.code})
            else:
                parking.run_again(pk, actor=request.user)
                messages.success(request, _("%(code)s is run again.") % {"code": found.code})
        except Refused as refusal:
            messages.warning(request, refusal.reasons[0])
        return redirect("parked_task", pk=pk)
    context = {
        "task": found,
        "form": form,
        "is_open": found.state == ParkedState.WAITING,
        "zone": zone_of(request.user),
    }
    return render(request, "portal/tasks/detail.html", context, status=400 if form.errors else 200)
