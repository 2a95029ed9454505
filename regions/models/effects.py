"""What training changed in a need, person by person: the ledger behind people trained and levels now."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from regions.models.needs import CompetencyGap, NeedLine


class TrainingEffect(models.Model):
    """One person of a line has completed a training. Never changed: taken back, it stays and counts no longer."""

    line = models.ForeignKey(NeedLine, models.PROTECT, related_name="effects")
    source = models.CharField(max_length=40)
    """Code of the record that says so; this room knows nothing else about the person."""
    credited_at = models.DateTimeField(default=timezone.now)
    credited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(taken_back_at__isnull=True), name="one_standing_effect_per_source"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="effect_names_its_source"),
        ]

    def __str__(self):
        return f"{self.line_id} {self.source}"


class GapRating(models.Model):
    """Where that person stands in one competency of the line, as the supervisor sees it months later."""

    effect = models.ForeignKey(TrainingEffect, models.CASCADE, related_name="ratings")
    gap = models.ForeignKey(CompetencyGap, models.PROTECT, related_name="ratings")
    level = models.PositiveSmallIntegerField(validators=[MaxValueValidator(5)])
    rated_at = models.DateTimeField(default=timezone.now)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["effect", "gap"], name="one_rating_per_effect_and_gap"),
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=5), name="rated_level_from_0_to_5"),
        ]

    def __str__(self):
        return f"{self.gap_id}: {self.level}"
