"""What would change one line of a result: computed when somebody asks, where the run had no time for it."""

from __future__ import annotations

from partnerships.allocation import read
from partnerships.allocation.explain import explain
from partnerships.models import AllocationLine, AllocationRun
from partnerships.services.allocation_alternatives import by_line

SECONDS = 20
"""A person waits for it; what is not found by then is not kept."""


def compute_changes(run: AllocationRun, row: AllocationLine) -> bool:
    """Work out and keep the changes of a line; False where the time was not enough. The result itself never changes."""
    key = f"{row.line.need.code}/{row.line.position}"
    extra = by_line(run.annex)
    found = explain(read(run.instance), run.result, only=[key], extra=extra, seconds=SECONDS)[key].data()
    if found["changes"] is None:
        return False
    row.reasons, row.changes = found["reasons"], found["changes"]
    row.save(update_fields=["reasons", "changes"])
    return True
