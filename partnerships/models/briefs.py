"""The demand brief: what approved needs ask for and nothing yet meets, counted on a day and kept as it was then; and
the seats partners pledge for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import CENTRAL
from programs.models import Program, Scheme
from regions.models import FunctionalPost, NeedCycle, NeedLine, Theme
from workflow.files import StoredFile
from workflow.models import Record, Seal, known_statuses


class BriefStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    REVIEW = "REVIEW", _("Awaiting publication")
    PUBLISHED = "PUBLISHED", _("Published")
    SUPERSEDED = "SUPERSEDED", _("Superseded")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    DISCARDED = "DISCARDED", _("Discarded")


BEING_MADE = (BriefStatus.DRAFT, BriefStatus.REVIEW)
"""States in which a brief is still being made; there is one such brief per cycle."""

STOOD = (BriefStatus.PUBLISHED, BriefStatus.SUPERSEDED)
"""States of briefs that the next one is compared with."""


class Brief(Record):
    """One edition of a year's brief. Lines and their sources stay as they were counted."""

    cycle = models.ForeignKey(NeedCycle, models.PROTECT, related_name="briefs", verbose_name=_("Cycle"))
    edition = models.PositiveSmallIntegerField(_("Edition"))
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    """The edition this one is compared with."""
    counted_at = models.DateTimeField(null=True, blank=True)
    requested = models.PositiveIntegerField(default=0)
    met = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    """People whom nothing meets yet; a line counts once, however many competencies it names."""
    offices = models.PositiveIntegerField(default=0)
    provinces = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list, blank=True)
    """[[reason, people]]: what led from the former edition's people to this one's."""
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True, max_length=2000)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            known_statuses("brief_status_known", BriefStatus.values),
            models.UniqueConstraint(fields=["cycle", "edition"], name="one_brief_per_edition"),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(status__in=[s.value for s in BEING_MADE]),
                name="one_brief_being_made_per_cycle",
            ),
            models.UniqueConstraint(fields=["status"], condition=Q(status="PUBLISHED"), name="one_published_brief"),
            models.CheckConstraint(
                condition=~Q(status__in=["PUBLISHED", "SUPERSEDED", "WITHDRAWN"]) | Q(published_at__isnull=False),
                name="published_brief_has_its_date",
            ),
            models.CheckConstraint(condition=Q(requested=F("met") + F("people")), name="brief_adds_up"),
        ]

    def get_absolute_url(self):
        """The brief's page."""
        return reverse("partnerships:brief", args=[self.code])

    @property
    def title(self) -> str:
        """What the page, the paper and lists call it."""
        return str(_("Demand brief %(year)d, edition %(edition)d")) % {"year": self.cycle_id, "edition": self.edition}

    @property
    def was_superseded(self) -> bool:
        """Whether a later edition took its place."""
        return self.status == BriefStatus.SUPERSEDED

    @property
    def was_withdrawn(self) -> bool:
        """Whether it must no longer be used."""
        return self.status == BriefStatus.WITHDRAWN

    def history_since(self, user):
        """Outside the centre people read a published brief, not how it was made."""
        return None if user.acting_role in CENTRAL else self.published_at


class Audience(models.TextChoices):
    """Who reads a line: small groups are read at the centre alone, in their place others read a sum."""

    ALL = "ALL", _("Everyone who reads the brief")
    CENTRE = "CENTRE", _("The centre alone")
    OUTSIDE = "OUTSIDE", _("Everyone outside the centre")


class BriefLine(models.Model):
    """One row: a competency from one level to another, for one post, in one province, by urgency."""

    brief = models.ForeignKey(Brief, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="+", verbose_name=_("Competency"))
    post = models.ForeignKey(FunctionalPost, models.PROTECT, related_name="+", verbose_name=_("Post"))
    current_level = models.PositiveSmallIntegerField()
    target_level = models.PositiveSmallIntegerField()
    province = models.CharField(max_length=2, blank=True)
    """Empty on a sum over an island group."""
    island_group = models.CharField(max_length=30, blank=True)
    urgency = models.CharField(max_length=2, blank=True)
    requested = models.PositiveIntegerField(default=0)
    met = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    people_once = models.PositiveIntegerField(default=0)
    """Of these people, those whose line is counted here and not under another of its competencies."""
    needs = models.PositiveIntegerField(default=0)
    offices = models.PositiveIntegerField(default=0)
    modes = models.JSONField(default=dict, blank=True)
    languages = models.JSONField(default=dict, blank=True)
    audience = models.CharField(max_length=7, choices=Audience, default=Audience.ALL)
    within = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="parts")
    """The sum in which others read these people."""

    class Meta:
        ordering = ["brief", "number"]
        indexes = [models.Index(fields=["brief", "audience", "-people"], name="brief_line_by_people")]
        constraints = [
            models.UniqueConstraint(fields=["brief", "number"], name="one_brief_line_per_number"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="brief_line_audience_known"),
            models.CheckConstraint(condition=Q(requested=F("met") + F("people")), name="brief_line_adds_up"),
        ]

    def __str__(self):
        return f"{self.brief_id}/{self.number}"


class BriefSource(models.Model):
    """What one need line said when the brief was counted: so that every figure can be opened and compared later."""

    line = models.ForeignKey(BriefLine, models.CASCADE, related_name="sources", db_index=False)
    """Without an index of its own: the unique constraint begins with it."""
    need_line = models.ForeignKey(NeedLine, models.PROTECT, related_name="+")
    root = models.BigIntegerField()
    """The line this one continues through all revisions; its own number where it is the first."""
    requested = models.PositiveIntegerField()
    trained = models.PositiveIntegerField(default=0)
    seats = models.JSONField(default=dict, blank=True)
    """{code of a proposal: seats it holds}"""
    people = models.PositiveIntegerField()
    counts = models.BooleanField(default=True)
    """Whether the line's people are counted here in totals over several competencies."""

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["line", "need_line"], name="one_source_per_brief_line")]

    def __str__(self):
        return f"{self.line_id}: {self.need_line_id}"


class BriefChange(models.Model):
    """How one row differs from the former edition, and why."""

    brief = models.ForeignKey(Brief, models.CASCADE, related_name="changes")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="+")
    post = models.ForeignKey(FunctionalPost, models.PROTECT, related_name="+")
    current_level = models.PositiveSmallIntegerField()
    target_level = models.PositiveSmallIntegerField()
    province = models.CharField(max_length=2, blank=True)
    urgency = models.CharField(max_length=2, blank=True)
    before = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    kind = models.CharField(max_length=5)
    reasons = models.JSONField(default=list)
    """[[reason, code of a proposal or empty, people]]; the people add up to after - before."""
    audience = models.CharField(max_length=7, choices=Audience, default=Audience.ALL)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.brief_id}: {self.before}→{self.after}"


class BriefPaper(StoredFile):
    """The brief as a paper that anyone may check: made once per language and kept."""

    brief = models.ForeignKey(Brief, models.CASCADE, related_name="papers")
    language = models.CharField(max_length=2)
    seal = models.OneToOneField(Seal, models.PROTECT, related_name="brief_paper")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["brief", "language"], name="one_brief_paper_per_language")]


class Pledge(models.Model):
    """A partner means to give seats for a line; the draft programme it opened says how far that has come."""

    line = models.ForeignKey(BriefLine, models.PROTECT, related_name="pledges")
    partner = models.ForeignKey(Organisation, models.PROTECT, related_name="pledges")
    program = models.OneToOneField(Program, models.PROTECT, related_name="pledge")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+")
    seats = models.PositiveIntegerField(_("Seats"))
    month = models.DateField(_("Month"), null=True, blank=True)
    mode = models.CharField(_("Delivery mode"), max_length=20, blank=True)
    note = models.TextField(_("Note to the ministry"), blank=True, max_length=1000)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    client_key = models.CharField(max_length=64, editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1), name="pledge_gives_seats"),
            models.UniqueConstraint(fields=["partner", "client_key"], name="one_pledge_per_client_key"),
        ]

    def __str__(self):
        return f"{self.program_id}: {self.seats}"
