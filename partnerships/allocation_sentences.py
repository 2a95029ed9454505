"""Turns the keys and numbers of an allocation into sentences: why a line got what it got, what would change it, why
seats are left over, what a rule costs, which rules clash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organisation
from partnerships.sentences import ShownFailure, province_name, show_failures
from programs.models import Intake, Program
from regions.models.vocabulary import term_label
from workflow import formats

Params = Mapping[str, Any]


# --- Names --------------------------------------------------------------------------------------------------


@dataclass
class Names:
    """What ids are called in the reader's language; an id that is gone keeps itself as its name."""

    intakes: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)
    programmes: dict[str, str] = field(default_factory=dict)

    def intake(self, key: Any) -> str:
        """An intake: its programme and dates."""
        return self.intakes.get(str(key), str(key))

    def office(self, key: Any) -> str:
        """The office a region of the instance stands for, or a partner."""
        return self.organisations.get(str(key), str(key))

    def programme(self, key: Any) -> str:
        """A programme's title."""
        return self.programmes.get(str(key), str(key))

    def province(self, key: Any) -> str:
        """A province by its two digits."""
        return str(province_name(str(key)))


def names_for(*data: Any) -> Names:
    """The names of everything these reasons, changes or rows mention; three queries at most."""
    ids: dict[str, set[str]] = {}
    _collect(data, ids)
    intakes = ids.get("intake", set()) | ids.get("intakes", set())
    programmes = ids.get("programme", set()) | {i.split("/")[0] for i in intakes if "/" in i}
    offices = ids.get("region", set()) | ids.get("regions", set()) | ids.get("partner", set())
    names = Names()
    if intakes:
        for intake in Intake.objects.filter(program__code__in=programmes).select_related("program"):
            names.intakes[f"{intake.program.code}/{intake.number}"] = intake_name(intake)
    if ids.get("programme"):
        names.programmes = {p.code: p.title for p in Program.objects.filter(code__in=ids["programme"])}
    if offices:
        names.organisations = {o.code: o.name for o in Organisation.objects.filter(code__in=offices)}
    return names


def intake_name(intake: Intake) -> str:
    """An intake as sentences call it."""
    return _("%(program)s (%(dates)s)") % {
        "program": intake.program.title,
        "dates": formats.daterange(intake.starts, intake.ends),
    }


def _collect(data: Any, ids: dict[str, set[str]], key: str = "") -> None:
    if isinstance(data, Mapping):
        for name, value in data.items():
            _collect(value, ids, str(name))
    elif isinstance(data, list | tuple | set):
        for value in data:
            _collect(value, ids, key)
    elif isinstance(data, str | int) and not isinstance(data, bool):
        ids.setdefault(key, set()).add(str(data))


def _score(value: Any) -> str:
    """The score behind a value: a tenth of it."""
    return formats.num(round(float(value) / 10, 1)) if value is not None else formats.NOTHING


def _lines(count: int) -> str:
    return ngettext("%(count)s line", "%(count)s lines", count) % {"count": formats.num(count)}


def _seats(count: int) -> str:
    return ngettext("%(count)s seat", "%(count)s seats", count) % {"count": formats.num(count)}


def _people(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": formats.num(count)}


def _share(percent: Any) -> str:
    return formats.percent(percent)


# --- Why ----------------------------------------------------------------------------------------------------


def _all_served(p: Params, n: Names) -> str:
    words = {"score": _score(p["value"]), "applicants": formats.num(p["applicants"]), "rank": formats.num(p["rank"])}
    if p["applicants"] == 1:
        said = _("The only line that fits this intake, with score %(score)s.") % words
    elif p["rank"] == 1:
        said = _("The highest score (%(score)s) of %(applicants)s lines that fit this intake.") % words
    else:
        said = _("Place %(rank)s by score (%(score)s) of %(applicants)s lines that fit this intake.") % words
    if p.get("region_max") is not None and p.get("region_used", 0) <= p["region_max"]:
        most = ngettext(
            "The limit of %(max)s seat per regency or city is kept.",
            "The limit of %(max)s seats per regency or city is kept.",
            p["region_max"],
        )
        said = f"{said} {most % {'max': formats.num(p['region_max'])}}"
    return said


def _cohort_closed(p: Params, n: Names) -> str:
    return _(
        "The intake does not run: it needs %(min)s people and %(found)s came together; "
        "%(most)s could come if nobody had a seat elsewhere."
    ) % {"min": formats.num(p["min"]), "found": formats.num(p["found"]), "most": formats.num(p["most"])}


def _intake_full(p: Params, n: Names) -> str:
    if p["lines"] == p.get("equal"):
        return _(
            "All seats are taken by %(lines)s with the same score, %(least)s; the fixed order of codes decided."
        ) % {
            "lines": _lines(p["lines"]),
            "least": _score(p["least"]),
        }
    return lost_to(p["lines"], p["least"], p["value"])


def lost_to(lines: int, least: Any, value: Any) -> str:
    """So many lines with so high a score were ahead."""
    return _("Lost to %(lines)s with a score of %(least)s or more; its own is %(own)s.") % {
        "lines": _lines(lines),
        "least": _score(least),
        "own": _score(value),
    }


_ANOTHER = gettext_lazy("Another limit holds here too.")


def _limit(sentence: Callable[[Params, Names], str]) -> Callable[[Params, Names], str]:
    """A limit that decided together with another one says so."""

    def say(p: Params, n: Names) -> str:
        said = sentence(p, n)
        return said if p.get("alone", True) else f"{said} {_ANOTHER}"

    return say


def _passed_over(p: Params) -> dict[str, str]:
    return {
        "lines": _lines(p["lines"]),
        "line": _score(p.get("line")),
        "own": _score(p["value"]),
        "ratio": _share(p.get("ratio")),
    }


def _held(p: Params) -> dict[str, str]:
    shares = [p.get(name) for name in ("ratio", "below", "falls_to")]
    known = [share for share in shares if share is not None]
    places = 1 if len({round(share) for share in known}) < len(set(known)) else 0
    ratio, below, falls_to = (formats.percent(share, places) for share in shares)
    return {
        "lines": _lines(p["lines"]),
        "own": _score(p.get("value")),
        "ratio": ratio,
        "below": below,
        "falls_to": falls_to,
    }


def _tie(p: Params, n: Names) -> str:
    if p.get("with"):
        return _(
            "An equally good plan would give it %(seats)s instead of %(line)s; the fixed order of codes decided."
        ) % {
            "seats": _seats(p["seats"]),
            "line": p["with"],
        }
    return _("An equally good plan would give it %(seats)s; the fixed order of codes decided.") % {
        "seats": _seats(p["seats"])
    }


REASONS: dict[str, Callable[[Params, Names], str]] = {
    "all_served": _all_served,
    "nothing_wanted": lambda p, n: _("No seat was asked for."),
    "locked": lambda p, n: _("%(seats)s had been decided before this run.") % {"seats": _seats(p["seats"])},
    "frozen": lambda p, n: (
        _("%(seats)s had been decided before this run; no more may be given there.") % {"seats": _seats(p["seats"])}
    ),
    "floor_seat": lambda p, n: (
        _("Guaranteed seat: without the guarantee, score %(own)s would have lost to %(lines)s with up to %(line)s.")
        % _passed_over(p)
    ),
    "equity_seat": lambda p, n: (
        _(
            "Equity step: this seat is among the first ones of its province, which now has %(ratio)s of its need; "
            "%(lines)s with a score of up to %(line)s stood back."
        )
        % _passed_over(p)
    ),
    "fairness_seat": lambda p, n: (
        _("The province with the lowest coverage comes first (%(ratio)s): %(lines)s with up to %(line)s stood back.")
        % _passed_over(p)
    ),
    "kept_seat": lambda p, n: _("Kept from the last plan: %(lines)s with up to %(line)s stood back.") % _passed_over(p),
    "no_pair": lambda p, n: _("No intake meets the conditions."),
    "region_limit": _limit(
        lambda p, n: (
            ngettext(
                "The limit of %(max)s seat per regency or city in one intake is reached.",
                "The limit of %(max)s seats per regency or city in one intake is reached.",
                p["max"],
            )
            % {"max": formats.num(p["max"])}
        )
    ),
    "province_limit": _limit(
        lambda p, n: (
            ngettext(
                "The limit of %(max)s seat for %(province)s in one intake is reached.",
                "The limit of %(max)s seats for %(province)s in one intake is reached.",
                p["max"],
            )
            % {"max": formats.num(p["max"]), "province": n.province(p.get("province", ""))}
        )
    ),
    "programme_limit": _limit(
        lambda p, n: (
            ngettext(
                "The programme has given its %(max)s seat.", "The programme has given all its %(max)s seats.", p["max"]
            )
            % {"max": formats.num(p["max"])}
        )
    ),
    "programme_province_limit": _limit(
        lambda p, n: (
            ngettext(
                "The programme's limit of %(max)s seat for %(province)s is reached.",
                "The programme's limit of %(max)s seats for %(province)s is reached.",
                p["max"],
            )
            % {"max": formats.num(p["max"]), "province": n.province(p.get("province", ""))}
        )
    ),
    "partner_limit": _limit(
        lambda p, n: (
            ngettext(
                "%(partner)s has given its %(max)s seat.", "%(partner)s has given all its %(max)s seats.", p["max"]
            )
            % {"max": formats.num(p["max"]), "partner": n.office(p.get("partner", ""))}
        )
    ),
    "budget": _limit(
        lambda p, n: (
            _("A seat costs %(cost)s, and %(left)s of %(max)s are left in the need's budget.")
            % {
                "cost": formats.num(p["cost"]),
                "left": formats.num(max(p["max"] - p["used"], 0)),
                "max": formats.num(p["max"]),
            }
        )
    ),
    "cohort_closed": _cohort_closed,
    "intake_full": _intake_full,
    "intake_own": lambda p, n: (
        _("The intake has %(max)s, and all of them are this line's.") % {"max": _seats(p["max"])}
    ),
    "equity": lambda p, n: (
        _(
            "The province has %(ratio)s of its need already; "
            "seats went to %(lines)s of provinces with %(below)s or less."
        )
        % _held(p)
    ),
    "fairness": lambda p, n: (
        _(
            "Lowest coverage comes first: this province has %(ratio)s, "
            "and a seat more here would leave another one with %(falls_to)s or less."
        )
        % _held(p)
    ),
    "floor_held": lambda p, n: _("Guaranteed seats here went to %(lines)s.") % _held(p),
    "locked_held": lambda p, n: _("Seats here were decided before this run for %(lines)s.") % _held(p),
    "kept_held": lambda p, n: _("Seats of the last plan stay here with %(lines)s.") % _held(p),
    "tie": _tie,
    "worth_nothing": lambda p, n: _("One more seat would fit, but is worth nothing by these rules."),
    "other_limits": lambda p, n: (
        _("Seats of %(lines)s with a lower score cannot pass to this one: another limit holds.") % _held(p)
    ),
    "not_searched": lambda p, n: _("The search ended early: one more seat here would make the plan better."),
}
"""Key of a reason -> its sentence."""


def show_reasons(stored: Iterable[Params], names: Names) -> list[str]:
    """Stored reasons as sentences; keys of other versions are left out rather than shown raw."""
    return [REASONS[r["key"]](r["params"], names) for r in stored if r["key"] in REASONS]


# --- What would change it -----------------------------------------------------------------------------------


def _to(p: Params) -> dict[str, str]:
    return {"by": formats.num(p.get("by")), "to": formats.num(p.get("to")), "by_seats": _seats(p.get("by") or 0)}


CHANGES: dict[str, Callable[[Params, Names], str]] = {
    "seats": lambda p, n: _("%(by_seats)s more in %(intake)s") % (_to(p) | {"intake": n.intake(p["intake"])}),
    "region_max": lambda p, n: (
        _("The limit per regency or city in %(intake)s rises to %(to)s") % (_to(p) | {"intake": n.intake(p["intake"])})
    ),
    "province_max": lambda p, n: (
        _("The limit per province in %(intake)s rises to %(to)s") % (_to(p) | {"intake": n.intake(p["intake"])})
    ),
    "programme_max": lambda p, n: (
        _("%(by_seats)s more in the programme %(programme)s") % (_to(p) | {"programme": n.programme(p["programme"])})
    ),
    "programme_province_max": lambda p, n: (
        _("The limit per province of %(programme)s rises to %(to)s")
        % (_to(p) | {"programme": n.programme(p["programme"])})
    ),
    "partner_max": lambda p, n: (
        _("%(by_seats)s more from %(partner)s") % (_to(p) | {"partner": n.office(p["partner"])})
    ),
    "budget": lambda p, n: _("The budget of %(need)s rises to %(to)s") % (_to(p) | {"need": p["need"]}),
    "minimum": lambda p, n: (
        _("The smallest group of %(intake)s falls to %(to)s") % (_to(p) | {"intake": n.intake(p["intake"])})
    ),
    "equity": lambda p, n: (
        _("Equity steps weigh %(share)s of what they do") % {"share": _share(p["percent"])}
        if p["percent"]
        else _("Equity steps are left out")
    ),
    "leximin_off": lambda p, n: _("Highest value decides instead of lowest coverage first"),
    "keep_off": lambda p, n: _("Seats of the last plan have no weight of their own"),
    "floor_off": lambda p, n: _("No guaranteed seats for %(office)s") % {"office": n.office(p["region"])},
    "unlock": lambda p, n: (
        _("%(seats)s of %(line)s in %(intake)s, decided before, are given up")
        % {"seats": _seats(p["seats"]), "line": p["line"], "intake": n.intake(p["intake"])}
    ),
    "pin": lambda p, n: (
        _("The seats in %(intake)s are pinned, which costs nothing") % {"intake": n.intake(p["intake"])}
    ),
    "people_language": lambda p, n: (
        _("%(people)s proposed, with English at %(level)s or higher") % (_others(p, n) | {"level": p["wanted"]})
    ),
    "people_rank": lambda p, n: (
        _("%(people)s proposed, with the rank %(rank)s or higher")
        % (_others(p, n) | {"rank": term_label("rank", p["wanted"])})
    ),
    "people_years": lambda p, n: (
        ngettext(
            "%(people)s proposed, with at least %(years)s year of service",
            "%(people)s proposed, with at least %(years)s years of service",
            p["wanted"],
        )
        % (_others(p, n) | {"years": formats.num(p["wanted"])})
    ),
    "people_education": lambda p, n: (
        _("%(people)s proposed, with the education %(education)s or higher")
        % (_others(p, n) | {"education": term_label("education", p["wanted"])})
    ),
    "people_age_most": lambda p, n: (
        _("%(people)s proposed, not older than %(age)s") % (_others(p, n) | {"age": formats.num(p["wanted"])})
    ),
    "people_age_least": lambda p, n: (
        _("%(people)s proposed, not younger than %(age)s") % (_others(p, n) | {"age": formats.num(p["wanted"])})
    ),
    "people_status": lambda p, n: (
        _("%(people)s proposed, with the status %(status)s")
        % (_others(p, n) | {"status": " / ".join(term_label("employment_status", code) for code in p["wanted"])})
    ),
    "ready_earlier": lambda p, n: _("The people are ready %(months)s earlier") % {"months": _months(p["months"])},
    "ready_later": lambda p, n: _("The people are ready %(months)s later") % {"months": _months(p["months"])},
    "mode": lambda p, n: (
        _("The office also accepts the mode “%(mode)s”") % {"mode": term_label("delivery_mode", p["mode"])}
    ),
    "invited": lambda p, n: _("The office is invited to %(programme)s") % {"programme": n.programme(p["programme"])},
    "registration": lambda p, n: (
        _("Registration for %(programme)s is extended") % {"programme": n.programme(p["programme"])}
    ),
    "starts_later": lambda p, n: (
        _("%(intake)s starts %(months)s later") % {"intake": n.intake(p["intake"]), "months": _months(p["months"])}
    ),
    "agreement": lambda p, n: (
        _("An agreement for %(programme)s comes into force") % {"programme": n.programme(p["programme"])}
    ),
}
"""Key of a change -> what would have to be different, as the first half of a sentence."""


def _months(count: int) -> str:
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": formats.num(count)}


def _others(p: Params, n: Names) -> dict[str, str]:
    """How many other people there would be, and for which intake where it is one."""
    count = {"count": formats.num(p["people"])}
    others = ngettext("%(count)s other person", "%(count)s other people", p["people"]) % count
    if p["intake"] is not None:
        others = _("%(people)s for %(intake)s") % {"people": others, "intake": n.intake(p["intake"])}
    return {"people": others}


def show_changes(stored: Iterable[Params], names: Names) -> list[str]:
    """Stored changes as sentences: what would have to be different, and what the line would get."""
    return [
        _effect(CHANGES[c["key"]](c["params"], names), c["params"], c["seats"]) for c in stored if c["key"] in CHANGES
    ]


def _effect(change: str, p: Params, seats: int) -> str:
    """What a change brings: the seats in all; where it opens other pairs, the seats more and their score."""
    if "more" not in p:
        return _("%(change)s: %(seats)s in all.") % {"change": change, "seats": _seats(seats)}
    more = ngettext("%(count)s more seat", "%(count)s more seats", p["more"]) % {"count": formats.num(p["more"])}
    return _("%(change)s: %(more)s (score %(score)s).") % {
        "change": change,
        "more": more,
        "score": _score(p["value"]),
    }


# --- Seats left over ----------------------------------------------------------------------------------------


def _left_at(limit: str) -> Callable[[Params, Names], str]:
    def say(p: Params, n: Names) -> str:
        words = {"lines": _lines(p["lines"]), "people": _people(p["people"])}
        return LEFT_AT[limit](words)

    return say


LEFT_AT: dict[str, Callable[[dict[str, str]], str]] = {
    "region_limit": lambda w: _("At the limit per regency or city: %(lines)s with %(people)s.") % w,
    "province_limit": lambda w: _("At the limit per province: %(lines)s with %(people)s.") % w,
    "programme_limit": lambda w: _("At the programme's limit: %(lines)s with %(people)s.") % w,
    "programme_province_limit": lambda w: _("At the programme's limit per province: %(lines)s with %(people)s.") % w,
    "partner_limit": lambda w: _("At the partner's limit: %(lines)s with %(people)s.") % w,
    "budget": lambda w: _("The budgets of %(lines)s with %(people)s allow no more seats.") % w,
    "worth_nothing": lambda w: (
        _("Seats for %(lines)s with %(people)s would fit, but are worth nothing by these rules.") % w
    ),
    "not_searched": lambda w: _("The search ended early: seats for %(lines)s with %(people)s would still fit.") % w,
    "intake_full": lambda w: _("Full for %(lines)s with %(people)s.") % w,
}


def _under_minimum(p: Params) -> str:
    words = {name: formats.num(p[name]) for name in ("min", "found", "most")}
    if p["most"] < p["min"]:
        return _("Too few for the smallest group: it needs %(min)s people, %(most)s could come at most.") % words
    return (
        _(
            "The smallest group is %(min)s people. %(most)s could come if nobody had a seat elsewhere; "
            "%(found)s come by this plan."
        )
        % words
    )


LEFTOVERS: dict[str, Callable[[Params, Names], str]] = {
    "no_pair": lambda p, n: _("No need line meets the conditions of this intake."),
    "under_minimum": lambda p, n: _under_minimum(p),
    "people_served": lambda p, n: (
        _("Everyone on the %(lines)s that fit has a seat, here or elsewhere.") % {"lines": _lines(p["lines"])}
    ),
    "no_room": lambda p, n: _("A limit of nothing: no line may have a seat here."),
    **{key: _left_at(key) for key in LEFT_AT},
}
"""Key of a leftover -> why the seats are free."""


@dataclass(frozen=True)
class Left:
    """Seats left in one intake, ready to show."""

    code: str
    name: str
    free: int
    sentence: str


def show_leftovers(stored: Iterable[Params]) -> list[Left]:
    """Leftovers with names and sentences, the largest first."""
    rows = list(stored)
    names = names_for([{"intake": row["intake"]} for row in rows])
    found = [
        Left(
            code=str(row["intake"]),
            name=names.intake(row["intake"]),
            free=row["free"],
            sentence=LEFTOVERS[row["key"]](row["params"], names) if row["key"] in LEFTOVERS else "",
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (-row.free, row.code))


# --- What rules cost ----------------------------------------------------------------------------------------

RULES: dict[str, Any] = {
    "equity": gettext_lazy("Equity steps"),
    "leximin": gettext_lazy("Lowest coverage first"),
    "floors": gettext_lazy("Guaranteed seats"),
    "keep": gettext_lazy("Weight of the last plan"),
    "region_max": gettext_lazy("Limit per regency or city"),
    "province_max": gettext_lazy("Limit per province"),
    "programme_max": gettext_lazy("Limits of programmes"),
    "partner_max": gettext_lazy("Limits of partners"),
    "budgets": gettext_lazy("Budgets of needs"),
    "minimums": gettext_lazy("Smallest group of each intake"),
    "pins": gettext_lazy("Seats decided before this run"),
}
"""Key of a group of rules -> its name."""

FIGURES: dict[str, tuple[Any, Callable[[Any], str]]] = {
    "seats": (gettext_lazy("seats"), formats.num),
    "lines_none": (gettext_lazy("lines without a seat"), formats.num),
    "provinces_without": (gettext_lazy("provinces without a seat"), formats.num),
    "lowest": (gettext_lazy("lowest coverage"), lambda v: _share(100 * v["ratio"])),
    "gini": (gettext_lazy("Gini index"), lambda v: formats.decimal(v, 2)),
    "mean_value": (gettext_lazy("mean match"), _score),
    "floors_missed": (gettext_lazy("guaranteed seats missing"), formats.num),
}
"""Key of a compared figure -> its name and how it is written."""


@dataclass(frozen=True)
class RuleCost:
    """What one group of rules costs, ready to show."""

    key: str
    label: Any
    share: str
    value: str
    seats: str
    seats_note: str
    better: str
    worse: str
    binding: bool


def show_rule_costs(stored: Iterable[Params], *, exact: bool = True, whole: bool = True) -> list[RuleCost]:
    """Rows of rule costs in words. Not `exact`: the lowest coverage may be one that is withheld. Not `whole`: where
    sums do not hold every province, shares and differences only, so that no total can be worked out."""
    hidden: frozenset[str] = frozenset()
    if not exact:
        hidden = frozenset({"lowest"} if whole else FIGURES.keys() - {"provinces_without", "mean_value"})
    return [_rule_cost(row, hidden, totals=exact or whole) for row in stored if row["key"] in RULES]


def _rule_cost(row: Params, hidden: frozenset[str], *, totals: bool) -> RuleCost:
    value = seats_note = ""
    seats = row["seats_with"] - row["seats_without"]
    if totals:
        value = _instead(*(formats.num(round(row[f"value_{name}"] / 10)) for name in ("with", "without")))
        seats_note = _instead(*(formats.num(row[f"seats_{name}"]) for name in ("with", "without")))
    return RuleCost(
        key=row["key"],
        label=RULES[row["key"]],
        share=_part(row["value_with"], row["value_without"]),
        value=value,
        seats=_signed(seats) if seats else _("as many"),
        seats_note=seats_note,
        better=_compared(row.get("better") or (), hidden),
        worse=_compared(row.get("worse") or (), hidden),
        binding=bool(row.get("binding", True)),
    )


def _part(one: float, other: float) -> str:
    """A share in percent with so many decimals that a difference shows."""
    if not other:
        return formats.NOTHING
    share = 100 * one / other
    return formats.percent(share, next((n for n in (1, 2, 3) if round(share, n) != 100), 0))


def _instead(one: str, other: str) -> str:
    """What there is, and what there would be; empty where it is written alike."""
    return "" if one == other else _("%(with)s instead of %(without)s") % {"with": one, "without": other}


def _signed(number: int) -> str:
    return f"+{formats.num(number)}" if number > 0 else formats.num(number)


def _compared(rows: Iterable[Params], hidden: Iterable[str]) -> str:
    said = []
    for row in rows:
        if row["key"] not in FIGURES or row["key"] in hidden or None in (row["with"], row["without"]):
            continue
        name, written = FIGURES[row["key"]]
        words = {"with": written(row["with"]), "without": written(row["without"])}
        if words["with"] != words["without"]:  # what rounds to the same figure is no difference to a reader
            said.append(_("%(figure)s %(with)s instead of %(without)s") % (words | {"figure": name}))
    return "; ".join(said)


# --- Clashes of locks and limits ----------------------------------------------------------------------------

MOST_NAMED = 5
"""Offices named in one sentence."""

LIMITS: dict[str, Any] = {
    "line.seats": gettext_lazy("the people of the line"),
    "intake.max": gettext_lazy("the seats of the intake"),
    "intake.region_max": gettext_lazy("the limit per regency or city"),
    "intake.province_max": gettext_lazy("the limit per province"),
    "programme.max": gettext_lazy("the programme's limit"),
    "programme.province_max": gettext_lazy("the programme's limit per province"),
    "partner.max": gettext_lazy("the partner's limit"),
    "budget.max": gettext_lazy("the need's budget"),
}


def show_clashes(stored: Iterable[Params]) -> list[str]:
    """Rules that cannot hold together, each named with what it clashes with; missing guarantees as one sentence."""
    rows = list(stored)
    names = names_for(rows)
    floors = [row for row in rows if row["limit"] == "region.floor"]
    found = [_clash(row, names) for row in rows if row["limit"] != "region.floor"]
    if floors:
        shown = [names.office(row["region"]) for row in floors[:MOST_NAMED]]
        missing = sum(row["floor"] - row["seats"] for row in floors)
        words = {
            "count": formats.num(missing),
            "offices": ", ".join(shown),
            "more": formats.num(len(floors) - len(shown)),
        }
        if len(floors) > len(shown):
            found.append(
                ngettext(
                    "%(count)s guaranteed seat cannot be given within the other rules: %(offices)s and %(more)s more.",
                    "%(count)s guaranteed seats cannot be given within the other rules: %(offices)s and %(more)s more.",
                    missing,
                )
                % words
            )
        else:
            found.append(
                ngettext(
                    "%(count)s guaranteed seat cannot be given within the other rules: %(offices)s.",
                    "%(count)s guaranteed seats cannot be given within the other rules: %(offices)s.",
                    missing,
                )
                % words
            )
    return found


def _clash(row: Params, names: Names) -> str:
    where = names.intake(row["intake"]) if row.get("intake") else str(row.get("line") or row.get("need") or "")
    where = where or names.programme(row.get("programme") or "") or names.office(row.get("partner") or "")
    if row["limit"] == "intake.min":
        return _(
            "%(where)s: seats decided before keep it open with %(seats)s people, fewer than its least %(min)s."
        ) % {
            "where": where,
            "seats": formats.num(row["seats"]),
            "min": formats.num(row["min"]),
        }
    if row.get("region"):
        where = f"{where}, {names.office(row['region'])}"
    elif row.get("province"):
        where = f"{where}, {names.province(row['province'])}"
    return _("%(where)s: %(locked)s decided before exceed %(limit)s (%(max)s). Nothing was added.") % {
        "where": where,
        "locked": _seats(row["locked"]) if row["limit"] != "budget.max" else formats.num(row["locked"]),
        "limit": LIMITS.get(row["limit"], row["limit"]),
        "max": formats.num(row["max"]),
    }


# --- Conditions not met -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unfit:
    """A programme that does not fit a line, with every condition it misses."""

    code: str
    name: str
    failures: list[ShownFailure]


def show_failures_of(stored: Iterable[Params]) -> list[Unfit]:
    """The programmes that do not fit a line, those that miss least first."""
    rows = list(stored)
    names = names_for([{"intake": row["intake"]} for row in rows])
    return [
        Unfit(str(row["intake"]).split("/")[0], names.intake(row["intake"]), show_failures(row["failures"]))
        for row in rows
    ]


# --- What a pin or a prohibition costs ----------------------------------------------------------------------

MOVES_SHOWN = 6


@dataclass(frozen=True)
class Price:
    """What a change to a plan costs, in words."""

    tone: str
    icon: str
    title: str
    text: str
    moves: list[str]


def show_price(cost: Params | None) -> str:
    """The price of a pin in one sentence; empty where it was not worked out."""
    if not cost:
        return ""
    points = cost["value"] / 10
    words = {"points": formats.num(round(abs(points), 1)), "seats": _seats(abs(cost["seats"]))}
    if not points and not cost["seats"]:
        return _("Costs nothing: the plan is worth as much.")
    if points < 0 and cost["seats"] < 0:
        return _("Costs %(points)s points of match and %(seats)s in the whole country.") % words
    if points < 0:
        return _("Costs %(points)s points of match in the whole country.") % words
    if cost["seats"] < 0:
        return _("Costs %(seats)s in the whole country.") % words
    return _("Costs no match and no seat; other aims of the rules give way.")


def moves_of(cost: Params) -> list[Params]:
    """The lines named beside the price of a pin: those that lose first."""
    return [*cost["losses"], *cost["gains"]][:MOVES_SHOWN]


def price_of_pin(cost: Params, offices: Mapping[str, str]) -> Price:
    """The price before a pin is kept: what the country loses, and whose seats change. `offices`: {line: office}."""
    rows = [*cost["losses"], *cost["gains"]]
    moves = [
        _("%(line)s: %(before)s → %(after)s")
        % {
            "line": " ".join(filter(None, [offices.get(row["line"]), row["line"]])),
            "before": formats.num(row["before"]),
            "after": _seats(row["after"]),
        }
        for row in moves_of(cost)
    ]
    if len(rows) > MOVES_SHOWN:
        moves.append(_("and %(lines)s more") % {"lines": _lines(len(rows) - MOVES_SHOWN)})
    free = not cost["value"] and not cost["seats"] and not cost["floors_missed"]
    lines = {"gains": _lines(len(cost["gains"])), "losses": _lines(len(cost["losses"]))}
    said = [_("More seats: %(gains)s. Fewer seats: %(losses)s.") % lines if rows else _("No other line is affected.")]
    if cost["floors_missed"] > 0:
        said.append(
            ngettext(
                "%(count)s guaranteed seat more is missing.",
                "%(count)s guaranteed seats more are missing.",
                cost["floors_missed"],
            )
            % {"count": formats.num(cost["floors_missed"])}
        )
    if not cost["proven"]:
        said.append(_("Not proven: the time for the preview was short."))
    tone, icon = ("green", "check-circle-fill") if free else ("amber", "exclamation-triangle")
    return Price(tone, icon, show_price(cost), " ".join(said), moves)
