"""Open data: editions that stay, files in three forms, the catalogue for machines, and what is withheld."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json

import pytest
import time_machine
from django.utils import timezone

from exchange.models import Count, Edition
from exchange.open_data import counts, editions
from exchange.open_data.catalogue import BY_SLUG, DATASETS
from exchange.open_data.steps import Told, leaks
from portal.selectors import map as places
from tests import factories, program_factories
from tests.agreement_factories import agreement

pytestmark = pytest.mark.django_db

MONDAY, NEXT, QUARTER = dt.date(2026, 11, 23), dt.date(2026, 11, 30), dt.date(2027, 1, 4)


@pytest.fixture
def _needs(bali, aceh):
    """Nine people in Bali, three in Aceh."""
    for office, people in ((bali, 9), (aceh, 3)):
        factories.need(office, status="APPROVED", people=people, submitted_at=timezone.now())


def rows_of(answer) -> list[dict]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_every_data_set_gets_an_edition_whose_checksum_is_that_of_its_file(client, _needs):
    made = editions.publish(MONDAY)
    wrong = [
        e.dataset
        for e in made
        if hashlib.sha256(client.get(f"/data/{e.dataset}/2026-11-23.csv").content).hexdigest() != e.sha256
    ]
    assert ([e.dataset for e in made], wrong) == ([d.slug for d in DATASETS], [])


def test_an_edition_stays_as_it_was_when_the_figures_change(client, jica):
    program_factories.program(jica, visibility="PUBLIC", title_id="Satu")
    editions.publish(MONDAY)
    before = client.get("/data/program/2026-11-23.csv").content
    program_factories.program(jica, visibility="PUBLIC", title_id="Dua")
    editions.publish(MONDAY)  # a second edition of a day is never made
    editions.publish(NEXT)
    same = client.get("/data/program/2026-11-23.csv").content == before
    latest = [row["title_id"] for row in rows_of(client.get("/data/program/latest.csv"))]
    assert (same, latest, Edition.objects.filter(dataset="program").count()) == (True, ["Satu", "Dua"], 2)


def test_what_did_not_change_gets_no_new_edition(client, jica):
    editions.publish(MONDAY)
    assert (editions.publish(NEXT), client.get("/data/program/2026-11-30.csv").status_code) == ([], 404)


def test_an_edition_cannot_be_saved_again():
    editions.publish(MONDAY)
    found = Edition.objects.first()
    with pytest.raises(ValueError, match="never changed"):
        found.save()


def test_people_are_counted_once_a_quarter(bali):
    factories.need(bali, status="APPROVED", people=9, submitted_at=timezone.now())
    editions.publish(MONDAY)
    editions.publish(NEXT)
    editions.publish(QUARTER)
    days = list(Count.objects.filter(subject="2026").order_by("day").values_list("day", flat=True))
    assert days == [MONDAY, QUARTER]


def test_a_small_group_is_withheld_with_what_would_tell_it(client, _needs):
    editions.publish(MONDAY)
    found = {row["province_code"]: row for row in rows_of(client.get("/data/kebutuhan-provinsi/latest.csv"))}
    posts = rows_of(client.get("/data/kebutuhan-jabatan/latest.csv"))
    shown = {code: (found[code]["people_requested"], found[code]["withheld"]) for code in ("11", "51")}
    all_of_it = "people_requested people_approved seats_given"
    assert shown == {"11": ("", all_of_it), "51": ("", all_of_it)}  # Bali covers Aceh: their sum is known
    assert [row["people_requested"] for row in posts] == ["12"]


def test_the_map_withholds_what_the_published_count_withholds(_needs):
    editions.publish(MONDAY)
    kept = counts.withheld_of(2026)
    shown = {p.code: p.people for p in places.provinces(2026)}
    assert ("11" in kept["people"], [code for code in kept["people"] if shown[code] is not None]) == (True, [])


@pytest.mark.parametrize(
    ("then", "now", "hidden_then", "hidden_now", "leak"),
    [
        ({"A": 20, "B": 30}, {"A": 20, "B": 30}, "", "", False),  # nothing changed
        ({"A": 20, "B": 30}, {"A": 22, "B": 30}, "", "", True),  # two people came
        ({"A": 20, "B": 30}, {"A": 25, "B": 30}, "", "", False),  # five came
        ({"A": 3, "B": 12}, {"A": 9, "B": 12}, "AB", "", True),  # the cover is shown unchanged: three were hidden
        ({"A": 3, "B": 12}, {"A": 9, "B": 20}, "AB", "", False),  # both changed: neither is known of before
        ({"A": 3, "B": 12}, {"A": 3, "B": 14}, "AB", "AB", True),  # of those hidden two came
        ({"A": 9, "B": 12}, {"A": 3, "B": 12}, "", "AB", True),  # the cover was shown before and did not change
    ],
)
def test_two_counts_together_tell_no_small_group(then, now, hidden_then, hidden_now, leak):
    def told(people, hidden):
        return Told({code: {"people": n} for code, n in people.items()}, {"people": frozenset(hidden)})

    found = list(leaks(told(then, hidden_then), told(now, hidden_now), {}, (("people", ""),)))
    assert bool(found) == leak


def test_the_file_for_excel_has_a_mark_semicolons_and_decimal_commas(client):
    Edition.objects.create(
        dataset="indikator", day=MONDAY, head=["value", "text"], rows=[[2.5, "a;b"]], sha256="0" * 64, size=1
    )
    excel = client.get("/data/indikator/2026-11-23-excel.csv").content
    machine = client.get("/data/indikator/2026-11-23.csv").content
    assert (excel, machine) == (b'\xef\xbb\xbfvalue;text\r\n2,5;"a;b"\r\n', b"value,text\r\n2.5,a;b\r\n")


def test_a_text_that_a_spreadsheet_would_execute_is_made_harmless(client, jica):
    program_factories.program(jica, visibility="PUBLIC", title_id="=HYPERLINK(1)")
    editions.publish(MONDAY)
    assert rows_of(client.get("/data/program/latest.csv"))[0]["title_id"] == "'=HYPERLINK(1)"


@time_machine.travel("2026-11-23 03:00:00+00:00", tick=False)
def test_a_file_may_be_kept_and_is_not_sent_twice(client):
    editions.publish(MONDAY)
    dated, latest = (client.get(f"/data/ref-jabatan/{name}.json") for name in ("2026-11-23", "latest"))
    again = client.get("/data/ref-jabatan/latest.json", headers={"if-none-match": latest["ETag"]})
    said = [answer["Cache-Control"] for answer in (dated, latest)]
    assert (again.status_code, said, dated["Last-Modified"], dated["Access-Control-Allow-Origin"]) == (
        304,
        ["public, max-age=31536000, immutable", "public, max-age=300"],
        "Mon, 23 Nov 2026 03:00:00 GMT",
        "*",
    )


def test_json_names_its_edition_and_the_checksum_of_the_csv(client):
    factories.post("MEDHI")
    editions.publish(MONDAY)
    found = json.loads(client.get("/data/ref-jabatan/latest.json").content)
    edition = Edition.objects.get(dataset="ref-jabatan")
    assert (found["edition"], found["csv_sha256"], len(found["rows"])) == (
        "2026-11-23",
        edition.sha256,
        len(edition.rows),
    )


@pytest.mark.parametrize(
    "path",
    ["tidak-ada/latest.csv", "program/2020-01-01.csv", "program/2026-13-40.csv", "program/latest-excel.json",
     "program/latest.xml", "tidak-ada/"],
)  # fmt: skip
def test_an_address_that_names_nothing_is_not_found(client, path):
    editions.publish(MONDAY)
    assert client.get(f"/data/{path}").status_code == 404


def test_the_catalogue_for_machines_has_every_data_set_in_both_languages(client):
    editions.publish(MONDAY)
    found = json.loads(client.get("/data/katalog.json").content)
    languages = {tuple(t["@language"] for t in d["dct:title"]) for d in found["dcat:dataset"]}
    forms = {tuple(f["dcat:mediaType"] for f in d["dcat:distribution"]) for d in found["dcat:dataset"]}
    names = {d["dct:identifier"]: [c["csvw:name"] for c in d["csvw:column"]] for d in found["dcat:dataset"]}
    assert (languages, forms, names) == (
        {("id", "en")},
        {("text/csv", "text/csv", "application/json")},
        {d.slug: d.head for d in DATASETS},
    )


def test_rows_have_as_many_cells_as_there_are_columns(client, jica, _needs):
    program_factories.program(jica, visibility="PUBLIC")
    agreement("ACTIVE", partner=jica)
    editions.publish(MONDAY)
    wrong = [e.dataset for e in Edition.objects.all() if any(len(row) != len(e.head) for row in e.rows)]
    assert wrong == []


@pytest.mark.parametrize("visibility", ["ALL_OFFICES", "SELECTED", "INVITATION"])
def test_programmes_that_are_not_for_everyone_are_in_no_edition(jica, visibility):
    program_factories.program(jica, visibility=visibility, title_id="Rahasia")
    editions.publish(MONDAY)
    assert Edition.objects.get(dataset="program").rows == []
    assert Edition.objects.get(dataset="kursi-tawaran").rows == []


@pytest.mark.parametrize("path", ["/data/", "/en/data/", "/data/kebutuhan-provinsi/", "/data/iati/"])
def test_pages_open_for_everyone_before_and_after_the_first_edition(client, path):
    empty = client.get(path).status_code
    editions.publish(MONDAY)
    assert (empty, client.get(path).status_code) == (200, 200)


def test_a_catalogue_page_costs_few_queries(client, django_assert_max_num_queries):
    editions.publish(MONDAY)
    client.get("/data/")
    with django_assert_max_num_queries(6):
        client.get("/data/")


def test_column_names_are_english_words_and_reference_tables_exist():
    names = [name for dataset in DATASETS for name in dataset.head]
    references = {c.reference for d in DATASETS for c in d.columns if c.reference} | {
        r for d in DATASETS for r in d.references
    }
    assert ([n for n in names if not n.replace("_", "").isalpha() or not n.islower()], references - BY_SLUG.keys()) == (
        [],
        set(),
    )
