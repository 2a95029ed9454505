"""Files that arrive in pieces: begun under a key of the page, continued from where they broke off, attached once.

Pieces lie in the database until the file is whole, so that any of the portal's processes can take the next one and
what is counted as received is received. Then the whole is checked like any other upload and becomes a paper.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from regions.models import TrainingNeed, Upload, UploadPiece
from workflow.files import AdmittedFile

PIECE = 128 * 1024
"""Some three seconds on a slow line: what a broken line costs at most."""
MOST_OPEN = 20
MOST_BYTES = 40 * 1024 * 1024
"""What one person may have on the way at a time: unfinished files, and their announced size together."""
ABANDONED_AFTER = dt.timedelta(days=7)
REMEMBERED_FOR = dt.timedelta(days=90)
"""How long a finished upload is known, so that a device that was off for weeks does not send its file a second time."""


class Quota(Exception):
    """This person has too much on the way."""


class Different(Exception):
    """The key belongs to another file."""


class Misplaced(Exception):
    """The piece does not continue what is there, or arrived damaged: go on from `upload.received`."""

    def __init__(self, upload: Upload, damaged: bool = False):
        self.upload, self.damaged = upload, damaged
        super().__init__(f"{upload.token} goes on at {upload.received}")


@transaction.atomic
def begin(need: TrainingNeed, *, owner, client_key: str, kind: str, name: str, size: int, sha256: str, details: dict):
    """(the upload, whether it is new). The same key again finds the same upload; its fields follow what is typed now.

    Raises Different where the key was used for another file, Quota where the person has too much on the way.
    """
    _lock_owner(owner)
    found = Upload.objects.select_for_update().filter(owner=owner, need=need, client_key=client_key).first()
    if found is not None:
        if (found.sha256, found.size, found.kind) != (sha256, size, kind):
            raise Different
        if found.done_at is None:
            found.details, found.touched_at = details, timezone.now()
            found.save(update_fields=["details", "touched_at"])
        return found, False
    waiting = Upload.objects.filter(owner=owner, done_at=None)
    if waiting.count() >= MOST_OPEN or (waiting.aggregate(n=Sum("size"))["n"] or 0) + size > MOST_BYTES:
        raise Quota
    about = {"kind": kind, "name": name, "size": size, "sha256": sha256, "details": details}
    return Upload.objects.create(need=need, owner=owner, client_key=client_key, **about), True


def _lock_owner(owner) -> None:
    """One person's uploads begin one after the other, so that two at a moment are counted and found."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)


@transaction.atomic
def add_piece(upload: Upload, offset: int, content: bytes, sha256: str) -> Upload:
    """Store the next piece. Raises Misplaced where it is not the next one, too long, or not what was sent."""
    fresh = Upload.objects.select_for_update().get(pk=upload.pk)
    if fresh.done_at is not None or offset != fresh.received or offset + len(content) > fresh.size or not content:
        raise Misplaced(fresh)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Misplaced(fresh, damaged=True)
    UploadPiece.objects.create(upload=fresh, offset=offset, content=content)
    fresh.received, fresh.touched_at = offset + len(content), timezone.now()
    fresh.save(update_fields=["received", "touched_at"])
    return fresh


def complete(upload: Upload, admit: Callable, attach: Callable[[Upload, AdmittedFile], dict]) -> Upload:
    """Attach a whole file, once however often and from however many sides this is called.

    `admit` lets the file through the gate, before anything is locked: that takes its time. `attach` gets what was
    admitted and says what is told of the paper. Raises Misplaced where it is not what was announced.
    """
    fresh = Upload.objects.get(pk=upload.pk)
    if fresh.done_at is not None or not fresh.is_whole:
        return fresh
    content = b"".join(bytes(piece.content) for piece in fresh.pieces.all())
    if len(content) != fresh.size or hashlib.sha256(content).hexdigest() != fresh.sha256:
        return _damaged(fresh)
    return _attached(fresh, admit(fresh, ContentFile(content, name=fresh.name)), attach)


def _damaged(upload: Upload) -> Upload:
    """What to say of pieces that are no whole file, unless it was attached and its pieces went in this moment."""
    fresh = Upload.objects.get(pk=upload.pk)
    if fresh.done_at is None:
        raise Misplaced(fresh, damaged=True)
    return fresh


@transaction.atomic
def _attached(upload: Upload, file: AdmittedFile, attach) -> Upload:
    fresh = Upload.objects.select_for_update().get(pk=upload.pk)
    if fresh.done_at is not None:
        return fresh
    fresh.paper = attach(fresh, file)
    fresh.done_at = fresh.touched_at = timezone.now()
    fresh.save(update_fields=["paper", "done_at", "touched_at"])
    fresh.pieces.all().delete()
    return fresh


def give_up(upload: Upload) -> None:
    """Forget an upload that was refused or that its owner no longer wants. What it has attached stays."""
    upload.delete()


def sweep(now: dt.datetime) -> int:
    """Delete what nobody continues, and forget what was attached long ago; how many went."""
    unfinished = Upload.objects.filter(done_at=None, touched_at__lt=now - ABANDONED_AFTER)
    finished = Upload.objects.filter(done_at__lt=now - REMEMBERED_FOR)
    return unfinished.delete()[1].get("regions.Upload", 0) + finished.delete()[1].get("regions.Upload", 0)


def first_bytes(upload: Upload) -> bytes:
    """How the file begins, from its first piece."""
    piece = upload.pieces.filter(offset=0).first()
    return bytes(piece.content[:1024]) if piece else b""
