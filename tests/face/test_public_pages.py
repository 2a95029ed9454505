"""Pages anyone may open: content, languages, empty states, small groups, queries."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from portal.selectors import public
from regions.models import TrainingNeed
from tests import factories

PAGES = ["landing", "map", "transparency", "guide", "accessibility", "privacy"]
pytestmark = pytest.mark.django_db


def filed(code: str, people: int) -> TrainingNeed:
    """A need of an office that was signed and waits for the ministry, asking for a number of people."""
    need = factories.need(factories.office(code))
    TrainingNeed.objects.filter(pk=need.pk).update(
        **{"status": "MIN_REVIEW"}, submitted_at=timezone.now(), people_requested=people
    )
    return need


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_public_page_opens_without_data_and_without_signing_in(client, name, language):
    path = reverse(name) if language == "id" else f"/en{reverse(name)}"
    answer = client.get(path)
    assert (answer.status_code, f'<html lang="{language}">' in answer.text) == (200, True)


@pytest.mark.parametrize("name", PAGES)
def test_every_public_page_has_one_heading_of_the_first_rank_and_a_title(client, name):
    html = client.get(reverse(name)).text
    assert (html.count("<h1"), html.count("<main"), " · Sinergi</title>" in html) == (1, 1, True)


@pytest.mark.parametrize("name", PAGES)
def test_public_pages_refuse_to_be_written_to(client, name):
    assert client.post(reverse(name)).status_code == 405


def test_the_language_switch_leads_to_the_same_page(client):
    assert 'href="/en/peta/?tampilan=people"' in client.get("/peta/?tampilan=people").text
    assert 'href="/peta/?tampilan=people"' in client.get("/en/peta/?tampilan=people").text


def test_the_map_counts_what_was_signed_and_nothing_else(client):
    factories.need(factories.office("1101"))
    filed("1102", 12)
    filed("5101", 30)
    found = {p.code: (p.offices, p.filed, p.needs, p.people, p.approved) for p in public.snapshot().provinces}
    assert found == {"11": (2, 1, 1, 12, 0), "51": (1, 1, 1, 30, 0)}


def test_groups_of_fewer_than_five_people_are_not_shown_exactly(client):
    filed("1101", 3)
    with_few = client.get("/en/peta/").text
    table = client.get("/transparansi/?unduh=csv").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
    assert ("fewer than 5" in with_few, rows[0]["people_requested"], rows[0]["needs"]) == (True, "<5", "1")


@pytest.mark.parametrize("measure", ["filed", "people", "approved", "nonsense"])
def test_the_map_shows_each_measure(client, measure):
    filed("1101", 12)
    answer = client.get("/peta/", {"tampilan": measure})
    assert (answer.status_code, 'role="img"' in answer.text) == (200, True)


def test_open_data_are_a_spreadsheet_with_one_row_per_province(client):
    filed("1101", 12)
    answer = client.get("/transparansi/?unduh=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.getvalue().startswith(b"\xef\xbb\xbfcycle;province_code;")


def test_the_transparency_page_counts_decisions_of_people(client, need_aceh, aceh_head):
    from workflow.engine import perform

    perform(need_aceh.flow, "submit", record=need_aceh, actor=aceh_head)
    html = client.get("/en/transparansi/").text
    assert "Signed and submitted" in html


def test_a_second_visitor_costs_no_query_beyond_the_cache(client, django_assert_num_queries):
    filed("1101", 12)
    client.get("/")
    with django_assert_num_queries(0):
        client.get("/")


def test_thirty_needs_cost_as_many_queries_as_one(client, django_assert_num_queries):
    filed("1101", 12)
    with django_assert_num_queries(15) as first:
        client.get("/")
    for n in range(30):
        filed(f"11{n + 2:02d}", 7)
    cache.clear()
    with django_assert_num_queries(len(first)):
        client.get("/")


def test_the_front_page_says_when_filing_is_open_and_when_not(client):
    assert "belum dijadwalkan" in client.get("/").text or "not been scheduled" in client.get("/").text
    cache.clear()
    factories.cycle()
    assert "is-now" in client.get("/").text


def test_search_engines_are_told_where_not_to_look(client):
    answer = client.get("/robots.txt")
    assert (answer.status_code, "Disallow: /beranda/" in answer.text) == (200, True)


def test_a_browser_that_asks_for_the_old_icon_gets_the_drawing(client):
    assert client.get("/favicon.ico")["Location"] == "/static/favicon.svg"
