"""Second factors for tests: apps whose codes a test can tell, and sessions in the state a test begins with."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.urls import reverse

from accounts.services import factors

PASSWORD = "kata-sandi-uji"


def code_of(secret: str, halves: int = 0) -> str:
    """What an app shows now, or some half minutes from now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + halves))


def with_app(user) -> str:
    """Set up an authenticator app some time ago; returns what it was given."""
    secret = factors.new_app_secret()
    assert factors.add_app(user, secret, code_of(secret))
    factors.ensure_codes(user)
    row = user.authenticator_set.get(type="totp")
    row.data["counter"] -= 10
    row.save()
    return secret


def type_password(client, user, password: str = PASSWORD, **more):
    """The first step of signing in."""
    return client.post(reverse("accounts:login"), {"email": user.email, "password": password, **more})


def type_code(client, code: str, **extra):
    """The second step."""
    return client.post(reverse("accounts:code"), {"code": code}, **extra)


def refusals(response) -> list[str]:
    """What stands above the form."""
    return [str(sentence) for sentence in response.context["form"].non_field_errors()]


def letters(capture, act) -> list[tuple[str, str]]:
    """(to whom, first line) of the letters that leave with an act; `capture` is django_capture_on_commit_callbacks."""
    mail.outbox.clear()
    with capture(execute=True):
        act()
    return [(message.to[0], message.body.splitlines()[0]) for message in mail.outbox]


def proven_ago(client, minutes: int) -> None:
    """As if the person had last proven who they are so long ago."""
    session = client.session
    session["proven_at"] = int(time.time()) - minutes * 60
    session.save()
