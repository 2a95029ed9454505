"""Proposals of one intake that wait for the same act by the same person, so that they can be decided in one sitting."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Sum
from django.http import Http404

from accounts.roles import Role
from partnerships.lifecycle import PROPOSAL
from partnerships.models import Proposal
from programs.models import Intake
from workflow.reading import waiting_for
from workflow.table import Transition

TOGETHER = {
    "send_partner": (Role.BIROKS_HEAD,),
    "accept": (Role.PARTNER_HEAD, Role.PPSDM_HEAD),
}
"""Acts that may be done for many proposals of an intake at once, and by whom."""


@dataclass(frozen=True)
class Batch:
    """The proposals of one intake that wait for one act."""

    intake: Intake
    action: str
    count: int
    seats: int


def action_of(user) -> str:
    """The act this user does for many at once; an empty string for everyone else."""
    return next((action for action, roles in TOGETHER.items() if user.acting_role in roles), "")


def batches(user) -> list[Batch]:
    """Intakes with at least two proposals waiting for this user, the most urgent first; two queries."""
    action = action_of(user)
    if not action:
        return []
    rows = (
        _waiting(user, action)
        .filter(intake__isnull=False)
        .order_by()
        .values("intake")
        .annotate(count=Count("pk"), seats=Sum("seats_requested"), due=Min("due_at"))
        .filter(count__gte=2)
        .order_by("due", "intake")
    )
    rows = list(rows)
    intakes = Intake.objects.select_related("program__partner").in_bulk([row["intake"] for row in rows])
    return [Batch(intakes[row["intake"]], action, row["count"], row["seats"]) for row in rows]


def batch(user, action: str, intake_id: int) -> tuple[Transition, Intake, list[Proposal]]:
    """The act, the intake and what waits in it. Http404 for what does not exist for the user, 403 for another role."""
    if action not in TOGETHER or intake_id > 2**62:
        raise Http404
    if user.acting_role not in TOGETHER[action]:
        raise PermissionDenied(f"partnerships.proposal.{action}")
    intake = Intake.objects.select_related("program__partner").filter(pk=intake_id).first()
    if intake is None or not _known(user, intake):
        raise Http404
    found = _waiting(user, action).filter(intake=intake).prefetch_related("line__gaps")
    order = ("line__need__office__region_code", "line__need__office", "line__need", "line__position", "pk")
    return PROPOSAL.transition(action), intake, list(found.order_by(*order))


def _known(user, intake) -> bool:
    """The Bureau of Cooperation knows every published programme, who answers only the organiser's own."""
    if user.acting_role == Role.BIROKS_HEAD:
        return intake.program.published_at is not None
    return intake.program.partner_id == user.acting.organisation_id


def _waiting(user, action: str):
    return waiting_for(user, PROPOSAL.name).filter(status__in=PROPOSAL.transition(action).source)
