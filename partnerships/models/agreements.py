"""Agreements between ministry, regions and partners: their papers, external steps and grant registration."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, in_local_language
from programs.models import Program
from regions.models.vocabulary import term_label
from workflow.calendar import WIB
from workflow.models import Record, known_statuses
from workflow.turns import Outside


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


ANSWERED_OUTSIDE = {
    AgreementStatus.DPRD_REVIEW: "COUNCIL",
    AgreementStatus.GOV_VERIFICATION: "VERIFICATION",
    AgreementStatus.CLEARANCE: "CLEARANCE",
    AgreementStatus.FULL_POWERS: "FULL_POWERS",
}
"""States in which a body outside has the word, and which letters (`LetterFor`) it answers."""

REGIONAL_TRACKS = (Track.KSDLL_CONT, Track.KSDLL_NEW, Track.KSDPL)
"""Tracks on which a region agrees with somebody abroad: they pass the regional council and Home Affairs."""

MINISTRY_TRACKS = (Track.CENTRAL, Track.NOTA_SINERGI)
"""Tracks on which the ministry leads and signs."""

ABROAD = (Track.CENTRAL, *REGIONAL_TRACKS)
"""Tracks with a party abroad: the government clears them. Ministry and region agree among themselves."""

MINISTERS_APPROVAL = (Track.KSDLL_NEW, Track.KSDPL)
"""Tracks that begin without a central agreement: the Minister of Home Affairs approves, and full powers are needed."""

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


class Condition(models.TextChoices):
    """What a region's cooperation abroad must meet, confirmed with the plan (PP 28/2018, Permendagri 25/2020)."""

    RELATIONS = "RELATIONS", _("Indonesia has diplomatic relations with the country, or belongs to the organisation")
    OWN_AFFAIR = "OWN_AFFAIR", _("It is an affair of the region")
    NO_OFFICE = "NO_OFFICE", _("The region opens no office abroad")
    NO_INTERFERENCE = "NO_INTERFERENCE", _("Nobody interferes in the other side's internal affairs")
    FITS_PLANS = "FITS_PLANS", _("It fits the national and the regional development plans")
    TRANSFER = "TRANSFER", _("The knowledge can be handed on to Indonesian staff")


class AmendmentPhase(models.TextChoices):
    """Whose turn it is while an agreement in force is being amended; the signed text stays valid meanwhile."""

    DRAFTING = "DRAFTING", _("The amendment is being drafted")
    LEGAL = "LEGAL", _("The amendment is in legal review")
    SIGNING = "SIGNING", _("The amendment is ready to sign")


class Renewal(models.TextChoices):
    """What was decided before the end of validity."""

    RENEW = "RENEW", _("To be renewed")
    END = "END", _("Ends as agreed")


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
    counterpart = models.CharField(_("Foreign regional government"), max_length=200, blank=True)
    """The other party of KSDPL. It offers no programmes and signs in nowhere, so it is no organisation here."""
    counterpart_country = models.CharField(_("Country"), max_length=2, blank=True)
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

    action_plan = models.JSONField(_("Action plan"), default=list, blank=True)
    """[{activity, place, who, when}]: annexed to a nota kesepakatan (PP 28/2018, article 46)."""
    conditions = models.JSONField(_("Conditions"), default=dict, blank=True, help_text="{condition code: true}")

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

    amendment_phase = models.CharField(max_length=8, choices=AmendmentPhase, blank=True)
    amendment_turn_at = models.DateTimeField(null=True, blank=True)
    proposed = models.JSONField(default=dict, blank=True)
    """{field: value} the amendment would change; the fields themselves say what is valid until it is signed."""

    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name=_("Follows")
    )
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True)
    """The last mark before the end of validity (180, 90, 30 days) at which everyone concerned was told."""
    renewal = models.CharField(_("Renewal"), max_length=5, choices=Renewal, blank=True)
    renewal_reason = models.TextField(_("Why it is not renewed"), blank=True, max_length=1000)

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
                condition=(Q(track__in=["CENTRAL", "KSDLL_CONT", "KSDLL_NEW"], partner__isnull=False, counterpart=""))
                | (Q(track="KSDPL", partner__isnull=True) & ~Q(counterpart=""))
                | Q(track="NOTA_SINERGI", partner__isnull=True, counterpart=""),
                name="agreement_names_its_partner",
            ),
            models.CheckConstraint(
                condition=~Q(track="CENTRAL", status__in=["DPRD_REVIEW", "GOV_VERIFICATION"])
                & ~Q(
                    track="NOTA_SINERGI",
                    status__in=["DPRD_REVIEW", "GOV_VERIFICATION", "CLEARANCE", "FULL_POWERS"],
                ),
                name="agreement_stays_on_its_track",
            ),
            models.CheckConstraint(
                condition=Q(track__in=["CENTRAL", "KSDLL_CONT"])
                | Q(track__in=["KSDLL_NEW", "KSDPL"], full_powers_needed=True)
                | Q(track="NOTA_SINERGI", full_powers_needed=False),
                name="full_powers_follow_the_track",
            ),
            models.CheckConstraint(
                condition=Q(amendment_phase="") | Q(status="UNDER_AMENDMENT"),
                name="amendment_phase_only_while_amended",
            ),
            models.CheckConstraint(condition=Q(renewal__in=["", *Renewal.values]), name="renewal_known"),
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
        """Whether a region agrees with somebody abroad."""
        return self.track in REGIONAL_TRACKS

    @property
    def other_party(self) -> str:
        """Who stands on the other side, in the reader's language: partner, foreign region, or our own region."""
        if self.partner_id:
            return self.partner.name
        if self.counterpart:
            return ", ".join(part for part in (self.counterpart, self.country) if part)
        return self.office.name if self.office_id else ""

    @property
    def country(self) -> str:
        """The country of a foreign regional government."""
        return term_label("country", self.counterpart_country) if self.counterpart_country else ""

    @property
    def in_aceh(self) -> bool:
        """Aceh cooperates abroad by rules of its own (Perpres 11/2010)."""
        return self.is_regional and self.office.region_code.startswith("11")

    def stages(self):
        """The step bar of this agreement's track."""
        own = {state.stage for state in self.flow.states_of(self.track)}
        return tuple(stage for stage in STAGES if stage[0] in own)

    def waits_for(self) -> tuple[str, ...]:
        """Whose turn it is on this track: those who can take the next step of the main road."""
        main = [t for t in self.flow.open_to(self) if t.style == "primary"]
        return tuple(dict.fromkeys(str(role) for t in main for role in t.who))

    @property
    def turn_since(self):
        """In force it is somebody's turn once the end comes near; an amendment changes hands within its state."""
        if self.status == AgreementStatus.UNDER_AMENDMENT:
            return self.amendment_turn_at or self.status_since
        if self.is_expiring:
            first = dt.datetime.combine(self.ends - dt.timedelta(days=EXPIRING_DAYS), dt.time.min, ZoneInfo(WIB))
            return max(first, self.status_since)
        return self.status_since

    @property
    def time_runs_since(self):
        """Who drafts or reviews an amendment has ten days from the day it changed hands."""
        amended = self.status == AgreementStatus.UNDER_AMENDMENT
        return self.amendment_turn_at or self.status_since if amended else self.status_since

    def waits_outside(self) -> list[Outside]:
        """The letters that bodies outside have not answered; one that the present state waits for holds the record."""
        awaited = ANSWERED_OUTSIDE.get(AgreementStatus(self.status))
        return [
            Outside(x.get_body_display(), x.sent_on, x.waiting_days(), holds=x.step == awaited)
            for x in self.external_steps.all()
            if x.is_open
        ]

    def days_left(self, today: dt.date | None = None) -> int | None:
        """Days until the end of validity; None without an end."""
        return (self.ends - (today or timezone.localdate())).days if self.ends else None

    @property
    def is_expiring(self) -> bool:
        """In force and ending within 180 days: derived, never stored."""
        left = self.days_left()
        running = self.status in {AgreementStatus.ACTIVE, AgreementStatus.UNDER_AMENDMENT}
        return running and left is not None and 0 <= left <= EXPIRING_DAYS

    @property
    def is_undecided(self) -> bool:
        """Ends soon, and nobody has decided yet what comes afterwards (K13: without action)."""
        return self.is_expiring and not self.renewal
