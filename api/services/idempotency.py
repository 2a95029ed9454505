"""Each write is done once, however often it arrives: its key is stored in the transaction of the act.

Two that come at once: the second is told to wait, by an advisory lock that ends with the transaction. When a process
dies in between, act and key are undone together; when it dies after the commit, the stored answer is given again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AccessToken
from api.models import IdempotencyKey
from api.problems import Problem

KEPT = dt.timedelta(hours=24)
HEADER = "Idempotency-Key"


@dataclass(frozen=True)
class Stored:
    """What a write answered."""

    status: int
    body: str = ""
    location: str = ""
    again: bool = False
    """Whether it was done before, and is only told again."""


def once(request, act: Callable[[], Stored]) -> Stored:
    """The answer to a write, done now or given again."""
    key = request.headers.get(HEADER, "").strip()
    _check(key)
    owner, mark = _owner(request), _fingerprint(request)
    with transaction.atomic():
        if not _is_first(owner, key):
            sentence = _("A request with this Idempotency-Key is still being worked on. Ask again in a moment.")
            raise Problem(409, sentence, headers={"Retry-After": "1"})
        row = IdempotencyKey.objects.filter(owner=owner, key=key).first()
        if row is not None and row.made_at < timezone.now() - KEPT:
            row.delete()
            row = None
        again = row is not None
        if row is not None and row.fingerprint != mark:
            raise Problem(422, _("This Idempotency-Key was used for another request. Use a new key for each write."))
        if row is None:
            done = act()
            row = IdempotencyKey.objects.create(
                owner=owner, key=key, fingerprint=mark, status=done.status, body=done.body, location=done.location
            )
    return Stored(row.status, row.body, row.location, again)


def _check(key: str) -> None:
    if not key:
        sentence = _("Send the header Idempotency-Key with a new random value for each write, for example a UUID.")
        raise Problem(400, errors=[(HEADER, sentence)])
    if len(key) > 200 or not key.isascii() or not key.isprintable():
        raise Problem(400, errors=[(HEADER, _("Use at most 200 plain characters."))])


def _owner(request) -> str:
    if isinstance(request.auth, AccessToken):
        return f"token:{request.auth.pk}"
    return f"user:{request.user.pk}:{request.user.acting.pk if request.user.acting else 0}"


def _fingerprint(request) -> str:
    """Of what was asked; files by their content."""
    parts: list = [request.method, request.path, request.headers.get("If-Match", "")]
    data = request.data
    if hasattr(data, "lists"):
        for name, values in sorted(data.lists()):
            parts += [[name, _sum(value) if hasattr(value, "chunks") else value] for value in values]
    else:
        parts.append(data)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "replace")).hexdigest()


def _sum(upload) -> str:
    found = hashlib.sha256(str(upload.name).encode("utf-8", "replace"))
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()


def _is_first(owner: str, key: str) -> bool:
    number = int.from_bytes(hashlib.sha256(f"api:{owner}:{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return cursor.fetchone()[0]


def forget() -> int:
    """Remove keys whose time is over."""
    return IdempotencyKey.objects.filter(made_at__lt=timezone.now() - KEPT).delete()[0]
