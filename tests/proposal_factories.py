"""The smallest valid proposal of any state; every field a test cares about is passed by name."""

from __future__ import annotations

import itertools

from django.utils import timezone

from partnerships.models import HOLDING, Proposal, ProposalStatus, Side
from regions.models import NeedStatus
from tests import factories

_numbers = itertools.count(1)
S = ProposalStatus
SENT = (S.PARTNER_REVIEW, S.ACCEPTED, S.PARTIAL, S.WAITLISTED, S.CONVERTED)


def open_need(office, **fields):
    """An approved need of an office: one line of mediators, T07 from 1 to 3."""
    fields.setdefault("status", NeedStatus.APPROVED)
    return factories.need(office, **fields)


def line_of(need):
    """Its first line."""
    return need.lines.order_by("position").first()


def proposal(need, program, status: str = S.PROPOSED, *, created_by=None, **fields) -> Proposal:
    """The need's first line proposed for the programme's first intake."""
    intake = fields.pop("intake", program.intakes.first() if program else None)
    partner = fields.pop("partner", None) or program.partner
    defaults = {
        "seats_requested": 2,
        "proposed_by_side": Side.OFFICE,
        "score": 60,
        "rules_version": "1.0",
        "tailor_made_request": "" if intake else "Pelatihan mediasi di daerah.",
    }
    if status in SENT:
        defaults |= {"sent_at": timezone.now(), "partner_summary": "Two mediators of one office."}
        if intake:
            defaults |= {"seats_free_when_sent": intake.seats_free, "edition_when_sent": program.edition}
    if status in HOLDING:
        defaults |= {"seats_allotted": 1 if status == S.PARTIAL else 2}
    if status == S.WAITLISTED:
        defaults |= {"waitlist_position": 1}
    if status == S.DECLINED:
        defaults |= {"declined_by": "PARTNER", "decline_reason": "R08", "sent_at": timezone.now()}
    if status == S.LAPSED:
        defaults |= {"lapse_cause": "DEADLINE"}
    made = Proposal(
        code=f"US-2026-{next(_numbers):04d}",
        status=status,
        line=line_of(need),
        intake=intake,
        partner=partner,
        created_by=created_by,
        **{**defaults, **fields},
    )
    within = made.flow.state(status).within
    made.due_at = within(made, timezone.now()) if within else None
    made.save()
    if intake and made.seats_allotted:
        intake.seats_taken += made.seats_allotted
        intake.save()
    return Proposal.objects.get(pk=made.pk)
