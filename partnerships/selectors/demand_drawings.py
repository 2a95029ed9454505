"""The demand as a map and as a table of heat: people without a seat by province, and by competency and island group."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db.models import Sum
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from partnerships.models import Proposal
from partnerships.rules.proposals import OPEN_NEEDS
from partnerships.selectors.demand import Demand, DemandFilter, provinces
from regions.maps.drawing import Drawing, Place, marks_of
from regions.maps.scales import Scale
from regions.maps.sheets import sheet
from regions.models import CompetencyGap, NeedLine
from workflow import formats
from workflow.drawings import Heat, heat, people

SCALE = Scale((1, 10, 25, 50, 100))
"""Classes of people; fixed, so that the maps of different competencies compare."""
HEAT_ROWS = 12


def _unmet(wanted: DemandFilter) -> dict[str, int]:
    """{province: people without a seat}; a line counts once, however many competencies it names. Two queries."""
    lines = NeedLine.objects.filter(need__status__in=OPEN_NEEDS)
    held = Proposal.objects.holding().filter(line__need__status__in=OPEN_NEEDS)
    if wanted.post:
        lines, held = lines.filter(post=wanted.post), held.filter(line__post=wanted.post)
    if wanted.theme:
        named = CompetencyGap.objects.filter(theme=wanted.theme).values("line")
        lines, held = lines.filter(pk__in=named), held.filter(line__in=named)
    asked = dict(
        lines.annotate(province=Left("need__office__region_code", 2))
        .order_by()
        .values_list("province")
        .annotate(n=Sum("requested_total"))
    )
    given = dict(
        held.annotate(province=Left("line__need__office__region_code", 2))
        .order_by()
        .values_list("province")
        .annotate(n=Sum("seats_allotted"))
    )
    return {code: max(count - (given.get(code) or 0), 0) for code, count in asked.items()}


def demand_map(wanted: DemandFilter, kept: dict[str, str]) -> Drawing:
    """People without a seat by province; each place leads to its own rows under the same filters."""
    unmet = _unmet(wanted)
    known = provinces()
    marks = {code: mark for code, mark in marks_of({c: unmet.get(c) for c in known}).items() if mark == "high"}
    others = {name: value for name, value in kept.items() if name not in {"provinsi", "pulau"}}

    def place(code: str) -> Place:
        count = unmet.get(code, 0)
        return Place(
            code=code,
            name=known[code].name,
            level=SCALE.level(count),
            value=people(count),
            figure=formats.num(count) if count else "",
            weight=count,
            url=f"?{urlencode({**others, 'provinsi': code})}" if count else "",
            mark=marks.get(code, ""),
        )

    return Drawing(
        label=_("People without a seat by province"),
        summary=finding(unmet, known),
        places=[place(code) for code in known],
        legend=SCALE.legend(),
        nothing=SCALE.nothing,
        sheet=sheet(),
        sizes=_("The larger the circle, the more people without a seat."),
    )


def finding(unmet: dict[str, int], known: dict) -> str:
    """Where most people wait for a seat, as a sentence."""
    here = {code: count for code, count in unmet.items() if code in known and count}
    if not here:
        return _("Nobody waits for a seat.")
    code = max(here, key=lambda c: (here[c], c))
    return _("Most people without a seat: %(place)s, %(people)s") % {
        "place": known[code].name,
        "people": people(here[code]),
    }


def demand_heat(rows: Sequence[Demand], kept: dict[str, str]) -> Heat | None:
    """People without a seat by competency and island group, the largest competencies first; every number leads to its
    rows. None where there is nothing to compare."""
    known = provinces()
    counts: dict[tuple[str, str], int] = {}
    themes: dict[str, str] = {}
    for row in rows:
        if row.unmet and row.province in known:
            key = (row.theme, known[row.province].island_group)
            counts[key] = counts.get(key, 0) + row.unmet
            themes[row.theme] = row.theme_label
    sums = {theme: sum(n for (t, _island), n in counts.items() if t == theme) for theme in themes}
    largest = sorted(themes, key=lambda theme: (-sums[theme], theme))[:HEAT_ROWS]
    islands = list(dict.fromkeys(region.island_group for region in known.values()))
    columns = {island: island for island in islands if any((theme, island) in counts for theme in largest)}
    if not columns:
        return None
    others = {name: value for name, value in kept.items() if name not in {"tema", "pulau"}}

    def address(theme: str, island: str) -> str:
        return f"?{urlencode({**others, 'tema': theme, 'pulau': island})}#h-d"

    return heat(counts, {theme: themes[theme] for theme in largest}, columns, address)
