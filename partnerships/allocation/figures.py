"""What a plan comes to: coverage, evenness, seats left over, and the price of each rule.

Everything is plain JSON. Shares are rounded to four digits, the Gini index too; comparisons use what is shown.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from .instance import LEXIMIN, VALUE, Instance
from .program import Cancelled
from .result import Result, solve
from .standing import INTAKE_FULL, Standing

LIMIT_KEYS = {
    INTAKE_FULL: "intake_full",
    "intake.region_max": "region_limit",
    "intake.province_max": "province_limit",
    "programme.max": "programme_limit",
    "programme.province_max": "programme_province_limit",
    "partner.max": "partner_limit",
    "budget.max": "budget",
}
"""How a limit of the instance is called in explanations."""

HEADLINES = {
    "seats": 1,
    "lines_all": 1,
    "lines_none": -1,
    "provinces_without": -1,
    "lowest": 1,
    "gini": -1,
    "mean_value": 1,
    "floors_missed": -1,
    "withdrawn": -1,
}
"""Figures that are compared, and whether more (1) or less (-1) of them is better."""

MOVERS = 3
"""Provinces named as having risen, or fallen, the most."""


def figures(instance: Instance, result: Result | Mapping[str, Any]) -> dict[str, Any]:
    """The headline figures of a plan.

    `mean_value` is the mean value of the seats of eligible pairs. `provinces_without` counts provinces that want seats
    and have none. `gini` is described at `gini()`.
    """
    standing = Standing.of(instance, result)
    problem, plan = standing.problem, standing.plan
    data = result if isinstance(result, Mapping) else result.data()
    provinces = coverage(standing)
    asked = {code: row for code, row in provinces.items() if row["people"]}
    valued = [p for p in range(len(plan)) if plan[p] and p not in standing.frozen]
    rated = sum(plan[p] for p in valued)
    served = Counter(_outcome(standing, line) for line in range(len(instance.lines)))
    ranked = sorted(asked, key=lambda code: (Fraction(asked[code]["seats"], asked[code]["people"]), code))
    lowest, highest = (ranked[0], ranked[-1]) if ranked else (None, None)
    return {
        "seats": sum(plan),
        "seats_offered": sum(intake.max for intake in instance.intakes),
        "people": sum(line.seats for line in instance.lines),
        "lines": len(instance.lines),
        "lines_all": served["all"],
        "lines_part": served["part"],
        "lines_none": served["none"],
        "provinces_without": sum(not row["seats"] for row in asked.values()),
        "lowest": _named(provinces, lowest),
        "highest": _named(provinces, highest),
        "gini": round(float(gini((row["people"], row["seats"]) for row in asked.values())), 4),
        "mean_value": round(sum(problem.values[p] * plan[p] for p in valued) / rated, 1) if rated else None,
        "value": sum(problem.values[p] * plan[p] for p in valued),
        "floors_missed": problem.shortage(plan),
        "withdrawn": problem.withdrawn(plan),
        "by_province": provinces,
        "by_partner": _by_partner(standing),
        "objective": data["objective"],
        "bound": data["bound"],
        "gap": data["gap"],
        "status": data["status"],
    }


def gini(provinces: Iterable[tuple[int, int]]) -> Fraction:
    """The Gini index of coverage over (people wanted, seats) of provinces, weighted by the people.

    With n the people, s the seats, N and S their sums: the sum over all pairs of provinces of
    |s_i * n_j - s_j * n_i|, divided by N * S. That is half the mean difference of the coverage of two people's
    provinces, picked at random, over the mean coverage: 0 where all provinces have the same share, near 1 where one
    small province has everything. 0 where nobody has a seat.
    """
    rows = list(provinces)
    people, seats = sum(n for n, _s in rows), sum(s for _n, s in rows)
    if not people or not seats:
        return Fraction(0)
    apart = sum(abs(s * m - t * n) for i, (n, s) in enumerate(rows) for m, t in rows[:i])
    return Fraction(apart, people * seats)


def coverage(standing: Standing) -> dict[str, dict[str, Any]]:
    """Seats, people and share of each province."""
    rows = {}
    for n, province in enumerate(standing.problem.provinces):
        ratio = standing.ratio(n)
        rows[province.code] = {
            "seats": standing.in_province[n],
            "people": province.people,
            "ratio": None if ratio is None else round(float(ratio), 4),
        }
    return rows


def _outcome(standing: Standing, line: int) -> str:
    if standing.missing(line):
        return "part" if standing.of_line[line] else "none"
    return "all" if standing.wanted(line) else ""


def _named(provinces: Mapping[str, Mapping[str, Any]], code: str | None) -> dict[str, Any] | None:
    return None if code is None else {"province": code, "ratio": provinces[code]["ratio"]}


def _by_partner(standing: Standing) -> dict[str, dict[str, int]]:
    """Seats given and offered of each partner; intakes without one are under the empty text."""
    instance = standing.problem.instance
    partner_of = {programme.id: programme.partner for programme in instance.programmes}
    rows: dict[str, dict[str, int]] = {}
    for n, intake in enumerate(instance.intakes):
        partner = partner_of.get(intake.programme)
        row = rows.setdefault("" if partner is None else str(partner), {"seats": 0, "offered": 0})
        row["seats"] += standing.in_intake[n]
        row["offered"] += intake.max
    return dict(sorted(rows.items()))


# Seats left over


def leftovers(instance: Instance, result: Result | Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each intake with free seats, and why they are free.

    Rows are `intake`, `free`, `key`, `params`:

    - `no_pair` {}: nobody is eligible.
    - `under_minimum` {min, found, most}: the cohort does not run. `found` people could come beside the rest of the
      plan; `most` could come if no other seat were given.
    - `people_served` {lines}: all people of all eligible lines have a seat, here or elsewhere.
    - `region_limit`, `province_limit`, `programme_limit`, `programme_province_limit`, `partner_limit`, `budget`
      {lines, people, others}: eligible lines with people left stand at this limit; `others` are the keys at which
      further lines stand, [{key, lines, people}].
    - `worth_nothing` {lines, people}: a seat more would fit, and counts nothing in any objective.
    - `not_searched` {lines, people}: a seat more would fit and count; the plan is not proven best.
    """
    standing = Standing.of(instance, result)
    rows = []
    for n, intake in enumerate(instance.intakes):
        free = intake.max - standing.in_intake[n]
        if free > 0:
            key, params = _why_free(standing, n)
            rows.append({"intake": intake.id, "free": free, "key": key, "params": params})
    return rows


def _why_free(standing: Standing, intake: int) -> tuple[str, dict[str, Any]]:
    problem = standing.problem
    cohort = problem.cohorts[intake]
    members = [p for p in cohort.members if p not in standing.frozen]
    if not members:
        return "no_pair", {}
    if cohort.least > 1 and not standing.in_intake[intake]:
        found, most = standing.could_fill(intake), standing.could_fill(intake, alone=True)
        return "under_minimum", {"min": cohort.least, "found": found, "most": most}
    short = [p for p in members if standing.missing(problem.lines[p])]
    if not short:
        return "people_served", {"lines": len({problem.lines[p] for p in members})}
    lines: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for p in short:
        key = why_no_more(standing, p)
        lines[key] += 1
        people[key] += standing.missing(problem.lines[p])
    first, *others = sorted(people, key=lambda key: (-people[key], key))
    params: dict[str, Any] = {"lines": lines[first], "people": people[first]}
    params["others"] = [{"key": key, "lines": lines[key], "people": people[key]} for key in others]
    return first, params


def why_no_more(standing: Standing, p: int) -> str:
    """What keeps one more seat of a pair, whose line has people left and whose cohort runs, from fitting."""
    tight = standing.tight(p)
    if tight:
        names = {standing.problem.limits[n].name for n in tight}
        return next(key for name, key in reversed(LIMIT_KEYS.items()) if name in names)
    return "not_searched" if any(standing.add(p)) else "worth_nothing"


# What rules cost


def _without_locks(instance: Instance) -> Instance:
    return replace(instance, locked=())


def _without_intake(name: str) -> Callable[[Instance], Instance]:
    def without(instance: Instance) -> Instance:
        return replace(instance, intakes=tuple(replace(row, **{name: None}) for row in instance.intakes))

    return without


RULES: dict[str, tuple[Callable[[Instance], bool], Callable[[Instance], Instance]]] = {
    "equity": (
        lambda i: any(step.bonus for step in i.rules.equity),
        lambda i: replace(i, rules=replace(i.rules, equity=())),
    ),
    "leximin": (
        lambda i: i.rules.mode == LEXIMIN,
        lambda i: replace(i, rules=replace(i.rules, mode=VALUE)),
    ),
    "floors": (
        lambda i: any(region.floor for region in i.regions),
        lambda i: replace(i, regions=tuple(replace(region, floor=0) for region in i.regions)),
    ),
    "keep": (
        lambda i: bool(i.rules.keep_bonus and i.previous),
        lambda i: replace(i, rules=replace(i.rules, keep_bonus=0)),
    ),
    "region_max": (
        lambda i: any(row.region_max is not None for row in i.intakes),
        _without_intake("region_max"),
    ),
    "province_max": (
        lambda i: (
            any(row.province_max is not None for row in i.intakes)
            or any(row.province_max is not None for row in i.programmes)
        ),
        lambda i: replace(
            _without_intake("province_max")(i),
            programmes=tuple(replace(row, province_max=None) for row in i.programmes),
        ),
    ),
    "programme_max": (
        lambda i: any(row.max is not None for row in i.programmes),
        lambda i: replace(i, programmes=tuple(replace(row, max=None) for row in i.programmes)),
    ),
    "partner_max": (
        lambda i: any(row.max is not None for row in i.partners),
        lambda i: replace(i, partners=tuple(replace(row, max=None) for row in i.partners)),
    ),
    "budgets": (lambda i: bool(i.budgets), lambda i: replace(i, budgets=())),
    "minimums": (
        lambda i: any(row.min > 1 for row in i.intakes),
        lambda i: replace(i, intakes=tuple(replace(row, min=0) for row in i.intakes)),
    ),
    "pins": (lambda i: bool(i.locked), _without_locks),
}
"""Each group of rules: whether the instance has it, and the instance without it."""

COSTED = ("seats", "lines_none", "provinces_without", "lowest", "gini", "mean_value", "floors_missed")


def rule_costs(
    instance: Instance,
    result: Result | Mapping[str, Any],
    *,
    stop: Callable[[], bool] | None = None,
    seconds: float | None = None,
) -> list[dict[str, Any]]:
    """What each group of rules of the instance costs, by solving without it; the dearest in value first.

    Rows are `key` (of `RULES`), `value_with`, `value_without` (sum of pure values), `seats_with`, `seats_without`,
    `binding` (anything differs), `better` and `worse` (of `COSTED`, what the rule itself makes better or worse, each
    {key, with, without}). Rules not reached within `seconds` are left out. Figures without a rule are judged by the
    instance's own floors.
    """
    ends = None if seconds is None else time.monotonic() + seconds
    with_it = figures(instance, result)
    rows = []
    for key, (has, without) in RULES.items():
        if not has(instance):
            continue
        if (stop is not None and stop()) or (ends is not None and time.monotonic() >= ends):
            break
        left = None if ends is None else max(0.1, ends - time.monotonic())
        try:
            free = solve(without(instance), time_limit=left, stop=stop)
        except Cancelled:
            break
        if not free.finished:
            continue
        rows.append(_cost(key, with_it, figures(instance, free)))
    return sorted(rows, key=lambda row: (row["value_with"] - row["value_without"], row["key"]))


def _cost(key: str, with_it: Mapping[str, Any], without: Mapping[str, Any]) -> dict[str, Any]:
    compared = {row["key"]: row for row in compare_figures(with_it, without)["figures"] if row["key"] in COSTED}
    sides: dict[str, list[dict[str, Any]]] = {"better": [], "worse": []}
    for name, row in compared.items():
        if row["way"] in sides:
            sides[row["way"]].append({"key": name, "with": row["after"], "without": row["before"]})
    return {
        "key": key,
        "value_with": with_it["value"],
        "value_without": without["value"],
        "seats_with": with_it["seats"],
        "seats_without": without["seats"],
        "binding": bool(sides["better"] or sides["worse"] or with_it["value"] != without["value"]),
        **sides,
    }


def price_of(
    instance: Instance, changed: Instance, *, before: Result | None = None, time_limit: float | None = None
) -> dict[str, Any]:
    """What a change (a pin, a prohibition) costs: the best plan with it, less the best plan without it.

    `objective`, `value`, `seats`, `floors_missed` are differences; `gains` and `losses` are the lines whose seats
    change, [{line, before, after}]; `proven` says whether both plans are proven best. `before` saves solving
    `instance`.
    """
    one = before if before is not None else solve(instance, time_limit=time_limit)
    other = solve(changed, time_limit=time_limit)
    old, new = figures(instance, one), figures(changed, other)
    seats: defaultdict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for n, result in enumerate((one, other)):
        for row in result.seats:
            seats[row.line][n] += row.seats
    order = [line.id for line in instance.lines if line.id in seats]
    moved = [{"line": line, "before": seats[line][0], "after": seats[line][1]} for line in order]
    return {
        **{key: new[key] - old[key] for key in ("objective", "value", "seats", "floors_missed")},
        "gains": [row for row in moved if row["after"] > row["before"]],
        "losses": [row for row in moved if row["after"] < row["before"]],
        "proven": one.finished and other.finished,
    }


# Two plans beside each other


def compare_figures(after: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Each headline figure of two plans, and the provinces that rose or fell the most.

    `figures`: [{key, before, after, way}], `way` is "better", "worse" or "same" (None where one of them has no such
    figure). `risen`, `fallen`: at most three provinces each, [{province, before, after}], the largest difference of
    shares first. Both plans are over the same needs, or provinces that only one of them knows are left out.
    """
    rows = []
    for key, better in HEADLINES.items():
        old, new = _plain(before.get(key)), _plain(after.get(key))
        way = None
        if old is not None and new is not None:
            way = "same" if old == new else "better" if (new > old) == (better > 0) else "worse"
        rows.append({"key": key, "before": before.get(key), "after": after.get(key), "way": way})
    moves = []
    for code, row in after["by_province"].items():
        old_row = before["by_province"].get(code)
        if old_row is None or old_row["ratio"] is None or row["ratio"] is None:
            continue
        moves.append({"province": code, "before": old_row["ratio"], "after": row["ratio"]})

    def rise(move: Mapping[str, Any]) -> float:
        return round(move["after"] - move["before"], 4)

    return {
        "figures": rows,
        "risen": sorted((m for m in moves if rise(m) > 0), key=lambda m: (-rise(m), m["province"]))[:MOVERS],
        "fallen": sorted((m for m in moves if rise(m) < 0), key=lambda m: (rise(m), m["province"]))[:MOVERS],
    }


def _plain(value: Any) -> Any:
    return value["ratio"] if isinstance(value, Mapping) else value
