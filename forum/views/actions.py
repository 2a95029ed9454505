"""Pages of action points: list, one, acts."""

from __future__ import annotations

from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from forum.selectors import actions as selectors
from workflow.views import act_view


@require_safe
def action_list(request):
    """Action points in views: ours, from our meetings, overdue, all, closed."""
    tabs = selectors.tabs_for(request.user)
    listing = selectors.action_listing(request, tabs)
    counts = selectors.counts_of(request.user, tabs)
    here = listing.tab or tabs[0].name
    shown = [
        {"label": tab.label, "url": f"?tab={tab.name}", "count": counts[tab.name], "current": tab.name == here}
        for tab in tabs
    ]
    return render(
        request, "forum/actions/list.html", {"listing": listing, "tabs": shown, "total": any(counts.values())}
    )


@require_safe
def action_page(request, code):
    """One action point: what, who, by when, where it comes from, its history."""
    action = selectors.get_action(request.user, code)
    context = {"action": action, "sees_meeting": selectors.sees_meeting(request.user, action)}
    return render(request, "forum/actions/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def act_action(request, code, action):
    """One act on one action point."""
    return act_view(request, selectors.get_action(request.user, code), action)
