"""Inbox, mail waiting to leave, and how far the log has been read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership


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


class Outbox(models.Model):
    """One mail to one person. Notices that leave at the same moment travel in the same mail."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    key = models.CharField(max_length=80, unique=True)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True, help_text=_("Not sent: read before, or account closed"))
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
                name="mail_waiting",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True), name="mail_sent_or_dropped"
            )
        ]

    def __str__(self):
        return f"{self.user_id} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Whether notices can still join this mail."""
        return self.sent_at is None and self.dropped_at is None and not self.attempts


class NoticeKind(models.TextChoices):
    TURN = "TURN", _("Your turn")
    DUE = "DUE", _("Due date")
    CHANGE = "CHANGE", _("What changed")


class Notice(models.Model):
    """One thing one person should know. Text is made when it is read, in the language of whoever reads."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    membership = models.ForeignKey(
        Membership,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The capacity it is meant for"),
    )
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=6, choices=NoticeKind)
    flow = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    record_code = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=240, blank=True)
    subject_en = models.CharField(max_length=240, blank=True)
    path = models.CharField(max_length=200, blank=True, help_text=_("Address without language prefix"))
    action = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=20, blank=True)
    capacity = models.CharField(max_length=5, blank=True, help_text=_("Kind of delegation the act was done under"))
    organisation = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True)
    changes = models.JSONField(default=list, blank=True, help_text="[{label_id, label_en, before, after}]")
    mark = models.PositiveSmallIntegerField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.ForeignKey(Outbox, models.SET_NULL, null=True, blank=True, related_name="notices")

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notice_by_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="nobody_is_told_twice")]

    def __str__(self):
        return f"{self.user_id} {self.record_code} {self.kind}"
