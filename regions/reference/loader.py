"""Puts the reference tables into the database. Running it again changes nothing; nothing is ever deleted.

The tables are CSV files beside this module (sources and licences: docs/reference-data.md). A row that leaves
its file is retired by writing a `valid_to` date, so that old records keep their labels.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import holidays
from django.db import transaction
from django.utils import timezone
from lokal import wilayah

from accounts.models import Organisation, OrganisationKind
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
from regions.models.places import RegionLevel
from workflow.calendar import WIB, forget_holidays
from workflow.holidays import edited as calendar_edited
from workflow.models import Holiday, HolidayKind

DATA = Path(__file__).parent / "data"
HOLIDAY_YEARS = (2025, 2026, 2027)
LAST_DECREED_YEAR = 2026
"""Later years are the library's estimate until the three ministers' joint decree sets them."""
HOLIDAY_DECREES = {
    2026: "SKB Menteri Agama, Menteri Ketenagakerjaan, Menteri PANRB 1497/2025, 2/2025, 5/2025 (19 September 2025)",
}
CLOSING_TIME = dt.time(14, 0)
"""14.00 WIB is inside office hours in all three time zones."""


@dataclass(frozen=True, slots=True)
class Count:
    """What one table of the loader did."""

    name: str
    total: int
    created: int
    changed: int
    retired: int = 0


def read(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """The rows of one CSV file."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def upsert(model, key: tuple[str, ...], rows: Iterable[dict], *, keep: tuple[str, ...] = ()) -> tuple[int, int, int]:
    """Create missing rows and write fields that differ; returns (rows in the file, created, changed).

    Fields in `keep` belong to whoever edits them in the portal: written once, when the row is created.
    """
    rows = list(rows)
    known = {tuple(getattr(found, k) for k in key): found for found in model._default_manager.all()}
    fresh, changed = [], []
    for row in rows:
        found = known.get(tuple(row[k] for k in key))
        if found is None:
            fresh.append(model(**row))
            continue
        differing = {k: v for k, v in row.items() if k not in key and k not in keep and getattr(found, k) != v}
        if differing:
            for name, value in differing.items():
                setattr(found, name, value)
            changed.append(found)
    model._default_manager.bulk_create(fresh)
    for found in changed:
        found.save()
    return len(rows), len(fresh), len(changed)


def retire(model, key: tuple[str, ...], codes: set[tuple], **scope) -> int:
    """Give an end to current rows that left the file; returns how many."""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    gone = [
        found.pk
        for found in model._default_manager.filter(valid_to__isnull=True, **scope)
        if tuple(getattr(found, k) for k in key) not in codes
    ]
    return model._default_manager.filter(pk__in=gone).update(valid_to=yesterday) if gone else 0


@transaction.atomic
def load() -> list[Count]:
    """Load every table of this room, in the order in which they depend on each other."""
    counts = [
        _regions(),
        _organisations(),
        _office_types(),
        _training_centres(),
        _offices(),
        _terms(),
        _posts(),
        _themes(),
        _cycles(),
        _windows(),
        _holidays(),
    ]
    transaction.on_commit(Term.forget)
    transaction.on_commit(forget_holidays)
    return counts


# --- Regions --------------------------------------------------------------------------------------


def _region_rows() -> list[dict]:
    remote = {row["code"] for row in read("remote_regions")}
    previous = {row["code"]: row["previous_code"] for row in read("previous_codes")}
    corrections = {row["code"]: row for row in read("region_corrections")}
    rows, below = [], []
    for province in read("provinces"):
        code = province["code"]
        common = {"island_group": province["island_group"], "time_zone": province["time_zone"]}
        if province["valid_from"]:
            common["valid_from"] = dt.date.fromisoformat(province["valid_from"])
        rows.append(
            {
                "code": code,
                "level": RegionLevel.PROVINCE,
                "parent_id": None,
                "name_id": province["name_id"],
                "name_en": province["name_en"],
                "capital": province["capital"],
                "iso_code": province["iso_code"],
                **common,
            }
        )
        for entry in wilayah.list_wilayah(code):
            own = entry.code.replace(".", "")
            mended = corrections.get(own, {})
            name = mended.get("name_id") or entry.name
            below.append(
                {
                    "code": own,
                    "level": RegionLevel.CITY if entry.type == "kota" else RegionLevel.REGENCY,
                    "parent_id": code,
                    "name_id": name,
                    "name_en": mended.get("name_en") or english_name(name),
                    "is_autonomous": code != "31",
                    "is_remote": own in remote,
                    "previous_code": previous.get(own, ""),
                    **common,
                }
            )
    return rows + below


def english_name(name: str) -> str:
    """Kabupaten Lombok Timur -> Lombok Timur Regency, Kota Bima -> Bima City."""
    kind, _, rest = name.partition(" ")
    return f"{rest} {'City' if kind == 'Kota' else 'Regency'}"


def _regions() -> Count:
    rows = _region_rows()
    total, created, changed = upsert(Region, ("code",), rows)
    return Count("regions", total, created, changed, retire(Region, ("code",), {(r["code"],) for r in rows}))


# --- Organisations --------------------------------------------------------------------------------


def _organisations() -> Count:
    """Ministry units and other central bodies. A unit that goes is ended by hand, with its successor."""
    rows = read("organisations")
    parents = {row["code"]: row.pop("parent") for row in rows}
    total, created, changed = upsert(Organisation, ("code",), rows)
    ids = dict(Organisation.objects.filter(code__in=parents).values_list("code", "pk"))
    for code, parent in parents.items():
        if parent:
            Organisation.objects.filter(code=code).exclude(parent_id=ids[parent]).update(parent_id=ids[parent])
    return Count("ministry units and central bodies", total, created, changed)


def _office_types() -> Count:
    rows = [
        {**row, "may_hold_inspectors": row["may_hold_inspectors"] == "yes", "position": place}
        for place, row in enumerate(read("office_types"), 1)
    ]
    total, created, changed = upsert(OfficeType, ("code",), rows)
    return Count("office types", total, created, changed, retire(OfficeType, ("code",), {(r["code"],) for r in rows}))


def _training_centres() -> Count:
    zones = dict(Region.objects.values_list("code", "time_zone"))
    rows = [
        {
            "code": row["code"],
            "kind": OrganisationKind.CENTRE,
            "type_code": "UPTP",
            "name_id": row["name_id"],
            "name_en": row["name_en"],
            "short_name": row["name_id"],
            "region_code": row["region_code"],
            "time_zone": zones[row["region_code"]],
        }
        for row in read("training_centres")
    ]
    total, created, changed = upsert(Organisation, ("code",), rows)
    _profiles(OrganisationKind.CENTRE)
    return Count("training centres", total, created, changed)


def office_row(region: Region) -> dict:
    """The labour office of a region as first created; the office itself may rename it later."""
    if region.level == RegionLevel.PROVINCE:
        kind, place, english = "DISNAKER_PROV", f"Provinsi {region.name_id}", f"{region.name_en} Province"
    elif region.code.startswith("31"):
        kind, place, english = "SUDIN_DKI", region.name_id, region.name_en
    elif region.level == RegionLevel.CITY:
        kind, place, english = "DISNAKER_KOTA", region.name_id, region.name_en
    else:
        kind, place, english = "DISNAKER_KAB", region.name_id, region.name_en
    sub_office = kind == "SUDIN_DKI"
    short = place.replace("Kabupaten", "Kab.").replace("Administrasi", "Adm.").replace("Provinsi", "Prov.")
    return {
        "code": f"DISNAKER-{region.code}",
        "kind": OrganisationKind.OFFICE,
        "type_code": kind,
        "name_id": f"{'Suku Dinas' if sub_office else 'Dinas'} Tenaga Kerja {place}",
        "name_en": f"Labour {'Sub-office' if sub_office else 'Office'} of {english}",
        "short_name": f"{'Sudinaker' if sub_office else 'Disnaker'} {short}",
        "region_code": region.code,
        "time_zone": region.time_zone,
    }


def _offices() -> Count:
    """One labour office per region. Names are the offices' own: written once, then left alone."""
    rows = [office_row(region) for region in Region.objects.filter(valid_to__isnull=True)]
    total, created, changed = upsert(
        Organisation, ("code",), rows, keep=("name_id", "name_en", "short_name", "type_code")
    )
    jakarta = Organisation.objects.get(code="DISNAKER-31")
    Organisation.objects.filter(type_code="SUDIN_DKI").exclude(parent=jakarta).update(parent=jakarta)
    _profiles(OrganisationKind.OFFICE)
    return Count("labour offices", total, created, changed)


def _profiles(kind: str) -> None:
    """Tie organisations that have none yet to their region and office type."""
    OfficeProfile.objects.bulk_create(
        OfficeProfile(organisation=found, region_id=found.region_code, office_type_id=found.type_code)
        for found in Organisation.objects.filter(kind=kind, office__isnull=True).exclude(region_code="")
    )


# --- Vocabularies ---------------------------------------------------------------------------------


def attributes(text: str) -> dict:
    """ "lead_days=60;line=skill" -> {"lead_days": 60, "line": "skill"}."""
    pairs = (part.split("=", 1) for part in text.split(";") if part)
    return {name: int(value) if value.isdigit() else value for name, value in pairs}


def _terms() -> Count:
    rows, places = [], {}
    for row in read("terms"):
        places[row["vocabulary"]] = places.get(row["vocabulary"], 0) + 1
        rows.append({**row, "attributes": attributes(row["attributes"]), "position": places[row["vocabulary"]]})
    key = ("vocabulary", "code")
    total, created, changed = upsert(Term, key, rows)
    ended = retire(Term, key, {(r["vocabulary"], r["code"]) for r in rows}, vocabulary__in=places)
    return Count("vocabulary terms", total, created, changed, ended)


def _posts() -> Count:
    rows = [
        {**row, "is_functional": row["is_functional"] == "yes", "position": place}
        for place, row in enumerate(read("posts"), 1)
    ]
    total, created, changed = upsert(FunctionalPost, ("code",), rows)
    ended = retire(FunctionalPost, ("code",), {(r["code"],) for r in rows})
    return Count("functional posts", total, created, changed, ended)


def _themes() -> Count:
    rows, posts = [], {}
    for place, row in enumerate(read("themes"), 1):
        named = set(row.pop("posts").split())
        posts[row["code"]] = named - {"*"}
        rows.append({**row, "for_all_posts": "*" in named, "position": place})
    total, created, changed = upsert(Theme, ("code",), rows)
    link = Theme.posts.through
    known = set(link.objects.values_list("theme_id", "functionalpost_id"))
    wanted = {(theme, post) for theme, named in posts.items() for post in named}
    link.objects.bulk_create(link(theme_id=t, functionalpost_id=p) for t, p in sorted(wanted - known))
    ended = retire(Theme, ("code",), {(r["code"],) for r in rows})
    return Count("training themes", total, created, changed, ended)


# --- Cycles and calendar --------------------------------------------------------------------------


def _cycles() -> Count:
    years = sorted({int(row["year"]) for row in read("windows")})
    return Count("need cycles", *upsert(NeedCycle, ("year",), [{"year": year} for year in years]))


def _windows() -> Count:
    """Windows open at midnight and close at 14.00 WIB; later edits in the portal are kept."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(WIB)
    rows = [
        {
            "cycle_id": int(row["year"]),
            "number": int(row["number"]),
            "label_id": row["label_id"],
            "label_en": row["label_en"],
            "opens_at": dt.datetime.combine(dt.date.fromisoformat(row["opens"]), dt.time.min, zone),
            "closes_at": dt.datetime.combine(dt.date.fromisoformat(row["closes"]), CLOSING_TIME, zone),
        }
        for row in read("windows")
    ]
    counts = upsert(FilingWindow, ("cycle_id", "number"), rows, keep=("opens_at", "closes_at"))
    return Count("filing windows", *counts)


def _holidays() -> Count:
    """Public holidays and joint leave as a first calendar; what was edited, added or taken out by hand stays."""
    wanted = {"years": HOLIDAY_YEARS, "categories": ("public", "government")}
    indonesian = holidays.country_holidays("ID", language="id", **wanted)
    english = holidays.country_holidays("ID", language="en_US", **wanted)
    public = holidays.country_holidays("ID", years=HOLIDAY_YEARS, categories=("public",))
    rows = [
        {
            "date": day,
            "region_code": "",
            "label_id": indonesian[day][:120],
            "label_en": english[day][:120],
            "kind": HolidayKind.PUBLIC if day in public else HolidayKind.JOINT_LEAVE,
            "decree": HOLIDAY_DECREES.get(day.year, ""),
            "provisional": day.year > LAST_DECREED_YEAR,
        }
        for day in sorted(indonesian)
    ]
    by_hand = ("label_id", "label_en", "kind", "decree", "provisional")
    count = Count("holidays", *upsert(Holiday, ("date", "region_code"), rows, keep=by_hand))
    if count.created:
        calendar_edited()
    return count
