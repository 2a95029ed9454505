"""Findings of the eligibility check as sentences for people."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.sentences import post_name
from regions.models.vocabulary import term_label


@dataclass(frozen=True)
class Shown:
    """One finding, ready to show."""

    code: str
    sentence: str
    certain: bool
    waivable: bool


SENTENCES = {
    "post": lambda p: (
        _("The programme is for other posts: %(wanted)s.") % {"wanted": ", ".join(map(post_name, p["wanted"]))}
    ),
    "rank": lambda p: (
        _("Rank %(wanted)s or higher is required; the person is %(rank)s.")
        % {"wanted": term_label("rank", p["wanted"]), "rank": term_label("rank", p["rank"])}
    ),
    "rank_unknown": lambda p: (
        _("Rank %(wanted)s or higher is required; check the person's grade.")
        % {"wanted": term_label("rank", p["wanted"])}
    ),
    "years": lambda p: (
        ngettext(
            "At least %(wanted)d year in the post is required; the person has %(years)d.",
            "At least %(wanted)d years in the post are required; the person has %(years)d.",
            p["wanted"],
        )
        % p
    ),
    "age_high": lambda p: _("Older than %(wanted)d when the training begins.") % p,
    "age_low": lambda p: _("Younger than %(wanted)d when the training begins.") % p,
    "age_edge": lambda p: _("The age limit is %(wanted)d; the year of birth alone does not decide. Check.") % p,
    "education": lambda p: (
        _("Education %(wanted)s or higher is required; the person has %(education)s.")
        % {"wanted": term_label("education", p["wanted"]), "education": term_label("education", p["education"])}
    ),
    "employment": lambda p: (
        _("Only for %(wanted)s; the person is %(status)s.") % {"wanted": ", ".join(p["wanted"]), "status": p["status"]}
    ),
    "language": lambda p: (
        _("English at %(wanted)s is required; the person has %(level)s.")
        % {"wanted": term_label("language_level", p["wanted"]), "level": term_label("language_level", p["level"])}
    ),
    "language_other": lambda p: (
        _("Taught in %(language)s without interpretation. Check the proof of language.")
        % {"language": term_label("language", p["language"])}
    ),
    "double": lambda p: _("The same person is nominated for another training at the same time."),
    "abroad_recently": lambda p: (
        ngettext(
            "The same person was trained abroad within the last %(years)d year.",
            "The same person was trained abroad within the last %(years)d years.",
            p["years"],
        )
        % p
    ),
    "abroad_declared": lambda p: _("Trained abroad in %(year)s, less than two years before.") % {"year": p["year"]},
    "abroad_declared_edge": lambda p: (
        _("Trained abroad in %(year)s. Check whether two years have passed.") % {"year": p["year"]}
    ),
    "prior_visit": lambda p: _("The same person has already been trained in this country."),
}


def show_finding(stored: dict) -> Shown:
    """A finding as a sentence; one of older rules falls back to its code."""
    say = SENTENCES.get(stored["code"])
    sentence = say(stored["params"]) if say else stored["code"]
    return Shown(stored["code"], sentence, stored["certain"], stored["waivable"])


def show_findings(stored: list[dict]) -> list[Shown]:
    """Every finding."""
    return [show_finding(finding) for finding in stored]
