"""The page that says who is asked to a meeting, and changes it for those who organise."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from forum.forms.meetings import InviteForm
from forum.rules import meetings as rules
from forum.selectors import invitations as selectors
from forum.selectors.meetings import get_meeting
from forum.services import meetings as services
from forum.views.meetings import only_while_planned, told
from workflow.engine import Refused, Stale


@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request, code):
    """Who is asked, with what they said; organisers add and remove here."""
    meeting = get_meeting(request.user, code)
    may_plan = rules.may_plan(request.user, meeting)
    form = InviteForm(request.POST if request.method == "POST" else None, initial={"version": meeting.version})
    status, refusals = 200, []
    if request.method == "POST":
        only_while_planned(request.user, meeting)
        if form.is_valid():
            try:
                return _changed(request, meeting, form)
            except Refused as refusal:
                refusals, status = refusal.reasons, 400
            except Stale as stale:
                refusals, status = [told(form, stale)], 409
        else:
            status = 400
    context = {
        "meeting": meeting,
        "listing": selectors.invitee_listing(request, meeting),
        "tally": selectors.tally_of(meeting),
        "may_plan": may_plan,
        "form": form,
        "refusals": refusals,
    }
    if may_plan:
        chosen = selectors.candidates(request.user, meeting, request.GET.get("cari", ""))
        groups, provinces = selectors.groups_for(request.user), selectors.provinces_for(request.user)
        context |= {"candidates": chosen, "groups": groups, "provinces": provinces}
    return render(request, "forum/meetings/invitations.html", context, status=status)


def _changed(request, meeting, form):
    """Carry out what was chosen; once invitations have left, only after the reader has seen how many mails leave."""
    removing = request.POST.get("act") == "uninvite"
    pairs, keys = _chosen(request, meeting, form, removing)
    if meeting.is_announced and pairs and request.POST.get("confirm") != "1":
        return _asked_first(request, meeting, form, removing, pairs, keys)
    version = form.cleaned_data["version"]
    if removing:
        services.uninvite(meeting, request.user, keys, version=version)
        said = ngettext("%(count)d invitation removed.", "%(count)d invitations removed.", len(keys))
    else:
        if not pairs:
            raise Refused([_("Choose whom you want to invite.")])
        services.invite(meeting, request.user, pairs, version=version)
        said = ngettext("%(count)d organisation invited.", "%(count)d organisations invited.", len(pairs))
    messages.success(request, said % {"count": len(keys) if removing else len(pairs)})
    return redirect("forum:invitations", code=meeting.code)


def _chosen(request, meeting, form, removing: bool) -> tuple[list, list]:
    """([(organisation, role)], keys of invitations) that a form speaks of."""
    role = form.cleaned_data["role"]
    organisations = form.keys("organisation")
    if group := request.POST.get("group", "")[:40]:
        organisations = selectors.group(request.user, group)
    if not removing:
        new = selectors.not_asked_yet(meeting, organisations, role)
        if organisations and not new:
            raise Refused([_("They are invited already.")])
        return [(pk, role) for pk in new], []
    found = selectors.invitees_among(meeting, keys=form.keys("invitee"), organisations=organisations)
    return [(i.organisation_id, i.role) for i in found], [i.pk for i in found]


def _asked_first(request, meeting, form, removing: bool, pairs, keys):
    context = {
        "meeting": meeting,
        "form": form,
        "removing": removing,
        "organisations": [pk for pk, _role in pairs] if not removing else [],
        "keys": keys,
        "names": selectors.names_of([pk for pk, _role in pairs]),
        "people": selectors.people_asked(rules.memberships_of(pairs)),
        "role": form.cleaned_data["role"],
    }
    return render(request, "forum/meetings/confirm.html", context)
