"""A national allocation: rounds of a cycle, their runs with what each was given and found, and staff's pins."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation
from accounts.roles import CENTRAL
from partnerships.models.proposals import Proposal
from programs.models import Intake
from regions.models import NeedCycle, NeedLine
from workflow.models import LogEntry, Record, known_statuses


class RunStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft rules")
    RUNNING = "RUNNING", pgettext_lazy("calculation", "Running")
    FAILED = "FAILED", _("Failed")
    RESULT = "RESULT", _("Draft result")
    SUBMITTED = "SUBMITTED", _("Awaiting ratification")
    RATIFIED = "RATIFIED", _("Ratified")
    SUPERSEDED = "SUPERSEDED", _("Superseded")
    DISCARDED = "DISCARDED", _("Discarded")


SOLVED = (RunStatus.RESULT, RunStatus.SUBMITTED, RunStatus.RATIFIED, RunStatus.SUPERSEDED)
"""States in which a run has a result."""

PUBLIC_RUNS = (RunStatus.RATIFIED, RunStatus.SUPERSEDED)
"""States in which everyone may read a run."""


class RunKind(models.TextChoices):
    NATIONAL = "NATIONAL", _("National run")
    REMAINDER = "REMAINDER", _("Run for the remainder")


class AllocationRound(models.Model):
    """One time in a cycle that seats are given out; its runs are tried until one is ratified."""

    cycle = models.ForeignKey(NeedCycle, models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20, unique=True)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-cycle", "-number"]
        constraints = [models.UniqueConstraint(fields=["cycle", "number"], name="one_round_per_number")]

    def __str__(self):
        return self.code


RULE_LABELS = {
    "mode": _("Mode"),
    "equity": _("Equity steps"),
    "keep_bonus": _("Weight of the former plan"),
    "floor": _("Guaranteed seats"),
    "floor_for": _("Guaranteed seats are for"),
    "region_max": _("Seats per office and intake, at most"),
    "province_max": _("Seats per province and intake, at most"),
    "gap": _("Accepted gap"),
    "time_limit": _("Time limit in seconds"),
}
"""What a set of rules consists of."""

LARGE = ("instance", "annex", "result")
"""What a run was given and found, whole: megabytes in a national year, read only where it is asked for."""


class RunManager(models.Manager):
    """Runs without their large papers; touching one loads it, saving a run never writes one that was not loaded."""

    def get_queryset(self):
        """Every query begins light."""
        return super().get_queryset().defer(*LARGE)


class AllocationRun(Record):
    """One calculation: its rules, the frozen input with its hash, the result, and the figures others read."""

    round = models.ForeignKey(AllocationRound, models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=10, choices=RunKind, default=RunKind.NATIONAL)
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
    """The run whose rules this one was copied from, or whose remainder it gives out."""
    preset = models.CharField(max_length=20, blank=True)
    rules = models.JSONField(default=dict, help_text="See rules.allocation_presets")

    instance = models.JSONField(null=True, blank=True, help_text="alloc-1, frozen before solving")
    annex = models.JSONField(null=True, blank=True, help_text="Names and unmet conditions, frozen with the instance")
    input_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the canonical instance")
    rules_version = models.CharField(max_length=20, blank=True)
    result = models.JSONField(null=True, blank=True, help_text="The result object of alloc-1")
    figures = models.JSONField(default=dict, blank=True)
    baselines = models.JSONField(default=dict, blank=True, help_text="{first_come, greedy, previous: {figures, seats}}")
    rule_costs = models.JSONField(default=list, blank=True)
    leftovers = models.JSONField(default=list, blank=True)

    progress = models.JSONField(default=dict, blank=True, help_text="{step, done, of}")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    """Last sign of the process that works on it; None until one has begun."""
    cancel_requested = models.BooleanField(default=False)
    """Stopped by a person; the process that worked on it winds down."""
    failure = models.JSONField(null=True, blank=True, help_text="{key, params}")

    objects = RunManager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="run_by_due"),
            models.Index(fields=["round", "status"], name="run_by_round"),
        ]
        constraints = [
            known_statuses("run_status_known", RunStatus.values),
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="run_kind_known"),
            models.CheckConstraint(
                condition=~Q(status__in=[s.value for s in SOLVED])
                | (Q(instance__isnull=False, result__isnull=False) & ~Q(input_hash="")),
                name="solved_run_has_input_and_result",
            ),
            models.CheckConstraint(
                condition=~Q(status="FAILED") | Q(failure__isnull=False), name="failed_run_says_why"
            ),
            models.UniqueConstraint(
                fields=["round"], condition=Q(status="RUNNING"), name="one_run_at_a_time_in_a_round"
            ),
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(status="RATIFIED", kind="NATIONAL"),
                name="one_ratified_national_run_per_round",
            ),
        ]

    def get_absolute_url(self):
        """The page that shows the run as it stands: rules, progress or result."""
        if self.status in SOLVED:
            return reverse("partnerships:allocation_result", args=[self.code])
        if self.status in {RunStatus.RUNNING, RunStatus.FAILED}:
            return reverse("partnerships:allocation_progress", args=[self.code])
        return f"{reverse('partnerships:allocation_prepare', args=[self.round.code])}?run={self.code}"

    @property
    def manage_url(self) -> str:
        """Where its acts begin; the run's own page changes with its state."""
        return reverse("partnerships:allocation_run", args=[self.code])

    @property
    def has_open_rules(self) -> bool:
        """Whether its page is that of the rules."""
        return self.status in {RunStatus.DRAFT, RunStatus.DISCARDED}

    @property
    def takes_pins(self) -> bool:
        """Whether staff may still decide on single pairs: in its rules, or in a copy of a result nobody decided on."""
        return self.status in {RunStatus.DRAFT, RunStatus.RESULT}

    @property
    def is_solved(self) -> bool:
        """Whether there is a result to read."""
        return self.status in SOLVED

    @property
    def is_public(self) -> bool:
        """Whether everyone may read it."""
        return self.status in PUBLIC_RUNS

    @property
    def title(self) -> str:
        """The round and the kind of run."""
        return str(_("Round %(round)s: %(kind)s")) % {"round": self.round.code, "kind": self.get_kind_display()}

    @property
    def ratified_at(self):
        """When the head of PPSDM decided; None before."""
        acts = LogEntry.objects.filter(flow=self.flow.name, record_id=self.pk, action="ratify").order_by("-seq")
        return acts.values_list("at", flat=True).first()

    def history_since(self, user):
        """Outside the centre the history begins with the ratification; how the plan was made is the ministry's."""
        return None if user.acting_role in CENTRAL else self.ratified_at or self.status_since

    def shown_change(self, part: str, change: dict, status: str) -> dict:
        """One logged change of the rules in the reader's language: {"label", "before", "after"}."""
        label = str(RULE_LABELS.get(change.get("field", ""), change.get("field", "")))
        return {"label": label, "before": _shown(change.get("before")), "after": _shown(change.get("after"))}


def _shown(value) -> str:
    """A rule's value as the log shows it."""
    if isinstance(value, list):
        return ", ".join(f"≤ {step['upto_pct']} %: +{step['bonus']}" for step in value) or "–"
    return "–" if value in (None, "") else str(value)


class PinKind(models.TextChoices):
    PIN = "PIN", _("Pin")
    FORBID = "FORBID", _("Forbid")


class AllocationPin(models.Model):
    """Staff's own decision on one pair, with its reason and what it cost when it was made."""

    run = models.ForeignKey(AllocationRun, models.CASCADE, related_name="pins")
    line = models.ForeignKey(NeedLine, models.PROTECT, related_name="+")
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=PinKind)
    seats = models.PositiveIntegerField(_("Seats"), null=True, blank=True)
    reason = models.TextField(_("Reason"), max_length=1000, validators=[MinLengthValidator(10)])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    cost = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "line", "intake"], name="one_pin_per_pair"),
            models.CheckConstraint(
                condition=Q(kind="PIN", seats__gte=1) | Q(kind="FORBID", seats__isnull=True),
                name="pin_says_how_many_seats",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.line_id} × {self.intake_id}"


class LineOutcome(models.TextChoices):
    ALL = "ALL", _("Every seat")
    PART = "PART", _("Part of the seats")
    NONE = "NONE", _("No seat")
    NO_PAIR = "NO_PAIR", _("No programme fits")


class AllocationLine(models.Model):
    """What a run gave one need line, and why; as it stood when the input was frozen."""

    run = models.ForeignKey(AllocationRun, models.CASCADE, related_name="lines")
    line = models.ForeignKey(NeedLine, models.PROTECT, related_name="allocations")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    province_code = models.CharField(max_length=2)
    island_group = models.CharField(max_length=30)
    theme_code = models.CharField(max_length=20, blank=True)
    post_code = models.CharField(max_length=20)
    wanted = models.PositiveIntegerField()
    seats = models.PositiveIntegerField(default=0)
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    """The mean of its seats; without any, of its best pair."""
    outcome = models.CharField(max_length=8, choices=LineOutcome)
    reasons = models.JSONField(default=list)
    changes = models.JSONField(null=True, blank=True, help_text="What would change it; null: not computed yet")
    failures = models.JSONField(default=list, help_text="[{intake, program, failures: [{code, params}]}]")

    class Meta:
        ordering = ["run", "line__need", "line__position"]
        indexes = [
            models.Index(fields=["run", "outcome"], name="run_line_by_outcome"),
            models.Index(fields=["run", "province_code"], name="run_line_by_province"),
        ]
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="one_outcome_per_line")]

    def __str__(self):
        return f"{self.run_id}: {self.line_id} {self.seats}/{self.wanted}"


class AllocationSeat(models.Model):
    """Seats a run gave a line in an intake."""

    run = models.ForeignKey(AllocationRun, models.CASCADE, related_name="seats")
    line = models.ForeignKey(NeedLine, models.PROTECT, related_name="+")
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="allocated")
    seats = models.PositiveIntegerField()
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    locked = models.BooleanField(default=False)
    """At least one of the seats was fixed before the run: held, with a partner, or pinned."""
    proposal = models.ForeignKey(Proposal, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["run", "line", "intake"]
        constraints = [
            models.UniqueConstraint(fields=["run", "line", "intake"], name="one_seat_row_per_pair"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="seat_row_has_seats"),
        ]

    def __str__(self):
        return f"{self.run_id}: {self.line_id} × {self.intake_id} {self.seats}"


class AllocationReserve(models.Model):
    """Who is next when a seat of an intake falls free."""

    run = models.ForeignKey(AllocationRun, models.CASCADE, related_name="reserves")
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField()
    line = models.ForeignKey(NeedLine, models.PROTECT, related_name="+")
    seats = models.PositiveIntegerField()
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)

    class Meta:
        ordering = ["run", "intake", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["run", "intake", "rank"], name="one_line_per_reserve_rank"),
            models.UniqueConstraint(fields=["run", "intake", "line"], name="one_reserve_rank_per_line"),
            models.CheckConstraint(condition=Q(seats__gte=1, rank__gte=1), name="reserve_has_rank_and_seats"),
        ]

    def __str__(self):
        return f"{self.run_id}: {self.intake_id} #{self.rank}"
