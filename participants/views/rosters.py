"""The overview of nominations, the roster of one proposal, and putting a person forward."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import capacity, zone_of
from participants.forms.people import PersonForm
from participants.rules import editing
from participants.selectors import nominations as selectors
from participants.services import nominations as services
from participants.views.frame import form_page, private, sent


@private
@require_safe
def overview(request):
    """Seats that wait for people, and the nominations the user may see: codes, offices and programmes, no names."""
    listing = selectors.nomination_list(request)
    first = not listing.is_filtered and listing.page.number == 1
    context = {"listing": listing, "rosters": selectors.rosters_of(request.user) if first else []}
    return render(request, "participants/overview.html", context)


@private
@require_safe
def roster(request, code: str):
    """The people of one proposal: seats, who is on the way, what is not met."""
    user = request.user
    proposal = selectors.get_roster_proposal(user, code)
    rows = selectors.roster_of(user, proposal)
    if rows and request.method == "GET":
        services.log_read(proposal, user, {"nominations": len(rows)})
    counts = selectors.counts_of(user, proposal)
    context = {
        "proposal": proposal,
        "rows": rows,
        "counts": counts,
        "figures": [
            {"label": _("Seats given"), "value": counts.seats},
            {"label": _("Chosen"), "value": counts.chosen},
            {"label": _("In preparation"), "value": counts.preparing},
            {"label": _("Reserves"), "value": counts.reserves},
        ],
        "balance": selectors.balance_for(user, proposal),
        "may_nominate": editing.may_nominate(user, proposal),
        "is_partner": editing.is_partner(user),
        "zone": zone_of(user),
    }
    return render(request, "participants/roster.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def nominate(request, code: str):
    """Put a person forward for one of the seats."""
    proposal = selectors.get_roster_proposal(request.user, code)
    office = proposal.line.need.office
    if capacity(request.user)[1] != office:
        raise Http404
    if not editing.may_nominate(request.user, proposal):
        raise PermissionDenied("participants.nomination.create")

    def save(form):
        made = services.nominate(
            proposal=proposal,
            profile=form.profile,
            nip=form.cleaned_data["nip"],
            relevance=form.cleaned_data["relevance"],
            actor=request.user,
        )
        return made, _("%(code)s was opened. Add the papers, then submit it.") % {"code": made.code}

    form = PersonForm(*sent(request), office=office, post=proposal.line.post_id)
    return form_page(
        request,
        form,
        title=_("Put a person forward"),
        button=_("Save as draft"),
        save=save,
        back=reverse("participants:roster", args=[proposal.code]),
        lead=_("Only what the selection needs. No identity card, passport, health or bank data."),
    )
