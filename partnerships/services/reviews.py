"""Writes on reviews: opening, content, the answers to recommendations, and what each act leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partnerships.models import Criterion, Recommendation, Review, ReviewRating, ReviewStatus
from partnerships.rules import reviews as rules
from programs.models import Program
from workflow.engine import Refused, Stale, lock, note
from workflow.formats import shortday
from workflow.models import Counter

_evidence: list[Callable[[Review], dict[str, Any]]] = []


def register_evidence(source: Callable[[Review], dict[str, Any]]) -> None:
    """Called when Django starts by the room upstairs that knows the figures: (review) -> numbers as JSON."""
    _evidence.append(source)


def evidence_of(review) -> dict[str, Any]:
    """The figures as they stand now."""
    return {key: value for source in _evidence for key, value in source(review).items()}


@transaction.atomic
def open_review(subject, actor) -> Review:
    """A new review with its six criteria still empty; Refused where none can begin."""
    locked = type(subject).objects.select_for_update(no_key=True).get(pk=subject.pk)
    if not rules.may_begin(actor):
        raise Refused([_("Only evaluators write reviews.")])
    if sentence := rules.why_not(locked):
        raise Refused([sentence])
    now = timezone.now()
    key = "program" if isinstance(locked, Program) else "agreement"
    review = Review(
        code=Counter.code(f"TN-{timezone.localdate(now).year}"),
        status=ReviewStatus.DRAFT,
        created_by=actor,
        **{key: locked},
    )
    review.covers_from, review.covers_to = _period_of(locked)
    review.due_at = review.state.within(review, now) if review.state.within else None
    try:
        with transaction.atomic():
            review.save()
    except IntegrityError:
        raise Refused([_("A review of this record is being written already.")]) from None
    ReviewRating.objects.bulk_create(ReviewRating(review=review, criterion=c) for c in Criterion)
    note(review.flow, review, actor, "create", {"subject": locked.code})
    return review


def _period_of(subject):
    """What a review covers to begin with: the days of the programme or the validity of the agreement, up to today."""
    today = timezone.localdate()
    if isinstance(subject, Program):
        days = list(subject.intakes.values_list("starts", "ends"))
        first, last = min((d for d, _e in days), default=None), min(max((e for _d, e in days), default=today), today)
        return (first, last) if first and first <= last else (None, None)
    ends = min(subject.ends, today) if subject.ends else today
    return (subject.starts, ends) if subject.starts and subject.starts <= ends else (None, None)


@transaction.atomic
def save_content(review, actor, *, fields: dict, ratings: dict[str, dict], recommendations: list[dict], version):
    """Write what a form of the whole review says; earlier values go into the log. Stale when someone was faster.

    `recommendations`: the whole list in its new order; rows with a `pk` are kept, those that are missing go.
    """
    locked = lock(review, version=version)
    if not rules.may_write(actor, locked):
        raise Stale(locked)
    changes = [
        _difference(locked._meta.get_field(name), getattr(locked, name), value)
        for name, value in fields.items()
        if getattr(locked, name) != value
    ]
    for name, value in fields.items():
        setattr(locked, name, value)
    changes += _save_ratings(locked, ratings)
    changes += _save_recommendations(locked, recommendations)
    if changes:
        locked.version += 1
        locked.save()
        note(locked.flow, locked, actor, "change", {"changes": changes})
    return locked


def _save_ratings(review, ratings: dict[str, dict]) -> list[dict]:
    changes = []
    for rating in review.ratings.all():
        values = ratings.get(rating.criterion, {})
        differing = {name: value for name, value in values.items() if getattr(rating, name) != value}
        for name, value in differing.items():
            field = rating._meta.get_field(name)
            changes.append(_difference(field, getattr(rating, name), value, Criterion(rating.criterion)))
            setattr(rating, name, value)
        if differing:
            rating.save(update_fields=list(differing))
    return changes


def _save_recommendations(review, wanted: list[dict]) -> list[dict]:
    """The list as it should be. An answer given to a text stays with it only as long as the text stays."""
    before = {r.pk: r for r in review.recommendations.all()}
    changes, kept = [], set()
    for position, row in enumerate(wanted, 1):
        found = before.get(row.get("pk"))
        values = {"text": row["text"], "owner": row["owner"], "due_on": row["due_on"], "position": position}
        if found is None:
            Recommendation.objects.create(review=review, **values)
            changes.append(_line(position, "", row["text"]))
            continue
        kept.add(found.pk)
        told = {name: value for name, value in values.items() if getattr(found, name) != value}
        if told.keys() & {"text", "owner", "due_on"}:
            values |= {"stance": "", "answer": ""}
            changes.append(_line(position, _said(found), _said(found, **values)))
        if told:
            Recommendation.objects.filter(pk=found.pk).update(**values)
    for pk, gone in before.items():
        if pk not in kept:
            changes.append(_line(gone.position, _said(gone), ""))
            gone.delete()
    return changes


def _said(row, **values) -> str:
    text, owner = values.get("text", row.text), values.get("owner", row.owner)
    return f"{text} ({owner}, {values.get('due_on', row.due_on).isoformat()})"


def _line(position: int, before: str, after: str) -> dict:
    found = {"field": "recommendation", "before": before, "after": after}
    for language in ("id", "en"):
        with translation.override(language):
            found[f"label_{language}"] = _("Recommendation %(number)d") % {"number": position}
    return found


def _difference(field, before, after, criterion: Criterion | None = None) -> dict:
    """One changed field as the history shows it, in both languages."""
    # A criterion's fields are not the record's: without a name of a field the logged label is shown.
    found = {"field": "" if criterion else field.name}
    for language, suffix in (("id", ""), ("en", "_en")):
        with translation.override(language):
            label = str(field.verbose_name)
            found[f"label_{language}"] = f"{criterion.label}: {label}" if criterion else label
            found[f"before{suffix}"], found[f"after{suffix}"] = _shown(before), _shown(after)
    return found


def _shown(value) -> str:
    if value in (None, ""):
        return ""
    return shortday(value) if hasattr(value, "isoformat") else str(value)


@transaction.atomic
def respond(review, actor, answers: dict[int, dict], *, version) -> Review:
    """Management's word on single recommendations: {pk: {"stance", "answer"}}."""
    locked = lock(review, version=version)
    if not rules.may_respond(actor, locked):
        raise Stale(locked)
    said = {}
    for row in locked.recommendations.all():
        values = answers.get(row.pk)
        if values and (row.stance, row.answer) != (values["stance"], values["answer"]):
            row.stance, row.answer = values["stance"], values["answer"]
            row.save(update_fields=["stance", "answer"])
            said[str(row.position)] = row.stance
    if said:
        locked.version += 1
        locked.save()
        note(locked.flow, locked, actor, "respond", {"stances": said})
    return locked


# --- Effects of the workflow, (review, actor, answers); the engine saves the review afterwards


def freeze_evidence(review, actor, answers):
    """The figures the ratings rest on stay as they were when the review was handed in."""
    review.evidence, review.evidence_at = evidence_of(review), timezone.now()


def count_return(review, actor, answers):
    """Management found an error; the figures are taken anew when it comes back."""
    review.return_count += 1
    review.evidence, review.evidence_at = {}, None


def keep_response(review, actor, answers):
    """The response to the review as a whole."""
    review.response = answers["response"].strip()


def publish(review, actor, answers):
    """From here on partner and offices read it."""
    review.published_at = timezone.now()
