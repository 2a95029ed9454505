"""One act on many proposals of an intake: each is carried out on its own, and what could not be done says why."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partnerships.models import Proposal
from partnerships.selectors import proposal_batches as selectors
from partnerships.selectors.proposals import summary_of
from workflow.acting import capacity_key, stale_sentence, switched
from workflow.batches import batch
from workflow.engine import Refused, Stale, perform


@dataclass(frozen=True)
class Row:
    """One proposal of the page: what the partner reads, whether it is ticked, what came of it."""

    proposal: Proposal
    summary: str
    ticked: bool
    done: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """What its box sends: the proposal as the person saw it."""
        return f"{self.proposal.pk}:{self.proposal.version}"


@require_http_methods(["GET", "HEAD", "POST"])
def together(request, action: str, intake: int):
    """Show what waits in one intake; carry out the act for those that are ticked."""
    transition, found, waiting = selectors.batch(request.user, action, intake)
    rows, error, status = _rows(request, waiting, ticked=action == "send_partner"), "", 200
    if sentence := switched(request):
        raise Refused([sentence])
    if request.method == "POST":
        wanted = set(request.POST.getlist("usulan"))
        if wanted:
            with batch():
                rows = [_carried_out(request, transition, row, wanted) for row in rows]
            status = 200 if any(row.done for row in rows) else 409
        else:
            error, status = _("Tick at least one proposal."), 400
    context = {
        "transition": transition,
        "intake": found,
        "acting_as": capacity_key(request.user),
        "program": found.program,
        "rows": rows,
        "error": error,
        "done": [row for row in rows if row.done],
        "failed": [row for row in rows if row.reasons],
    }
    return render(request, "partnerships/together.html", context, status=status)


def _rows(request, waiting, *, ticked: bool) -> list[Row]:
    return [Row(proposal, summary_of(request.user, proposal), ticked) for proposal in waiting]


def _carried_out(request, transition, row: Row, wanted: set[str]) -> Row:
    """The act on one row, if it is ticked; a failure stays with its row and holds up nobody else."""
    seen = next((value for value in wanted if value.partition(":")[0] == str(row.proposal.pk)), None)
    if seen is None:
        return Row(row.proposal, row.summary, ticked=False)
    version = seen.partition(":")[2]
    answers = {"summary": row.summary} if transition.name == "send_partner" else {}
    try:
        done = perform(
            row.proposal.flow,
            transition.name,
            record=row.proposal,
            actor=request.user,
            answers=answers,
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
    except Refused as refusal:
        return Row(row.proposal, row.summary, ticked=True, reasons=tuple(refusal.reasons))
    except Stale as stale:
        return Row(stale.record, row.summary, ticked=False, reasons=(stale_sentence(stale.record),))
    except (PermissionDenied, Http404):
        return Row(row.proposal, row.summary, ticked=False, reasons=(_("This proposal is no longer yours."),))
    return Row(done, row.summary, ticked=False, done=True)
