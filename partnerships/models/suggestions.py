"""What the scoring found for each need line and intake, and when it was last computed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from programs.models import Intake, Program
from regions.models import NeedLine, TrainingNeed


class Suggestion(models.Model):
    """One scored pair: eligible, or a near miss with what it fails. Replaced in bulk, never edited."""

    line = models.ForeignKey(NeedLine, models.CASCADE, related_name="suggestions")
    intake = models.ForeignKey(Intake, models.CASCADE, related_name="suggestions")
    eligible = models.BooleanField()
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    parts = models.JSONField(default=list, help_text="The points add up to the score")
    failures = models.JSONField(default=list, help_text="Conditions not met")
    waivable = models.BooleanField(default=False, help_text="Every failure may be waived")
    rules_version = models.CharField(max_length=20)
    computed_at = models.DateTimeField(default=timezone.now)
    stale = models.BooleanField(default=False)

    class Meta:
        ordering = ["-eligible", "-score", "pk"]
        indexes = [
            models.Index(fields=["line", "eligible", "-score"], name="suggestion_by_line"),
            models.Index(fields=["intake", "eligible", "-score"], name="suggestion_by_intake"),
            models.Index(fields=["stale"], condition=Q(stale=True), name="suggestion_stale"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["line", "intake"], name="one_suggestion_per_pair"),
            models.CheckConstraint(
                condition=Q(eligible=False) | Q(score__isnull=False), name="eligible_pair_has_score"
            ),
        ]

    def __str__(self):
        return f"{self.line_id} × {self.intake_id}: {self.score}"


class Scoring(models.Model):
    """When the pairs of one need or programme were last computed, and whether something changed."""

    need = models.OneToOneField(TrainingNeed, models.CASCADE, null=True, blank=True, related_name="scoring")
    program = models.OneToOneField(Program, models.CASCADE, null=True, blank=True, related_name="scoring")
    computed_at = models.DateTimeField(null=True, blank=True)
    stale = models.BooleanField(default=True)
    rules_version = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(need__isnull=True, program__isnull=False) | Q(need__isnull=False, program__isnull=True),
                name="scoring_of_one_thing",
            )
        ]

    def __str__(self):
        return f"need {self.need_id}" if self.need_id else f"program {self.program_id}"
