"""What a run's result says: figures beside those of a comparator, coverage by province and island group, lines with
their reasons, what two runs do differently."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.core.cache import cache
from django.db.models import F, JSONField, OuterRef, Q, Subquery, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Abs, Coalesce
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import CENTRAL
from accounts.rules import capacity
from partnerships import allocation_charts as charts
from partnerships.allocation.figures import gini
from partnerships.allocation_charts import Place
from partnerships.allocation_sentences import Names, intake_name, lost_to, names_for, show_changes, show_reasons
from partnerships.models import (
    PUBLIC_RUNS,
    SOLVED,
    AllocationLine,
    AllocationPin,
    AllocationRun,
    AllocationSeat,
    LineOutcome,
    RunStatus,
)
from partnerships.rules.small_groups import Withheld, withheld
from partnerships.selectors.allocations import LISTED_WITHOUT, runs_seen_by
from partnerships.sentences import province_name, theme_name
from programs.models import Intake
from regions.models import Region, TrainingNeed
from regions.rules import needs_in_reach
from workflow import formats
from workflow.listing import Facet, Listing

COMPARATORS = {
    "first_come": gettext_lazy("First come, first served"),
    "greedy": gettext_lazy("Best score first"),
    "previous": gettext_lazy("Previous run"),
}
"""What a result is compared with, in the order offered."""

ISLANDS = ("Sumatera", "Jawa", "Bali–Nusa Tenggara", "Kalimantan", "Sulawesi", "Maluku", "Papua")


# --- Figures ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delta:
    """One figure now and before, and in words whether it got better."""

    label: Any
    value: str
    unit: str = ""
    tone: str = ""
    """up: better, down: worse, empty: neither."""
    words: str = ""
    before: str = ""


def comparator_of(run: AllocationRun, wanted: str) -> str:
    """The comparator to show: the one asked for where the run has it, else the first it has."""
    have = [name for name in COMPARATORS if run.baselines.get(name)]
    return wanted if wanted in have else have[0] if have else ""


def comparator_choices(run: AllocationRun) -> list[tuple[str, Any]]:
    """(name, label) of every comparator of a run."""
    return [(name, label) for name, label in COMPARATORS.items() if run.baselines.get(name)]


def baseline(run: AllocationRun, name: str) -> dict:
    """The figures of a comparator; empty without one."""
    return (run.baselines.get(name) or {}).get("figures") or {}


def islands_by_province() -> dict[str, str]:
    """Province code -> island group; changes once in a decade."""
    key = "partnerships.islands"
    found = cache.get(key)
    if found is None:
        found = dict(Region.objects.filter(level="PROVINCE").values_list("code", "island_group"))
        cache.set(key, found, 300)
    return found


@dataclass(frozen=True)
class Coverage:
    """Every province that wants people, with coverage before and now."""

    places: list[Place]
    """As they may be read: withheld ones have no figures."""
    counted: list[Place]
    """What sums are made of: true figures, never shown one by one. Short of what even a sum would give away."""

    @property
    def hides(self) -> bool:
        """Whether a province is withheld."""
        return any(p.people is None for p in self.places)

    @property
    def is_whole(self) -> bool:
        """Whether sums hold every province."""
        return len(self.counted) == len(self.places)

    @property
    def note(self) -> str:
        """What is withheld, and whether it counts."""
        if not self.hides:
            return ""
        if self.is_whole:
            return _(
                "Not shown: provinces where fewer than 5 people asked, got a seat or got none, and those from which "
                "these could be worked out. All of them count in every sum."
            )
        left = {p.code for p in self.places} - {p.code for p in self.counted}
        return _(
            "Not shown: provinces where fewer than 5 people asked, got a seat or got none, and those from which "
            "these could be worked out. Left out of every sum: %(names)s."
        ) % {"names": ", ".join(p.name for p in self.places if p.code in left)}


def coverage_of(now: dict, before: dict, *, public: bool = False, both_real: bool = False) -> Coverage:
    """Coverage before and now. `public`: small groups of the plan withheld, and of the one before where that was
    a real one too (`both_real`); in a plan only made to compare with, nobody got anything."""
    islands = islands_by_province()
    rows, former = now.get("by_province") or {}, before.get("by_province") or {}
    kept_back = Withheld()
    if public:
        kept_back = withheld(_counts(rows), islands)
        if both_real:
            kept_back |= withheld(_counts(former), islands)
    true = [_place(code, rows[code], former.get(code), islands) for code in sorted(rows) if rows[code]["people"]]
    return Coverage(
        places=[_blank(p) if p.code in kept_back.provinces else p for p in true],
        counted=[p for p in true if p.code not in kept_back.uncounted],
    )


def _counts(rows: dict) -> dict[str, tuple[int, int]]:
    return {code: (row["people"], row["seats"]) for code, row in rows.items()}


def _place(code: str, row: dict, former: dict | None, islands: dict[str, str]) -> Place:
    earlier = (former or {}).get("seats", 0)
    return Place(
        code=code,
        name=str(province_name(code)),
        island=islands.get(code, ""),
        people=row["people"],
        seats_before=earlier,
        before=charts.percent_of(earlier, row["people"]),
        seats=row["seats"],
        now=charts.percent_of(row["seats"], row["people"]),
    )


def _blank(place: Place) -> Place:
    return replace(place, people=None, seats_before=None, before=None, seats=None, now=None)


def sums_of(places: Iterable[Place]) -> dict[str, int]:
    """People and seats of these provinces."""
    rows = list(places)
    return {"people": sum(p.people or 0 for p in rows), "seats": sum(p.seats or 0 for p in rows)}


def lowest_of(places: Iterable[Place]) -> list[Place]:
    """The provinces with the lowest coverage of those shown: several where they are equal."""
    known = [p for p in places if p.now is not None]
    least = min((p.now for p in known), default=None)
    return [p for p in known if p.now == least]


def gini_of(places: Iterable[Place]) -> float | None:
    """The Gini index over these provinces."""
    rows = [(p.people, p.seats or 0) for p in places if p.people]
    return float(gini(rows)) if rows else None


def island_rows(places: Iterable[Place]) -> list[Place]:
    """Coverage by island group, as sums of these provinces."""
    sums: dict[str, list[int]] = {}
    for p in places:
        if p.people is not None and p.island:
            total = sums.setdefault(p.island, [0, 0, 0])
            for n, value in enumerate((p.people, p.seats_before or 0, p.seats or 0)):
                total[n] += value
    order = {name: n for n, name in enumerate(ISLANDS)}
    return [
        Place(
            code=name,
            name=_island_name(name),
            people=people,
            seats_before=before,
            before=charts.percent_of(before, people),
            seats=seats,
            now=charts.percent_of(seats, people),
        )
        for name, (people, before, seats) in sorted(sums.items(), key=lambda i: (order.get(i[0], len(order)), i[0]))
    ]


def _island_name(name: str) -> str:
    return {"Sumatera": _("Sumatra"), "Jawa": _("Java"), "Bali–Nusa Tenggara": _("Bali and Nusa Tenggara")}.get(
        name, name
    )


def national_share(places: Iterable[Place]) -> int | None:
    """Coverage of the whole country, as a sum of these provinces."""
    found = sums_of(places)
    return charts.percent_of(found["seats"], found["people"])


def moved_most(places: Iterable[Place], direction: str, limit: int = 3) -> list[Place]:
    """The provinces whose coverage rose (or fell) most."""
    moved = [p for p in places if p.direction == direction]
    return sorted(moved, key=lambda p: (-abs(p.change or 0), p.code))[:limit]


def figures_of(run: AllocationRun, before: dict, coverage: Coverage) -> list[Delta]:
    """The five figures: seats, provinces without a seat, lowest coverage, Java beside Papua, mean match."""
    rows = coverage.counted
    return [
        _seats(sum(p.seats or 0 for p in rows), sum(p.seats_before or 0 for p in rows), bool(before)),
        _without(rows, bool(before)),
        _lowest(coverage, bool(before)),
        _java_and_papua(island_rows(rows), bool(before)),
        _match(run.figures.get("mean_value"), before.get("mean_value")),
    ]


def _seats(now: int, then: int, compared: bool) -> Delta:
    difference = now - then
    if not compared:
        words, tone = "", ""
    elif difference > 0:
        tone = "up"
        words = ngettext("%(count)s seat more", "%(count)s seats more", difference)
        words %= {"count": formats.num(difference)}
    elif difference < 0:
        tone = "down"
        words = ngettext("down by %(count)s seat", "down by %(count)s seats", -difference)
        words %= {"count": formats.num(-difference)}
    else:
        tone, words = "", _("as many as before")
    return Delta(_("Seats given"), formats.num(now), "", tone, words, formats.num(then) if compared else "")


def _without(places: list[Place], compared: bool) -> Delta:
    now, then = (sum(1 for p in places if not s(p)) for s in (lambda p: p.seats, lambda p: p.seats_before))
    if not now:
        words, tone = _("every province has a seat"), "up"
    elif not compared or now == then:
        words, tone = (_("as many as before") if compared else ""), ""
    else:
        tone = "up" if now < then else "down"
        count = abs(now - then)
        words = (
            ngettext("%(count)s province fewer", "%(count)s provinces fewer", count)
            if now < then
            else ngettext("worse by %(count)s province", "worse by %(count)s provinces", count)
        ) % {"count": formats.num(count)}
    return Delta(
        _("Provinces without a seat"), formats.num(now), "", tone, words, formats.num(then) if compared else ""
    )


def _lowest(coverage: Coverage, compared: bool) -> Delta:
    known = [p for p in coverage.places if p.now is not None]
    low = lowest_of(known)
    if not low:
        return Delta(_("Lowest coverage"), formats.NOTHING)
    now, then = low[0].now or 0, min(p.before or 0 for p in known)
    tone = "" if not compared or now == then else "up" if now > then else "down"
    words = charts.named(low)
    if coverage.hides:
        words = _("%(place)s, of those shown") % {"place": words}
    if tone == "down":
        words = _("down: %(place)s") % {"place": words}
    return Delta(_("Lowest coverage"), formats.percent(now), "", tone, words, formats.percent(then) if compared else "")


def _java_and_papua(islands: list[Place], compared: bool) -> Delta:
    by_name = {p.code: p for p in islands}
    java, papua = by_name.get("Jawa"), by_name.get("Papua")
    label = _("Java beside Papua")
    if java is None or papua is None:
        return Delta(label, formats.NOTHING, words=_("one of the two is not part of it"))
    now, then = _times(java.now, papua.now), _times(java.before, papua.before)
    if not compared:
        tone, words = "", ""
    else:
        far_now, far_then = (abs(n - 1) if n is not None else float("inf") for n in (now, then))
        tone = "" if far_now == far_then else "up" if far_now < far_then else "down"
        words = {"up": _("the gap narrows"), "down": _("worse: the gap widens"), "": _("the gap stays")}[tone]
    return Delta(label, *_as_times(now), tone, words, " ".join(_as_times(then)).strip() if compared else "")


def _times(one: int | None, other: int | None) -> float | None:
    return round(one / other, 1) if one is not None and other else None


def _as_times(value: float | None) -> tuple[str, str]:
    return (formats.num(value), _("times")) if value is not None else (_("Papua has no seat"), "")


def _match(now: float | None, then: float | None) -> Delta:
    label = _("Mean match")
    if now is None:
        return Delta(label, formats.NOTHING)
    score, former = round(now / 10), round((then or 0) / 10)
    if then is None:
        return Delta(label, formats.num(score), "/100")
    tone = "" if score == former else "up" if score > former else "down"
    points = abs(score - former)
    words = {
        "up": ngettext("up by %(count)d point", "up by %(count)d points", points) % {"count": points},
        "down": ngettext("down by %(count)d point", "down by %(count)d points", points) % {"count": points},
        "": _("as before"),
    }[tone]
    return Delta(label, formats.num(score), "/100", tone, words, formats.num(former))


def gini_sentence(places: Iterable[Place], *, compared: bool) -> str:
    """The Gini index before and now over these provinces, explained in five words."""
    known = [p for p in places if p.people]
    if not known:
        return ""
    words = {
        "now": formats.decimal(float(gini((p.people, p.seats) for p in known)), 2),
        "before": formats.decimal(float(gini((p.people, p.seats_before) for p in known)), 2),
    }
    if not compared:
        return _("Gini index %(now)s; the lower, the fairer") % words
    return _("Gini index from %(before)s to %(now)s; the lower, the fairer") % words


def proof_sentence(figures: dict) -> str:
    """How far the plan is proven to be the best one."""
    if figures.get("status") == "optimal" and not figures.get("gap"):
        return _("Proven best: no other plan within these rules is worth more.")
    gap = figures.get("gap")
    if gap is None:
        return _("It is not known how far this plan is from the best one.")
    return _("At most %(share)s below the proven limit: the search ended before it was proven best.") % {
        "share": formats.percent(max(100 * gap, 0.01), 2)
    }


# --- One result ---------------------------------------------------------------------------------------------


@dataclass
class Shown:
    """A result ready to show, beside one comparator."""

    run: AllocationRun
    comparator: str
    before: dict
    coverage: Coverage

    @property
    def places(self) -> list[Place]:
        """The provinces as they may be read."""
        return self.coverage.places

    @property
    def figures(self) -> list[Delta]:
        return figures_of(self.run, self.before, self.coverage)

    @property
    def bells(self) -> dict:
        return charts.dumbbell(island_rows(self.coverage.counted), national_share(self.coverage.counted))

    @property
    def rose(self) -> list[Place]:
        return moved_most(self.places, "up")

    @property
    def fell(self) -> list[Place]:
        return moved_most(self.places, "down")

    @property
    def evenness(self) -> str:
        return gini_sentence(self.coverage.counted, compared=bool(self.before))

    @property
    def proof(self) -> str:
        return proof_sentence(self.run.figures)

    @property
    def proven(self) -> bool:
        """Whether no better plan exists."""
        return self.run.figures.get("status") == "optimal" and not self.run.figures.get("gap")

    @property
    def left(self) -> int:
        """Seats nobody got."""
        return max((self.run.figures.get("seats_offered") or 0) - (self.run.figures.get("seats") or 0), 0)


def shown_result(run: AllocationRun, comparator: str, *, public: bool = False) -> Shown:
    """A result beside a comparator the run has."""
    before = baseline(run, comparator)
    found = coverage_of(run.figures, before, public=public, both_real=is_real(comparator))
    return Shown(run, comparator, before, found)


def is_real(comparator: str) -> bool:
    """Whether a comparator was a plan of its own, by which people got seats."""
    return comparator == "previous"


# --- Lines --------------------------------------------------------------------------------------------------


def lines_seen_by(user, run: AllocationRun):
    """A run's lines that this user may read: all of them at the centre, an office's and a province's own, no one
    else's; needs of others do not exist for them."""
    role, _organisation = capacity(user)
    rows = run.lines.select_related("line__need", "line__post", "office")
    if role in CENTRAL:
        return rows
    return rows.filter(line__need__in=TrainingNeed.objects.filter(needs_in_reach(user)))


def reads_everything(user) -> bool:
    """Whether exact figures of small groups, leftovers and files of single lines are for this reader."""
    return capacity(user)[0] in CENTRAL


def _outcomes(codes):
    return {o.value: o.label for o in LineOutcome if o.value in codes}


def _provinces(codes):
    return dict(sorted(((c, str(province_name(c))) for c in codes), key=lambda pair: pair[1]))


def _themes(codes):
    return dict(sorted(((c, theme_name(c)) for c in codes), key=lambda pair: pair[1]))


LINE_FACETS = (
    Facet("hasil", gettext_lazy("Result"), "outcome", _outcomes),
    Facet("provinsi", gettext_lazy("Province"), "province_code", _provinces),
    Facet("tema", gettext_lazy("Competency"), "theme_code", _themes),
)
LINE_SORTS = {
    "need": (gettext_lazy("Need"), ("line__need__code", "line__position")),
    "score": (gettext_lazy("Score"), ("score",)),
}


def _search(text: str) -> Q:
    return Q(office__name_id__icontains=text) | Q(office__name_en__icontains=text) | Q(line__need__code__icontains=text)


line_matches = _search
"""What the list of lines searches, for the JSON interface."""


@dataclass(frozen=True)
class ShownLine:
    """One line of a result, in words."""

    row: AllocationLine
    title: str
    place: str
    seats: list[AllocationSeat]
    reasons: list[str]
    changes: list[str] | None

    @property
    def is_served(self) -> bool:
        """Whether it has every seat it asked for."""
        return self.row.outcome == LineOutcome.ALL

    @property
    def tag(self) -> dict:
        """Colour, icon and words of what the line got."""
        return outcome_tag(self.row)

    @property
    def nothing_helps(self) -> str:
        """Said where no change that was tried gives it more; others may exist."""
        if self.row.seats:
            return _("No single change that was tried gives another seat.")
        return _("No single change that was tried gives a seat.")


def outcome_tag(row: AllocationLine) -> dict:
    """Colour, icon and words of what a line got."""
    match row.outcome:
        case LineOutcome.ALL:
            return {"tone": "teal", "icon": "award", "label": _("All seats")}
        case LineOutcome.PART:
            words = _("%(seats)s of %(wanted)s seats") % {
                "seats": formats.num(row.seats),
                "wanted": formats.num(row.wanted),
            }
            return {"tone": "teal", "icon": "circle-half", "label": words}
        case LineOutcome.NO_PAIR:
            return {"tone": "neutral", "icon": "slash-circle", "label": _("No programme fits")}
    return {"tone": "amber", "icon": "dash-circle", "label": _("No seat yet")}


def line_listing(request, run: AllocationRun) -> Listing:
    """The filtered page of a run's lines."""
    return Listing(
        request,
        lines_seen_by(request.user, run),
        facets=LINE_FACETS,
        sorts=LINE_SORTS,
        default_sort="need",
        search=_search,
    )


def shown_lines(run: AllocationRun, rows: list[AllocationLine]) -> list[ShownLine]:
    """Lines with their seats and sentences; three queries whatever their number."""
    seats: dict[int, list[AllocationSeat]] = {}
    given = run.seats.filter(line__in=[r.line_id for r in rows]).select_related("intake__program__partner")
    for seat in given.order_by("intake__starts", "pk"):
        seats.setdefault(seat.line_id, []).append(seat)
    names = names_for(*((r.reasons, r.changes) for r in rows))
    return [shown_line(row, seats.get(row.line_id, []), names) for row in rows]


def shown_line(row: AllocationLine, seats: list[AllocationSeat], names: Names) -> ShownLine:
    """One line in words."""
    post = row.line.post.label
    return ShownLine(
        row=row,
        title=theme_name(row.theme_code) if row.theme_code else post,
        place=", ".join(dict.fromkeys([row.office.name, str(province_name(row.province_code))])),
        seats=seats,
        reasons=show_reasons(row.reasons, names),
        changes=None if row.changes is None else show_changes(row.changes, names),
    )


def get_line(user, run: AllocationRun, need: str, position: int) -> AllocationLine:
    """One line of a run, or Http404."""
    if "\x00" in need or position > 32_000:
        raise Http404
    found = lines_seen_by(user, run).filter(line__need__code=need, line__position=position).first()
    if found is None:
        raise Http404
    return found


# --- One line -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """One intake a line could have had seats in, and what happened."""

    code: str
    name: str
    url: str
    score: str
    seats: int
    given: int
    offered: int
    told: list[str]


def _frozen(run: AllocationRun, path: str, **values: Any) -> Any:
    """A part of a run's frozen input, picked by the database: the whole is megabytes."""
    picked = RawSQL(  # noqa: S611 - the path is ours, the values are parameters
        f"jsonb_path_query_array({path}, %s::jsonb)", [json.dumps(values)], output_field=JSONField()
    )
    return AllocationRun.objects.annotate(picked=picked).values_list("picked", flat=True).get(pk=run.pk) or []


def line_key(row: AllocationLine) -> str:
    """A line's id in the instance."""
    return f"{row.line.need.code}/{row.line.position}"


def tried_by(run: AllocationRun, row: AllocationLine) -> list[Tried]:
    """Every intake the line could have had seats in, best score first."""
    key = line_key(row)
    pairs = _frozen(run, """instance, '$.pairs[*] ? (@.line == $line)'""", line=key)
    ids = [p["intake"] for p in pairs]
    if not ids:
        return []
    every = {i["id"]: i for i in _frozen(run, """instance, '$.intakes[*]'""")}
    locked = {
        s["intake"]: s["seats"] for s in _frozen(run, """instance, '$.locked[*] ? (@.line == $line)'""", line=key)
    }
    intakes = {
        f"{i.program.code}/{i.number}": i
        for i in Intake.objects.filter(program__code__in={i.split("/")[0] for i in ids}).select_related("program")
    }
    holders: dict[int, list[AllocationSeat]] = {}
    for seat in run.seats.filter(intake__in=[i.pk for i in intakes.values()]):
        holders.setdefault(seat.intake_id, []).append(seat)
    names = names_for(row.reasons, [{"intake": i} for i in ids])
    found = []
    for pair in sorted(pairs, key=lambda p: (-p["value"], str(p["intake"]))):
        intake, frozen = intakes.get(pair["intake"]), every.get(pair["intake"], {})
        about = [r for r in row.reasons if (r.get("params") or {}).get("intake") == pair["intake"]]
        seats = holders.get(intake.pk, []) if intake else []
        mine = sum(s.seats for s in seats if s.line_id == row.line_id)
        told = show_reasons(about, names)
        found.append(
            Tried(
                code=str(pair["intake"]),
                name=names.intake(pair["intake"]),
                url=intake.program.get_absolute_url() if intake else "",
                score=formats.num(round(pair["value"] / 10, 1)),
                seats=mine,
                given=sum(s.seats for s in seats),
                offered=frozen.get("max", 0),
                told=told or [_what_happened(row, pair, seats, mine, locked.get(pair["intake"], 0), frozen)],
            )
        )
    return found


def _what_happened(row: AllocationLine, pair: dict, seats: list[AllocationSeat], mine: int, locked: int, frozen) -> str:
    """What can be read off the seats of an intake that no stored reason names."""
    if mine:
        return _("Decided before this run.") if locked >= mine else _("Seats given.")
    if not seats:
        return _("Nobody goes: the intake does not run in this plan.")
    if row.outcome == LineOutcome.ALL:
        return _("Everyone of this line has a seat elsewhere.")
    if sum(s.seats for s in seats) < frozen.get("max", 0):
        return _("Seats are left, but a limit holds here.")
    scores = [10 * s.score for s in seats if s.score is not None]
    ahead = [score for score in scores if score >= pair["value"]]
    if not ahead:
        return _("All seats went to lines with a lower score, by the other aims of the rules.")
    return lost_to(len(ahead), min(ahead), pair["value"])


def offices_of(run: AllocationRun, keys: Iterable[str]) -> dict[str, str]:
    """The office of each of these lines of a run, by the line's id in the instance."""
    needs = {key.rpartition("/")[0] for key in keys}
    rows = run.lines.filter(line__need__code__in=needs).select_related("line__need", "office")
    return {line_key(row): row.office.name for row in rows}


def pin_choices(run: AllocationRun, row: AllocationLine) -> list[tuple[Intake, str]]:
    """Intakes staff may pin or forbid for a line: those that fit, then related ones that do not."""
    pairs = _frozen(run, """instance, '$.pairs[*] ? (@.line == $line)'""", line=line_key(row))
    fitting = [p["intake"] for p in sorted(pairs, key=lambda p: (-p["value"], str(p["intake"])))]
    keys = list(dict.fromkeys([*fitting, *(f["intake"] for f in row.failures)]))
    rows = Intake.objects.filter(program__code__in={k.split("/")[0] for k in keys}).select_related("program__partner")
    known = {f"{i.program.code}/{i.number}": i for i in rows}
    found = []
    for key in keys:
        if key in known:
            name = intake_name(known[key])
            found.append((known[key], name if key in fitting else _("%(intake)s: does not fit") % {"intake": name}))
    return found


def get_pin(run: AllocationRun, pk: int) -> AllocationPin:
    """A pin of this run, or Http404."""
    found = run.pins.select_related("run__round", "line__need", "intake__program").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def unrelated_to(run: AllocationRun, row: AllocationLine) -> int:
    """How many programmes on offer have neither the post nor a competency of the line."""
    found = _frozen(run, """annex, '$.unrelated.keyvalue() ? (@.key == $line)'""", line=line_key(row))
    return int(found[0]["value"]) if found else 0


def line_of(run: AllocationRun, row: AllocationLine) -> ShownLine:
    """One line in words, with its seats."""
    return shown_lines(run, [row])[0]


# --- Two runs -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Differs:
    """A line two runs treat differently."""

    row: AllocationLine
    title: str
    place: str
    seats: int
    other: int


def lines_that_differ(user, run: AllocationRun, other: AllocationRun):
    """The lines of a run that have another number of seats in the other one, the largest difference first."""
    there = AllocationLine.objects.filter(run=other, line=OuterRef("line")).values("seats")[:1]
    return (
        lines_seen_by(user, run)
        .annotate(there=Subquery(there))
        .filter(Q(there__isnull=True, seats__gt=0) | ~Q(there=F("seats")) & Q(there__isnull=False))
        .annotate(distance=Abs(F("seats") - Coalesce(F("there"), 0)))
        .order_by("-distance", "line__need__code", "line__position")
    )


def shown_differences(rows: Iterable[AllocationLine]) -> list[Differs]:
    """Lines that differ, in words."""
    found = []
    for row in rows:
        shown = shown_line(row, [], Names())
        found.append(Differs(row, shown.title, shown.place, row.seats, row.there or 0))
    return found


def same_needs(run: AllocationRun, other: AllocationRun) -> bool:
    """Whether two runs rest on the same needs and scores; their rules are part of the input and may differ."""
    part = RawSQL(  # noqa: S611 - no values in it
        "md5((instance -> 'lines')::text || (instance -> 'pairs')::text)", [], output_field=TextField()
    )
    rows = AllocationRun.objects.filter(pk__in=[run.pk, other.pk]).annotate(part=part)
    return len(set(rows.values_list("part", flat=True))) == 1


def only_in(run: AllocationRun, other: AllocationRun) -> int:
    """How many lines the first run has and the second has not."""
    return run.lines.exclude(line__in=other.lines.order_by().values("line")).count()


def comparable(user, run: AllocationRun) -> list[AllocationRun]:
    """The other solved runs of the same cycle."""
    rows = runs_seen_by(user).filter(status__in=SOLVED, round__cycle=run.round.cycle_id)
    return list(rows.exclude(pk=run.pk).defer(*LISTED_WITHOUT)[:10])


# --- For everyone -------------------------------------------------------------------------------------------


def public_run(code: str) -> AllocationRun:
    """A run everyone may read, or Http404."""
    if "\x00" in code:
        raise Http404
    found = AllocationRun.objects.select_related("round__cycle").filter(code=code, status__in=PUBLIC_RUNS).first()
    if found is None:
        raise Http404
    return found


def runs_for_everyone():
    """The runs everyone may read, as a query without their large papers."""
    rows = AllocationRun.objects.select_related("round__cycle").filter(status__in=PUBLIC_RUNS)
    return rows.defer(*LISTED_WITHOUT)


def public_runs(limit: int = 10) -> list[AllocationRun]:
    """The runs everyone may read, newest first."""
    return list(runs_for_everyone().order_by("-status_since", "-pk")[:limit])


def valid_instead_of(run: AllocationRun) -> AllocationRun | None:
    """The ratified run that took the place of a superseded one."""
    if run.status != RunStatus.SUPERSEDED:
        return None
    rows = AllocationRun.objects.filter(status=RunStatus.RATIFIED, round__cycle=run.round.cycle_id)
    return rows.select_related("round").order_by("-status_since", "-pk").first()
