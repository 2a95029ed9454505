"""Opens a backup without the portal: `python3 open_backup.py KEYFILE FOLDER/20261126T021000Z OUT`.

Needs Python 3.11 and the package cryptography. Writes OUT/database.dump (for pg_restore) and the files below OUT/files.
Format: docs/operations/backups.md.
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC, PIECE = b"SINERGI-BACKUP-1\n", (1 << 20) + 16


def pieces(path: Path, key: bytes):
    """The content of a sealed file; InvalidTag: another key, damaged, or cut short."""
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            sys.exit(f"{path} is no sealed file.")
        cipher = AESGCM(HKDF(SHA256(), 32, file.read(32), b"sinergi backup 1 content").derive(key))
        piece, number = file.read(PIECE), 0
        while piece:
            following = file.read(PIECE)
            yield cipher.decrypt(number.to_bytes(11, "big") + bytes([not following]), piece, MAGIC)
            piece, number = following, number + 1


def put(path: Path, content, sha256: str) -> None:
    """Write a file, and stop where it is not what the manifest says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open(path, "xb") as out:
        for piece in content:
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != sha256:
        sys.exit(f"{path}: another content than the manifest says.")


def main(keyfile: Path, backup: Path, out: Path) -> None:
    """All of it."""
    key = keyfile.read_text(encoding="utf-8").strip().encode("utf-8")
    names = HKDF(SHA256(), 32, b"", b"sinergi backup 1 names").derive(key)
    head, *entries = [json.loads(line) for line in b"".join(pieces(backup / "manifest", key)).splitlines()]
    put(out / "database.dump", pieces(backup / "database", key), head["database"]["sha256"])
    for entry in entries[:-1]:
        place = hmac.digest(names, entry["sha256"].encode("ascii"), "sha256").hex()
        content = pieces(backup.parent / "files" / place[:2] / place[2:], key)
        put(out / "files" / entry["file"], content, entry["sha256"])
    print(f"{len(entries) - 1} files and the database, log head {head['log']['hash']}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
