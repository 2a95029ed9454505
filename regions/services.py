"""Writes on training needs: numbering, copying, and what each step of the workflow leaves behind."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from regions import rules
from regions.models import FieldComment, NeedLine, NeedStatus, PriorityTheme, TrainingNeed
from regions.scoring import NeedFacts, priority
from workflow.calendar import WIB, end_of_working_day, working_days_between
from workflow.engine import note, perform
from workflow.models import Counter

MINISTRY_DAYS = 10
"""Working days the ministry has in all, technical review included (UU 30/2014 art. 39)."""

LINE_COPY = [
    f.name for f in NeedLine._meta.concrete_fields if f.name not in {"id", "need"}
]


def ministry_deadline(need, now):
    """Ten working days from the moment the need first reached the ministry; a technical review does not restart them."""
    if need.ministry_due_at is None:
        need.ministry_due_at = end_of_working_day(now, need.ministry_days_left, WIB)
    return need.ministry_due_at


@transaction.atomic
def open_need(*, office, cycle, actor, source: TrainingNeed | None = None) -> TrainingNeed:
    """A new draft with its code, filled from the office's profile and, if given, copied from an earlier need."""
    number = Counter.next(f"KB-{cycle.year}")
    need = TrainingNeed.objects.create(
        code=f"KB-{cycle.year}-{number:04d}",
        status=NeedStatus.DRAFT,
        office=office,
        cycle=cycle,
        created_by=actor,
        contact_email=office.email,
    )
    if source is not None:
        copy_content(source, need)
    note(need.flow, need, actor, "create", {"source": source.code} if source else None)
    return need


def copy_content(source: TrainingNeed, need: TrainingNeed) -> None:
    """Copy lines, gaps and reasons, not papers: letters and evidence belong to the need they were made for."""
    for name in (
        "contact_post", "contact_email", "contact_phone", "urgency", "preferred_mode", "causes", "reason",
        "nominees_identified", "language_evidence", "budget_line", "follow_up_plan",
    ):
        setattr(need, name, getattr(source, name))
    need.save()
    for line in source.lines.prefetch_related("gaps"):
        gaps = list(line.gaps.all())
        copy = NeedLine.objects.create(need=need, **{name: getattr(line, name) for name in LINE_COPY})
        for gap in gaps:
            gap.pk, gap.line, gap.evidence = None, copy, None
            gap._state.adding = True
            gap.save()
    refresh_totals(need)


def facts_of(need: TrainingNeed) -> NeedFacts:
    """A need as the scoring sees it."""
    lines = list(need.lines.prefetch_related("gaps"))
    gaps = [gap for line in lines for gap in line.gaps.all()]
    region = getattr(getattr(need.office, "office", None), "region", None)
    return NeedFacts(
        formation=sum(line.formation_abk for line in lines),
        in_post=sum(line.in_post for line in lines),
        untrained=sum(line.untrained for line in lines),
        retiring=sum(line.retiring_3y for line in lines),
        vacancy=sum(line.vacancy for line in lines),
        levels=tuple((gap.current_level, gap.target_level) for gap in gaps),
        mandate=need.mandate or mandate_of(need, {gap.theme_id for gap in gaps}),
        region_code=need.office.region_code,
        is_remote=bool(region and region.is_remote),
        urgency=need.urgency,
        nominees_identified=need.nominees_identified,
        language_evidence=need.language_evidence,
        budget_line=need.budget_line,
        follow_up_plan=need.follow_up_plan,
    )


def mandate_of(need: TrainingNeed, themes: set[str]) -> str:
    """NATIONAL if a theme is on the year's national list, PROVINCIAL if on the province's plan, else NONE."""
    regions = set(
        PriorityTheme.objects.filter(
            year=need.cycle_id, theme_id__in=themes, region_code__in=["", need.office.province_code]
        ).values_list("region_code", flat=True)
    )
    return "NATIONAL" if "" in regions else "PROVINCIAL" if regions else "NONE"


def refresh_totals(need: TrainingNeed) -> None:
    """Recompute people and, until approval freezes it, the priority score. Does not save other fields."""
    need.people_requested = need.lines.aggregate(n=Sum("requested_total"))["n"] or 0
    need.__dict__.pop("all_lines", None)
    fields = ["people_requested"]
    if not need.score_frozen:
        result = priority(facts_of(need))
        need.score, need.score_parts = result.total, [part.as_json() for part in result.parts]
        fields += ["score", "score_parts"]
    TrainingNeed.objects.filter(pk=need.pk).update(**{name: getattr(need, name) for name in fields})


# --- Effects of the workflow, (need, actor, answers); the engine saves the need afterwards -------------------------


def request_signature(need, actor, answers):
    """The turn passes to the head of office."""
    need.signature_requested_at = timezone.now()


def cancel_signature(need, actor, answers):
    """The turn returns to the operator."""
    need.signature_requested_at = None


def sign(need, actor, answers):
    """The head's signature: who and when."""
    need.submitted_at, need.submitted_by = timezone.now(), actor
    need.signature_requested_at = None
    refresh_totals(need)


def resign(need, actor, answers):
    """A signature after repair; the summary tells the reviewers where to look."""
    sign(need, actor, answers)
    need.change_summary, need.returned_from = answers.get("summary", ""), ""


def endorse(need, actor, answers):
    """The province's rank, if it gave one."""
    need.provincial_rank = answers.get("provincial_rank") or None


def forward_without_province(need, actor, answers):
    """Silence of the province does not stop an office; the need carries the flag from here on."""
    need.without_province = True


def propose_rejection(need, actor, answers):
    """The ministry decides; the proposal is shown with it."""
    need.rejection_proposed = True


def take_comments(need, actor, answers):
    """Store the remarks with the field or line they speak of: [{"line": position or "", "field": name, "text": …}]."""
    need.returned_from, need.signature_requested_at = _state_before(need), None
    need.return_count += 1
    if need.ministry_due_at:
        # The ministry's clock stops while the office repairs the need.
        left = working_days_between(timezone.now(), need.ministry_due_at, WIB)
        need.ministry_days_left, need.ministry_due_at = max(left, 1), None
    lines = {line.position: line for line in need.lines.all()}
    FieldComment.objects.bulk_create(
        FieldComment(
            need=need,
            line=lines.get(int(remark["line"])) if remark.get("line") else None,
            field=remark.get("field", ""),
            text=remark["text"],
            round=need.return_count,
            author=actor,
        )
        for remark in answers["comments"]
    )


def _state_before(need) -> str:
    """The state the need is being returned from: the engine has already set the new one on this object."""
    return TrainingNeed.objects.values_list("status", flat=True).get(pk=need.pk)


def guide_unit_choices(need):
    """The ministry units that guide the posts of the need's lines."""
    return [(unit.code, unit.name) for unit in Organisation.objects.filter(code__in=rules.guide_units(need))]


def mandate_choices(need):
    """The three mandates with their points."""
    return [
        ("NATIONAL", _("On the national priority list (15 points)")),
        ("PROVINCIAL", _("On the provincial plan (8 points)")),
        ("NONE", _("Neither (0 points)")),
    ]


def ask_technical_review(need, actor, answers):
    """Which unit was asked."""
    need.technical_unit = answers["unit"]


def take_opinion(need, actor, answers):
    """The reviewer's mandate replaces the computed one; the head of PPSDM confirms it by approving."""
    need.mandate = answers["mandate"]
    refresh_totals(need)


def no_opinion(need, actor, answers):
    """The need returns with a flag."""
    need.without_technical_review = True


def approve(need, actor, answers):
    """Freeze the score, give the consolidated number, and put a revision in its predecessor's place."""
    refresh_totals(need)
    need.score_frozen, need.approved_at, need.rejection_proposed = True, timezone.now(), False
    if need.revises_id:
        need.national_number = f"{need.revises.national_number}-R{need.revision}"
    else:
        place = need.office.province_code or "00"
        number = Counter.next(f"KEB-{need.cycle_id}-{place}")
        need.national_number = f"KEB-{need.cycle_id}-{place}-{number:04d}"
    if need.revises_id:
        perform(need.flow, "supersede", record=need.revises, answers={"parent": need.code})


def object_to_rejection(need, actor, answers):
    """One objection; the ministry has ten new working days."""
    need.objected, need.ministry_due_at, need.ministry_days_left = True, None, MINISTRY_DAYS
    need.due_at = ministry_deadline(need, timezone.now())


def merge(need, actor, answers):
    """The need lives on in its parent."""
    need.merged_into = TrainingNeed.objects.get(code=str(answers["parent"]).strip().upper())


def supersede(need, actor, answers):
    """An approved revision takes this need's place."""
    need.merged_into = TrainingNeed.objects.get(code=answers["parent"])


def open_revision(need, actor, answers):
    """A copy with the next revision number, editable by the office, going straight to the ministry."""
    revision = need.revision + 1
    while TrainingNeed.objects.filter(code=f"{_root(need.code)}-R{revision}").exists():
        revision += 1
    copy = TrainingNeed.objects.create(
        code=f"{_root(need.code)}-R{revision}",
        status=NeedStatus.DRAFT,
        office=need.office,
        cycle=need.cycle,
        revision=revision,
        revises=need,
        created_by=actor,
    )
    copy_content(need, copy)
    note(copy.flow, copy, actor, "create", {"revises": need.code})


def _root(code: str) -> str:
    return code.split("-R")[0]
