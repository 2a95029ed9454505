"""Writes of the front desk: invite, accept, revoke, end a role, switch capacity. Each leaves its line in the
log."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rules
from accounts.models import Invitation, Membership, User
from accounts.services.delegations import end_with_holder, end_with_new_role
from accounts.services.log import INVITATION_LOG, MEMBERSHIP_LOG, record_event
from accounts.services.sessions import end_access_without_role
from workflow.engine import Refused
from workflow.errands import promise

LETTER = "accounts.tasks.send_invitation"
"""Promised in the transaction that makes the invitation, so that none is without its letter."""
SESSION_KEY = "acting_membership"


def switch_capacity(request, membership_id: int) -> bool:
    """Act in another of one's own current memberships; False when it is not one of them. The session gets a new key."""
    if not any(m.pk == membership_id for m in request.user.current_memberships):
        return False
    request.session.cycle_key()
    request.session[SESSION_KEY] = membership_id
    request.user.act_as(membership_id)
    return True


@transaction.atomic
def invite(*, email: str, name: str, organisation, role: str, actor) -> tuple[Invitation, str]:
    """Offer a membership; returns the invitation and the token that goes into the mail and nowhere else.

    An older invitation to the same role that ran out unanswered is revoked, so that only one is ever open.
    """
    if reason := rules.role_fits(role, organisation):
        raise Refused([reason])
    email = email.strip().lower()
    if reason := rules.not_to_oneself(actor, email, role):
        raise Refused([reason])
    if Membership.objects.own().current().filter(user__email=email, organisation=organisation, role=role).exists():
        raise Refused([_("This person already has this role there.")])
    former = Invitation.objects.select_for_update().filter(
        email=email, organisation=organisation, role=role, accepted_at__isnull=True, revoked_at__isnull=True
    )
    if any(i.is_open for i in former):
        raise Refused([_("An invitation to this address for this role is still open. Send it again from the list.")])
    former.update(revoked_at=timezone.now())
    invitation = Invitation(email=email, name=name, organisation=organisation, role=role, invited_by=actor)
    token = invitation.new_token()
    invitation.save()
    record_event(INVITATION_LOG, invitation.pk, f"UND-{invitation.pk}", "invite", actor, **_where(invitation))
    promise(LETTER, invitation.pk)
    return invitation, token


@transaction.atomic
def renew(invitation: Invitation, *, actor) -> None:
    """Open an unanswered invitation for another seven days; the mail that follows carries a new token."""
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.accepted_at or locked.revoked_at:
        raise Refused([_("This invitation is no longer open.")])
    locked.new_token()
    locked.sent_at = None
    locked.save()
    record_event(INVITATION_LOG, locked.pk, f"UND-{locked.pk}", "renew", actor, **_where(locked))
    promise(LETTER, locked.pk)


@transaction.atomic
def revoke(invitation: Invitation, *, actor) -> None:
    """Take an unanswered invitation back; its link stops working at once."""
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.accepted_at or locked.revoked_at:
        raise Refused([_("This invitation is no longer open.")])
    locked.revoked_at = timezone.now()
    locked.save()
    record_event(INVITATION_LOG, locked.pk, f"UND-{locked.pk}", "revoke", actor, **_where(locked))


@transaction.atomic
def accept(invitation: Invitation, password: str | None) -> User | None:
    """Turn an invitation into a membership, once. A known address keeps its account and password; None:
    too late."""
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not locked.is_open:
        return None
    user = User.objects.filter(email=locked.email).first()
    if user is None:
        user = User.objects.create_user(locked.email, password, name=locked.name)
    own = Membership.objects.own().filter(user=user, organisation=locked.organisation, role=locked.role)
    if not own.current().exists():
        own.filter(ended_at__isnull=True).update(ended_at=timezone.now())
        made = Membership.objects.create(user=user, organisation=locked.organisation, role=locked.role)
        end_with_new_role(made, actor=user)
    locked.accepted_at = timezone.now()
    locked.save()
    user.act_as(None)
    record_event(INVITATION_LOG, locked.pk, f"UND-{locked.pk}", "accept", user, **_where(locked))
    return user


@transaction.atomic
def end_membership(membership: Membership, *, actor, reason: str) -> None:
    """End a role at once. The row stays: the log and old records point to it."""
    locked = Membership.objects.select_for_update().get(pk=membership.pk)
    if refusal := rules.may_end(actor, locked):
        raise Refused([refusal])
    now, today = timezone.now(), timezone.localdate()
    locked.ended_at = now
    if locked.valid_to is None or locked.valid_to > today:
        locked.valid_to = max(today, locked.valid_from)
    locked.save()
    end_with_holder(locked, actor=actor)
    end_access_without_role(locked.user)
    record_event(MEMBERSHIP_LOG, locked.pk, f"PERAN-{locked.pk}", "end", actor, comment=reason, **_where(locked))


def _where(row) -> dict[str, str]:
    return {"role": row.role, "organisation": row.organisation.code}
