"""The remainder: seats of a ratified plan that fell free are given out anew; whatever stands stays where it is."""

from __future__ import annotations

import logging
from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.utils import timezone

from partnerships.allocation import Instance, read, write
from partnerships.allocation.instance import Pair as ValuedPair
from partnerships.matching import judge
from partnerships.models import (
    PUBLIC_RUNS,
    AllocationLine,
    AllocationPin,
    AllocationRound,
    AllocationRun,
    AllocationSeat,
    LapseCause,
    PinKind,
    Proposal,
    ProposalStatus,
    RunKind,
    RunStatus,
)
from partnerships.services import suggestions
from partnerships.services.reserves import keys_of
from partnerships.services.standing import NOTHING, Pair, Standing, fixed_beside, fixed_for, standing
from programs.models import Intake
from regions.models import NeedLine
from workflow.engine import note, perform
from workflow.models import Counter

log = logging.getLogger(__name__)

OPEN_RUNS = (RunStatus.DRAFT, RunStatus.RUNNING, RunStatus.FAILED, RunStatus.RESULT, RunStatus.SUBMITTED)


LOCK_SPACE = 7_220_005
"""First half of the advisory lock of those who open a run for the remainder; the second is the round."""

GIVEN_UP = (LapseCause.WITHDRAWN, LapseCause.NEED_CLOSED)
"""The people want no other seat: the office gave it up, or the need is closed."""


@dataclass(frozen=True)
class Freed:
    """Seats of a plan's row that nobody stands for any more."""

    line: int
    intake: int
    seats: int
    why: str
    """DECLINED, the cause of a lapse, or nothing where fewer seats are asked for."""

    @property
    def seeks_another(self) -> bool:
        """Whether the people still want a seat."""
        return self.why not in GIVEN_UP

    def data(self) -> list:
        """As the annex keeps it."""
        return [self.line, self.intake, self.seats, self.why]


def freed(plan: AllocationRun, now: dict[Pair, Standing] | None = None) -> list[Freed]:
    """What fell free of a ratified plan, in the order of its rows.

    A pair the partner is still deciding on is not touched, nor what it has since given less than was asked for.
    """
    rows = list(AllocationSeat.objects.filter(run=plan).values_list("line", "intake", "seats"))
    now = standing({line for line, _intake, _seats in rows}) if now is None else now
    found = []
    for line, intake, seats in rows:
        pair = now.get((line, intake), NOTHING)
        gone = seats - pair.live - pair.kept_back(plan.status_since)
        if gone > 0 and pair.waiting is None:
            found.append(Freed(line, intake, gone, _why(pair)))
    return found


def _why(pair: Standing) -> str:
    if not pair.ended:
        return ""
    last = max(pair.ended, key=lambda proposal: (proposal.status_since, proposal.pk))
    return last.lapse_cause if last.status == ProposalStatus.LAPSED else ProposalStatus.DECLINED


# --- One open run that follows the plan ---------------------------------------------------------------------


def plans_of(proposal: Proposal):
    """The ratified plan a proposal's pair belongs to, as a query."""
    rows = AllocationSeat.objects.filter(line=proposal.line_id, intake=proposal.intake_id).values("run")
    return AllocationRun.objects.filter(status=RunStatus.RATIFIED, pk__in=rows)


def base_plan(run: AllocationRun) -> AllocationRun | None:
    """The plan a run for the remainder rests on; a copy with other pins rests on the same one."""
    return next((before for before in _before(run) if before.status in PUBLIC_RUNS), None)


def plans_behind(plan: AllocationRun) -> list[AllocationRun]:
    """A plan and those it rests on, back to the national run that all of them give out anew in parts."""
    found = [plan]
    while found[-1].kind == RunKind.REMAINDER and (before := base_plan(found[-1])) is not None:
        found.append(before)
    return found


def _before(run: AllocationRun) -> Iterator[AllocationRun]:
    """What a run follows, the nearest first. Read by key: the relation itself would load every run's large papers."""
    while run.follows_id is not None:
        run = AllocationRun.objects.get(pk=run.follows_id)
        yield run


@transaction.atomic
def follow_up(plan_id: int, *, sweep: bool = False) -> AllocationRun | None:
    """Start, or start again, the one open run that gives out what fell free of a plan; None where nothing is to do.

    Any number of calls is safe. While a run is being calculated nothing happens: the call after its end finds it old.
    The sweep, which looks at what messages were lost, leaves to people what they have in hand: a run that failed, was
    stopped, copied or discarded before it was calculated.
    """
    plan = _valid(plan_id)
    if plan is None or not freed(plan):
        return None
    runs = _lock_in_order(plan)
    plan, gone = _valid(plan_id), [entry.data() for entry in freed(plan)]
    if plan is None or not gone or AllocationRun.objects.filter(round=plan.round_id, status=RunStatus.RUNNING).exists():
        return None
    last = runs[0] if runs else _last_discarded(plan)
    if last is not None:
        planned = AllocationRun.objects.values_list("annex__freed", flat=True).get(pk=last.pk)
        if planned == gone or sweep and (planned is None or last.status == RunStatus.FAILED):
            return None
    run = runs[0] if runs else _open(plan)
    return perform(run.flow, "follow_up", record=run, answers={"plan": plan, "seats": sum(row[2] for row in gone)})


def _valid(plan_id: int) -> AllocationRun | None:
    return AllocationRun.objects.select_related("round").filter(pk=plan_id, status=RunStatus.RATIFIED).first()


def _lock_in_order(plan: AllocationRun) -> list[AllocationRun]:
    """The open runs that follow a plan, newest first, and their round, locked in the order of all acts: run, round.

    Those who would open one wait for each other first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, plan.round_id])
    runs = AllocationRun.objects.filter(round=plan.round_id, kind=RunKind.REMAINDER, status__in=OPEN_RUNS)
    found = list(runs.select_for_update(of=("self",), no_key=True).order_by("pk"))
    AllocationRound.objects.select_for_update(no_key=True).get(pk=plan.round_id)
    return [run for run in reversed(found) if base_plan(run) == plan]


def _last_discarded(plan: AllocationRun) -> AllocationRun | None:
    runs = AllocationRun.objects.filter(round=plan.round_id, kind=RunKind.REMAINDER, status=RunStatus.DISCARDED)
    return next((run for run in runs.order_by("-pk") if base_plan(run) == plan), None)


def sweep() -> int:
    """Look at every valid plan, should a message have been lost; returns how many runs were started."""
    started = 0
    for pk in AllocationRun.objects.filter(status=RunStatus.RATIFIED).order_by("pk").values_list("pk", flat=True):
        try:
            started += follow_up(pk, sweep=True) is not None
        except Exception:  # one plan never stops the others, nor what the sweep looks at besides
            log.exception("remainder: plan %s was not followed up", pk)
    return started


def _open(plan: AllocationRun) -> AllocationRun:
    run = AllocationRun.objects.create(
        code=Counter.code(f"AL-{timezone.localdate().year}"),
        status=RunStatus.DRAFT,
        round=plan.round,
        kind=RunKind.REMAINDER,
        follows=plan,
        preset=plan.preset,
        rules=plan.rules,
    )
    note(run.flow, run, None, "create", {"follows": plan.code})
    return run


# --- Its input ----------------------------------------------------------------------------------------------


def build(run: AllocationRun) -> tuple[dict, dict]:
    """(instance, annex) of a run for the remainder, from the frozen input of the plan it follows.

    Values, limits and rules are those of the national run behind the plan; people and seats are counted as they are
    now, without what is held beside the plan. All seats that stand are locked. Only seats of intakes in which some fell
    free, and people who lost theirs and still want one, are planned anew: every other pair keeps its seats because it
    may not change.
    """
    return _Remainder(run, base_plan(run)).built()


def for_reserves(run: AllocationRun) -> Instance:
    """A run's instance with every pair that could take a seat, should one of its intake fall free."""
    instance = read(run.instance)
    if run.kind != RunKind.REMAINDER:
        return instance
    found = _Remainder(run, base_plan(run))
    rows = found.rows_of(found.open_to_more())
    pairs = {(row["line"], row["intake"]): ValuedPair(row["line"], row["intake"], row["value"]) for row in rows}
    pairs |= {(pair.line, pair.intake): pair for pair in instance.pairs}
    return read(write(replace(instance, pairs=tuple(pairs.values()))))


def whole(run: AllocationRun, instance: Instance) -> Instance:
    """What the figures of a run are counted on: seats on pairs that only stand have their value too."""
    pairs = {(pair.line, pair.intake): pair for pair in instance.pairs}
    for row in run.annex.get("standing", ()):
        pairs.setdefault((row["line"], row["intake"]), ValuedPair(row["line"], row["intake"], row["value"]))
    return read(write(replace(instance, pairs=tuple(pairs.values()))))


def kept_rows(run: AllocationRun, instance: Instance, seats) -> dict[str, dict]:
    """{line id: {reasons, changes}} of the lines whose part of the plan was not touched: why they got what they got."""
    if run.kind != RunKind.REMAINDER:
        return {}
    planned = {pair.line for pair in instance.pairs}
    given = Tally()
    for row in seats:
        given[row.line] += row.seats
    ids = {row["pk"]: of for of, row in run.annex["lines"].items()}
    rows = AllocationLine.objects.filter(run=base_plan(run)).values_list("line", "seats", "reasons", "changes")
    return {
        ids[line]: {"reasons": reasons, "changes": changes}
        for line, seats, reasons, changes in rows
        if line in ids and ids[line] not in planned and given[ids[line]] == seats
    }


class _Remainder:
    def __init__(self, run: AllocationRun, plan: AllocationRun):
        self.run, self.plan, self.plans = run, plan, plans_behind(plan)
        national = self.plans[-1]
        self.instance, self.annex = dict(national.instance), dict(national.annex)
        self.lines, self.intakes = keys_of(national)
        self.pairs = {(self.lines[row["line"]], self.intakes[row["intake"]]): row for row in national.instance["pairs"]}
        self.now = standing(self.lines.values())
        self.gone = freed(plan, self.now)
        self.pins = {(pin.line_id, pin.intake_id): pin for pin in run.pins.filter(kind=PinKind.PIN)}
        self.forbidden = set(
            AllocationPin.objects.filter(run__in=[run, *self.plans], kind=PinKind.FORBID).values_list("line", "intake")
        )
        self.seated, self.taken = fixed_beside(set(self.lines.values()), set(self.intakes.values()))

    def built(self) -> tuple[dict, dict]:
        people = dict(NeedLine.objects.filter(pk__in=self.lines.values()).values_list("pk", "requested_total"))
        intakes = Intake.objects.in_bulk(list(self.intakes.values()))
        locked, pairs = self.locked(), self.rows_of(self.open_pairs())
        self.annex |= {
            "standing": self.stands(locked, pairs),
            "run": self.run.code,
            "follows": self.plan.code,
            "taken_at": timezone.now().isoformat(),
            "freed": [entry.data() for entry in self.gone],
            "alternatives": [],  # scored when the plan was made; what stood in the way then may be gone, or be more
        }
        self.instance |= {
            "name": self.run.code,
            "lines": [self.line(row, people[self.lines[row["id"]]]) for row in self.instance["lines"]],
            "intakes": [self.intake(row, intakes[self.intakes[row["id"]]]) for row in self.instance["intakes"]],
            "pairs": pairs,
            "locked": locked,
            "previous": list(self.plan.result["seats"]),
        }
        return write(read(self.instance)), self.annex

    def locked(self) -> list[dict]:
        """Every seat that stands, by the ids of the instance."""
        lines, intakes = ({pk: of for of, pk in keys.items()} for keys in (self.lines, self.intakes))
        return [
            {"line": lines[line], "intake": intakes[intake], "seats": seats}
            for (line, intake), seats in sorted(fixed_for(self.run, self.now, self.pins).items())
            if line in lines and intake in intakes
        ]

    def rows_of(self, pairs: set[Pair]) -> list[dict]:
        """The pairs with their values, in the order of the instance."""
        return [row for pair, row in self.pairs.items() if pair in pairs]

    def stands(self, locked: list[dict], planned: list[dict]) -> list[dict]:
        """Locked pairs that get no further seat, with the value the plan counted, or that of their own proposal."""
        open_pairs = {(row["line"], row["intake"]) for row in planned}
        counted = {(row["line"], row["intake"]): row["value"] for row in self.annex.get("standing", ())}
        counted |= {(row["line"], row["intake"]): row["value"] for row in self.pairs.values()}
        found = []
        for row in locked:
            pair = row["line"], row["intake"]
            if pair not in open_pairs:
                score = self.now.get((self.lines[pair[0]], self.intakes[pair[1]]), NOTHING).score
                value = counted.get(pair, round(10 * (score or 0)))
                found.append({"line": pair[0], "intake": pair[1], "value": value})
        return found

    def line(self, row: dict, people: int) -> dict:
        """With the people it has now, without those who have a seat beside the plan."""
        return row | {"seats": max(people - self.seated[self.lines[row["id"]]], 0)}

    def intake(self, row: dict, now: Intake) -> dict:
        """With the seats and the smallest group it has now, without seats others have."""
        taken = self.taken[now.pk]
        return row | {"max": max(now.seats - taken, 0), "min": max((now.min_cohort or 0) - taken, 0)}

    def open_pairs(self) -> set[Pair]:
        """The pairs that may get seats beside what they have: where some fell free, and for those who lost theirs."""
        intakes = {entry.intake for entry in self.gone}
        seeking = {entry.line for entry in self.gone if entry.seeks_another}
        wanted = {pair for pair in self.open_to_more() if pair[1] in intakes or pair[0] in seeking}
        return self._fitting(wanted)

    def open_to_more(self) -> set[Pair]:
        """The pairs nothing speaks against: neither staff nor partner nor the office, in this plan or one before."""
        ended = self._ended()
        seeking = {entry.line for entry in self.gone if entry.seeks_another}
        given_up = {line for (line, _intake), why in ended.items() if why in GIVEN_UP} - seeking
        shut = self.forbidden | set(ended)
        return {pair for pair in self.pairs if pair not in shut and pair[0] not in given_up and self._free(pair)}

    def _ended(self) -> dict[Pair, str]:
        """Why seats of these plans ended: what fell free now, and what did so before and was not given there again."""
        found = {(entry.line, entry.intake): entry.why for entry in self.gone if entry.why}
        ours = {plan.pk for plan in self.plans}
        for pair, now in self.now.items():
            if not now.live and any(p.allocation_id in ours for p in now.ended) and _why(now) != LapseCause.REPLACED:
                found.setdefault(pair, _why(now))
        return found

    def _free(self, pair: Pair) -> bool:
        """Whether nothing stands in the way of asking for more: no open answer, no refusal, nothing kept back."""
        now = self.now.get(pair, NOTHING)
        return now.waiting is None and not now.refused and not now.kept_back()

    @staticmethod
    def _fitting(pairs: set[Pair]) -> set[Pair]:
        """Those that fit today; a plan may be months old."""
        of_line = {
            facts.line_id: facts
            for facts in suggestions.line_facts(NeedLine.objects.filter(pk__in={line for line, _intake in pairs}))
        }
        of_intake = {
            facts.intake_id: facts
            for facts in suggestions.intake_facts(
                suggestions.intakes_on_offer().filter(pk__in={intake for _line, intake in pairs})
            )
        }
        today = timezone.localdate()
        return {
            (line, intake)
            for line, intake in pairs
            if line in of_line and intake in of_intake and judge(of_line[line], of_intake[intake], today).eligible
        }
