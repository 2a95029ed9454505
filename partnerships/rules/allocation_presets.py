"""The rules of a run: presets to begin from, each with a sentence, and what a set of rules may contain."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.allocation.instance import LEXIMIN, VALUE
from partnerships.models.allocations import RULE_LABELS

FLOOR_FOR = {
    "remote": gettext_lazy("Offices in remote regions"),
    "zero": gettext_lazy("Offices that hold no seat yet"),
    "none": gettext_lazy("No office"),
}
"""Whom the guaranteed seats are for."""

MODES = {
    VALUE: gettext_lazy("Highest value with equity steps"),
    LEXIMIN: gettext_lazy("Lowest coverage first"),
}

MOST_STEPS = 6
MOST_BONUS = 1000
"""A step is never worth more than the best match itself: a seat's value is ten times its score."""
RANGES = {
    "keep_bonus": (0, MOST_BONUS),
    "floor": (0, 50),
    "region_max": (1, 5000),
    "province_max": (1, 5000),
    "time_limit": (5, 600),
}
OPTIONAL = ("region_max", "province_max")
"""Numbers of a set of rules and their limits; those that may be missing."""


@dataclass(frozen=True)
class Preset:
    """A set of rules with its name and what it is for."""

    code: str
    label: Any
    sentence: Any
    rules: dict


def _rules(**own) -> dict:
    return {
        "mode": VALUE,
        "equity": [],
        "keep_bonus": 0,
        "floor": 0,
        "floor_for": "none",
        "region_max": None,
        "province_max": None,
        "gap": 0,
        "time_limit": 120,
    } | own


PRESETS = (
    Preset(
        "balanced",
        gettext_lazy("Balanced"),
        gettext_lazy(
            "Good matches first, with extra weight for the first seats of every province and one guaranteed seat "
            "for offices in remote regions."
        ),
        _rules(
            equity=[{"upto_pct": 20, "bonus": 150}, {"upto_pct": 40, "bonus": 60}],
            floor=1,
            floor_for="remote",
            region_max=5,
        ),
    ),
    Preset(
        "strong_equity",
        gettext_lazy("Strong equity"),
        gettext_lazy(
            "Provinces with few seats come first even where their match is weaker; two guaranteed seats for offices "
            "in remote regions."
        ),
        _rules(
            equity=[{"upto_pct": 20, "bonus": 500}, {"upto_pct": 40, "bonus": 250}, {"upto_pct": 60, "bonus": 100}],
            floor=2,
            floor_for="remote",
            region_max=3,
        ),
    ),
    Preset(
        "highest_value",
        gettext_lazy("Highest value"),
        gettext_lazy("The best matches in the whole country, without weights or guaranteed seats for any region."),
        _rules(),
    ),
    Preset(
        "lowest_first",
        gettext_lazy("Lowest first"),
        gettext_lazy(
            "Raises the province with the lowest coverage as far as possible, then the next; value comes after."
        ),
        _rules(mode=LEXIMIN, floor=1, floor_for="remote"),
    ),
    Preset(
        "stable",
        gettext_lazy("Keep the former plan"),
        gettext_lazy("As balanced, but seats of the last ratified plan stay where they were unless much is gained."),
        _rules(
            equity=[{"upto_pct": 20, "bonus": 150}, {"upto_pct": 40, "bonus": 60}],
            keep_bonus=300,
            floor=1,
            floor_for="remote",
            region_max=5,
        ),
    ),
)

DEFAULT = "balanced"


def preset(code: str) -> Preset | None:
    """The preset with this code."""
    return next((p for p in PRESETS if p.code == code), None)


def rules_of(code: str) -> dict:
    """A preset's rules, free to change."""
    found = preset(code) or preset(DEFAULT)
    return deepcopy(found.rules)


def preset_of(rules: dict) -> str:
    """The preset these rules are equal to; empty where they were changed."""
    return next((p.code for p in PRESETS if p.rules == rules), "")


def refusals(rules: dict) -> list[str]:
    """What is wrong with a set of rules, as sentences."""
    found = []
    if not isinstance(rules, dict) or set(rules) != set(_rules()):
        found.append(_("The rules are not complete."))
        return found
    if rules["mode"] not in list(MODES) or rules["floor_for"] not in list(FLOOR_FOR):
        found.append(_("Choose a mode and whom guaranteed seats are for."))
    for name, (least, most) in RANGES.items():
        value = rules[name]
        if (value is None and name in OPTIONAL) or (type(value) is int and least <= value <= most):
            continue
        found.append(
            _("%(label)s: give a number from %(least)d to %(most)d.")
            % {"label": RULE_LABELS[name], "least": least, "most": most}
        )
    if isinstance(rules["gap"], bool) or not isinstance(rules["gap"], int | float) or not 0 <= rules["gap"] <= 0.1:
        found.append(_("The accepted gap lies between 0 and 10 percent."))
    if (sentence := _wrong_steps(rules["equity"])) or rules["mode"] == LEXIMIN and rules["equity"]:
        found.append(sentence or _("Equity steps belong to the mode by value. Remove them or change the mode."))
    return found


def _wrong_steps(steps: list[dict]) -> str:
    """Shares rise and weights fall from step to step: the first seats count most."""
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        return _("The rules are not complete.")
    if len(steps) > MOST_STEPS:
        return _("At most %(most)d equity steps.") % {"most": MOST_STEPS}
    former = (0, MOST_BONUS)
    for step in steps:
        share, bonus = step.get("upto_pct"), step.get("bonus")
        if (
            type(share) is not int
            or type(bonus) is not int
            or not (former[0] < share <= 100 and 0 < bonus <= former[1])
        ):
            return _(
                "Equity steps: shares rise up to 100 percent, weights fall from step to step and are at most 1,000."
            )
        former = (share, bonus)
    return ""
