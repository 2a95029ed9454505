"""Keys for what a reader's browser keeps of drafts while it is offline (docs/offline.md).

Nothing is stored: a key follows from the server's own secrets and the user. So the same person gets the same key after
signing in again, nobody else does, and a device that has let go of the key holds noise. `PERSONAL_DATA_KEYS` are used
as for everything personal at rest: the first one seals, all of them open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def _derived(secret: str, purpose: str, user) -> bytes:
    """32 bytes for one purpose of one user."""
    info = f"{purpose}.{user.pk}".encode()
    return HKDF(hashes.SHA256(), 32, salt=b"sinergi.drafts", info=info).derive(secret.encode())


def reader_tag(user) -> str:
    """Which reader a page was made for: says nothing about the person, and differs between two of them."""
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, f"sinergi.reader.{user.pk}".encode(), hashlib.sha256).hexdigest()[:20]


def draft_keys(user) -> list[dict[str, str]]:
    """[{"id", "key"}]: the first one seals, all of them open."""
    found = []
    for secret in settings.PERSONAL_DATA_KEYS:
        key = _derived(secret, "seal", user)
        name = hashlib.sha256(b"sinergi.drafts.name" + key).hexdigest()[:12]
        found.append({"id": name, "key": base64.b64encode(key).decode()})
    return found
