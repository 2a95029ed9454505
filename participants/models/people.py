"""A person an office puts forward. As little as the procedure needs: no NIK, no passport, no health, no bank data."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import Organisation
from participants import sealing
from regions.models import FunctionalPost


class Sex(models.TextChoices):
    FEMALE = "F", _("Female")
    MALE = "M", _("Male")


class Employment(models.TextChoices):
    PNS = "PNS", _("Civil servant (PNS)")
    PPPK = "PPPK", _("Contract civil servant (PPPK)")
    CPNS = "CPNS", _("Candidate civil servant (CPNS)")


class Person(models.Model):
    """One person as one office knows them; another office that employs them later keeps a row of its own."""

    office = models.ForeignKey(Organisation, models.PROTECT, related_name="people")
    name = models.CharField(_("Full name"), max_length=120)
    nip_sealed = models.TextField(editable=False)
    nip_hash = models.CharField(max_length=64, editable=False)
    nip_tail = models.CharField(max_length=3, editable=False)
    sex = models.CharField(_("Sex"), max_length=1, choices=Sex)
    birth_year = models.PositiveSmallIntegerField(
        _("Year of birth"), validators=[MinValueValidator(1940), MaxValueValidator(2015)]
    )
    post = models.ForeignKey(FunctionalPost, models.PROTECT, related_name="+", verbose_name=_("Post"))
    rank = models.CharField(_("Rank"), max_length=20, blank=True)
    employment_status = models.CharField(_("Employment status"), max_length=4, choices=Employment)
    education = models.CharField(_("Education"), max_length=10)
    english = models.CharField(_("English level"), max_length=4)
    years_in_post = models.PositiveSmallIntegerField(_("Years in this post"), validators=[MaxValueValidator(45)])
    last_abroad_year = models.PositiveSmallIntegerField(
        _("Last training abroad (year)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1980), MaxValueValidator(2100)],
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Account")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    emptied_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["nip_hash"], name="person_by_number")]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "nip_hash"], condition=~Q(nip_hash=""), name="one_row_per_person_and_office"
            ),
            models.CheckConstraint(condition=Q(sex__in=["F", "M"]), name="person_sex_known"),
            models.CheckConstraint(condition=Q(birth_year__range=(1940, 2015)), name="person_birth_year_plausible"),
        ]

    def __str__(self):
        return f"person {self.pk}"  # no name and no number: this text ends up in logs and error reports

    @sensitive_variables()
    def hold_nip(self, number: str) -> None:
        """Keep a checked number: sealed, its fingerprint and the three digits a screen may show."""
        self.nip_sealed, self.nip_hash = sealing.seal(number), sealing.fingerprint(number)
        self.nip_tail = number[-3:]

    @property
    def nip_masked(self) -> str:
        """The number as every screen shows it."""
        return sealing.masked(self.nip_tail) if self.nip_tail else "–"

    @property
    def shown_name(self) -> str:
        """The name, or that it was removed when its time was over."""
        return self.name or str(_("Name removed"))
