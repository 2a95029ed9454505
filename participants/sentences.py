"""Findings of the eligibility check as sentences for people."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.sentences import post_name
from regions.models.vocabulary import term_label
from workflow import formats


@dataclass(frozen=True)
class Shown:
    """One finding, ready to show."""

    code: str
    sentence: str
    certain: bool
    waivable: bool


def _test(params: dict) -> str:
    """A test with the score it asks for: "TOEFL ITP 500"."""
    name = term_label("language_test", params["test"])
    return name if params["wanted"] is None else f"{name} {_score(params['wanted'])}"


def _score(value) -> str:
    """A test's score as it is printed: 500, but 6.5."""
    return formats.decimal(value, 0 if value == int(value) else 1)


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
    "test_missing": lambda p: _("%(test)s is asked for. Check the proof of language.") % {"test": _test(p)},
    "test_unreadable": lambda p: _("%(test)s is asked for; the score is no number. Check it.") % {"test": _test(p)},
    "test_low": lambda p: (
        _("%(test)s is required; the person has %(score)s.") % {"test": _test(p), "score": _score(p["score"])}
    ),
    "visit_declared": lambda p: _("The person says they have been to this country before."),
    "visit_to_check": lambda p: (
        _("Nobody who has been to this country is taken. Trained abroad in %(year)s: check where.") % p
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
    "maybe_same": lambda p: _(
        "Somebody of the same name and year of birth is nominated elsewhere, or was trained abroad recently, under "
        "another number. Check whether it is the same person."
    ),
}


def show_finding(stored: dict) -> Shown:
    """A finding as a sentence; one of older rules falls back to its code."""
    say = SENTENCES.get(stored["code"])
    sentence = say(stored["params"]) if say else stored["code"]
    return Shown(stored["code"], sentence, stored["certain"], stored["waivable"])


def show_findings(stored: list[dict]) -> list[Shown]:
    """Every finding."""
    return [show_finding(finding) for finding in stored]
