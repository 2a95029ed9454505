"""The yearly cycle in which needs are filed, its windows, and the priority themes of a year."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import in_local_language
from regions.models.vocabulary import Theme


class NeedCycle(models.Model):
    """One year of filing, verifying and matching."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-year"]

    def __str__(self):
        return str(self.year)


class FilingWindow(models.Model):
    """A span of time in which needs of a cycle may be submitted."""

    cycle = models.ForeignKey(NeedCycle, models.CASCADE, related_name="windows")
    number = models.PositiveSmallIntegerField()
    label_id = models.CharField(max_length=80)
    label_en = models.CharField(max_length=80)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        ordering = ["opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="one_window_per_number"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="window_closes_after_it_opens"),
        ]

    def __str__(self):
        return in_local_language(self, "label")

    @classmethod
    def open_now(cls, now=None, cycle: int | None = None):
        """The window open at a moment (of one cycle, if given), or None."""
        now = now or timezone.now()
        found = cls.objects.filter(opens_at__lte=now, closes_at__gt=now)
        if cycle is not None:
            found = found.filter(cycle_id=cycle)
        return found.select_related("cycle").order_by("closes_at").first()

    @classmethod
    def next_after(cls, now=None, cycle: int | None = None):
        """The next window to open (of one cycle, if given), or None."""
        found = cls.objects.filter(opens_at__gt=now or timezone.now())
        if cycle is not None:
            found = found.filter(cycle_id=cycle)
        return found.select_related("cycle").order_by("opens_at").first()


class PriorityTheme(models.Model):
    """A theme on the national list (no region) or on a province's plan, for one year: feeds the mandate score."""

    year = models.PositiveSmallIntegerField()
    theme = models.ForeignKey(Theme, models.PROTECT)
    region_code = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "theme", "region_code"], name="one_priority_per_year")]

    def __str__(self):
        return f"{self.year} {self.theme_id} {self.region_code or 'ID'}"
