"""Keeps what an agreement said at each step that counts, and the words of papers the portal drafted."""

from __future__ import annotations

import copy
import datetime as dt

from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partnerships.models import AgreementVersion, Clause, Condition, DocumentKind, PaperText
from partnerships.rules.amendments import proposed_values
from partnerships.texts import lines_of
from regions.models import Region
from regions.models.vocabulary import term_label
from workflow.formats import shortday

FACTS = (
    "title_id",
    "title_en",
    "track",
    "instrument",
    "partner",
    "counterpart",
    "counterpart_country",
    "office",
    "region_codes",
    "subject",
    "scope",
    "cost_source",
    "place",
    "duration_months",
    "starts",
    "ends",
    "action_plan",
    "conditions",
    "clauses",
)
"""The fields a version repeats, in the order in which they are compared."""


def dotted(code: str) -> str:
    """A region's code as the decree prints it: 72.06."""
    return f"{code[:2]}.{code[2:]}" if len(code) > 2 else code


def region_lines(codes, names: dict[str, str]) -> str:
    """Regions by code and name, one per line."""
    return "\n".join(f"{dotted(code)} {names.get(code, '')}".strip() for code in sorted(codes))


def action_lines(rows) -> str:
    """An action plan in words, one activity per line."""
    keys = ("activity", "place", "who", "when")
    return "\n".join(
        f"{number}. " + "; ".join(str(row[key]) for key in keys if row.get(key)) for number, row in enumerate(rows, 1)
    )


def in_words(agreement, name: str, regions: dict[str, str]) -> str:
    """One field of an agreement in the active language."""
    value = getattr(agreement, name)
    if value in (None, "", [], {}):
        return ""
    match name:
        case "region_codes":
            return region_lines(value, regions)
        case "action_plan":
            return action_lines(value)
        case "clauses" | "conditions":
            labels = dict(Clause.choices if name == "clauses" else Condition.choices)
            return "\n".join(str(label) for code, label in labels.items() if value.get(code))
        case "counterpart_country":
            return term_label("country", value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.date):
        return shortday(value)
    return str(dict(agreement._meta.get_field(name).flatchoices).get(value, value))


def facts_of(agreement) -> dict[str, dict[str, str]]:
    """What the agreement says now, in words of both languages."""
    known = list(Region.objects.filter(code__in=agreement.region_codes))
    found: dict[str, dict[str, str]] = {name: {} for name in FACTS}
    for language in ("id", "en"):
        with translation.override(language):
            regions = {region.code: region.name for region in known}
            for name in FACTS:
                found[name][language] = in_words(agreement, name, regions)
    return found


def proposed(agreement):
    """The agreement as its amendment would make it; itself where none is open. Never saved."""
    if not agreement.proposed:
        return agreement
    changed = copy.copy(agreement)
    for name, value in proposed_values(agreement).items():
        setattr(changed, name, value)
    return changed


def keep_version(occasion: str):
    """An effect that keeps what the agreement says after this act; papers given with the act come first."""

    def effect(agreement, actor, answers):
        store_version(agreement, occasion, signed_on=answers.get("signed_on"))

    return effect


def store_version(agreement, occasion: str, *, signed_on=None, signatories=()) -> AgreementVersion:
    """The next version. The caller holds the agreement's lock."""
    number = (agreement.versions.aggregate(n=Max("number"))["n"] or 0) + 1
    latest = {}
    for paper in agreement.documents.filter(kind__in=[*TEXTS, DocumentKind.SIGNED]).order_by("version"):
        latest[paper.kind] = paper
    return AgreementVersion.objects.create(
        agreement=agreement,
        number=number,
        occasion=occasion,
        facts=facts_of(proposed(agreement)),
        indonesian=latest.get(DocumentKind.TEXT_ID),
        english=latest.get(DocumentKind.TEXT_EN),
        signed=latest.get(DocumentKind.SIGNED) if signed_on else None,
        signed_on=signed_on,
        signatories=signatories or agreement.signatories if signed_on else [],
        made_at=timezone.now(),
    )


TEXTS = (DocumentKind.TEXT_ID, DocumentKind.TEXT_EN)


def keep_words(paper, html: str) -> None:
    """The words of a text the portal has just drafted: its PDF would not give them back."""
    if paper.kind in TEXTS:
        PaperText.objects.create(document=paper, lines=lines_of(html))
