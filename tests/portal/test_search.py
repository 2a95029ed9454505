"""Search: codes lead straight to their record, words find places and competencies, nobody finds what they may
not see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, OrganisationKind
from regions.models import NeedStatus, Region
from tests import factories, program_factories

pytestmark = pytest.mark.django_db


def found(client, user, text):
    """{code} of every record found."""
    client.force_login(user)
    page = client.get(reverse("search"), {"q": text})
    assert page.status_code == 200, page.get("Location")
    return {row.code for group in page.context["found"] for row in group.rows}


def offices(client, user, text):
    client.force_login(user)
    return [o.name for o in client.get(reverse("search"), {"q": text}).context["offices"]]


@pytest.fixture
def semarang(db):
    """The regency and the city of the same name."""
    Region.objects.create(
        code="33",
        level="PROVINCE",
        name_id="Provinsi Jawa Tengah",
        name_en="Central Java",
        island_group="Jawa",
        time_zone="Asia/Jakarta",
    )
    for code, level, name in (("3322", "REGENCY", "Kabupaten Semarang"), ("3374", "CITY", "Kota Semarang")):
        Region.objects.create(
            code=code,
            level=level,
            parent_id="33",
            name_id=name,
            name_en=name,
            island_group="Jawa",
            time_zone="Asia/Jakarta",
        )
        Organisation.objects.create(
            code=f"DISNAKER-{code}",
            kind=OrganisationKind.OFFICE,
            name_id=f"Disnaker {code}",
            region_code=code,
        )


def test_search_needs_a_sign_in(client):
    assert client.get(reverse("search")).status_code == 302


def test_a_complete_code_opens_its_record(client, need_aceh, aceh_operator):
    client.force_login(aceh_operator)
    for text in (need_aceh.code, need_aceh.code.lower(), f"  {need_aceh.code} "):
        assert client.get(reverse("search"), {"q": text}).url == need_aceh.get_absolute_url()


def test_a_code_of_another_office_opens_nothing(client, need_aceh, bali_head):
    assert found(client, bali_head, need_aceh.code) == set()


def test_the_national_number_works_as_well(client, aceh, ppsdm_verifier):
    need = factories.need(aceh, status=NeedStatus.APPROVED)
    client.force_login(ppsdm_verifier)
    assert client.get(reverse("search"), {"q": need.national_number}).url == need.get_absolute_url()


def test_words_find_posts_competencies_and_offices(client, need_aceh, aceh_operator):
    for text in ("mediator", "MEDIATOR hubungan", "Tema T07", "dinas 1101", "mediator 1101"):
        assert found(client, aceh_operator, text) == {need_aceh.code}
    for text in ("mediator jakarta", "pengawas", "Bali"):
        assert found(client, aceh_operator, text) == set()


def test_regency_and_city_of_the_same_name_are_both_found(client, semarang, aceh_operator):
    assert offices(client, aceh_operator, "semarang") == ["Disnaker 3322", "Disnaker 3374"]
    assert offices(client, aceh_operator, "kota semarang") == ["Disnaker 3374"]
    assert offices(client, aceh_operator, "kab. semarang") == ["Disnaker 3322"]
    assert offices(client, aceh_operator, "33.74") == ["Disnaker 3374"]


def test_nobody_finds_what_they_may_not_see(client, need_aceh, aceh_operator, bali_head, auditor, jica_liaison):
    assert found(client, aceh_operator, "mediator") == {need_aceh.code}
    assert found(client, auditor, "mediator") == {need_aceh.code}
    assert found(client, bali_head, "mediator") == set()
    assert found(client, jica_liaison, "mediator") == set()


def test_programmes_are_found_by_title_partner_and_competency(client, jica, jica_liaison, koica_liaison):
    program = program_factories.program(jica, themes=(("T07", 1, 3),), title_id="Mediasi perburuhan")
    for text in ("perburuhan", "JICA", "Tema T07"):
        assert found(client, jica_liaison, text) == {program.code}


def test_an_empty_search_explains_itself_and_nothing_found_says_so(client, aceh_operator):
    client.force_login(aceh_operator)
    assert client.get(reverse("search")).context["nothing"] is False
    page = client.get(reverse("search"), {"q": "<script>alert(1)</script>"})
    assert page.context["nothing"] is True and "<script>alert" not in page.content.decode()
    assert client.get(reverse("search"), {"q": "%00\x00'\"\\"}).status_code == 200


def test_search_asks_as_often_for_thirty_hits_as_for_one(client, aceh_operator, aceh_regency):
    client.force_login(aceh_operator)
    counts = []
    for more in (1, 30):
        for _number in range(more):
            factories.need(aceh_regency, created_by=aceh_operator)
        client.get(reverse("search"), {"q": "mediator"})
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("search"), {"q": "mediator"})
        counts.append(len(queries))
    assert counts[0] == counts[1]
