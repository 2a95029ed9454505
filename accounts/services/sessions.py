"""Ends sessions: one's own, those of a person by an administrator, all of them when the way in is closed."""

from __future__ import annotations

import datetime as dt

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AccessToken, Membership, SignIn
from accounts.rules.sessions import may_end_sessions_of
from accounts.services.log import record_event
from accounts.sessions import SessionStore, forget
from workflow.engine import Refused

SESSION_LOG = "accounts.session"
KEPT = dt.timedelta(days=90)
"""How long sign-ins that are over stay in the list."""


def _end(rows, reason: str) -> int:
    """End what is open of some sign-ins: the sessions are gone at once, everywhere."""
    names = list(rows.filter(ended_at__isnull=True).values_list("key_hash", flat=True))
    if names:
        SignIn.objects.filter(key_hash__in=names).update(ended_at=timezone.now(), ended_for=reason)
        forget(names)
    return len(names)


@transaction.atomic
def end_session(user, sign_in: SignIn) -> None:
    """End one of one's own sessions."""
    if not _end(SignIn.objects.open().filter(user=user, pk=sign_in.pk), SignIn.Ended.OWNER):
        raise Refused([_("This session has already ended.")])
    record_event(SESSION_LOG, sign_in.pk, sign_in.code, "end_session", user)


@transaction.atomic
def end_other_sessions(user, session, reason: str = SignIn.Ended.OWNER) -> int:
    """End all of one's own sessions but this one; returns how many."""
    others = SignIn.objects.open().filter(user=user).exclude(key_hash=session.name)
    ended = _end(others, reason)
    if ended and reason == SignIn.Ended.OWNER:
        record_event(SESSION_LOG, user.pk, f"AKUN-{user.pk}", "end_other_sessions", user, count=ended)
    return ended


@transaction.atomic
def end_sessions_of(person, *, actor, reason: str) -> int:
    """An administrator signs a person out everywhere, for example because a telephone was lost."""
    if refusal := may_end_sessions_of(actor, person):
        raise Refused([refusal])
    ended = _end(SignIn.objects.filter(user=person), SignIn.Ended.ADMIN)
    record_event(SESSION_LOG, person.pk, f"AKUN-{person.pk}", "end_all_sessions", actor, comment=reason, count=ended)
    return ended


def end_for_new_password(user) -> int:
    """A password that was set anew ends every session: whoever knew the former one is out."""
    with transaction.atomic():
        return _end(SignIn.objects.filter(user=user), SignIn.Ended.PASSWORD)


def end_access(user) -> None:
    """The account was closed or its last role has ended: sessions, access tokens and the connection with single
    sign-on end with it."""
    _end(SignIn.objects.filter(user=user), SignIn.Ended.ACCESS)
    tokens = AccessToken.objects.filter(membership__user=user, revoked_at__isnull=True)
    tokens.update(revoked_at=timezone.now())
    SocialAccount.objects.filter(user=user).delete()


def end_access_without_role(user) -> None:
    """The same, where no role of the person is left, today or later."""
    today = timezone.localdate()
    left = Membership.objects.filter(user=user, ended_at__isnull=True).exclude(valid_to__lt=today)
    if not left.exists():
        end_access(user)


def forget_sessions() -> int:
    """Every night: stored sessions that have run out, and sign-ins that were over long ago."""
    SessionStore.clear_expired()
    now = timezone.now()
    ran_out = SignIn.objects.filter(ended_at__isnull=True, ends_at__lte=now)
    ran_out.update(ended_at=now, ended_for=SignIn.Ended.TIME)
    return SignIn.objects.filter(ended_at__lt=now - KEPT).delete()[0]
