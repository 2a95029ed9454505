"""The smallest valid records; every field a test cares about is passed by name."""

from __future__ import annotations

import datetime as dt
import itertools

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Membership, Organisation, OrganisationKind, User
from regions.models import (
    CompetencyGap,
    CoverLetter,
    Evidence,
    FilingWindow,
    FunctionalPost,
    NeedCycle,
    NeedLine,
    NeedStatus,
    OfficeProfile,
    OfficeType,
    Region,
    Theme,
    TrainingNeed,
)
from regions.services import refresh_totals
from workflow.engine import note

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_numbers = itertools.count(1)

PROVINCES = {
    "11": ("Provinsi Aceh", "Asia/Jakarta"),
    "32": ("Provinsi Jawa Barat", "Asia/Jakarta"),
    "51": ("Provinsi Bali", "Asia/Makassar"),
    "52": ("Provinsi Nusa Tenggara Barat", "Asia/Makassar"),
    "94": ("Provinsi Papua Tengah", "Asia/Jayapura"),
}
POSTS = {
    "WASNAK": ("Pengawas Ketenagakerjaan", "Labour inspector", "CP", "DJ-WASNAKER"),
    "PK3": ("Penguji K3", "OSH tester", "CP", "DJ-WASNAKER"),
    "MEDHI": ("Mediator Hubungan Industrial", "Industrial relations mediator", "CPK", "DJ-PHI"),
    "PKERJA": ("Pengantar Kerja", "Employment services officer", "CPK", "DJ-PENTA"),
}
THEMES = {"T01": "WASNAK", "T05": "PK3", "T07": "MEDHI", "T08": "MEDHI", "T11": "PKERJA"}


def pdf(name: str = "surat.pdf") -> ContentFile:
    """A small real PDF."""
    return ContentFile(PDF, name=name)


def region(code: str) -> Region:
    """A province or regency by code, parents included."""
    name, zone = PROVINCES[code[:2]]
    province, _ = Region.objects.get_or_create(
        code=code[:2],
        defaults={
            "level": "PROVINCE",
            "name_id": name,
            "name_en": name,
            "island_group": "Sumatera",
            "time_zone": zone,
        },
    )
    if len(code) == 2:
        return province
    city = int(code[2:]) > 70
    found, _ = Region.objects.get_or_create(
        code=code,
        defaults={
            "level": "CITY" if city else "REGENCY",
            "parent": province,
            "name_id": f"{'Kota' if city else 'Kabupaten'} {code}",
            "name_en": f"{code}",
            "island_group": province.island_group,
            "time_zone": zone,
        },
    )
    return found


def office(code: str) -> Organisation:
    """The labour office of a province (2 digits) or regency/city (4 digits)."""
    place = region(code)
    kind = "DISNAKER_PROV" if len(code) == 2 else "DISNAKER_KOTA" if place.level == "CITY" else "DISNAKER_KAB"
    found, created = Organisation.objects.get_or_create(
        code=f"DISNAKER-{code}",
        defaults={
            "kind": OrganisationKind.OFFICE,
            "type_code": kind,
            "name_id": f"Dinas Tenaga Kerja {place.name_id}",
            "region_code": code,
            "time_zone": place.time_zone,
            "email": f"disnaker{code}@example.test",
        },
    )
    if created:
        office_type, _ = OfficeType.objects.get_or_create(
            code=kind, defaults={"label_id": kind, "label_en": kind, "may_hold_inspectors": len(code) == 2}
        )
        OfficeProfile.objects.create(organisation=found, region=place, office_type=office_type)
    return found


def organisation(code: str, kind: str = OrganisationKind.MINISTRY) -> Organisation:
    """A ministry unit, central body or partner."""
    return Organisation.objects.get_or_create(code=code, defaults={"kind": kind, "name_id": code})[0]


def member(role: str, where: Organisation, email: str = "") -> User:
    """A user with one role in one organisation."""
    address = email or f"{role.lower()}.{where.code.lower()}.{next(_numbers)}@example.test"
    user = User.objects.create_user(address, "kata-sandi-uji", name=f"{role} {where.code}")
    Membership.objects.create(user=user, organisation=where, role=role, valid_from=dt.date(2020, 1, 1))
    return user


def post(code: str) -> FunctionalPost:
    """One of the functional posts the tests use."""
    label_id, label_en, levels, unit = POSTS[code]
    return FunctionalPost.objects.get_or_create(
        code=code, defaults={"label_id": label_id, "label_en": label_en, "levels": levels, "guide_unit": unit}
    )[0]


def theme(code: str) -> Theme:
    """One of the themes the tests use, tied to its post."""
    found, created = Theme.objects.get_or_create(
        code=code,
        defaults={"label_id": f"Tema {code}", "label_en": f"Theme {code}", "isced_f": "0421", "crs_purpose": "16070"},
    )
    if created:
        found.posts.add(post(THEMES[code]))
    return found


def cycle(year: int = 2026) -> NeedCycle:
    """A cycle with a window that is open for every moment tests may run in."""
    found, created = NeedCycle.objects.get_or_create(year=year)
    if created:
        FilingWindow.objects.create(
            cycle=found,
            number=1,
            label_id="Jendela uji",
            label_en="Test window",
            opens_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
            closes_at=dt.datetime(2100, 1, 1, tzinfo=dt.UTC),
        )
    return found


def need(
    where: Organisation,
    *,
    status: str = NeedStatus.DRAFT,
    created_by: User | None = None,
    post_code: str = "MEDHI",
    themes: tuple[tuple[str, int, int], ...] = (("T07", 1, 3),),
    people: int = 2,
    complete: bool = True,
    **fields,
) -> TrainingNeed:
    """A need with one line; `complete` adds the papers and reasons that submission requires."""
    number = next(_numbers)
    approved = status in {NeedStatus.APPROVED, NeedStatus.IN_FULFILMENT, NeedStatus.FULFILLED}
    if approved:
        fields.setdefault("national_number", f"KEB-2026-{where.province_code}-{number:04d}")
        fields.setdefault("score_frozen", True)
        fields.setdefault("approved_at", timezone.now())
    if complete:
        fields = {
            "contact_post": "Kepala Bidang",
            "contact_email": "bidang@example.test",
            "urgency": "U2",
            "preferred_mode": "BLENDED",
            "causes": ["CASELOAD"],
            "reason": "Perselisihan bertambah.",
            **fields,
        }
    found = TrainingNeed(
        code=f"KB-2026-{number:04d}",
        status=status,
        office=where,
        cycle=cycle(),
        created_by=created_by,
        score=fields.pop("score", 50 if approved else None),
        **fields,
    )
    within = found.flow.state(status).within
    if within and found.due_at is None:
        found.due_at = within(found, timezone.now())
    found.save()
    line = NeedLine.objects.create(
        need=found,
        position=1,
        post=post(post_code),
        rank="AHLI_PERTAMA",
        formation_abk=10,
        in_post=5,
        untrained=2,
        requested_total=people,
    )
    for code, current, target in themes:
        CompetencyGap.objects.create(line=line, theme=theme(code), current_level=current, target_level=target)
    if complete:
        Evidence(need=found, evidence_type="AKPK").hold(pdf("akpk.pdf")).save()
        CoverLetter(need=found, number="500/1/2026", date=dt.date(2026, 1, 5)).hold(pdf()).save()
    refresh_totals(found)
    if created_by is not None:
        note(found.flow, found, created_by, "create")
    return TrainingNeed.objects.get(pk=found.pk)
