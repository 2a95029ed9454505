"""Reads of second factors."""

from __future__ import annotations

from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import Http404

from accounts.models import User

Kind = Authenticator.Type


@dataclass(frozen=True)
class Factors:
    """What a person has beside the password."""

    app: Authenticator | None = None
    passkeys: list[Authenticator] = field(default_factory=list)
    codes: Authenticator | None = None

    @property
    def any(self) -> bool:
        """Recovery codes alone are no factor: they go with the last one."""
        return bool(self.app or self.passkeys)

    @property
    def count(self) -> int:
        """How many factors could be lost before the last one."""
        return len(self.passkeys) + bool(self.app)


def factors_of(user) -> Factors:
    """Everything of one person, in one query."""
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    one = {row.type: row for row in found}
    keys = [row for row in found if row.type == Kind.WEBAUTHN]
    return Factors(one.get(Kind.TOTP), keys, one.get(Kind.RECOVERY_CODES))


def has_factor(user) -> bool:
    """Whether a person has an app or a passkey."""
    return Authenticator.objects.filter(user=user).exclude(type=Kind.RECOVERY_CODES).exists()


def is_connected(user) -> bool:
    """Whether single sign-on opens a person's account."""
    return SocialAccount.objects.filter(user=user).exists()


def get_factor(user, pk: int) -> Authenticator:
    """One's own app or passkey; Http404 for any other."""
    found = Authenticator.objects.filter(user=user, pk=pk).exclude(type=Kind.RECOVERY_CODES).first()
    if found is None:
        raise Http404
    return found


def get_person(pk: int) -> User:
    """A person by number; Http404 for systems, which nobody signs in with."""
    found = User.objects.filter(pk=pk, is_system=False).first()
    if found is None:
        raise Http404
    return found
