"""A training need: its lines (composition, quantity), competency gaps (quality), papers and the reviewers' remarks."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from regions.models.cycles import NeedCycle
from regions.models.vocabulary import FunctionalPost, Theme, term_label
from workflow.calendar import WIB
from workflow.files import StoredFile
from workflow.models import Record, ReturnRemark, known_statuses

KEY_LENGTH = 64


def client_key() -> models.CharField:
    """What the page or script that made a row called it: sent twice, the same page makes it once. Empty: made here."""
    return models.CharField(max_length=KEY_LENGTH, blank=True, default="", editable=False)


def once(name: str, owner: str) -> models.UniqueConstraint:
    """A client's key names one row of its owner."""
    return models.UniqueConstraint(fields=[owner, "client_key"], condition=~Q(client_key=""), name=name)


class NeedStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    PROV_REVIEW = "PROV_REVIEW", _("Provincial verification")
    MIN_REVIEW = "MIN_REVIEW", _("Ministry verification")
    TECH_REVIEW = "TECH_REVIEW", _("Technical review")
    RETURNED = "RETURNED", _("Returned")
    APPROVED = "APPROVED", _("Approved")
    IN_FULFILMENT = "IN_FULFILMENT", _("Being met")
    FULFILLED = "FULFILLED", _("Met")
    CLOSED_UNMET = "CLOSED_UNMET", _("Closed unmet")
    REJECTED = "REJECTED", _("Rejected")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    MERGED = "MERGED", _("Merged")


class TrainingNeed(Record):
    """What one office needs in one cycle. A revision after approval is a need of its own that `revises` the former."""

    office = models.ForeignKey(Organisation, models.PROTECT, related_name="needs", verbose_name=_("Office"))
    cycle = models.ForeignKey(NeedCycle, models.PROTECT, related_name="needs")
    revision = models.PositiveSmallIntegerField(default=1)
    revises = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="revisions")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    national_number = models.CharField(max_length=30, unique=True, null=True, blank=True)  # noqa: DJ001 - unique needs NULL

    contact_post = models.CharField(_("Post of the officer in charge"), max_length=120, blank=True)
    contact_email = models.EmailField(_("Official e-mail"), blank=True)
    contact_phone = models.CharField(_("Office telephone"), max_length=30, blank=True)

    urgency = models.CharField(_("Urgency"), max_length=2, blank=True)
    preferred_mode = models.CharField(_("Preferred delivery mode"), max_length=20, blank=True)
    causes = models.JSONField(_("Causes"), default=list, blank=True)
    reason = models.TextField(_("Reason"), blank=True, max_length=2000)
    nominees_identified = models.BooleanField(_("Candidates are identified"), default=False)
    language_evidence = models.BooleanField(_("Evidence of language level exists"), default=False)
    budget_line = models.BooleanField(_("A budget line (APBD) or plan exists"), default=False)
    follow_up_plan = models.BooleanField(_("A follow-up plan exists"), default=False)

    signature_requested_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    returned_from = models.CharField(max_length=20, blank=True)
    return_count = models.PositiveSmallIntegerField(default=0)
    change_summary = models.TextField(blank=True)
    without_province = models.BooleanField(default=False)
    without_technical_review = models.BooleanField(default=False)
    rejection_proposed = models.BooleanField(default=False)
    objected = models.BooleanField(default=False)
    provincial_rank = models.PositiveSmallIntegerField(_("Rank within the province"), null=True, blank=True)
    technical_unit = models.CharField(max_length=20, blank=True)
    mandate = models.CharField(max_length=10, blank=True)
    ministry_days_left = models.PositiveSmallIntegerField(default=10)
    ministry_due_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    score = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    score_parts = models.JSONField(default=list, blank=True)
    score_frozen = models.BooleanField(default=False)
    people_requested = models.PositiveIntegerField(default=0)
    people_accepted = models.PositiveIntegerField(default=0)
    people_completed = models.PositiveIntegerField(default=0)
    met_by_count = models.BooleanField(default=False)
    """The clock recorded the need as met because the count said so; then the count can say otherwise, too."""
    edits = models.JSONField(default=dict, blank=True)
    """Per part of the form (office, reason, papers, line-<id>): who saved last, from which page, and what is not logged
    yet; see services.content."""
    client_key = client_key()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["office", "status"], name="need_by_office"),
            models.Index(fields=["status", "due_at"], name="need_by_due"),
            models.Index(fields=["status", "-score"], name="need_by_score"),
            models.Index(F("submitted_at").desc(nulls_last=True), F("id").desc(), name="need_by_filing"),
            models.Index(F("updated_at").desc(), F("id").desc(), name="need_by_change"),
            # What lists and maps count and look through, without opening the rows, which are seventeen times as large.
            models.Index(
                fields=["status", "cycle"],
                include=[
                    "id",
                    "office",
                    "submitted_at",
                    "urgency",
                    "score",
                    "people_requested",
                    "people_completed",
                    "code",
                    "national_number",
                ],
                name="need_in_counts",
            ),
        ]
        constraints = [
            known_statuses("need_status_known", NeedStatus.values),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "IN_FULFILMENT", "FULFILLED"])
                | Q(national_number__isnull=False, score__isnull=False, score_frozen=True),
                name="approved_need_has_number_and_frozen_score",
            ),
            models.CheckConstraint(
                condition=~Q(status="MERGED") | Q(merged_into__isnull=False), name="merged_need_names_its_parent"
            ),
            once("one_need_per_client_key", "office"),
        ]

    def get_absolute_url(self):
        """The need's page."""
        return reverse("regions:need", args=[self.code])

    @property
    def time_zone(self) -> str:
        """Deadlines end in the office's zone; while the ministry holds the need, in the ministry's."""
        in_ministry = self.status in {NeedStatus.MIN_REVIEW, NeedStatus.TECH_REVIEW}
        return WIB if in_ministry else self.office.time_zone

    @property
    def region_code(self) -> str:
        """Kemendagri code of the office's region."""
        return self.office.region_code

    @property
    def awaits_signature(self) -> bool:
        """Whether the operator has handed the need to the head of office."""
        return self.signature_requested_at is not None and self.status in {NeedStatus.DRAFT, NeedStatus.RETURNED}

    @property
    def turn_since(self):
        """The head's turn begins when the operator hands the need over; the status stays."""
        return self.signature_requested_at if self.awaits_signature else self.status_since

    @property
    def band(self) -> str:
        """A ≥ 70, B ≥ 55, C ≥ 40, else D; empty without a score."""
        if self.score is None:
            return ""
        return "A" if self.score >= 70 else "B" if self.score >= 55 else "C" if self.score >= 40 else "D"

    @property
    def shown_status(self) -> tuple:
        """What the status tag says: a draft or returned need that waits for the head says so."""
        if self.awaits_signature:
            return _("Awaiting sign-off"), "violet", "pen"
        return self.state.label, self.state.tone, self.state.icon

    @property
    def people_remaining(self) -> int:
        """People who still wait for a training, line by line: one trained too many in a line helps no other line."""
        return sum(line.people_remaining for line in self.all_lines)

    def waits_for(self) -> tuple[str, ...]:
        """Whose turn it is: the operator's until the need is handed to the head of office."""
        if self.status in {NeedStatus.DRAFT, NeedStatus.RETURNED}:
            return (Role.DINAS_HEAD,) if self.awaits_signature else (Role.DINAS_OP,)
        return self.state.waits_for

    def stages(self) -> tuple:
        """The step bar: needs that do not pass the province have no step for it."""
        stages = self.flow.stages
        if self.office.is_regency_level and not self.revises_id:
            return stages
        return tuple(stage for stage in stages if stage[0] != "province")

    @property
    def root_code(self) -> str:
        """The code without its revision."""
        return self.code.split("-R")[0]

    @cached_property
    def all_lines(self) -> list[NeedLine]:
        """The lines with posts, gaps and themes, loaded once."""
        if "lines" in getattr(self, "_prefetched_objects_cache", {}):
            return list(self.lines.all())
        return list(self.lines.select_related("post").prefetch_related("gaps__theme").order_by("position", "pk"))

    def shown_change(self, part: str, change: dict, status: str) -> dict | None:
        """One logged change in the reader's language: {"label", "before", "after"}.

        None for what was filled in for the first time in a draft: that is not news, and the log keeps it.
        """
        if status == NeedStatus.DRAFT and change.get("before") in (None, "", [], False, 0):
            return None
        name, line = str(change.get("field", "")), part.removeprefix("line ") if part.startswith("line ") else ""
        model = NeedLine if line else TrainingNeed
        prefix = str(_("Line %(number)d")) % {"number": int(line)} if line.isdecimal() else ""
        if name == "line":
            label = prefix
        elif name.startswith("gap "):
            theme, *rest = name.removeprefix("gap ").split(" ")
            what = str(CompetencyGap._meta.get_field(rest[0]).verbose_name) if rest else str(_("Level"))
            label = f"{prefix}: {theme}, {what}"
        else:
            field = next((f for f in model._meta.concrete_fields if f.name == name), None)
            label = ": ".join(p for p in (prefix, str(field.verbose_name) if field else name) if p)
        vocabulary = CHANGE_VOCABULARIES.get(name.rsplit(" ", 1)[-1])
        return {
            "label": label,
            "before": _shown_value(change.get("before"), vocabulary),
            "after": _shown_value(change.get("after"), vocabulary),
        }

    def comment_targets(self) -> list[tuple[str, str]]:
        """What a reviewer's remark may be about: a line, a figure of a line, or a field of the need."""
        found = []
        for line in self.all_lines:
            name = str(_("Line %(number)d")) % {"number": line.position}
            found.append((f"line:{line.position}", f"{name}: {line.post.label}"))
            found += [
                (f"line:{line.position}:{field}", f"{name}: {NeedLine._meta.get_field(field).verbose_name}")
                for field in REMARK_LINE_FIELDS
            ]
        found += [(f"field:{field}", TrainingNeed._meta.get_field(field).verbose_name) for field in REMARK_FIELDS]
        return [*found, ("field:evidence", str(_("Supporting evidence"))), ("field:letter", str(_("Cover letter")))]

    @property
    def title(self) -> str:
        """What the need is about: the themes of its lines, at most two."""
        themes = list(dict.fromkeys(g.theme.label for line in self.all_lines for g in line.gaps.all()))
        if not themes:
            return str(_("Need without lines"))
        return ", ".join(themes[:2]) + (f" +{len(themes) - 2}" if len(themes) > 2 else "")


CHANGE_VOCABULARIES = {
    "urgency": "urgency",
    "preferred_mode": "delivery_mode",
    "causes": "gap_cause",
    "gap_cause": "gap_cause",
    "rank": "rank",
    "employment_status": "employment_status",
    "age_band": "age_band",
    "education": "education",
    "years_in_post_band": "years_in_post_band",
    "language_level": "language_level",
    "competency_kind": "competency_kind",
    "certification_wanted": "certification_wanted",
}
"""Logged field -> the vocabulary its codes come from."""


def _shown_value(value, vocabulary: str | None) -> str:
    """A logged value as people read it."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(_shown_value(part, vocabulary) for part in value)
    if value in (None, ""):
        return ""
    return term_label(vocabulary, str(value)) if vocabulary else str(value)


REMARK_FIELDS = (
    "contact_post",
    "contact_email",
    "urgency",
    "preferred_mode",
    "causes",
    "reason",
)
REMARK_LINE_FIELDS = ("rank", "formation_abk", "in_post", "untrained", "requested_total")


class NeedLine(models.Model):
    """Composition and quantity of one post: who is to be trained and how many."""

    need = models.ForeignKey(TrainingNeed, models.CASCADE, related_name="lines")
    continues = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="continued_by")
    """In a revision: the line of the former need that this one was copied from."""
    people_trained = models.PositiveIntegerField(default=0, editable=False)
    """People of this line who completed a training; kept by services.training_effect, never typed."""
    position = models.PositiveSmallIntegerField(default=1)
    post = models.ForeignKey(FunctionalPost, models.PROTECT, verbose_name=_("Post"))
    rank = models.CharField(_("Rank"), max_length=20, default="NONE")
    employment_status = models.CharField(_("Employment status"), max_length=10, default="PNS")
    work_unit = models.CharField(_("Work unit"), max_length=120, blank=True)
    n_female = models.PositiveIntegerField(_("Women"), null=True, blank=True)
    n_male = models.PositiveIntegerField(_("Men"), null=True, blank=True)
    age_band = models.CharField(_("Age band"), max_length=10, blank=True)
    education = models.CharField(_("Education"), max_length=10, blank=True)
    years_in_post_band = models.CharField(_("Years in post"), max_length=10, blank=True)
    language_level = models.CharField(_("English level"), max_length=10, blank=True)
    persons_with_disability = models.PositiveIntegerField(_("Persons with disability"), default=0)
    formation_abk = models.PositiveIntegerField(_("Authorised posts (ABK)"), default=0)
    in_post = models.PositiveIntegerField(_("Staff in post"), default=0)
    retiring_3y = models.PositiveIntegerField(_("Retiring within 3 years"), default=0)
    untrained = models.PositiveIntegerField(_("Without the required training"), default=0)
    requested_total = models.PositiveIntegerField(
        _("People to train"), default=1, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    requested_y1 = models.PositiveIntegerField(_("In the first year"), null=True, blank=True)
    requested_y2 = models.PositiveIntegerField(_("In the second year"), null=True, blank=True)
    requested_y3 = models.PositiveIntegerField(_("In the third year"), null=True, blank=True)
    min_batch = models.PositiveIntegerField(_("Smallest useful group"), null=True, blank=True)
    jp_requested = models.PositiveIntegerField(_("Lesson hours (JP)"), null=True, blank=True)
    vacancies_to_fill = models.PositiveIntegerField(_("Vacancies that will be filled"), default=0)
    earliest_start = models.DateField(_("Earliest start"), null=True, blank=True)
    justification = models.TextField(_("Justification"), blank=True, max_length=1000)
    client_key = client_key()

    class Meta:
        ordering = ["need", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(requested_total__gte=1), name="line_requests_someone"),
            models.CheckConstraint(condition=Q(retiring_3y__lte=F("in_post")), name="retiring_within_staff"),
            models.CheckConstraint(condition=Q(untrained__lte=F("in_post")), name="untrained_within_staff"),
            once("one_line_per_client_key", "need"),
        ]

    def __str__(self):
        return f"{self.need_id}/{self.position}"

    @property
    def vacancy(self) -> int:
        """Authorised posts without a holder; evidence only, training does not fill them."""
        return max(self.formation_abk - self.in_post, 0)

    @property
    def people_remaining(self) -> int:
        """People of this line who still wait for a training."""
        return max(self.requested_total - self.people_trained, 0)

    @property
    def rank_label(self) -> str:
        """The rank in the reader's language; empty for posts without ranks."""
        return "" if self.rank in {"", "NONE"} else term_label("rank", self.rank)


class CompetencyGap(models.Model):
    """Quality: from which level to which, in which theme, and why."""

    line = models.ForeignKey(NeedLine, models.CASCADE, related_name="gaps")
    theme = models.ForeignKey(Theme, models.PROTECT, verbose_name=_("Competency"))
    competency_kind = models.CharField(_("Kind of competency"), max_length=12, default="TEKNIS")
    competency_title = models.CharField(_("Competency in your words"), max_length=200, blank=True)
    skkni_code = models.CharField(_("SKKNI unit code"), max_length=40, blank=True)
    current_level = models.PositiveSmallIntegerField(_("Current level"), validators=[MaxValueValidator(5)])
    target_level = models.PositiveSmallIntegerField(
        _("Target level"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    level_now = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True, editable=False)
    """Mean over all people of the line once somebody was rated after training; what was filed stays as it is."""
    kkni_target = models.PositiveSmallIntegerField(
        _("KKNI target"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    gap_cause = models.CharField(_("Cause of the gap"), max_length=20, blank=True)
    evidence = models.ForeignKey("regions.Evidence", models.SET_NULL, null=True, blank=True, related_name="gaps")
    certification_wanted = models.CharField(_("Certificate wanted"), max_length=20, default="NONE")
    expected_outcome = models.TextField(_("Expected outcome"), blank=True, max_length=1000)
    performance_indicator = models.CharField(_("Performance indicator"), max_length=200, blank=True)
    client_key = client_key()

    class Meta:
        ordering = ["line", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(target_level__gt=F("current_level")), name="target_above_current"),
            models.CheckConstraint(
                condition=Q(current_level__lte=5, target_level__gte=1, target_level__lte=5), name="levels_in_range"
            ),
            models.CheckConstraint(
                condition=Q(level_now__isnull=True) | Q(level_now__gte=0, level_now__lte=5), name="level_now_in_range"
            ),
            models.UniqueConstraint(fields=["line", "theme"], name="one_gap_per_theme"),
            once("one_gap_per_client_key", "line"),
        ]

    def __str__(self):
        return f"{self.theme_id} {self.current_level}→{self.target_level}"

    @property
    def label(self) -> str:
        """The competency in the reader's language."""
        return self.theme.label


class Evidence(StoredFile):
    """A file that supports the need."""

    need = models.ForeignKey(TrainingNeed, models.CASCADE, related_name="evidence")
    evidence_type = models.CharField(_("Type of evidence"), max_length=20)
    client_key = client_key()

    class Meta:
        ordering = ["pk"]
        constraints = [once("one_file_per_client_key", "need")]


class CoverLetter(StoredFile):
    """The signed letter that sends the need."""

    need = models.OneToOneField(TrainingNeed, models.CASCADE, related_name="cover_letter")
    number = models.CharField(_("Letter number"), max_length=80)
    date = models.DateField(_("Letter date"))
    subject = models.CharField(_("Subject"), max_length=200, blank=True)


class FieldComment(ReturnRemark):
    """A reviewer's remark on a field or line; the office ticks it off when it resubmits."""

    need = models.ForeignKey(TrainingNeed, models.CASCADE, related_name="comments")
    line = models.ForeignKey(NeedLine, models.SET_NULL, null=True, blank=True, related_name="comments")
    line_number = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("The number its line had when the remark was made; the line may be gone")
    )

    @property
    def is_on_line(self) -> bool:
        """Whether it speaks of a line, which may have been removed since."""
        return bool(self.line_id or self.line_number)

    @property
    def about(self) -> str:
        """What the remark is about, in the reader's language; empty: the need as a whole."""
        if self.line_id:
            name = str(_("Line %(number)d")) % {"number": self.line.position}
            return f"{name}: {_field_name(self.field)}" if self.field else name
        if self.line_number:
            return str(_("Line %(number)d, which was removed")) % {"number": self.line_number}
        return _field_name(self.field)

    @property
    def part(self) -> str:
        """The part of the form in which the remark is answered."""
        if self.is_on_line or not self.field:
            return "lines"
        if self.field in {"evidence", "letter"}:
            return "papers"
        return "office" if self.field.startswith("contact") else "reason"

    @property
    def place_url(self) -> str:
        """The field or line of the form that the remark speaks of; empty: the whole need, or a line that is gone."""
        if self.line_id:
            spot = f"#div_id_{self.field}" if self.field else ""
            return reverse("regions:line", args=[self.need.code, self.line_id]) + spot
        if self.line_number or not self.field:
            return ""
        spot = "" if self.part == "papers" else f"#div_id_{self.field}"
        return reverse(f"regions:{self.part}", args=[self.need.code]) + spot


def _field_name(field: str) -> str:
    """A field of a need or of a line as people call it; empty where there is none."""
    if field in {"evidence", "letter"}:
        return str(_("Supporting evidence") if field == "evidence" else _("Cover letter"))
    for model in (NeedLine, TrainingNeed):
        found = next((f for f in model._meta.concrete_fields if f.name == field), None)
        if found is not None:
            return str(found.verbose_name)
    return ""
