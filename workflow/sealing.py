"""Secrets at rest: what the database must hold and nobody may read in it is encrypted under a key of the portal's own.

The keys come from `PERSONAL_DATA_KEYS` (docs/operations/variables.md). The first one seals, all of them open: a new key
is put in front, then `manage.py resealpersons` rewrites every row. Each room has a box of its own, so that what one
room sealed opens nothing in another.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """None of the keys opens what was sealed."""


@dataclass(frozen=True)
class Box:
    """The keys of one room, derived from the portal's."""

    room: bytes

    def derived(self, purpose: bytes) -> list[bytes]:
        """32 bytes for one purpose from each key, the first key's first; no two purposes share a key."""
        return [
            HKDF(hashes.SHA256(), 32, salt=self.room, info=purpose).derive(secret.encode())
            for secret in settings.PERSONAL_DATA_KEYS
        ]

    def seal(self, text: str) -> str:
        """The text encrypted; twice the same text gives two different results."""
        return self._lock().encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """The text again. Raises Unreadable when its key is gone."""
        try:
            return self._lock().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable from None

    def _lock(self) -> MultiFernet:
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in self.derived(b"seal")])
