"""Drawn boundaries of provinces and of regencies and cities, where somebody has loaded a file of them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from regions.models.places import Region


class BoundaryLayer(models.Model):
    """One loaded file: provinces, or regencies and cities. Without a row, maps show circles and tiles."""

    class Kind(models.TextChoices):
        PROVINCES = "PROVINCES"
        REGENCIES = "REGENCIES"

    kind = models.CharField(max_length=10, choices=Kind, primary_key=True)
    source = models.CharField(max_length=200)
    """Where the boundaries come from, as maps say it."""
    checksum = models.CharField(max_length=64)
    """SHA-256 of the file and of how it was drawn: the address of the drawing holds it, so caches never lie."""
    frames = models.JSONField(default=dict)
    """{sheet: [width, height]}; the sheet is "" for the country, else the code of a province."""
    loaded_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.kind} ({self.source})"


class Boundary(models.Model):
    """The outline of one place in the units of its sheet, as an SVG path."""

    region = models.OneToOneField(Region, models.CASCADE, related_name="boundary", primary_key=True)
    layer = models.ForeignKey(BoundaryLayer, models.CASCADE, related_name="boundaries")
    sheet = models.CharField(max_length=2, blank=True, db_index=True)
    path = models.TextField()
    x = models.IntegerField()
    y = models.IntegerField()
    """A point inside, for the name."""

    class Meta:
        ordering = ["region"]

    def __str__(self):
        return self.region_id
