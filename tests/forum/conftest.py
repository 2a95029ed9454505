"""A small country of conversations: every role at every kind of place, every audience on everything."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from accounts.models import OrganisationKind, User
from accounts.roles import Role
from forum.models import Audience, Reader
from forum.rules.access import hold
from regions.models import NeedStatus
from tests import factories, program_factories
from tests.forum.factories import attachment, thread
from tests.forum.matrix import AUDIENCES, SUBJECTS, typed_matrix

WORD = "serbukata"
"""Stands in every message of the country, for the search."""


def _places():
    centre = factories.organisation("BPVP-ACEH", OrganisationKind.CENTRE)
    centre.region_code = "11"  # in the region, and yet no office of it
    centre.save()
    return {
        "own_office": factories.office("1101"),
        "near_office": factories.office("1102"),
        "near_province": factories.office("11"),
        "far_office": factories.office("5101"),
        "far_province": factories.office("51"),
        "centre_in_region": centre,
        "ppsdm": factories.organisation("PPSDM"),
        "biro_ks": factories.organisation("BIRO-KS"),
        "biro_hukum": factories.organisation("BIRO-HUKUM"),
        "setjen": factories.organisation("SETJEN"),
        "dj_phi": factories.organisation("DJ-PHI"),
        "dj_wasnaker": factories.organisation("DJ-WASNAKER"),
        "itjen": factories.organisation("ITJEN"),
        "named_partner": factories.organisation("JICA", OrganisationKind.PARTNER),
        "other_partner": factories.organisation("KOICA", OrganisationKind.PARTNER),
    }


def _country() -> SimpleNamespace:
    places, matrix = _places(), typed_matrix()
    people = {}
    for number, (place, role) in enumerate(matrix):
        if place == "nowhere":
            user = User.objects.create_user("tanpa.peran@example.test", "kata-sandi-uji", name="Tanpa Peran")
        else:
            user = factories.member(role, places[place])
        User.objects.filter(pk=user.pk).update(name=f"Pembaca {number:02d}")
        people[place, role] = User.objects.get(pk=user.pk)
    need = factories.need(places["own_office"], status=NeedStatus.MIN_REVIEW, post_code="MEDHI")
    program = program_factories.program(places["named_partner"])
    records = {"topic": None, "need": need, "programme": program}
    opener = people["own_office", Role.DINAS_OP]
    threads, files = {}, {}
    for subject in SUBJECTS:
        for audience in AUDIENCES:
            by = people["ppsdm", Role.PPSDM_HEAD] if audience == Audience.MINISTRY else opener
            parties = (places["named_partner"],) if audience == Audience.PARTNER else ()
            made = thread(by, audience, record=records[subject], parties=parties, text=f"Isi {WORD} {subject}.")
            threads[subject, str(audience)] = hold(made)  # no record of this country moves: it is read once
            files[made.pk] = attachment(made.messages.get())
            # Everyone follows everything, also what they may not read: a mark must open no door.
            Reader.objects.bulk_create(
                (Reader(thread=made, user=user, follows=True) for user in people.values()), ignore_conflicts=True
            )
    return SimpleNamespace(
        matrix=matrix, places=places, people=people, records=records, threads=threads, files=files, opener=opener
    )


@pytest.fixture(scope="module")
def country(django_db_setup, django_db_blocker, tmp_path_factory):
    """Made once for a module and taken back afterwards; tests only read it, or write inside their own savepoint."""
    media = tmp_path_factory.mktemp("berkas")
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        translation.override("id"),
        override_settings(MEDIA_ROOT=str(media)),
    ):
        yield _country()
        transaction.set_rollback(True)
