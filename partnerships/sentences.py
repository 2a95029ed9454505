"""Turns the reasons and parts of a match into sentences for people: "18 seats for 41 people"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from partnerships.matching import WEIGHTS
from regions.models import FunctionalPost, Region, Theme
from regions.models.vocabulary import term_label
from workflow import formats
from workflow.once import once

PART_LABELS = {
    "theme": gettext_lazy("Competency"),
    "level": gettext_lazy("Level"),
    "schedule": gettext_lazy("Schedule"),
    "seats": gettext_lazy("Seats"),
    "priority": gettext_lazy("Priority of the need"),
    "equity": gettext_lazy("Equity and rotation"),
    "completion": gettext_lazy("Past completion"),
}

HOW = {
    "theme": gettext_lazy("Share of the line's competencies that the programme teaches at a fitting level."),
    "level": gettext_lazy("How far the programme takes people from the present to the target level."),
    "schedule": gettext_lazy(
        "Full when the training begins as people are ready; less with every month, depending on the urgency."
    ),
    "seats": gettext_lazy("Free seats for each person still without one."),
    "priority": gettext_lazy("The priority score of the need, as frozen at approval."),
    "equity": gettext_lazy(
        "Up to 3 points for remote regions and regions outside Java, 2 for offices without a seat this cycle."
    ),
    "completion": gettext_lazy("Share of the office's past participants who completed; half where there are none."),
}
"""The formula of each part in words."""


@dataclass(frozen=True)
class ShownPart:
    """One part of a score, ready to show."""

    name: str
    label: Any
    points: float
    max: int
    sentence: str


@dataclass(frozen=True)
class ShownFailure:
    """One unmet condition, ready to show."""

    code: str
    sentence: str
    waivable: bool


def _names(model) -> dict[str, tuple[str, str]]:
    """{code: (label id, label en)} of posts, themes or provinces; small tables that change once a year."""
    key = f"partnerships.names.{model.__name__}"
    return once(key, lambda: _names_kept(model, key))


def _names_kept(model, key: str) -> dict[str, tuple[str, str]]:
    found = cache.get(key)
    if found is None:
        if model is Region:
            rows = Region.objects.filter(level="PROVINCE").values_list("code", "name_id", "name_en")
        else:
            rows = model._default_manager.values_list("code", "label_id", "label_en")
        found = {code: (first, second) for code, first, second in rows}
        cache.set(key, found, 300)
    return found


def _name(model, code: str) -> str:
    return _namer(model)(code)


def _namer(model) -> Callable[[str], str]:
    """The names of a table, fetched once for many codes."""
    found, english = _names(model), (get_language() or "id").startswith("en")

    def name(code: str) -> str:
        entry = found.get(code)
        if entry is None:
            return code
        return entry[1] if english and entry[1] else entry[0]

    return name


def post_names() -> Callable[[str], str]:
    """For lists: functional posts in the reader's language, fetched once."""
    return _namer(FunctionalPost)


def theme_names() -> Callable[[str], str]:
    """For lists: competencies in the reader's language, fetched once."""
    return _namer(Theme)


def province_names() -> Callable[[str], str]:
    """For lists: provinces in the reader's language, fetched once; offices without a region are the centre's."""
    name = _namer(Region)
    return lambda code: name(code[:2]) if code else _("Central")


def post_name(code: str) -> str:
    """A functional post in the reader's language."""
    return _name(FunctionalPost, code)


def theme_name(code: str) -> str:
    """A competency in the reader's language."""
    return _name(Theme, code)


def province_name(code: str) -> str:
    """A province in the reader's language; offices without a region are the centre's."""
    return _name(Region, code[:2]) if code else _("Central")


def _day(iso: str) -> str:
    return formats.shortday(dt.date.fromisoformat(iso))


def _level_name(code: str) -> str:
    return term_label("language_level", code) or code


PARTS = {
    "theme": lambda p: (
        ngettext(
            "%(covered)d of %(wanted)d competency covered",
            "%(covered)d of %(wanted)d competencies covered",
            p["wanted"],
        )
        % p
    ),
    "level_none": lambda p: _("The level does not fit"),
    "level_full": lambda p: _("Takes people from level %(current)d to %(exit)d, as wanted") % p,
    "level_partly": lambda p: _("Takes people from level %(current)d to %(exit)d; wanted is %(target)d") % p,
    "schedule_early": lambda p: (
        ngettext(
            "Begins %(days)d day before people are ready",
            "Begins %(days)d days before people are ready",
            p["days"],
        )
        % p
    ),
    "schedule_soon": lambda p: _("Begins within a month of people being ready"),
    "schedule_in_time": lambda p: (
        ngettext(
            "Begins in %(months)d month, in time for this urgency",
            "Begins in %(months)d months, in time for this urgency",
            p["months"],
        )
        % p
    ),
    "schedule_late": lambda p: (
        ngettext(
            "Begins in %(months)d month, late for this urgency",
            "Begins in %(months)d months, late for this urgency",
            p["months"],
        )
        % p
    ),
    "seats": lambda p: (
        _("%(seats)s for %(people)s")
        % {
            "seats": ngettext("%(count)d seat", "%(count)d seats", p["seats"]) % {"count": p["seats"]},
            "people": ngettext("%(count)d person", "%(count)d people", p["people"]) % {"count": p["people"]},
        }
    ),
    "priority": lambda p: _("Priority score %(score)s of 100") % {"score": formats.decimal(p["score"], 1)},
    "equity_first": lambda p: _("The office has no seat in this cycle yet"),
    "equity_again": lambda p: (
        ngettext(
            "The office already has %(seats)d seat in this cycle",
            "The office already has %(seats)d seats in this cycle",
            p["seats"],
        )
        % p
    ),
    "completion_unknown": lambda p: _("No past participants to judge by"),
    "completion": lambda p: _("%(completed)d of %(finished)d past participants completed") % p,
}

FAILURES = {
    "need_not_approved": lambda p: _("The need is not approved."),
    "fully_served": lambda p: _("Everyone on this line already has a seat."),
    "office_suspended": lambda p: _("The office is suspended."),
    "not_offered": lambda p: _("The programme is not open for proposals."),
    "registration_closed": lambda p: _("Registration closed on %(date)s.") % {"date": _day(p["date"])},
    "not_invited": lambda p: _("The programme is for selected offices only."),
    "no_seats": lambda p: _("No seat is free."),
    "agreement": lambda p: _("The scheme needs an agreement in force with this partner; there is none."),
    "post": lambda p: _("Not for the post %(post)s.") % {"post": post_name(p["post"])},
    "theme": lambda p: (
        _("Teaches %(taught)s, not %(wanted)s.")
        % {
            "taught": _listed(p["taught"]),
            "wanted": _listed(p["wanted"]),
        }
    ),
    "level": lambda p: (
        _("Takes people from level %(entry)d to %(exit)d in %(theme)s; this line is at level %(current)d.")
        % {**p, "theme": theme_name(p["theme"])}
    ),
    "language": lambda p: (
        _("English at %(wanted)s is required; this line states %(level)s.")
        % {
            "wanted": _level_name(p["wanted"]),
            "level": _level_name(p["level"]),
        }
    ),
    "language_other": lambda p: (
        _("Taught in %(language)s without interpretation.")
        % {
            "language": term_label("language", p["language"]) or p["language"],
        }
    ),
    "mode": lambda p: (
        _("Takes place as: %(mode)s. The office asked for: %(preferred)s.")
        % {
            "mode": term_label("delivery_mode", p["mode"]),
            "preferred": term_label("delivery_mode", p["preferred"]),
        }
    ),
    "host_elsewhere": lambda p: (
        _("The expert works in %(province)s only.")
        % {
            "province": province_name(p["province"]),
        }
    ),
    "lead_time": lambda p: (
        _("Begins on %(date)s, in %(days)d days; preparation takes at least %(least)d days.")
        % {
            **p,
            "date": _day(p["date"]),
        }
    ),
    "office_type": lambda p: _("Not for offices of this type."),
    "rank": lambda p: (
        _("Rank %(wanted)s or higher is required; this line is %(rank)s.")
        % {
            "wanted": term_label("rank", p["wanted"]),
            "rank": term_label("rank", p["rank"]),
        }
    ),
    "employment": lambda p: (
        _("Only for %(wanted)s; this line is %(status)s.")
        % {
            "wanted": ", ".join(p["wanted"]),
            "status": p["status"],
        }
    ),
    "years": lambda p: (
        ngettext(
            "At least %(wanted)d year of service is required.",
            "At least %(wanted)d years of service are required.",
            p["wanted"],
        )
        % p
    ),
    "age_high": lambda p: _("Only up to the age of %(wanted)d.") % p,
    "age_low": lambda p: _("Only from the age of %(wanted)d.") % p,
    "education": lambda p: (
        _("Education %(wanted)s or higher is required; this line states %(education)s.")
        % {
            "wanted": term_label("education", p["wanted"]),
            "education": term_label("education", p["education"]),
        }
    ),
}


def _listed(codes: list[str]) -> str:
    return ", ".join(theme_name(code) for code in codes) or _("nothing on this line")


def show_part(stored: dict) -> ShownPart:
    """A stored part with its label and sentence; results of older rules fall back to their name."""
    say = PARTS.get(stored.get("key", ""))
    return ShownPart(
        name=stored["name"],
        label=PART_LABELS.get(stored["name"], stored["name"]),
        points=stored["points"],
        max=stored["max"],
        sentence=say(stored["params"]) if say else "",
    )


def show_parts(stored: list[dict]) -> list[ShownPart]:
    """Every part of a stored score."""
    return [show_part(part) for part in stored]


def show_failure(stored: dict) -> ShownFailure:
    """A stored failure as a sentence."""
    say = FAILURES.get(stored["code"])
    return ShownFailure(stored["code"], say(stored["params"]) if say else stored["code"], stored["waivable"])


def show_failures(stored: list[dict]) -> list[ShownFailure]:
    """Every failure of a stored result."""
    return [show_failure(failure) for failure in stored]


def formula() -> list[dict]:
    """The parts with their most points and what they measure, for "How the score is computed"."""
    return [{"name": n, "label": PART_LABELS[n], "max": most, "how": HOW[n]} for n, most in WEIGHTS.items()]
