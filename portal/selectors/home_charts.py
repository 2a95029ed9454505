"""The drawings of each role's home: one question each, answered by a fixed number of queries. Sums only; every part
leads to its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import F, FloatField, Q, Sum
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rules import capacity
from partnerships.models import Suggestion
from partnerships.selectors.demand import Demand, DemandFilter, demand
from partnerships.sentences import post_names, theme_names
from portal.kpi.periods import Period
from portal.kpi.scopes import scope_of
from portal.kpi.step_totals import tally
from portal.kpi.steps import Tally, ranked
from portal.selectors.figures import ACCEPTED
from programs.models import Intake
from regions.models import CompetencyGap, NeedLine, NeedStatus
from regions.selectors import cycle_for_new_needs, filing_of_province
from workflow.drawings import Pair, Pairs, Stack, Ways, percent, stack, ways
from workflow.reading import seen_by
from workflow.registry import workflow

NEED = "regions.need"
IN_REVIEW = (NeedStatus.SUBMITTED, NeedStatus.PROV_REVIEW, NeedStatus.MIN_REVIEW, NeedStatus.TECH_REVIEW)
LIVE = (NeedStatus.DRAFT, NeedStatus.RETURNED, *IN_REVIEW, *ACCEPTED)
BARS = 6


def needs_address(**filters: Iterable[str] | str) -> str:
    """The list of needs with these filters."""
    return f"{reverse('regions:needs')}?{urlencode(filters, doseq=True)}"


def _needs(user):
    return seen_by(user, NEED).select_related(None).order_by()


def people_by_state(user) -> Stack | None:
    """Where the office's people are, from the draft to the seat; one query."""
    signature = Q(status=NeedStatus.DRAFT, signature_requested_at__isnull=False)
    sums = _needs(user).aggregate(
        draft=Sum("people_requested", filter=Q(status=NeedStatus.DRAFT) & ~signature),
        sign=Sum("people_requested", filter=signature),
        returned=Sum("people_requested", filter=Q(status=NeedStatus.RETURNED)),
        review=Sum("people_requested", filter=Q(status__in=IN_REVIEW)),
        approved=Sum("people_requested", filter=Q(status__in=ACCEPTED)),
        seated=Sum("people_accepted", filter=Q(status__in=ACCEPTED)),
    )
    count = {name: value or 0 for name, value in sums.items()}
    accepted = needs_address(status=ACCEPTED)
    return stack(
        [
            ("draft", _("Draft"), count["draft"], needs_address(status=NeedStatus.DRAFT)),
            ("sign", _("Awaiting signature"), count["sign"], needs_address(status=NeedStatus.DRAFT)),
            ("returned", _("To be changed"), count["returned"], needs_address(status=NeedStatus.RETURNED)),
            ("review", _("Under review"), count["review"], needs_address(status=IN_REVIEW)),
            ("approved", _("Approved, no seat yet"), max(count["approved"] - count["seated"], 0), accepted),
            ("seated", _("With a seat"), min(count["seated"], count["approved"]), accepted),
        ]
    )


def gaps(user) -> Ways | None:
    """The largest gaps of the office: level now and wanted, weighted by people; one query."""
    people = Cast("line__requested_total", FloatField())
    now = Coalesce(Cast("level_now", FloatField()), Cast("current_level", FloatField()))
    found = (
        CompetencyGap.objects.filter(line__need__in=_needs(user).filter(status__in=LIVE).values("pk"))
        .order_by()
        .values("theme")
        .annotate(people=Sum("line__requested_total"), now=Sum(now * people), target=Sum(F("target_level") * people))
        .order_by("-people", "theme")[:BARS]
    )
    name = theme_names()
    return ways(
        (
            name(row["theme"]),
            row["now"] / row["people"],
            row["target"] / row["people"],
            row["people"],
            needs_address(theme=row["theme"]),
        )
        for row in found
        if row["people"]
    )


def people_by_post(user) -> Pairs | None:
    """People the office asks for, by post; one query."""
    found = (
        NeedLine.objects.filter(need__in=_needs(user).filter(status__in=LIVE).values("pk"))
        .order_by()
        .values_list("post")
        .annotate(people=Sum("requested_total"))
        .order_by("-people", "post")[:BARS]
    )
    name = post_names()
    rows = [Pair(name(post), people, 0, needs_address(post=post)) for post, people in found]
    return Pairs(rows) if rows else None


def fitting_programs(user, limit: int = 3) -> list[Suggestion]:
    """The programmes that fit the office's lines best and have not begun, one intake of each; one query."""
    _role, organisation = capacity(user)
    found = (
        Suggestion.objects.filter(
            eligible=True,
            line__need__office=organisation,
            line__need__in=_needs(user).filter(status__in=LIVE).values("pk"),
            intake__starts__gt=timezone.localdate(),
            intake__seats_taken__lt=F("intake__seats"),
            intake__program__in=seen_by(user, "programs.program").order_by().values("pk"),
        )
        .select_related("intake__program__partner")
        .order_by("-score", "intake__starts", "pk")[:60]
    )
    best: dict[int, Suggestion] = {}
    for suggestion in found:
        best.setdefault(suggestion.intake.program_id, suggestion)
    return list(best.values())[:limit]


@dataclass(frozen=True)
class FilingShare:
    """How far filing has come in a province, and who is missing."""

    filed: int
    total: int
    missing: list[str]
    more: int


def filing(user) -> FilingShare | None:
    """Which regencies and cities have not filed in this cycle."""
    code = user.acting_organisation.region_code
    rows = filing_of_province(user, code, cycle_for_new_needs()[0])
    missing = [row.region.name for row in rows if not row.has_filed]
    return FilingShare(len(rows) - len(missing), len(rows), missing[:BARS], len(missing) - BARS) if rows else None


@dataclass(frozen=True)
class ThemeDemand:
    """One competency in the whole country."""

    theme: str
    label: str
    people: int
    unmet: int
    offered: int

    @property
    def url(self) -> str:
        """The demand of this competency by province."""
        return f"{reverse('partnerships:demand')}?{urlencode({'tema': self.theme})}"


def by_theme(rows: Iterable[Demand]) -> list[ThemeDemand]:
    """Demand added up over the provinces, the largest unmet first. Seats on offer are the country's and count once."""
    found: dict[str, list[Demand]] = {}
    for row in rows:
        found.setdefault(row.theme, []).append(row)
    themes = [
        ThemeDemand(
            theme,
            own[0].theme_label,
            sum(r.people for r in own),
            sum(r.unmet for r in own),
            own[0].seats_on_offer,
        )
        for theme, own in found.items()
    ]
    return sorted(themes, key=lambda t: (-t.unmet, t.theme))


def need_and_seats() -> Pairs | None:
    """People without a seat and seats still free, by competency: the largest need first."""
    themes = [t for t in by_theme(demand(DemandFilter())) if t.unmet][:BARS]
    rows = [Pair(t.label, t.unmet, t.offered, t.url) for t in themes]
    return Pairs(rows) if rows else None


def intake_fill(user, limit: int = BARS) -> list[Intake]:
    """A partner's intakes that have not ended, the next to begin first; one query."""
    _role, organisation = capacity(user)
    return list(
        Intake.objects.filter(
            program__partner=organisation,
            program__published_at__isnull=False,
            program__in=seen_by(user, "programs.program").order_by().values("pk"),
            ends__gte=timezone.localdate(),
        )
        .select_related("program")
        .order_by("starts", "pk")[:limit]
    )


@dataclass(frozen=True)
class StepTime:
    """How many working days one step took: from the fastest tenth to the slowest, with the middle."""

    label: Any
    table: Any
    low: float
    middle: float
    high: float
    count: int
    x1: str
    x2: str
    xm: str


@dataclass(frozen=True)
class StepTimes:
    """The slowest steps over one axis."""

    rows: list[StepTime]
    longest: int


def step_times(user, limit: int = 8) -> StepTimes | None:
    """Working days per step this year, the slowest first; kept ten minutes."""
    scope = scope_of(user)
    if scope is None or not scope.is_national:
        return None
    key = "portal.home.step-times"
    found = cache.get(key)
    if found is None:
        found = _spans(tally(scope, Period(timezone.localdate().year)))
        cache.set(key, found, 600)
    slow = sorted(found, key=lambda row: (-row[3], row[0], row[1]))[:limit]
    longest = max((row[4] for row in slow), default=0)
    if not longest:
        return None
    return StepTimes(
        [
            StepTime(
                workflow(name).flow.state(code).label,
                workflow(name).flow.label,
                low,
                middle,
                high,
                count,
                _at(low, longest),
                _at(high, longest),
                _at(middle, longest),
            )
            for name, code, low, middle, high, count in slow
        ],
        round(longest),
    )


def _at(days: float, longest: float) -> str:
    return percent(3 + 94 * days / longest)


def _spans(found: Tally) -> list[tuple[str, str, float, float, float, int]]:
    """(table, state, 10th part, middle, 90th part, how many) of every step that happened at least three times."""
    rows = []
    for step in found.steps():
        if step.count >= 3:
            low, high = (ranked(step.days, round((step.count - 1) * part)) for part in (0.1, 0.9))
            rows.append((step.flow, step.state, low, step.median, high, step.count))
    return rows
