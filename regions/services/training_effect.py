"""What completed trainings change in a need: people trained and levels now. What was filed and approved stays as it is.

The ledger (`TrainingEffect`, `GapRating`) is the truth; the cells `people_completed`, `people_trained` and `level_now`
are counted anew from it after every entry, under the need's lock. The rule in words is docs/effect-on-the-gap.md.

Order of locks: a need before the revisions that continue it, the oldest first; approving a revision asks for its
predecessor's lock while nobody who counts can be waiting for the revision yet.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from regions.models import CompetencyGap, GapRating, NeedLine, TrainingEffect, TrainingNeed
from workflow.engine import Refused, lock

LEVELS = range(6)
_EXACT = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the ledger says of one line: people trained, and per gap the level now and how many were rated."""

    trained: int
    levels: dict[int, Decimal | None] = field(default_factory=dict)
    rated: dict[int, int] = field(default_factory=dict)


@transaction.atomic
def credit(line: NeedLine, *, source: str, actor) -> None:
    """One more person of this line has completed a training. Said twice for one source, it counts once."""
    needs = _lock(line.need_id)
    if TrainingEffect.objects.filter(source=source, taken_back_at__isnull=True).exists():
        return
    TrainingEffect.objects.create(line_id=line.pk, source=source, credited_by=actor)
    _recount(needs, line.pk)


@transaction.atomic
def take_back(*, source: str, actor) -> None:
    """The completion does not count after all; neither does any rating that came with it."""
    effect = standing(source)
    if effect is None:
        return
    needs = _lock(effect.line.need_id)
    taken = TrainingEffect.objects.filter(pk=effect.pk, taken_back_at__isnull=True)
    if taken.update(taken_back_at=timezone.now(), taken_back_by=actor):
        _recount(needs, effect.line_id)


@transaction.atomic
def rate(line: NeedLine, *, source: str, levels: dict[int, int], actor) -> None:
    """Where this person stands now, by gap of the line; an earlier rating of the same person is replaced as a whole."""
    if unknown := set(levels) - set(line.gaps.values_list("pk", flat=True)):
        raise ValueError(f"not gaps of line {line.pk}: {sorted(unknown)}")
    if wrong := [level for level in levels.values() if level not in LEVELS]:
        raise ValueError(f"levels go from 0 to 5: {wrong}")
    needs = _lock(line.need_id)
    effect = standing(source)
    if effect is None or effect.line_id != line.pk:
        raise Refused([_("The completion no longer stands, so the level of this person does not count.")])
    effect.ratings.all().delete()
    GapRating.objects.bulk_create(
        GapRating(effect=effect, gap_id=gap, level=level, rated_by=actor) for gap, level in sorted(levels.items())
    )
    _recount(needs, line.pk)


def standing(source: str) -> TrainingEffect | None:
    """What one source is credited with now."""
    return TrainingEffect.objects.select_related("line").filter(source=source, taken_back_at__isnull=True).first()


def carry_over(need: TrainingNeed, former: TrainingNeed) -> None:
    """A revision is approved: its lines go on where those stood that they continue. Sets the need's count, unsaved."""
    lock(former)
    for line in need.lines.all():
        _write(line.pk)
    need.people_completed = _people(need.pk)


def figures_of(line: NeedLine) -> Figures:
    """The line's cells as the ledger says they are, counted from nothing."""
    effects = TrainingEffect.objects.filter(line__in=_with_former(line), taken_back_at__isnull=True)
    by_theme: dict[str, list[int]] = defaultdict(list)
    for theme, level in GapRating.objects.filter(effect__in=effects).values_list("gap__theme", "level"):
        by_theme[theme].append(level)
    gaps = list(line.gaps.all())
    return Figures(
        effects.count(),
        {gap.pk: mean_level(line.requested_total, gap.current_level, by_theme[gap.theme_id]) for gap in gaps},
        {gap.pk: len(by_theme[gap.theme_id]) for gap in gaps},
    )


def mean_level(people: int, filed: int, rated: list[int]) -> Decimal | None:
    """The mean over all people requested: the rated at their level, everyone else where they were when it was filed."""
    if not rated:
        return None
    people = max(people, len(rated))
    total = sum(rated) + (people - len(rated)) * filed
    return (Decimal(total) / people).quantize(_EXACT, ROUND_HALF_UP)


def _with_former(line: NeedLine) -> list[int]:
    """The line and those it continues, back to the first need."""
    found, former = [line.pk], line.continues_id
    while former:
        found.append(former)
        former = NeedLine.objects.values_list("continues", flat=True).get(pk=former)
    return found


def _lock(need_id: int) -> list[int]:
    """The need and the approved revisions that go on from it, under lock, the oldest first."""
    found, waiting = [], [need_id]
    while waiting:
        pk = waiting.pop(0)
        TrainingNeed.objects.select_for_update(no_key=True).get(pk=pk)
        found.append(pk)
        revisions = TrainingNeed.objects.filter(revises=pk, approved_at__isnull=False)
        waiting += revisions.order_by("pk").values_list("pk", flat=True)
    return found


def _recount(needs: list[int], line_id: int) -> None:
    """Write the cells of the line and of the lines that continue it, and the count of their needs."""
    lines, touched = [line_id], set()
    while lines:
        line = _write(lines.pop())
        touched.add(line.need_id)
        lines += NeedLine.objects.filter(continues=line.pk, need__in=needs).values_list("pk", flat=True)
    for pk in sorted(touched):
        TrainingNeed.objects.filter(pk=pk).update(people_completed=_people(pk))


def _write(line_id: int) -> NeedLine:
    line = NeedLine.objects.get(pk=line_id)
    figures = figures_of(line)
    NeedLine.objects.filter(pk=line_id).update(people_trained=figures.trained)
    for gap, level in figures.levels.items():
        CompetencyGap.objects.filter(pk=gap).update(level_now=level)
    return line


def _people(need_id: int) -> int:
    return NeedLine.objects.filter(need=need_id).aggregate(n=Sum("people_trained"))["n"] or 0
