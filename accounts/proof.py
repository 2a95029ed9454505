"""What a session has proven: the password alone (half signed in), a second factor, and when somebody last proved it.

Half signed in is nobody yet: the session holds who typed the right password, for ten minutes, and opens one page. The
session's key changes at each step up, so that a key that was known before is worth nothing afterwards.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib import auth
from django.utils.crypto import constant_time_compare

from accounts import security_lines
from accounts.models import User

HALF = "half_signed_in"
FACTOR = "second_factor"
PROVEN = "proven_at"
SECONDS = 600


def may_sign_in(user: User) -> bool:
    """The backend's own question: active, and no demonstration account outside a demonstration."""
    return not user.is_system and auth.load_backend(settings.AUTHENTICATION_BACKENDS[0]).user_can_authenticate(user)


def hold(request, user: User, wanted: str) -> None:
    """The password was right, a factor is still owed."""
    request.session.cycle_key()
    kept = {"user": user.pk, "seal": user.get_session_auth_hash(), "at": int(time.time()), "next": wanted}
    request.session[HALF] = kept


def held(request) -> User | None:
    """Who is half signed in; nobody after ten minutes, a new password or the end of the account."""
    kept = request.session.get(HALF)
    if not kept:
        return None
    user = User.objects.filter(pk=kept["user"]).first()
    late = not 0 <= time.time() - kept["at"] <= SECONDS
    if late or user is None or not may_sign_in(user) or not _same(kept["seal"], user):
        del request.session[HALF]
        return None
    return user


def _same(seal: str, user: User) -> bool:
    return constant_time_compare(seal, user.get_session_auth_hash())


def wanted(request) -> str:
    """Where somebody half signed in wanted to go."""
    return request.session.get(HALF, {}).get("next", "")


def sign_in(request, user: User, factor: str = "") -> None:
    """Signed in. `factor` says which one was used, if any."""
    request.session.pop(HALF, None)
    auth.login(request, user)
    security_lines.signed_in(request, user.email, factor)
    if factor:
        note_factor(request.session, factor)


def note_factor(session, factor: str) -> None:
    """This session has used a second factor: "totp", "recovery_codes", "webauthn", or "sso" for the provider's own."""
    session[FACTOR] = factor
    prove(session)


def has_factor(session) -> bool:
    """Whether this session has used a second factor."""
    return bool(session.get(FACTOR))


def prove(session) -> None:
    """Password or factor were right just now."""
    session[PROVEN] = int(time.time())


def begin(sender, request, user, **_more) -> None:
    """Signing in is a proof."""
    prove(request.session)


def is_fresh(session) -> bool:
    """Whether the last proof is young enough for a dangerous act; always, where sudo mode is off."""
    age = time.time() - session.get(PROVEN, 0)
    return settings.SUDO_MINUTES == 0 or 0 <= age <= settings.SUDO_MINUTES * 60
