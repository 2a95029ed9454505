"""Reference tables: the codes that other data sets use, with labels in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from exchange.open_data.columns import VALIDITY, code, text
from partnerships.models import Agreement, AllocationRun, Instrument, Track
from programs.models import Program, Scheme
from regions.models import FunctionalPost, Region, Term, Theme

REGION_COLUMNS = (
    code("code", _("Code of the Ministry of Home Affairs, without dots"), ""),
    code("level", _("PROVINCE, REGENCY or CITY"), ""),
    code("parent_code", _("Province"), ""),
    text("name_id", _("Name in Indonesian")),
    text("name_en", _("Name in English")),
    text("island_group", _("Island group of the province")),
    text("capital", _("Capital of the province")),
    code("iso_code", _("ISO 3166-2, provinces"), ""),
    text("time_zone", _("Time zone (IANA)")),
    text("is_autonomous", _("yes or no")),
    text("is_remote", _("yes: disadvantaged, frontier or outermost")),
    code("previous_code", _("Code before the last division"), ""),
    *VALIDITY,
)


def said(value: bool) -> str:
    """Yes or no, the same in every language."""
    return "yes" if value else "no"


def regions() -> Iterator[list]:
    """Every region, former ones too."""
    for r in Region.objects.order_by("code"):
        yield [r.code, r.level, r.parent_id, r.name_id, r.name_en, r.island_group, r.capital, r.iso_code, r.time_zone,
               said(r.is_autonomous), said(r.is_remote), r.previous_code, r.valid_from, r.valid_to]  # fmt: skip


def themes() -> Iterator[list]:
    """Every competency."""
    for t in Theme.objects.all():
        yield [t.code, t.label_id, t.label_en, t.isced_f, t.crs_purpose, t.valid_from, t.valid_to]


def posts() -> Iterator[list]:
    """Every post."""
    for p in FunctionalPost.objects.all():
        yield [p.code, p.label_id, p.label_en, p.levels, p.guide_unit, said(p.is_functional), p.kbji_code,
               p.valid_from, p.valid_to]  # fmt: skip


def vocabularies() -> Iterator[list]:
    """Terms, schemes, and the words for states, tracks and instruments."""
    for term in Term.objects.all():
        yield [term.vocabulary, term.code, term.label_id, term.label_en, term.valid_from, term.valid_to]
    for scheme in Scheme.objects.all():
        yield ["scheme", scheme.code, scheme.label_id, scheme.label_en, scheme.valid_from, scheme.valid_to]
    lists = {"track": Track.choices, "instrument": Instrument.choices}
    for model, name in ((Program, "program"), (Agreement, "agreement"), (AllocationRun, "allocation")):
        lists[f"{name}_status"] = [(state.code, state.label) for state in model.flow.states]
    for vocabulary, choices in lists.items():
        for value, label in choices:
            yield [vocabulary, str(value), *in_both(label), None, None]


def in_both(label) -> tuple[str, str]:
    """A text in Indonesian and in English."""
    found = []
    for language in ("id", "en"):
        with override(language):
            found.append(str(label))
    return found[0], found[1]
