"""What may be sent to change a section of an offer, by the names of its form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from api.body import VERSION, Input
from api.resources.programmes.values import (
    OfferBasics,
    OfferCompetencies,
    OfferIntakes,
    OfferPapers,
    OfferSection,
    OfferTerms,
)

ROW = Input("id", "integer", label=_("The row to change; without it a new one."))
REASON = Input("reason", label=_("Only for a published programme: why it changes. Everyone concerned reads it."))


def _texts(*names: str) -> tuple[Input, ...]:
    return tuple(Input(name) for name in names)


def _days(*names: str) -> tuple[Input, ...]:
    return tuple(Input(name, "date") for name in names)


def _numbers(*names: str) -> tuple[Input, ...]:
    return tuple(Input(name, "integer") for name in names)


def _ticks(*names: str) -> tuple[Input, ...]:
    return tuple(Input(name, "boolean") for name in names)


SAID = _("All rows there are to be: what is left out is removed.")
SECTIONS: dict[str, tuple[type[OfferSection], tuple[Input, ...]]] = {
    "basics": (
        OfferBasics,
        _texts(
            "scheme", "title_id", "title_en", "host", "partner_reference", "summary_id", "summary_en", "objectives_id",
            "objectives_en", "delivery_mode", "country", "host_province",
        ),
    ),
    "competencies": (
        OfferCompetencies,
        (
            *_ticks("all_posts"),
            Input("posts", "texts"),
            Input(
                "themes", "objects", label=SAID, parts=(ROW, *_texts("theme"), *_numbers("entry_level", "exit_level"))
            ),
        ),
    ),
    "intakes": (
        OfferIntakes,
        (
            Input(
                "intakes",
                "objects",
                label=SAID,
                parts=(
                    ROW,
                    *_texts("label", "place"),
                    *_days("starts", "ends", "online_starts", "online_ends"),
                    *_numbers("seats", "min_cohort"),
                ),
            ),
        ),
    ),
    "terms": (
        OfferTerms,
        (
            *_texts("min_rank", "min_education", "language", "min_language_level", "language_test", "language_score"),
            *_texts("interpretation", "funding_mode", "route", "agreement_note"),
            *_numbers("min_years", "min_age", "max_age", "share_outside_java"),
            *_ticks("no_prior_visit", "interview", "needs_agreement"),
            Input("employment_statuses", "texts"),
            Input("office_types", "texts"),
            Input("rules", "objects", label=SAID, parts=(ROW, *_texts("text_id", "text_en"), *_ticks("mandatory"))),
            Input(
                "costs", "objects", label=SAID, parts=(ROW, *_texts("item", "payer", "amount", "currency", "note"))
            ),
        ),
    ),
    "papers": (
        OfferPapers,
        (
            *_days("deadline_day", "opens_day", "source_letter_date"),
            *_texts("deadline_time", "partner_zone", "source_letter_number"),
            *_ticks("rolling"),
            Input("gi", "file", label=_("General Information or course document (PDF).")),
            Input("letter", "file", label=_("Offer letter (PDF).")),
            Input("other", "file", label=_("Other document.")),
            Input("remove", "texts", label=_("Ids of papers to take off a draft.")),
            Input("contacts", "objects", label=SAID, parts=(ROW, *_texts("post", "email", "phone"))),
        ),
    ),
}  # fmt: skip
"""OfferSection: what it shows, what may be sent."""


def inputs_of(section: str) -> tuple[Input, ...]:
    """What may be sent to change a section."""
    return (*SECTIONS[section][1], REASON, VERSION)
