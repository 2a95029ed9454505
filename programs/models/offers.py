"""A programme as offered: content, intakes with seats, eligibility, money, papers, amendments after
publishing."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, in_local_language
from accounts.roles import Role
from programs.models.partners import Route, Scheme
from regions.models import FunctionalPost, Theme
from workflow.files import StoredFile
from workflow.models import Record, ReturnRemark, known_statuses


class ProgramStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    VERIFICATION = "VERIFICATION", _("Verification by the Bureau of Cooperation")
    RETURNED = "RETURNED", _("Returned")
    PUBLISHED = "PUBLISHED", _("Published")
    OPEN = "OPEN", _("Registration open")
    CLOSED = "CLOSED", _("Registration closed")
    SELECTION = "SELECTION", _("Selection")
    RUNNING = "RUNNING", _("Running")
    COMPLETED = "COMPLETED", _("Completed")
    EVALUATED = "EVALUATED", _("Evaluated")
    SUSPENDED = "SUSPENDED", _("On hold")
    CANCELLED = "CANCELLED", _("Cancelled")
    REJECTED = "REJECTED", _("Rejected")


class Visibility(models.TextChoices):
    PUBLIC = "PUBLIC", _("Everyone")
    ALL_OFFICES = "ALL_OFFICES", _("All labour offices")
    SELECTED = "SELECTED", _("Selected offices")
    INVITATION = "INVITATION", _("By invitation")


SECTIONS = (
    ("basics", _("Basics")),
    ("competencies", _("Competencies and levels")),
    ("intakes", _("Intakes and seats")),
    ("terms", _("Prerequisites and costs")),
    ("papers", _("Deadline and papers")),
)
"""The parts in which an offer is filled in, in order."""

BASICS = (
    "scheme",
    "title_id",
    "title_en",
    "host",
    "partner_reference",
    "summary_id",
    "summary_en",
    "objectives_id",
    "objectives_en",
    "delivery_mode",
    "country",
    "host_province",
)
TERMS = (
    "min_rank",
    "min_years",
    "min_age",
    "max_age",
    "min_education",
    "employment_statuses",
    "office_types",
    "language",
    "min_language_level",
    "language_test",
    "language_score",
    "interpretation",
    "share_outside_java",
    "no_prior_visit",
    "interview",
    "funding_mode",
    "route",
    "needs_agreement",
    "agreement_note",
)
"""The columns of the first and the fourth part, in the order in which they are asked."""


REMARKED = {"basics": BASICS, "terms": TERMS}
"""The fields a remark may name one by one; the other parts consist of rows and are named as a whole."""


def field_name(name: str) -> str:
    """A field of a programme as people call it."""
    return str(Program._meta.get_field(name).verbose_name)


class Program(Record):
    """A programme offer of one partner under one scheme."""

    partner = models.ForeignKey(Organisation, models.PROTECT, related_name="programs", verbose_name=_("Partner"))
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="programs", verbose_name=_("Scheme"))
    slug = models.SlugField(max_length=80, unique=True)
    host = models.CharField(_("Host or implementing institution"), max_length=160, blank=True)
    partner_reference = models.CharField(_("Partner's course number"), max_length=60, blank=True)
    title_id = models.CharField(_("Title in Indonesian"), max_length=160, blank=True)
    title_en = models.CharField(_("Title in English"), max_length=160, blank=True)
    summary_id = models.TextField(_("Summary in Indonesian"), blank=True, max_length=2000)
    summary_en = models.TextField(_("Summary in English"), blank=True, max_length=2000)
    objectives_id = models.TextField(_("Objectives in Indonesian"), blank=True, max_length=4000)
    objectives_en = models.TextField(_("Objectives in English"), blank=True, max_length=4000)

    delivery_mode = models.CharField(_("Delivery mode"), max_length=20, blank=True)
    country = models.CharField(_("Country"), max_length=2, blank=True)
    host_province = models.CharField(_("Host province"), max_length=2, blank=True)
    language = models.CharField(_("Language"), max_length=2, blank=True)
    interpretation = models.CharField(_("Interpretation"), max_length=14, default="NONE")
    min_language_level = models.CharField(_("Lowest language level"), max_length=4, blank=True)
    language_test = models.CharField(_("Language test"), max_length=12, default="NONE")
    language_score = models.DecimalField(_("Score"), max_digits=5, decimal_places=1, null=True, blank=True)

    all_posts = models.BooleanField(_("Open to every post"), default=False)
    posts = models.ManyToManyField(FunctionalPost, related_name="programs", blank=True, verbose_name=_("Target posts"))
    min_rank = models.CharField(_("Lowest rank"), max_length=20, blank=True)
    min_years = models.PositiveSmallIntegerField(_("Years of service, at least"), null=True, blank=True)
    min_age = models.PositiveSmallIntegerField(_("Age, at least"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("Age, at most"), null=True, blank=True)
    min_education = models.CharField(_("Education, at least"), max_length=10, blank=True)
    employment_statuses = models.JSONField(_("Employment statuses"), default=list, blank=True)
    office_types = models.JSONField(_("Office types"), default=list, blank=True)
    share_outside_java = models.PositiveSmallIntegerField(
        _("Share asked from outside Java (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    no_prior_visit = models.BooleanField(_("No previous visit to the host country"), default=False)
    interview = models.BooleanField(_("Selection by interview"), default=False)

    funding_mode = models.CharField(_("Funding"), max_length=20, blank=True)
    route = models.CharField(_("Nomination route"), max_length=12, choices=Route, blank=True)
    needs_agreement = models.BooleanField(_("Needs an active agreement"), default=False)
    agreement_note = models.CharField(_("Agreement"), max_length=80, blank=True)
    partner_deadline = models.DateTimeField(_("Partner's deadline"), null=True, blank=True)
    partner_zone = models.CharField(_("Time zone of the partner's deadline"), max_length=40, default="Asia/Jakarta")
    internal_deadline = models.DateTimeField(_("Internal deadline"), null=True, blank=True)
    opens_at = models.DateTimeField(_("Registration opens"), null=True, blank=True)
    express = models.BooleanField(_("Express"), default=False)
    rolling = models.BooleanField(_("Rolling registration"), default=False)
    visibility = models.CharField(_("Visibility"), max_length=12, choices=Visibility, default=Visibility.ALL_OFFICES)
    selected_offices = models.ManyToManyField(Organisation, related_name="+", blank=True)

    on_behalf = models.BooleanField(
        default=False, help_text=_("Filed by the Bureau of Cooperation from the partner's letter")
    )
    source_letter_number = models.CharField(_("Letter number"), max_length=80, blank=True)
    source_letter_date = models.DateField(_("Letter date"), null=True, blank=True)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="copies")
    edition = models.PositiveSmallIntegerField(default=1)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    return_count = models.PositiveSmallIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    status_before_suspension = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "internal_deadline"], name="program_by_deadline"),
            models.Index(fields=["partner", "status"], name="program_by_partner"),
        ]
        constraints = [
            known_statuses("program_status_known", ProgramStatus.values),
            models.CheckConstraint(
                condition=~Q(status__in=["PUBLISHED", "OPEN"]) | Q(published_at__isnull=False),
                name="published_program_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(internal_deadline__isnull=True)
                | Q(partner_deadline__isnull=True)
                | Q(internal_deadline__lte=F("partner_deadline")),
                name="internal_deadline_not_after_the_partners",
            ),
            models.CheckConstraint(
                condition=Q(min_age__isnull=True) | Q(max_age__isnull=True) | Q(min_age__lte=F("max_age")),
                name="program_age_range",
            ),
        ]

    def get_absolute_url(self):
        """The page offices read; before publishing, the page on which partner and ministry work."""
        return reverse("programs:program", args=[self.slug]) if self.published_at else self.manage_url

    @property
    def manage_url(self) -> str:
        """The page on which partner and ministry work; acts live below it."""
        return reverse("programs:manage", args=[self.code])

    def waits_for(self) -> tuple[str, ...]:
        """Whose turn it is; a draft or a returned offer waits for the one who files it."""
        roles = self.state.waits_for
        if not self.state.edits or Role.BIROKS_OFF not in roles:
            return roles
        return tuple(role for role in roles if (role == Role.BIROKS_OFF) == self.on_behalf)

    def comment_targets(self) -> list[tuple[str, object]]:
        """What a reviewer's remark may speak of: a part of the offer, or one of its fields."""
        found: list[tuple[str, object]] = []
        for section, label in SECTIONS:
            found.append((f"field:{section}", label))
            found += [(f"field:{name}", f"{label}: {field_name(name)}") for name in REMARKED.get(section, ())]
        return found

    @property
    def title(self) -> str:
        """The title in the reader's language; a placeholder while it is empty."""
        return in_local_language(self, "title") or self.title_en or str(_("Untitled programme"))

    @property
    def summary(self) -> str:
        """The summary in the reader's language."""
        return in_local_language(self, "summary")

    @property
    def objectives(self) -> str:
        """The objectives in the reader's language."""
        return in_local_language(self, "objectives")

    @cached_property
    def all_intakes(self) -> list[Intake]:
        """The intakes by date, loaded once."""
        return list(self.intakes.all())


class ProgramTheme(models.Model):
    """A theme the programme teaches, from which level to which."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="themes")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="program_themes", verbose_name=_("Competency"))
    entry_level = models.PositiveSmallIntegerField(_("Entry level"), default=0, validators=[MaxValueValidator(5)])
    exit_level = models.PositiveSmallIntegerField(
        _("Exit level"), default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )

    class Meta:
        ordering = ["theme_id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "theme"], name="one_theme_per_program"),
            models.CheckConstraint(condition=Q(exit_level__gt=F("entry_level")), name="exit_above_entry"),
        ]

    def __str__(self):
        return f"{self.theme_id} {self.entry_level}→{self.exit_level}"


class Intake(models.Model):
    """One run of a programme with its dates and seats. `seats_taken` never exceeds `seats`: the database
    refuses."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="intakes")
    number = models.PositiveSmallIntegerField(default=1)
    label = models.CharField(_("Name of the intake"), max_length=80, blank=True)
    starts = models.DateField(_("Starts"))
    ends = models.DateField(_("Ends"))
    online_starts = models.DateField(_("Online phase starts"), null=True, blank=True)
    online_ends = models.DateField(_("Online phase ends"), null=True, blank=True)
    place = models.CharField(_("Place"), max_length=120, blank=True)
    seats = models.PositiveIntegerField(_("Seats for Indonesia"))
    seats_taken = models.PositiveIntegerField(default=0)
    min_cohort = models.PositiveIntegerField(_("Smallest group"), null=True, blank=True)

    class Meta:
        ordering = ["program", "starts", "number"]
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="one_intake_per_number"),
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="intake_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(seats_taken__lte=F("seats")), name="seats_never_over_allotted"),
        ]

    def __str__(self):
        return f"{self.program.code}/{self.number}"

    @property
    def seats_free(self) -> int:
        """Seats nobody holds."""
        return self.seats - self.seats_taken

    @property
    def first_day(self):
        """The day the first phase begins, online or in person."""
        return min(d for d in (self.online_starts, self.starts) if d)


class EligibilityRule(models.Model):
    """A requirement in words, mandatory or recommended."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="rules")
    text_id = models.CharField(_("Requirement in Indonesian"), max_length=300)
    text_en = models.CharField(_("Requirement in English"), max_length=300, blank=True)
    mandatory = models.BooleanField(_("Mandatory"), default=True)

    class Meta:
        ordering = ["program", "-mandatory", "pk"]

    def __str__(self):
        return in_local_language(self, "text")


class CostItem(models.Model):
    """One kind of cost, who pays it and, if disclosed, how much."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="costs")
    item = models.CharField(_("Cost item"), max_length=20)
    payer = models.CharField(_("Paid by"), max_length=12)
    amount = models.DecimalField(_("Amount"), max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("Currency"), max_length=3, blank=True)
    note = models.CharField(_("Note"), max_length=160, blank=True)

    class Meta:
        ordering = ["program", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "item"], name="one_payer_per_cost_item"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | (Q(amount__gte=0) & ~Q(currency="")),
                name="amount_has_currency",
            ),
        ]

    def __str__(self):
        return f"{self.item} {self.payer}"


class ProgramFile(StoredFile):
    """General Information or another paper of the programme."""

    class Kind(models.TextChoices):
        GI = "GI", _("General Information (GI)")
        LETTER = "LETTER", _("Offer letter")
        OTHER = "OTHER", _("Other document")
        ATTENDANCE = "ATTEND", _("Attendance list")
        REPORT = "REPORT", _("Evaluation report")

    program = models.ForeignKey(Program, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.GI)

    class Meta:
        ordering = ["kind", "-pk"]


class Remark(ReturnRemark):
    """The Bureau's remark on one part of an offer; the partner ticks it off before the offer comes back."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="remarks")

    @property
    def section(self) -> str:
        """The part of the offer in which the remark is answered; empty for the whole."""
        if self.field in dict(SECTIONS):
            return self.field
        return next((section for section, names in REMARKED.items() if self.field in names), "")

    @property
    def about(self) -> str:
        """What the remark speaks of, in the reader's language; empty for the whole."""
        label = str(dict(SECTIONS).get(self.section, ""))
        return f"{label}: {field_name(self.field)}" if self.section and self.field != self.section else label


class Contact(models.Model):
    """A person to ask, by post and official address."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="contacts")
    post = models.CharField(_("Post"), max_length=120)
    email = models.EmailField(_("Official e-mail"))
    phone = models.CharField(_("Office telephone"), max_length=30, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.post


class Amendment(models.Model):
    """A change after publishing: the former value is kept and the difference is told to those concerned."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="amendments")
    edition = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField(max_length=1000)
    changes = models.JSONField(
        default=list, help_text=_("[{field, label_id, label_en, before, after, before_en, after_en}]")
    )

    class Meta:
        ordering = ["-edition"]
        constraints = [models.UniqueConstraint(fields=["program", "edition"], name="one_amendment_per_edition")]

    def __str__(self):
        return f"{self.program.code} v{self.edition}"
