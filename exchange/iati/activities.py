"""Turns published programmes and signed agreements into activities; nothing enters that public pages do not show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Organisation, OrganisationKind
from exchange.iati import codes
from exchange.iati.figures import Figures, figures
from exchange.iati.money import money_of
from exchange.iati.shapes import Activity, Both, Document, Location, Party
from exchange.iati.shares import shares
from exchange.open_data.references import in_both
from partnerships.models import REGIONAL_TRACKS, Agreement
from portal.selectors.published import published_agreements
from programs.models import CostItem, Program, ProgramFile
from programs.rules import public_programs
from programs.selectors import PUBLIC_FILES
from regions.maps.capitals import capitals
from regions.models import FunctionalPost, Region, Theme
from regions.models.places import RegionLevel

MINISTRY: Both = ("Kementerian Ketenagakerjaan Republik Indonesia", "Ministry of Manpower of the Republic of Indonesia")
NO_DESCRIPTION: Both = ("Pelatihan bagi aparatur ketenagakerjaan.", "Training for the labour apparatus.")
IN_COUNTRY = "ID"
PAGE: Both = ("Halaman program di Sinergi", "Page of the programme in Sinergi")
AGREEMENT_PAGE: Both = ("Halaman kerja sama di Sinergi", "Page of the agreement in Sinergi")


def reporter() -> Party:
    """Who reports: the ministry."""
    return Party("", codes.GOVERNMENT, MINISTRY, settings.IATI_ORGANISATION)


def address(name: str, *arguments: Any, language: str = "id") -> str:
    """A public page, whole."""
    with translation.override(language):
        return f"{settings.SITE_URL}{reverse(name, args=arguments)}"


def all_activities() -> Iterator[Activity]:
    """Programmes first, then agreements; each once, in the order of their codes."""
    known = _Known()
    for program in _programs().iterator(chunk_size=200):
        yield of_program(program, known)
    for agreement in published_agreements().select_related("partner__partner").order_by("code").iterator(200):
        yield of_agreement(agreement, known)


class _Known:
    """What every activity looks up: read once."""

    def __init__(self):
        self.today = timezone.localdate()
        self.regions = {r.code: r for r in Region.objects.filter(valid_to__isnull=True)}
        self.purposes = dict(Theme.objects.values_list("code", "crs_purpose"))
        self.posts = {p.code: (p.label_id, p.label_en) for p in FunctionalPost.objects.all()}
        self.figures: dict[str, Figures] = figures()
        listed = Program.objects.filter(public_programs()).values("pk")
        agreed = published_agreements().filter(program__in=listed).values_list("program__code", "code")
        self.agreed: dict[str, list[str]] = {}
        for program, agreement in agreed.order_by("code"):
            self.agreed.setdefault(program, []).append(agreement)


# --- Programmes


def _programs():
    return (
        Program.objects.filter(public_programs())
        .select_related("partner__partner", "scheme")
        .prefetch_related(
            "intakes",
            "themes",
            "posts",
            Prefetch("costs", CostItem.objects.filter(amount__isnull=False), to_attr="disclosed"),
            Prefetch("files", ProgramFile.objects.filter(kind__in=PUBLIC_FILES), to_attr="open_files"),
        )
        .order_by("code")
    )


def of_program(program: Program, known: _Known) -> Activity:
    """One published programme."""
    intakes = list(program.intakes.all())
    period = (min(i.first_day for i in intakes), max(i.ends for i in intakes)) if intakes else None
    themes = [t.theme_id for t in program.themes.all()]
    status = codes.PROGRAM_STATUS[program.status]
    partner = _partner(program.partner)
    finance = codes.finance_of(program.scheme_id, _partner_type(program.partner))
    budget, commitments = money_of(program, partner, reporter(), period)
    return Activity(
        code=program.code,
        updated=program.updated_at,
        title=(program.title_id, program.title_en or program.title_id or program.code),
        descriptions=_descriptions(program, known),
        parties=(*_two_roles(partner), _as(reporter(), codes.ACCOUNTABLE), _host(program, partner)),
        other_ids=((program.partner_reference, partner),) if program.partner_reference else (),
        status=status,
        dates=_dates(status, period or (timezone.localdate(program.published_at),) * 2, known.today),
        locations=_places(program, known),
        sectors=_sectors(themes, known),
        tags=tuple(codes.tags_of(themes)),
        collaboration=finance.collaboration,
        flow=finance.flow,
        finance=finance.finance,
        aid=finance.aid,
        tied=finance.tied,
        period=period,
        budget=budget,
        commitments=commitments,
        documents=_documents(program),
        related=tuple(("1", code) for code in known.agreed.get(program.code, ())),
        results=_figures(program, known).results(sum(i.seats for i in intakes), status),
    )


def _figures(program: Program, known: _Known) -> Figures:
    return known.figures.get(program.code, Figures())


def _descriptions(program: Program, known: _Known) -> tuple[tuple[str, Both], ...]:
    posts = sorted(post.code for post in program.posts.all())
    names = [known.posts.get(code, (code, code)) for code in posts]
    target = (", ".join(n[0] for n in names), ", ".join(n[1] for n in names))
    if program.all_posts:
        target = ("Semua jabatan aparatur ketenagakerjaan", "Every post of the labour apparatus")
    found = [
        ("1", (program.summary_id, program.summary_en)),
        ("2", (program.objectives_id, program.objectives_en)),
        ("3", target),
    ]
    return tuple((kind, text) for kind, text in found if any(part.strip() for part in text)) or (("1", NO_DESCRIPTION),)


def _partner_type(organisation: Organisation | None) -> str:
    profile = getattr(organisation, "partner", None)
    return profile.partner_type if profile else ""


def _partner(organisation: Organisation) -> Party:
    """A partner with its identifier, or the ministry, whose units report as one."""
    if organisation.kind != OrganisationKind.PARTNER:
        return reporter()
    profile = getattr(organisation, "partner", None)
    kind = codes.PARTNER_TYPE.get(_partner_type(organisation), codes.GOVERNMENT)
    return Party("", kind, (organisation.name_id, organisation.name_en), profile.iati_id if profile else "")


def _as(party: Party, role: str) -> Party:
    return Party(role, party.kind, party.name, party.ref)


def _two_roles(partner: Party) -> tuple[Party, Party]:
    return _as(partner, codes.FUNDING), _as(partner, codes.EXTENDING)


def _host(program: Program, partner: Party) -> Party:
    host, own = program.host.strip(), program.partner
    if not host or host.casefold() in {n.casefold() for n in (own.code, own.short_name, own.name_id, own.name_en) if n}:
        return _as(partner, codes.IMPLEMENTING)
    return Party(codes.IMPLEMENTING, codes.ACADEMIC, (host, host))


def _dates(status: str, period: tuple[dt.date, dt.date], today: dt.date) -> tuple[tuple[str, dt.date], ...]:
    """Planned days always; actual ones once they lie behind us, and never for what was called off."""
    first, last = period
    found = [("1", first)]
    begun = status in {codes.IMPLEMENTATION, codes.FINALISATION, codes.CLOSED} and first <= today
    if begun:
        found.append(("2", first))
    found.append(("3", last))
    if begun and status in {codes.FINALISATION, codes.CLOSED} and last <= today:
        found.append(("4", last))
    return tuple(found)


def _sectors(themes: list[str], known: _Known):
    weights: dict[str, int] = {}
    for theme in themes:
        purpose = known.purposes.get(theme) or codes.GENERAL_TRAINING
        weights[purpose] = weights.get(purpose, 0) + 1
    return tuple(shares(weights or {codes.GENERAL_TRAINING: 1}))


def _places(program: Program, known: _Known) -> tuple[Location, ...]:
    found = []
    if program.country == IN_COUNTRY and program.host_province:
        found.append(_region(program.host_province, "1", known))
    elif any(i.place for i in program.intakes.all()):
        names = dict.fromkeys(i.place for i in program.intakes.all() if i.place)
        found += [Location((name, name), "1", None, region_class=False) for name in names]
    found += [_region(code, "2", known) for code in _figures(program, known).homes]
    return tuple(place for place in found if place)


def _region(code: str, reach: str, known: _Known) -> Location | None:
    region = known.regions.get(code)
    if region is None:
        return None
    _capital, longitude, latitude = capitals().get(code[:2], ("", None, None))
    is_province = region.level == RegionLevel.PROVINCE
    point = (latitude, longitude) if is_province and latitude is not None else None
    return Location((region.name_id, region.name_en), reach, point)


def _documents(program: Program) -> tuple[Document, ...]:
    found = [
        Document(address("programs:program", program.slug, language=language), "text/html", PAGE, "A12", language)
        for language in ("id", "en")
    ]
    for stored in program.open_files:
        title = in_both(ProgramFile.Kind(stored.kind).label)
        url = address("programs:file", program.slug, stored.pk)
        found.append(Document(url, stored.content_type, title, "A02", ""))
    return tuple(found)


# --- Agreements


def of_agreement(agreement: Agreement, known: _Known) -> Activity:
    """One agreement from the day it took effect."""
    status = codes.AGREEMENT_STATUS[agreement.status]
    first = agreement.effective_date
    ended = timezone.localdate(agreement.status_since)
    planned_end = agreement.ends
    dates = [("1", agreement.starts or first)]
    if first <= known.today:
        dates.append(("2", first))
    if planned_end:
        dates.append(("3", planned_end))
    if agreement.status in {"EXPIRED", "CLOSED", "TERMINATED"} and first <= known.today:
        dates.append(("4", max(first, min(planned_end or ended, ended))))
    finance = codes.finance_of("", _partner_type(agreement.partner))
    subject = agreement.subject.strip()
    title = (agreement.title_id, agreement.title_en)
    program = agreement.program.code if agreement.program_id else ""
    if agreement.code not in known.agreed.get(program, ()):
        program = ""  # not a programme that everyone may read
    region = agreement.office.region_code if agreement.office_id else ""
    return Activity(
        code=agreement.code,
        updated=agreement.updated_at,
        title=title,
        descriptions=(("1", (subject or agreement.title_id, agreement.title_en or subject)),),
        parties=_signatories(agreement),
        status=status,
        dates=tuple(dates),
        scope=codes.scope_of(region),
        locations=tuple(place for place in [_region(region, "2", known)] if place),
        sectors=tuple(shares({codes.GENERAL_TRAINING: 1})),
        tags=tuple(codes.tags_of([])),
        collaboration=finance.collaboration,
        flow=finance.flow,
        finance=finance.finance,
        aid=finance.aid,
        tied=finance.tied,
        documents=tuple(
            Document(
                address("published_agreement", agreement.code, language=language), "text/html", AGREEMENT_PAGE, "A12",
                language, agreement.signed_on,
            )
            for language in ("id", "en")
        ),
        related=(("2", program),) if program else (),
    )  # fmt: skip


def _signatories(agreement: Agreement) -> tuple[Party, ...]:
    found = []
    if agreement.partner_id:
        found += _two_roles(_partner(agreement.partner))
    elif agreement.counterpart:
        name = agreement.counterpart
        found += _two_roles(Party("", codes.LOCAL_GOVERNMENT, (name, name)))
    else:
        found.append(_as(reporter(), codes.FUNDING))
    found.append(_as(reporter(), codes.ACCOUNTABLE))
    if agreement.office_id:
        office = agreement.office
        found.append(Party(codes.IMPLEMENTING, codes.LOCAL_GOVERNMENT, (office.name_id, office.name_en)))
    elif agreement.track not in REGIONAL_TRACKS:
        found.append(_as(reporter(), codes.IMPLEMENTING))
    return tuple(found)
