"""Columns of published tables: a stable English name, what it means, what it counts in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Column:
    """One column. `kind`: code, text, date, integer or decimal."""

    name: str
    meaning: Any
    kind: str = "text"
    unit: Any = ""
    reference: str = ""
    """Slug of the table its codes come from."""


def code(name: str, meaning: Any, reference: str) -> Column:
    """A code: text, even where it is all digits."""
    return Column(name, meaning, "code", "", reference)


def text(name: str, meaning: Any) -> Column:
    """Words."""
    return Column(name, meaning)


def day(name: str, meaning: Any) -> Column:
    """A day as 2026-11-30."""
    return Column(name, meaning, "date")


def number(name: str, meaning: Any, unit: Any) -> Column:
    """A whole number."""
    return Column(name, meaning, "integer", unit)


def labels(name: str) -> tuple[Column, Column]:
    """A label in both languages."""
    return text(f"{name}_id", _("Label in Indonesian")), text(f"{name}_en", _("Label in English"))


CYCLE = number("cycle", _("Year of the cycle"), _("year"))
COUNTED_ON = day("counted_on", _("Day on which the people of this row were counted; renewed once a quarter"))
PROVINCE = (
    code("province_code", _("Province, code of the Ministry of Home Affairs"), "ref-wilayah"),
    text("province_name", _("Its name in Indonesian")),
)
ISLAND = text("island_group", _("Island group of the province"))
OFFICES = number("offices", _("Labour offices"), _("offices"))
OFFICES_FILED = number("offices_filed", _("Of them, those with a signed need in the cycle"), _("offices"))
NEEDS = number("needs", _("Needs filed"), _("needs"))
NEEDS_APPROVED = number("needs_approved", _("Of them, those approved"), _("needs"))
PEOPLE = number("people_requested", _("People asked for"), _("people"))
PEOPLE_APPROVED = number("people_approved", _("People in approved needs"), _("people"))
SEATS = number("seats_given", _("People with a seat"), _("people"))
TRAINED = number("people_trained", _("People who completed a training"), _("people"))
WITHHELD = text(
    "withheld",
    _("Names of the columns that are empty because fewer than five people, or figures that would tell, stand behind "
      "them; empty where nothing is withheld"),
)  # fmt: skip
VALIDITY = (
    day("valid_from", _("Valid from")),
    day("valid_to", _("Valid until; empty while it is valid")),
)

PROGRAM = (
    code("program_code", _("Programme"), ""),
    text("title_id", _("Title in Indonesian")),
    text("title_en", _("Title in English")),
    code("partner_code", _("Partner"), ""),
    code("scheme_code", _("Scheme"), "ref-kosakata"),
    code("status", _("Status"), "ref-kosakata"),
    code("delivery_mode", _("Delivery mode"), "ref-kosakata"),
    code("country", _("Country where it is held, ISO 3166-1"), ""),
    code("host_province", _("Host province"), "ref-wilayah"),
    text("theme_codes", _("Competencies taught, codes with spaces between them")),
    text("post_codes", _("Target posts, codes with spaces between them; ALL: every post")),
    day("published_on", _("Published on")),
    day("internal_deadline", _("Last day for nominations to the ministry")),
    number("intake", _("Number of the intake"), ""),
    text("place", _("Place")),
    day("starts", _("First day")),
    day("ends", _("Last day")),
    number("seats_offered", _("Seats for Indonesia"), _("seats")),
    text("url", _("Page of the programme")),
)
AGREEMENT = (
    code("agreement_code", _("Agreement"), ""),
    text("title_id", _("Title in Indonesian")),
    text("title_en", _("Title in English")),
    code("track", _("Track"), "ref-kosakata"),
    code("instrument", _("Instrument"), "ref-kosakata"),
    code("partner_code", _("Partner"), ""),
    text("counterpart", _("Foreign regional government")),
    code("region_code", _("Region that signed"), "ref-wilayah"),
    code("status", _("Status"), "ref-kosakata"),
    day("signed_on", _("Signed on")),
    day("valid_from", _("Valid from")),
    day("valid_to", _("Valid until; empty while it is valid")),
    text("url", _("Page of the agreement")),
)
