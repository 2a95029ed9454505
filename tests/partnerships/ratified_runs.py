"""A round carried to its end: calculated, submitted, ratified, through the table and by the calculation itself."""

from __future__ import annotations

from partnerships.lifecycle import ALLOCATION
from partnerships.models import AllocationRun, AllocationSeat, Proposal, RunStatus
from partnerships.services import allocations as services
from tests.partnerships.allocation_factories import round_of
from workflow.engine import perform


def solved(verifier, of=None, preset: str = "highest_value", **rules) -> AllocationRun:
    """A draft result of a round, by a preset with these rules changed."""
    run = services.new_run(of or round_of(), verifier, preset)
    if rules:
        run = services.save_rules(run, run.rules | rules, verifier)
    return calculated(perform(ALLOCATION, "start", record=run, actor=verifier))


def calculated(run) -> AllocationRun:
    """A started run, calculated; where transactions are real, the queue has done so already."""
    services.execute(run.pk)
    run = AllocationRun.objects.get(pk=run.pk)
    assert run.status == RunStatus.RESULT, run.failure
    return run


def submitted(verifier, of=None, **more) -> AllocationRun:
    """A run before the head of PPSDM."""
    return perform(ALLOCATION, "submit", record=solved(verifier, of, **more), actor=verifier)


def ratified(verifier, head, of=None, **more) -> AllocationRun:
    """A ratified run."""
    run = submitted(verifier, of, **more)
    return perform(ALLOCATION, "ratify", record=run, actor=head)


def seats_of(run) -> dict[tuple[str, str], int]:
    """{(office code, programme code): seats} of a run."""
    rows = AllocationSeat.objects.filter(run=run).select_related("line__need__office", "intake__program")
    return {(row.line.need.office.region_code, row.intake.program.code): row.seats for row in rows}


def proposals_of(run) -> dict[str, tuple[str, int]]:
    """{region code: (status, seats asked for)} of the proposals a run placed."""
    found = Proposal.objects.filter(allocation=run).select_related("line__need__office")
    return {p.line.need.office.region_code: (p.status, p.seats_requested) for p in found}
