"""Writes on rounds and runs of the national allocation, and the calculation itself, step by step."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships import allocation as solver
from partnerships.allocation.explain import explain
from partnerships.allocation.figures import figures, leftovers, rule_costs
from partnerships.models import (
    SOLVED,
    AllocationLine,
    AllocationPin,
    AllocationRound,
    AllocationRun,
    AllocationSeat,
    LineOutcome,
    Proposal,
    RunKind,
    RunStatus,
)
from partnerships.rules import allocation_presets as presets
from partnerships.rules import allocations as rules
from partnerships.rules.allocation_steps import STEPS, place_of
from partnerships.services import allocation_input as frozen_input
from partnerships.services import remainder
from partnerships.services.allocation_alternatives import by_line
from partnerships.services.standing import FIXED
from regions.models import NeedCycle
from workflow.alone import alone
from workflow.engine import Refused, Stale, lock, note, perform
from workflow.models import Counter as CodeCounter

log = logging.getLogger(__name__)

ASK_EVERY = 1.0
"""Seconds between two looks at the database while a step is under way."""
EXPLAIN_SECONDS = 120
COST_SECONDS = 120
"""After this long what is left is not computed; pages say so and compute a line's changes when they are asked for."""
MOST_TRIES = 3
"""Processes that may die over one start before it counts as failed."""


# --- Rounds and rules ---------------------------------------------------------------------------------------


def open_round(cycle: NeedCycle, actor) -> AllocationRound:
    """The next round of a cycle. Raises Refused while the last one has no ratified run."""
    _may_prepare(actor)
    with transaction.atomic():
        NeedCycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        last = AllocationRound.objects.filter(cycle=cycle).order_by("-number").first()
        if last is not None and not last.runs.filter(status__in=(RunStatus.RATIFIED, RunStatus.SUPERSEDED)).exists():
            raise Refused([_("Round %(code)s has no ratified run yet. Continue there.") % {"code": last.code}])
        number = last.number + 1 if last else 1
        return AllocationRound.objects.create(cycle=cycle, number=number, code=f"{cycle.pk}-{number}", opened_by=actor)


def new_run(
    round: AllocationRound,
    actor,
    preset: str = presets.DEFAULT,
    *,
    kind: str = RunKind.NATIONAL,
    follows: AllocationRun | None = None,
) -> AllocationRun:
    """A run with the rules of a preset, ready to be changed and started. `actor=None`: the portal itself."""
    _may_prepare(actor)
    chosen = presets.preset(preset) or presets.preset(presets.DEFAULT)
    return _create(round, actor, presets.rules_of(chosen.code), chosen.code, kind=kind, follows=follows)


def clone_run(run: AllocationRun, actor) -> AllocationRun:
    """The same rules and pins in a run of their own, to be changed; the former run stays as it is."""
    _may_prepare(actor)
    with transaction.atomic():
        made = _create(run.round, actor, run.rules, run.preset, kind=run.kind, follows=run)
        AllocationPin.objects.bulk_create(
            AllocationPin(
                run=made,
                line_id=pin.line_id,
                intake_id=pin.intake_id,
                kind=pin.kind,
                seats=pin.seats,
                reason=pin.reason,
                by_id=pin.by_id,
                at=pin.at,
                cost=pin.cost,
            )
            for pin in run.pins.all()
        )
        return made


def _may_prepare(actor) -> None:
    if actor is not None and not rules.may_prepare(actor):
        raise PermissionDenied("partnerships.allocation.prepare")


def _create(round, actor, own_rules: dict, preset: str, *, kind: str, follows) -> AllocationRun:
    with transaction.atomic():
        run = AllocationRun.objects.create(
            code=CodeCounter.code(f"AL-{timezone.localdate().year}"),
            status=RunStatus.DRAFT,
            round=round,
            kind=kind,
            follows=follows,
            preset=preset,
            rules=own_rules,
            created_by=actor,
        )
        data = {"round": round.code, "preset": preset, "follows": follows.code if follows else None}
        note(run.flow, run, actor, "create", data)
    return run


def save_rules(run: AllocationRun, own_rules: dict, actor, *, version: int | None = None) -> AllocationRun:
    """New rules for a run that has not been started. Raises Stale (someone was faster) or Refused with sentences."""
    _may_prepare(actor)
    if refusals := presets.refusals(own_rules):
        raise Refused(refusals)
    with transaction.atomic():
        fresh = lock(run, version=version)
        if fresh.status != RunStatus.DRAFT:
            raise Stale(fresh)
        changes = [
            {"field": name, "before": fresh.rules.get(name), "after": value}
            for name, value in own_rules.items()
            if fresh.rules.get(name) != value
        ]
        if not changes:
            return fresh
        fresh.rules, fresh.preset = own_rules, presets.preset_of(own_rules)
        fresh.version += 1
        fresh.save(update_fields=["rules", "preset", "version", "updated_at"])
        note(fresh.flow, fresh, actor, "change", {"part": "rules", "changes": changes})
    return fresh


# --- Effects of the workflow, (run, actor, answers); the engine saves the run afterwards ---------------------


def begin(run, actor, answers):
    """A new start: nothing of an earlier one is kept. The round is locked, so that two starts never meet."""
    AllocationRound.objects.select_for_update(no_key=True).get(pk=run.round_id)
    if other := rules.other_running(run):
        raise Refused([_("%(code)s of this round is being calculated. Wait for it or stop it.") % {"code": other.code}])
    _forget(run)
    run.started_at = timezone.now()


def end(run, actor, answers):
    """The result is stored already, in the same transaction."""
    run.finished_at = timezone.now()


def keep_failure(run, actor, answers):
    """Why it failed; a process that died says nothing, so the last step it reached is the cause."""
    run.finished_at = timezone.now()
    run.failure = answers.get("failure") or (
        {"key": "worker_lost", "params": {"step": run.progress.get("step", "")}}
        if run.heartbeat_at
        else {"key": "not_started", "params": {}}
    )


def stop_working(run, actor, answers):
    """Stopped by a person: the process notices at its next look and lets go."""
    _forget(run)
    run.cancel_requested = True


def forget_calculation(run, actor, answers):
    """Back to the rules after a failure."""
    _forget(run)


def _forget(run) -> None:
    run.instance = run.annex = run.result = run.failure = None
    run.input_hash = run.rules_version = ""
    run.figures, run.baselines, run.rule_costs, run.leftovers, run.progress = {}, {}, [], [], {}
    run.started_at = run.finished_at = run.heartbeat_at = None
    run.cancel_requested = False


def ratify(run, actor, answers):
    """Every seat becomes a proposal, in this transaction."""
    from partnerships.services import ratification  # which opens runs of its own

    ratification.ratify(run, actor)


# --- The calculation ----------------------------------------------------------------------------------------


class Stopped(Exception):
    """The run is no longer this process's to work on."""


def execute(run_id: int, *, patience: float = 0) -> str:
    """Calculate a run that was started: "finished", "failed", "stopped", or "held" (another process is at it).

    May be called again at any time: only one process works on a run, and a start that was interrupted after the input
    was frozen goes on from the same input. Every step is committed, so that a page can show it.
    """
    with alone(rules.LOCK_SPACE, run_id, patience=patience) as held:
        if not held:
            return "held"
        run = AllocationRun.objects.select_related("round").filter(pk=run_id, status=RunStatus.RUNNING).first()
        if run is None:
            return "stopped"
        work = Work(run)
        try:
            work.begin()
            work.all_steps()
        except (Stopped, solver.Cancelled):
            return "stopped"
        except SoftTimeLimitExceeded:
            return work.fail("time_over", minutes=round((timezone.now() - run.started_at).total_seconds() / 60))
        except MemoryError:
            return work.fail("too_large")
        except solver.BadInstance as wrong:
            return work.fail("bad_input", path=wrong.path, value=str(wrong.value), expected=wrong.expected)
        except Exception as error:
            log.exception("allocation: %s failed at %s", run.code, work.now)
            return work.fail("unexpected", kind=type(error).__name__)
        return "finished"


class Work:
    """One process at one start of a run."""

    def __init__(self, run: AllocationRun):
        self.run, self.start = run, run.started_at
        self.now = run.progress.get("step", "")
        self.tries = run.progress.get("tries", 0)
        self.asked = 0.0

    def mine(self):
        """The run as long as it is this start's: nobody stopped it, failed it or started it anew."""
        return AllocationRun.objects.filter(pk=self.run.pk, status=RunStatus.RUNNING, started_at=self.start)

    def tell(self, **more) -> None:
        """Write down where we are, for pages; raises Stopped where the run is no longer ours."""
        progress = {
            "step": self.now,
            "done": max(place_of(self.now), 0),
            "of": len(STEPS),
            "tries": self.tries,
            **more,
        }
        self.asked = time.monotonic()
        if not self.mine().update(progress=progress, heartbeat_at=timezone.now()):
            raise Stopped

    def step(self, name: str) -> None:
        """A step begins. The solver may go through its steps again for each part of a problem: we never go back."""
        if place_of(name) > place_of(self.now):
            self.now = name
        self.tell()

    def stop(self) -> bool:
        """Whether to stop; asked often, looks at the database once a second and leaves a sign of life."""
        if time.monotonic() - self.asked < ASK_EVERY:
            return False
        self.asked = time.monotonic()
        return not self.mine().update(heartbeat_at=timezone.now())

    def fail(self, key: str, **params) -> str:
        """End with a cause."""
        failure = {"key": key, "params": {"step": self.now, **params}}
        try:
            with transaction.atomic():
                self._lock()
                perform(self.run.flow, "fail", record=self.run, answers={"failure": failure})
        except Stopped:
            return "stopped"
        return "failed"

    def _lock(self) -> None:
        """Under the row's lock, the run is still ours."""
        if not self.mine().select_for_update(of=("self",), no_key=True).exists():
            raise Stopped

    def begin(self) -> None:
        """A process that died leaves its try behind: a calculation that kills every process ends as failed."""
        if self.run.heartbeat_at is not None and self.tries >= MOST_TRIES:
            self.fail("worker_lost")
            raise Stopped
        self.tries += 1
        self.now = ""
        self.step("freeze")

    # --- Steps ---

    def all_steps(self) -> None:
        """From the frozen input to the stored result."""
        instance, annex = self.frozen()
        limits = self.run.rules
        result = solver.solve(
            instance, gap=limits["gap"], time_limit=limits["time_limit"], on_step=self.step, stop=self.stop
        )
        whole, kept = remainder.whole(self.run, instance), remainder.kept_rows(self.run, instance, result.seats)
        self.step("compare")
        baselines = self.baselines(instance, annex)
        self.step("explain")
        only = [line.id for line in instance.lines if line.id not in kept]
        told = explain(
            instance,  # not the whole: pairs that only stand may get no seat more, whatever is changed
            result,
            only=only,
            extra=by_line(annex),
            on_line=self.on_line,
            stop=self.stop,
            seconds=EXPLAIN_SECONDS,
        )
        reasons = {line: found.data() for line, found in told.items()} | kept
        self.step("costs")
        costs = rule_costs(instance, result, stop=self.stop, seconds=COST_SECONDS)
        self.step("store")
        found = {
            "result": result.data(),
            "figures": figures(whole, result) | {"clashes": clashes(instance, result)},
            "baselines": baselines,
            "rule_costs": costs,
            "leftovers": leftovers(whole, result),
        }
        self.store(found, *self.rows(whole, annex, result, reasons))

    def frozen(self) -> tuple[solver.Instance, dict]:
        """The input of this start, frozen now or by a process before us."""
        run = self.run
        if not run.input_hash:
            taken = frozen_input.freeze(run)
            fields = {
                "instance": taken.instance,
                "annex": taken.annex,
                "input_hash": taken.input_hash,
                "rules_version": taken.annex["rules_version"],
            }
            if not self.mine().update(**fields):
                raise Stopped
            for name, value in fields.items():
                setattr(run, name, value)
        return solver.read(run.instance), run.annex

    def baselines(self, instance: solver.Instance, annex: dict) -> dict:
        """The same input given out in other ways, and the plan before this one."""
        found = {}
        for name, other in (
            ("first_come", solver.first_come(instance, annex["arrival"])),
            ("greedy", solver.greedy(instance)),
        ):
            found[name] = {"figures": figures(instance, other), "seats": other.data()["seats"]}
        before = compared_with(self.run)
        if before is not None:
            found["previous"] = {
                "run": before.code,
                "figures": before.figures,
                "seats": before.result["seats"],
            }
        return found

    def on_line(self, done: int, of: int) -> None:
        """Told of every explained line; pages hear of it once a second."""
        if time.monotonic() - self.asked >= ASK_EVERY:
            self.tell(lines_done=done, lines_of=of)

    def rows(self, instance, annex, result, reasons) -> tuple[list[AllocationLine], list[AllocationSeat]]:
        """The result as rows that pages filter and sort."""
        run, names = self.run, annex["lines"]
        intakes = {key: row["pk"] for key, row in annex["intakes"].items()}
        values = {(p.line, p.intake): p.value for p in instance.pairs}
        locked = {(s.line, s.intake) for s in instance.locked}
        offices = dict(
            frozen_input.lines_by_pk(row["pk"] for row in names.values()).values_list("pk", "need__office_id")
        )
        proposals = {
            (line, intake): pk
            for line, intake, pk in Proposal.objects.filter(
                line__in=[row["pk"] for row in names.values()], status__in=FIXED, intake__isnull=False
            ).values_list("line", "intake", "pk")
        }
        best, given, worth = {}, Counter(), Counter()
        for (line, _intake), value in values.items():
            best[line] = max(best.get(line, 0), value)
        seats = []
        for row in result.seats:
            value = values[row.line, row.intake]
            given[row.line] += row.seats
            worth[row.line] += row.seats * value
            pair = (names[row.line]["pk"], intakes[row.intake])
            seats.append(
                AllocationSeat(
                    run=run,
                    line_id=pair[0],
                    intake_id=pair[1],
                    seats=row.seats,
                    score=_score(value),
                    locked=(row.line, row.intake) in locked,
                    proposal_id=proposals.get(pair),
                )
            )
        lines = []
        for line in instance.lines:
            told, name, count = reasons[line.id], names[line.id], given[line.id]
            value = worth[line.id] / count if count else best.get(line.id)
            lines.append(
                AllocationLine(
                    run=run,
                    line_id=name["pk"],
                    office_id=offices[name["pk"]],
                    province_code=name["province"],
                    island_group=name["island"],
                    theme_code=name["theme"],
                    post_code=name["post"],
                    wanted=line.seats,
                    seats=count,
                    score=_score(value),
                    outcome=_outcome(line.seats, count, line.id in best),
                    reasons=told["reasons"],
                    changes=told["changes"],
                    failures=annex["failures"].get(line.id, []),
                )
            )
        return lines, seats

    def store(self, found: dict, lines: list[AllocationLine], seats: list[AllocationSeat]) -> None:
        """Everything at once, with the step of the table; nothing where somebody stopped the run meanwhile."""
        with transaction.atomic():
            self._lock()
            AllocationLine.objects.filter(run=self.run).delete()
            AllocationSeat.objects.filter(run=self.run).delete()
            AllocationLine.objects.bulk_create(lines, batch_size=1000)
            AllocationSeat.objects.bulk_create(seats, batch_size=1000)
            progress = {"step": "store", "done": len(STEPS), "of": len(STEPS), "tries": self.tries}
            self.mine().update(**found, progress=progress)
            perform(self.run.flow, "finish", record=self.run)


def compared_with(run: AllocationRun) -> AllocationRun | None:
    """The plan before: the last ratified one of the cycle, else the run whose rules were copied."""
    before = frozen_input.previous_run(run)
    if before is None and run.follows_id is not None:
        before = AllocationRun.objects.filter(pk=run.follows_id, status__in=SOLVED).first()
    return before


def clashes(instance: solver.Instance, result: solver.Result) -> list[dict]:
    """Rules that cannot all be kept: limits that fixed seats exceed, and guaranteed seats nobody can give."""
    regions = {line.id: line.region for line in instance.lines}
    given = Counter()
    for row in result.seats:
        given[regions[row.line]] += row.seats
    floors = [
        {"limit": "region.floor", "region": region.id, "floor": region.floor, "seats": given[region.id]}
        for region in instance.regions
        if given[region.id] < region.floor
    ]
    return [*result.limits_broken_by_locks, *floors]


def _score(value: float | None) -> Decimal | None:
    """A value of the instance as a score of one decimal."""
    return None if value is None else (Decimal(str(value)) / 10).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _outcome(wanted: int, seats: int, has_pair: bool) -> str:
    if seats >= wanted:
        return LineOutcome.ALL
    if seats:
        return LineOutcome.PART
    return LineOutcome.NONE if has_pair else LineOutcome.NO_PAIR


# --- What the queue lost ------------------------------------------------------------------------------------

WAITS_AT_MOST = 30
"""Seconds after which a started run that nobody took up is handed to the queue again."""


def waiting_runs() -> list[int]:
    """Started runs that no process has taken up: the broker was away, or the queue was emptied."""
    since = timezone.now() - dt.timedelta(seconds=WAITS_AT_MOST)
    found = AllocationRun.objects.filter(
        status=RunStatus.RUNNING, heartbeat_at__isnull=True, started_at__lt=since
    ).exclude(pk__in=rules.held_runs())
    return list(found.order_by("started_at").values_list("pk", flat=True))


# --- For anyone ---------------------------------------------------------------------------------------------


def as_alloc1(run: AllocationRun) -> str:
    """The frozen instance as a file of format alloc-1: `manage.py allocate` gives the same result from it."""
    return frozen_input.canonical(run.instance)
