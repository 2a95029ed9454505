"""Signatures in the form of Standard Webhooks: HMAC-SHA256 over identity, moment and body."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets

from workflow.sealing import Box

PREFIX = "whsec_"
BYTES = 32
FORMER_VALID = dt.timedelta(hours=24)
"""So long after a new secret was made calls are signed with the former one as well."""

BOX = Box(b"sinergi.webhooks")


def new_secret() -> str:
    """A fresh secret, as its owner copies it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def signature(secret: str, identity: str, moment: int, body: bytes) -> str:
    """One signature with its version: "v1,…"."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = f"{identity}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(webhook, identity: str, moment: dt.datetime, body: bytes) -> dict[str, str]:
    """What tells a receiver who calls. Raises Unreadable when the secret cannot be opened any more."""
    stamp = int(moment.timestamp())
    sealed = [webhook.secret_sealed]
    if webhook.former_until is not None and webhook.former_until > moment:
        sealed.append(webhook.former_sealed)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(signature(BOX.unseal(one), identity, stamp, body) for one in sealed),
    }
