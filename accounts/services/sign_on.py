"""Whose account belongs to somebody a provider has recognised. It never makes one."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts import proof
from accounts.models import User
from accounts.services.factors import note_change
from accounts.single_sign_on import Recognised


@transaction.atomic
def account_of(who: Recognised) -> User | None:
    """The person's account: connected before, or found by the verified address and connected now. None for anybody
    else, for accounts that are closed, and where the address already belongs to another person at the provider."""
    known = SocialAccount.objects.select_related("user").filter(provider=who.issuer, uid=who.subject).first()
    if known is not None:
        return known.user if proof.may_sign_in(known.user) else None
    if not who.email:
        return None
    user = User.objects.select_for_update(no_key=True).filter(email=who.email).first()
    if user is None or not proof.may_sign_in(user):
        return None
    if SocialAccount.objects.filter(provider=who.issuer, user=user).exists():
        return None
    SocialAccount.objects.create(provider=who.issuer, uid=who.subject, user=user)
    user.act_as(None)
    note_change(user, "link_sign_on", user)
    return user


@transaction.atomic
def disconnect(user) -> bool:
    """The account no longer belongs to anybody at a provider; False: it did not."""
    if not SocialAccount.objects.filter(user=user).delete()[0]:
        return False
    note_change(user, "unlink_sign_on", user)
    return True
