"""A nomination: one person put forward for one of the seats of an accepted proposal."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import PARTNER, Role
from participants.models.people import Person
from partnerships.models import Proposal
from workflow.files import StoredFile
from workflow.models import Record, known_statuses


class NominationStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    ORG_ENDORSED = "ORG_ENDORSED", _("Endorsed by the office")
    SCREENING = "SCREENING", _("Screening")
    RETURNED = "RETURNED", _("Returned")
    SHORTLISTED = "SHORTLISTED", _("Shortlisted")
    RESERVE = "RESERVE", _("Reserve")
    FORWARDED = "FORWARDED", _("Forwarded to the partner")
    PARTNER_SCREENING = "PARTNER_SCREENING", _("Selection by the partner")
    ACCEPTED = "ACCEPTED", _("Accepted by the partner")
    NOT_ACCEPTED = "NOT_ACCEPTED", _("Not accepted")
    CLEARANCE = "CLEARANCE", _("Travel permits")
    READY = "READY", _("Ready to leave")
    ATTENDING = "ATTENDING", _("Attending")
    COMPLETED = "COMPLETED", _("Completed")
    INCOMPLETE = "INCOMPLETE", _("Not completed")
    FOLLOW_UP = "FOLLOW_UP", _("Follow-up")
    CLOSED = "CLOSED", _("Closed")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    REPLACED = "REPLACED", _("Replaced")
    DISQUALIFIED = "DISQUALIFIED", _("Disqualified")


S = NominationStatus
PREPARING = (S.DRAFT, S.SUBMITTED, S.ORG_ENDORSED, S.SCREENING, S.RETURNED)
"""Before the ministry has decided."""
CHOSEN = (S.SHORTLISTED, S.FORWARDED, S.PARTNER_SCREENING, S.ACCEPTED, S.CLEARANCE, S.READY)
"""Chosen and not yet there."""
PASSED = (S.COMPLETED, S.FOLLOW_UP, S.CLOSED)
"""The training was completed."""
SEATED = (*CHOSEN, S.ATTENDING, *PASSED, S.INCOMPLETE)
"""States that hold one of the proposal's seats."""
OPEN = (*PREPARING, *CHOSEN, S.RESERVE, S.ATTENDING)
"""States in which a person is not free for another training at the same time."""


PANEL = 3
"""Score sheets that count, at least, before the head decides."""


class Path(models.TextChoices):
    """How a nominee gets to the training; decides which steps exist."""

    ABROAD = "ABROAD", _("Abroad")
    REMOTE = "REMOTE", _("Online with the partner")
    IN_COUNTRY = "IN_COUNTRY", _("In the country")


def last_day_of(intake) -> dt.date:
    """The last day of an intake; an online phase may follow the one at the place of training."""
    return max(day for day in (intake.ends, intake.online_ends) if day)


class Nomination(Record):
    """One person for one seat."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="nominations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="nominations")
    path = models.CharField(max_length=10, choices=Path)
    relevance = models.TextField(_("Why this training serves the person's duties"), max_length=1000, blank=True)
    notice_read_on = models.DateField(null=True, blank=True)
    returned_from = models.CharField(max_length=20, blank=True)
    return_count = models.PositiveSmallIntegerField(default=0)

    letter_number = models.CharField(max_length=80, blank=True)
    letter_date = models.DateField(null=True, blank=True)
    stay_years = models.PositiveSmallIntegerField(null=True, blank=True)

    findings = models.JSONField(default=list, blank=True, help_text=_("Unmet conditions as found at screening"))
    findings_at = models.DateTimeField(null=True, blank=True)
    waiver_reason = models.TextField(blank=True, max_length=1000)
    panel_size = models.PositiveSmallIntegerField(default=0)
    panel_mean = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    place_in_order = models.PositiveSmallIntegerField(null=True, blank=True)

    forwarded_at = models.DateTimeField(null=True, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answer_reference = models.CharField(max_length=120, blank=True)
    departs_on = models.DateField(null=True, blank=True)

    certificate_number = models.CharField(max_length=60, blank=True)
    lesson_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    reversed_at = models.DateTimeField(null=True, blank=True, help_text=_("When the completion was taken back"))
    left_seat_at = models.DateTimeField(null=True, blank=True, help_text=_("When a chosen person gave up the seat"))
    takes_place_of = models.OneToOneField(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="successor",
        help_text=_("Whose seat a reserve took"),
    )

    report_on = models.DateField(null=True, blank=True)
    action_plan = models.TextField(blank=True, max_length=4000)
    sharing_on = models.DateField(null=True, blank=True)
    sharing_people = models.PositiveSmallIntegerField(null=True, blank=True)
    used_in_duty = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    used_on = models.DateField(null=True, blank=True)

    keep_until = models.DateField(null=True, blank=True, help_text=_("After a review: kept until this day"))
    emptied_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="nomination_by_due"),
            models.Index(fields=["proposal", "status"], name="nomination_by_proposal"),
        ]
        constraints = [
            known_statuses("nomination_status_known", NominationStatus.values),
            models.UniqueConstraint(
                fields=["proposal", "person"],
                condition=Q(status__in=[s.value for s in (*OPEN, *PASSED)]),
                name="one_open_nomination_per_person_and_proposal",
            ),
            models.CheckConstraint(
                condition=~Q(path="IN_COUNTRY")
                | ~Q(status__in=["FORWARDED", "PARTNER_SCREENING", "ACCEPTED", "NOT_ACCEPTED", "CLEARANCE"]),
                name="in_country_skips_the_partner",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["FORWARDED", "PARTNER_SCREENING", "ACCEPTED", "NOT_ACCEPTED"])
                | Q(forwarded_at__isnull=False),
                name="forwarded_nomination_has_its_date",
            ),
        ]

    def get_absolute_url(self):
        """The nomination's page; its address holds a code and nothing about the person."""
        return reverse("participants:nomination", args=[self.code])

    @property
    def title(self) -> str:
        """What lists, notices and mails call it: the programme, never the person."""
        return self.proposal.title

    @property
    def office(self):
        """The office that puts the person forward."""
        return self.proposal.line.need.office

    @property
    def program(self):
        """The programme, or None for a tailor-made request."""
        return self.proposal.program

    @property
    def time_zone(self) -> str:
        """Deadlines end on the office's clock."""
        return self.office.time_zone

    @property
    def first_day(self) -> dt.date | None:
        """The day the training begins; None while no intake says so."""
        return self.proposal.intake.first_day if self.proposal.intake_id else None

    @property
    def last_day(self) -> dt.date | None:
        """The day it ends: the last one of both phases."""
        return last_day_of(self.proposal.intake) if self.proposal.intake_id else None

    @property
    def leaves_on(self) -> dt.date | None:
        """The day of departure: as entered, else the first day at the place of training."""
        return self.departs_on or (self.proposal.intake.starts if self.proposal.intake_id else None)

    @property
    def is_abroad(self) -> bool:
        """Whether the person leaves the country."""
        return self.path == Path.ABROAD

    @property
    def goes_to_partner(self) -> bool:
        """Whether the partner selects; in-country batches skip that."""
        return self.path != Path.IN_COUNTRY

    def stages(self):
        """The step bar of this path."""
        skipped = {Path.IN_COUNTRY: {"partner", "permits"}, Path.REMOTE: {"permits"}}.get(Path(self.path), set())
        return tuple(stage for stage in self.flow.stages if stage[0] not in skipped)

    def history_since(self, user):
        """A partner reads what happened since the nomination was forwarded; what went before is the ministry's."""
        return self.forwarded_at if user.acting_role in PARTNER else None

    @property
    def is_past_due(self) -> bool:
        """Whether the state's time is up."""
        return self.due_at is not None and self.due_at < timezone.now()

    def waits_for(self) -> tuple[str, ...]:
        """Whose turn it is, more exactly than the state knows.

        Followed up, it waits for the supervisor's form, which is a record of its own; where that was missed, for the
        evaluator, who opens it again.
        """
        if self.status == S.SCREENING:
            return (Role.PPSDM_HEAD if self.panel_size >= PANEL else Role.PPSDM_VER,)
        if self.status == S.RESERVE and self.due_at is None:
            return ()
        if self.status == S.FOLLOW_UP:
            return (Role.EVAL,) if self.used_in_duty or self.is_past_due else ()
        if self.person.account_id is None:
            return tuple(role for role in self.state.waits_for if role != Role.NOMINEE)
        return self.state.waits_for


class PaperKind(models.TextChoices):
    CV = "CV", _("Curriculum vitae")
    LANGUAGE = "LANGUAGE", _("Proof of language level")
    RELEASE = "RELEASE", _("Release letter of the appointing authority")
    REPORT = "REPORT", _("Report of the journey or training")


class NominationPaper(StoredFile):
    """Few kinds on purpose: medical forms, passports and identity cards stay outside the portal."""

    nomination = models.ForeignKey(Nomination, models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=10, choices=PaperKind)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.nomination_id} {self.kind}"  # never the file's own name: people name files after people


class ClearanceKind(models.TextChoices):
    FORMS = "FORMS", _("Partner's own forms (with the medical part) handed over")
    HOME_AFFAIRS = "HOME_AFFAIRS", _("Travel application to the Ministry of Home Affairs")
    SIMPEL = "SIMPEL", _("Travel application to the State Secretariat (SIMPEL)")
    SETNEG = "SETNEG", _("Approval letter of the State Secretariat")
    PASSPORT = "PASSPORT", _("Service passport")
    EXIT_PERMIT = "EXIT_PERMIT", _("Exit permit")
    VISA = "VISA", _("Visa")
    INSURANCE = "INSURANCE", _("Insurance")


class StepState(models.TextChoices):
    OPEN = "OPEN", _("Not yet")
    DONE = "DONE", _("Handed over")
    NOT_NEEDED = "NOT_NEEDED", _("Not needed")


class ClearanceStep(models.Model):
    """One line of the tick list: whether and when something was handed over. Never its number, never its content."""

    nomination = models.ForeignKey(Nomination, models.CASCADE, related_name="clearance")
    kind = models.CharField(max_length=12, choices=ClearanceKind)
    state = models.CharField(max_length=10, choices=StepState, default=StepState.OPEN)
    on = models.DateField(null=True, blank=True)
    remind_on = models.DateField(null=True, blank=True, help_text=_("The next day on which it is called to mind"))

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["state", "remind_on"], name="permit_by_reminder")]
        constraints = [
            models.UniqueConstraint(fields=["nomination", "kind"], name="one_clearance_step_per_kind"),
            models.CheckConstraint(
                condition=(Q(state="DONE") & Q(on__isnull=False)) | (~Q(state="DONE") & Q(on__isnull=True)),
                name="clearance_step_done_on_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.nomination_id} {self.kind}"


class Criterion(models.TextChoices):
    """The score sheet of the panel, each line 1 to 5."""

    RELEVANCE = "relevance", _("Relevance to the person's duties")
    COMPETENCE = "competence", _("Competence and experience")
    LANGUAGE = "language", _("Language")
    PLAN = "plan", _("What the person will do with it afterwards")


class PanelScore(models.Model):
    """One member's score sheet. A member who declares a relation to the person does not count."""

    nomination = models.ForeignKey(Nomination, models.CASCADE, related_name="scores")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    relevance = models.PositiveSmallIntegerField()
    competence = models.PositiveSmallIntegerField()
    language = models.PositiveSmallIntegerField()
    plan = models.PositiveSmallIntegerField()
    related_to_person = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["nomination", "member"], name="one_score_sheet_per_member"),
            models.CheckConstraint(
                condition=Q(relevance__range=(1, 5), competence__range=(1, 5), language__range=(1, 5))
                & Q(plan__range=(1, 5)),
                name="scores_from_1_to_5",
            ),
        ]

    def __str__(self):
        return f"{self.nomination_id}: {self.total}"

    @property
    def total(self) -> int:
        """4 to 20."""
        return self.relevance + self.competence + self.language + self.plan


ENOUGH_PERCENT = 80
"""Share of the days a participant must have been present."""


class Attendance(models.Model):
    """Days present of the days held."""

    nomination = models.OneToOneField(Nomination, models.CASCADE, related_name="attendance")
    days_total = models.PositiveSmallIntegerField(_("Days held"), validators=[MinValueValidator(1)])
    days_present = models.PositiveSmallIntegerField(_("Days present"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(days_total__gte=1) & Q(days_present__lte=models.F("days_total")),
                name="present_within_days_held",
            )
        ]

    def __str__(self):
        return f"{self.days_present}/{self.days_total}"

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 79.9 % is not 80 %."""
        return 100 * self.days_present // self.days_total

    @property
    def is_enough(self) -> bool:
        """Whether the 80 % rule is met."""
        return 100 * self.days_present >= ENOUGH_PERCENT * self.days_total


class Basis(models.TextChoices):
    """Why personal data may leave the country (law 27/2022, article 56)."""

    EQUAL = "EQUAL", _("Equal level of protection in the country")
    SAFEGUARDS = "SAFEGUARDS", _("Binding safeguards in the agreement")
    CONSENT = "CONSENT", _("Consent of the person")


class TransferLog(models.Model):
    """Personal data handed to a partner: whose nomination, which fields, to whom, where, on what basis, when."""

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="transfers")
    recipient = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    fields = models.JSONField(default=list)
    country = models.CharField(max_length=2, blank=True, help_text=_("ISO 3166-1; empty: an international body"))
    basis = models.CharField(max_length=10, choices=Basis)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.nomination_id} → {self.recipient_id}"

    @property
    def crosses_border(self) -> bool:
        """Whether the data left the country."""
        return self.country != "ID"
