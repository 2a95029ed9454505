"""Completed trainings and their forms, of any age."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from participants.models import Evaluation, EvaluationStatus, Level, Nomination
from participants.services import evaluations as services
from regions.services import training_effect
from tests import nomination_factories as make

E = EvaluationStatus
REACTION = {
    "content": 4,
    "usefulness": 5,
    "trainers": 4,
    "materials": 3,
    "organisation": 4,
    "recommend": 9,
    "best": "",
    "better": "",
}


def ended(of, days: int) -> None:
    """The training of a proposal ended so many days ago."""
    make.begins(of, -days - 4)


def completed(of, *, account=None, status="COMPLETED", actor=None, **fields) -> Nomination:
    """One person who completed, credited to the line, with the forms planned."""
    found = make.nomination(
        of,
        status,
        who=make.person(of.line.need.office, account=account),
        finished_at=timezone.now(),
        certificate_number="SERT/1",
        lesson_hours=40,
        **fields,
    )
    training_effect.credit(of.line, source=found.code, actor=actor)
    services.plan(found)
    return found


def form_of(nomination, level: str) -> Evaluation:
    """The form of one level; level 4 is the line's."""
    about = {"proposal": nomination.proposal, "nomination": None if level == Level.L4 else nomination}
    return Evaluation.objects.get(level=level, **about)


def opened(evaluation, status: str = E.OPEN, **fields) -> Evaluation:
    """A form brought into a state by hand, open for a month."""
    now = timezone.now()
    values = {"status": status, "status_since": now, "opens_at": now - dt.timedelta(days=1)}
    values["closes_at"] = now + dt.timedelta(days=30)
    if status == E.OPEN:
        values["due_at"] = values["closes_at"]
    if status in (E.ANSWERED, E.DONE):
        values["answered_at"] = now
    Evaluation.objects.filter(pk=evaluation.pk).update(**{**values, **fields})
    return Evaluation.objects.get(pk=evaluation.pk)


def levels(evaluation, level: int) -> dict:
    """Answers to a form of level 3: every competency at one level."""
    gaps = evaluation.proposal.line.gaps.all()
    return {"used": 4, "helped": ["SUPPORT"], "hindered": ["TIME"], "note": "", "levels": {g.pk: level for g in gaps}}


def result(**fields) -> dict:
    """Answers to a form of level 4."""
    return {
        "indicator": "Perselisihan selesai dengan perjanjian bersama",
        "unit": "perkara per tahun",
        "baseline": 10,
        "target": 20,
        "actual": 16,
        "measured_on": timezone.localdate(),
        "note": "",
        **fields,
    }
