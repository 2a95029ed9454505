"""The figures beside a review: what the records say about one programme, or about what one agreement covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import CENTRAL
from participants.models import PASSED, Evaluation, EvaluationStatus, Nomination, NominationStatus
from partnerships.rules.reviews import seats_under
from partnerships.rules.small_groups import is_small
from portal.kpi import steps
from portal.kpi.bases import accepted
from programs.models import CostItem, Intake
from regions.models import GapRating
from regions.publishing import SMALLEST
from workflow import formats

ITEMS = ("content", "usefulness", "trainers", "materials", "organisation")


def evidence(review) -> dict[str, Any]:
    """Numbers as JSON, None where there are no data; a fixed number of queries."""
    proposals = seats_under(review)
    people = Nomination.objects.filter(proposal__in=proposals.values("pk"))
    counts = people.aggregate(
        accepted=Count("pk", filter=accepted()),
        completed=Count("pk", filter=Q(status__in=PASSED)),
        failed=Count("pk", filter=Q(status=NominationStatus.INCOMPLETE)),
    )
    seats = proposals.aggregate(n=Sum("seats_allotted"))["n"] or 0
    offered = None
    if review.program_id:
        offered = Intake.objects.filter(program_id=review.program_id).aggregate(n=Sum("seats"))["n"] or 0
    ended = counts["completed"] + counts["failed"]
    return {
        "offered": offered,
        "given": seats,
        "accepted": counts["accepted"],
        "completed": counts["completed"],
        "ended": ended,
        **_levels(people),
        **_pace(review, proposals, people),
        "costs": _costs(review, proposals),
    }


def _levels(people) -> dict[str, Any]:
    """Kirkpatrick's levels 1 to 3, each with how many answers it rests on."""
    forms = Evaluation.objects.filter(nomination__in=people.values("pk"), status=EvaluationStatus.DONE)
    reaction = forms.filter(level="L1").aggregate(
        n=Count("reaction"), **{name: Avg(f"reaction__{name}") for name in ITEMS}
    )
    learning = forms.filter(level="L2", learning__certificate_only=False).aggregate(
        n=Count("learning"), gain=Avg(F("learning__after") - F("learning__before"))
    )
    change = GapRating.objects.filter(
        effect__source__in=people.values("code"), effect__taken_back_at__isnull=True
    ).aggregate(n=Count("effect", distinct=True), gain=Avg(F("level") - F("gap__current_level")))
    mean = sum(float(reaction[name]) for name in ITEMS) / len(ITEMS) if reaction["n"] else None
    return {
        "l1": _rounded(mean),
        "l1_answers": reaction["n"],
        "l2": _rounded(learning["gain"]),
        "l2_answers": learning["n"],
        "l3": _rounded(change["gain"]),
        "l3_answers": change["n"],
    }


def _rounded(number) -> float | None:
    return None if number is None else round(float(number), 2)


def _pace(review, proposals, people) -> dict[str, Any]:
    """Working days per step of the programme or agreement, its proposals and nominations."""
    own = (
        ("programs.program", review.program_id)
        if review.program_id
        else ("partnerships.agreement", review.agreement_id)
    )
    records = {
        own[0]: [own[1]],
        "partnerships.proposal": proposals.values("pk"),
        "participants.nomination": people.values("pk"),
    }
    found = steps.Tally(steps.stays_of(records))
    return {
        "days": steps.middle(found.days) if found.counts else None,
        "steps": found.days.total(),
        "within": found.hits,
        "timed": found.timed,
    }


def _costs(review, proposals) -> list[dict[str, str]]:
    """What the partner pays, as far as it is disclosed, in the partner's own currency."""
    programs = [review.program_id] if review.program_id else proposals.values("intake__program_id")
    rows = (
        CostItem.objects.filter(program__in=programs, payer="PARTNER", amount__isnull=False)
        .order_by()
        .values("currency")
        .annotate(total=Sum("amount"))
        .order_by("currency")
    )
    return [{"currency": row["currency"], "amount": str(row["total"])} for row in rows]


# --- In words


@dataclass(frozen=True)
class Fact:
    """One line of the panel."""

    label: str
    value: str
    note: str = ""


def facts(found: dict[str, Any], user) -> list[Fact]:
    """The numbers in the reader's language. What rests on fewer than five people stays at the centre."""
    near = user.acting_role in CENTRAL
    rows = []
    if found.get("offered") is not None:
        rows.append(Fact(_("Seats offered"), formats.num(found["offered"])))
    rows.append(Fact(_("Seats given to offices"), formats.num(found.get("given", 0))))
    rows.append(Fact(_("People accepted"), formats.num(found.get("accepted", 0))))
    rows += [
        _completed(found.get("completed") or 0, found.get("ended") or 0, near),
        _mean(_("Reaction (L1), 1 to 5"), found.get("l1"), found.get("l1_answers"), near),
        _mean(_("Learning (L2), points gained of 100"), found.get("l2"), found.get("l2_answers"), near),
        _mean(_("Use at work (L3), levels gained"), found.get("l3"), found.get("l3_answers"), near),
    ]
    if found.get("days") is not None:
        timed = found.get("timed") or 0
        note = (
            _("%(percent)s within the limit") % {"percent": formats.percent(100 * found["within"] / timed)}
            if timed
            else ""
        )
        rows.append(Fact(_("Working days per step (median)"), formats.num(found["days"]), note))
    money = [formats.money(cost["amount"], cost["currency"]) for cost in found.get("costs") or []]
    rows.append(Fact(_("Paid by the partner"), ", ".join(money) if money else _("not disclosed")))
    return rows


def _completed(done: int, ended: int, near: bool) -> Fact:
    """The share that completed; where one of two or three did not, everybody would know who."""
    label = _("Trainings completed")
    if not ended:
        return Fact(label, _("no data"))
    if not near and is_small(ended, done):
        return Fact(label, _("fewer than five people: not shown"))
    note = _("%(done)s of %(all)s") % {"done": formats.num(done), "all": formats.num(ended)}
    return Fact(label, formats.percent(100 * done / ended), note)


def _mean(label: str, number, answers, near: bool) -> Fact:
    if number is None or not answers:
        return Fact(label, _("no data"))
    if not near and answers < SMALLEST:
        return Fact(label, _("fewer than five people: not shown"))
    note = ngettext("%(count)d person", "%(count)d people", answers) % {"count": answers}
    return Fact(label, formats.decimal(number, 2), note)
