"""Files on their way: sent in pieces, resumed where the line broke, attached to a need once they are whole."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from regions.models.needs import KEY_LENGTH, TrainingNeed


class UploadKind(models.TextChoices):
    LETTER = "letter"
    EVIDENCE = "evidence"


def new_token() -> str:
    """A name in the address that cannot be guessed."""
    return secrets.token_urlsafe(18)


class Upload(models.Model):
    """One file that a person is sending. Kept for a while after it is attached, so that a late repeat is recognised."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    need = models.ForeignKey(TrainingNeed, models.CASCADE, related_name="uploads")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    client_key = models.CharField(max_length=KEY_LENGTH)
    kind = models.CharField(max_length=10, choices=UploadKind)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    details = models.JSONField(default=dict)
    """The fields of its form as typed: type of evidence, or number, date and subject of the letter."""
    received = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now, db_index=True)
    done_at = models.DateTimeField(null=True, blank=True)
    paper = models.JSONField(default=dict)
    """What was told of the paper when it was attached: repeated to whoever asks again."""

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "need", "client_key"], name="one_upload_per_client_key"),
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="no_more_received_than_announced"),
        ]

    def __str__(self):
        return self.token

    @property
    def is_whole(self) -> bool:
        """Whether every piece is there."""
        return self.received == self.size


class UploadPiece(models.Model):
    """A piece of an unfinished file. In the database, so that what was received and how much of it never differ."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="pieces")
    offset = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["upload", "offset"]
        constraints = [models.UniqueConstraint(fields=["upload", "offset"], name="one_piece_per_place")]

    def __str__(self):
        return f"{self.upload_id}+{self.offset}"
