"""Staff's own decisions on a run: a pair pinned or forbidden, with its reason and what it costs the country at once."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.allocation import Instance, Result, read, write
from partnerships.allocation.figures import price_of
from partnerships.allocation.instance import Seats
from partnerships.models import AllocationPin, AllocationRun, PinKind, Proposal, RunStatus
from partnerships.rules import allocations as run_rules
from partnerships.rules import proposals as rules
from partnerships.rules.proposals import OPEN_NEEDS, PERSONAL, REASON_LENGTH
from partnerships.sentences import show_failures
from partnerships.services import allocation_input as frozen_input
from partnerships.services import allocations, suggestions
from partnerships.services.standing import NOTHING, fixed_beside, fixed_for, standing
from programs.models import Intake
from regions.models import NeedLine
from workflow.engine import Refused, Stale, lock, note

LEAST_REASON = 10
SECONDS = 20
"""The cost is told at once: after so long of each calculation the best plan so far counts."""
ACTION = {PinKind.PIN: "pin", PinKind.FORBID: "forbid"}


def add_pin(
    run: AllocationRun, *, line: NeedLine, intake: Intake, kind: str, actor, seats: int | None = None, reason: str = ""
) -> AllocationPin:
    """Pin or forbid a pair. A draft result is not changed: a copy of the run is, which then waits to be started.

    The pin's `run` says which run it stands in. Raises Refused with sentences, or Stale where the run has moved on.
    """
    _may_pin(actor)
    seats = seats if kind == PinKind.PIN else None
    if found := refusals(run, line, intake, kind, seats, reason):
        raise Refused(found)
    cost = preview(run, line, intake, kind, seats)
    try:
        with transaction.atomic():
            fresh = lock(run)
            if fresh.status not in {RunStatus.DRAFT, RunStatus.RESULT}:
                raise Stale(fresh)
            target = fresh if fresh.status == RunStatus.DRAFT else allocations.clone_run(fresh, actor)
            pin = AllocationPin.objects.create(
                run=target, line=line, intake=intake, kind=kind, seats=seats, reason=reason.strip(), by=actor, cost=cost
            )
            data = {"line": frozen_input.line_id(line), "intake": frozen_input.intake_id(intake), "seats": seats}
            note(target.flow, target, actor, ACTION[PinKind(kind)], data | {"cost": cost}, reason.strip())
    except IntegrityError as error:
        raise Refused([_already()]) from error
    return pin


def remove_pin(pin: AllocationPin, *, actor) -> None:
    """Take a decision back while the run is a draft; the log keeps it."""
    _may_pin(actor)
    with transaction.atomic():
        run = lock(pin.run)
        if run.status != RunStatus.DRAFT:
            raise Stale(run)
        if not AllocationPin.objects.filter(pk=pin.pk).delete()[0]:
            return  # someone else has just removed it
        data = {
            "line": frozen_input.line_id(pin.line),
            "intake": frozen_input.intake_id(pin.intake),
            "kind": pin.kind,
            "seats": pin.seats,
        }
        note(run.flow, run, actor, "unpin", data, pin.reason)


def _may_pin(actor) -> None:
    if not run_rules.may_prepare(actor):
        raise PermissionDenied("partnerships.allocation.pin")


def _already() -> str:
    return _("There is a decision on this pair already. Remove it first.")


# --- What it costs ------------------------------------------------------------------------------------------


def preview(run: AllocationRun, line: NeedLine, intake: Intake, kind: str, seats: int | None = None) -> dict:
    """What a pin or a prohibition would change in the whole plan, without keeping anything: see figures.price_of.

    A draft result is compared as it was frozen, a draft with what would be frozen now. Raises Refused where the run
    does not know the pair: it was frozen, or its plan was, before there was one.
    """
    before = None
    if run.status == RunStatus.RESULT:
        instance, before = read(run.instance), _result(run.result)
    else:
        instance = read(frozen_input.instance_now(run))
    pair = frozen_input.line_id(line), frozen_input.intake_id(intake)
    if pair[0] not in {row.id for row in instance.lines} or pair[1] not in {row.id for row in instance.intakes}:
        raise Refused([_("This pair is not part of the run. Decide on it in a new run of the round.")])
    changed = with_pin(instance, *pair, kind, seats)
    return price_of(instance, changed, before=before, time_limit=SECONDS)


def with_pin(instance: Instance, line: str, intake: str, kind: str, seats: int | None = None) -> Instance:
    """The instance with one pair fixed to at least so many seats, or without it."""
    if kind == PinKind.FORBID:
        pairs = tuple(pair for pair in instance.pairs if (pair.line, pair.intake) != (line, intake))
        return replace(instance, pairs=pairs)
    locked = {(row.line, row.intake): row.seats for row in instance.locked}
    locked[line, intake] = max(locked.get((line, intake), 0), seats or 0)
    return read(write(replace(instance, locked=tuple(Seats(*pair, n) for pair, n in locked.items()))))


def _result(data: dict) -> Result:
    """A stored result as the solver gave it."""
    seats = tuple(Seats(row["line"], row["intake"], row["seats"]) for row in data["seats"])
    known = {key: value for key, value in data.items() if key not in {"seats", "gap"}}
    return Result(seats=seats, finished=data["status"] == "optimal", **known)


# --- Reasons against it -------------------------------------------------------------------------------------


def refusals(run, line: NeedLine, intake: Intake, kind: str, seats: int | None, reason: str) -> list[str]:
    """Why a pair cannot be pinned or forbidden, as sentences; empty where it can."""
    found = _about_reason(reason)
    if line.need.cycle_id != run.round.cycle_id or line.need.status not in OPEN_NEEDS:
        return [*found, _("The need is not part of this round.")]
    if AllocationPin.objects.filter(run=run, line=line, intake=intake).exists():
        return [*found, _already()]
    situation = _Situation(run, line, intake)
    if kind == PinKind.FORBID:
        return [*found, *situation.against_forbidding()]
    return [*found, *situation.against_pinning(seats or 0, reason)]


def _about_reason(reason: str) -> list[str]:
    found = []
    if len(reason.strip()) < LEAST_REASON:
        found.append(_("Give a reason of at least %(count)d characters.") % {"count": LEAST_REASON})
    if kinds := [name for pattern, name in PERSONAL if pattern.search(reason)]:
        found.append(_("The reason contains personal data (%(kinds)s). Remove it.") % {"kinds": ", ".join(kinds)})
    return found


class _Situation:
    """One pair of a run with everything that is fixed around it."""

    def __init__(self, run, line: NeedLine, intake: Intake):
        self.run, self.line, self.intake = run, line, intake
        pins = {(pin.line_id, pin.intake_id): pin for pin in run.pins.filter(kind=PinKind.PIN)}
        self.standing = standing(cycle=run.round.cycle_id)
        self.fixed = fixed_for(run, self.standing, pins)
        self.pair = line.pk, intake.pk
        self.now = self.standing.get(self.pair, NOTHING)
        of_cycle = set(NeedLine.objects.filter(need__cycle=run.round.cycle_id).values_list("pk", flat=True))
        self.seated, self.taken = fixed_beside(of_cycle)

    def against_forbidding(self) -> list[str]:
        if seats := self.fixed.get(self.pair):
            return [
                ngettext(
                    "%(seats)d seat of this pair is given or with the partner. It cannot be forbidden.",
                    "%(seats)d seats of this pair are given or with the partner. It cannot be forbidden.",
                    seats,
                )
                % {"seats": seats}
            ]
        if self.failures:
            return [_("The pair does not fit anyway and needs no prohibition: %(why)s") % {"why": self._words()}]
        return []

    def against_pinning(self, seats: int, reason: str) -> list[str]:
        if seats < 1:
            return [_("Say how many seats.")]
        if seats < self.fixed.get(self.pair, 0):
            return [_("%(seats)d seats of this pair are fixed already.") % {"seats": self.fixed[self.pair]}]
        found = [*self._against_asking(), *self._against_fit(reason), *self._against_numbers(seats)]
        return found

    def _against_asking(self) -> list[str]:
        if self.now.refused:
            return [_("The partner declined this pair in this cycle. Choose another intake.")]
        if self.now.waiting is not None:
            return [_("%(code)s is with the partner. Wait for the answer.") % {"code": self.now.waiting.code}]
        proposal = Proposal(line=self.line, intake=self.intake, partner=self.intake.program.partner)
        checks = (rules.office_is_active, rules.partner_is_active, rules.program_takes_proposals)
        return [sentence for check in checks if (sentence := check(proposal, None))]

    @property
    def failures(self) -> list[dict]:
        if not hasattr(self, "_failures"):
            verdict = suggestions.judge_pair(self.line, self.intake)
            self._failures = [failure.as_json() for failure in verdict.failures]
        return self._failures

    def _words(self) -> str:
        return " ".join(failure.sentence for failure in show_failures(self.failures))

    def _against_fit(self, reason: str) -> list[str]:
        """A condition of the partner or the law stops a pin; what may be waived is waived by its reason."""
        proposal = Proposal(failures=self.failures)
        if rules.fails_beyond_waiver(proposal):
            return [_("The pair cannot be pinned: %(why)s") % {"why": self._words()}]
        if self.failures and len(reason.strip()) < REASON_LENGTH:
            return [
                _("%(failures)s Waive this with a reason of at least %(count)d characters.")
                % {"failures": self._words(), "count": REASON_LENGTH}
            ]
        return []

    def _against_numbers(self, seats: int) -> list[str]:
        """People, seats and limits, beside what is fixed for others."""
        other = {pair: n for pair, n in self.fixed.items() if pair != self.pair}
        in_line = sum(n for (line, _intake), n in other.items() if line == self.line.pk)
        people = self.line.requested_total - in_line - self.seated[self.line.pk]
        in_intake = sum(n for (_line, intake), n in other.items() if intake == self.intake.pk)
        free = self.intake.seats - in_intake - self.taken[self.intake.pk]
        found = []
        if seats > people:
            found.append(
                ngettext(
                    "Only %(count)d person of this line has no fixed seat.",
                    "Only %(count)d people of this line have no fixed seat.",
                    max(people, 0),
                )
                % {"count": max(people, 0)}
            )
        if seats > free:
            found.append(
                ngettext(
                    "Only %(count)d seat of this intake is not fixed yet.",
                    "Only %(count)d seats of this intake are not fixed yet.",
                    max(free, 0),
                )
                % {"count": max(free, 0)}
            )
        return [*found, *self._against_limits(seats, other)]

    def _against_limits(self, seats: int, other) -> list[str]:
        """The run's own limits per office and per province, in this intake."""
        lines = {line for line, intake in other if intake == self.intake.pk}
        rows = NeedLine.objects.filter(pk__in=lines).order_by()
        places = {pk: place for pk, *place in rows.values_list("pk", "need__office", "need__office__region_code")}
        office = self.line.need.office
        held = Tally()
        for (line, intake), n in other.items():
            if intake == self.intake.pk:
                of, code = places[line]
                held["region_max"] += n if of == office.pk else 0
                held["province_max"] += n if code[:2] == office.region_code[:2] else 0
        sentences = {
            "region_max": _("The rules allow %(most)d seats per region in an intake; %(held)d are fixed."),
            "province_max": _("The rules allow %(most)d seats per province in an intake; %(held)d are fixed."),
        }
        return [
            sentence % {"most": self.run.rules[name], "held": held[name]}
            for name, sentence in sentences.items()
            if self.run.rules.get(name) is not None and held[name] + seats > self.run.rules[name]
        ]
