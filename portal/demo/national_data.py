"""The national sample round in tables: which offices file, what they ask for, and what the partners offer.

Everything is made up from these tables and from `share`, which spreads figures over offices by a checksum of their
code: the same portal gets the same round on every computer, without a random number anywhere.
"""
# ruff: noqa: E501 - tables read best with their sentences unbroken

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass, field

from accounts.roles import Role
from portal.demo.accounts import OFFICES as SCENARIO_OFFICES
from portal.demo.days import SCENARIO_MONDAY
from portal.demo.programs import ABROAD, AT_HOME, Offer, run

JAVA = ("31", "32", "33", "34", "35", "36")
FRONTIER = ("53", "81", "82", "91", "92", "93", "94", "95", "96")

REGENCIES = {
    "11": "1108 1171", "12": "1207 1271 1204", "13": "1371 1309", "14": "1408 1471", "15": "1571", "16": "1671 1603",
    "17": "1771", "18": "1871 1802", "19": "1971", "21": "2101",
    "31": "3171 3172 3173 3174 3175",
    "32": "3201 3204 3209 3212 3215 3273 3275 3276",
    "33": "3301 3302 3310 3318 3319 3324 3329 3372",
    "34": "3402 3404 3471",
    "35": "3507 3509 3510 3514 3515 3523 3525 3573 3578",
    "36": "3603 3604 3671 3672",
    "51": "5103 5171", "52": "5204 5208", "53": "5310",
    "61": "6104 6171", "62": "6202", "63": "6310 6371", "64": "6471 6472", "65": "6571",
    "71": "7171", "72": "7201 7271", "73": "7309 7324 7371", "74": "7471", "75": "7571", "76": "7604",
    "81": "8171", "82": "8202",
    "91": "9171", "92": "", "93": "", "94": "9404", "95": "", "96": "",
}  # fmt: skip
"""Province -> the regencies and cities that file beside the provincial office: many on Java, few in the east."""


def share(*key: object, of: int) -> int:
    """A number from 0 to `of` - 1 that depends on the key alone."""
    return zlib.crc32("/".join(map(str, key)).encode()) % of


@dataclass(frozen=True, slots=True)
class Office:
    """One office that files, with its size and the day on which its head signs."""

    region: str
    lines: int
    people: tuple[int, int]
    """Fewest and most people asked for in a line."""
    signed: int
    """So many days ago."""

    @property
    def code(self) -> str:
        """Code of the organisation."""
        return f"DISNAKER-{self.region}"

    @property
    def province(self) -> str:
        """Two digits."""
        return self.region[:2]

    @property
    def is_province(self) -> bool:
        """The provincial office itself."""
        return len(self.region) == 2


def _lines(region: str) -> int:
    province = region[:2]
    if len(region) == 2:
        return 6 if province in JAVA else 2 if province in FRONTIER else 4
    return 3 if province in JAVA else 1 if province in FRONTIER else 2


def _people(region: str) -> tuple[int, int]:
    province = region[:2]
    if province in FRONTIER:
        return (2, 4)
    if len(region) == 2:
        return (6, 14) if province in JAVA else (3, 7)
    return (4, 10) if province in JAVA else (2, 6)


def _signed(region: str) -> int:
    """Java is quick, Sumatera follows, the islands of the east come last."""
    province = region[:2]
    first = 100 if province in JAVA else 52 if province in FRONTIER else 88 if province < "31" else 74
    return first - share(region, "signed", of=14)


OFFICES = tuple(
    sorted(
        (
            Office(region, _lines(region), _people(region), _signed(region))
            for province, regencies in REGENCIES.items()
            for region in (province, *regencies.split())
        ),
        key=lambda office: (-office.signed, office.region),
    )
)
"""In the order in which they sign."""


KNOWN = {code: address for address, _name, code, _verifies, _shown in SCENARIO_OFFICES}
VERIFYING = {code for _address, _name, code, verifies, _shown in SCENARIO_OFFICES if verifies}


def address_of(code: str) -> str:
    """The short address of an office in sign-in addresses: the scenario's, else made from its code."""
    return KNOWN.get(code, code.lower())


def _addresses() -> list[tuple[str, str, Role]]:
    """(address, office, role) of every user the round adds to those of the scenario."""
    found = []
    for office in OFFICES:
        if office.code not in KNOWN:
            found.append((f"operator.{address_of(office.code)}", office.code, Role.DINAS_OP))
            found.append((f"kepala.{address_of(office.code)}", office.code, Role.DINAS_HEAD))
        if office.is_province and office.code not in VERIFYING:
            found.append((f"verifikator.{address_of(office.code)}", office.code, Role.PROV_VER))
    return found


ADDRESSES = _addresses()
"""Beside the accounts of the scenario."""


ANY = "ANY"
"""The kind of line fits into a need of every mode."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of line: who is to learn what, from which level, and in needs of which mode."""

    post: str
    rank: str
    themes: tuple[str, ...]
    level: tuple[int, int]
    mode: str = ANY
    fields: dict = field(default_factory=dict)


SEASONED = {"age_band": "A30_39", "education": "S1_D4", "years_in_post_band": "Y5_10", "language_level": "A2"}
YOUNG = {"age_band": "LT30", "education": "S1_D4", "years_in_post_band": "Y2_5", "language_level": "A2"}
SENIOR = {"age_band": "A40_49", "education": "S2", "years_in_post_band": "GT10", "language_level": "A2"}
CLERK = {"age_band": "A30_39", "education": "D3", "years_in_post_band": "Y2_5", "language_level": "A1"}
FLUENT = {"age_band": "A30_39", "education": "S1_D4", "years_in_post_band": "Y5_10", "language_level": "B1"}

PROVINCIAL = (
    Kind("WASNAK", "AHLI_MUDA", ("T01",), (1, 3), fields=SEASONED),
    Kind("MEDHI", "AHLI_MUDA", ("T08",), (1, 3), "IN_COUNTRY", SEASONED),
    Kind("PELAKS", "NONE", ("T24",), (1, 3), "OVERSEAS", SEASONED),
    Kind("PKERJA", "AHLI_MUDA", ("T14",), (1, 3), fields=SEASONED),
    Kind("ANAKER", "AHLI_MUDA", ("T13",), (2, 4), fields=SEASONED),
    Kind("PK3", "AHLI_PERTAMA", ("T05",), (0, 2), fields=YOUNG),
    Kind("ANAKER", "AHLI_MUDA", ("T12",), (1, 4), "OVERSEAS", SEASONED),
    Kind("STRUKT", "NONE", ("T23",), (2, 4), fields=SENIOR),
    Kind("WASNAK", "AHLI_PERTAMA", ("T06",), (1, 3), fields=YOUNG),
    Kind("WASNAK", "AHLI_MUDA", ("T02",), (1, 3), fields=SEASONED),
    Kind("PK3", "AHLI_MUDA", ("T04",), (2, 4), "OVERSEAS", SEASONED),
    Kind("WASNAK", "AHLI_PERTAMA", ("T03",), (1, 3), "IN_COUNTRY", YOUNG),
    Kind("ANAKER", "AHLI_PERTAMA", ("T22",), (0, 3), fields=YOUNG),
    Kind("STRUKT", "NONE", ("T26",), (0, 3), fields=SENIOR),
)
LOCAL = (
    Kind("MEDHI", "AHLI_PERTAMA", ("T08",), (1, 3), "IN_COUNTRY", YOUNG),
    Kind("PKERJA", "AHLI_PERTAMA", ("T11",), (1, 3), "IN_COUNTRY", YOUNG),
    Kind("MEDHI", "AHLI_MUDA", ("T09",), (2, 4), "OVERSEAS", SEASONED),
    Kind("INSTR", "AHLI_PERTAMA", ("T17",), (0, 2), fields=YOUNG),
    Kind("PTGANTAR", "NONE", ("T11",), (0, 2), "IN_COUNTRY", CLERK),
    Kind("MEDHI", "AHLI_PERTAMA", ("T10",), (0, 2), fields=YOUNG),
    Kind("INSTR", "AHLI_PERTAMA", ("T18",), (1, 3), fields=SEASONED),
    Kind("PKERJA", "AHLI_MUDA", ("T14",), (1, 3), fields=SEASONED),
    Kind("PELAKS", "NONE", ("T25",), (0, 3), "ONLINE", FLUENT),
    Kind("INSTR", "AHLI_MUDA", ("T21",), (1, 3), "OVERSEAS", SEASONED),
    Kind("STRUKT", "NONE", ("T20",), (1, 3), fields=SENIOR),
    Kind("PKERJA", "AHLI_PERTAMA", ("T15",), (0, 2), "IN_COUNTRY", YOUNG),
    Kind("PELAKS", "NONE", ("T16",), (0, 3), fields=SEASONED),
    Kind("MEDHI", "AHLI_PERTAMA", ("T07",), (1, 3), "IN_COUNTRY", YOUNG),
    Kind("INSTR", "AHLI_PERTAMA", ("T19",), (0, 2), fields=YOUNG),
    Kind("PELAKS", "NONE", ("T24",), (1, 3), "OVERSEAS", SEASONED),
    Kind("ANAKER", "AHLI_PERTAMA", ("T22",), (0, 3), fields=YOUNG),
    Kind("PKERJA", "AHLI_MUDA", ("T10", "T11"), (1, 3), "IN_COUNTRY", SEASONED),
    Kind("MEDHI", "AHLI_MADYA", ("T07",), (3, 5), "IN_COUNTRY", SENIOR),
)


def mode_of(office: Office) -> str:
    """How the people of an office may learn: one in three needs allows travel abroad, a few are for online courses."""
    turn = share(office.region, "mode", of=12)
    return "OVERSEAS" if turn < 4 else "ONLINE" if turn == 4 and not office.is_province else "IN_COUNTRY"


def kinds_of(office: Office) -> list[Kind]:
    """What an office asks for: different lines that fit the mode of its need, those of that mode alone first."""
    mode, pool = mode_of(office), PROVINCIAL if office.is_province else LOCAL
    fitting = [kind for kind in pool if kind.mode in {ANY, mode}]
    first = share(office.region, "kind", of=len(fitting))
    turned = [fitting[(first + step) % len(fitting)] for step in range(len(fitting))]
    if mode != "IN_COUNTRY":
        turned.sort(key=lambda kind: kind.mode != mode)
    return sorted(turned[: office.lines], key=pool.index)


REASONS = (
    "Beban layanan naik lebih cepat daripada jumlah pegawai yang terlatih.",
    "Sebagian besar pegawai dipindahkan dari bidang lain dan belum pernah dilatih untuk jabatan ini.",
    "Peraturan baru mengubah tata cara kerja; pegawai memerlukan pelatihan sebelum berlaku penuh.",
    "Kawasan industri baru dibuka dan dinas belum siap melayaninya.",
)
CAUSES = ("CASELOAD", "NO_TRAINING", "NEW_REGULATION", "NEW_INDUSTRY")

IN_GOOD_HEALTH = (("Sehat jasmani dan rohani", "In good health", True),)


def _intakes(first: int, every: int, places: str, seats: int, least: int, days: int = 5) -> tuple[dict, ...]:
    """One intake for each place: the first begins so many weeks after the week of seeding."""
    found = []
    for number, place in enumerate(places.split(", ")):
        start = SCENARIO_MONDAY + dt.timedelta(weeks=first + every * number)
        end = start + dt.timedelta(days=days - 1)
        found.append(run(start.isoformat(), end.isoformat(), seats, place, min_cohort=least))
    return tuple(found)


def _offer(key, scheme, titles, themes, posts, intakes, mode="IN_COUNTRY", country="ID", closes=45, **fields) -> Offer:
    """A programme of the round. Texts say that it is a sample; interpretation goes without saying abroad."""
    title_id, title_en = titles
    abroad = mode in {"OVERSEAS", "THIRD_COUNTRY"}
    usual = {"language": "EN", "interpretation": "CONSECUTIVE"} if abroad else {"language": "ID"}
    return Offer(
        key, scheme, f"{title_id} (data contoh)", f"{title_en} (sample data)",
        f"Program contoh dalam putaran nasional: {title_id[0].lower()}{title_id[1:]}.",
        f"Sample programme of the national round: {title_en[0].lower()}{title_en[1:]}.",
        themes, posts, intakes, mode, country, "open", closes, None, 8 + share(key, of=20),
        {**usual, "visibility": "PUBLIC", **fields}, IN_GOOD_HEALTH, ABROAD if abroad else AT_HOME,
    )  # fmt: skip


NATIONAL_OFFERS = (
    _offer("N01", "JICA_KCCP_CF", ("Kaizen di lembaga pelatihan", "Kaizen in training institutions"),
           (("T21", 0, 3),), ("INSTR", "ANAKER"), _intakes(18, 6, "Nagoya, Osaka, Fukuoka", 7, 5, 12), "OVERSEAS", "JP"),
    _offer("N02", "JICA_KCCP_CF", ("Analisis pasar kerja untuk perencanaan", "Labour-market analysis for planning"),
           (("T12", 1, 4),), ("ANAKER",), _intakes(19, 7, "Tokyo, Yokohama", 6, 4, 12), "OVERSEAS", "JP"),
    _offer("N03", "JICA_TCTP", ("Keselamatan listrik dan pesawat uap", "Electrical and boiler safety"),
           (("T04", 2, 3),), ("PK3",), _intakes(20, 8, "Kuala Lumpur, Bangkok", 5, 4, 10), "THIRD_COUNTRY", "MY"),
    _offer("N04", "JICA_TCTP", ("Struktur dan skala upah", "Wage structure and scales"),
           (("T09", 2, 4),), ("MEDHI",), _intakes(17, 7, "Kuala Lumpur, Bangkok", 6, 4, 8), "THIRD_COUNTRY", "MY"),
    _offer("N05", "KOICA_CIAT_CTRY", ("Pemerintahan digital ketenagakerjaan", "Digital government in manpower"),
           (("T24", 1, 3),), ("PELAKS",), _intakes(18, 7, "Seoul, Sejong, Daejeon", 6, 4, 12), "OVERSEAS", "KR"),
    _offer("N06", "KOICA_PROJECT", ("Layanan antarkerja dan konseling", "Employment services and counselling"),
           (("T11", 0, 3),), ("PKERJA", "PTGANTAR"), _intakes(11, 4, "Bandung, Semarang, Makassar, Medan", 14, 8)),
    _offer("N07", "KOICA_PROJECT", ("Layanan jaminan kehilangan pekerjaan", "Unemployment benefit services"),
           (("T10", 0, 3),), ("MEDHI", "PKERJA"), _intakes(12, 5, "Surabaya, Palembang, Balikpapan", 10, 6)),
    _offer("N08", "KOICA_PROJECT", ("Instruktur TIK: dasar komputasi awan", "ICT instructors: cloud basics"),
           (("T19", 0, 2),), ("INSTR",), _intakes(13, 6, "Bekasi, Makassar", 9, 6, 10)),
    _offer("N09", "ILO_TC", ("Pemeriksaan norma kerja tingkat dasar", "Basic labour inspection"),
           (("T01", 0, 2),), ("WASNAK",), _intakes(11, 5, "Jakarta, Makassar, Manado", 10, 6)),
    _offer("N10", "ILO_TC", ("Mencegah pekerja anak di kebun dan laut", "Preventing child labour on land and sea"),
           (("T06", 0, 2),), ("WASNAK",), _intakes(14, 6, "Medan, Kupang", 9, 6)),
    _offer("N11", "ILO_TC", ("LKS Bipartit yang berjalan", "Bipartite bodies that work"),
           (("T08", 0, 2),), ("MEDHI",), _intakes(11, 4, "Surabaya, Batam, Makassar, Jayapura", 11, 7)),
    _offer("N12", "ILO_TC", ("Tempat kerja inklusif", "Inclusive workplaces"),
           (("T16", 0, 3),), (), _intakes(12, 5, "Yogyakarta, Mataram, Ambon", 9, 6), "BLENDED", all_posts=True),
    _offer("N13", "ILO_ITC_TAILOR", ("Transisi adil di daerah", "Just transition in the regions"),
           (("T22", 0, 3),), ("ANAKER", "PELAKS"), _intakes(13, 6, "Palembang, Samarinda, Bandung", 9, 6, 8), "BLENDED"),
    _offer("N14", "ILO_ITC_OPEN", ("Bahasa Inggris untuk kerja sama (daring)", "English for cooperation (online)"),
           (("T25", 0, 3),), (), _intakes(10, 8, "Turin, Turin", 8, 5, 40), "ONLINE", "IT", all_posts=True,
           interpretation="CONSECUTIVE", language="EN"),
    _offer("N15", "ILO_TC", ("Kewirausahaan dan padat karya desa", "Village enterprise and labour-intensive works"),
           (("T15", 0, 2),), ("PKERJA",), _intakes(14, 6, "Bogor, Kendari", 9, 6)),
    _offer("N16", "ILO_TC", ("Pelindungan pekerja migran: dasar", "Migrant worker protection: basics"),
           (("T14", 0, 2),), ("PKERJA",), _intakes(15, 5, "Mataram, Malang, Kupang", 10, 6)),
    _offer("N17", "KEMNAKER_INCOUNTRY", ("Penyidikan ketenagakerjaan", "Labour investigation"),
           (("T02", 0, 3),), ("WASNAK", "PPNS"), _intakes(12, 8, "Bogor, Makassar", 9, 6, 12)),
    _offer("N18", "KEMNAKER_INCOUNTRY", ("Manajemen lembaga pelatihan daerah", "Managing regional training centres"),
           (("T20", 0, 3),), ("STRUKT", "INSTR"), _intakes(13, 7, "Bekasi, Medan", 9, 6)),
    _offer("N19", "KEMNAKER_INCOUNTRY", ("Kebijakan ketenagakerjaan daerah, lanjutan", "Regional labour policy, advanced"),
           (("T23", 2, 4),), ("STRUKT",), _intakes(15, 8, "Jakarta, Makassar", 8, 5)),
    _offer("N20", "KEMNAKER_INCOUNTRY", ("Metodologi instruktur tingkat dasar", "Instructor methodology, basic"),
           (("T17", 0, 2),), ("INSTR", "WIDYA"), _intakes(11, 5, "Bandung, Serang, Makassar", 10, 7, 10)),
    _offer("N21", "KEMNAKER_INCOUNTRY", ("Las dan listrik bagi instruktur", "Welding and electrical work for instructors"),
           (("T18", 0, 3),), ("INSTR",), _intakes(12, 6, "Serang, Medan, Samarinda", 9, 6, 12)),
    _offer("N22", "KEMNAKER_INCOUNTRY", ("Higiene industri tingkat dasar", "Industrial hygiene, basic"),
           (("T05", 0, 2),), ("PK3",), _intakes(14, 7, "Bandung, Makassar", 8, 5, 10)),
    _offer("N23", "KEMNAKER_INCOUNTRY", ("SMK3 bagi pengawas", "OSH management for inspectors"),
           (("T03", 0, 3),), ("WASNAK",), _intakes(16, 6, "Jakarta, Balikpapan", 9, 6)),
    _offer("N24", "KEMNAKER_INCOUNTRY", ("Rencana tenaga kerja daerah, lanjutan", "Regional manpower plans, advanced"),
           (("T13", 2, 4),), ("ANAKER",), _intakes(17, 6, "Bogor, Denpasar", 8, 5)),
    _offer("N25", "KEMNAKER_INCOUNTRY", ("Mediator madya", "Senior mediators"),
           (("T07", 3, 5),), ("MEDHI",), _intakes(18, 8, "Jakarta, Surabaya", 7, 5, 10)),
    _offer("N26", "KEMNAKER_INCOUNTRY", ("Pengembangan SDM aparatur dinas", "Developing the staff of labour offices"),
           (("T26", 0, 3),), ("STRUKT",), _intakes(16, 9, "Jakarta, Manado", 6, 4)),
)  # fmt: skip
"""Twenty-six programmes; together with those of the scenario that fit they have about 40 seats for 100 people."""
