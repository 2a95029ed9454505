"""What the tests of the needs room share: vocabularies, a posted line, sign-in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from regions.models import Term
from regions.reference import loader


@pytest.fixture
def vocabulary(db):
    """The real vocabularies, so that labels and choices in the tests are those people see."""
    Term.objects.bulk_create(
        Term(
            vocabulary=row["vocabulary"],
            code=row["code"],
            label_id=row["label_id"],
            label_en=row["label_en"],
            position=n,
        )
        for n, row in enumerate(loader.read("terms"))
    )
    Term.forget()


@pytest.fixture
def as_user(db):
    """Sign a user in and hand back a client of their own."""

    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def address():
    """The English address of a page of a need."""

    def build(name, need=None, *more):
        with translation.override("en"):
            return reverse(f"regions:{name}", args=[need.code, *more] if need else [])

    return build


@pytest.fixture
def line_data():
    """A complete posted line; keywords replace or add values, gap rows are given as a list of dicts."""

    def build(*, gaps=None, **fields):
        rows = gaps if gaps is not None else [{"theme": "T07", "current_level": "1", "target_level": "3"}]
        data = {
            "post": "MEDHI",
            "rank": "AHLI_PERTAMA",
            "employment_status": "PNS",
            "requested_total": "2",
            "in_post": "5",
            "formation_abk": "10",
            "untrained": "2",
            "gap-TOTAL_FORMS": str(len(rows)),
            "gap-INITIAL_FORMS": "0",
            "gap-MIN_NUM_FORMS": "0",
            "gap-MAX_NUM_FORMS": "10",
        }
        for number, row in enumerate(rows):
            for name, value in {"competency_kind": "TEKNIS", "certification_wanted": "NONE", **row}.items():
                data[f"gap-{number}-{name}"] = value
        return data | {name: str(value) for name, value in fields.items()}

    return build
