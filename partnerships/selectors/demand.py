"""What the country asks for: people by competency and province, from approved needs; no office, no person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, F, Sum
from django.db.models.functions import Left

from accounts.roles import CENTRAL, PARTNER
from accounts.rules import capacity
from partnerships.models import Proposal
from partnerships.rules.proposals import OPEN_NEEDS
from partnerships.sentences import post_names, province_names, theme_names
from partnerships.services.suggestions import intakes_on_offer
from regions.models import CompetencyGap, NeedLine, Region
from regions.models.places import RegionLevel
from workflow.listing import KEPT_FOR, LONG


def may_read_demand(user) -> bool:
    """Partners and the ministry read demand; offices read their own needs."""
    return capacity(user)[0] in (*PARTNER, *CENTRAL)


def demand_for_themes(themes: list[str]) -> dict[str, int]:
    """People on approved lines that name one of the themes, and the offices they work in."""
    lines = NeedLine.objects.filter(
        need__status__in=OPEN_NEEDS, pk__in=CompetencyGap.objects.filter(theme__in=themes).values("line")
    )
    return lines.aggregate(people=Sum("requested_total", default=0), offices=Count("need__office", distinct=True))


@dataclass(frozen=True)
class Demand:
    """People wanted for one competency in one province, from approved needs; no office, no person."""

    theme: str
    theme_label: str
    province: str
    province_label: str
    people: int
    seated: int
    offices: int
    seats_on_offer: int

    @property
    def unmet(self) -> int:
        """People without a seat."""
        return max(self.people - self.seated, 0)


@dataclass(frozen=True)
class DemandFilter:
    """What the reader narrowed the demand to; empty means all."""

    theme: str = ""
    province: str = ""
    post: str = ""
    island: str = ""


def asked_for(chosen: dict) -> DemandFilter:
    """What the page's form narrows the demand to."""
    return DemandFilter(
        theme=chosen.get("tema", ""),
        province=chosen.get("provinsi", ""),
        post=chosen.get("jabatan", ""),
        island=chosen.get("pulau", ""),
    )


def provinces() -> dict[str, Region]:
    """{code: province}, from west to east; one query."""
    return {r.code: r for r in Region.objects.filter(level=RegionLevel.PROVINCE).order_by("code")}


def _codes_of(island: str) -> list[str]:
    return [code for code, region in provinces().items() if region.island_group == island]


def demand(wanted: DemandFilter) -> list[Demand]:
    """Demand by competency and province, the largest unmet first. Of a large country the answer may be a minute old."""
    theme_name, province_name = theme_names(), province_names()
    key = f"demand.{hashlib.sha256(repr(wanted).encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found, asked = _sums(wanted)
        if asked > LONG:
            cache.set(key, found, KEPT_FOR)
    return [
        Demand(theme=theme, theme_label=theme_name(theme), province=place, province_label=province_name(place), **sums)
        for theme, place, sums in found
    ]


def _sums(wanted: DemandFilter) -> tuple[list[tuple[str, str, dict[str, int]]], int]:
    """([(competency, province, sums)], the number of gaps they are made of); three queries."""
    gaps = CompetencyGap.objects.filter(line__need__status__in=OPEN_NEEDS).annotate(
        province=Left("line__need__office__region_code", 2)
    )
    held = (
        Proposal.objects.holding()
        .filter(line__need__status__in=OPEN_NEEDS)
        .annotate(province=Left("line__need__office__region_code", 2))
    )
    if wanted.post:
        gaps, held = gaps.filter(line__post=wanted.post), held.filter(line__post=wanted.post)
    seated = {
        (theme, province): seats
        for theme, province, seats in held.order_by()
        .values_list("line__gaps__theme", "province")
        .annotate(n=Sum("seats_allotted"))
    }
    offers = dict(
        intakes_on_offer()
        .order_by()
        .values_list("program__themes__theme")
        .annotate(n=Sum(F("seats") - F("seats_taken")))
    )
    if wanted.theme:
        gaps = gaps.filter(theme=wanted.theme)
    if wanted.province:
        gaps = gaps.filter(province=wanted.province)
    if wanted.island:
        gaps = gaps.filter(province__in=_codes_of(wanted.island))
    rows, asked = [], 0
    sums = gaps.order_by().values_list("theme", "province")
    for theme, province, people, offices, count in sums.annotate(
        people=Sum("line__requested_total"), offices=Count("line__need__office", distinct=True), count=Count("pk")
    ):
        held_here, asked = seated.get((theme, province), 0), asked + count
        numbers = {"people": people, "seated": held_here, "offices": offices, "seats_on_offer": offers.get(theme) or 0}
        rows.append((theme, province, numbers))
    rows.sort(key=lambda row: (-max(row[2]["people"] - row[2]["seated"], 0), *row[:2]))
    return rows, asked


def demand_figures() -> dict[str, int]:
    """The country in four numbers. A line counts once, however many competencies it names."""
    lines = NeedLine.objects.filter(need__status__in=OPEN_NEEDS)
    held = Proposal.objects.holding().filter(line__need__status__in=OPEN_NEEDS)
    found = lines.aggregate(
        people=Sum("requested_total", default=0),
        offices=Count("need__office", distinct=True),
        provinces=Count(Left("need__office__region_code", 2), distinct=True),
    )
    found["seated"] = held.aggregate(n=Sum("seats_allotted", default=0))["n"]
    found["unmet"] = max(found["people"] - found["seated"], 0)
    return found


def demand_choices() -> dict[str, list[tuple[str, str]]]:
    """What the demand can be narrowed to: only values that occur."""
    gaps = CompetencyGap.objects.filter(line__need__status__in=OPEN_NEEDS).order_by()
    triples = set(
        gaps.annotate(province=Left("line__need__office__region_code", 2)).values_list(
            "theme", "province", "line__post"
        )
    )
    theme_name, province_name, post_name = theme_names(), province_names(), post_names()
    named = {p for _t, p, _j in triples}
    islands = dict.fromkeys(region.island_group for code, region in provinces().items() if code in named)
    return {
        "island": [(name, name) for name in islands],
        "theme": sorted(((c, theme_name(c)) for c in {t for t, _p, _j in triples}), key=lambda x: x[1]),
        "province": sorted(((c, province_name(c)) for c in {p for _t, p, _j in triples}), key=lambda x: x[1]),
        "post": sorted(((c, post_name(c)) for c in {j for _t, _p, j in triples}), key=lambda x: x[1]),
    }
