"""The reference data: complete, consistent with the decrees, bilingual, and unchanged by a second run."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import Organisation
from programs import reference as programs_reference
from programs.models import PartnerProfile, Scheme
from regions import reference as regions_reference
from regions.models import (
    FilingWindow,
    FunctionalPost,
    NeedCycle,
    OfficeProfile,
    OfficeType,
    Region,
    Term,
    Theme,
)
from workflow.models import Holiday

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    """The whole reference data, loaded once for this module and taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loadreference", verbosity=0)
        yield
        transaction.set_rollback(True)


PROVINCES = """
11 18+5 Asia/Jakarta ID-AC Aceh
12 25+8 Asia/Jakarta ID-SU Sumatera Utara
13 12+7 Asia/Jakarta ID-SB Sumatera Barat
14 10+2 Asia/Jakarta ID-RI Riau
15 9+2 Asia/Jakarta ID-JA Jambi
16 13+4 Asia/Jakarta ID-SS Sumatera Selatan
17 9+1 Asia/Jakarta ID-BE Bengkulu
18 13+2 Asia/Jakarta ID-LA Lampung
19 6+1 Asia/Jakarta ID-BB Kepulauan Bangka Belitung
21 5+2 Asia/Jakarta ID-KR Kepulauan Riau
31 1+5 Asia/Jakarta ID-JK DKI Jakarta
32 18+9 Asia/Jakarta ID-JB Jawa Barat
33 29+6 Asia/Jakarta ID-JT Jawa Tengah
34 4+1 Asia/Jakarta ID-YO Daerah Istimewa Yogyakarta
35 29+9 Asia/Jakarta ID-JI Jawa Timur
36 4+4 Asia/Jakarta ID-BT Banten
51 8+1 Asia/Makassar ID-BA Bali
52 8+2 Asia/Makassar ID-NB Nusa Tenggara Barat
53 21+1 Asia/Makassar ID-NT Nusa Tenggara Timur
61 12+2 Asia/Pontianak ID-KB Kalimantan Barat
62 13+1 Asia/Pontianak ID-KT Kalimantan Tengah
63 11+2 Asia/Makassar ID-KS Kalimantan Selatan
64 7+3 Asia/Makassar ID-KI Kalimantan Timur
65 4+1 Asia/Makassar ID-KU Kalimantan Utara
71 11+4 Asia/Makassar ID-SA Sulawesi Utara
72 12+1 Asia/Makassar ID-ST Sulawesi Tengah
73 21+3 Asia/Makassar ID-SN Sulawesi Selatan
74 15+2 Asia/Makassar ID-SG Sulawesi Tenggara
75 5+1 Asia/Makassar ID-GO Gorontalo
76 6+0 Asia/Makassar ID-SR Sulawesi Barat
81 9+2 Asia/Jayapura ID-MA Maluku
82 8+2 Asia/Jayapura ID-MU Maluku Utara
91 8+1 Asia/Jayapura ID-PA Papua
92 7+0 Asia/Jayapura ID-PB Papua Barat
93 4+0 Asia/Jayapura ID-PS Papua Selatan
94 8+0 Asia/Jayapura ID-PT Papua Tengah
95 8+0 Asia/Jayapura ID-PE Papua Pegunungan
96 5+1 Asia/Jayapura ID-PD Papua Barat Daya
"""

PAIRS = {
    "Solok",
    "Bogor",
    "Sukabumi",
    "Bandung",
    "Cirebon",
    "Bekasi",
    "Tasikmalaya",
    "Magelang",
    "Semarang",
    "Pekalongan",
    "Tegal",
    "Kediri",
    "Blitar",
    "Malang",
    "Probolinggo",
    "Pasuruan",
    "Mojokerto",
    "Madiun",
    "Tangerang",
    "Serang",
    "Bima",
    "Kupang",
    "Gorontalo",
    "Jayapura",
    "Sorong",
    "Banjar",
}
"""Names that a regency and a city share; Banjar even across two provinces."""


def test_the_country_has_38_provinces_and_514_regencies_and_cities():
    levels = list(Region.objects.values_list("level", flat=True))
    assert (levels.count("PROVINCE"), levels.count("REGENCY"), levels.count("CITY")) == (38, 416, 98)


def test_each_province_has_its_regencies_cities_zone_iso_code_and_name():
    found = []
    for province in Region.objects.filter(level="PROVINCE").order_by("code"):
        below = list(province.children.values_list("level", flat=True))
        found.append(
            f"{province.code} {below.count('REGENCY')}+{below.count('CITY')} {province.time_zone} "
            f"{province.iso_code} {province.name_id}"
        )
    assert found == PROVINCES.strip().splitlines()


def test_codes_are_kemendagris_without_dots_and_tell_regency_from_city():
    wrong = [
        region.code
        for region in Region.objects.exclude(level="PROVINCE")
        if region.parent_id != region.code[:2] or (region.level == "CITY") != (int(region.code[2:]) >= 71)
    ]
    assert wrong == []


def test_names_always_say_kabupaten_or_kota():
    wrong = [
        region.name_id
        for region in Region.objects.exclude(level="PROVINCE")
        if not region.name_id.startswith("Kota " if region.level == "CITY" else "Kabupaten ") or "." in region.name_id
    ]
    assert wrong == []


def test_the_26_names_shared_by_a_regency_and_a_city_stay_apart():
    bare: dict[str, list[str]] = {}
    for region in Region.objects.exclude(level="PROVINCE"):
        bare.setdefault(region.name_id.split(" ", 1)[1], []).append(region.name_id)
    shared = {name: sorted(full) for name, full in bare.items() if len(full) > 1}
    assert shared == {name: [f"Kabupaten {name}", f"Kota {name}"] for name in PAIRS}
    assert Region.objects.get(code="3279").name_id == "Kota Banjar"
    assert Region.objects.get(code="6303").name_id == "Kabupaten Banjar"
    assert Region.objects.get(code="3216").name_en == "Bekasi Regency"
    assert Region.objects.get(code="3275").name_en == "Bekasi City"


def test_abbreviations_of_the_decree_are_spelt_out():
    assert Region.objects.get(code="7109").name_id == "Kabupaten Kepulauan Siau Tagulandang Biaro"


def test_jakartas_six_units_are_administrative():
    units = Region.objects.filter(is_autonomous=False).order_by("code")
    assert [(r.code, r.name_id) for r in units] == [
        ("3101", "Kabupaten Administrasi Kepulauan Seribu"),
        ("3171", "Kota Administrasi Jakarta Pusat"),
        ("3172", "Kota Administrasi Jakarta Utara"),
        ("3173", "Kota Administrasi Jakarta Barat"),
        ("3174", "Kota Administrasi Jakarta Selatan"),
        ("3175", "Kota Administrasi Jakarta Timur"),
    ]


def test_regencies_below_a_province_share_its_zone_and_island_group():
    wrong = [
        region.code
        for region in Region.objects.exclude(level="PROVINCE").select_related("parent")
        if (region.time_zone, region.island_group) != (region.parent.time_zone, region.parent.island_group)
    ]
    assert wrong == []


def test_the_country_has_seven_island_groups():
    assert set(Region.objects.values_list("island_group", flat=True)) == {
        "Sumatera",
        "Jawa",
        "Bali–Nusa Tenggara",
        "Kalimantan",
        "Sulawesi",
        "Maluku",
        "Papua",
    }


def test_the_62_disadvantaged_regencies_are_marked_and_match_their_names():
    named = {row["code"]: row["name_id"] for row in regions_reference.read("remote_regions")}
    marked = dict(Region.objects.filter(is_remote=True).values_list("code", "name_id"))
    assert len(marked) == 62
    assert marked == named


def test_regions_of_the_new_papuan_provinces_keep_their_former_code():
    former = dict(Region.objects.exclude(previous_code="").values_list("code", "previous_code"))
    assert len(former) == 26
    assert former["9301"] == "9101"
    assert former["9671"] == "9271"
    assert {code[:2] for code in former} == {"93", "94", "95", "96"}
    assert len(set(former.values())) == 26


def test_each_region_has_one_labour_office_of_the_right_type():
    expected = {
        region.code: "DISNAKER_PROV"
        if region.level == "PROVINCE"
        else "SUDIN_DKI"
        if region.code.startswith("31")
        else "DISNAKER_KOTA"
        if region.level == "CITY"
        else "DISNAKER_KAB"
        for region in Region.objects.all()
    }
    offices = Organisation.objects.filter(kind="OFFICE")
    assert {o.region_code: o.type_code for o in offices} == expected
    assert {o.code for o in offices} == {f"DISNAKER-{code}" for code in expected}
    assert offices.filter(type_code="SUDIN_DKI").exclude(parent__code="DISNAKER-31").count() == 0
    assert OfficeProfile.objects.filter(organisation__kind="OFFICE").count() == 552


def test_office_names_tell_apart_what_shares_a_name():
    names = dict(Organisation.objects.filter(kind="OFFICE").values_list("region_code", "name_id"))
    assert names["52"] == "Dinas Tenaga Kerja Provinsi Nusa Tenggara Barat"
    assert names["3216"] == "Dinas Tenaga Kerja Kabupaten Bekasi"
    assert names["3275"] == "Dinas Tenaga Kerja Kota Bekasi"
    assert names["3171"] == "Suku Dinas Tenaga Kerja Kota Administrasi Jakarta Pusat"
    assert len(set(names.values())) == 552


def test_only_the_centre_provinces_and_jakarta_may_hold_inspectors():
    may = set(OfficeType.objects.filter(may_hold_inspectors=True).values_list("code", flat=True))
    assert may == {"DISNAKER_PROV", "UPTD_WASNAKER", "UPTD_K3", "SUDIN_DKI"}
    inspector = FunctionalPost.objects.get(code="WASNAK")
    allowed = {
        code: inspector.allowed_at(Organisation.objects.get(code=code))
        for code in ("DISNAKER-52", "DISNAKER-3374", "DISNAKER-3322", "DISNAKER-3171", "DJ-WASNAKER")
    }
    assert allowed == {
        "DISNAKER-52": True,
        "DISNAKER-3374": False,
        "DISNAKER-3322": False,
        "DISNAKER-3171": True,
        "DJ-WASNAKER": True,
    }


def test_the_ministry_has_21_training_centres_with_codes_of_their_own():
    centres = Organisation.objects.filter(kind="CENTRE")
    assert centres.count() == 21
    assert centres.filter(code__startswith="BBPVP-").count() == 6
    assert centres.get(code="BPVP-SOQ").region_code == "9671"
    assert centres.get(code="BBPVP-SRG").region_code == "3673"
    assert centres.get(code="BPVP-SDA").region_code == "3515"
    assert {c.office.region_id for c in centres.select_related("office")} == {c.region_code for c in centres}


POSTS = {
    "ANAKER": ("CPK", "BARENBANG"),
    "INSTR": ("CPK", "DJ-LAVOTAS"),
    "PKERJA": ("CPK", "DJ-PENTA"),
    "MEDHI": ("CPK", "DJ-PHI"),
    "WASNAK": ("CP", "DJ-WASNAKER"),
    "PK3": ("CP", "DJ-WASNAKER"),
    "PTGANTAR": ("PK", "DJ-PENTA"),
    "PPNS": ("CP", "DJ-WASNAKER"),
    "STRUKT": ("CPK", "PPSDM"),
    "PELAKS": ("CPK", "PPSDM"),
    "WIDYA": ("CP", "PPSDM"),
}


def test_the_eleven_posts_know_where_they_exist_and_who_guides_them():
    assert {p.code: (p.levels, p.guide_unit) for p in FunctionalPost.objects.all()} == POSTS
    units = set(Organisation.objects.filter(kind="MINISTRY").values_list("code", flat=True))
    assert {unit for _, unit in POSTS.values()} <= units


THEMES = """
T01 WASNAK
T02 PPNS WASNAK
T03 PK3 WASNAK
T04 PK3 WASNAK
T05 PK3
T06 WASNAK
T07 MEDHI
T08 MEDHI
T09 ANAKER MEDHI
T10 MEDHI PKERJA
T11 PKERJA PTGANTAR
T12 ANAKER PKERJA
T13 ANAKER
T14 PKERJA
T15 PKERJA
T16 all
T17 INSTR WIDYA
T18 INSTR
T19 INSTR
T20 INSTR STRUKT
T21 ANAKER INSTR
T22 all ANAKER
T23 STRUKT
T24 ANAKER PELAKS
T25 all
T26 STRUKT WIDYA
"""


def test_the_26_themes_name_their_posts():
    found = [
        " ".join([t.code, *(["all"] if t.for_all_posts else []), *sorted(p.code for p in t.posts.all())])
        for t in Theme.objects.prefetch_related("posts").order_by("code")
    ]
    assert found == THEMES.strip().splitlines()


VOCABULARIES = {
    "rank": "AHLI_PERTAMA AHLI_MUDA AHLI_MADYA AHLI_UTAMA TERAMPIL MAHIR PENYELIA NONE",
    "employment_status": "PNS PPPK CPNS",
    "gap_cause": "NEW_REGULATION NEW_TECH NEW_POST TURNOVER RETIREMENT CASELOAD NEW_INDUSTRY AUDIT_FINDING NO_TRAINING",
    "evidence_type": "AKPK ABK SKP UJIKOM CASE_DATA ACCIDENT_DATA AUDIT SURVEY LETTER",
    "certification_wanted": "NONE TRAINING_CERT BNSP INTERNATIONAL DEGREE",
    "delivery_mode": "IN_COUNTRY OVERSEAS ONLINE BLENDED EXPERT_IN THIRD_COUNTRY ON_THE_JOB DEGREE",
    "funding_mode": "FULL SHARED FELLOWSHIP_PARTIAL APBN APBD SELF MIXED",
    "cost_item": "TUITION AIRFARE_INTL TRAVEL_DOM ACCOMMODATION ALLOWANCE INSURANCE VISA PASSPORT MATERIALS"
    " VENUE INTERPRETER EXPERT_FEE",
    "payer": "PARTNER KEMNAKER PEMDA PARTICIPANT",
    "currency": "IDR JPY KRW USD EUR CHF",
    "language": "ID EN JA KO FR",
    "interpretation": "NONE CONSECUTIVE SIMULTANEOUS",
    "language_test": "NONE TOEFL_ITP TOEFL_IBT IELTS TOEIC JLPT TOPIK",
    "urgency": "U1 U2 U3 U4",
    "education": "SMA D3 S1_D4 S2 S3",
    "sex": "F M",
    "age_band": "LT30 A30_39 A40_49 GE50",
    "years_in_post_band": "LT2 Y2_5 Y5_10 GT10",
    "language_level": "NONE A1 A2 B1 B2 C1 C2",
    "competency_kind": "TEKNIS MANAJERIAL SOSKUL BAHASA DIGITAL TOT",
    "proficiency_level": "0 1 2 3 4 5",
    "reject_reason": "R01 R02 R03 R04 R05 R06 R07 R08 R09 R10 R11 R12 R13 R99",
    "partner_type": "BILATERAL_AGENCY MULTILATERAL UN_AGENCY GOVERNMENT DEV_BANK UNIVERSITY NGO PRIVATE",
    "country": "ID JP KR IT CH AU DE MY SG TH PH VN BN TL CN IN NZ TR SA AE NL FR GB US CA",
    "office_class": "A B C BIDANG",
}


def test_the_vocabularies_hold_their_codes_in_order():
    found: dict[str, list[str]] = {}
    for vocabulary, code in Term.objects.values_list("vocabulary", "code"):
        found.setdefault(vocabulary, []).append(code)
    assert {name: " ".join(codes) for name, codes in found.items()} == VOCABULARIES


@pytest.mark.parametrize("model", [Term, FunctionalPost, Theme, OfficeType, Scheme])
def test_every_label_exists_in_both_languages(model):
    assert [row.pk for row in model.objects.all() if not (row.label_id.strip() and row.label_en.strip())] == []


@pytest.mark.parametrize("model", [Region, Organisation])
def test_every_name_exists_in_both_languages(model):
    assert [row.pk for row in model.objects.all() if not (row.name_id.strip() and row.name_en.strip())] == []


SCHEMES = {
    "JICA_KCCP_GRF": ("JICA", "SETNEG", 15),
    "JICA_KCCP_CF": ("JICA", "SETNEG", 15),
    "JICA_YL": ("JICA", "SETNEG", 15),
    "JICA_LT": ("JICA", "SETNEG", 15),
    "JICA_EXPERT": ("JICA", "BIROKS", 5),
    "JICA_TCTP": ("JICA", "SETNEG", 15),
    "KOICA_CIAT_CTRY": ("KOICA", "KOICA_OFFICE", 10),
    "KOICA_CIAT_GLOB": ("KOICA", "KOICA_OFFICE", 10),
    "KOICA_SP": ("KOICA", "SETNEG", 15),
    "KOICA_PROJECT": ("KOICA", "BIROKS", 5),
    "ILO_TC": ("ILO", "ILO_OFFICE", 5),
    "ILO_ITC_OPEN": ("ILO", "DIRECT", 5),
    "ILO_ITC_TAILOR": ("ILO", "BIROKS", 5),
    "KEMNAKER_INCOUNTRY": ("PPSDM", "PPSDM", 0),
}


def test_the_14_schemes_know_their_partner_route_and_buffer():
    found = {s.code: (s.partner.code, s.route, s.buffer_days) for s in Scheme.objects.select_related("partner")}
    assert found == SCHEMES
    assert {p.organisation_id for p in PartnerProfile.objects.all()} == set(
        Organisation.objects.filter(kind="PARTNER").values_list("pk", flat=True)
    )


def test_two_cycles_have_two_windows_each_that_close_at_14_wib():
    assert set(NeedCycle.objects.values_list("year", flat=True)) == {2026, 2027}
    windows = FilingWindow.objects.order_by("opens_at").values_list("cycle_id", "number", "closes_at")
    assert list(windows) == [
        (2026, 1, dt.datetime(2026, 2, 27, 7, tzinfo=dt.UTC)),
        (2026, 2, dt.datetime(2026, 11, 30, 7, tzinfo=dt.UTC)),
        (2027, 1, dt.datetime(2027, 2, 26, 7, tzinfo=dt.UTC)),
        (2027, 2, dt.datetime(2027, 11, 30, 7, tzinfo=dt.UTC)),
    ]


def test_the_first_calendar_knows_independence_day_and_joint_leave():
    assert Holiday.objects.get(date="2026-08-17", region_code="").label_en == "Independence Day"
    assert Holiday.objects.filter(date="2025-04-07").exists()
    assert {d.year for d in Holiday.objects.values_list("date", flat=True)} == {2025, 2026, 2027}


def test_a_second_run_creates_and_changes_nothing():
    counts = regions_reference.load() + programs_reference.load()
    assert [(c.name, c.created, c.changed, c.retired) for c in counts if c.created or c.changed or c.retired] == []


def test_a_changed_label_is_mended_and_an_offices_own_name_is_kept():
    with transaction.atomic():
        Term.objects.filter(vocabulary="urgency", code="U1").update(label_en="Old")
        Organisation.objects.filter(code="DISNAKER-52").update(name_id="Dinas Tenaga Kerja dan Transmigrasi NTB")
        counts = regions_reference.load()
        assert {c.name: c.changed for c in counts if c.changed} == {"vocabulary terms": 1}
        assert Term.objects.get(vocabulary="urgency", code="U1").label_en == "Urgent (less than 6 months)"
        assert Organisation.objects.get(code="DISNAKER-52").name_id == "Dinas Tenaga Kerja dan Transmigrasi NTB"
        transaction.set_rollback(True)


def test_a_term_that_left_the_file_is_retired_by_date_and_never_deleted():
    with transaction.atomic():
        Term.objects.create(vocabulary="urgency", code="U9", label_id="Lama", label_en="Old")
        counts = regions_reference.load()
        assert {c.name: c.retired for c in counts if c.retired} == {"vocabulary terms": 1}
        assert Term.objects.get(vocabulary="urgency", code="U9").valid_to is not None
        transaction.set_rollback(True)


def test_the_command_prints_what_it_did(capsys):
    call_command("loadreference")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "regions: 552 rows, 0 new, 0 changed, 0 retired"
    assert lines[-1] == "schemes: 14 rows, 0 new, 0 changed, 0 retired"
