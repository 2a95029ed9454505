"""Uploads: the one gate every file passes before it is kept (docs/files.md), and what a record's file carries."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import unicodedata
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils.translation import gettext as _

from workflow import formats
from workflow.engine import Refused
from workflow.file_sentences import mismatch, unfit
from workflow.file_types import TYPES
from workflow.inspecting import Unfit, inspected
from workflow.scanning import refuse_malware

log = logging.getLogger(__name__)

PAPERS = ("pdf",)
EVIDENCE = ("pdf", "png", "jpg", "jpeg", "docx", "xlsx")
PICTURES = ("png", "jpg", "jpeg")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How Office files begin that are encrypted, or older than DOCX and XLSX."""
LONGEST_NAME = 200
_SPACES = re.compile(r"\s+")


def stored_path(instance, filename: str) -> str:
    """A path that says nothing about its content and cannot be guessed."""
    suffix = PurePath(filename).suffix.lower()[:6]
    return f"{instance._meta.app_label}/{secrets.token_hex(2)}/{secrets.token_hex(16)}{suffix}"


def clean_name(name: str | None) -> str:
    """A file's name as it is shown: no folders, no control characters, none that turn the direction of writing."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(" " if c in "\t\r\n" else c for c in last if unicodedata.category(c)[0] != "C" or c in "\t\r\n")
    shown = _SPACES.sub(" ", unicodedata.normalize("NFC", shown)).strip(" .")
    if len(shown) > LONGEST_NAME:
        suffix = PurePath(shown).suffix[:6]
        shown = shown[: LONGEST_NAME - len(suffix)] + suffix
    return shown


def _suffix(name: str | None) -> str:
    return PurePath(name or "").suffix.lower().lstrip(".")


def check_announced(name: str | None, size: int, kinds=EVIDENCE) -> None:
    """What can be refused before a file is sent: its type by name, its size."""
    if _suffix(name) not in kinds:
        raise ValidationError(
            _("This type of file cannot be stored. Use: %(kinds)s.") % {"kinds": ", ".join(k.upper() for k in kinds)}
        )
    if size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError(
            _("The file is larger than %(limit)d MB. Make it smaller, then upload again.")
            % {"limit": settings.UPLOAD_MAX_BYTES // 1024 // 1024}
        )
    if not size:
        raise ValidationError(_("The file is empty. Choose another file."))


def check_head(name: str | None, head: bytes, kinds=EVIDENCE) -> str:
    """The kind of a file by how it begins. Its name must say the same; of a picture only that it is one, because it is
    stored anew under its own ending."""
    suffix = _suffix(name)
    if suffix == "pdf":
        head = head.lstrip(b"\x00\t\n\x0c\r \xef\xbb\xbf")
    likely = [suffix, *(kind for kind in PICTURES if kind in kinds)] if suffix in PICTURES else [suffix]
    found = next((kind for kind in likely if head.startswith(TYPES[kind][0])), "")
    if not found and not (suffix in {"docx", "xlsx"} and head.startswith(OLE)):
        raise ValidationError(mismatch(suffix))
    return found or suffix


class AdmittedFile(ContentFile):
    """A file that passed the gate: its content as it is kept, its clean name, its kind by content."""

    def __init__(self, content: bytes, name: str, kind: str):
        super().__init__(content, name=name)
        self.kind = kind


def admit(upload, kinds=EVIDENCE) -> AdmittedFile:
    """The one gate for what a person sends: allowed kind, size, structure, no malware; pictures are drawn anew.

    Raises ValidationError with the cause and the way out. What passed once passes again.
    """
    if isinstance(upload, AdmittedFile):
        check_announced(upload.name, upload.size, kinds)
        return upload
    name = clean_name(upload.name)
    check_announced(name, upload.size, kinds)
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    kind = check_head(name, content[:1024], kinds)
    try:
        kept = inspected(kind, content, largest=settings.UPLOAD_MAX_BYTES)
    except Unfit as wrong:
        raise ValidationError(unfit(wrong.key, kind), code=wrong.key) from wrong
    refuse_malware(content)
    if kind != _suffix(name):
        name = f"{PurePath(name).stem}.{kind}"
    return AdmittedFile(kept, name, kind)


def check_room(held, upload) -> None:
    """Refused where a record holds as much as a record may. `held`: its rows of files, read under the record's lock."""
    used = held.aggregate(total=models.Sum("size"))["total"] or 0
    if used + upload.size > settings.RECORD_MAX_BYTES:
        sentence = _("With this file the record would hold more than %(limit)s. Make the file smaller.")
        raise Refused([sentence % {"limit": formats.filesize(settings.RECORD_MAX_BYTES)}])


def drop_later(name: str) -> None:
    """Delete a stored file once the deletion of its row is certain. Where that fails the file stays, unreachable."""
    transaction.on_commit(lambda: default_storage.delete(name), robust=True)


class StoredFile(models.Model):
    """Base of every stored file: original name, size, type and SHA-256 of what is stored, set by `hold()`."""

    file = models.FileField(upload_to=stored_path, max_length=200)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    def hold(self, upload, *, actor=None):
        """Take over a file that was admitted, or one the portal made itself; does not save the row."""
        if isinstance(upload, UploadedFile):
            raise TypeError("An upload goes through admit() before it is held.")
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
        self.file, self.name, self.size = upload, clean_name(upload.name), upload.size
        self.sha256, self.content_type = digest.hexdigest(), TYPES[_suffix(upload.name)][1]
        self.uploaded_by = actor
        return self
