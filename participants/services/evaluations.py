"""Forms of an evaluation: planned with the completion, answered, confirmed, reopened, void.

Answers are rows of their own and never part of an act: what is typed into an act stays in the log for good.
Order of locks: nomination, evaluation, need. A form that writes to its nomination locks that first.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from accounts.rules import capacity
from participants.models import (
    Behaviour,
    BehaviourLevel,
    Evaluation,
    EvaluationStatus,
    Learning,
    Level,
    Nomination,
    Reaction,
    Result,
)
from participants.rules import evaluations as rules
from regions.services import training_effect
from workflow.calendar import WIB
from workflow.engine import Refused, lock, perform
from workflow.models import Counter

ACTS = {
    Level.L1: "react",
    Level.L2: "record_learning",
    Level.L3_SELF: "assess_oneself",
    Level.L3_HEAD: "assess",
    Level.L4: "measure",
}
"""The act that hands in each form."""


def plan(nomination) -> None:
    """The forms that follow a completion; the line's own once, with the first who completes.

    Called under the need's lock, so that two who complete at the same moment do not plan the line's form twice.
    """
    now = timezone.now()
    nomination.used_in_duty = nomination.used_on = None  # saved with the act; an earlier completion was taken back
    levels = [Level.L1, Level.L2, Level.L3_SELF, Level.L3_HEAD]
    standing = Evaluation.objects.exclude(status=EvaluationStatus.VOID)
    known = set(standing.filter(nomination=nomination).values_list("level", flat=True))
    wanted = [(level, nomination) for level in levels if level not in known]
    if not standing.filter(proposal=nomination.proposal_id, level=Level.L4).exists():
        wanted.append((Level.L4, None))
    codes = Counter.codes(f"EV-{timezone.localdate(now).year}", len(wanted))
    last_day = nomination.last_day or timezone.localdate(nomination.finished_at or now)
    planned = []
    for code, (level, of) in zip(codes, wanted, strict=True):
        zone = WIB if level == Level.L2 else nomination.time_zone
        opens, closes = rules.window(level, last_day, zone, now)
        planned.append(
            Evaluation(
                code=code,
                status=EvaluationStatus.PLANNED,
                level=level,
                proposal=nomination.proposal,
                nomination=of,
                opens_at=opens,
                closes_at=closes,
            )
        )
    Evaluation.objects.bulk_create(planned)


def fall(nomination) -> None:
    """The completion was taken back: the person's forms are void at once. The line's own follows by the clock."""
    standing = Evaluation.objects.filter(nomination=nomination).exclude(status=EvaluationStatus.VOID)
    for evaluation in standing.order_by("pk"):
        perform(evaluation.flow, "void", record=evaluation)


@transaction.atomic
def answer(evaluation, values: dict, *, actor, version: int | None = None):
    """Store the answers of one form and hand it in. Raises what the engine raises; then nothing is stored."""
    if evaluation.level == Level.L3_HEAD:
        lock(evaluation.nomination)
    fresh = lock(evaluation, version=version)
    _store(fresh, values)
    return perform(fresh.flow, ACTS[Level(fresh.level)], record=fresh, actor=actor)


@transaction.atomic
def answer_tests(rows: list[tuple[Evaluation, int, dict]], *, actor) -> int:
    """Level 2 of a roster: all rows or none. All forms are locked before the first is written to the log."""
    for evaluation, version, __ in sorted(rows, key=lambda row: row[0].pk):
        lock(evaluation, version=version)
    for evaluation, __, values in rows:
        answer(evaluation, values, actor=actor)
    return len(rows)


def _store(evaluation, values: dict) -> None:
    values = dict(values)
    match evaluation.level:
        case Level.L1:
            Reaction.objects.update_or_create(evaluation=evaluation, defaults=values)
        case Level.L2:
            Learning.objects.update_or_create(evaluation=evaluation, defaults=values)
        case Level.L4:
            Result.objects.update_or_create(evaluation=evaluation, defaults={**values, "confirmed_by": None})
        case _:
            levels = values.pop("levels")
            behaviour = Behaviour.objects.update_or_create(evaluation=evaluation, defaults=values)[0]
            behaviour.levels.all().delete()
            BehaviourLevel.objects.bulk_create(
                BehaviourLevel(behaviour=behaviour, gap_id=gap, level=level) for gap, level in levels.items()
            )


# --- Effects: (evaluation, actor, answers); the engine saves the evaluation after ----------------------------


def hand_in(evaluation, actor, answers):
    """When, and whether the operator entered it for somebody else."""
    evaluation.answered_at = timezone.now()
    evaluation.on_behalf = evaluation.nomination_id is not None and capacity(actor)[0] == Role.DINAS_OP


def rate(evaluation, actor, answers):
    """The supervisor's levels become those of the need's gaps; the nomination can be closed from now on."""
    behaviour = evaluation.behaviour
    levels = dict(behaviour.levels.values_list("gap", "level"))
    asked = rules.gaps_asked(evaluation.proposal)
    if set(levels) != {gap.pk for gap in asked}:
        raise Refused([_("Rate every competency the training was about.")])
    nomination = evaluation.nomination
    Nomination.objects.filter(pk=nomination.pk).update(used_in_duty=behaviour.used, used_on=timezone.localdate())
    training_effect.rate(evaluation.proposal.line, source=nomination.code, levels=levels, actor=actor)


def confirm(evaluation, actor, answers):
    """The evaluator stands behind the figure."""
    Result.objects.filter(evaluation=evaluation).update(confirmed_by=actor)


def give_time(evaluation, actor, answers):
    """Open until the stated day."""
    evaluation.closes_at = evaluation.due_at = rules.end_of(answers["until"], evaluation.time_zone)
    evaluation.reopened += 1
