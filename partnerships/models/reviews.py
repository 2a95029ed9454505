"""Reviews of one programme or one agreement by the six criteria of the OECD's Development Assistance Committee."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import CENTRAL, Role
from partnerships.models.agreements import Agreement
from programs.models import Program
from workflow.formats import language
from workflow.models import Record, known_statuses


class ReviewStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Awaiting the management response")
    RETURNED = "RETURNED", _("Returned")
    ANSWERED = "ANSWERED", _("Answered by management")
    PUBLISHED = "PUBLISHED", _("Published")
    DISCARDED = "DISCARDED", _("Discarded")


UNDER_WAY = (ReviewStatus.DRAFT, ReviewStatus.SUBMITTED, ReviewStatus.RETURNED, ReviewStatus.ANSWERED)
"""States in which a review is still being written or answered."""

FINISHED = (ReviewStatus.ANSWERED, ReviewStatus.PUBLISHED)
"""States in which a review says all it has to say: it serves as the report of a programme."""


class Criterion(models.TextChoices):
    """The six criteria; codes are the OECD's."""

    RELEVANCE = "RELEVANCE", _("Relevance")
    COHERENCE = "COHERENCE", _("Coherence")
    EFFECTIVENESS = "EFFECTIVENESS", _("Effectiveness")
    EFFICIENCY = "EFFICIENCY", _("Efficiency")
    IMPACT = "IMPACT", _("Impact")
    SUSTAINABILITY = "SUSTAINABILITY", _("Sustainability")


QUESTIONS = {
    Criterion.RELEVANCE: _("Does it answer the needs that offices filed, for the right posts and levels?"),
    Criterion.COHERENCE: _("Does it fit with other programmes, agreements and the plans of ministry and regions?"),
    Criterion.EFFECTIVENESS: _("Did it reach its objectives: seats used, trainings completed, learning measured?"),
    Criterion.EFFICIENCY: _("Were time, money and seats well used, and steps done within their limits?"),
    Criterion.IMPACT: _("What changed at work: levels of competency, indicators of the needs, effects nobody planned?"),
    Criterion.SUSTAINABILITY: _("Will it last: people stay in post, knowledge is passed on, budgets carry it?"),
}
"""What each criterion asks."""

STEPS = {
    1: _("Weak: the question is answered mostly with no"),
    2: _("Partial: shortcomings outweigh what was reached"),
    3: _("Good: mostly reached, with shortcomings that can be repaired"),
    4: _("Strong: fully reached, others can learn from it"),
}
"""What each step of the scale means."""

SHORTEST = 80
"""Characters that the reason for a rating has at least: a number without a reason helps nobody."""


class Review(Record):
    """One review; its subject is one programme or one agreement, never both."""

    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="reviews", verbose_name=_("Programme")
    )
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="reviews", verbose_name=_("Agreement")
    )
    covers_from = models.DateField(_("Period reviewed: from"), null=True, blank=True)
    covers_to = models.DateField(_("Period reviewed: to"), null=True, blank=True)
    summary = models.TextField(_("Summary of the findings"), blank=True, max_length=3000)
    evidence = models.JSONField(default=dict, blank=True, help_text="figures as they stood when it was submitted")
    evidence_at = models.DateTimeField(null=True, blank=True)
    response = models.TextField(_("Management response"), blank=True, max_length=3000)
    return_count = models.PositiveSmallIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["status", "due_at"], name="review_by_due")]
        constraints = [
            known_statuses("review_status_known", ReviewStatus.values),
            models.CheckConstraint(
                condition=Q(program__isnull=False, agreement__isnull=True)
                | Q(program__isnull=True, agreement__isnull=False),
                name="review_has_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(covers_from__isnull=True) | Q(covers_to__isnull=True) | Q(covers_to__gte=F("covers_from")),
                name="review_period_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["program"],
                condition=Q(status__in=[s.value for s in UNDER_WAY]),
                name="one_review_under_way_per_program",
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(status__in=[s.value for s in UNDER_WAY]),
                name="one_review_under_way_per_agreement",
            ),
            models.CheckConstraint(
                condition=~Q(status="PUBLISHED") | Q(published_at__isnull=False),
                name="published_review_has_its_date",
            ),
        ]

    def get_absolute_url(self):
        """The review's page."""
        return reverse("partnerships:review", args=[self.code])

    @property
    def subject(self):
        """The programme or the agreement."""
        return self.program if self.program_id else self.agreement

    @property
    def title(self) -> str:
        """What is reviewed, in the reader's language."""
        return str(_("Review: %(subject)s")) % {"subject": self.subject.title}

    @property
    def partner(self):
        """The partner concerned; None where the agreement has none."""
        return self.subject.partner

    def waits_for(self) -> tuple[str, ...]:
        """Whose turn it is: the head who answers depends on what is reviewed."""
        return (self.head,) if self.status == ReviewStatus.SUBMITTED else self.state.waits_for

    def history_since(self, user):
        """Outside the centre people read a published review, not how it was written and answered."""
        return None if user.acting_role in CENTRAL else self.published_at

    def shown_change(self, part: str, change: dict, status: str) -> dict | None:
        """One logged change in the reader's language; None for what a draft said for the first time."""
        if status == ReviewStatus.DRAFT and not change.get("before"):
            return None
        english = language() == "en"
        return {
            "label": change.get("label_en" if english else "label_id", ""),
            "before": change.get("before_en", change.get("before", "")) if english else change.get("before", ""),
            "after": change.get("after_en", change.get("after", "")) if english else change.get("after", ""),
        }

    @property
    def head(self) -> str:
        """Who answers for the ministry: PPSDM for a programme, the Bureau of Cooperation for an agreement."""
        return Role.PPSDM_HEAD if self.program_id else Role.BIROKS_HEAD


class ReviewRating(models.Model):
    """One criterion: the step, why, and what it rests on."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="ratings")
    criterion = models.CharField(max_length=14, choices=Criterion)
    step = models.PositiveSmallIntegerField(
        _("Rating"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    text = models.TextField(_("Reasons"), blank=True, max_length=3000)
    sources = models.TextField(_("Sources"), blank=True, max_length=1000)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="one_rating_per_criterion"),
            models.CheckConstraint(condition=Q(criterion__in=Criterion.values), name="criterion_known"),
            models.CheckConstraint(condition=Q(step__isnull=True) | Q(step__range=(1, 4)), name="rating_from_1_to_4"),
        ]

    def __str__(self):
        return f"{self.criterion} {self.step or '–'}"

    @property
    def question(self) -> str:
        """What the criterion asks."""
        return str(QUESTIONS[Criterion(self.criterion)])

    @property
    def step_words(self) -> str:
        """The meaning of the step."""
        return str(STEPS[self.step]) if self.step else ""

    @property
    def step_name(self) -> str:
        """The first word of its meaning."""
        return self.step_words.split(":")[0]


class Stance(models.TextChoices):
    """How management takes a recommendation."""

    ACCEPTED = "ACCEPTED", _("Accepted")
    PARTLY = "PARTLY", _("Accepted in part")
    DECLINED = "DECLINED", _("Not accepted")


class Recommendation(models.Model):
    """What should be done, by which post, until when; and what management says to it."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="recommendations")
    position = models.PositiveSmallIntegerField(default=1)
    text = models.TextField(_("Recommendation"), max_length=1000)
    owner = models.CharField(_("Who should do it"), max_length=12)
    due_on = models.DateField(_("Until"))
    stance = models.CharField(_("Response"), max_length=8, choices=Stance, blank=True)
    answer = models.TextField(_("What will be done, or why not"), max_length=1000, blank=True)

    class Meta:
        ordering = ["review", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(stance="") | Q(stance__in=Stance.values), name="stance_known"),
            models.CheckConstraint(condition=Q(stance="") | ~Q(answer=""), name="stance_has_its_reason"),
        ]

    def __str__(self):
        return f"{self.review_id}/{self.position}"
