"""Queues: what waits for signature, for the province and for the ministry."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.roles import Role
from regions import selectors
from regions.rules import imbalances
from workflow.acting import ActForm
from workflow.engine import offered

MINISTRY = {Role.PPSDM_VER, Role.PPSDM_HEAD, Role.DITJEN_REV, Role.AUDITOR}
DECISIONS = (
    "approve",
    "reject",
    "return",
    "send_tech",
    "recommend",
    "merge",
    "prov_endorse",
    "propose_reject",
)


def _only(request, *roles) -> None:
    if request.user.acting_role not in roles:
        refusal = PermissionDenied("this queue belongs to another role")
        refusal.roles = roles
        raise refusal


def _queue(request, tabs, *, template: str, facets, **more):
    """A queue with its saved filters: the tab chosen in the address, else the first."""
    context = {
        "tabs": tabs,
        "tab": selectors.chosen_tab(request, tabs),
        "listing": selectors.queue_listing(request, tabs, facets),
        "next": selectors.next_waiting(request.user),
        **more,
    }
    return render(request, template, context)


@require_safe
def queue(request):
    """Needs in the ministry: what waits for me, what is late, what technical units hold."""
    _only(request, *MINISTRY)
    tabs = selectors.queue_tabs(request.user)
    mine = selectors.needs_waiting_for(request.user)
    if request.user.acting_role == Role.AUDITOR:
        mine = next(tab.rows for tab in tabs if tab.name == "all")
    return _queue(
        request,
        tabs,
        template="regions/queue.html",
        facets=selectors.QUEUE_FACETS,
        ageing=selectors.ageing_of(mine, request.user, DECISIONS),
    )


@require_safe
def review_next(request):
    """Open the most urgent need that waits for the user; the queue when nothing does."""
    _only(request, Role.PROV_VER, *MINISTRY)
    found = selectors.next_waiting(request.user)
    if found is not None:
        return redirect(found.get_absolute_url())
    messages.info(request, _("Everything has been reviewed."))
    home = "regions:province_queue" if request.user.acting_role == Role.PROV_VER else "regions:queue"
    return redirect(reverse(home))


@require_safe
def province(request):
    """Who has filed in the province, and what waits for its verifier."""
    _only(request, Role.PROV_VER)
    user = request.user
    cycle, window, coming = selectors.cycle_for_new_needs()
    filing = selectors.filing_of_province(user, user.acting_organisation.region_code, cycle)
    mine = selectors.needs_waiting_for(user)
    context = {
        "office": user.acting_organisation,
        "cycle": cycle,
        "window": window,
        "coming": coming,
        "filing": filing,
        "filed": sum(f.has_filed for f in filing),
        "people": sum(f.people for f in filing),
        "most": max((f.people for f in filing), default=0),
        "ageing": selectors.ageing_of(mine, user, DECISIONS),
        "waiting": list(mine[:5]),
        "next": selectors.next_waiting(user),
    }
    return render(request, "regions/province.html", context)


@require_safe
def province_queue(request):
    """The province's needs by turn."""
    _only(request, Role.PROV_VER)
    return _queue(
        request,
        selectors.province_tabs(request.user),
        template="regions/province_queue.html",
        facets=selectors.PROVINCE_QUEUE_FACETS,
    )


@require_safe
def sign(request):
    """What waits for the head of office: one need in full with its signature form, the others by name."""
    _only(request, Role.DINAS_HEAD)
    user = request.user
    waiting = list(selectors.needs_waiting_for(user)[:50])
    wanted = request.GET.get("kode", "").upper()
    chosen = next((need for need in waiting if need.code == wanted), waiting[0] if waiting else None)
    context = {
        "item": _to_sign(user, chosen) if chosen else None,
        "others": [need for need in waiting if need is not chosen],
        "signed": selectors.last_signed_by_office(user),
    }
    return render(request, "regions/sign.html", context)


def _to_sign(user, need) -> dict:
    offer = next((o for o in offered(user, need) if o.transition.name in {"submit", "resubmit"}), None)
    return {
        "need": need,
        "offer": offer,
        "form": ActForm(record=need, transition=offer.transition, actor=user) if offer else None,
        "imbalances": imbalances(need),
        "people": sum(line.requested_total for line in need.all_lines),
    }
