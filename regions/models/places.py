"""Regions by Kemendagri code, and what an office has beyond being an organisation."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, in_local_language
from regions.models.vocabulary import Dated


class RegionLevel(models.TextChoices):
    PROVINCE = "PROVINCE", _("Province")
    REGENCY = "REGENCY", _("Regency")
    CITY = "CITY", _("City")


class Region(models.Model):
    """A province, regency or city. Codes are Kemendagri's, stored without dots: 52, 5271. Never BPS numbers."""

    code = models.CharField(max_length=4, primary_key=True)
    level = models.CharField(max_length=8, choices=RegionLevel)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name_id = models.CharField(max_length=100, help_text=_("With Kabupaten or Kota: 26 pairs share the bare name"))
    name_en = models.CharField(max_length=100)
    island_group = models.CharField(max_length=30)
    time_zone = models.CharField(max_length=40)
    capital = models.CharField(max_length=60, blank=True)
    iso_code = models.CharField(max_length=6, blank=True)
    is_autonomous = models.BooleanField(default=True)
    is_remote = models.BooleanField(default=False, help_text=_("Listed as disadvantaged, frontier or outermost"))
    previous_code = models.CharField(max_length=4, blank=True)
    valid_from = models.DateField(default=dt.date(2020, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_local_language(self, "name")

    @property
    def province_code(self) -> str:
        """The two digits of the province."""
        return self.code[:2]


class OfficeType(Dated):
    """A type of regional office and what it may hold."""

    code = models.CharField(max_length=20, primary_key=True)
    parent_note = models.CharField(max_length=120, blank=True)
    may_hold_inspectors = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "code"]


class OfficeProfile(models.Model):
    """An office or training centre: where it is and how large. Its name is free text, never derived."""

    class SizeClass(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        BIDANG = "BIDANG", _("Division of another office")

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="office", primary_key=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="offices")
    office_type = models.ForeignKey(OfficeType, models.PROTECT, null=True, blank=True)
    size_class = models.CharField(max_length=6, choices=SizeClass, blank=True)
    address = models.CharField(max_length=200, blank=True)

    def __str__(self):
        return str(self.organisation)
