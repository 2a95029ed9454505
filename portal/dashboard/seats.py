"""Charts about seats: offered, given and used; whether regions are served alike; where people still have none."""

from __future__ import annotations

from django.db.models import CharField, Sum, Value
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext as _

from accounts.models import Organisation
from portal.dashboard import bases
from portal.dashboard.choice import THEME, Choice
from portal.dashboard.measures import address
from portal.dashboard.units import Units
from regions.models import Theme
from workflow import formats
from workflow.charts import Cell, Chart, Column, palette, shapes
from workflow.charts.chart import NUMBER, PERCENT, Rows

OFFICE = "need__office__region_code"
THEMES_DRAWN = 12
PARTNERS_DRAWN = 10
STEPS = (5, 20, 50, 100)
"""From how many people without a seat a darker colour begins; fixed, so that pictures of different days compare."""


def use(choice: Choice) -> Chart:
    """Are the seats that partners offer used?"""
    offered = {} if choice.island or choice.province else _sums(bases.intakes(choice), "program__partner")
    given = _sums(bases.given(choice), "partner")
    used = _sums(bases.used(choice), "proposal__partner")
    partners = {o.pk: o for o in Organisation.objects.filter(pk__in={*offered, *given, *used}).order_by("code")}
    parts = [
        ("tawaran", _("Offered"), palette.BEFORE, offered),
        ("diberikan", _("Given to offices"), palette.SERIES[0], given),
        ("terpakai", _("Used"), palette.SERIES[2], used),
    ]
    parts = parts[1:] if choice.island or choice.province else parts
    largest = sorted(partners, key=lambda pk: -max(offered.get(pk, 0), given.get(pk, 0), used.get(pk, 0)))
    drawn = largest[:PARTNERS_DRAWN]
    values, rows = [], []
    for pk, partner in partners.items():
        name = partner.short_name or partner.name
        cells: list = [name]
        for measure, kind, _color, sums in parts:
            n = sums.get(pk, 0)
            url = address(choice, measure, mitra=partner.code)
            cells.append(Cell(n, url) if n else 0)
            if pk in drawn:
                values.append({
                    "label": name, "key": pk, "kind": kind, "n": n, "text": formats.num(n), "url": url if n else "",
                    "hover": f"{name}, {kind}: {formats.num(n)}",
                })  # fmt: skip
        rows.append(cells)
    return Chart(
        name="kursi",
        title=_use_title(sum(offered.values()), sum(given.values()), sum(used.values())) if rows else _("Seats used"),
        summary=_use_summary(choice, partners, offered or given, used),
        spec=shapes.paired(values, [(kind, color) for _name, kind, color, _sums_ in parts]),
        columns=[Column(_("Partner")), *(Column(kind, NUMBER) for _name, kind, _color, _sums_ in parts)],
        rows=rows,
        note=_("Intakes that begin in %(year)s.") % {"year": choice.cycle}
        if len(partners) <= PARTNERS_DRAWN
        else _("Intakes that begin in %(year)s. The %(count)s partners with most seats are drawn.")
        % {"year": choice.cycle, "count": PARTNERS_DRAWN},
        empty=_("No intake of this choice begins in %(year)s.") % {"year": choice.cycle},
    )


def _sums(query, path: str) -> dict[int, int]:
    return dict(query.order_by().values_list(path).annotate(kpi_total=Sum("amount")))


def _use_title(offered: int, given: int, used: int) -> str:
    if offered:
        return _("%(used)s of %(offered)s seats offered are used, %(given)s are given to offices") % {
            "used": formats.num(used),
            "offered": formats.num(offered),
            "given": formats.num(given),
        }
    return _("%(used)s of %(given)s seats given to these offices are used") % {
        "used": formats.num(used),
        "given": formats.num(given),
    }


def _use_summary(choice: Choice, partners: dict, base: dict, used: dict) -> str:
    shares = {pk: used.get(pk, 0) / base[pk] for pk in partners if base.get(pk)}
    local = choice.island or choice.province
    words = _("Seats are offered to the whole country and are not counted by place.") if local else ""
    if not shares:
        return words
    low = min(shares, key=lambda pk: (shares[pk], partners[pk].code))
    told = _("The smallest part is used of %(partner)s: %(used)s of %(all)s.") % {
        "partner": partners[low].name,
        "used": formats.num(used.get(low, 0)),
        "all": formats.num(base[low]),
    }
    return f"{told} {words}".strip()


def equity(choice: Choice) -> Chart:
    """Do regions get seats in proportion to their people?"""
    units = choice.units()
    sums: dict[str, list[int]] = {}
    for code, pair in bases.by_place(bases.lines(choice), OFFICE, choice.depth, "people", "held").items():
        own = sums.setdefault(units.key(code), [0, 0])
        own[0] += pair[0]
        own[1] += pair[1]
    people, held = (sum(pair[n] for pair in sums.values()) for n in (0, 1))
    whole = 100 * held / people if people else 0
    values, rows, shares = [], [], {}
    for key in units.ordered(sums):
        unit, (wanted, seats) = units.unit(key), sums[key]
        share, told = 100 * seats / wanted if wanted else None, formats.share(seats, wanted)
        mine = choice.with_place(unit.key) if unit.key else choice
        url = address(mine, "orang", tahap=bases.ACCEPTED)
        rows.append([
            Cell(unit.name, f"?{mine.query()}") if unit.key and not choice.province else unit.name,
            Cell(wanted, url) if unit.key else wanted,
            Cell(seats, address(mine, "kursi")) if unit.key and seats else seats,
            share,
        ])  # fmt: skip
        if share is None:
            continue
        shares[unit.name] = (share, told)
        values.append({
            "label": unit.name, "n": min(round(share, 1), 100), "url": f"?{mine.query()}" if unit.key else "",
            "text": _("%(share)s · %(seats)s of %(people)s")
            % {"share": told, "seats": formats.num(seats), "people": formats.num(wanted)},
            "hover": f"{unit.name}: {told}",
            "color": palette.NEAR if share < whole else palette.SERIES[0],
        })  # fmt: skip
    return Chart(
        name="pemerataan",
        title=_equity_title(shares),
        summary=_("All together: %(seats)s seats for %(people)s people in approved needs, %(share)s.")
        % {"seats": formats.num(held), "people": formats.num(people), "share": formats.share(held, people)},
        spec=shapes.dots(
            values,
            reference=round(whole, 1),
            reference_text=_("All: %(share)s") % {"share": formats.share(held, people)},
            top=_scale_end([*(share for share, _told in shares.values()), whole]),
        )
        if values
        else None,
        columns=[
            Column(_("Place")),
            Column(_("People"), NUMBER),
            Column(_("Seats"), NUMBER),
            Column(_("Share"), PERCENT),
        ],
        rows=rows,
        empty=_("No need of this choice has been approved."),
    )


def _scale_end(shares: list[float]) -> int:
    """Where the scale ends: at a round share that leaves room, so that small differences stay to be seen."""
    highest = max(shares, default=0) * 1.15
    return next((end for end in (10, 25, 50) if highest <= end), 100)


def _equity_title(shares: dict[str, tuple[float, str]]) -> str:
    """Who gets least and who most; {place: (share, as people read it)}."""
    if not shares:
        return _("Seats by place")
    low, high = min(shares, key=lambda name: shares[name][0]), max(shares, key=lambda name: shares[name][0])
    words = {"low": low, "lowest": shares[low][1], "high": high, "highest": shares[high][1]}
    if len(shares) == 1:
        return _("%(low)s has seats for %(lowest)s of the people it asked for") % words
    if words["lowest"] == words["highest"]:
        return _("Every place has seats for %(lowest)s of the people it asked for") % words
    same = [name for name in shares if shares[name][1] == words["lowest"]]
    if len(same) > 1:
        words["count"] = formats.num(len(same))
        told = _("%(count)s places have seats for %(lowest)s of the people they asked for, %(high)s for %(highest)s")
        return told % words
    return _("%(low)s has seats for %(lowest)s of the people it asked for, %(high)s for %(highest)s") % words


def gaps(choice: Choice) -> Chart:
    """In which competency and where do people still have no seat? By province; on a phone by island group."""
    names = {theme.code: theme.label for theme in Theme.objects.all()}
    found = _by_theme(choice)
    fine, coarse = (_Grid(choice.units(fine=fine), found) for fine in (True, False))
    themes = coarse.themes()
    rows = Rows(
        lambda cells: [_gap_row(choice, fine.units.unit(key), theme, names, sums) for (theme, key), sums in cells],
        fine.largest_first(),
    )
    shown = themes[:THEMES_DRAWN]
    return Chart(
        name="kesenjangan",
        title=_gaps_title(fine, names),
        summary=_("Darker fields have more people without a seat. A person counts for every competency of their line."),
        spec=_heat(choice, coarse, names, shown, label_width=140, turned=True) if rows else None,
        wide=_heat(choice, fine, names, shown, label_width=330, turned=True, step=30, width=shapes.WIDE)
        if rows
        else None,
        columns=[
            Column(_("Competency")),
            Column(_("Place")),
            Column(_("People"), NUMBER),
            Column(_("Seats"), NUMBER),
            Column(_("Without a seat"), NUMBER),
        ],
        rows=rows,
        note=_("The %(count)s competencies with most people without a seat are drawn.") % {"count": THEMES_DRAWN}
        if len(themes) > THEMES_DRAWN
        else "",
        empty=_("Nobody in an approved need of this choice is without a seat."),
    )


class _Grid:
    """People, seats and people without one by competency and place."""

    def __init__(self, units: Units, found: dict[tuple[str, str], tuple[int, int, int]]):
        self.units = units
        self.cells: dict[tuple[str, str], list[int]] = {}
        for (theme, code), sums in found.items():
            own = self.cells.setdefault((theme, units.key(code)), [0, 0, 0])
            for n, value in enumerate(sums):
                own[n] += value
        self.left = {pair: sums[2] for pair, sums in self.cells.items() if sums[2]}

    def largest_first(self) -> list[tuple[tuple[str, str], list[int]]]:
        """Cells in which somebody has no seat."""
        return [(pair, self.cells[pair]) for pair in sorted(self.left, key=lambda pair: (-self.left[pair], pair))]

    def themes(self) -> list[str]:
        """Competencies by how many people they leave without a seat."""
        sums: dict[str, int] = {}
        for (theme, _key), n in self.left.items():
            sums[theme] = sums.get(theme, 0) + n
        return sorted(sums, key=lambda theme: (-sums[theme], theme))

    def keys(self) -> list[str]:
        """Places in which somebody has no seat."""
        return self.units.ordered(key for _theme, key in self.left)


def _by_theme(choice: Choice) -> dict[tuple[str, str], tuple[int, int, int]]:
    """{(competency, start of the region's code): (people, seats, without a seat)}."""
    named = {"gaps__theme": choice.theme} if choice.theme else {"gaps__isnull": False}
    found = bases.lines(choice).filter(**named)  # in one call: a second would join the gaps twice and double people
    rows = (
        found.annotate(at=Left(Coalesce(OFFICE, Value("")), choice.depth, output_field=CharField()))
        .order_by()
        .values_list("gaps__theme", "at")
        .annotate(a=Sum("people"), b=Sum("held"), c=Sum("left"))
    )
    return {(theme, at): (a, b, c) for theme, at, a, b, c in rows}


def _gap_row(choice: Choice, unit, theme: str, names: dict[str, str], sums: list[int]) -> list:
    people, held, left = sums
    if not unit.key:  # a regency is no choice of its own: its figures open with the province's
        return [names[theme], unit.name, people, held, left]
    mine, asked = choice.with_place(unit.key), {THEME: theme}
    return [
        Cell(names[theme], f"?{mine.query(**asked)}"),
        unit.name,
        Cell(people, address(mine, "orang", tahap=bases.ACCEPTED, **asked)),
        Cell(held, address(mine, "kursi", **asked)) if held else 0,
        Cell(left, address(mine, "tanpa-kursi", **asked)),
    ]


def _gaps_title(grid: _Grid, names: dict[str, str]) -> str:
    if not grid.left:
        return _("Competencies without seats")
    (theme, key), sums = grid.largest_first()[0]
    return _("Most people without a seat: %(theme)s in %(place)s, %(count)s") % {
        "theme": names[theme],
        "place": grid.units.unit(key).name,
        "count": formats.num(sums[2]),
    }


def _heat(choice: Choice, grid: _Grid, names: dict[str, str], themes: list[str], **look) -> dict:
    places = {key: grid.units.unit(key) for key in grid.keys()}
    values = []
    for (theme, key), n in grid.left.items():
        if theme not in themes:
            continue
        place, text = places[key], formats.num(n)
        mine = choice.with_place(place.key) if place.key else choice
        values.append({
            "row": names[theme], "column": place.name, "n": n, "text": text,
            "url": address(mine, "tanpa-kursi", tema=theme) if place.key else "",
            "hover": f"{names[theme]}, {place.name}: {text}",
        })  # fmt: skip
    rows, columns = [names[theme] for theme in themes], [place.name for place in places.values()]
    return shapes.heat(values, columns=columns, rows=rows, steps=STEPS, **look)
