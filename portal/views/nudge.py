"""The page that reminds those whose turn it is: who will hear of it and how, then one button."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules import zone_of
from workflow import nudges
from workflow.engine import Refused
from workflow.mandate import covers
from workflow.reading import get_seen
from workflow.registry import workflow
from workflow.turns import holders_of, is_turn_of


@require_http_methods(["GET", "HEAD", "POST"])
def nudge(request, flow: str, code: str):
    """Remind those who have a record now; what stands against it is said in a sentence, and nothing is sent."""
    if workflow(flow) is None:
        raise Http404
    record = get_seen(request.user, flow, code=code)
    _check_part(request.user, record)
    zone = zone_of(request.user)
    holders = holders_of(record)
    refusals = _refusals(request.user, record, holders, zone)
    if request.method == "POST" and not refusals:
        try:
            nudges.nudge(record, actor=request.user, zone=zone)
        except Refused as refused:  # somebody else was faster
            refusals = refused.reasons
        else:
            messages.success(request, _("%(code)s: reminder sent.") % {"code": record.code})
            return redirect(_page_of(record))
    context = {
        "record": record,
        "holders": holders,
        "refusals": refusals,
        "unnamed": bool(record.flow.unnamed),
        "back": _page_of(record),
        "zone": zone,
    }
    return render(request, "portal/nudge.html", context, status=409 if request.method == "POST" else 200)


def _check_part(user, record) -> None:
    """Who only reads along reminds nobody, nor does who stands in without this being theirs."""
    actors = nudges.actors_of(record.flow)
    if not record.flow.roles(user, record) & actors or not covers(user, record.flow.name):
        refusal = PermissionDenied("portal.nudge")
        refusal.roles = tuple(sorted(actors - {"CLOCK"}))
        raise refusal


def _refusals(user, record, holders, zone: str) -> list[str]:
    """Why nobody can be reminded now."""
    if record.state.final or not (holders.posts or holders.unheld):
        return [_("Nobody has to act now.")]
    if is_turn_of(user, record):
        return [_("It is your own turn. Open the record to act.")]
    if holders.is_held_outside:
        return [_("A body outside the portal has the word. It can only be reminded by letter.")]
    if holders.unheld:
        return [_("No official is registered for this post yet, so nobody would be told.")]
    sentence = nudges.too_soon(record, zone) or nudges.too_many(user)
    return [sentence] if sentence else []


def _page_of(record) -> str:
    """Where a record is worked on."""
    return getattr(record, "manage_url", "") or record.get_absolute_url()
