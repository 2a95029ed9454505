"""What one person should know, of which kind it is, and when they want to hear of each kind."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from notices.models.mail import Outbox


class NoticeKind(models.TextChoices):
    TURN = "TURN", _("Your turn")
    DUE = "DUE", _("Due date")
    CHANGE = "CHANGE", _("What changed")
    MENTION = "MENTION", _("You were mentioned")
    TALK = "TALK", _("Conversation")
    MEETING = "MEETING", _("Meeting")


class Cadence(models.TextChoices):
    AT_ONCE = "AT_ONCE", _("At once")
    DAILY = "DAILY", _("Every working morning")
    WEEKLY = "WEEKLY", _("On Mondays")
    OFF = "OFF", _("No e-mail")


DEFAULTS = {
    NoticeKind.TURN: Cadence.AT_ONCE,
    NoticeKind.DUE: Cadence.AT_ONCE,
    NoticeKind.CHANGE: Cadence.DAILY,
    NoticeKind.MENTION: Cadence.AT_ONCE,
    NoticeKind.TALK: Cadence.DAILY,
    NoticeKind.MEETING: Cadence.AT_ONCE,
}
"""What holds for whoever chose nothing."""

SWITCHABLE = (NoticeKind.CHANGE, NoticeKind.MENTION, NoticeKind.TALK)
"""What a reader may switch off. Whose turn it is, until when and where to come is told by law of the workflow."""

ALLOWED = {kind: tuple(Cadence) if kind in SWITCHABLE else (Cadence.AT_ONCE, Cadence.DAILY) for kind in NoticeKind}
"""What may be chosen for each kind."""


class Preference(models.Model):
    """When a person wants mail of one kind. The inbox always holds everything."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=8, choices=NoticeKind)
    cadence = models.CharField(max_length=8, choices=Cadence)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_choice_per_kind"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="choice_kind_known"),
            models.CheckConstraint(
                condition=Q(cadence__in=["AT_ONCE", "DAILY"])
                | Q(kind__in=["CHANGE", "MENTION", "TALK"], cadence__in=["WEEKLY", "OFF"]),
                name="choice_allowed_for_kind",
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.kind} {self.cadence}"


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
    kind = models.CharField(max_length=8, choices=NoticeKind)
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
    batch = models.CharField(max_length=32, blank=True, help_text=_("Many records at once: they are its items"))
    count = models.PositiveIntegerField(default=1, help_text=_("How many records it speaks of"))
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.ForeignKey(Outbox, models.SET_NULL, null=True, blank=True, related_name="notices")

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notice_by_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["user", "flow", "record_id"], name="notice_by_record"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="nobody_is_told_twice"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
        ]

    def __str__(self):
        return f"{self.user_id} {self.record_code} {self.kind}"

    @property
    def is_many(self) -> bool:
        """Whether it speaks of several records, which a page of its own lists."""
        return self.count > 1

    @property
    def tells_day_only(self) -> bool:
        """Where nobody is told who did it, the minute is not told either: it would point at somebody."""
        return bool(self.action) and not self.role


class BatchItem(models.Model):
    """One record among the many that a notice speaks of."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="items")
    record_id = models.BigIntegerField()
    record_code = models.CharField(max_length=40)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["notice", "record_id"], name="counted_once_per_notice")]

    def __str__(self):
        return f"{self.notice_id} {self.record_code}"
