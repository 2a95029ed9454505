"""How many steps kept their time limit: of the whole country, or of the records of a choice."""

from __future__ import annotations

from participants.models import Nomination
from partnerships.models import Agreement, Proposal
from portal.dashboard.choice import Choice
from portal.kpi import step_totals, steps
from regions.models import CompetencyGap, TrainingNeed
from workflow.registry import workflow


def tally(choice: Choice) -> steps.Tally:
    """The steps that ended in the year of the cycle."""
    return steps.Tally(_narrowed(choice)) if choice.is_narrowed else step_totals.tally(choice.scope, choice.period)


def _narrowed(choice: Choice) -> list[steps.Stay]:
    found = steps.stays_of(_records(choice))
    return [stay for stay in found if choice.period.begins <= stay.until < choice.period.ends]


def _records(choice: Choice) -> dict:
    """The records of a choice by table. Programmes and allocation runs belong to no place and are left out."""
    need = choice.place("office__region_code")
    line = choice.place("line__need__office__region_code")
    person = choice.place("proposal__line__need__office__region_code")
    needs, proposals = TrainingNeed.objects.filter(need), Proposal.objects.filter(line)
    people, agreements = Nomination.objects.filter(person), Agreement.objects.filter(need)
    if choice.theme:
        gaps = CompetencyGap.objects.filter(theme=choice.theme)
        needs = needs.filter(pk__in=gaps.values("line__need"))
        proposals = proposals.filter(line__in=gaps.values("line"))
        people = people.filter(proposal__line__in=gaps.values("line"))
        agreements = agreements.none()
    if choice.partner:
        needs = needs.filter(pk__in=Proposal.objects.filter(partner=choice.partner).values("line__need"))
        proposals = proposals.filter(partner=choice.partner)
        people = people.filter(proposal__partner=choice.partner)
        agreements = agreements.filter(partner=choice.partner)
    return {
        "regions.need": needs.values("pk"),
        "partnerships.proposal": proposals.values("pk"),
        "participants.nomination": people.values("pk"),
        "partnerships.agreement": agreements.values("pk"),
    }


def stays_in(choice: Choice, flow: str, state: str) -> list[steps.Stay]:
    """The steps of one state of one table."""
    if not choice.is_narrowed:
        return steps.stays(choice.scope, choice.period, (flow, state))
    return [stay for stay in _narrowed(choice) if (stay.flow, stay.state) == (flow, state)]


def label(flow: str, state: str) -> str:
    """A state with its table; "" for what no table knows."""
    known = workflow(flow)
    if known is None or state not in {s.code for s in known.flow.states}:
        return ""
    return f"{known.flow.label}: {known.flow.state(state).label}"
