"""Writes of the front desk: invite, accept, switch capacity."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import Invitation, Membership, User

SESSION_KEY = "acting_membership"


def switch_capacity(request, membership_id: int) -> bool:
    """Act in another of one's own current memberships; False when it is not one of them."""
    if not any(m.pk == membership_id for m in request.user.current_memberships):
        return False
    request.session[SESSION_KEY] = membership_id
    request.user.act_as(membership_id)
    return True


def invite(*, email: str, name: str, organisation, role: str, actor) -> tuple[Invitation, str]:
    """Offer a membership; returns the invitation and the token that goes into the mail and nowhere else."""
    invitation = Invitation(
        email=email.lower(), name=name, organisation=organisation, role=role, invited_by=actor
    )
    token = invitation.new_token()
    invitation.save()
    return invitation, token


@transaction.atomic
def accept(invitation: Invitation, password: str | None) -> User:
    """Turn an invitation into a membership. A known address keeps its account and password."""
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    user = User.objects.filter(email=locked.email).first()
    if user is None:
        user = User.objects.create_user(locked.email, password, name=locked.name)
    if locked.accepted_at is None:
        Membership.objects.get_or_create(user=user, organisation=locked.organisation, role=locked.role)
        locked.accepted_at = timezone.now()
        locked.save()
    return user
