"""How far the log has been read, and what could not be told when it came up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Bookmark(models.Model):
    """How far a reader has come in the log. Notices follow from the log, so that a crash loses nothing."""

    reader = models.CharField(max_length=20, primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self):
        return f"{self.reader} #{self.seq}"


class Pending(models.Model):
    """Work that could not be finished when it came up: a time mark to announce, a log entry whose turn
    failed."""

    class Kind(models.TextChoices):
        ENTRY = "ENTRY", "log entry"
        MARK = "MARK", "time mark"

    kind = models.CharField(max_length=5, choices=Kind)
    key = models.CharField(max_length=120, unique=True)
    flow = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    seq = models.BigIntegerField(null=True, blank=True)
    mark = models.PositiveSmallIntegerField(null=True, blank=True)
    status_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="ENTRY", seq__isnull=False)
                | Q(kind="MARK", mark__isnull=False, status_since__isnull=False),
                name="pending_says_what",
            )
        ]

    def __str__(self):
        return self.key
