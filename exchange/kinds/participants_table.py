"""The sheet of people: the columns of the form that puts a person forward, all of them personal."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy

from exchange.books.columns import Column, Table
from participants.forms.people import PersonForm
from participants.models import Employment, Sex
from participants.selectors.nominations import post_choices
from regions.models.vocabulary import term_choices

SEXES = {"l": "M", "laki-laki": "M", "pria": "M", "p": "F", "perempuan": "F", "wanita": "F"}
"""As staff lists write them."""
FIELDS = (
    "name",
    "nip",
    "sex",
    "birth_year",
    "post",
    "rank",
    "employment_status",
    "education",
    "english",
    "years_in_post",
    "last_abroad_year",
    "account",
    "relevance",
)


def _sexes() -> list[tuple[str, str]]:
    return list(Sex.choices)


def _statuses() -> list[tuple[str, str]]:
    return list(Employment.choices)


def people(office) -> Table:
    """The sheet for an office: posts that exist there."""
    page = PersonForm.base_fields
    texts = {name: page[name].label for name in FIELDS} | {"relevance": gettext_lazy("Use for the person's duties")}

    def column(name: str, note="", **more) -> Column:
        required = page[name].required
        also = (page[name].label,) if texts[name] != page[name].label else ()
        return Column(name, texts[name], note, required=required, personal=True, **{"aliases": also, **more})

    terms = {
        name: {"kind": "code", "choices": partial(term_choices, vocabulary), "width": 22}
        for name, vocabulary in (("rank", "rank"), ("education", "education"), ("english", "language_level"))
    }
    columns = (
        column("name", longest=120, width=32, aliases=("Nama", "Nama lengkap", "Name")),
        column(
            "nip",
            gettext_lazy("18 digits, in a cell formatted as text: as a number Excel rounds its end."),
            longest=26,
            width=24,
        ),
        column("sex", kind="code", choices=_sexes, width=14, synonyms=SEXES),
        column("birth_year", gettext_lazy("Four digits, for example 1987."), kind="whole", width=12),
        column("post", kind="code", choices=partial(post_choices, office) if office else None, width=32),
        column("rank", **terms["rank"]),
        column("employment_status", kind="code", choices=_statuses, width=22),
        column("education", **terms["education"]),
        column("english", **terms["english"]),
        column("years_in_post", kind="whole", width=12),
        column("last_abroad_year", gettext_lazy("Leave empty if never."), kind="whole", width=14),
        column("account", gettext_lazy("E-mail of the person's account, if there is one."), longest=254, width=28),
        column(
            "relevance",
            gettext_lazy("At least 30 characters. No names, no numbers of identity papers."),
            longest=1000,
            width=60,
        ),
    )
    about = gettext_lazy("One row per person. No identity card, passport, health or bank data.")
    return Table("people", gettext_lazy("People"), columns, about=about)


def example(post: str | None) -> dict:
    """A person who does not exist; the number is kept for examples."""
    return {
        "name": "Contoh Nama",
        "nip": "999999999999999001",
        "sex": "F",
        "birth_year": 1988,
        "post": post,
        "rank": _first("rank"),
        "employment_status": "PNS",
        "education": _first("education"),
        "english": _first("language_level"),
        "years_in_post": 4,
        "last_abroad_year": None,
        "account": None,
        "relevance": "Menangani perselisihan di wilayah kerja dan akan melatih rekan sejawat.",
    }


def _first(vocabulary: str) -> str | None:
    choices = term_choices(vocabulary)
    return choices[0][0] if choices else None
