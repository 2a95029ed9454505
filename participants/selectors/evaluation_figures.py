"""What answers amount to: response rates, means, gains and levels before and after. Counts and means, never who."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

from django.db.models import Count

from participants.models import (
    Behaviour,
    BehaviourLevel,
    Condition,
    Learning,
    Level,
    Reaction,
    Result,
)
from participants.models import EvaluationStatus as E

ANSWERED = (E.ANSWERED, E.DONE)
BANDS = ((-100, 0), (0, 10), (10, 20), (20, 30), (30, 101))
"""Points won in the tests, each from … to below …; the first: fewer points than before."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many forms of one level were asked for, answered, are still open, or were missed."""

    level: str
    planned: int = 0
    open: int = 0
    answered: int = 0
    missed: int = 0

    @property
    def label(self) -> str:
        """The level in words."""
        return str(Level(self.level).label)

    @property
    def asked(self) -> int:
        """Forms that have opened."""
        return self.open + self.answered + self.missed

    @property
    def percent(self) -> int | None:
        """Answered of asked, in whole per cent."""
        return None if not self.asked else round(100 * self.answered / self.asked)


def rates(evaluations) -> list[Rate]:
    """One row per level that is planned at all; one query. Void forms do not count."""
    found: dict[str, Counter] = defaultdict(Counter)
    for level, status in evaluations.exclude(status=E.VOID).order_by().values_list("level", "status"):
        found[level][status] += 1
    return [
        Rate(level, n[E.PLANNED], n[E.OPEN], n[E.ANSWERED] + n[E.DONE], n[E.MISSED])
        for level in Level.values
        if (n := found.get(level))
    ]


@dataclass(frozen=True, slots=True)
class Reactions:
    """Level 1 of several people."""

    count: int = 0
    means: tuple[tuple[str, float], ...] = ()
    """(statement, mean of 1 to 5)"""
    promoters: int = 0
    detractors: int = 0
    best: tuple[str, ...] = ()
    better: tuple[str, ...] = ()

    @property
    def mean(self) -> float | None:
        """Over all statements."""
        return fmean(mean for _label, mean in self.means) if self.means else None

    @property
    def score(self) -> int | None:
        """Per cent who would certainly recommend it (9, 10) less per cent who would not (0 to 6)."""
        return round(100 * (self.promoters - self.detractors) / self.count) if self.count else None


def reactions(evaluations) -> Reactions:
    """What the answered forms of level 1 say."""
    rows = list(Reaction.objects.filter(evaluation__in=evaluations.filter(status__in=ANSWERED)))
    if not rows:
        return Reactions()
    return Reactions(
        len(rows),
        tuple(
            (str(Reaction._meta.get_field(name).verbose_name), fmean(getattr(row, name) for row in rows))
            for name in Reaction.ITEMS
        ),
        sum(row.recommend >= 9 for row in rows),
        sum(row.recommend <= 6 for row in rows),
        tuple(sorted(row.best for row in rows if row.best)),
        tuple(sorted(row.better for row in rows if row.better)),
    )


@dataclass(frozen=True, slots=True)
class Tests:
    """Level 2 of several people."""

    count: int = 0
    certificates: int = 0
    before: float | None = None
    after: float | None = None
    gain: float | None = None
    normalised: float | None = None
    """Mean share of what there was to learn, 0 to 1."""
    bands: tuple[tuple[int, int, int], ...] = ()
    """(from, to below, people)"""


def tests(evaluations, fewest: int = 1) -> Tests:
    """What the answered forms of level 2 say; nothing of the tests where fewer than `fewest` people took them."""
    rows = list(Learning.objects.filter(evaluation__in=evaluations.filter(status__in=ANSWERED)))
    tested = [row for row in rows if not row.certificate_only]
    if len(tested) < max(fewest, 1):
        return Tests(certificates=len(rows) - len(tested))
    gains = [row.gain for row in tested]
    normalised = [n for row in tested if (n := row.normalised_gain) is not None]
    return Tests(
        len(tested),
        len(rows) - len(tested),
        fmean(row.before for row in tested),
        fmean(row.after for row in tested),
        fmean(gains),
        fmean(normalised) if len(normalised) >= max(fewest, 1) else None,
        tuple((low, high, sum(low <= gain < high for gain in gains)) for low, high in BANDS),
    )


@dataclass(frozen=True, slots=True)
class GapChange:
    """One competency: where the rated people stood when the need was filed, and where they stand now."""

    theme: str
    label: str
    people: int
    filed: float
    now: float
    target: float
    own: float | None = None
    """Mean of the participants' own view, of those who gave it."""

    @property
    def change(self) -> float:
        """By how many levels it rose."""
        return self.now - self.filed


@dataclass(frozen=True, slots=True)
class Behaviours:
    """Level 3 of several people."""

    count: int = 0
    used: float | None = None
    gaps: tuple[GapChange, ...] = ()
    helped: tuple[tuple[str, int], ...] = ()
    hindered: tuple[tuple[str, int], ...] = ()


def answers_of_others(evaluations, office: int) -> dict[str, int]:
    """Per level how many answered who are not of this office. One query."""
    others = evaluations.filter(status__in=ANSWERED).exclude(proposal__line__need__office=office)
    return dict(others.order_by().values_list("level").annotate(n=Count("pk")))


def behaviours(evaluations, fewest: int = 1, office: int | None = None) -> Behaviours:
    """What the supervisors' forms say, the participants' own view beside it; no competency of fewer than `fewest`, and
    for a reader of an office none of which fewer are left when its own people are taken away."""
    answered = evaluations.filter(status__in=ANSWERED)
    heads = list(Behaviour.objects.filter(evaluation__in=answered.filter(level=Level.L3_HEAD)))
    if not heads:
        return Behaviours()
    return Behaviours(
        len(heads),
        fmean(row.used for row in heads),
        tuple(gap_changes(answered, fewest, office)),
        _conditions(row.helped for row in heads),
        _conditions(row.hindered for row in heads),
    )


def gap_changes(answered, fewest: int = 1, office: int | None = None) -> list[GapChange]:
    """Per competency the means of filed level, level now and target over the rated people."""
    rows = (
        BehaviourLevel.objects.filter(
            behaviour__evaluation__in=answered.filter(level__in=[Level.L3_HEAD, Level.L3_SELF])
        )
        .select_related("gap__theme", "gap__line__need", "behaviour__evaluation")
        .order_by("gap__theme", "pk")
    )
    rated: dict[str, list] = defaultdict(list)
    own: dict[str, list] = defaultdict(list)
    for row in rows:
        level = row.behaviour.evaluation.level
        (rated if level == Level.L3_HEAD else own)[row.gap.theme_id].append(row)

    def hides(found: list) -> bool:
        others = sum(row.gap.line.need.office_id != office for row in found) if office else 0
        return len(found) >= fewest and (not others or others >= fewest)

    return [
        GapChange(
            theme,
            found[0].gap.theme.label,
            len(found),
            fmean(row.gap.current_level for row in found),
            fmean(row.level for row in found),
            fmean(row.gap.target_level for row in found),
            fmean(row.level for row in own[theme]) if own[theme] and hides(own[theme]) else None,
        )
        for theme, found in sorted(rated.items())
        if hides(found)
    ]


def _conditions(chosen: Iterable[Sequence[str]]) -> tuple[tuple[str, int], ...]:
    counted = Counter(code for codes in chosen for code in codes)
    labels = dict(Condition.choices)
    return tuple((str(labels[code]), n) for code, n in counted.most_common() if code in labels)


@dataclass(frozen=True, slots=True)
class Cascade:
    """What participants passed on to colleagues."""

    people_asked: int = 0
    sessions: int = 0
    people: int = 0
    hours: int = 0

    @property
    def ratio(self) -> float | None:
        """Colleagues reached per participant who answered."""
        return self.people / self.people_asked if self.people_asked else None


def cascade(evaluations) -> Cascade:
    """Sums over the participants' own forms."""
    rows = Behaviour.objects.filter(
        evaluation__in=evaluations.filter(status__in=ANSWERED, level=Level.L3_SELF)
    ).values_list("cascade_sessions", "cascade_people", "cascade_hours")
    sums = [sum(n or 0 for n in column) for column in zip(*rows, strict=True)] or [0, 0, 0]
    return Cascade(len(rows), *sums)


def results(evaluations) -> list[Result]:
    """The indicators of the lines, with those who measured them."""
    return list(
        Result.objects.filter(evaluation__in=evaluations.filter(status__in=ANSWERED))
        .select_related("evaluation__proposal__line__need__office", "evaluation__proposal__line__post")
        .order_by("evaluation__proposal__line__need__office__name_id", "evaluation")
    )


def as_percent(share: float | Decimal | None) -> int | None:
    """A share of one in whole hundredths."""
    return None if share is None else round(100 * share)
