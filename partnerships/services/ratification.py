"""Ratifying a run: the frozen input is compared with today, then every new seat becomes a proposal, all or nothing."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass
from functools import cached_property

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.matching import RULES_VERSION, Verdict, judge
from partnerships.models import (
    AllocationPin,
    AllocationRound,
    AllocationRun,
    AllocationSeat,
    PinKind,
    Proposal,
    ProposalStatus,
    RunKind,
    RunStatus,
    Side,
)
from partnerships.sentences import show_failures
from partnerships.services import remainder, reserves, suggestions
from partnerships.services.standing import NOTHING, UNSENT, Pair, Standing, fixed_beside, fixed_for, pair_name, standing
from programs.models import Intake
from regions.models import NeedLine
from workflow.engine import Refused, perform, perform_all
from workflow.models import Counter

SHOWN = 8
"""Changes named one by one; the rest is counted."""

JUDGED = ("score", "score_parts", "failures", "rules_version", "waiver_reason")


def ratify(run, actor) -> None:
    """Effect of the act: the plan becomes proposals, and the plan that was valid until now is superseded.

    Runs inside the act's transaction. The cycle's rounds are locked, so that of two runs one is ratified after the
    other and sees what that one left.
    """
    list(AllocationRound.objects.filter(cycle=run.round.cycle_id).select_for_update(no_key=True).order_by("pk"))
    _lock_unsent(run)
    plan = Plan(run)
    if found := plan.changes():
        raise Refused(found)
    try:
        with transaction.atomic():
            _place(plan, actor)
    except IntegrityError as error:  # an office proposed the same pair in the same second
        raise Refused([_("Someone has just proposed a pair of this plan. Try again.")]) from error
    _replace_former(plan)
    reserves.store(run, remainder.for_reserves(run))


def input_still_holds(run, actor) -> str:
    """A check of the table: what has changed since the input was frozen, so that the plan can no longer be kept."""
    return " ".join(Plan(run).changes())


def valid_plan(cycle_id: int) -> AllocationRun | None:
    """The plan that is valid in a cycle now; every run covers the whole cycle, so there is one at most."""
    runs = AllocationRun.objects.filter(round__cycle=cycle_id, status=RunStatus.RATIFIED)
    return runs.order_by("-status_since", "-pk").first()


def _lock_unsent(run) -> None:
    """Hold what may be adopted or replaced, in the order all acts lock in: nothing of it is sent meanwhile."""
    lines = AllocationSeat.objects.filter(run=run).values("line")
    ours = Q(line__in=lines) | Q(allocation__round__cycle=run.round.cycle_id)
    open_ones = Proposal.objects.filter(ours, status__in=UNSENT).select_for_update(of=("self",), no_key=True)
    list(open_ones.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True)
class Placement:
    """Seats of a plan that become a proposal, new or adopted."""

    row: AllocationSeat
    seats: int
    now: Standing


class Plan:
    """A run's seats beside what holds today."""

    def __init__(self, run):
        self.run = run
        self.rows = list(
            AllocationSeat.objects.filter(run=run)
            .select_related(
                "line__need__office",
                "line__need__cycle",
                "intake__program__partner",
                "intake__program__scheme",
            )
            .order_by("line__need__code", "line__position", "intake")
        )
        self.now = standing({row.line_id for row in self.rows})

    def at(self, row: AllocationSeat) -> Standing:
        """How the row's pair stands."""
        return self.now.get((row.line_id, row.intake_id), NOTHING)

    @cached_property
    def pins(self) -> dict[Pair, AllocationPin]:
        """The run's pins; their reasons are the waivers of the proposals they lead to."""
        found = AllocationPin.objects.filter(run=self.run, kind=PinKind.PIN)
        return {(pin.line_id, pin.intake_id): pin for pin in found}

    @cached_property
    def placements(self) -> list[Placement]:
        """What is to be proposed. Where the partner decides already, nothing is added behind its back."""
        found = []
        for row in self.rows:
            now = self.at(row)
            seats = row.seats - now.fixed
            if seats <= 0 or now.waiting is not None or self._stands(now, seats):
                continue
            found.append(Placement(row, seats, now))
        return found

    def _stands(self, now: Standing, seats: int) -> bool:
        """In a run for the remainder, what the former plan placed stays as it is."""
        return self.run.kind == RunKind.REMAINDER and now.placed == seats

    @cached_property
    def verdicts(self) -> dict[Pair, Verdict]:
        """The pairs to be proposed, judged at this moment."""
        pairs = [(p.row.line_id, p.row.intake_id) for p in self.placements]
        lines = NeedLine.objects.filter(pk__in={line for line, _intake in pairs})
        intakes = Intake.objects.filter(pk__in={intake for _line, intake in pairs})
        of_line = {facts.line_id: facts for facts in suggestions.line_facts(lines)}
        of_intake = {facts.intake_id: facts for facts in suggestions.intake_facts(intakes)}
        today = timezone.localdate()
        return {(line, intake): judge(of_line[line], of_intake[intake], today) for line, intake in pairs}

    # Comparing

    def changes(self) -> list[str]:
        """What changed since the input was frozen, as sentences; empty where the plan can be kept."""
        found = [*self._another_plan(), *self._pairs(), *self._locks(), *self._intakes(), *self._lines()]
        if not found:
            return []
        shown = found[:SHOWN]
        if more := len(found) - len(shown):
            shown.append(ngettext("And %(count)d more change.", "And %(count)d more changes.", more) % {"count": more})
        return [*shown, _("The input has changed since it was frozen. Run the calculation again.")]

    def _another_plan(self) -> list[str]:
        valid = valid_plan(self.run.round.cycle_id)
        if valid is None or valid.pk == self.run.pk:
            return []
        if self.run.kind == RunKind.REMAINDER:
            newer = valid != remainder.base_plan(self.run)
        else:
            newer = self.run.started_at is None or valid.status_since > self.run.started_at
        return [_("%(code)s has been ratified meanwhile.") % {"code": valid.code}] if newer else []

    def _pairs(self) -> list[str]:
        """Whether each pair may still be proposed: the same checks that the proposal itself must pass."""
        found = []
        checks = Proposal.flow.transition("allot").checks
        for placement in self.placements:
            proposal = self.proposal_of(placement)
            sentences = [s for check in checks if (s := check(proposal, None))]
            if proposal.failures and not proposal.waiver_reason:
                sentences += [failure.sentence for failure in show_failures(proposal.failures)]
            if sentences:
                name = pair_name(placement.row.line, placement.row.intake)
                found.append(_("%(pair)s: %(sentence)s") % {"pair": name, "sentence": sentences[0]})
        return found

    def _locks(self) -> list[str]:
        """Seats given or given back since: the plan was made around others."""
        rows = {(row.line_id, row.intake_id): row for row in self.rows}
        frozen = frozen_locks(self.run)
        now = fixed_for(self.run, self.now, self.pins)
        if self.run.kind == RunKind.REMAINDER:  # what the plan never knew is not its seats (but see _lines)
            lines, intakes = (set(keys.values()) for keys in reserves.keys_of(self.run))
            now = {pair: seats for pair, seats in now.items() if pair[0] in lines and pair[1] in intakes}
        found = []
        for pair in sorted({*frozen, *now}, key=lambda pair: (pair not in rows, pair)):
            before, after = frozen.get(pair, 0), now.get(pair, 0)
            if before == after:
                continue
            name = pair_name(rows[pair].line, rows[pair].intake) if pair in rows else self._name(pair)
            found.append(
                _("%(pair)s: %(after)d seats are fixed now, %(before)d when the input was frozen.")
                % {"pair": name, "after": after, "before": before}
            )
        return found

    @staticmethod
    def _name(pair: Pair) -> str:
        line = NeedLine.objects.select_related("need").get(pk=pair[0])
        return pair_name(line, Intake.objects.select_related("program").get(pk=pair[1]))

    def _intakes(self) -> list[str]:
        """Fewer seats than the plan gives away."""
        wanted, intakes = Tally(), {}
        for row in self.rows:
            intakes[row.intake_id] = row.intake
            wanted[row.intake_id] += max(row.seats - self.at(row).held, 0)
        return [
            _("%(intake)s: the plan needs %(wanted)d more seats, %(free)d are free.")
            % {"intake": intake, "wanted": wanted[pk], "free": intake.seats_free}
            for pk, intake in intakes.items()
            if wanted[pk] > intake.seats_free
        ]

    def _lines(self) -> list[str]:
        """Fewer people than the plan places, counting what they hold elsewhere."""
        lines = {row.line_id: row.line for row in self.rows}
        given, _of_intakes = fixed_beside(lines)
        in_plan = {(row.line_id, row.intake_id) for row in self.rows}
        for row in self.rows:
            given[row.line_id] += max(row.seats, self.at(row).fixed)
        for pair, now in self.now.items():
            if pair not in in_plan:
                given[pair[0]] += now.fixed
        return [
            _("%(line)s: %(given)d seats for %(people)d people.")
            % {"line": f"{line.need.code}/{line.position}", "given": given[pk], "people": line.requested_total}
            for pk, line in lines.items()
            if given[pk] > line.requested_total
        ]

    # Proposing

    def proposal_of(self, placement: Placement) -> Proposal:
        """The proposal a placement becomes, with today's judgement; not saved."""
        row, found = placement.row, placement.now.unsent
        if found is None:
            found = Proposal(
                status=ProposalStatus.SUGGESTED,
                seats_requested=placement.seats,
                proposed_by_side=Side.MINISTRY,
            )
        found.line, found.intake, found.partner = row.line, row.intake, row.intake.program.partner
        verdict = self.verdicts[row.line_id, row.intake_id]
        found.rules_version, found.score = RULES_VERSION, verdict.score
        found.score_parts = [part.as_json() for part in verdict.parts]
        found.failures = [failure.as_json() for failure in verdict.failures]
        if not found.failures:
            found.waiver_reason = ""
        elif pin := self.pins.get((row.line_id, row.intake_id)):
            found.waiver_reason = pin.reason
        return found


def _place(plan: Plan, actor) -> None:
    """Write the proposals, new ones and adopted ones, and let the table take each of them to its place."""
    adopted, made, seats = [], [], {}
    for placement in plan.placements:
        proposal = plan.proposal_of(placement)
        (made if proposal.pk is None else adopted).append((proposal, placement))
    codes = Counter.codes(f"US-{timezone.localdate().year}", len(made))
    for (proposal, _placement), code in zip(made, codes, strict=True):
        proposal.code, proposal.created_by = code, actor
    Proposal.objects.bulk_create([proposal for proposal, _placement in made], batch_size=500)
    Proposal.objects.bulk_update([proposal for proposal, _placement in adopted], JUDGED, batch_size=500)
    for proposal, placement in (*made, *adopted):
        placement.row.proposal = proposal
        seats[proposal.pk] = {"seats": placement.seats, "run": plan.run}
    related = ("line__need__office", "intake__program__partner", "partner")
    perform_all(
        Proposal.flow,
        "allot",
        records=Proposal.objects.filter(pk__in=seats).select_related(*related),
        answers=seats,
    )
    _link(plan)


def _link(plan: Plan) -> None:
    """Each row of the plan names the proposal that stands for its latest seats."""
    for row in plan.rows:
        now = plan.at(row)
        if row.proposal_id is None:
            row.proposal = now.waiting or now.unsent
    linked = [row for row in plan.rows if row.proposal_id]
    AllocationSeat.objects.bulk_update(linked, ["proposal"], batch_size=500)


def _replace_former(plan: Plan) -> None:
    """What the former plan of the cycle placed and this one does not ends here; then that plan is superseded."""
    run = plan.run
    kept = {row.proposal_id for row in plan.rows if row.proposal_id}
    former = Proposal.objects.filter(allocation__round__cycle=run.round.cycle_id, status__in=UNSENT).exclude(
        pk__in=kept
    )
    ended = list(former.values_list("pk", flat=True))
    perform_all(
        Proposal.flow,
        "replace",
        records=Proposal.objects.filter(pk__in=ended).select_related("line__need__office", "partner"),
        answers={pk: {"run": run} for pk in ended},
    )
    valid = AllocationRun.objects.filter(round__cycle=run.round.cycle_id, status=RunStatus.RATIFIED)
    for earlier in valid.exclude(pk=run.pk).order_by("pk"):
        perform(earlier.flow, "supersede", record=earlier)


def frozen_locks(run) -> dict[Pair, int]:
    """The seats that were fixed when the input was frozen, by the pairs' keys."""
    lines, intakes = reserves.keys_of(run)
    return {(lines[row["line"]], intakes[row["intake"]]): row["seats"] for row in run.instance["locked"]}
