"""A mandate: written authority to act in somebody else's post for a time. The engine asks it before every act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from workflow.registry import capacity_label
from workflow.table import Transition, Workflow


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a delegation lets its holder do; made by the room that knows delegations, read by the engine."""

    code: str
    kind: str
    principal_id: int | None
    """Whose post it is: what they did counts as done by the same hand."""
    scopes: frozenset[str]
    """Names of the tables it covers."""
    has_authority: bool
    """Whether written authority for acts that ask for it lies with the delegation."""
    holds: Callable[[], bool]
    """Whether it is in force at this moment; asked inside the act's transaction, under a lock against revoking."""


def mandate_of(actor) -> Mandate | None:
    """The mandate an actor acts under now; None for the CLOCK and for holders of their own post."""
    return getattr(actor, "mandate", None)


def hands_of(actor) -> set[int]:
    """The persons an actor counts as where maker and checker must differ: themselves and whom they stand in for."""
    mandate = mandate_of(actor)
    return {actor.pk} | ({mandate.principal_id} - {None} if mandate else set())


def covers(actor, flow_name: str) -> bool:
    """Whether an actor may touch records of a table at all: always in a post of one's own, else by the scopes."""
    mandate = mandate_of(actor)
    return mandate is None or flow_name in mandate.scopes


def beyond(flow: Workflow, actor) -> str:
    """A sentence where an actor's delegation does not cover a table at all."""
    if actor is None or covers(actor, flow.name):
        return ""
    return _("Your delegation %(code)s does not cover this kind of record.") % {"code": mandate_of(actor).code}


def limits(flow: Workflow, t: Transition, actor) -> list[str]:
    """Why an actor's delegation does not reach this act, as sentences."""
    mandate = mandate_of(actor)
    if mandate is None:
        return []
    if sentence := beyond(flow, actor):
        return [sentence]
    post = {"post": capacity_label(actor.acting_role, mandate.kind)}
    if mandate.kind in t.never_by:
        return [_("As %(post)s you may not take this step. It belongs to the holder of the post.") % post]
    if mandate.kind in t.with_authority and not mandate.has_authority:
        return [_("As %(post)s you may take this step only with written authority filed with the delegation.") % post]
    return []


def over(actor) -> str:
    """A sentence where the mandate is no longer (or not yet) in force; call inside the act's transaction."""
    mandate = mandate_of(actor)
    if mandate is None or mandate.holds():
        return ""
    return _("Your delegation %(code)s is not in force now. Nothing was done.") % {"code": mandate.code}


def outside_home(flow: Workflow, record, actor) -> str:
    """Nobody decides from outside on what their own office has filed; an office one stands in for counts as own."""
    elsewhere = {membership.organisation_id for membership in actor.current_memberships}
    elsewhere.discard(actor.acting_organisation.pk)
    if not elsewhere or flow.home is None or flow.home(record) not in elsewhere:
        return ""
    return _("You belong to the office this record comes from. Another authorised person must take this step.")
