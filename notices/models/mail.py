"""Mail that waits to leave, and how the way to the mail server is."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership


class Outbox(models.Model):
    """One mail to one person: the notices that leave at the same moment, or one letter. A row is never sent twice under
    two names: its number and birth make the Message-ID of every try."""

    class Dropped(models.TextChoices):
        READ = "READ", _("Read, done or overtaken before it left")
        MERGED = "MERGED", _("Travelled with another mail")
        CLOSED = "CLOSED", _("The account or the role has ended")
        UNWANTED = "UNWANTED", _("Switched off by the reader")
        GIVEN_UP = "GIVEN_UP", _("Given up by an operator")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    key = models.CharField(max_length=160, unique=True, help_text=_("Who is told of what: the same event never twice"))
    is_digest = models.BooleanField(default=False, help_text=_("Waited for the morning; leaves after what is urgent"))
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    in_doubt = models.BooleanField(
        default=False, help_text=_("A try was begun and nobody knows how it ended: it may have arrived")
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_for = models.CharField(max_length=8, choices=Dropped, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True, help_text=_("No further try until an operator asks"))
    last_error = models.CharField(max_length=300, blank=True)
    flow = models.CharField(max_length=40, blank=True, help_text=_("A letter: the table it speaks of"))
    record_id = models.BigIntegerField(null=True, blank=True)
    seq = models.BigIntegerField(null=True, blank=True, help_text=_("A letter: the log entry that caused it"))
    membership = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
                name="mail_waiting",
            ),
            models.Index(
                fields=["user", "due_at"],
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
                name="mail_waiting_for",
            ),
            models.Index(fields=["-sent_at"], condition=Q(sent_at__isnull=False), name="mail_sent_last"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True), name="mail_sent_or_dropped"
            ),
            models.CheckConstraint(
                condition=Q(seq__isnull=True, flow="") | Q(seq__isnull=False, record_id__isnull=False) & ~Q(flow=""),
                name="letter_says_of_what",
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def is_letter(self) -> bool:
        """Whether it is a letter of its own rather than a list of notices."""
        return self.seq is not None

    @property
    def is_open(self) -> bool:
        """Whether notices can still join this mail: it has surely not left yet."""
        return self.sent_at is None and self.dropped_at is None and not self.in_doubt and not self.is_letter


class MailRoute(models.Model):
    """How the mail server answers: one row. While it does not, no mail is tried and none counts as failed."""

    name = models.CharField(max_length=20, primary_key=True, default="smtp")
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.name
