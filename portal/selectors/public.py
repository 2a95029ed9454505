"""What the public pages show: aggregated, without personal data, kept for a few minutes.

Everything a page needs is one snapshot in the cache, so that many visitors cost no more queries than one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Aggregate, Count, DurationField, F, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Organisation, OrganisationKind, in_local_language
from partnerships.models import Agreement
from partnerships.rules.agreements import IN_FORCE
from portal.selectors.map import PlaceFigures, provinces, totals
from programs.models import Intake, Program, ProgramTheme
from programs.rules import OFFERED, public_programs
from regions.models import FilingWindow, Theme, TrainingNeed
from regions.publishing import SMALLEST
from workflow.kept import shape_of
from workflow.models import LogEntry
from workflow.registry import workflows
from workflow.table import CLOCK
from workflow.templatetags.workflow_tags import status_tag

KEEP_SECONDS = 300
ROAD = [
    "regions.need",
    "programs.program",
    "partnerships.allocation",
    "partnerships.proposal",
    "partnerships.agreement",
]
"""The order in which things happen: the counts are listed along it."""

THEMES_NAMED = 2
"""How many competencies the front page names of an offer."""


@dataclass(frozen=True)
class Cycle:
    """Where the cycle stands: its year, its windows, and the one that is open or comes next."""

    year: int
    windows: list[FilingWindow]

    @property
    def open_window(self) -> FilingWindow | None:
        """The window open now."""
        now = timezone.now()
        return next((w for w in self.windows if w.opens_at <= now < w.closes_at), None)

    @property
    def ahead(self) -> list[FilingWindow]:
        """The windows still to close; after the last one, that."""
        now = timezone.now()
        return [w for w in self.windows if w.closes_at > now] or self.windows[-1:]

    @property
    def next_window(self) -> FilingWindow | None:
        """The next window to open."""
        now = timezone.now()
        return next((w for w in self.windows if w.opens_at > now), None)


@dataclass(frozen=True)
class PartnerOffer:
    """What one partner offers now."""

    name: str
    short_name: str
    code: str
    programs: int
    seats: int
    has_page: bool
    """Whether it is a partner: the ministry's own units offer programmes too."""
    themes: tuple[str, ...]
    """The competencies most of its programmes teach."""


@dataclass(frozen=True)
class Decision:
    """A published programme or an agreement in force, with its status ready to show."""

    code: str
    title: str
    partner: str
    url: str
    at: dt.date
    status: dict


@dataclass(frozen=True)
class Snapshot:
    """Everything the front page, the map and the transparency page share."""

    cycle: Cycle | None
    provinces: list[PlaceFigures]
    offers: list[PartnerOffer]
    decisions: list[Decision]
    at: dt.datetime
    """When the figures were counted."""

    @property
    def programs(self) -> int:
        """Programmes anyone may read about now."""
        return sum(o.programs for o in self.offers)

    @property
    def totals(self) -> dict[str, int]:
        """The whole country, of what is shown."""
        return totals(self.provinces)


def _kept(name: str, make: Callable[[], Any]) -> Any:
    """A value from the cache, made anew every few minutes and per language."""
    key = f"portal.public.{name}.{get_language()}"
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, KEEP_SECONDS)
    return found


def snapshot() -> Snapshot:
    """The public figures of this moment, at most a few minutes old."""

    def make():
        cycle = _cycle()
        return Snapshot(cycle, provinces(cycle.year if cycle else 0), _offers(), _decisions(), timezone.now())

    return _kept(f"snapshot.{_SHAPE}", make)


_SHAPE = shape_of(Snapshot, Cycle, PlaceFigures, PartnerOffer, Decision)


def _cycle() -> Cycle | None:
    """The cycle of the window open now, else of the next one, else of the last one; None before the first."""
    windows = list(FilingWindow.objects.order_by("opens_at"))
    if not windows:
        return None
    now = timezone.now()
    ahead = [w for w in windows if w.closes_at > now]
    year = (ahead[0] if ahead else windows[-1]).cycle_id
    return Cycle(year, [w for w in windows if w.cycle_id == year])


def _offers() -> list[PartnerOffer]:
    """What partners offer to everyone, the largest first."""
    listed = Q(program__visibility="PUBLIC", program__published_at__isnull=False, program__status__in=OFFERED)
    seats = dict(
        Intake.objects.filter(listed)
        .order_by()
        .values_list("program__partner")
        .annotate(free=Sum(F("seats") - F("seats_taken")))
    )
    rows = (
        Organisation.objects.filter(programs__in=Program.objects.filter(public_programs(), status__in=OFFERED))
        .annotate(count=Count("programs", distinct=True))
        .order_by("-count", "code")
    )
    taught = _taught()
    return [
        PartnerOffer(
            o.name,
            o.short_name or o.code,
            o.code,
            o.count,
            max(seats.get(o.pk) or 0, 0),
            o.kind == OrganisationKind.PARTNER,
            tuple(taught.get(o.pk, ())[:THEMES_NAMED]),
        )
        for o in rows
    ]


def _taught() -> dict[int, list[str]]:
    """{partner: competencies of its programmes, the most frequent first}."""
    rows = (
        ProgramTheme.objects.filter(program__in=Program.objects.filter(public_programs(), status__in=OFFERED))
        .order_by()
        .values_list("program__partner", "theme")
        .annotate(count=Count("program", distinct=True))
        .order_by("-count", "theme")
    )
    names = {theme.code: theme.label for theme in Theme.objects.all()}
    found: dict[int, list[str]] = {}
    for partner, theme, _count in rows:
        found.setdefault(partner, []).append(names[theme])
    return found


def _decisions(limit: int = 10) -> list[Decision]:
    """The latest published programmes and agreements that took effect, newest first."""
    programs = Program.objects.filter(public_programs()).select_related("partner").order_by("-published_at")[:limit]
    agreements = (
        Agreement.objects.filter(status__in=IN_FORCE)
        .select_related("partner", "office")
        .order_by("-status_since")[:limit]
    )
    found = [_decision(p, p.title, p.get_absolute_url(), p.published_at) for p in programs]
    found += [
        _decision(a, in_local_language(a, "title"), reverse("published_agreement", args=[a.code]), a.status_since)
        for a in agreements
    ]
    return sorted(found, key=lambda d: d.at, reverse=True)[:limit]


def _decision(record, title: str, url: str, at: dt.datetime) -> Decision:
    status = {name: str(value) for name, value in status_tag(record).items()}
    other = _short(record.partner) or getattr(record, "other_party", "")
    return Decision(record.code, title, other, url, timezone.localdate(at), status)


def _short(organisation) -> str:
    return (organisation.short_name or organisation.name) if organisation else ""


class Median(Aggregate):
    """The middle value, which one late case does not move."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class DecisionCount:
    """How often people took one decision on one kind of record since the year began."""

    record: Any
    label: Any
    count: int
    few: bool = False
    """Whether it counts people, and too few of them to say how many."""


def decision_counts() -> list[DecisionCount]:
    """What people decided this year, by kind of record, in the order things happen, most frequent first."""
    since = timezone.localdate().replace(month=1, day=1)
    counted = _kept(
        "counts",
        lambda: list(
            LogEntry.objects.filter(at__date__gte=since)
            .exclude(role=CLOCK)
            .exclude(source=F("target"))
            .order_by()
            .values_list("flow", "action")
            .annotate(Count("pk"))
        ),
    )
    totals = {(flow, action): count for flow, action, count in counted}
    found = []
    for entry in sorted(workflows(), key=lambda e: ROAD.index(e.flow.name) if e.flow.name in ROAD else len(ROAD)):
        rows = [
            DecisionCount(entry.flow.label, t.done or t.label, count, _is_about_people(entry) and count < SMALLEST)
            for t in entry.flow.transitions
            if (count := totals.get((entry.flow.name, t.name)))
        ]
        found += sorted(rows, key=lambda r: -r.count)
    return found


def _is_about_people(entry) -> bool:
    """Whether each of these records is one person: put forward, evaluated, or asking about their data."""
    return entry.flow.name.startswith("participants.")


def median_days() -> float | None:
    """Days from signature to approval in the middle case of this cycle; None before the first approval."""

    def measure():
        cycle = snapshot().cycle
        span = TrainingNeed.objects.filter(
            cycle_id=cycle.year if cycle else 0, approved_at__isnull=False, submitted_at__isnull=False
        ).aggregate(m=Median(F("approved_at") - F("submitted_at"), output_field=DurationField()))["m"]
        return [span.total_seconds() / 86400 if span is not None else None]

    return _kept("median", measure)[0]
