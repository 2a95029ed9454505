"""What a training did: reaction, learning, behaviour and results (Kirkpatrick 1-4), each a form with its own time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import OFFICE, Role
from participants.models.nominations import Nomination
from partnerships.models import Proposal
from regions.models import CompetencyGap
from workflow.calendar import WIB
from workflow.models import Record, known_statuses


class EvaluationStatus(models.TextChoices):
    PLANNED = "PLANNED", _("Planned")
    OPEN = "OPEN", _("To be answered")
    ANSWERED = "ANSWERED", _("To be confirmed")
    DONE = "DONE", _("Answered")
    MISSED = "MISSED", _("Not answered in time")
    VOID = "VOID", _("Void")


class Level(models.TextChoices):
    """Which of the forms; level 3 is asked of the person and of the supervisor."""

    L1 = "L1", _("Reaction")
    L2 = "L2", _("Learning")
    L3_SELF = "L3_SELF", _("Behaviour, own view")
    L3_HEAD = "L3_HEAD", _("Behaviour, supervisor's view")
    L4 = "L4", _("Results")


E = EvaluationStatus
ANSWERERS = {
    Level.L1: (Role.NOMINEE, Role.DINAS_OP),
    Level.L2: (Role.PPSDM_VER,),
    Level.L3_SELF: (Role.NOMINEE, Role.DINAS_OP),
    Level.L3_HEAD: (Role.DINAS_HEAD,),
    Level.L4: OFFICE,
}
"""Who fills in which form; the operator only for a person without an account of their own."""
PERSONAL = (Level.L1, Level.L3_SELF)
"""Forms a person answers about themselves or the training."""


class Evaluation(Record):
    """One form of one participant, or, at level 4, of one need line in one training."""

    level = models.CharField(max_length=8, choices=Level)
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="evaluations")
    nomination = models.ForeignKey(Nomination, models.PROTECT, null=True, blank=True, related_name="evaluations")
    """None at level 4, which asks about the line and not about a person."""
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    on_behalf = models.BooleanField(default=False)
    """The operator entered it for a person without an account."""
    reopened = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="evaluation_by_due"),
            models.Index(fields=["status", "opens_at"], name="evaluation_by_opening"),
            models.Index(fields=["proposal", "level", "status"], name="evaluation_by_proposal"),
        ]
        constraints = [
            known_statuses("evaluation_status_known", EvaluationStatus.values),
            models.CheckConstraint(
                condition=Q(level="L4", nomination__isnull=True) | (~Q(level="L4") & Q(nomination__isnull=False)),
                name="only_level_4_is_about_a_line",
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=models.F("opens_at")), name="evaluation_has_a_window"),
            models.CheckConstraint(
                condition=~Q(status__in=["ANSWERED", "DONE"]) | Q(answered_at__isnull=False),
                name="answered_evaluation_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="ANSWERED") | Q(level="L4"), name="only_level_4_is_confirmed_by_another"
            ),
            models.UniqueConstraint(
                fields=["nomination", "level"], condition=~Q(status="VOID"), name="one_form_per_nomination_and_level"
            ),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(level="L4") & ~Q(status="VOID"),
                name="one_result_form_per_proposal",
            ),
        ]

    def get_absolute_url(self):
        """The form's page; its address holds a code and nothing about the person."""
        return reverse("participants:evaluation", args=[self.code])

    @property
    def title(self) -> str:
        """What lists, notices and mails call it: the form and the programme, never the person."""
        return f"{self.get_level_display()}: {self.proposal.title}"

    @property
    def office(self):
        """The office the participants come from."""
        return self.proposal.line.need.office

    @property
    def time_zone(self) -> str:
        """The office's clock, except for what the ministry enters."""
        return WIB if self.level == Level.L2 else self.office.time_zone

    @property
    def last_day(self) -> dt.date | None:
        """The day the training ended."""
        return self.proposal.intake.ends if self.proposal.intake_id else None

    @property
    def is_ahead(self) -> bool:
        """Whether its time is still to come."""
        return self.status == E.PLANNED

    @property
    def has_account(self) -> bool:
        """Whether the participant can answer themselves."""
        return self.nomination is not None and self.nomination.person.account_id is not None

    def waits_for(self) -> tuple[str, ...]:
        """Whose turn it is: the table's roles, as far as this form is theirs."""
        if self.status != E.OPEN:
            return self.state.waits_for
        roles = ANSWERERS[Level(self.level)]
        if self.level in PERSONAL:
            return (Role.NOMINEE,) if self.has_account else (Role.DINAS_OP,)
        return tuple(roles)


class Reaction(models.Model):
    """Level 1: what the participant thinks of the training."""

    ITEMS = ("content", "usefulness", "trainers", "materials", "organisation")

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="reaction")
    content = models.PositiveSmallIntegerField(_("The content was right for my level"))
    usefulness = models.PositiveSmallIntegerField(_("I can use it in my daily work"))
    trainers = models.PositiveSmallIntegerField(_("The trainers explained well"))
    materials = models.PositiveSmallIntegerField(_("Materials and language were clear"))
    organisation = models.PositiveSmallIntegerField(_("Organisation, place and time were good"))
    recommend = models.PositiveSmallIntegerField(_("Would you recommend this training to a colleague?"))
    best = models.TextField(_("What helped you most"), max_length=1000, blank=True)
    better = models.TextField(_("What should be better next time"), max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(content__range=(1, 5), usefulness__range=(1, 5), trainers__range=(1, 5))
                & Q(materials__range=(1, 5), organisation__range=(1, 5)),
                name="reaction_items_from_1_to_5",
            ),
            models.CheckConstraint(condition=Q(recommend__range=(0, 10)), name="recommendation_from_0_to_10"),
        ]

    def __str__(self):
        return f"{self.evaluation_id}"


class Learning(models.Model):
    """Level 2: points of 100 in the test before and after, or only that a certificate was earned."""

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="learning")
    before = models.DecimalField(_("Test before"), max_digits=4, decimal_places=1, null=True, blank=True)
    after = models.DecimalField(_("Test after"), max_digits=4, decimal_places=1, null=True, blank=True)
    certificate_only = models.BooleanField(_("Certificate only, no test"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(certificate_only=True, before__isnull=True, after__isnull=True)
                | Q(
                    certificate_only=False,
                    before__isnull=False,
                    after__isnull=False,
                    before__gte=0,
                    before__lte=100,
                    after__gte=0,
                    after__lte=100,
                ),
                name="tests_from_0_to_100_or_certificate_only",
            )
        ]

    def __str__(self):
        return f"{self.evaluation_id}"

    @property
    def gain(self) -> Decimal | None:
        """Points won: after less before."""
        return None if self.certificate_only else self.after - self.before

    @property
    def normalised_gain(self) -> Decimal | None:
        """The share of what there was to learn that was learnt; without meaning for who had everything, or lost."""
        if self.certificate_only or self.before >= 100 or self.after < self.before:
            return None
        return (self.after - self.before) / (100 - self.before)


class Condition(models.TextChoices):
    """What helps or hinders the use of a training at work."""

    SUPPORT = "SUPPORT", _("Support of the supervisor")
    TASKS = "TASKS", _("Tasks that fit the training")
    TIME = "TIME", _("Time")
    EQUIPMENT = "EQUIPMENT", _("Equipment and software")
    BUDGET = "BUDGET", _("Budget")
    RULES = "RULES", _("Rules and procedures")
    COLLEAGUES = "COLLEAGUES", _("Colleagues who take part")
    TRANSFER = "TRANSFER", _("Staying in the post")


class Behaviour(models.Model):
    """Level 3: how far the training is used, what helped and hindered; the levels are rows of their own."""

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="behaviour")
    used = models.PositiveSmallIntegerField(
        _("How far it is used in daily work"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    helped = models.JSONField(_("What helped"), default=list, blank=True)
    hindered = models.JSONField(_("What hindered"), default=list, blank=True)
    note = models.TextField(_("Example or note"), max_length=1000, blank=True)
    cascade_sessions = models.PositiveSmallIntegerField(_("Sessions held for colleagues"), null=True, blank=True)
    cascade_people = models.PositiveIntegerField(_("Colleagues reached"), null=True, blank=True)
    cascade_hours = models.PositiveSmallIntegerField(_("Lesson hours passed on (JP)"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(used__range=(1, 5)), name="use_from_1_to_5"),
            models.CheckConstraint(
                condition=Q(cascade_sessions__isnull=True)
                | Q(cascade_sessions__gt=0)
                | Q(cascade_people=0, cascade_hours=0),
                name="no_colleagues_without_a_session",
            ),
        ]

    def __str__(self):
        return f"{self.evaluation_id}"


class BehaviourLevel(models.Model):
    """Where the participant stands now in one competency of the line."""

    behaviour = models.ForeignKey(Behaviour, models.CASCADE, related_name="levels")
    gap = models.ForeignKey(CompetencyGap, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(validators=[MaxValueValidator(5)])

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["behaviour", "gap"], name="one_level_per_form_and_gap"),
            models.CheckConstraint(condition=Q(level__range=(0, 5)), name="behaviour_level_from_0_to_5"),
        ]

    def __str__(self):
        return f"{self.gap_id}: {self.level}"


class Result(models.Model):
    """Level 4: the indicator of the need, before and now."""

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="result")
    indicator = models.CharField(_("Indicator"), max_length=200)
    unit = models.CharField(_("Unit"), max_length=60)
    baseline = models.DecimalField(_("Before the training"), max_digits=14, decimal_places=2)
    target = models.DecimalField(_("Target"), max_digits=14, decimal_places=2)
    actual = models.DecimalField(_("Measured now"), max_digits=14, decimal_places=2)
    measured_on = models.DateField(_("Measured on"))
    note = models.TextField(_("What else played a part"), max_length=1000, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(target=models.F("baseline")), name="target_differs_from_baseline")
        ]

    def __str__(self):
        return f"{self.evaluation_id}"

    @property
    def achieved(self) -> int:
        """Per cent of the way from the baseline to the target; below 0 where it went the other way."""
        return round(100 * (self.actual - self.baseline) / (self.target - self.baseline))
