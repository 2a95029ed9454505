"""Meetings: whom is asked, what is on the table, who said yes, who came, what was decided and who does what by when."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import READERS, Role
from workflow.models import Record, known_statuses

ORGANISER = "ORGANISER"
"""What somebody is on a meeting besides their role: a member of the organisation that calls it."""
GUEST = "GUEST"
"""What refusals call those who are asked to come; no act of a table is theirs."""
DOER = "DOER"
"""What somebody is on an action point besides their role: of those who were asked to do it."""


class MeetingKind(models.TextChoices):
    COORDINATION = "COORDINATION", _("Coordination meeting")
    MATCHMAKING = "MATCHMAKING", _("Matchmaking forum")
    PANEL = "PANEL", _("Panel")
    BILATERAL = "BILATERAL", _("Bilateral talk")


class MeetingStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    PLANNED = "PLANNED", _("Planned")
    HELD = "HELD", _("Held")
    MINUTED = "MINUTED", _("Minutes published")
    CANCELLED = "CANCELLED", _("Cancelled")


class Meeting(Record):
    """One meeting. Calendars know it by `uid`; each change that they must follow raises `sequence`."""

    kind = models.CharField(_("Kind"), max_length=12, choices=MeetingKind)
    title = models.CharField(_("Subject"), max_length=160)
    purpose = models.TextField(_("Purpose of the meeting"), max_length=2000, blank=True)
    organiser = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("Begins"))
    ends_at = models.DateTimeField(_("Ends"))
    zone = models.CharField(_("Clock of the place"), max_length=40, default="Asia/Jakarta")
    place = models.CharField(_("Place"), max_length=200, blank=True)
    link = models.URLField(_("Video link"), max_length=300, blank=True, help_text=_("https:// only"))
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    minutes = models.TextField(_("Minutes"), max_length=20000, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text=_("When the invitations left"))
    minuted_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When time or place last changed after the invitations had left")
    )

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["starts_at"], name="meeting_by_start")]
        constraints = [
            known_statuses("meeting_status_known", MeetingStatus.values),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="meeting_kind_known"),
            models.CheckConstraint(
                condition=Q(link="") | Q(link__startswith="https://"), name="meeting_link_is_encrypted"
            ),
        ]

    def get_absolute_url(self) -> str:
        """The meeting's page."""
        return reverse("forum:meeting", args=[self.code])

    @property
    def time_zone(self) -> str:
        """The clock of the place."""
        return self.zone

    @property
    def is_planned_only(self) -> bool:
        """Whether it still lies ahead: neither cancelled nor recorded as held."""
        return self.status in {MeetingStatus.DRAFT, MeetingStatus.PLANNED}

    @property
    def is_announced(self) -> bool:
        """Whether those who are asked to come know of it."""
        return self.sent_at is not None and self.status != MeetingStatus.DRAFT

    @property
    def has_begun(self) -> bool:
        """Whether it began."""
        return self.starts_at <= timezone.now()

    def waits_for(self) -> tuple[str, ...]:
        """Its organiser has something to do: send it, record it as held once it is over, publish the minutes."""
        if self.status == MeetingStatus.PLANNED:
            return (ORGANISER,) if self.ends_at <= timezone.now() else ()
        return (ORGANISER,) if self.state.waits_for else ()

    def history_since(self, user):
        """What a draft went through is its organiser's own affair; auditors read everything."""
        own = user.acting_organisation is not None and user.acting_organisation.pk == self.organiser_id
        return None if own or user.acting_role in READERS else self.sent_at

    @property
    def turn_since(self):
        """A planned meeting waits for its organiser only once it is over."""
        return self.ends_at if self.status == MeetingStatus.PLANNED and self.waits_for() else self.status_since


class Invitee(models.Model):
    """An organisation that is asked to come: everyone in it, or those who hold one post there."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitees")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role, blank=True, help_text=_("Empty: the whole organisation"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "organisation", "role"], name="invited_once_per_meeting")
        ]

    def __str__(self):
        return f"{self.meeting_id} {self.organisation_id} {self.role}"


class AgendaItem(models.Model):
    """One point of the agenda, on a record or on none."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("How long it may take"))
    flow = models.CharField(max_length=40, blank=True)
    record_id = models.BigIntegerField(null=True, blank=True)
    record_code = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["flow", "record_id"], name="agenda_by_record")]

    def __str__(self):
        return self.title


class Reply(models.TextChoices):
    YES = "YES", _("Coming")
    MAYBE = "MAYBE", _("Perhaps")
    NO = "NO", _("Not coming")


class Answer(models.Model):
    """What a person who was asked said; the last one counts."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="answers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role, blank=True, help_text=_("The post it was given in"))
    reply = models.CharField(max_length=5, choices=Reply)
    note = models.CharField(max_length=300, blank=True)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="one_answer_per_person"),
            models.CheckConstraint(condition=Q(reply__in=Reply.values), name="reply_known"),
        ]

    def __str__(self):
        return f"{self.meeting_id} {self.user_id} {self.reply}"


class Attendance(models.Model):
    """How many people of an invited organisation came; no names are kept."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendance")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    people = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "organisation"], name="attendance_once_per_organisation")
        ]

    def __str__(self):
        return f"{self.meeting_id} {self.organisation_id} {self.people}"


class Decision(models.Model):
    """One thing the meeting decided; taken into the record's log where its agenda item names one."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="decisions")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=1000)
    item = models.ForeignKey(AgendaItem, models.SET_NULL, null=True, blank=True, related_name="decisions")
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.text[:60]


class ActionStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    OPEN = "OPEN", _("Open")
    DONE = "DONE", _("Done")
    DROPPED = "DROPPED", _("Dropped")


class ActionPoint(Record):
    """What a meeting asked somebody to do by a day. It stays on their dashboard until it is closed."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="actions")
    decision = models.ForeignKey(Decision, models.SET_NULL, null=True, blank=True, related_name="actions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("Who does it"))
    role = models.CharField(max_length=12, choices=Role, blank=True, help_text=_("Empty: anyone of the organisation"))
    text = models.CharField(_("What is to be done"), max_length=300)
    due_on = models.DateField(_("By"))
    outcome = models.TextField(max_length=1000, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [known_statuses("action_status_known", ActionStatus.values)]

    def get_absolute_url(self) -> str:
        """The action point's page."""
        return reverse("forum:action", args=[self.code])

    @property
    def title(self) -> str:
        """What is to be done."""
        return self.text

    @property
    def time_zone(self) -> str:
        """The clock of whoever does it: their day ends there."""
        return self.organisation.time_zone

    def waits_for(self) -> tuple[str, ...]:
        """Whoever was asked to do it."""
        return (DOER,) if self.state.waits_for else ()


class MinutesEdition(models.Model):
    """What published minutes said before they were corrected: text, attendance and decisions, whole."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    attendance = models.JSONField(default=list)
    decisions = models.JSONField(default=list)
    reason = models.CharField(max_length=300, help_text=_("Why the next edition followed"))
    replaced_at = models.DateTimeField(default=timezone.now)
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="edition_once_per_meeting")]

    def __str__(self):
        return f"{self.meeting_id} {self.number}"
