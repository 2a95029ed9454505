"""People who stand in for others."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import Delegation, User
from accounts.roles import DelegationKind, Role
from accounts.services import record_delegation
from tests import factories

EVERYTHING = (
    "regions.need",
    "programs.program",
    "partnerships.proposal",
    "partnerships.agreement",
    "partnerships.allocation",
    "partnerships.review",
    "partnerships.brief",
    "participants.nomination",
    "participants.evaluation",
    "participants.correction",
)


def official(where, role=Role.DINAS_OP) -> User:
    """Somebody with a post of their own who can stand in."""
    return factories.member(role, where)


def stand_in(
    principal: User, delegate: User, kind=DelegationKind.PLH, *, authority=False, actor=None, post=None, **fields
):
    """The delegate stands in for the principal from today for a week and acts in that post; `fields` as typed.

    For a Plt the principal's own role is ended first: the post must be vacant. `post`: one that is vacant already.
    """
    today = timezone.localdate()
    vacant = post is not None
    post = post or principal.acting
    if kind == DelegationKind.PLT and not vacant:
        post.ended_at = timezone.now()
        post.save()
    actor = actor or (keeper() if kind == DelegationKind.PLT else principal)
    made = record_delegation(
        actor=actor,
        post=post,
        delegate=delegate,
        kind=kind,
        letter=factories.pdf(),
        authority=factories.pdf("kuasa.pdf") if authority else None,
        **{
            "letter_no": "800/1/2026",
            "letter_date": today,
            "valid_from": today,
            "valid_to": today + dt.timedelta(days=6),
            "scopes": EVERYTHING,
            "delegate_post": "Sekretaris Dinas",
            "through_post": "Sekretaris Daerah",
            **fields,
        },
    )
    take_up(made)
    return made


def keeper() -> User:
    """An administrator, who records what nobody else can."""
    return factories.member(Role.ADMIN, factories.organisation("PPSDM"))


def take_up(delegation: Delegation) -> User:
    """The delegate chooses the capacity in the account menu."""
    delegate = delegation.delegate
    vars(delegate).pop("current_memberships", None)
    delegate.act_as(delegation.membership.pk)
    return delegate
