"""What this room adds to the page of a proposal: how many of its seats have people. Counts only."""

from __future__ import annotations

from django.urls import reverse

from participants.rules import editing
from participants.selectors import nominations as selectors
from partnerships.models import HOLDING
from workflow.panels import Panel, register_panel


def register() -> None:
    """Called once, when Django starts."""
    register_panel(Panel("partnerships.proposal", "participants/_proposal_panel.html", seats_filled, "side", 20))


def seats_filled(request, proposal) -> dict | None:
    """Participants: 3 of 5, with the way to the roster for those who have one."""
    if proposal.status not in HOLDING:
        return None
    user = request.user
    opens = editing.may_open_roster(user)
    return {
        "counts": selectors.counts_of(user, proposal),
        "roster_url": reverse("participants:roster", args=[proposal.code]) if opens else "",
        "may_nominate": editing.may_nominate(user, proposal),
    }
