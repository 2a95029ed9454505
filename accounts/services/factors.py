"""Writes on second factors: add, use, remove, renew, reset. Each leaves its line in the log, secrets never."""

from __future__ import annotations

import logging

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.adapters import BOX
from accounts.models import User
from accounts.rules.second_factor import needs_factor
from accounts.services.log import record_event
from accounts.services.sessions import end_sessions_of
from workflow.engine import Refused
from workflow.errands import promise
from workflow.sealing import Unreadable

FACTOR_LOG = "accounts.factor"
Kind = Authenticator.Type
log = logging.getLogger(__name__)


def note_change(user, action: str, actor, *, comment: str = "", **data) -> None:
    """One line in the log, by the account's number, and a letter to the person, whoever did it: from it the rightful
    owner learns of a thief."""
    record_event(FACTOR_LOG, user.pk, f"AKUN-{user.pk}", action, actor, comment=comment, **data)
    tell(user, action)


def tell(user, event: str) -> None:
    """A letter about the account's sign-in, promised with what it tells of."""
    promise("accounts.tasks.send_security_letter", user.pk, event)


def new_app_secret() -> str:
    """What a new authenticator app is given: 160 bits of chance, as base32."""
    return totp.generate_totp_secret()


def counter_of(secret: str, code: str) -> int | None:
    """Which of the half minutes around now a code belongs to."""
    for counter in totp.yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, counter))):
            return counter
    return None


@transaction.atomic
def add_app(user, secret: str, code: str) -> bool:
    """Take an authenticator app once it shows the right code; it replaces the former one. False: a wrong code."""
    counter = counter_of(secret, code)
    if counter is None:
        return False
    lock_person(user)
    Authenticator.objects.filter(user=user, type=Kind.TOTP).delete()
    row = totp.TOTP.activate(user, secret).instance
    note_use(row, counter=counter)
    note_change(user, "add_app", user)
    return True


@transaction.atomic
def use_code(user, code: str) -> str:
    """Which factor a code came from: "totp", "recovery_codes", or nothing. Each code works once."""
    rows = {row.type: row for row in Authenticator.objects.select_for_update().filter(user=user)}
    try:
        if (app := rows.get(Kind.TOTP)) and _use_app(app, code):
            return Kind.TOTP.value
        if (codes := rows.get(Kind.RECOVERY_CODES)) and RecoveryCodes(codes).validate_code(code):
            codes.record_usage()
            note_change(user, "use_recovery_code", user, left=codes_left(user))
            return Kind.RECOVERY_CODES.value
    except Unreadable:
        log.error("a second factor cannot be opened with any of PERSONAL_DATA_KEYS (account %s)", user.pk)
    return ""


@transaction.atomic
def use_app_code(user, code: str) -> bool:
    """The same for the app alone: recovery codes are kept for the day the app is lost."""
    app = Authenticator.objects.select_for_update().filter(user=user, type=Kind.TOTP).first()
    try:
        return app is not None and _use_app(app, code)
    except Unreadable:
        log.error("a second factor cannot be opened with any of PERSONAL_DATA_KEYS (account %s)", user.pk)
        return False


def _use_app(row: Authenticator, code: str) -> bool:
    """A code counts once and never after a later one, whatever the cache remembers."""
    counter = counter_of(BOX.unseal(row.data["secret"]), code)
    if counter is None or counter <= row.data.get("counter", 0):
        return False
    note_use(row, counter=counter)
    return True


def note_use(row: Authenticator, **data) -> None:
    row.data |= data
    row.last_used_at = timezone.now()
    row.save(update_fields=["data", "last_used_at"])


@transaction.atomic
def remove_factor(user, row: Authenticator) -> None:
    """Take a factor away. The last one stays where the role needs one; recovery codes go with the last one."""
    lock_person(user)
    rest = Authenticator.objects.filter(user=user).exclude(pk=row.pk)
    last = not rest.exclude(type=Kind.RECOVERY_CODES).exists()
    if last and needs_factor(user):
        raise Refused([_("Your role needs a second factor, and this is the only one. Add another one first.")])
    kind = row.type
    row.delete()
    if last:
        rest.delete()
    note_change(user, "remove_app" if kind == Kind.TOTP else "remove_passkey", user)


@transaction.atomic
def renew_codes(user) -> None:
    """Ten new recovery codes; the former ones stop working."""
    lock_person(user)
    if not Authenticator.objects.filter(user=user).exclude(type=Kind.RECOVERY_CODES).exists():
        raise Refused([_("Recovery codes go with a factor. Add an authenticator app or a passkey first.")])
    Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)
    note_change(user, "renew_codes", user)


@transaction.atomic
def ensure_codes(user) -> bool:
    """Recovery codes for the first factor; True when they were made now."""
    lock_person(user)
    if Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES).exists():
        return False
    renew_codes(user)
    return True


def codes_left(user) -> int:
    """How many recovery codes still work; none where their key is gone."""
    return len(unused_codes(user))


def unused_codes(user) -> list[str]:
    """The codes themselves, for the page that shows them once."""
    row = Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES).first()
    try:
        return RecoveryCodes(row).get_unused_codes() if row else []
    except Unreadable:
        log.error("recovery codes cannot be opened with any of PERSONAL_DATA_KEYS (account %s)", user.pk)
        return []


def may_reset(actor, person: User) -> str:
    """A sentence where these factors cannot be reset by this administrator."""
    if person.pk == actor.pk:
        return _("You cannot reset your own second factor. Ask another administrator.")
    if not Authenticator.objects.filter(user=person).exists():
        return _("This person has no second factor.")
    return ""


@transaction.atomic
def reset_factors(person: User, *, actor, reason: str) -> None:
    """An administrator takes all factors of somebody who lost them, and the connection with single sign-on, which could
    stand in for one; the person sets up new ones at the next sign-in."""
    lock_person(person)
    if refusal := may_reset(actor, person):
        raise Refused([refusal])
    Authenticator.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()
    end_sessions_of(person, actor=actor, reason=reason)
    note_change(person, "reset_factors", actor, comment=reason)


def lock_person(user) -> None:
    """One change of a person's factors at a time."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


@transaction.atomic
def reseal() -> tuple[int, int]:
    """Every secret anew under the first key; (done, unreadable)."""
    done = unreadable = 0
    for row in Authenticator.objects.select_for_update().exclude(type=Kind.WEBAUTHN).order_by("pk"):
        name = "secret" if row.type == Kind.TOTP else "seed"
        try:
            row.data[name] = BOX.seal(BOX.unseal(row.data[name]))
        except Unreadable:
            unreadable += 1
        else:
            row.save(update_fields=["data"])
            done += 1
    return done, unreadable
