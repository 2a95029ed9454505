"""Asks ClamAV whether a file is malware (docs/files.md): a scanner that does not answer is no permission.

The protocol is clamd's INSTREAM: the file in pieces with their lengths, an empty piece, one line back.
"""

from __future__ import annotations

import hashlib
import logging
import re
import socket
import struct
import time
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import sender
from workflow.mandate import mandate_of
from workflow.models import LogEntry

log = logging.getLogger(__name__)
UPLOAD_LOG = "workflow.upload"
CONNECT_SECONDS, SECONDS = 2, 9
"""How long the scanner may take to pick up, and in all: a page never waits longer."""
PIECE = 64 * 1024
LONGEST_ANSWER = 4096
AWAY = "scanner_away"
"""Code of the refusal that passes by itself."""
_FOUND = re.compile(r"stream: (.+) FOUND")


class ScannerAway(Exception):
    """The scanner gave no answer, or none that can be understood."""


def is_on() -> bool:
    """Whether uploads are scanned here."""
    return bool(settings.CLAMD)


def scan(content: bytes) -> str:
    """The name of the malware, or an empty string. Raises ScannerAway."""
    until = time.monotonic() + SECONDS
    try:
        with _connected() as line:
            _send(line, content, until)
            answer = _heard(line, until)
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    if answer == "stream: OK":
        return ""
    if match := _FOUND.fullmatch(answer):
        return "".join(c for c in match[1] if c.isprintable())[:120]
    raise ScannerAway(answer[:200] or "no answer")


def refuse_malware(content: bytes) -> None:
    """Raise ValidationError where a file is malware, or where that cannot be found out now."""
    if not is_on():
        return
    try:
        name = scan(content)
    except ScannerAway as away:
        log.error("scanner of uploads is away: %s", away)
        raise ValidationError(
            _(
                "The file cannot be checked for malware at the moment, so it was not stored. Nothing else is lost: "
                "try again in a few minutes."
            ),
            code=AWAY,
        ) from away
    if name:
        _write_down(name, content)
        raise ValidationError(
            _("The file contains malware (%(name)s) and was not stored. Tell your IT support and check your computer.")
            % {"name": name},
            code="malware",
        )


def _write_down(name: str, content: bytes) -> None:
    """Who sent what: the finding and a checksum, never content or file name."""
    facts = {"malware": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    log.warning("malware in an upload: %(malware)s, %(size)d bytes, SHA-256 %(sha256)s", facts)
    actor = sender.current()
    mandate = mandate_of(actor) if actor is not None else None
    with transaction.atomic():
        LogEntry(
            at=timezone.now(),
            flow=UPLOAD_LOG,
            record_id=0,
            record_code="",
            action="malware",
            actor=actor,
            role=getattr(actor, "acting_role", "") or "",
            capacity=mandate.kind if mandate else "",
            on_behalf_of_id=mandate.principal_id if mandate else None,
            organisation=getattr(actor, "acting_organisation_name", "") or "",
            data=facts,
        ).save(force_insert=True)


def _connected() -> socket.socket:
    where = urlsplit(settings.CLAMD)
    if where.scheme == "tcp":
        return socket.create_connection((where.hostname, where.port), CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(CONNECT_SECONDS)
        line.connect(where.path)
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, content: bytes, until: float) -> None:
    """The whole file. A scanner that has heard enough says so and hangs up: its answer counts."""
    with suppress(BrokenPipeError, ConnectionResetError):
        _say(line, b"zINSTREAM\0", until)
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            _say(line, struct.pack("!L", len(piece)) + piece, until)
        _say(line, struct.pack("!L", 0), until)


def _say(line: socket.socket, what: bytes, until: float) -> None:
    line.settimeout(_left(until))
    line.sendall(what)


def _heard(line: socket.socket, until: float) -> str:
    found = b""
    while b"\0" not in found:
        line.settimeout(_left(until))
        piece = line.recv(1024)
        if not piece:
            break
        found += piece
        if len(found) > LONGEST_ANSWER:
            raise ScannerAway("the answer does not end")
    return found.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
