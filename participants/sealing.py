"""The staff number (NIP) at rest: encrypted, with a keyed hash that finds the same person again.

The keys come from `PERSONAL_DATA_KEYS` (docs/operations.md). The first one seals, all of them open: a new key is put in
front, then `manage.py resealpersons` rewrites every row.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

DIGITS = 18
MASK = "•" * 15


class Unreadable(Exception):
    """None of the keys opens a sealed number."""


def digits_of(text: str) -> str:
    """A number as people type it, without spaces, dots and dashes."""
    return re.sub(r"[\s.\-]", "", text or "")


def masked(tail: str) -> str:
    """What a screen shows: fifteen dots and the last three digits."""
    return f"{MASK}{tail}"


def _derived(secret: str, purpose: bytes) -> bytes:
    """32 bytes for one purpose; the two purposes never share a key."""
    return HKDF(hashes.SHA256(), 32, salt=b"sinergi.participants", info=purpose).derive(secret.encode())


def _box() -> MultiFernet:
    keys = [base64.urlsafe_b64encode(_derived(secret, b"seal")) for secret in settings.PERSONAL_DATA_KEYS]
    return MultiFernet([Fernet(key) for key in keys])


def seal(number: str) -> str:
    """The number encrypted; twice the same number gives two different texts."""
    return _box().encrypt(number.encode()).decode()


def unseal(sealed: str) -> str:
    """The number again. Raises Unreadable when its key is gone."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def fingerprints(number: str) -> list[str]:
    """One for each key, the first key's first: between a new key and `resealpersons` rows still carry the old one."""
    keys = [_derived(secret, b"fingerprint") for secret in settings.PERSONAL_DATA_KEYS]
    return [hmac.new(key, number.encode(), hashlib.sha256).hexdigest() for key in keys]


def fingerprint(number: str) -> str:
    """Always the same for one number under one key, and useless without the key."""
    return fingerprints(number)[0]
