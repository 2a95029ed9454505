"""Figures derived from a need's lines: people requested and, until approval freezes it, the priority score."""

from __future__ import annotations

from django.db.models import Sum

from regions.models import PriorityTheme, TrainingNeed
from regions.scoring import NeedFacts, priority


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
