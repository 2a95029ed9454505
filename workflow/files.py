"""Uploads: what a record's file carries, and the check that refuses dangerous or oversized ones with a sentence."""

from __future__ import annotations

import hashlib
import secrets
import zipfile
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

TYPES = {
    "pdf": (b"%PDF-", "application/pdf"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "docx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
PAPERS = ("pdf",)
EVIDENCE = ("pdf", "png", "jpg", "jpeg", "docx", "xlsx")


def stored_path(instance, filename: str) -> str:
    """A path that says nothing about its content and cannot be guessed."""
    suffix = PurePath(filename).suffix.lower()[:6]
    return f"{instance._meta.app_label}/{secrets.token_hex(2)}/{secrets.token_hex(16)}{suffix}"


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


def check_head(name: str | None, head: bytes) -> None:
    """Whether a file begins as its name says."""
    suffix = _suffix(name)
    if not head.startswith(TYPES[suffix][0]):
        raise ValidationError(
            _("The content of the file does not match its name. Save it again as %(kind)s.") % {"kind": suffix.upper()}
        )


def check_upload(upload, kinds=EVIDENCE) -> None:
    """Raise ValidationError with the cause and the way out when a file may not be stored."""
    check_announced(upload.name, upload.size, kinds)
    upload.seek(0)
    check_head(upload.name, upload.read(8))
    upload.seek(0)
    if _suffix(upload.name) in {"docx", "xlsx"}:
        _check_office(upload)
    upload.seek(0)


def _check_office(upload) -> None:
    """Office files are archives: refuse macros and archives that unpack to far more than they weigh."""
    try:
        with zipfile.ZipFile(upload) as archive:
            infos = archive.infolist()
    except zipfile.BadZipFile as error:
        raise ValidationError(_("The file is damaged or password-protected. Save it again, then upload.")) from error
    if any(info.filename.lower().endswith("vbaproject.bin") for info in infos):
        raise ValidationError(_("The file contains macros. Save it without macros, then upload again."))
    if sum(info.file_size for info in infos) > 40 * settings.UPLOAD_MAX_BYTES:
        raise ValidationError(_("The file unpacks to too much data. Save it again, then upload."))


class StoredFile(models.Model):
    """Base of every stored file: original name, size, type and SHA-256, set by `hold()`."""

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
        """Take over an uploaded file that passed `check_upload`; does not save the row."""
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
        suffix = PurePath(upload.name).suffix.lower().lstrip(".")
        self.file, self.name, self.size = upload, PurePath(upload.name).name[:200], upload.size
        self.sha256, self.content_type = digest.hexdigest(), TYPES[suffix][1]
        self.uploaded_by = actor
        return self
