"""Totals that are kept so that no page adds up the whole log (`portal/kpi/step_totals.py`)."""

from __future__ import annotations

from django.db import models


class StepMark(models.Model):
    """How far the log is added up, and by which limits and holidays. One row."""

    seq = models.BigIntegerField(default=0)
    rules = models.CharField(max_length=64)

    def __str__(self):
        return f"#{self.seq}"


class StepTotal(models.Model):
    """How often a step ended in a year after so many working days, within its time limit or not."""

    KEY = ("year", "flow", "state", "working_days", "in_time")

    mark = models.ForeignKey(StepMark, models.CASCADE, related_name="totals")
    year = models.PositiveSmallIntegerField()
    """Of the moment it ended, WIB."""
    flow = models.CharField(max_length=40)
    state = models.CharField(max_length=30)
    working_days = models.PositiveIntegerField()
    in_time = models.BooleanField(null=True)
    """None where the step had no limit."""
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("mark", "year", "flow", "state", "working_days", "in_time"),
                nulls_distinct=False,
                name="step_total_once",
            )
        ]

    def __str__(self):
        return f"{self.flow} {self.state} {self.year}: {self.count}"

    @property
    def key(self) -> tuple:
        """What makes it another total."""
        return tuple(getattr(self, name) for name in self.KEY)
