"""The catalogue: every data set with what it says, who answers for it, and what each column means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.open_data import references, tables
from exchange.open_data.columns import (
    AGREEMENT,
    COUNTED_ON,
    CYCLE,
    ISLAND,
    NEEDS,
    NEEDS_APPROVED,
    OFFICES,
    OFFICES_FILED,
    PEOPLE,
    PEOPLE_APPROVED,
    PROGRAM,
    PROVINCE,
    SEATS,
    TRAINED,
    VALIDITY,
    WITHHELD,
    Column,
    code,
    labels,
    text,
)
from exchange.open_data.files import LICENCE_URL

LICENCE = "CC BY 4.0"
WALIDATA = _("Manpower Planning and Development Agency (Barenbang), Ministry of Manpower")
PPSDM = _("Employment HR Development Centre (PPSDM), Ministry of Manpower")
BUREAU = _("Bureau of Cooperation, Ministry of Manpower")

REFERENCE, PEOPLE_TABLE, RECORDS = "reference", "people", "records"
KINDS = (
    (PEOPLE_TABLE, _("Needs, seats and people")),
    (RECORDS, _("Offers and agreements")),
    (REFERENCE, _("Reference tables")),
)


@dataclass(frozen=True)
class Dataset:
    """One data set. `rows()` makes its rows as they may be published now."""

    slug: str
    kind: str
    title: Any
    summary: Any
    concept: Any
    producer: Any
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[list]]
    references: tuple[str, ...] = ()
    """Slugs of the tables its codes come from."""

    @property
    def head(self) -> list[str]:
        """The names of its columns, as files carry them."""
        return [column.name for column in self.columns]

    @property
    def counts_people(self) -> bool:
        """Whether small groups are withheld in it."""
        return self.kind == PEOPLE_TABLE


_FILED = _(
    "A need counts once its office has signed it, until it is withdrawn or merged. Approved: accepted by the ministry, "
    "whatever came of it later."
)

DATASETS: tuple[Dataset, ...] = (
    Dataset(
        "kebutuhan-provinsi",
        PEOPLE_TABLE,
        _("Training needs by province"),
        _("Offices, needs, people asked for and seats given, by province and cycle."),
        _FILED,
        PPSDM,
        (CYCLE, COUNTED_ON, *PROVINCE, ISLAND, OFFICES, OFFICES_FILED, NEEDS, NEEDS_APPROVED, PEOPLE, PEOPLE_APPROVED,
         SEATS, WITHHELD),
        tables.needs_by_province,
        ("ref-wilayah",),
    ),
    Dataset(
        "kebutuhan-kompetensi",
        PEOPLE_TABLE,
        _("Training needs by competency"),
        _("Needs and people asked for, by competency and cycle, for the whole country."),
        _("Who asks for several competencies counts under each: the rows do not add up to all people."),
        PPSDM,
        (CYCLE, COUNTED_ON, code("theme_code", _("Competency"), "ref-kompetensi"), *labels("theme"), NEEDS,
         NEEDS_APPROVED, PEOPLE, PEOPLE_APPROVED, WITHHELD),
        tables.needs_by_theme,
        ("ref-kompetensi",),
    ),
    Dataset(
        "kebutuhan-jabatan",
        PEOPLE_TABLE,
        _("Training needs by post"),
        _("Needs and people asked for, by functional post and cycle, for the whole country."),
        _("A person counts under the post of the line of the need; the rows add up to all people."),
        PPSDM,
        (CYCLE, COUNTED_ON, code("post_code", _("Post"), "ref-jabatan"), *labels("post"), NEEDS, NEEDS_APPROVED, PEOPLE,
         PEOPLE_APPROVED, WITHHELD),
        tables.needs_by_post,
        ("ref-jabatan",),
    ),
    Dataset(
        "pengajuan-kantor",
        PEOPLE_TABLE,
        _("Offices that have filed"),
        _("Whether the labour offices of each province, regency and city have filed a need, by cycle."),
        _("Yes as soon as one office of the place has signed a need of the cycle."),
        PPSDM,
        (CYCLE, code("region_code", _("Province, regency or city"), "ref-wilayah"),
         text("region_name", _("Its name in Indonesian")), OFFICES, OFFICES_FILED,
         text("filed", _("yes or no"))),
        tables.filing,
        ("ref-wilayah",),
    ),
    Dataset(
        "hasil-kepulauan",
        PEOPLE_TABLE,
        _("Results by island group"),
        _("People in approved needs, seats given and people trained, by island group and cycle."),
        _("Trained: completed a training on a seat given for the need."),
        PPSDM,
        (CYCLE, COUNTED_ON, ISLAND, PEOPLE_APPROVED, SEATS, TRAINED, WITHHELD),
        tables.results,
    ),
    Dataset(
        "peserta-jenis-kelamin",
        PEOPLE_TABLE,
        _("People trained by sex"),
        _("Women and men of labour offices who completed a training, by cycle, for the whole country."),
        _("One row per person and training completed."),
        PPSDM,
        (CYCLE, COUNTED_ON, code("sex", _("F women, M men"), ""), TRAINED, WITHHELD),
        tables.trained_by_sex,
    ),
    Dataset(
        "alokasi",
        PEOPLE_TABLE,
        _("Ratified national allocations"),
        _("People asked for and seats given by each ratified allocation, by province."),
        _("As frozen when the calculation began; superseded plans stay listed."),
        PPSDM,
        (CYCLE, code("allocation_code", _("Allocation"), ""), code("status", _("Status of the allocation"), ""),
         *PROVINCE, ISLAND, PEOPLE, SEATS, WITHHELD),
        tables.allocations,
        ("ref-wilayah",),
    ),
    Dataset(
        "indikator",
        PEOPLE_TABLE,
        _("Key figures K01 to K13"),
        _("Every measure of the key figures, by cycle, for the whole country."),
        _("Figures that count people are rounded: shares to whole hundredths, lesson hours to tens. Those without a "
          "cycle count the calendar year."),
        PPSDM,
        (CYCLE, COUNTED_ON, code("kpi_code", _("Key figure"), ""), *labels("kpi"),
         code("measure", _("Measure of the key figure"), ""),
         text("unit", _("percent, levels, number, ratio, days or rupiah")),
         text("basis", _("cycle or calendar_year")),
         Column("value", _("The figure"), "decimal", _("see unit")), WITHHELD),
        tables.key_figures,
    ),
    Dataset(
        "program",
        RECORDS,
        _("Published programmes and intakes"),
        _("Every programme for everyone, one row for each of its intakes."),
        _("Programmes meant for some offices only are not listed."),
        BUREAU,
        PROGRAM,
        tables.programs,
        ("ref-wilayah", "ref-kompetensi", "ref-jabatan", "ref-kosakata"),
    ),
    Dataset(
        "kursi-tawaran",
        RECORDS,
        _("Seats offered by partner and scheme"),
        _("Programmes, intakes and seats offered to everyone, by partner, scheme and the year in which they begin."),
        _("Cancelled programmes do not count."),
        BUREAU,
        (Column("year", _("Year in which the intake begins"), "integer"), code("partner_code", _("Partner"), ""),
         text("partner_name", _("Its name in Indonesian")), code("scheme_code", _("Scheme"), "ref-kosakata"),
         *labels("scheme"), Column("programs", _("Programmes"), "integer", _("programmes")),
         Column("intakes", _("Intakes"), "integer", _("intakes")),
         Column("seats_offered", _("Seats for Indonesia"), "integer", _("seats"))),
        tables.seats_offered,
        ("ref-kosakata",),
    ),
    Dataset(
        "kemitraan",
        RECORDS,
        _("Signed agreements"),
        _("Agreements between ministry, regions and partners from the day they take effect, also after they ended."),
        _("What is still being negotiated is not listed, and no text of an agreement."),
        BUREAU,
        AGREEMENT,
        tables.agreements,
        ("ref-wilayah", "ref-kosakata"),
    ),
    Dataset(
        "ref-wilayah",
        REFERENCE,
        _("Regions"),
        _("Provinces, regencies and cities by the codes of the Ministry of Home Affairs (not BPS)."),
        _("Codes without dots; former codes and dates of validity where known."),
        PPSDM,
        references.REGION_COLUMNS,
        references.regions,
    ),
    Dataset(
        "ref-kompetensi",
        REFERENCE,
        _("Competencies"),
        _("The competencies that needs ask for and programmes teach, with ISCED-F and OECD purpose codes."),
        _("The same list on both sides, so that needs and offers can be compared."),
        PPSDM,
        (code("code", _("Code"), ""), *labels("label"), code("isced_f", _("ISCED-F 2013, detailed field"), ""),
         code("crs_purpose", _("OECD DAC purpose code"), ""), *VALIDITY),
        references.themes,
    ),
    Dataset(
        "ref-jabatan",
        REFERENCE,
        _("Posts"),
        _("Functional posts and target groups of the labour apparatus."),
        _("Where each post exists: C at the centre, P in provinces, K in regencies and cities."),
        PPSDM,
        (code("code", _("Code"), ""), *labels("label"), code("levels", _("C, P, K"), ""),
         code("guide_unit", _("Unit of the ministry that guides the post"), ""),
         text("is_functional", _("yes or no")), code("kbji_code", _("KBJI 2014"), ""), *VALIDITY),
        references.posts,
    ),
    Dataset(
        "ref-kosakata",
        REFERENCE,
        _("Vocabularies"),
        _("Every other coded value with its label in both languages: schemes, statuses, tracks, languages and more."),
        _("Codes stay the same in both languages and are never used again for something else."),
        PPSDM,
        (code("vocabulary", _("List the code belongs to"), ""), code("code", _("Code"), ""), *labels("label"),
         *VALIDITY),
        references.vocabularies,
    ),
)  # fmt: skip

BY_SLUG = {dataset.slug: dataset for dataset in DATASETS}

__all__ = ["BY_SLUG", "DATASETS", "KINDS", "LICENCE", "LICENCE_URL", "WALIDATA", "Dataset"]
