"""One act on many people of a roster. Every row is an act of its own: what cannot be done is told with its reason, and
does not hold up the others, as one person's missing attendance is no reason to withhold another's certificate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from participants.services.attendance import save_marks
from workflow.acting import stale_sentence
from workflow.batches import batch
from workflow.engine import Refused, Stale, perform


@dataclass(frozen=True)
class Outcome:
    """What became of one row."""

    record: Any
    reasons: list[str] = field(default_factory=list)
    is_stale: bool = False

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return not self.reasons


def _outcome(record, act) -> Outcome:
    """Carry out one row's act; every way of not being done becomes a sentence."""
    try:
        return Outcome(act())
    except Refused as refusal:
        return Outcome(record, refusal.reasons)
    except Stale as stale:
        return Outcome(stale.record, [stale_sentence(stale.record)], is_stale=True)
    except (PermissionDenied, Http404):
        return Outcome(record, [_("This step is not yours on this record.")])


def perform_each(name: str, jobs: Iterable[tuple[Any, int | None, dict]], actor) -> list[Outcome]:
    """(nomination, version seen, answers) for each; in this order, each in its own transaction. Who is told of them is
    told once."""
    with batch():
        return [
            _outcome(
                record,
                lambda r=record, v=version, a=answers: perform(
                    r.flow, name, record=r, actor=actor, answers=a, version=v
                ),
            )
            for record, version, answers in jobs
        ]


def save_sheet(jobs: Iterable[tuple[Any, int | None, dict]], actor) -> list[Outcome]:
    """(nomination, version seen, {day: mark}) for each person whose marks are sent."""
    return [
        _outcome(record, lambda r=record, v=version, m=marks: save_marks(r, m, actor, version=v))
        for record, version, marks in jobs
    ]
