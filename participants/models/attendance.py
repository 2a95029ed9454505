"""Who was there on which day of a training, and the numbers certificates have been given."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models.nominations import Nomination
from partnerships.models import Proposal
from programs.models import Intake


class TrainingDay(models.Model):
    """A day on which an intake is held. Without any row an intake is held on the working days between its dates."""

    intake = models.ForeignKey(Intake, models.CASCADE, null=True, blank=True, related_name="training_days")
    proposal = models.ForeignKey(Proposal, models.CASCADE, null=True, blank=True, related_name="training_days")
    on = models.DateField()

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "on"], name="one_training_day_per_intake"),
            models.UniqueConstraint(fields=["proposal", "on"], name="one_training_day_per_proposal"),
            models.CheckConstraint(
                condition=Q(intake__isnull=True, proposal__isnull=False)
                | Q(intake__isnull=False, proposal__isnull=True),
                name="training_day_of_one_training",
            ),
        ]

    def __str__(self):
        return f"{self.on}"


class Mark(models.TextChoices):
    """What is entered for one person on one day. Excused is not present: the rule counts presence."""

    PRESENT = "P", _("Present")
    ABSENT = "A", _("Absent")
    EXCUSED = "E", _("Excused")


class AttendanceMark(models.Model):
    """One person on one day. `Attendance` is the sum of these rows and is written with them."""

    nomination = models.ForeignKey(Nomination, models.CASCADE, related_name="marks")
    on = models.DateField()
    mark = models.CharField(max_length=1, choices=Mark)

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["nomination", "on"], name="one_mark_per_person_and_day"),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="attendance_mark_known"),
        ]

    def __str__(self):
        return f"{self.nomination_id} {self.on} {self.mark}"


class CertificateNumber(models.Model):
    """Every number a certificate ever carried. A number belongs to one nomination for good, corrected or revoked."""

    number = models.CharField(max_length=60)
    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="numbers")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField(null=True, blank=True, help_text=_("Place in the series of the year"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["year", "serial"], name="number_by_series")]
        constraints = [models.UniqueConstraint(Upper("number"), name="certificate_number_given_once")]

    def __str__(self):
        return self.number
