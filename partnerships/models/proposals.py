"""A proposal: people of one need line for one intake, or a request for a programme not yet offered."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, OrganisationKind
from accounts.roles import OFFICE, PARTNER, Role
from partnerships.models.agreements import Agreement
from programs.models import Intake
from regions.models import NeedLine
from workflow.models import Record, known_statuses


class ProposalStatus(models.TextChoices):
    SUGGESTED = "SUGGESTED", _("Suggested")
    PROPOSED = "PROPOSED", _("Proposed")
    REVIEW = "REVIEW", _("Under review")
    RETURNED = "RETURNED", _("Returned")
    PARTNER_REVIEW = "PARTNER_REVIEW", _("With the partner")
    ACCEPTED = "ACCEPTED", _("Accepted")
    PARTIAL = "PARTIAL", _("Partly accepted")
    WAITLISTED = "WAITLISTED", _("Waiting list")
    DECLINED = "DECLINED", _("Declined")
    LAPSED = "LAPSED", _("Lapsed")
    CONVERTED = "CONVERTED", _("Turned into nominations or an activity")


OPEN_PROPOSALS = (
    ProposalStatus.SUGGESTED,
    ProposalStatus.PROPOSED,
    ProposalStatus.REVIEW,
    ProposalStatus.RETURNED,
    ProposalStatus.PARTNER_REVIEW,
    ProposalStatus.WAITLISTED,
)
"""States in which the answer is still open."""

HOLDING = (ProposalStatus.ACCEPTED, ProposalStatus.PARTIAL, ProposalStatus.CONVERTED)
"""States in which a proposal holds seats."""


class Side(models.TextChoices):
    OFFICE = "OFFICE", _("Labour office")
    MINISTRY = "MINISTRY", _("Ministry")
    PARTNER = "PARTNER", _("Partner")


class DeclinedBy(models.TextChoices):
    MINISTRY = "MINISTRY", _("Ministry")
    PARTNER = "PARTNER", _("Partner")


class LapseCause(models.TextChoices):
    DEADLINE = "DEADLINE", _("The deadline passed")
    NEED_CLOSED = "NEED_CLOSED", _("The need was closed")
    PROGRAM_CLOSED = "PROGRAM_CLOSED", _("The programme no longer takes participants")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn by the office")
    REPLACED = "REPLACED", _("A newer allocation was ratified")


class ProposalQuerySet(models.QuerySet):
    """Proposals by what they hold or wait for."""

    def open(self):
        """Those without an answer yet."""
        return self.filter(status__in=OPEN_PROPOSALS)

    def holding(self):
        """Those that hold seats."""
        return self.filter(status__in=HOLDING)


class Proposal(Record):
    """A need line proposed to a partner. Without an intake it is a tailor-made request."""

    line = models.ForeignKey(NeedLine, models.PROTECT, related_name="proposals")
    intake = models.ForeignKey(Intake, models.PROTECT, null=True, blank=True, related_name="proposals")
    partner = models.ForeignKey(Organisation, models.PROTECT, related_name="proposals_received")
    tailor_made_request = models.TextField(_("What the partner is asked for"), blank=True, max_length=2000)
    proposed_by_side = models.CharField(max_length=10, choices=Side)
    note = models.TextField(_("Note"), blank=True, max_length=1000)

    seats_requested = models.PositiveIntegerField(
        _("Seats requested"), validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    seats_allotted = models.PositiveIntegerField(default=0)
    seats_free_when_sent = models.PositiveIntegerField(null=True, blank=True)
    edition_when_sent = models.PositiveSmallIntegerField(null=True, blank=True)
    waitlist_position = models.PositiveIntegerField(null=True, blank=True)

    score = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    score_parts = models.JSONField(default=list, blank=True)
    failures = models.JSONField(default=list, blank=True)
    rules_version = models.CharField(max_length=20, blank=True)
    waiver_reason = models.TextField(blank=True, max_length=1000)

    partner_summary = models.TextField(blank=True, help_text=_("What the partner reads"))
    sent_at = models.DateTimeField(null=True, blank=True)
    answer_note = models.TextField(blank=True, max_length=2000)
    declined_by = models.CharField(max_length=10, choices=DeclinedBy, blank=True)
    decline_reason = models.CharField(max_length=10, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    lapse_cause = models.CharField(max_length=20, choices=LapseCause, blank=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, blank=True, related_name="proposals")
    allocation = models.ForeignKey(
        "partnerships.AllocationRun", models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    """The ratified run that placed or last confirmed these seats; None for what was proposed by hand."""

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="proposal_by_due"),
            models.Index(fields=["partner", "status"], name="proposal_by_partner"),
            models.Index(fields=["intake", "status"], name="proposal_by_intake"),
        ]
        constraints = [
            known_statuses("proposal_status_known", ProposalStatus.values),
            models.CheckConstraint(condition=Q(seats_requested__gte=1), name="proposal_asks_for_seats"),
            models.CheckConstraint(
                condition=Q(seats_allotted__lte=F("seats_requested")), name="allotted_within_requested"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["ACCEPTED", "PARTIAL", "CONVERTED"]) | Q(seats_allotted__gte=1),
                name="accepted_proposal_holds_seats",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ACCEPTED", "PARTIAL", "CONVERTED"]) | Q(seats_allotted=0),
                name="only_accepted_proposals_hold_seats",
            ),
            models.CheckConstraint(
                condition=~Q(status="DECLINED") | (~Q(declined_by="") & ~Q(decline_reason="")),
                name="declined_proposal_says_by_whom_and_why",
            ),
            models.CheckConstraint(
                condition=Q(intake__isnull=False) | ~Q(tailor_made_request=""),
                name="request_without_intake_says_what",
            ),
            models.UniqueConstraint(
                fields=["line", "intake"],
                condition=Q(status__in=[s.value for s in OPEN_PROPOSALS]),
                name="one_open_proposal_per_pair",
            ),
            models.UniqueConstraint(
                fields=["line", "partner"],
                condition=Q(status__in=[s.value for s in OPEN_PROPOSALS], intake__isnull=True),
                name="one_open_request_per_partner",
            ),
        ]

    def get_absolute_url(self):
        """The proposal's page."""
        return reverse("partnerships:proposal", args=[self.code])

    @property
    def need(self):
        """The need whose line is proposed."""
        return self.line.need

    @property
    def program(self):
        """The programme, or None for a tailor-made request."""
        return self.intake.program if self.intake_id else None

    @property
    def people_left(self) -> int:
        """People of the line who hold no seat yet, from any proposal."""
        held = Proposal.objects.holding().filter(line=self.line_id).aggregate(n=models.Sum("seats_allotted"))["n"]
        return max(self.line.requested_total - (held or 0), 0)

    @property
    def shown_status(self) -> tuple:
        """Label, tone and icon of the status tag; a withdrawn proposal says so instead of "lapsed"."""
        if self.lapse_cause == LapseCause.WITHDRAWN:
            return _("Withdrawn"), "neutral", "x-circle"
        return self.state.label, self.state.tone, self.state.icon

    def waits_for(self) -> tuple[str, ...]:
        """Whose turn it is, more exactly than the state knows."""
        if self.status == ProposalStatus.RETURNED:
            return {
                Side.OFFICE: OFFICE,
                Side.MINISTRY: (Role.PPSDM_VER,),
                Side.PARTNER: (Role.PARTNER_OFF,),
            }[Side(self.proposed_by_side)]
        roles = self.state.waits_for
        own = self.partner.kind != OrganisationKind.PARTNER
        return tuple(r for r in roles if r != (Role.PARTNER_HEAD if own else Role.PPSDM_HEAD))

    @property
    def title(self) -> str:
        """The programme's title, or to whom the request for a tailor-made one goes."""
        if self.program is not None:
            return self.program.title
        return str(_("Request to %(partner)s")) % {"partner": self.partner.name}

    def history_since(self, user):
        """A partner reads what happened since the proposal was sent; what went before is the ministry's."""
        return self.sent_at if user.acting_role in PARTNER else None
