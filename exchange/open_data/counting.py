"""Counts the people that published tables speak of, exactly; what of it is told, `settling` decides."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Avg, Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Left

from accounts.models import OrganisationKind
from exchange.open_data.settling import Cycle
from participants.models import PASSED, Nomination
from portal.kpi import figures
from portal.kpi.bases import accepted
from portal.kpi.catalogue import KPIS, LEVELS, PERCENT, RATIO, Measure
from portal.kpi.periods import CYCLE, YEAR, Period
from portal.kpi.scopes import NATIONAL, Scope
from portal.selectors import map as places
from portal.selectors import outcomes
from programs.models import Program
from programs.rules import public_programs
from regions.models import CompetencyGap, GapRating, NeedCycle, NeedLine
from regions.publishing import SMALLEST
from regions.selectors import COUNTED

ACCEPTED_NEED = Q(need__status__in=places.ACCEPTED)


def cycle(year: int) -> Cycle:
    """Everyone asked for, given a seat and trained in a cycle; ten queries."""
    counts, islands, allocated = places.counted(year)
    return Cycle(
        places=counts,
        islands=islands,
        posts=_by_post(year),
        themes=_by_theme(year),
        sums=outcomes.sums_of(year),
        trained={"all": _trained(year)},
        allocated=allocated,
    )


def _lines(year: int):
    needs = NeedLine._meta.get_field("need").related_model.objects.filter(COUNTED, cycle_id=year)
    return NeedLine.objects.filter(need__in=needs.values("pk")).order_by()


def _table(rows, key: str) -> dict[str, dict[str, int]]:
    names = ("needs", "approved", "people", "people_approved")
    return {str(row[key]): {**{name: row[name] or 0 for name in names}, "seats": 0} for row in rows}


def _by_post(year: int) -> dict[str, dict[str, int]]:
    rows = _lines(year).values("post_id").annotate(
        needs=Count("need", distinct=True),
        approved=Count("need", distinct=True, filter=ACCEPTED_NEED),
        people=Sum("requested_total"),
        people_approved=Sum("requested_total", filter=ACCEPTED_NEED),
    )  # fmt: skip
    return _table(rows, "post_id")


def _by_theme(year: int) -> dict[str, dict[str, int]]:
    yes = Q(line__need__status__in=places.ACCEPTED)
    rows = (
        CompetencyGap.objects.filter(line__in=_lines(year).values("pk"))
        .order_by()
        .values("theme_id")
        .annotate(
            needs=Count("line__need", distinct=True),
            approved=Count("line__need", distinct=True, filter=yes),
            people=Sum("line__requested_total"),
            people_approved=Sum("line__requested_total", filter=yes),
        )
    )
    return _table(rows, "theme_id")


def _trained(year: int) -> dict[str, int]:
    found = Nomination.objects.filter(
        status__in=PASSED,
        proposal__line__need__cycle=year,
        proposal__line__need__office__kind=OrganisationKind.OFFICE,
    ).aggregate(women=Count("pk", filter=Q(person__sex="F")), men=Count("pk", filter=Q(person__sex="M")))
    return {name: found[name] or 0 for name in ("women", "men")}


def programs() -> dict[str, dict[str, int]]:
    """Of every programme anyone may read: people accepted, who completed it, women among them. One query."""
    listed = Program.objects.filter(public_programs()).values("pk")
    passed = Q(status__in=PASSED)
    rows = (
        Nomination.objects.filter(accepted(), proposal__intake__program__in=listed)
        .order_by()
        .values("proposal__intake__program__code")
        .annotate(
            accepted=Count("pk"),
            completed=Count("pk", filter=passed),
            women=Count("pk", filter=passed & Q(person__sex="F")),
        )
    )
    names = ("accepted", "completed", "women")
    return {row["proposal__intake__program__code"]: {name: row[name] for name in names} for row in rows}


def homes() -> dict[str, list[str]]:
    """Of every programme anyone may read the provinces from which at least five people were accepted. One query."""
    rows = (
        Nomination.objects.filter(
            accepted(),
            proposal__intake__program__in=Program.objects.filter(public_programs()).values("pk"),
            proposal__line__need__office__region_code__gt="",
        )
        .annotate(home=Left("proposal__line__need__office__region_code", 2))
        .order_by()
        .values("proposal__intake__program__code", "home")
        .annotate(people=Count("pk"))
        .filter(people__gte=SMALLEST)
        .order_by("home")
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["proposal__intake__program__code"], []).append(row["home"])
    return found


def levels() -> dict[str, dict[str, Any]]:
    """Of every programme anyone may read how many people were rated at work after it, and the mean level of the need,
    the level aimed at and the level rated. One query."""
    of_program = Nomination.objects.filter(code=OuterRef("effect__source")).values("proposal__intake__program__code")[
        :1
    ]
    rows = (
        GapRating.objects.filter(effect__taken_back_at__isnull=True)
        .annotate(program=Subquery(of_program))
        .filter(program__in=Program.objects.filter(public_programs()).values("code"))
        .order_by()
        .values("program")
        .annotate(
            people=Count("effect", distinct=True),
            before=Avg("gap__current_level"),
            target=Avg("gap__target_level"),
            rated=Avg("level"),
        )
    )
    return {
        row["program"]: {
            "people": row["people"],
            "means": [round(float(row[name]), 1) for name in ("before", "target", "rated")],
        }
        for row in rows
    }


# --- Key figures


class Everyone(Scope):
    """The whole country, as everyone may read it: small groups are withheld."""

    withholds = True


def key_figures(year: int) -> list[dict[str, Any]]:
    """Every measure of every key figure in a cycle. Where it counts people it is rounded, so that nobody can work out
    one of them; who stands behind it is not told."""
    everyone = Everyone(NATIONAL, AnonymousUser(), None)
    found = []
    for kpi in KPIS:
        period = Period(year, CYCLE if kpi.by_cycle else YEAR)
        for value in figures.values_of(everyone, kpi, period):
            found.append(
                {
                    "kpi": kpi.code,
                    "measure": value.measure.name,
                    "unit": value.measure.unit,
                    "basis": "cycle" if kpi.by_cycle else "calendar_year",
                    "value": _told(value.measure, value.number),
                    "withheld": value.is_withheld,
                }
            )
    return found


def _told(measure: Measure, number) -> float | int | None:
    if number is None:
        return None
    if measure.unit in {LEVELS, RATIO}:
        return round(float(number), 1)
    if measure.unit == PERCENT:
        return round(float(number), 0 if measure.people else 1)
    if measure.people:
        return int(round(float(number), -1))
    return round(float(number), 2) if float(number) % 1 else int(number)


def years() -> list[int]:
    """Cycles there are figures of, the oldest first."""
    known = set(places.cycles())
    return sorted(NeedCycle.objects.filter(year__in=known).values_list("year", flat=True))
