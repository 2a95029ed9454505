"""Open data as published: dated editions that never change, and the counts of people they were made of."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class NeverChanges(models.Model):
    """What was published stays as it was: rows are made, never saved again."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise ValueError("What was published is never changed: publish another edition.")
        super().save(*args, **kwargs)


class Edition(NeverChanges):
    """One data set as it was published on one day."""

    dataset = models.CharField(max_length=40)
    """Its slug in the catalogue."""
    day = models.DateField()
    head = models.JSONField()
    """Names of the columns of that day."""
    rows = models.JSONField()
    sha256 = models.CharField(max_length=64)
    """Of the CSV file, byte for byte."""
    size = models.PositiveIntegerField()
    """Bytes of the CSV file."""
    period = models.CharField(max_length=20, blank=True)
    """The cycles it speaks of: "2025/2027", empty for reference tables."""
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["dataset", "-day"]
        constraints = [models.UniqueConstraint(fields=["dataset", "day"], name="one_edition_per_day")]

    def __str__(self):
        return f"{self.dataset} {self.day}"


class Count(NeverChanges):
    """People counted for publishing, exactly, with what of it nobody may read. Never published itself."""

    subject = models.CharField(max_length=20)
    """The year of a cycle, or "programs"."""
    day = models.DateField()
    figures = models.JSONField()
    """What was counted: see exchange.open_data.counting."""
    withheld = models.JSONField()
    """{table: {"hidden": {figure: [cells]}, "unsummed": {figure: [groups]}}}"""
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["subject", "-day"]
        constraints = [models.UniqueConstraint(fields=["subject", "day"], name="one_count_per_day")]

    def __str__(self):
        return f"{self.subject} {self.day}"
