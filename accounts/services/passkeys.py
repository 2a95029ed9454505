"""Passkeys (WebAuthn): what the browser is asked for, and what is taken from its answer."""

from __future__ import annotations

import json

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services.factors import lock_person, note_change, note_use
from workflow.engine import Refused

MOST = 10
Kind = Authenticator.Type


def offer_registration(user) -> str:
    """What the browser needs to make a key, as JSON; the challenge stays in the session and works once."""
    return json.dumps(auth.begin_registration(user, False))


def offer_use(user) -> str:
    """What the browser needs to use one of a person's keys, as JSON."""
    return json.dumps(auth.begin_authentication(user))


@transaction.atomic
def add_passkey(user, name: str, credential: dict) -> bool:
    """Keep a new key. False: the browser's answer does not fit what it was asked."""
    try:
        auth.parse_registration_response(credential)
        made = auth.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return False
    finally:
        auth.clear_state()
    lock_person(user)
    if Authenticator.objects.filter(user=user, type=Kind.WEBAUTHN).count() >= MOST:
        raise Refused([_("You have %(count)d passkeys. Remove one that you no longer use.") % {"count": MOST}])
    row = auth.WebAuthn.add(user, name, credential).instance
    row.data["counter"] = made.counter
    row.save(update_fields=["data"])
    note_change(user, "add_passkey", user)
    return True


@transaction.atomic
def use_passkey(user, credential: dict) -> bool:
    """Whether one of the person's keys signed the challenge. A counter that runs backwards belongs to a copy."""
    try:
        answer = auth.parse_authentication_response(credential)
        row = auth.complete_authentication(user, credential)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return False
    finally:
        auth.clear_state()
    row = Authenticator.objects.select_for_update().get(pk=row.pk)
    counter, former = answer.response.authenticator_data.counter, row.data.get("counter", 0)
    if counter <= former and (counter or former):
        return False
    note_use(row, counter=counter)
    return True
