"""Search by code, place, competency or title over all tables, always within what the user may see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Length

from accounts.models import Organisation, OrganisationKind
from portal.selectors.rows import Row, rows
from programs.models import Program
from regions.models import NeedLine, Region
from workflow.engine import may_see
from workflow.reading import seen_by
from workflow.registry import workflow, workflows

PER_TABLE = 10
SHORT = {"kab": "kabupaten", "prov": "provinsi", "disnaker": "dinas tenaga kerja"}
"""What people type for what names say."""


@dataclass(frozen=True)
class Found:
    """The hits in one table."""

    label: Any
    rows: list[Row]
    total: int


@dataclass(frozen=True)
class Office:
    """A regional office or training centre that fits."""

    name: str
    code: str
    place: str


def words_of(text: str) -> list[str]:
    """The words that must all occur; abbreviations spelled out, dots inside region codes removed."""
    found = []
    for word in re.split(r"[\s,;]+", text.strip())[:8]:
        bare = word.strip(".").lower()
        if re.fullmatch(r"\d{2}\.\d{2}", bare):
            bare = bare.replace(".", "")
        if bare:
            found.append(SHORT.get(bare, bare))
    return found


def _any(word: str, *paths: str) -> Q:
    query = Q()
    for path in paths:
        query |= Q(**{f"{path}__icontains": word})
    return query


def _offices(word: str):
    """Offices whose name, region's name or region code fits a word."""
    places = Region.objects.filter(_any(word, "name_id", "name_en")).values("code")
    query = _any(word, "name_id", "name_en", "short_name") | Q(region_code__in=places)
    if word.isdigit() and len(word) in {2, 4}:
        query |= Q(region_code__startswith=word)
    return Organisation.objects.filter(query)


def _need_lines(word: str):
    """Need lines whose post or competency fits a word."""
    return NeedLine.objects.filter(
        _any(
            word,
            "post__label_id",
            "post__label_en",
            "post__code",
            "gaps__theme__label_id",
            "gaps__theme__label_en",
            "gaps__competency_title",
        )
    )


def _programs(word: str):
    return Program.objects.filter(
        _any(
            word,
            "code",
            "title_id",
            "title_en",
            "partner_reference",
            "host",
            "partner__name_id",
            "partner__short_name",
            "themes__theme__label_id",
            "themes__theme__label_en",
            "posts__label_id",
            "posts__label_en",
        )
    )


def _need_query(word: str) -> Q:
    return (
        _any(word, "code", "national_number")
        | Q(office__in=_offices(word).values("pk"))
        | Q(pk__in=_need_lines(word).values("need_id"))
    )


def _proposal_query(word: str) -> Q:
    return (
        _any(word, "code", "line__need__code", "partner__name_id", "partner__short_name")
        | Q(line__need__office__in=_offices(word).values("pk"))
        | Q(line__in=_need_lines(word).values("pk"))
        | Q(intake__program__in=_programs(word).values("pk"))
    )


def _agreement_query(word: str) -> Q:
    return (
        _any(word, "code", "title_id", "title_en", "subject", "partner__name_id", "partner__short_name", "counterpart")
        | Q(office__in=_offices(word).values("pk"))
        | Q(program__in=_programs(word).values("pk"))
    )


def _nomination_query(word: str) -> Q:
    """By code, office and programme. Never by name: nobody looks people up here."""
    return (
        _any(word, "code", "proposal__code")
        | Q(proposal__line__need__office__in=_offices(word).values("pk"))
        | Q(proposal__intake__program__in=_programs(word).values("pk"))
    )


QUERIES = {
    "regions.need": _need_query,
    "programs.program": lambda word: Q(pk__in=_programs(word).values("pk")),
    "partnerships.proposal": _proposal_query,
    "partnerships.agreement": _agreement_query,
    "partnerships.allocation": lambda word: _any(word, "code", "round__code"),
    "participants.nomination": _nomination_query,
}


def by_code(user, text: str):
    """The one record whose code was typed, if the user may see it."""
    code = text.strip()
    if not re.fullmatch(r"[A-Za-z]{2,6}[-/.\w]{2,38}", code):
        return None
    for entry in workflows():
        record = entry.model._default_manager.select_related(*entry.related).filter(code__iexact=code).first()
        if record is None and entry.flow.name == "regions.need":
            record = (
                entry.model._default_manager.select_related(*entry.related).filter(national_number__iexact=code).first()
            )
        if record is not None and may_see(entry.flow, user, record):
            return record
    return None


def search(user, text: str) -> tuple[list[Found], list[Office]]:
    """(hits by table, offices). Every word must fit somewhere in a record; nothing the user may not see
    is counted."""
    words = words_of(text)
    found = []
    for name, query_of in QUERIES.items():
        entry = workflow(name)
        query = seen_by(user, name)
        for word in words:
            query = query.filter(query_of(word))
        total = query.count()
        if total:
            found.append(Found(entry.flow.label, rows(query.order_by("-updated_at", "-pk")[:PER_TABLE]), total))
    return found, offices(words)


def offices(words: list[str]) -> list[Office]:
    """Regional offices and training centres by name, place or region code; provinces first."""
    query = Organisation.objects.filter(kind__in=[OrganisationKind.OFFICE, OrganisationKind.CENTRE])
    for word in words:
        query = query.filter(pk__in=_offices(word).values("pk"))
    shown = list(query.annotate(depth=Length("region_code")).order_by("depth", "region_code")[:PER_TABLE])
    places = {r.code: r.name for r in Region.objects.filter(code__in=[o.region_code for o in shown])}
    return [Office(o.name, o.code, places.get(o.region_code, "")) for o in shown]
