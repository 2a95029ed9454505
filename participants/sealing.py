"""The staff number (NIP) at rest: sealed (`workflow/sealing.py`), and a keyed hash that finds the same person again."""

from __future__ import annotations

import hashlib
import hmac
import re

from workflow.sealing import Box, Unreadable

__all__ = ["DIGITS", "MASK", "Unreadable", "digits_of", "fingerprint", "fingerprints", "masked", "seal", "unseal"]

DIGITS = 18
MASK = "•" * 15

_BOX = Box(b"sinergi.participants")


def digits_of(text: str) -> str:
    """A number as people type it, without spaces, dots and dashes."""
    return re.sub(r"[\s.\-]", "", text or "")


def masked(tail: str) -> str:
    """What a screen shows: fifteen dots and the last three digits."""
    return f"{MASK}{tail}"


def seal(number: str) -> str:
    """The number encrypted; twice the same number gives two different texts."""
    return _BOX.seal(number)


def unseal(sealed: str) -> str:
    """The number again. Raises Unreadable when its key is gone."""
    return _BOX.unseal(sealed)


def fingerprints(number: str) -> list[str]:
    """One for each key, the first key's first: between a new key and `resealpersons` rows still carry the old one."""
    keys = _BOX.derived(b"fingerprint")
    return [hmac.new(key, number.encode(), hashlib.sha256).hexdigest() for key in keys]


def fingerprint(number: str) -> str:
    """Always the same for one number under one key, and useless without the key."""
    return fingerprints(number)[0]
