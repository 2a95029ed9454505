"""Agreements between ministry, regions and partners: their papers, external steps and grant registration."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, in_local_language
from programs.models import Program
from workflow.calendar import WIB
from workflow.models import Record, known_statuses


class Track(models.TextChoices):
    """The legal way an agreement takes (PP 28/2018, Permendagri 25/2020, UU 24/2000)."""

    CENTRAL = "CENTRAL", _("Ministry and partner")
    KSDLL_CONT = "KSDLL_CONT", _("Region and partner, continuing central cooperation")
    KSDLL_NEW = "KSDLL_NEW", _("Region and partner, with central approval")
    KSDPL = "KSDPL", _("Region and foreign region")
    NOTA_SINERGI = "NOTA_SINERGI", _("Ministry and region")


class Instrument(models.TextChoices):
    LOI = "LOI", _("Letter of intent")
    MOU = "MOU", _("Memorandum of understanding")
    PKS = "PKS", _("Implementing arrangement (PKS)")
    ROD = "ROD", _("Record of discussions")
    PRODOC = "PRODOC", _("Project document")
    NOTA_KESEPAKATAN = "NOTA_KESEPAKATAN", _("Memorandum of agreement")
    EXCHANGE_OF_LETTERS = "EXCHANGE_OF_LETTERS", _("Exchange of letters")
    AMENDMENT = "AMENDMENT", _("Amendment")


class AgreementStatus(models.TextChoices):
    INITIATED = "INITIATED", _("Initiative")
    EXPLORATION = "EXPLORATION", _("Exploration")
    INTENT = "INTENT", _("Letter of intent")
    PLAN = "PLAN", _("Cooperation plan")
    DPRD_REVIEW = "DPRD_REVIEW", _("Approval by the regional council (DPRD)")
    GOV_VERIFICATION = "GOV_VERIFICATION", _("Verification by Home Affairs")
    DRAFTING = "DRAFTING", _("Drafting of the text")
    LEGAL_REVIEW = "LEGAL_REVIEW", _("Legal review")
    CLEARANCE = "CLEARANCE", _("Government clearance")
    FULL_POWERS = "FULL_POWERS", _("Full powers")
    READY_TO_SIGN = "READY_TO_SIGN", _("Ready to sign")
    SIGNED = "SIGNED", _("Signed")
    ACTIVE = "ACTIVE", _("In force")
    UNDER_AMENDMENT = "UNDER_AMENDMENT", _("Being amended")
    SUSPENDED = "SUSPENDED", _("Suspended")
    EXPIRED = "EXPIRED", _("Expired")
    TERMINATED = "TERMINATED", _("Terminated")
    CLOSED = "CLOSED", _("Completed")
    RETURNED = "RETURNED", _("Returned")
    REJECTED = "REJECTED", _("Rejected")
    CANCELLED = "CANCELLED", _("Cancelled")


REGIONAL_TRACKS = (Track.KSDLL_CONT, Track.KSDLL_NEW, Track.KSDPL)
"""Tracks on which a region is a party: they pass the regional council and Home Affairs."""

OPEN_TRACKS = (Track.CENTRAL, Track.KSDLL_CONT)
"""Tracks on which an agreement can be opened; the others are known for records kept elsewhere."""

STAGES = (
    ("initiative", _("Initiative")),
    ("plan", _("Intent and plan")),
    ("region", _("Council and Home Affairs")),
    ("text", _("Text and legal review")),
    ("clearance", _("Clearance")),
    ("signing", _("Signing")),
    ("force", _("In force")),
    ("done", _("Completed")),
)
"""The step bar; the third step exists on regional tracks only."""


class Clause(models.TextChoices):
    """What every text must settle before the Legal Bureau lets it pass."""

    IP = "IP", _("Intellectual property")
    DATA = "DATA", _("Personal data protection")
    COST = "COST", _("Costs and who bears them")
    PRIVILEGES = "PRIVILEGES", _("Privileges and facilities")
    DISPUTE = "DISPUTE", _("Settlement of disputes")
    DURATION = "DURATION", _("Duration and extension")
    EXIT = "EXIT", _("Termination")


EXPIRING_DAYS = 180
"""An agreement in force that ends within this many days is shown as expiring (domain: K13)."""


class Agreement(Record):
    """One cooperation instrument on its way from initiative to the end of its validity."""

    track = models.CharField(_("Track"), max_length=16, choices=Track)
    instrument = models.CharField(_("Instrument"), max_length=20, choices=Instrument, blank=True)
    title_id = models.CharField(_("Title in Indonesian"), max_length=200)
    title_en = models.CharField(_("Title in English"), max_length=200, blank=True)
    partner = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("Partner"),
    )
    program = models.ForeignKey(Program, models.PROTECT, null=True, blank=True, related_name="agreements")
    office = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="regional_agreements",
        verbose_name=_("Office of the region"),
    )
    unit = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_agreements",
        verbose_name=_("Lead unit of the ministry"),
    )
    region_codes = models.JSONField(_("Regions"), default=list, blank=True)
    subject = models.TextField(_("Subject"), blank=True, max_length=1000)
    scope = models.TextField(_("Scope"), blank=True, max_length=4000)
    cost_source = models.CharField(_("Source of funds"), max_length=200, blank=True)
    place = models.CharField(_("Place of implementation"), max_length=200, blank=True)
    duration_months = models.PositiveSmallIntegerField(
        _("Duration in months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    starts = models.DateField(_("Valid from"), null=True, blank=True)
    ends = models.DateField(_("Valid until"), null=True, blank=True)
    effective_date = models.DateField(_("Takes effect on"), null=True, blank=True)

    full_powers_needed = models.BooleanField(_("Full powers are needed"), default=False)
    dprd_exempt_reason = models.TextField(_("Why no council approval is needed"), blank=True, max_length=1000)
    signed_on = models.DateField(_("Signed on"), null=True, blank=True)
    signing_place = models.CharField(_("Place of signing"), max_length=120, blank=True)
    signatories = models.JSONField(default=list, blank=True, help_text="[{party, post}]: posts, never names")
    clauses = models.JSONField(_("Clauses"), default=dict, blank=True, help_text="{clause code: true}")
    returned_from = models.CharField(max_length=20, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    """Answers recorded before the last return were about another text and open nothing any more."""
    return_count = models.PositiveSmallIntegerField(default=0)
    status_before_suspension = models.CharField(max_length=20, blank=True)
    copies_noted = models.TextField(blank=True, max_length=500)

    grant_registration_required = models.BooleanField(_("The grant must be registered"), default=False)
    grant_register_no = models.CharField(_("Grant register number"), max_length=60, blank=True)
    bast_no = models.CharField(_("Handover record (BAST) number"), max_length=60, blank=True)
    bast_date = models.DateField(_("Handover record date"), null=True, blank=True)
    grant_value = models.DecimalField(_("Value"), max_digits=16, decimal_places=2, null=True, blank=True)
    grant_currency = models.CharField(_("Currency"), max_length=3, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="agreement_by_due"),
            models.Index(fields=["partner", "status"], name="agreement_by_partner"),
            models.Index(fields=["office", "status"], name="agreement_by_office"),
            models.Index(fields=["status", "ends"], name="agreement_by_end"),
        ]
        constraints = [
            known_statuses("agreement_status_known", AgreementStatus.values),
            models.CheckConstraint(condition=Q(track__in=Track.values), name="agreement_track_known"),
            models.CheckConstraint(
                condition=Q(track="NOTA_SINERGI") | Q(partner__isnull=False),
                name="agreement_names_its_partner",
            ),
            models.CheckConstraint(
                condition=Q(track="CENTRAL") | Q(office__isnull=False),
                name="regional_agreement_names_its_office",
            ),
            models.CheckConstraint(
                condition=Q(starts__isnull=True) | Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="agreement_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=[
                        "SIGNED",
                        "ACTIVE",
                        "UNDER_AMENDMENT",
                        "SUSPENDED",
                        "EXPIRED",
                        "TERMINATED",
                        "CLOSED",
                    ]
                )
                | (Q(signed_on__isnull=False, effective_date__isnull=False) & ~Q(signing_place="")),
                name="signed_agreement_says_when_and_where",
            ),
        ]

    def get_absolute_url(self):
        """The agreement's page."""
        return reverse("partnerships:agreement", args=[self.code])

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return in_local_language(self, "title")

    @property
    def time_zone(self) -> str:
        """Regional agreements keep the hours of their office."""
        return self.office.time_zone if self.office_id else WIB

    @property
    def is_regional(self) -> bool:
        """Whether a region is a party."""
        return self.track in REGIONAL_TRACKS

    def stages(self):
        """The step bar of this agreement's track."""
        return tuple(s for s in STAGES if self.is_regional or s[0] != "region")

    def waits_for(self) -> tuple[str, ...]:
        """Whose turn it is on this track: those who can take the next step of the main road."""
        main = [t for t in self.flow.open_to(self) if t.style == "primary"]
        return tuple(dict.fromkeys(str(role) for t in main for role in t.who))

    def days_left(self, today: dt.date | None = None) -> int | None:
        """Days until the end of validity; None without an end."""
        return (self.ends - (today or timezone.localdate())).days if self.ends else None

    @property
    def is_expiring(self) -> bool:
        """In force and ending within 180 days: derived, never stored."""
        left = self.days_left()
        running = self.status in {AgreementStatus.ACTIVE, AgreementStatus.UNDER_AMENDMENT}
        return running and left is not None and 0 <= left <= EXPIRING_DAYS
