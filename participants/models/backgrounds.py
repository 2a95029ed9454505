"""What partners' papers ask beyond the selection, entered once: of the person, of the office, for one course.

Still no NIK, passport, religion, marital status, health or bank data. Years, not dates; papers leave day and month of
birth, passport and emergency contact to be written by hand.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import Organisation
from participants import sealing
from participants.models.nominations import Nomination
from participants.models.people import Person


class Background(models.Model):
    """A person's history as partners ask for it; kept apart so that lists of people never load it."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="background")
    preferred_name = models.CharField(_("Name in Latin letters, as it should be printed"), max_length=120, blank=True)
    service_since = models.PositiveSmallIntegerField(
        _("In service since (year)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1960), MaxValueValidator(2100)],
    )
    duties = models.TextField(_("Present duties"), max_length=1500, blank=True)
    education_history = models.JSONField(_("Education history"), default=list, blank=True)
    work_history = models.JSONField(_("Work history"), default=list, blank=True)
    training_history = models.JSONField(_("Training history"), default=list, blank=True)
    visits = models.JSONField(_("Previous visits abroad"), default=list, blank=True)
    english_test = models.CharField(_("English test"), max_length=12, blank=True)
    english_score = models.CharField(_("Score"), max_length=20, blank=True)
    english_test_on = models.DateField(_("Date of the test"), null=True, blank=True)
    accommodation_sealed = models.TextField(editable=False, blank=True)
    accommodation_consent_on = models.DateField(_("Consent to pass the request on"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accommodation_sealed="") | Q(accommodation_consent_on__isnull=False),
                name="accommodation_only_with_consent",
            )
        ]

    def __str__(self):
        return f"background of person {self.person_id}"

    @property
    @sensitive_variables()
    def accommodation(self) -> str:
        """The request in clear; empty where there is none, or where its key is gone."""
        try:
            return sealing.unseal(self.accommodation_sealed) if self.accommodation_sealed else ""
        except sealing.Unreadable:
            return ""

    @sensitive_variables()
    def hold_accommodation(self, text: str, consent_on) -> None:
        """Keep a request, sealed, with the day of the person's consent; an empty text takes both away."""
        self.accommodation_sealed = sealing.seal(text) if text else ""
        self.accommodation_consent_on = consent_on if text else None


class CourseAnswers(models.Model):
    """What one nomination's papers say in the language of the course."""

    nomination = models.OneToOneField(Nomination, models.CASCADE, primary_key=True, related_name="answers")
    motivation = models.TextField(_("Why this course serves my duties"), max_length=1500, blank=True)
    plan = models.TextField(_("What will be done with it afterwards"), max_length=1500, blank=True)
    issue = models.TextField(_("The issue the office wants to solve"), max_length=1500, blank=True)
    report_title = models.CharField(_("Title of the job or country report"), max_length=160, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return f"answers of {self.nomination_id}"


class OfficeDetails(models.Model):
    """An office as partners' papers introduce it; nothing about persons."""

    office = models.OneToOneField(Organisation, models.CASCADE, primary_key=True, related_name="+")
    name_en = models.CharField(_("Name of the office in English"), max_length=160, blank=True)
    address = models.CharField(_("Address"), max_length=240, blank=True)
    phone = models.CharField(_("Office telephone"), max_length=30, blank=True)
    duties = models.TextField(_("Tasks of the office"), max_length=1500, blank=True)
    staff = models.PositiveIntegerField(_("Number of staff"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return f"profile of {self.office_id}"
