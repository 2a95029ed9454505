"""A small country with the traps of the real one: pairs, spellings, abbreviations, one theme in two languages."""

from __future__ import annotations

import datetime as dt

from accounts.models import Organisation, OrganisationKind
from partnerships.models import AgreementStatus
from programs.models import Visibility
from regions.models import CoverLetter, NeedStatus, Region, Theme, TrainingNeed
from tests import agreement_factories, factories, program_factories

PLACES = (
    ("12", "Sumatera Utara", "North Sumatra", "Medan"),
    ("1277", "Kota Padangsidimpuan", "Padangsidimpuan City", ""),
    ("32", "Jawa Barat", "West Java", "Bandung"),
    ("3204", "Kabupaten Bandung", "Bandung Regency", ""),
    ("3273", "Kota Bandung", "Bandung City", ""),
    ("3279", "Kota Banjar", "Banjar City", ""),
    ("33", "Jawa Tengah", "Central Java", "Semarang"),
    ("3322", "Kabupaten Semarang", "Semarang Regency", ""),
    ("3374", "Kota Semarang", "Semarang City", ""),
    ("52", "Nusa Tenggara Barat", "West Nusa Tenggara", "Mataram"),
    ("53", "Nusa Tenggara Timur", "East Nusa Tenggara", "Kupang"),
    ("5312", "Kabupaten Sumba Barat", "West Sumba Regency", ""),
    ("62", "Kalimantan Tengah", "Central Kalimantan", "Palangkaraya"),
    ("6271", "Kota Palangkaraya", "Palangkaraya City", ""),
    ("63", "Kalimantan Selatan", "South Kalimantan", "Banjarbaru"),
    ("6303", "Kabupaten Banjar", "Banjar Regency", ""),
    ("73", "Sulawesi Selatan", "South Sulawesi", "Makassar"),
    ("7310", "Kabupaten Pangkajene dan Kepulauan", "Pangkajene and Islands Regency", ""),
    ("91", "Papua", "Papua", "Jayapura"),
    ("92", "Papua Barat", "West Papua", "Manokwari"),
)
THEMES = {
    "T01": ("Teknik pemeriksaan norma kerja", "Labour inspection technique"),
    "T05": ("K3 umum dan manajemen risiko (SMK3)", "OSH and risk management"),
    "T07": ("Mediasi dan negosiasi hubungan industrial", "Mediation and negotiation in industrial relations"),
    "T11": ("Penempatan dan pelindungan pekerja migran", "Placement and protection of migrant workers"),
}


def office(code: str) -> Organisation:
    """The office of a place of this country."""
    return Organisation.objects.get(code=f"DISNAKER-{code}")


def need(code: str, where: Organisation, **fields) -> TrainingNeed:
    """A need whose code is known beforehand."""
    made = factories.need(where, **fields)
    TrainingNeed.objects.filter(pk=made.pk).update(code=code)
    return TrainingNeed.objects.get(pk=made.pk)


def build() -> None:
    """Places with their offices, vocabulary, and a few records on which the hard questions have an answer."""
    for code, name_id, name_en, capital in PLACES:
        level = "PROVINCE" if len(code) == 2 else "CITY" if code[2] == "7" else "REGENCY"
        Region.objects.create(
            code=code,
            level=level,
            parent_id=code[:2] if len(code) == 4 else None,
            name_id=name_id,
            name_en=name_en,
            capital=capital,
            island_group="Jawa",
            time_zone="Asia/Jakarta",
        )
        rank = "Provinsi " if len(code) == 2 else ""
        Organisation.objects.create(
            code=f"DISNAKER-{code}",
            kind=OrganisationKind.OFFICE,
            type_code="DISNAKER_PROV" if len(code) == 2 else "DISNAKER_KAB",
            name_id=f"Dinas Tenaga Kerja {rank}{name_id}",
            name_en=f"Labour Office of {name_en}",
            region_code=code,
        )
    for code, (label_id, label_en) in THEMES.items():
        theme = factories.theme(code)
        Theme.objects.filter(pk=theme.pk).update(label_id=label_id, label_en=label_en)
    jica = Organisation.objects.create(
        code="JICA",
        kind=OrganisationKind.PARTNER,
        name_id="Badan Kerja Sama Internasional Jepang (JICA)",
        name_en="Japan International Cooperation Agency (JICA)",
        short_name="JICA",
    )
    need("KB-2026-0041", office("3374"), themes=(("T07", 1, 3),))
    need("KB-2026-0042", office("3322"), themes=(("T05", 1, 3),), post_code="PKERJA")
    migrants = need("KB-2026-0043", office("52"), themes=(("T11", 1, 3),), post_code="PKERJA")
    CoverLetter.objects.filter(need=migrants).update(number="560/1234/Disnakertrans/2026")
    need(
        "KB-2026-0044",
        office("6271"),
        themes=(("T01", 1, 3),),
        post_code="WASNAK",
        status=NeedStatus.APPROVED,
        national_number="KEB-2026-62-0007",
    )
    program_factories.program(
        jica,
        themes=(("T07", 1, 3),),
        code="PR-2026-0301",
        slug="mediasi",
        title_id="Mediasi perburuhan modern",
        title_en="Modern labour mediation",
        visibility=Visibility.PUBLIC,
    )
    program_factories.program(
        jica,
        themes=(("T05", 1, 3),),
        posts=("PK3",),
        code="PR-2026-0302",
        slug="osh",
        title_id="Sistem manajemen keselamatan kerja",
        title_en="Occupational safety and health management",
        visibility=Visibility.ALL_OFFICES,
        source_letter_number="JPN/77/2026",
    )
    agreement_factories.agreement(
        AgreementStatus.ACTIVE,
        partner=jica,
        code="KM-2026-0501",
        instrument="MOU",
        title_id="Kerja sama pelatihan pengantar kerja",
        title_en="Cooperation on training employment officers",
        effective_date=dt.date(2026, 1, 5),
    )
    agreement_factories.agreement(
        AgreementStatus.DRAFTING, partner=jica, code="KM-2026-0502", title_id="Rancangan kerja sama norma kerja"
    )
