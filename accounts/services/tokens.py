"""Writes on access tokens: make, use, revoke. Making and revoking leave their line in the log; the secret never."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AccessToken, Membership, User
from accounts.models.tokens import LONGEST_DAYS, fingerprint, is_well_formed, new_secret
from accounts.rules import is_administrator, role_fits
from accounts.rules.tokens import may_make_tokens, scopes, scopes_fit
from accounts.services.log import record_event
from workflow.engine import Refused

TOKEN_LOG = "accounts.token"  # noqa: S105 - the name of a log
MOST = 20
"""Valid tokens of one membership: more are forgotten ones."""
NOTED_EVERY = dt.timedelta(minutes=1)


def use_token(secret: str) -> AccessToken | None:
    """The token behind a secret, its user acting in its capacity; None unless everything about it still holds."""
    if not is_well_formed(secret):
        return None
    related = ("membership__user", "membership__organisation")
    token = AccessToken.objects.select_related(*related).filter(token_hash=fingerprint(secret)).first()
    if token is None or not token.is_open or token.membership.delegation_id is not None:
        return None
    user = token.membership.user
    user.act_as(token.membership_id)
    if not user.is_active or user.acting is None or user.acting.pk != token.membership_id:
        return None
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EVERY)
        AccessToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token


@transaction.atomic
def make_token(user, *, name: str, chosen: list[str], expires_on: dt.date) -> tuple[AccessToken, str]:
    """A token for the capacity a person acts in now. The secret is shown once and stored nowhere."""
    if sentence := may_make_tokens(user):
        raise Refused([sentence])
    return _make(user, user.acting, name, chosen, expires_on)


@transaction.atomic
def make_system_token(
    actor, *, organisation, role: str, name: str, chosen: list[str], expires_on: dt.date
) -> tuple[AccessToken, str]:
    """A system account of an organisation, with one role and one token. Nobody can sign in with it."""
    if not is_administrator(actor):
        raise Refused([_("Only administrators of the portal make accounts of systems.")])
    if sentence := may_make_tokens(actor) or role_fits(role, organisation) or scopes_fit(role, chosen):
        raise Refused([sentence])
    address = f"sistem-{secrets.token_hex(8)}@sistem.invalid"
    user = User.objects.create_user(address, None, name=name, is_system=True)
    membership = Membership.objects.create(user=user, organisation=organisation, role=role)
    return _make(actor, membership, name, chosen, expires_on)


def _make(actor, membership, name, chosen, expires_on) -> tuple[AccessToken, str]:
    User.objects.select_for_update(no_key=True).get(pk=membership.user_id)
    refusals = []
    known = {scope for scope, _label in scopes()}
    if not chosen or not set(chosen) <= known:
        refusals.append(_("Choose at least one permission of the list."))
    today = timezone.localdate()
    if not today < expires_on <= today + dt.timedelta(days=LONGEST_DAYS):
        refusals.append(_("The last day lies after today and at most %(days)d days ahead.") % {"days": LONGEST_DAYS})
    held = AccessToken.objects.filter(membership=membership, revoked_at__isnull=True, expires_at__gt=timezone.now())
    if held.count() >= MOST:
        refusals.append(_("This role has %(count)d valid tokens. Revoke one that is no longer used.") % {"count": MOST})
    if refusals:
        raise Refused(refusals)
    secret = new_secret()
    until = timezone.make_aware(dt.datetime.combine(expires_on, dt.time(23, 59, 59)))
    token = AccessToken.objects.create(
        membership=membership,
        name=name,
        scopes=sorted(set(chosen)),
        token_hash=fingerprint(secret),
        ending=secret[-4:],
        created_by=actor,
        expires_at=until,
    )
    held_by = {"organisation": membership.organisation.code, "role": membership.role}
    record_event(TOKEN_LOG, token.pk, token.code, "make_token", actor, scopes=token.scopes, **held_by)
    return token, secret


@transaction.atomic
def revoke_token(token: AccessToken, *, actor) -> None:
    """From the next request on the token opens nothing. The role of a system ends with its last token."""
    token = AccessToken.objects.select_for_update(of=("self",)).select_related("membership__user").get(pk=token.pk)
    if token.revoked_at is not None:
        raise Refused([_("This token is already revoked.")])
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record_event(TOKEN_LOG, token.pk, token.code, "revoke_token", actor)
    system = token.membership.user
    others = AccessToken.objects.filter(membership__user=system, revoked_at__isnull=True)
    if system.is_system and not others.exists():
        Membership.objects.filter(user=system, ended_at__isnull=True).update(ended_at=timezone.now())
        User.objects.filter(pk=system.pk).update(is_active=False)
