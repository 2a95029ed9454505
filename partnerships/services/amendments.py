"""Writes of an amendment: proposed beside what is valid, adopted when it is signed, dropped when it is not."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from partnerships.models import AmendmentPhase
from partnerships.rules.amendments import PROPOSABLE, proposed_values
from partnerships.services.versions import store_version


def propose(agreement, values: dict) -> None:
    """Remember what the amendment would change; what equals the valid value is no change."""
    wanted = {**proposed_values(agreement), **{k: v for k, v in values.items() if k in PROPOSABLE}}
    plain = DjangoJSONEncoder()
    agreement.proposed = {
        name: value if value is None or isinstance(value, str | int | list) else plain.default(value)
        for name, value in wanted.items()
        if getattr(agreement, name) != value
    }


# --- Effects of the workflow, (agreement, actor, answers)


def open_amendment(agreement, actor, answers):
    """Drafting begins; answers of outside bodies from before were about the former text."""
    agreement.proposed = {}
    send_back(agreement, actor, answers)


def pass_to(phase: AmendmentPhase):
    """An effect: the amendment changes hands."""

    def effect(agreement, actor, answers):
        _turn(agreement, phase)

    return effect


def _turn(agreement, phase: AmendmentPhase) -> None:
    """Whose turn begins gets a time of their own: the state, whose clock runs on, stays the same."""
    agreement.amendment_phase, agreement.amendment_turn_at = phase, timezone.now()
    agreement.due_at, agreement.reminded = agreement.state.within(agreement, agreement.amendment_turn_at), 0


def send_back(agreement, actor, answers):
    """Changes are wanted: drafting goes on, the checklist starts anew, and answers were about the text as it was."""
    _turn(agreement, AmendmentPhase.DRAFTING)
    agreement.clauses, agreement.returned_at = {}, timezone.now()


def adopt(agreement, actor, answers):
    """The amendment is signed: what it proposed is valid now, and the signed text is kept as a version."""
    was = agreement.ends
    for name, value in proposed_values(agreement).items():
        setattr(agreement, name, value)
    drop(agreement, actor, answers)
    if agreement.ends != was:  # whatever was told and decided was about another day
        agreement.warned_days, agreement.renewal, agreement.renewal_reason = None, "", ""
    posts = signatories(agreement, answers)
    store_version(agreement, "amended", signed_on=answers["signed_on"], signatories=posts)


def signatories(agreement, answers) -> list[dict]:
    """Who signed now: the same parties, the posts and the capacity given with this signing."""
    capacity = {"capacity": answers["capacity"]} if answers.get("capacity") else {}
    given = (("our_post", capacity), ("partner_post", {}))
    return [
        {"party": signed["party"], "post": answers.get(key, ""), **more}
        for signed, (key, more) in zip(agreement.signatories, given, strict=False)
    ]


def drop(agreement, actor, answers):
    """No amendment is open any more."""
    agreement.proposed, agreement.amendment_phase, agreement.amendment_turn_at = {}, "", None
