"""What is decided before an agreement ends: a follow-up, or that it may end."""

from __future__ import annotations

from partnerships.models import Agreement, Renewal
from partnerships.services.agreements import open_agreement
from workflow.engine import note

CARRIED = ("instrument", "scope", "cost_source", "place", "duration_months", "action_plan")
"""What the follow-up begins with: texts are negotiated anew, facts rarely change."""


def warned(mark: int):
    """An effect: everyone concerned was told at this mark."""

    def effect(agreement, actor, answers):
        agreement.warned_days = mark

    return effect


def open_follow_up(agreement, actor, answers):
    """A new agreement of the same parties, linked to the one that ends."""
    made = open_agreement(
        track=agreement.track,
        partner=agreement.partner,
        counterpart=agreement.counterpart,
        counterpart_country=agreement.counterpart_country,
        program=agreement.program,
        office=agreement.office,
        regions=agreement.region_codes,
        subject=agreement.subject,
        titles={"title_id": agreement.title_id, "title_en": agreement.title_en},
        actor=actor,
        follows=agreement,
        full_powers_needed=agreement.full_powers_needed,
        **{name: getattr(agreement, name) for name in CARRIED},
    )
    agreement.renewal, agreement.renewal_reason = Renewal.RENEW, ""
    answers["follow_up"] = made.code


def let_end(agreement, actor, answers):
    """It ends on its day; why nobody renews it is kept."""
    agreement.renewal, agreement.renewal_reason = Renewal.END, str(answers.get("reason", ""))[:1000]


def reopen_decision(agreement, actor, answers):
    """A follow-up that came to nothing decides nothing: the agreement before it waits for a decision again."""
    former = Agreement.objects.filter(pk=agreement.follows_id, renewal=Renewal.RENEW).first()
    if former is not None:
        # Whoever was told before is told again: the warnings had stopped with the decision.
        Agreement.objects.filter(pk=former.pk).update(renewal="", warned_days=None)
        former.renewal = ""
        note(former.flow, former, actor, "change", {"renewal": "", "follow_up": agreement.code})
