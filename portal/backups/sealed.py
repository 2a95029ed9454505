"""Files encrypted in pieces, so that neither size nor memory matters and nothing can be cut off, swapped or doubled.

    magic (17 bytes)  salt (32 bytes)  piece  piece  …  last piece

Each file has a key of its own: HKDF-SHA256 of the backup key with the file's salt. A piece is 1 MiB of content sealed
with AES-256-GCM (16 bytes longer); its nonce is its number (11 bytes) and whether it is the last (1 byte), so a file
that was cut short or put together anew does not open. `tools/open_backup.py` reads the same without the portal.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.backups import Trouble

MAGIC = b"SINERGI-BACKUP-1\n"
SALT, PIECE, TAG = 32, 1 << 20, 16
SHORTEST_KEY = 32


def usable(key: str) -> bytes:
    """The backup key, or a sentence about what is wrong with it."""
    if not key:
        raise Trouble(
            "BACKUP_KEY is not set. Put at least 32 random characters into it, or into the file of BACKUP_KEY_FILE."
        )
    if len(key) < SHORTEST_KEY or len(set(key)) < 10:
        raise Trouble("BACKUP_KEY is too weak. It needs at least 32 random characters.")
    return key.encode("utf-8")


@functools.lru_cache(maxsize=8)
def _names_key(key: bytes) -> bytes:
    return _derived(key, b"", b"sinergi backup 1 names")


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(key)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def object_name(key: bytes, sha256: str) -> str:
    """Where a content lies; says nothing about it to whoever has not got the key."""
    found = hmac.digest(_names_key(key), sha256.encode("ascii"), "sha256").hex()
    return f"files/{found[:2]}/{found[2:]}"


class Sealer:
    """Writes a sealed file; knows afterwards size and checksum of the content, and the checksum of the file itself."""

    def __init__(self, out: BinaryIO, key: bytes):
        salt = os.urandom(SALT)
        self._out, self._cipher, self._number = out, AESGCM(_derived(key, salt, b"sinergi backup 1 content")), 0
        self._waiting = bytearray()
        self._content, self._written, self.size = hashlib.sha256(), hashlib.sha256(), 0
        self._put(MAGIC + salt)

    def _put(self, data: bytes) -> None:
        self._written.update(data)
        self._out.write(data)

    def _seal(self, piece: bytes, last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._number, last), piece, MAGIC))
        self._number += 1

    def write(self, data: bytes) -> None:
        """More of the content."""
        self._content.update(data)
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) > PIECE:  # the last piece is only known at the end
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def end(self) -> None:
        """The content is complete, and on the disk."""
        self._seal(bytes(self._waiting), last=True)
        self._out.flush()
        os.fsync(self._out.fileno())

    @property
    def sha256(self) -> str:
        """Of the content."""
        return self._content.hexdigest()

    @property
    def sealed_sha256(self) -> str:
        """Of the file as it lies there."""
        return self._written.hexdigest()


def opened(file: BinaryIO, key: bytes, what: str) -> Iterator[bytes]:
    """The content of a sealed file, piece by piece; each is genuine when it comes."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Trouble(f"{what} is no sealed file of a backup.")
    salt = file.read(SALT)
    cipher, number = AESGCM(_derived(key, salt, b"sinergi backup 1 content")), 0
    piece = file.read(PIECE + TAG)
    while True:
        following = file.read(PIECE + TAG)
        try:
            yield cipher.decrypt(_nonce(number, not following), piece, MAGIC)
        except (InvalidTag, ValueError):
            cause = "it is damaged, or BACKUP_KEY is another one" if number == 0 else "it is damaged or cut short"
            raise Trouble(f"{what} cannot be opened: {cause}.") from None
        if not following:
            return
        piece, number = following, number + 1


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a text that comes in pieces."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest
