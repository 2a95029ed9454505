"""One call: to an address that was checked a moment ago, within ten seconds, believing nothing that comes back."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache

from django.conf import settings
from django.utils import timezone
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from notices.masking import masked
from notices.models import Attempt
from notices.services.webhooks import guard

CONNECT_WITHIN = 5
"""Seconds for name, line and certificate together."""
TOTAL_WITHIN = 10
"""Seconds for the whole call, however slowly the answer drips."""
READ_AT_MOST = 64 * 1024
KEPT = 1024
"""Characters of the answer that its owner can look at."""
TRIED_ADDRESSES = 3
AGENT = "Sinergi-Webhooks/1"
LONGEST_PAUSE = 24 * 3600
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Call:
    """What is to be sent where. Plain data: it goes to a thread that knows no database."""

    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What came of it."""

    code: int | None = None
    error: str = ""
    took_ms: int = 0
    text: str = ""
    retry_after: int | None = None
    """Seconds the receiver asked us to wait."""

    @property
    def is_good(self) -> bool:
        """Whether the receiver took it."""
        return not self.error


@dataclass
class _Watch:
    """Ends a call when its time is over, wherever it stands: a timeout of the line begins anew with every byte."""

    seconds: float
    is_over: bool = False
    _lines: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self):
        self._timer = threading.Timer(self.seconds, self._end)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_error):
        self._timer.cancel()
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()

    def over(self, line: socket.socket) -> None:
        """Watch a line too. A copy of its number, because TLS takes the line itself away from us."""
        with self._lock:
            self._lines.append(socket.socket(fileno=os.dup(line.fileno())))
        if self.is_over:
            self._end()

    def _end(self) -> None:
        self.is_over = True
        with self._lock:
            for line in self._lines:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)


class _Watched:
    """A connection whose line is watched from its first byte on."""

    watch: _Watch

    def _new_conn(self):
        line = super()._new_conn()
        self.watch.over(line)
        return line


class _Plain(_Watched, HTTPConnection):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


def call(wanted: Call, *, resolver: Callable[[str, int], list[str]] = guard.resolve) -> Answer:
    """Send one message and say what came of it. Never raises for anything the other side does."""
    began = time.monotonic()
    with _Watch(TOTAL_WITHIN) as watch:
        try:
            answer = _called(wanted, resolver, began, watch)
        except guard.Unfit:
            answer = Answer(error=Attempt.Error.ADDRESS)
        except (ssl.SSLError, OSError, HTTPError, http.client.HTTPException, ValueError) as error:
            answer = Answer(error=_meaning(error, watch, began))
    return Answer(answer.code, answer.error, round((time.monotonic() - began) * 1000), answer.text, answer.retry_after)


def _called(wanted: Call, resolver, began: float, watch: _Watch) -> Answer:
    target = guard.checked_url(wanted.url)
    connection = _connected(
        target, guard.addresses_of(target, resolver=resolver, patience=CONNECT_WITHIN), began, watch
    )
    try:
        headers = {
            "Host": target.host_header,
            "User-Agent": f"{AGENT} (+{settings.SITE_URL})",
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
            **wanted.headers,
        }
        connection.timeout = TOTAL_WITHIN
        connection.sock.settimeout(max(TOTAL_WITHIN - (time.monotonic() - began), 0.1))
        connection.request(
            "POST", target.path, body=wanted.body, headers=headers, preload_content=False, decode_content=False
        )
        response = connection.getresponse()
        # The status line is the answer. What follows is only kept for people to look at: however it ends, it changes
        # nothing, or a receiver that took the message would get it again.
        return _said(response.status, response.headers, _beginning_of(response))
    finally:
        connection.close()


def _connected(target: guard.Target, addresses: list, began: float, watch: _Watch):
    """A line to one of the checked addresses; the certificate must be that of the name."""
    trouble: Exception = OSError("no address")
    for address in addresses[:TRIED_ADDRESSES]:
        left = CONNECT_WITHIN - (time.monotonic() - began)
        if left <= 0:
            raise TimeoutError
        if target.scheme == "http":
            connection = _Plain(str(address), target.port, timeout=left)
        else:
            connection = _Secure(
                str(address),
                target.port,
                timeout=left,
                server_hostname=target.host,
                ssl_context=_trust(settings.WEBHOOK_CA_FILE),
            )
        connection.watch = watch
        try:
            connection.connect()
        except (ssl.SSLCertVerificationError, ssl.CertificateError):
            connection.close()
            raise
        except (OSError, HTTPError) as error:
            connection.close()
            trouble = error
        else:
            return connection
    raise trouble


@cache
def _trust(own_authority: str) -> ssl.SSLContext:
    """Whose certificates count: those of the system, and of the operator's own authority where there is one. Read once:
    it takes longer than many a call."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if own_authority:
        context.load_verify_locations(own_authority)
    return context


def _beginning_of(response) -> bytes:
    """What came back, up to a limit, and as far as it came."""
    found = bytearray()
    with contextlib.suppress(OSError, HTTPError, http.client.HTTPException, ValueError):
        while len(found) < READ_AT_MOST:
            piece = response.read1(READ_AT_MOST - len(found))
            if not piece:
                break
            found += piece
    return bytes(found)


def _said(code: int, headers, body: bytes) -> Answer:
    error = Attempt.Error.CODE
    if 200 <= code < 300:
        error = ""
    elif 300 <= code < 400:
        error = Attempt.Error.REDIRECT
    elif code == 410:
        error = Attempt.Error.GONE
    text = _CONTROL.sub("", body[: 4 * KEPT].decode("utf-8", "replace"))
    return Answer(code, error, text=masked(text)[:KEPT], retry_after=_pause(headers.get("Retry-After")))


def _pause(said: str | None) -> int | None:
    """How long the receiver wants us to wait: seconds, or a date; at most a day."""
    if not said:
        return None
    said = said.strip()
    if said.isascii() and said.isdigit():
        return min(int(said[:9]), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(said)
        seconds = (until if until.tzinfo else timezone.make_aware(until)) - timezone.now()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(round(seconds.total_seconds()), 0), LONGEST_PAUSE)


def _meaning(error: Exception, watch: _Watch, began: float) -> str:
    """Which sentence its owner reads."""
    cause = error.__cause__ if isinstance(error, HTTPError) and error.__cause__ is not None else error
    if watch.is_over or isinstance(cause, TimeoutError) or "timed out" in str(error).lower():
        return Attempt.Error.TIMEOUT
    if isinstance(error, ssl.SSLError | ssl.CertificateError) or isinstance(cause, ssl.SSLError):
        return Attempt.Error.TLS
    if isinstance(cause, ConnectionRefusedError) or "establish a new connection" in str(error):
        return Attempt.Error.CONNECT
    return Attempt.Error.BROKEN
