"""Account events in the log. They have no workflow table: nothing here has states."""

from __future__ import annotations

from django.utils import timezone

from workflow.batches import marked
from workflow.models import LogEntry
from workflow.table import CLOCK

INVITATION_LOG = "accounts.invitation"
MEMBERSHIP_LOG = "accounts.membership"
DELEGATION_LOG = "accounts.delegation"
ORGANISATION_LOG = "accounts.organisation"


def record_event(log: str, record_id: int, code: str, action: str, actor, *, comment: str = "", **data) -> None:
    """One account event; no actor is the CLOCK. Never an e-mail address or a name: the log cannot be erased, the rows
    it points to can."""
    mandate = actor.mandate if actor is not None else None
    LogEntry(
        at=timezone.now(),
        flow=log,
        record_id=record_id,
        record_code=code,
        action=action,
        actor=actor,
        role=CLOCK if actor is None else actor.acting_role or "ADMIN",
        capacity=mandate.kind if mandate else "",
        on_behalf_of_id=mandate.principal_id if mandate else None,
        organisation=actor.acting_organisation_name if actor is not None else "",
        comment=comment,
        data=marked(data),
    ).save(force_insert=True)
