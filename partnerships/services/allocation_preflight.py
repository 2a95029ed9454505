"""What must be right before a calculation starts, each with a sentence; what blocks it and what is only a warning."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.matching import LEAD_DAYS, IntakeFacts
from partnerships.models import AllocationRun, PinKind, RunStatus
from partnerships.rules import allocation_presets as presets
from partnerships.rules import allocations as rules
from partnerships.rules.proposals import OPEN_NEEDS
from partnerships.services import remainder, suggestions
from partnerships.services.standing import fixed_beside, fixed_for, standing
from regions.models import NeedLine, NeedStatus, TrainingNeed

UNDECIDED = (NeedStatus.SUBMITTED, NeedStatus.PROV_REVIEW, NeedStatus.MIN_REVIEW, NeedStatus.TECH_REVIEW)


@dataclass(frozen=True)
class Check:
    """One point of the list: whether it holds, in words, and whether it stops the calculation."""

    key: str
    ok: bool
    sentence: str
    params: dict = field(default_factory=dict)
    blocks: bool = False


def preflight(run: AllocationRun) -> list[Check]:
    """Every point, those that block first."""
    return [check(run) for check in ((plan_is_valid, *CHECKS) if rules.is_remainder(run) else CHECKS)]


def rules_are_valid(run) -> Check:
    """The rules can be read by the solver."""
    found = presets.refusals(run.rules)
    return Check("rules", not found, " ".join(found) or _("The rules are complete."), blocks=True)


def has_needs(run) -> Check:
    """Somebody wants seats."""
    count = TrainingNeed.objects.filter(cycle=run.round.cycle_id, status__in=OPEN_NEEDS).count()
    params = {"count": count, "year": run.round.cycle_id}
    if not count:
        sentence = _("Cycle %(year)d has no approved need yet. Approve needs first.") % params
    else:
        sentence = (
            ngettext("%(count)d approved need in cycle %(year)d.", "%(count)d approved needs in cycle %(year)d.", count)
            % params
        )
    return Check("needs", bool(count), sentence, params, blocks=True)


def has_seats(run) -> Check:
    """Somebody offers seats."""
    free = suggestions.intakes_on_offer().filter(seats__gt=F("seats_taken"))
    seats = list(free.order_by().values_list("seats", "seats_taken"))
    params = {"count": len(seats), "seats": sum(all_ - taken for all_, taken in seats)}
    if not seats:
        sentence = _("No intake has free seats. Wait for programmes to open, or ask partners for more seats.")
    else:
        sentence = (
            ngettext(
                "%(seats)d free seats in %(count)d intake.", "%(seats)d free seats in %(count)d intakes.", len(seats)
            )
            % params
        )
    return Check("seats", bool(seats), sentence, params, blocks=True)


def nothing_else_runs(run) -> Check:
    """A round is calculated once at a time."""
    other = rules.other_running(run)
    params = {"code": other.code} if other else {}
    sentence = (
        _("%(code)s of this round is being calculated. Wait for it or stop it.") % params
        if other
        else _("No other calculation of this round is under way.")
    )
    return Check("other_run", other is None, sentence, params, blocks=True)


def plan_is_valid(run) -> Check:
    """What fell free of a plan that was replaced is part of the newer plan already."""
    plan = remainder.base_plan(run) if rules.is_remainder(run) else None
    ok = plan is None or plan.status == RunStatus.RATIFIED
    params = {"code": plan.code} if plan else {}
    sentence = (
        _("The plan this run follows is valid.")
        if ok
        else _("%(code)s, which this run follows, was superseded. Prepare a new run.") % params
    )
    return Check("plan", ok, sentence, params, blocks=True)


def pins_fit(run) -> Check:
    """Staff's pins stay within people, seats and what is still open, beside what is given."""
    pins = list(run.pins.select_related("line__need", "intake__program"))
    pinned = [pin for pin in pins if pin.kind == PinKind.PIN]
    in_line, in_intake = _fixed_with(run, pinned) if pinned else ({}, {})
    found = []
    for pin in pinned:
        if pin.line.need.status not in OPEN_NEEDS:
            found.append(_("%(line)s is pinned, but the need is no longer open.") % {"line": pin.line.need.code})
        if pin.intake.program.status not in suggestions.OFFERED:
            found.append(
                _("%(program)s is pinned, but takes no participants now.") % {"program": pin.intake.program.code}
            )
    found += [
        _("%(line)s: seats pinned or given %(seats)d, people %(people)d.")
        % {"line": f"{line.need.code}/{line.position}", "seats": seats, "people": line.requested_total}
        for line, seats in in_line.items()
        if seats > line.requested_total
    ]
    found += [
        _("%(intake)s: seats pinned or given %(pinned)d, seats offered %(seats)d.")
        % {"intake": str(intake), "pinned": seats, "seats": intake.seats}
        for intake, seats in in_intake.items()
        if seats > intake.seats
    ]
    sentence = " ".join(found)
    if found:
        sentence += " " + _("Change or remove these pins.")
    elif pins:
        sentence = ngettext("%(count)d pin or prohibition fits.", "%(count)d pins and prohibitions fit.", len(pins)) % {
            "count": len(pins)
        }
    else:
        sentence = _("Nothing is pinned or forbidden.")
    return Check("pins", not found, sentence, {"count": len(pins)}, blocks=True)


def _fixed_with(run, pins) -> tuple[Counter, Counter]:
    """(seats by line, seats by intake) that are fixed where these pins are: pinned, given, or with a partner."""
    lines, intakes = {pin.line_id: pin.line for pin in pins}, {pin.intake_id: pin.intake for pin in pins}
    of_cycle = set(NeedLine.objects.filter(need__cycle=run.round.cycle_id).values_list("pk", flat=True))
    seated, taken = fixed_beside(of_cycle)
    for (line, intake), seats in fixed_for(
        run, standing(cycle=run.round.cycle_id), {(pin.line_id, pin.intake_id): pin for pin in pins}
    ).items():
        seated[line] += seats
        taken[intake] += seats
    return (
        Counter({line: seated[pk] for pk, line in lines.items()}),
        Counter({intake: taken[pk] for pk, intake in intakes.items()}),
    )


def needs_are_decided(run) -> Check:
    """Needs decided later are left out."""
    count = TrainingNeed.objects.filter(cycle=run.round.cycle_id, status__in=UNDECIDED).count()
    sentence = _("Every need that was filed is decided.")
    if count:
        sentence = ngettext(
            "%(count)d need still waits for its decision and would be left out.",
            "%(count)d needs still wait for their decision and would be left out.",
            count,
        ) % {"count": count}
    return Check("undecided", not count, sentence, {"count": count})


def scores_are_current(run) -> Check:
    """Old scores are computed anew as the first step."""
    needs, programs = suggestions.stale_work()
    params = {"needs": len(needs), "programs": len(programs)}
    sentence = _("Every score is current.")
    if needs or programs:
        sentence = _(
            "Out of date and computed first: scores of needs (%(needs)d) and of programmes (%(programs)d)."
        ) % (params)
    return Check("scores", not (needs or programs), sentence, params)


def intakes_have_lead_time(run) -> Check:
    """Intakes that begin too soon get nobody."""
    today = timezone.localdate()
    count = sum(_starts_too_soon(intake, today) for intake in suggestions.intake_facts(suggestions.intakes_on_offer()))
    sentence = _("Every intake leaves enough time to prepare.")
    if count:
        sentence = ngettext(
            "%(count)d intake begins before its lead time and gets nobody.",
            "%(count)d intakes begin before their lead time and get nobody.",
            count,
        ) % {"count": count}
    return Check("lead_time", not count, sentence, {"count": count})


def _starts_too_soon(intake: IntakeFacts, today: dt.date) -> bool:
    """The condition of matching, which asks nothing of the line."""
    kind = "overseas" if intake.is_abroad else "online" if intake.mode == "ONLINE" else "in_country"
    return (intake.starts - today).days < LEAD_DAYS[kind]


def smallest_groups_fit(run) -> Check:
    """An intake whose smallest group is larger than its seats can never run."""
    codes = sorted(
        str(i) for i in suggestions.intakes_on_offer().filter(min_cohort__gt=F("seats")).select_related("program")
    )
    sentence = _("The smallest group of every intake fits its seats.")
    if codes:
        sentence = _("The smallest group is larger than the seats, so nobody can go: %(codes)s.") % {
            "codes": ", ".join(codes)
        }
    return Check("smallest_group", not codes, sentence, {"codes": codes})


BLOCKING: tuple[Callable[[AllocationRun], Check], ...] = (
    rules_are_valid,
    has_needs,
    has_seats,
    nothing_else_runs,
    pins_fit,
)
CHECKS = (*BLOCKING, needs_are_decided, scores_are_current, intakes_have_lead_time, smallest_groups_fit)


def _refusing(check: Callable[[AllocationRun], Check]):
    """A point of the list as a condition of the workflow table: (run, actor) -> sentence."""

    def refuse(run, actor) -> str:
        found = check(run)
        return "" if found.ok else found.sentence

    refuse.__name__, refuse.__doc__ = check.__name__, check.__doc__
    return refuse


BLOCKERS = tuple(_refusing(check) for check in (plan_is_valid, *BLOCKING))
