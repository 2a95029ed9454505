"""Small worlds for the key figures. Tests stand at 1 July 2026, 10.00 WIB, and say what they count by hand."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

from django.utils import timezone

from participants.models import Evaluation, EvaluationStatus, Level, Nomination
from portal.kpi.catalogue import BY_CODE
from portal.kpi.figures import value_of
from portal.kpi.periods import Period
from portal.kpi.scopes import scope_of
from regions.models import GapRating, TrainingEffect
from tests import nomination_factories as make

WIB = ZoneInfo("Asia/Jakarta")
NOW = dt.datetime(2026, 7, 1, 10, 0, tzinfo=WIB)
YEAR = Period(2026)
_codes = itertools.count(1)


def wib(year: int, month: int, day: int, hour: int = 10, minute: int = 0, second: int = 0) -> dt.datetime:
    """A moment on the clocks of Jakarta."""
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=WIB)


def value(user, code: str, name: str = "", period: Period = YEAR):
    """One measure for a reader."""
    kpi = BY_CODE[code]
    measure = next(m for m in kpi.measures if m.name == name) if name else kpi.measures[0]
    return value_of(scope_of(user), measure, period)


def seats(office, partner, *, starts: dt.date, people: int = 5, **fields):
    """A proposal that holds seats of an intake beginning on a day."""
    proposal = make.seats(office, partner, people=people, **fields)
    intake = proposal.intake
    intake.starts, intake.ends = starts, starts + dt.timedelta(days=4)
    intake.save()
    return type(proposal).objects.get(pk=proposal.pk)


def people(of, status: str, sexes: str = "F", **fields) -> list[Nomination]:
    """One nomination for each letter of `sexes`."""
    office = of.line.need.office
    return [make.nomination(of, status, who=make.person(office, sex=sex), **fields) for sex in sexes]


def finished(of, moment: dt.datetime, sexes: str = "F", hours: int = 40, **fields) -> list[Nomination]:
    """People who completed the training, recorded at a moment."""
    fields = {"finished_at": moment, "lesson_hours": hours, "certificate_number": "7", **fields}
    return people(of, "COMPLETED", sexes, **fields)


def rated(nomination: Nomination, level: int, moment: dt.datetime) -> GapRating:
    """The supervisor's level for the first competency of the line."""
    line = nomination.proposal.line
    effect = TrainingEffect.objects.create(line=line, source=nomination.code)
    return GapRating.objects.create(effect=effect, gap=line.gaps.first(), level=level, rated_at=moment)


def form(nomination: Nomination, level: str, status: str, closes: dt.datetime) -> Evaluation:
    """A level-3 form whose time ends at a moment."""
    return Evaluation.objects.create(
        code=f"EV-2026-{next(_codes):04d}",
        status=status,
        level=Level(level),
        proposal=nomination.proposal,
        nomination=nomination,
        opens_at=closes - dt.timedelta(days=90),
        closes_at=closes,
        answered_at=timezone.now() if status == EvaluationStatus.DONE else None,
    )
