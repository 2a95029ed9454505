"""Turns a need's score and log entries into sentences for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regions.models import TrainingNeed
from regions.models.vocabulary import term_label
from regions.scoring import MANDATE, NeedFacts, equity_points
from workflow.formats import num

SCORE_LABELS = {
    "quantity": gettext_lazy("Quantity gap"),
    "quality": gettext_lazy("Quality gap"),
    "mandate": gettext_lazy("Mandate"),
    "equity": gettext_lazy("Regional equity"),
    "urgency": gettext_lazy("Urgency"),
    "readiness": gettext_lazy("Readiness"),
}


def score_rows(need: TrainingNeed, facts: NeedFacts) -> list[dict[str, Any]]:
    """The parts of the score with the reason for each, ready for the component."""
    return [
        {
            "name": part["name"],
            "label": SCORE_LABELS[part["name"]],
            "points": part["points"],
            "max": part["max"],
            "sentence": _sentence(part["name"], facts),
        }
        for part in need.score_parts
    ]


def _sentence(name: str, facts: NeedFacts) -> str:
    match name:
        case "quantity":
            if facts.untrained > facts.vacancy:
                return _("%(count)d of %(posts)d staff are without the required training") % {
                    "count": facts.untrained,
                    "posts": max(facts.formation, facts.in_post),
                }
            return _("%(count)d of %(posts)d authorised posts are vacant") % {
                "count": facts.vacancy,
                "posts": max(facts.formation, facts.in_post),
            }
        case "quality":
            steps = [target - current for current, target in facts.levels]
            if not steps:
                return _("No competency chosen yet")
            return _("%(steps)s levels on average between now and target") % {
                "steps": num(round(sum(steps) / len(steps), 1))
            }
        case "mandate":
            return {
                15: _("A competency is on the national priority list of the year"),
                8: _("A competency is on the provincial plan"),
                0: _("On neither the national list nor the provincial plan"),
            }[MANDATE[facts.mandate]]
        case "equity":
            return {
                15: _("Papua, Maluku or East Nusa Tenggara"),
                10: _("A disadvantaged, frontier or outermost area"),
                5: _("Outside Java"),
                0: _("On Java, or nationwide"),
            }[equity_points(facts.region_code, facts.is_remote)]
        case "urgency":
            urgency = term_label("urgency", facts.urgency) or _("Urgency not chosen yet")
            if facts.retiring:
                return _("%(urgency)s; %(count)d retire within 3 years") % {
                    "urgency": urgency,
                    "count": facts.retiring,
                }
            return urgency
    ready = sum((facts.nominees_identified, facts.language_evidence, facts.budget_line, facts.follow_up_plan))
    return _("%(count)d of 4 preparations are in place") % {"count": ready}
