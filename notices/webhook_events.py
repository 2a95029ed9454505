"""Which events machines may hear of, and by which name: derived from the workflow tables that the portal offers.

A table is offered by whoever wires the portal, never by itself: what is about single persons is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from workflow.registry import workflow

ALL = "*"
TEST = "webhook.test"

_offered: dict[str, str] = {}
_address: list[Callable[[Any, Any], str | None]] = []


def offer(flow_name: str, short: str) -> None:
    """Machines may hear of the acts on a table; `short` is what their names begin with: program.published."""
    _offered[flow_name] = short


def use_api_address(find: Callable[[Any, Any], str | None]) -> None:
    """find(flow, record) -> the address of a record for machines, None where there is none."""
    _address[:] = [find]


def api_address(flow, record) -> str | None:
    """Where a machine reads the record."""
    return _address[0](flow, record) if _address else None


def offered() -> list[str]:
    """The names of the tables whose events may be told."""
    return [name for name in _offered if workflow(name) is not None]


# --- Names --------------------------------------------------------------------------------------------------

PAST = {
    "admit": "admitted",
    "allot": "allotted",
    "fulfil": "fulfilled",
    "send": "sent",
    "submit": "submitted",
    "resubmit": "resubmitted",
    "take": "taken",
    "withdraw": "withdrawn",
}
"""Irregular verbs among the names of acts."""

NAMED = {
    "amend": "amendment_opened",
    "amended": "amendment_signed",
    "amendment_back": "amendment_returned",
    "amendment_ok": "amendment_approved",
    "amendment_to_legal": "amendment_sent_to_legal",
    "answer_program": "answered",
    "ask_dprd": "council_asked",
    "auto_forward": "forwarded_automatically",
    "dprd_ok": "council_approved",
    "drop_amendment": "amendment_dropped",
    "end_reserve": "reserve_ended",
    "explore": "exploration_started",
    "go_on": "fulfilment_continued",
    "gov_ok": "government_verified",
    "legal_ok": "legal_approved",
    "let_end": "not_renewed",
    "lose_seat": "seat_lost",
    "make_plan": "plan_adopted",
    "not_accept": "not_accepted",
    "not_complete": "not_completed",
    "partial": "partially_accepted",
    "partner_screen": "partner_screening_started",
    "powers_ok": "full_powers_received",
    "promote_reserve": "promoted",
    "propose_reject": "rejection_proposed",
    "prov_endorse": "province_endorsed",
    "remind_permits": "permits_due",
    "return_council": "returned",
    "return_program": "returned",
    "reverse_completion": "completion_reversed",
    "screen": "screening_started",
    "send_partner": "sent_to_partner",
    "send_tech": "technical_review_asked",
    "sign_intent": "intent_signed",
    "skip_dprd": "council_skipped",
    "start_clearance": "clearance_started",
    "start_drafting": "drafting_started",
    "start_fulfil": "fulfilment_started",
    "start_min": "ministry_review_started",
    "start_prov": "province_review_started",
    "start_selection": "selection_started",
    "tech_silent": "technical_review_lapsed",
    "to_legal": "sent_to_legal",
    "warn_180": "ends_in_180_days",
    "warn_30": "ends_in_30_days",
    "warn_90": "ends_in_90_days",
}
"""Acts whose names begin with no verb, or say little outside the house."""


def past(action: str) -> str:
    """What an act is called once it is done: publish -> published, submit_on_behalf -> submitted_on_behalf."""
    if action in NAMED:
        return NAMED[action]
    verb, *rest = action.split("_")
    if verb in PAST:
        done = PAST[verb]
    elif verb.endswith("e"):
        done = f"{verb}d"
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        done = f"{verb[:-1]}ied"
    else:
        done = f"{verb}ed"
    return "_".join([done, *rest])


@dataclass(frozen=True)
class Kind:
    """One kind of event: acts of one table that say the same."""

    name: str
    flow: Any
    label: Any
    actions: tuple[str, ...]
    states: tuple[str, ...]
    """The states it can lead to."""


def kinds_of(flow_name: str) -> list[Kind]:
    """Every kind of event of a table, in its order. Acts with the same words (a track of its own, another office) are
    one kind, called after the first of them."""
    flow, found = workflow(flow_name).flow, {}
    with translation.override("en"):
        for t in flow.transitions:
            found.setdefault(str(t.done or t.label), []).append(t)
    return [
        Kind(
            name=f"{_offered[flow_name]}.{past(same[0].name)}",
            flow=flow,
            label=same[0].done or same[0].label,
            actions=tuple(t.name for t in same),
            states=tuple(dict.fromkeys(str(code) for t in same for code in flow.reach(t))),
        )
        for same in found.values()
    ]


def kinds_for(role: str) -> dict[str, list[Kind]]:
    """table -> the kinds of event a role can ever hear of: those that lead to a state it sees."""
    found = {}
    for name in offered():
        seen = {str(code) for code in workflow(name).flow.seen_states(role)}
        if own := [kind for kind in kinds_of(name) if seen & set(kind.states)]:
            found[name] = own
    return found


def whole(flow_name: str) -> str:
    """What stands for every event of a table, those included that the table learns later: program.*"""
    return f"{_offered[flow_name]}.{ALL}"


def names_by_act() -> dict[tuple[str, str], str]:
    """(table, act) -> the name of its kind of event."""
    return {(name, act): kind.name for name in offered() for kind in kinds_of(name) for act in kind.actions}


def wants(events: Iterable[str], name: str) -> bool:
    """Whether a list of kinds holds this one, by its name or with its whole table."""
    return name in events or f"{name.split('.')[0]}.{ALL}" in events
