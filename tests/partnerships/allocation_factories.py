"""The smallest valid round and run of any state, and a small cast of needs and intakes that can be checked by hand."""

from __future__ import annotations

import itertools

from django.utils import timezone

from partnerships.allocation import read, write
from partnerships.models import SOLVED, AllocationRound, AllocationRun, RunStatus, Scoring
from partnerships.rules.allocation_presets import rules_of
from partnerships.services.allocation_input import input_hash
from programs.models import ProgramStatus
from tests import factories, program_factories
from tests.proposal_factories import open_need

_numbers = itertools.count(1)

EMPTY = write(read({"format": "alloc-1", "regions": [], "lines": [], "intakes": [], "pairs": []}))
EMPTY_ANNEX = {
    "lines": {},
    "intakes": {},
    "programmes": {},
    "partners": {},
    "regions": {},
    "arrival": [],
    "pins": [],
    "forbidden": [],
    "failures": {},
    "unrelated": {},
}
EMPTY_RESULT = {
    "seats": [],
    "objective": 0,
    "shortage": 0,
    "withdrawn": 0,
    "bound": 0,
    "gap": 0.0,
    "status": "optimal",
    "limits_broken_by_locks": [],
    "closed_intakes": [],
    "coverage_by_province": {},
    "seconds": {},
}


def round_of(year: int = 2026, **fields) -> AllocationRound:
    """The next round of a cycle."""
    cycle = factories.cycle(year)
    number = cycle.rounds.count() + 1
    return AllocationRound.objects.create(cycle=cycle, number=number, code=f"{year}-{number}", **fields)


def run(
    of: AllocationRound | None = None,
    status: str = RunStatus.DRAFT,
    *,
    preset: str = "balanced",
    code: str = "",
    **fields,
):
    """A run; solved ones have an empty instance and its empty result."""
    defaults = {"preset": preset, "rules": rules_of(preset)}
    if status in SOLVED:
        defaults |= {"instance": EMPTY, "annex": EMPTY_ANNEX, "input_hash": input_hash(EMPTY), "result": EMPTY_RESULT}
    if status == RunStatus.FAILED:
        defaults |= {"failure": {"key": "worker_lost", "params": {"step": "floors"}}}
    if status == RunStatus.RUNNING:
        defaults |= {"started_at": timezone.now()}
    made = AllocationRun(
        code=code or f"AL-2026-{next(_numbers):04d}", round=of or round_of(), status=status, **{**defaults, **fields}
    )
    within = made.flow.state(status).within
    made.due_at = within(made, timezone.now()) if within else None
    made.save()
    return AllocationRun.objects.get(pk=made.pk)


def scarce(partner, *offices, people: int = 3, seats: int = 4):
    """One approved need of `people` mediators per office, and one programme with fewer seats than they want."""
    needs = [open_need(office, people=people) for office in offices]
    program = program_factories.program(partner, ProgramStatus.OPEN, seats=seats)
    return needs, program


def all_scored():
    """How many needs and programmes have current results."""
    return Scoring.objects.filter(stale=False).count()
