"""A certificate authority for demonstrations and tests: a key on this computer's disk, without any legal force."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

MARK = "CONTOH/DEMO - tidak berkekuatan hukum"
"""Stands in every certificate this authority makes, so that no program shows one as genuine."""
NAME = "Sinergi CONTOH/DEMO Root CA"
KEY, ROOT = "demo-ca.key.pem", "demo-ca.pem"
YEARS = 10


@dataclass(frozen=True)
class Authority:
    """Key and certificate of the authority, PEM."""

    key: bytes
    root: bytes


def load(folder: Path) -> Authority | None:
    """The authority in a folder; None where there is none, or its key is open to others."""
    try:
        if (folder / KEY).stat().st_mode & 0o077:
            return None
        return Authority((folder / KEY).read_bytes(), (folder / ROOT).read_bytes())
    except OSError:
        return None


def root_of(folder: Path) -> bytes:
    """The authority's own certificate, or nothing."""
    try:
        return (folder / ROOT).read_bytes()
    except OSError:
        return b""


def make(folder: Path, now: dt.datetime) -> Authority:
    """The authority in a folder; made where there is none yet. The key is readable by its owner alone."""
    if existing := load(folder):
        return existing
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = _new(now)
    _write(folder / KEY, made.key, 0o600)
    _write(folder / ROOT, made.root, 0o644)
    return made


def _write(path: Path, content: bytes, mode: int) -> None:
    """All or nothing, with its mode from the first byte on."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        part.unlink()
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    os.replace(part, path)


def _new(now: dt.datetime) -> Authority:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = subject(NAME, "Sinergi")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=365 * YEARS))  # the demo plays years that lie behind
        .not_valid_after(now + dt.timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Authority(pem, built.public_bytes(serialization.Encoding.PEM))


def subject(name: str, organisation: str):
    """A subject with the mark of the demo; names longer than the standard allows are cut."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64] or "Sinergi"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )


def issue(authority: Authority, name: str, organisation: str, at: dt.datetime) -> tuple[bytes, bytes]:
    """(key, certificate) for one signature of a post; the key lives as long as the signing and is kept nowhere."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    root = x509.load_pem_x509_certificate(authority.root)
    signs = serialization.load_pem_private_key(authority.key, None)
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(subject(name, organisation))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - dt.timedelta(minutes=5))
        .not_valid_after(at + dt.timedelta(days=730))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signs.public_key()), critical=False)
        .sign(signs, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem, built.public_bytes(serialization.Encoding.PEM)
