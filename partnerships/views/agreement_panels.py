"""What agreements add to the pages of proposals and programmes."""

from __future__ import annotations

from partnerships.rules.agreements import NATIONAL
from partnerships.selectors import agreements as selectors
from workflow.panels import Panel, register_panel


def proposal_agreement(request, proposal) -> dict | None:
    """The agreement that covers a proposal."""
    agreement = selectors.agreement_of_proposal(request.user, proposal)
    return {"agreement": agreement} if agreement else None


def program_agreements(request, program) -> dict | None:
    """The agreements about a programme, for its partner and the centre; others see it only if it has rows."""
    if not getattr(request.user, "is_authenticated", False):
        return None
    found = selectors.agreements_of_program(request.user, program)
    own = request.user.acting_organisation
    concerned = request.user.acting_role in NATIONAL or (own is not None and own.pk == program.partner_id)
    return {"agreements": found} if found or concerned else None


def register() -> None:
    """Called once by the room's AppConfig."""
    folder = "partnerships/agreements"
    register_panel(
        Panel(
            "partnerships.proposal",
            f"{folder}/_proposal_panel.html",
            proposal_agreement,
            place="side",
            position=10,
        )
    )
    register_panel(
        Panel("programs.program", f"{folder}/_program_panel.html", program_agreements, place="main", position=40)
    )
