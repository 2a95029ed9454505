"""The overview of nominations, the roster of a proposal or an intake, and putting a person forward."""

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
from participants.selectors import partner_forms, requests, rosters
from participants.services import nominations as services
from participants.views.frame import form_page, private, sent


@private
@require_safe
def overview(request):
    """Seats that wait for people, and the nominations the user may see: codes, offices and programmes, no names."""
    listing = selectors.nomination_list(request)
    first = not listing.is_filtered and listing.page.number == 1
    context = {
        "listing": listing,
        "rows": rosters.with_warnings(request.user, listing.rows),
        "rosters": selectors.rosters_of(request.user) if first else [],
        "watches_requests": requests.may_watch(request.user),
        "may_open_review": requests.may_open_review(request.user),
    }
    return render(request, "participants/overview.html", context)


@private
@require_safe
def roster(request, code: str):
    """The people of one proposal."""
    return _page(request, rosters.roster_of_proposal(request.user, code))


@private
@require_safe
def intake_roster(request, program: str, number: int):
    """Everyone on one intake, over all offices."""
    return _page(request, rosters.roster_of_intake(request.user, program, number))


def _page(request, found: rosters.Roster):
    """Seats, who is on the way, what is not met, who is next, and what can be done for many at once."""
    user = request.user
    rows = rosters.rows_of(user, found)
    if rows and request.method == "GET":
        services.log_read(found.record, user, found.reading(len(rows)))
    counts = rosters.counts_on(user, found)
    balance = rosters.balance_on_roster(user, found)
    proposal = found.proposal
    context = {
        "roster": found,
        "proposal": proposal,
        "intake": found.intake,
        "rows": rows,
        "reserves": rosters.reserves_of(rows),
        "may_promote": rosters.may_promote(user),
        "counts": counts,
        "figures": [
            {"label": _("Seats given"), "value": counts.seats},
            {"label": _("Chosen"), "value": counts.chosen},
            {"label": _("In preparation"), "value": counts.preparing},
            {"label": _("Reserves"), "value": counts.reserves},
        ],
        "balance": balance,
        "provinces": rosters.provinces_shown(balance),
        "bulk": rosters.bulk_links(user, found, rows),
        "may_enter_attendance": rosters.may_enter_attendance(user, rows),
        "has_signers": any(row.holds_seat for row in rows),
        "sees_panel": editing.sees_sheets(user),
        "may_nominate": proposal is not None and editing.may_nominate(user, proposal),
        "papers_url": partner_forms.bundle_link(user, proposal, [row.nomination for row in rows]) if proposal else "",
        "intake_url": rosters.intake_link(user, proposal) if proposal else "",
        "is_partner": editing.is_partner(user),
        "warn_sentence": rosters.warning_sentence(rows),
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
