"""The catalogue for machines: DCAT as JSON-LD, in both languages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings

from exchange.iati.activities import MINISTRY
from exchange.models import Edition
from exchange.open_data.catalogue import DATASETS, LICENCE_URL, WALIDATA, Dataset
from exchange.open_data.files import EXCEL, MACHINE
from exchange.open_data.references import in_both
from exchange.open_data.tables import address

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "sdi": f"{settings.SITE_URL}/data/katalog.json#",
}
LATEST = "latest"
FORMS = ((MACHINE, ".csv", "text/csv"), (EXCEL, "-excel.csv", "text/csv"), ("json", ".json", "application/json"))
"""(form, how its address ends, media type)"""
INDONESIA = "https://publications.europa.eu/resource/authority/country/IDN"
TITLE = ("Data terbuka Sinergi", "Open data of Sinergi")
SUMMARY = (
    "Kebutuhan pelatihan aparatur ketenagakerjaan, tawaran mitra, dan kerja sama, tanpa data pribadi.",
    "Training needs of the labour apparatus, what partners offer, and agreements, without personal data.",
)
FORM_TITLES = {
    MACHINE: ("CSV untuk perangkat lunak (koma, RFC 4180)", "CSV for software (commas, RFC 4180)"),
    EXCEL: ("CSV untuk Excel berbahasa Indonesia (titik koma)", "CSV for Excel in Indonesian (semicolons)"),
    "json": ("JSON", "JSON"),
}


def file_address(slug: str, name: str) -> str:
    """Where a file of a data set lies."""
    return address("exchange:data_file", slug, name)


def catalogue_of(latest: dict[str, Edition], days: dict[str, list[dt.date]]) -> dict[str, Any]:
    """Every data set that has an edition, with its files."""
    here = address("exchange:data")
    return {
        "@context": CONTEXT,
        "@id": here,
        "@type": "dcat:Catalog",
        "dct:title": _both(TITLE),
        "dct:description": _both(SUMMARY),
        "dct:publisher": _agent(MINISTRY),
        "dct:license": {"@id": LICENCE_URL},
        "dct:language": ["id", "en"],
        "foaf:homepage": {"@id": here},
        "dcat:dataset": [
            _dataset(dataset, latest[dataset.slug], days.get(dataset.slug, []))
            for dataset in DATASETS
            if dataset.slug in latest
        ],
    }


def _dataset(dataset: Dataset, edition: Edition, days: list[dt.date]) -> dict[str, Any]:
    page = address("exchange:dataset", dataset.slug)
    found = {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.slug,
        "dct:title": _both(in_both(dataset.title)),
        "dct:description": _both(in_both(dataset.summary)),
        "dct:publisher": _agent(MINISTRY),
        "dct:creator": _agent(in_both(dataset.producer)),
        "sdi:walidata": _agent(in_both(WALIDATA)),
        "sdi:concept": _both(in_both(dataset.concept)),
        "dct:license": {"@id": LICENCE_URL},
        "dct:issued": _date(days[-1] if days else edition.day),
        "dct:modified": _date(edition.day),
        "dct:accrualPeriodicity": {"@id": "http://purl.org/cld/freq/weekly"},
        "dct:spatial": {"@id": INDONESIA},
        "dcat:landingPage": {"@id": page},
        "dcat:contactPoint": {"@type": "vcard:Kind", "vcard:hasURL": {"@id": address("contact")}},
        "dcat:distribution": [_distribution(dataset.slug, LATEST, edition, form) for form in FORMS],
        "dcat:hasVersion": [{"@id": file_address(dataset.slug, f"{day}.csv")} for day in days],
        "dct:conformsTo": [{"@id": address("exchange:dataset", slug)} for slug in dataset.references],
        "csvw:column": [
            {
                "csvw:name": column.name,
                "dct:description": _both(in_both(column.meaning)),
                "csvw:datatype": column.kind,
                **({"sdi:unit": _both(in_both(column.unit))} if column.unit else {}),
                **({"sdi:codes": {"@id": address("exchange:dataset", column.reference)}} if column.reference else {}),
            }
            for column in dataset.columns
        ],
    }
    if edition.period:
        first, last = edition.period.split("/")
        found["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _date(dt.date(int(first), 1, 1)),
            "dcat:endDate": _date(dt.date(int(last), 12, 31)),
        }
    return found


def _distribution(slug: str, name: str, edition: Edition, form: tuple[str, str, str]) -> dict[str, Any]:
    kind, ending, media = form
    url = file_address(slug, name + ending)
    found: dict[str, Any] = {
        "@id": url,
        "@type": "dcat:Distribution",
        "dct:title": _both(FORM_TITLES[kind]),
        "dcat:downloadURL": {"@id": url},
        "dcat:mediaType": media,
        "dct:license": {"@id": LICENCE_URL},
        "dct:issued": _date(edition.day),
    }
    if kind == MACHINE:
        found["dcat:byteSize"] = edition.size
        found["spdx:checksum"] = {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": edition.sha256,
        }
    return found


def _both(text: tuple[str, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": words} for language, words in zip(("id", "en"), text, strict=True)]


def _agent(name: tuple[str, str]) -> dict[str, Any]:
    return {"@type": "foaf:Organization", "foaf:name": _both(name)}


def _date(day: dt.date) -> dict[str, str]:
    return {"@type": "http://www.w3.org/2001/XMLSchema#date", "@value": day.isoformat()}
