"""Conversations: who is in the room is chosen when the thread is opened, and stands in the thread."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from regions.models import Theme
from workflow.calendar import WIB
from workflow.files import StoredFile
from workflow.table import State


class Audience(models.TextChoices):
    """Who may read and write; what each means for whom is `forum.rules.access`."""

    OFFICE = "OFFICE", _("Own office")
    REGION = "REGION", _("Own region: the province and its offices")
    REGION_MINISTRY = "REGION_MINISTRY", _("Region and ministry")
    MINISTRY = "MINISTRY", _("Ministry only")
    PARTNER = "PARTNER", _("With named partners")
    MEMBERS = "MEMBERS", _("All members")


class ThreadStatus(models.TextChoices):
    OPEN = "OPEN", _("Open")
    RESOLVED = "RESOLVED", _("Resolved")


STATES = {
    ThreadStatus.OPEN.value: State(ThreadStatus.OPEN, ThreadStatus.OPEN.label, tone="blue", icon="chat-left-text"),
    ThreadStatus.RESOLVED.value: State(
        ThreadStatus.RESOLVED, ThreadStatus.RESOLVED.label, tone="green", icon="check-circle-fill", final=True
    ),
}


class Thread(models.Model):
    """A conversation on a record or on an open topic. On a record, only who may see the record sees the thread."""

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(_("Subject"), max_length=160)
    audience = models.CharField(_("Audience"), max_length=16, choices=Audience)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", help_text=_("The office or unit that opened it")
    )
    province = models.CharField(
        max_length=2, blank=True, help_text=_("Province code of a regional audience; empty: no region is meant")
    )
    flow = models.CharField(max_length=40, blank=True, help_text=_("Table of the record; empty: an open topic"))
    record_id = models.BigIntegerField(null=True, blank=True)
    record_code = models.CharField(max_length=40, blank=True)
    theme = models.ForeignKey(Theme, models.PROTECT, null=True, blank=True, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    last_message_at = models.DateTimeField(default=timezone.now)
    message_count = models.PositiveIntegerField(default=0, help_text=_("Without deleted messages"))
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(
        default=1, help_text=_("Counts what changes who is in the room, or its state")
    )
    key = models.CharField(max_length=40, blank=True, help_text=_("Made by the form: a thread sent twice opens once"))

    class Meta:
        ordering = ["-last_message_at", "-pk"]
        indexes = [
            models.Index(fields=["flow", "record_id"], name="thread_by_record"),
            models.Index(fields=["-last_message_at"], name="thread_by_news"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="thread_audience_known"),
            models.CheckConstraint(
                condition=Q(flow="", record_id__isnull=True) | (~Q(flow="") & Q(record_id__isnull=False)),
                name="thread_on_a_record_or_a_topic",
            ),
            models.CheckConstraint(
                condition=~Q(audience__in=["REGION", "REGION_MINISTRY"]) | ~Q(province=""),
                name="thread_region_is_named",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="thread_resolved_by_somebody",
            ),
            models.UniqueConstraint(fields=["opened_by", "key"], condition=~Q(key=""), name="thread_opened_once"),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self) -> str:
        """The thread's page."""
        return reverse("forum:thread", args=[self.code])

    @property
    def is_open(self) -> bool:
        """Whether the matter is still discussed."""
        return self.resolved_at is None

    @property
    def status(self) -> str:
        """Open or resolved, for whoever shows or compares it; a thread has no table."""
        return ThreadStatus.OPEN if self.is_open else ThreadStatus.RESOLVED

    @property
    def state(self) -> State:
        """The same as a state: label, tone and icon."""
        return STATES[self.status]

    @property
    def time_zone(self) -> str:
        """The clock of the office that opened it."""
        return self.organisation.time_zone or WIB


class Party(models.Model):
    """An organisation named in a thread with partners."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["thread", "organisation"], name="party_once_per_thread")]

    def __str__(self):
        return f"{self.thread_id} {self.organisation_id}"


class MessageKind(models.TextChoices):
    TEXT = "TEXT", _("Message")
    WIDENED = "WIDENED", _("Audience widened")
    RESOLVED = "RESOLVED", _("Resolved")
    REOPENED = "REOPENED", _("Reopened")


class Message(models.Model):
    """One contribution. Deleting leaves a tombstone: the row stays, what it said is gone."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=8, choices=MessageKind, default=MessageKind.TEXT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, help_text=_("The role it was written in"))
    capacity = models.CharField(max_length=5, blank=True)
    text = models.TextField(blank=True, max_length=8000, help_text=_("Markdown; empty once deleted"))
    data = models.JSONField(default=dict, blank=True, help_text=_("Of a widening: who was in the room and who is"))
    quotes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True, help_text=_("Taken into the record's log"))
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    key = models.CharField(
        max_length=40, blank=True, help_text=_("Made by the form: a message sent twice is stored once")
    )

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["thread", "id"], name="message_by_thread"),
            models.Index(fields=["author", "made_at"], name="message_by_author"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_kind_known"),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(text=""), name="deleted_message_says_nothing"
            ),
            models.UniqueConstraint(
                fields=["thread", "author", "key"], condition=~Q(key=""), name="message_stored_once"
            ),
        ]

    def __str__(self):
        return f"{self.thread_id}/{self.pk}"

    @property
    def is_deleted(self) -> bool:
        """Whether only the tombstone is left."""
        return self.deleted_at is not None

    @property
    def is_text(self) -> bool:
        """Whether a person wrote it, rather than the portal."""
        return self.kind == MessageKind.TEXT

    @property
    def edit_mark(self) -> str:
        """What an edit form carries along, so that two open forms do not overwrite each other."""
        return self.edited_at.isoformat() if self.edited_at else ""


class MessageVersion(models.Model):
    """What a message said before it was edited."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="versions")
    text = models.TextField()
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.message_id} {self.replaced_at:%Y-%m-%d %H:%M}"


class Attachment(StoredFile):
    """A file sent with a message; it goes with it when the message is deleted."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")

    class Meta:
        ordering = ["pk"]


class Mention(models.Model):
    """A person a message calls by name; only people who may see the thread."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="mentioned_once_per_message")]

    def __str__(self):
        return f"{self.message_id} @{self.user_id}"


class Reader(models.Model):
    """How far a person has read in a thread, and whether they want to hear of it."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    last_read = models.BigIntegerField(default=0, help_text=_("Key of the last message seen"))
    follows = models.BooleanField(default=False)
    muted = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["thread", "user"], name="one_reader_per_thread"),
            models.CheckConstraint(condition=~Q(follows=True, muted=True), name="follows_or_mutes"),
        ]
        indexes = [models.Index(fields=["user", "follows"], name="reader_by_user")]

    def __str__(self):
        return f"{self.user_id} {self.thread_id}"
