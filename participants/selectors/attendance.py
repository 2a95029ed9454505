"""The days of a training by week, as the sheet shows them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from participants.models.nominations import last_day_of
from participants.rules.training_days import days_of_training


@dataclass(frozen=True)
class Week:
    """One week of a training. `number` counts from 1; 0: the training has no day yet."""

    number: int
    total: int
    days: list[dt.date] = field(default_factory=list)

    @property
    def monday(self) -> dt.date | None:
        """The day its calendar week begins."""
        return self.days[0] - dt.timedelta(days=self.days[0].weekday()) if self.days else None

    @property
    def before(self) -> int:
        """The week before; 0 where there is none."""
        return self.number - 1

    @property
    def after(self) -> int:
        """The week after; 0 where there is none."""
        return self.number + 1 if self.number < self.total else 0


def week_of(days: list[dt.date], asked: str, today: dt.date) -> Week:
    """The week that was asked for; else the newest that has begun, else the first."""
    weeks: list[list[dt.date]] = []
    for day in days:
        if not weeks or day.isocalendar()[:2] != weeks[-1][0].isocalendar()[:2]:
            weeks.append([])
        weeks[-1].append(day)
    if not weeks:
        return Week(0, 0)
    begun = [n for n, week in enumerate(weeks, 1) if week[0] <= today]
    number = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    if not 1 <= number <= len(weeks):
        number = begun[-1] if begun else 1
    return Week(number, len(weeks), weeks[number - 1])


def span_of(proposal, week: Week) -> list[dt.date]:
    """The days of a calendar week on which the training may be held: within the intake's dates."""
    if not week.days:
        return []  # a tailor-made training begins when somebody says so
    found = [week.monday + dt.timedelta(days=n) for n in range(7)]
    intake = proposal.intake if proposal.intake_id else None
    held = days_of_training(proposal)
    return [day for day in found if intake is None or intake.first_day <= day <= last_day_of(intake) or day in held]
