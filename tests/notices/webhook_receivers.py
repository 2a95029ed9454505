"""Servers on this computer with a temper of their own, and a certificate authority nobody else knows.

Each test says what its server does; the server keeps every request it got.
"""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "penerima.mitra.example"


@dataclass(frozen=True)
class Got:
    """One request as it came over the line."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> dict:
        """The body as JSON."""
        return json.loads(self.body)


@cache
def authority():
    """(certificate, key) of an authority that signs for the tests."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests of Sinergi")])
    return _built(name, name, key.public_key(), key, authority=True), key


def _built(subject, issuer, public, key, *, authority=False, names=()):
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=3650))
        .not_valid_after(now + dt.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    return builder.sign(key, hashes.SHA256())


def write_authority(folder: Path) -> str:
    """A file with the authority's certificate, for WEBHOOK_CA_FILE."""
    path = folder / "authority.pem"
    path.write_bytes(authority()[0].public_bytes(serialization.Encoding.PEM))
    return str(path)


def write_certificate(folder: Path, *names: str) -> str:
    """A file with a key and a certificate for these names, signed by the authority."""
    issuer, issuer_key = authority()
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    made = _built(subject, issuer.subject, key.public_key(), issuer_key, names=names)
    path = folder / f"{names[0]}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(path)


def answer(code: int = 200, body: bytes = b"ok", **headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {code} X", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Receiver:
    """Listens on a port of 127.0.0.1. `talk(line, got)` does what it likes with the line after a request was read."""

    certificate: str
    talk: Callable[[socket.socket, Got], None] = lambda line, got: line.sendall(answer())
    before: Callable[[socket.socket], None] | None = None
    """Instead of TLS: what happens as soon as somebody connects."""
    port: int = 0
    got: list[Got] = field(default_factory=list)
    met: int = 0

    def __post_init__(self):
        self.stopped = threading.Event()
        self._door = socket.create_server(("127.0.0.1", self.port))
        self.port = self._door.getsockname()[1]
        self._trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._trust.load_cert_chain(self.certificate)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        self.stopped.set()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _serve(self) -> None:
        while not self.stopped.is_set():
            try:
                line, _address = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._meet, args=(line,), daemon=True).start()

    def _meet(self, line: socket.socket) -> None:
        self.met += 1
        with suppress(OSError, ssl.SSLError, ValueError), line:
            line.settimeout(20)
            if self.before is not None:
                self.before(line)
                return
            with self._trust.wrap_socket(line, server_side=True) as safe:
                got = _read(safe)
                self.got.append(got)
                self.talk(safe, got)


def _read(line) -> Got:
    file = line.makefile("rb")
    first = file.readline().decode().strip()
    headers = {}
    while (row := file.readline().decode().strip()) != "":
        name, _colon, value = row.partition(":")
        headers[name.lower()] = value.strip()
    return Got(first, headers, file.read(int(headers.get("content-length", 0))))
