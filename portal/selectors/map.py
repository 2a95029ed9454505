"""Figures by province and by regency or city: one count for the front page, the map, its drill-down and the open data.

What everyone may read is blanked here, before any page sees it: groups under five people, and those from which such a
group could be worked out, by the sums on these pages or by a published allocation. Exact figures are for readers whose
own records they are counted from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Left

from accounts.models import Organisation, OrganisationKind
from accounts.roles import Role
from accounts.rules import capacity
from partnerships.models import PUBLIC_RUNS, AllocationRun, Proposal
from partnerships.rules.small_groups import is_small, withheld
from regions.models import FilingWindow, NeedCycle, NeedLine, NeedStatus, Region, Theme, TrainingNeed
from regions.models.places import RegionLevel
from regions.publishing import SMALLEST
from regions.rules.access import NATIONAL
from regions.selectors import COUNTED as COUNTED_NEEDS

KEEP_SECONDS = 300

S = NeedStatus
NOT_FILED = (S.DRAFT, S.WITHDRAWN, S.MERGED)
ACCEPTED = (S.APPROVED, S.IN_FULFILMENT, S.FULFILLED, S.CLOSED_UNMET)

COUNTED = ("offices", "filed", "needs", "approved", "people", "people_approved", "seats")
PERSONS = ("people", "people_approved", "seats")
"""What is withheld where a group is small."""


@dataclass(frozen=True)
class PlaceFigures:
    """A province, regency or city in one cycle. None: not for this reader."""

    code: str
    name: str
    island: str
    offices: int = 0
    filed: int = 0
    needs: int = 0
    approved: int = 0
    people: int | None = 0
    people_approved: int | None = 0
    seats: int | None = 0
    few: frozenset[str] = frozenset()
    """Names of figures that are not shown because they are small themselves."""
    exact: bool = False
    """Whether the reader may open the records behind the figures."""

    @property
    def share(self) -> int:
        """The share of its offices that have filed, in hundredths."""
        return round(100 * self.filed / self.offices) if self.offices else 0

    @property
    def gap(self) -> int | None:
        """People asked for who have no seat."""
        return None if self.people is None or self.seats is None else max(self.people - self.seats, 0)

    @property
    def met(self) -> int | None:
        """The share of people with a seat, in hundredths; above nothing never 0, below all never 100."""
        if not self.people or self.seats is None:
            return None
        share = round(100 * self.seats / self.people)
        return min(max(share, int(self.seats > 0)), 100 if self.seats >= self.people else 99)

    @property
    def nobody_asked(self) -> bool:
        """No share can be said of nothing."""
        return self.people == 0


# --- Counting -------------------------------------------------------------------------------------------------------

Counts = dict[str, dict[str, int]]
"""{region code: {figure: number}}"""


def _filed_needs(year: int) -> QuerySet[TrainingNeed]:
    return TrainingNeed.objects.filter(COUNTED_NEEDS, cycle_id=year)


def _need_counts(year: int, theme: str) -> Iterable[dict]:
    """Needs by the region of their office; with a theme only the lines that ask for it."""
    if theme:
        rows = NeedLine.objects.filter(need__in=_filed_needs(year).values("pk"), gaps__theme=theme)
        place, need, people = "need__office__region_code", "need", "requested_total"
        accepted, office = Q(need__status__in=ACCEPTED), "need__office"
    else:
        rows = _filed_needs(year)
        place, need, people = "office__region_code", "pk", "people_requested"
        accepted, office = Q(status__in=ACCEPTED), "office"
    return (
        rows.order_by()
        .values(place)
        .annotate(
            filed=Count(office, distinct=True),
            needs=Count(need, distinct=True),
            approved=Count(need, distinct=True, filter=accepted),
            people=Sum(people),
            people_approved=Sum(people, filter=accepted),
        )
        .values("filed", "needs", "approved", "people", "people_approved", place=Left(place, 4))
    )


def _seat_counts(year: int, theme: str) -> dict[str, int]:
    rows = Proposal.objects.holding().filter(line__need__cycle=year, line__need__office__kind=OrganisationKind.OFFICE)
    if theme:
        rows = rows.filter(line__gaps__theme=theme)
    return dict(rows.order_by().values_list("line__need__office__region_code").annotate(Sum("seats_allotted")))


def _counts(year: int, theme: str = "") -> Counts:
    """Every region with an office or a figure; three queries."""
    offices = dict(
        Organisation.objects.filter(kind=OrganisationKind.OFFICE, valid_to__isnull=True, suspended=False)
        .order_by()
        .values_list("region_code")
        .annotate(Count("pk"))
    )
    found: Counts = {code: dict.fromkeys(COUNTED, 0) | {"offices": count} for code, count in offices.items() if code}
    for row in _need_counts(year, theme):
        place = found.setdefault(row.pop("place"), dict.fromkeys(COUNTED, 0))
        place.update({name: value or 0 for name, value in row.items()})
    for code, seats in _seat_counts(year, theme).items():
        found.setdefault(code, dict.fromkeys(COUNTED, 0))["seats"] = seats or 0
    return found


def _kept_counts(year: int) -> Counts:
    """The counts everyone's pages are made of, a few minutes old at most."""
    return cache.get_or_set(f"portal.map.{'-'.join(COUNTED)}.{year}", lambda: _counts(year), KEEP_SECONDS)


def by_province(counts: Counts) -> Counts:
    """Sums by province."""
    found: Counts = {}
    for code, row in counts.items():
        total = found.setdefault(code[:2], dict.fromkeys(COUNTED, 0))
        for name in COUNTED:
            total[name] += row[name]
    return found


# --- What everyone may read -----------------------------------------------------------------------------------------


Hidden = dict[str, frozenset[str]]
"""{figure: codes of the places where it is not shown}"""


def _joined(*parts: Hidden) -> Hidden:
    return {name: frozenset().union(*(part.get(name, ()) for part in parts)) for name in PERSONS}


PAIRS = (("people", ""), ("people", "people_approved"), ("people", "seats"), ("people_approved", "seats"))
"""Figures and parts of them: what is left of each when another is taken off is a group too."""


def _is_told(row: dict[str, int], name: str) -> bool:
    """Whether a figure can be read off the numbers of needs, where those of people are shown: of no approved need
    nobody, of all needs everyone, and of needs for one person each as many."""
    if not row["approved"]:
        return name != "people"
    return name == "people_approved" and row["needs"] in (row["approved"], row["people"])


def _pair(row: dict[str, int], whole: str, part: str) -> tuple[int, int]:
    """A figure and its part, whatever the records say no larger than the whole."""
    return (max(row[whole], row[part]), row[part]) if part else (row[whole], 0)


def _least(row: dict[str, int], name: str) -> int:
    """How many people a reader knows of by the number of needs: each asks for one at least."""
    return {"people": row["needs"], "people_approved": row["approved"]}.get(name, 0)


@dataclass(frozen=True)
class Keeping:
    """What is kept back, and of it the places that not even a sum may contain."""

    hidden: Hidden
    uncounted: Hidden


def hidden_in(counts: Counts, groups: dict[str, str], below: Counts | None = None, forced: Hidden | None = None):
    """What must not be shown of these places, where sums by group are known: people, those of them in approved needs,
    those with a seat, and what is left of each when another is taken off. `below`: the places these are sums of."""
    forced = forced or {}
    hidden: dict[str, set[str]] = {name: set(forced.get(name, ())) for name in PERSONS}
    uncounted: dict[str, set[str]] = {name: set() for name in PERSONS}
    # Where the numbers of needs tell how many of them are few, the people themselves are not shown.
    given_away = {
        code
        for code, row in counts.items()
        if row["people"] == row["needs"] and is_small(*_pair(row, "people", "people_approved"))
    }
    for whole, part in PAIRS:
        name = part or whole
        rest: dict[str, tuple[int, int]] = {code: (0, 0) for code in counts}
        for code, row in (below or counts).items():
            if not _is_told(row, name):
                at = code[:2] if below else code
                rest[at] = tuple(map(sum, zip(rest[at], _pair(row, whole, part), strict=True)))
        found = withheld(
            {code: _pair(row, whole, part) for code, row in counts.items()},
            groups,
            unknown=rest,
            least={code: (_least(row, whole), _least(row, part)) for code, row in counts.items()},
            forced={*forced.get(name, ()), *(given_away if name == "people" else ())},
        )
        hidden[name] |= found.provinces
        uncounted[name] |= found.uncounted
    for name in ("people_approved", "seats"):
        hidden[name] |= hidden["people"]
    return Keeping(*({name: frozenset(codes) for name, codes in kept.items()} for kept in (hidden, uncounted)))


def _hidden_by_allocations(year: int, islands: dict[str, str]) -> Hidden:
    """What published allocations of the cycle withhold: their sums must not be solved with our figures."""
    found: Hidden = {}
    runs = AllocationRun.objects.filter(status__in=PUBLIC_RUNS, round__cycle=year)
    for figures in runs.values_list("figures", flat=True):
        rows = (figures or {}).get("by_province") or {}
        pairs = {code: (row["people"], row["seats"]) for code, row in rows.items()}
        kept_back = withheld(pairs, islands).provinces
        few = {islands.get(code, "") for code in kept_back if pairs[code][0] < SMALLEST}
        people = frozenset(code for code in kept_back if islands.get(code, "") in few)
        found = _joined(found, {"people": people, "people_approved": people, "seats": kept_back})
    return found


def kept_back(counts: Counts, islands: dict[str, str], before: Hidden | None = None) -> tuple[Keeping, Hidden]:
    """(of provinces, of regencies and cities). What a province keeps back, no sum of its parts may tell; where its
    parts cannot be kept back while their sum is known, the province is. `before`: withheld elsewhere."""
    inside = hidden_in(counts, {code: code[:2] for code in counts})
    forced = {name: frozenset(code[:2] for code in inside.uncounted[name]) for name in PERSONS}
    above = hidden_in(by_province(counts), islands, counts, _joined(forced, before or {}))
    asked = [code for code, row in counts.items() if row["people"] or row["seats"]]
    within = {name: frozenset(code for code in asked if code[:2] in above.hidden[name]) for name in PERSONS}
    return above, _joined(inside.hidden, within)


_withheld_upstairs: list[Callable[[int], Hidden]] = []


def withhold_also(source: Callable[[int], Hidden]) -> None:
    """Called when Django starts by a room upstairs that publishes figures of its own: (year) -> what it withholds."""
    _withheld_upstairs.append(source)


def _hidden_elsewhere(year: int, islands: dict[str, str]) -> Hidden:
    return _joined(_hidden_by_allocations(year, islands), *(source(year) for source in _withheld_upstairs))


def _hidden(year: int, counts: Counts, islands: dict[str, str]) -> tuple[Hidden, Hidden]:
    above, below = kept_back(counts, islands, _hidden_elsewhere(year, islands))
    return above.hidden, below


def counted(year: int) -> tuple[Counts, dict[str, str], Hidden]:
    """For other publications: the exact counts by region, island groups, and what published allocations withhold."""
    islands = _islands()
    return _counts(year), islands, _hidden_by_allocations(year, islands)


def islands_kept_back(year: int) -> Hidden:
    """Island groups whose sums would tell what a province keeps back."""
    islands = _islands()
    above, _below = kept_back(_kept_counts(year), islands, _hidden_elsewhere(year, islands))
    return {name: frozenset(islands.get(code, "") for code in above.uncounted[name]) for name in PERSONS}


def _blanked(place: PlaceFigures, hidden: Hidden) -> PlaceFigures:
    """The place as everyone may read it."""
    names = [name for name in PERSONS if place.code in hidden[name]]
    # Called few are only those who asked: each label more is a limit to reckon with. Four needs are four people.
    is_few = "people" in names and place.people and place.people < SMALLEST and place.needs < SMALLEST - 1
    few = frozenset({"people"} if is_few else ())
    return replace(place, few=few, **dict.fromkeys(names)) if names else place


# --- Who reads what -------------------------------------------------------------------------------------------------


def reads_exactly(user) -> Callable[[str], bool]:
    """Of which places a reader sees every figure: the country at the centre, the own province for its verifier."""
    if not getattr(user, "is_authenticated", False):
        return lambda code: False
    role, organisation = capacity(user)
    if role in NATIONAL:
        return lambda code: True
    if role == Role.PROV_VER and len(organisation.region_code) == 2:
        return lambda code: code[:2] == organisation.region_code
    return lambda code: False


def reads_the_country(user) -> bool:
    """Whether every figure of the country is open to this reader."""
    return reads_exactly(user)("")


def _figures(year: int, user, theme: str) -> tuple[Counts, Callable[[PlaceFigures, bool], PlaceFigures]]:
    """Counts by region, and what this reader sees of a place (second argument: whether it is a province)."""
    reads = reads_exactly(user)
    if reads(""):
        return _counts(year, theme), lambda place, _province: replace(place, exact=True)
    counts = _kept_counts(year)
    above, below = _hidden(year, counts, _islands())

    def seen(place: PlaceFigures, province: bool) -> PlaceFigures:
        if reads(place.code):
            return replace(place, exact=True)
        return _blanked(place, above if province else below)

    return counts, seen


def _islands() -> dict[str, str]:
    return dict(Region.objects.filter(level=RegionLevel.PROVINCE).values_list("code", "island_group"))


def provinces(year: int, user=None, theme: str = "") -> list[PlaceFigures]:
    """Every province as this reader may read it; empty before reference data are loaded."""
    counts, seen = _figures(year, user, theme)
    sums = by_province(counts)
    rows = Region.objects.filter(level=RegionLevel.PROVINCE, valid_to__isnull=True).order_by("code")
    return [seen(PlaceFigures(r.code, r.name, r.island_group, **sums.get(r.code, {})), True) for r in rows]


def places_in(province: Region, year: int, user=None, theme: str = "") -> list[PlaceFigures]:
    """The regencies and cities of a province, before them its own office, as this reader may read them."""
    counts, seen = _figures(year, user, theme)
    rows = [province, *Region.objects.filter(parent=province, valid_to__isnull=True).order_by("code")]
    found = [PlaceFigures(r.code, r.name, r.island_group, **counts.get(r.code, {})) for r in rows]
    return [seen(place, False) for place in found if place.offices or place.needs or place.code != province.code]


def province_of(code: str) -> Region | None:
    """A province of today."""
    return Region.objects.filter(code=code, level=RegionLevel.PROVINCE, valid_to__isnull=True).first()


def totals(places: Iterable[PlaceFigures]) -> dict[str, int]:
    """Sums of what is shown, and of nothing else: a total less the rows shown gives nobody away."""
    rows = list(places)
    return {name: sum(getattr(p, name) or 0 for p in rows) for name in COUNTED}


# --- Filters --------------------------------------------------------------------------------------------------------


def cycles() -> list[int]:
    """Cycles a map can be of, the newest first."""
    with_windows = FilingWindow.objects.order_by().values("cycle")
    return list(NeedCycle.objects.filter(pk__in=with_windows).order_by("-year").values_list("year", flat=True))


def themes() -> list[tuple[str, str]]:
    """(code, words) of the competencies needs can ask for."""
    return [(theme.code, theme.label) for theme in Theme.objects.current()]
