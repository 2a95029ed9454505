"""What came of a cycle by island group, as everyone may read it: people in approved needs, seats, people trained.

Groups of islands are large enough to say how many were trained; provinces and regencies stand on the map. A figure of
fewer than five people, or from which one could be worked out, is None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, Sum
from django.db.models.functions import Left

from accounts.models import OrganisationKind
from partnerships.models import Proposal
from partnerships.rules.small_groups import withheld
from portal.selectors.map import ACCEPTED, NOT_FILED, islands_kept_back
from regions.models import Region, TrainingNeed
from regions.models.places import RegionLevel


@dataclass(frozen=True)
class Outcome:
    """One island group in one cycle. None: too few people to say."""

    island: str
    people: int | None
    seats: int | None
    trained: int | None

    @property
    def met(self) -> int | None:
        """The share of the people asked for who have a seat, in whole hundredths; 100 only when all have one."""
        return _share(self.seats, self.people)

    @property
    def finished(self) -> int | None:
        """The share of the seats whose people have completed their training."""
        return _share(self.trained, self.seats)


def _share(part: int | None, whole: int | None) -> int | None:
    if part is None or not whole:
        return None
    share = round(100 * part / whole)
    return min(max(share, int(part > 0)), 100 if part >= whole else 99)


def sums_of(year: int) -> dict[str, list[int]]:
    """{island group: [people in approved needs, seats, people trained]}; three queries."""
    islands = dict(Region.objects.filter(level=RegionLevel.PROVINCE).values_list("code", "island_group"))
    found = {island: [0, 0, 0] for island in islands.values() if island}
    office = OrganisationKind.OFFICE
    needs = (
        TrainingNeed.objects.filter(cycle_id=year, office__kind=office, submitted_at__isnull=False)
        .exclude(status__in=NOT_FILED)
        .annotate(place=Left("office__region_code", 2))
        .order_by()
        .values_list("place")
        .annotate(people=Sum("people_requested", filter=Q(status__in=ACCEPTED)), trained=Sum("people_completed"))
    )
    seats = (
        Proposal.objects.holding()
        .filter(line__need__cycle=year, line__need__office__kind=office)
        .annotate(place=Left("line__need__office__region_code", 2))
        .order_by()
        .values_list("place")
        .annotate(seats=Sum("seats_allotted"))
    )
    for place, people, trained in needs:
        if row := found.get(islands.get(place, "")):
            row[0] += people or 0
            row[2] += trained or 0
    for place, count in seats:
        if row := found.get(islands.get(place, "")):
            row[1] += count or 0
    return found


def outcomes(year: int) -> list[Outcome]:
    """Every island group, from west to east as the region codes run."""
    return shown(sums_of(year), islands_kept_back(year))


def shown(sums: dict[str, list[int]], kept_back: dict[str, frozenset[str]]) -> list[Outcome]:
    """The sums as everyone may read them. `kept_back`: {figure: island groups whose sum would tell of a province}."""
    one = dict.fromkeys(sums, "")  # the sums of the whole country are published too

    def few(whole: Callable[[list[int]], int], part: Callable[[list[int]], int], figure: str) -> frozenset[str]:
        pairs = {island: (max(whole(row), part(row)), part(row)) for island, row in sums.items()}
        return withheld(pairs, one, forced=kept_back.get(figure, frozenset())).provinces

    without_people = few(lambda row: row[0], lambda row: 0, "people_approved")
    without_seats = without_people | few(lambda row: row[0], lambda row: row[1], "seats")
    without_trained = few(lambda row: max(row[:2]), lambda row: row[2], "")
    found = []
    for island, (people, seats, trained) in sums.items():
        hidden = {name for name, group in (("people", without_people), ("seats", without_seats | without_trained))
                  if island in group}  # fmt: skip
        found.append(
            Outcome(
                island,
                None if "people" in hidden else people,
                None if "seats" in hidden else seats,
                None if "seats" in hidden else trained,
            )
        )
    return found


def latest_with_results() -> int:
    """The newest cycle in which needs of offices were approved; 0 before the first."""
    rows = TrainingNeed.objects.filter(status__in=ACCEPTED, office__kind=OrganisationKind.OFFICE)
    return rows.order_by("-cycle").values_list("cycle", flat=True).first() or 0


def totals(rows: list[Outcome]) -> dict[str, int]:
    """Sums of what is shown, and of nothing else."""
    return {name: sum(getattr(row, name) or 0 for row in rows) for name in ("people", "seats", "trained")}
