"""The map of needs: what it counts, who reads what, what is withheld, and that every figure opens its rows."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import OrganisationKind
from accounts.roles import Role
from partnerships.models import RunStatus
from partnerships.rules.small_groups import is_small
from portal.maps import MEASURES
from portal.selectors import map as selectors
from portal.selectors.map import hidden_in, kept_back
from regions.maps import sheets
from regions.models import TrainingNeed
from tests import factories, program_factories, proposal_factories
from tests.partnerships import allocation_factories
from tests.regions.test_boundaries import around, boundaries, content, geojson, two_squares

pytestmark = pytest.mark.django_db


def filed(code: str, people: int, *, status: str = "MIN_REVIEW") -> TrainingNeed:
    """A signed need of an office that asks for a number of people."""
    need = factories.need(factories.office(code), people=people, status=status)
    TrainingNeed.objects.filter(pk=need.pk).update(submitted_at=timezone.now())
    return need


def seated(code: str, people: int, seats: int) -> TrainingNeed:
    """An approved need some of whose people have a seat."""
    need = filed(code, people, status="APPROVED")
    partner = factories.organisation("JICA", OrganisationKind.PARTNER)
    offer = program_factories.program(partner, status="PUBLISHED")
    proposal_factories.proposal(need, offer, "ACCEPTED", seats_requested=seats, seats_allotted=seats)
    return need


def table(answer) -> dict[str, list[str]]:
    """{name: cells} of the table twin."""
    body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    cells = [
        [re.sub(r"<[^>]+>", "", c).strip() for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", r, re.S)] for r in rows
    ]
    return {row[0].removeprefix("Provinsi "): row[1:] for row in cells}


def links(answer) -> list[str]:
    return [url.replace("&amp;", "&") for url in re.findall(r'href="([^"]+)"', answer.text)]


# --- What it counts -------------------------------------------------------------------------------------------------


def test_every_measure_of_a_province_stands_in_the_table(client, ppsdm_verifier):
    seated("1101", 20, 8)
    filed("1102", 10)
    factories.need(factories.office("1103"))
    client.force_login(ppsdm_verifier)
    assert table(client.get("/en/peta/")) == {"Aceh": ["2 of 3 offices", "2", "30", "8", "27%", "22"]}


@pytest.mark.parametrize("name", [*MEASURES, "nonsense", "approved"])
@pytest.mark.parametrize("path", ["/peta/", "/en/peta/11/"])
def test_every_measure_is_drawn_and_nonsense_falls_back(client, name, path):
    filed("1101", 12)
    answer = client.get(path, {"tampilan": name, "siklus": "1\x00", "tema": "T07", "urut": "-nonsense"})
    assert (answer.status_code, answer.text.count('aria-current="page">')) == (
        200,
        answer.text.count('aria-current="page">'),
    )
    assert answer.context["asked"].measure.name == (name if name in MEASURES else "filed")


def test_without_any_data_the_map_says_so(client):
    assert "The map appears once the reference data are loaded." in client.get("/en/peta/").text


def test_a_province_nobody_knows_is_not_found(client):
    factories.region("1101")
    assert [client.get(f"/peta/{code}/").status_code for code in ("11", "1101", "99", "x")] == [200, 404, 404, 404]


def test_a_province_lists_its_own_office_and_every_regency(client, ppsdm_verifier):
    seated("1101", 20, 8)
    filed("11", 9)
    factories.office("1171")
    client.force_login(ppsdm_verifier)
    assert table(client.get("/en/peta/11/")) == {
        "Office of the province": ["has filed", "1", "9", "0", "0%", "9"],
        "1101": ["has filed", "1", "20", "8", "40%", "12"],
        "1171": ["has not filed yet", "0", "0", "0", "–", "0"],
    }


def test_another_cycle_is_chosen_in_the_address(client):
    filed("1101", 12)
    factories.cycle(2025)
    assert table(client.get("/en/peta/?siklus=2025"))["Aceh"][:2] == ["has not filed yet", "0"]
    assert table(client.get("/en/peta/?siklus=2026"))["Aceh"][:2] == ["has filed", "1"]


def test_a_competency_counts_only_the_lines_that_ask_for_it(client, ppsdm_verifier):
    filed("1101", 12)
    need = factories.need(factories.office("1102"), people=7, themes=(("T08", 1, 2),))
    TrainingNeed.objects.filter(pk=need.pk).update(**{"status": "MIN_REVIEW"}, submitted_at=timezone.now())
    client.force_login(ppsdm_verifier)
    assert table(client.get("/en/peta/?tema=T08"))["Aceh"] == ["1 of 2 offices", "1", "7", "0", "0%", "7"]


def test_rows_are_sorted_by_any_measure(client, ppsdm_verifier):
    for code, people in (("1101", 12), ("5101", 30), ("5201", 20)):
        filed(code, people)
    client.force_login(ppsdm_verifier)
    orders = [list(table(client.get("/en/peta/", {"urut": sort}))) for sort in ("-people", "people", "-place")]
    assert [[name[:4] for name in order] for order in orders] == [
        ["Bali", "Nusa", "Aceh"],
        ["Aceh", "Nusa", "Bali"],
        ["Nusa", "Bali", "Aceh"],
    ]
    assert 'aria-sort="descending"' in client.get("/en/peta/?urut=-people").text


# --- Who reads what -------------------------------------------------------------------------------------------------


def small_world() -> None:
    """Three people in one regency of Aceh, many in another and in Bali."""
    filed("1101", 3)
    filed("1102", 40)
    filed("5101", 50)


def test_everyone_else_is_not_told_small_groups_nor_what_gives_them_away(client, aceh_operator, jica_liaison):
    small_world()
    for user in (None, aceh_operator, jica_liaison):
        if user:
            client.force_login(user)
        country, aceh = table(client.get("/en/peta/")), table(client.get("/en/peta/11/"))
        assert (country["Aceh"][2], country["Bali"][2]) == ("43", "50")
        assert {name: row[2] for name, row in aceh.items()} == {"1101": "fewer than 5", "1102": "not shown"}


def test_the_ministry_sees_every_figure(client, ppsdm_verifier, auditor, evaluator, sekjen):
    small_world()
    for user in (ppsdm_verifier, auditor, evaluator, sekjen):
        client.force_login(user)
        assert {name: row[2] for name, row in table(client.get("/en/peta/11/")).items()} == {"1101": "3", "1102": "40"}


def test_a_province_sees_its_own_figures_and_of_others_what_everyone_sees(client, aceh_verifier, bali_verifier):
    small_world()
    seen = {}
    for user in (aceh_verifier, bali_verifier):
        client.force_login(user)
        seen[user.acting_organisation_name] = [row[2] for row in table(client.get("/en/peta/11/")).values()][-2:]
    assert list(seen.values()) == [["3", "40"], ["fewer than 5", "not shown"]]


def test_technical_reviewers_see_what_everyone_sees(client, mediation_reviewer):
    small_world()
    client.force_login(mediation_reviewer)
    assert [row[2] for row in table(client.get("/en/peta/11/")).values()] == ["fewer than 5", "not shown"]


def test_a_small_number_of_seats_hides_seats_share_and_gap_but_not_the_people(client):
    seated("1101", 30, 2)
    filed("5101", 50)
    assert table(client.get("/en/peta/")) == {
        "Aceh": ["has filed", "1", "30", "not shown", "not shown", "not shown"],
        "Bali": ["has filed", "1", "50", "not shown", "not shown", "not shown"],
    }


def test_what_a_published_allocation_withholds_the_map_withholds_too(client):
    for code in ("1101", "5101", "5201"):
        seated(code, 40, 10)
    assert [row[3] for row in table(client.get("/en/peta/")).values()] == ["10", "10", "10"]
    figures = {
        "by_province": {
            "11": {"people": 3, "seats": 0},
            "51": {"people": 9, "seats": 6},
            "52": {"people": 40, "seats": 10},
        }
    }
    allocation_factories.run(status=RunStatus.RATIFIED, figures=figures)
    cache.clear()
    rows = table(client.get("/en/peta/"))
    assert {name[:4]: row[2:4] for name, row in rows.items()} == {
        "Aceh": ["not shown", "not shown"],
        "Bali": ["not shown", "not shown"],
        "Nusa": ["40", "10"],
    }


def test_what_a_province_keeps_back_no_regency_tells(client):
    filed("1101", 4)
    filed("5101", 40)
    filed("5102", 40)
    country = table(client.get("/en/peta/"))
    assert (country["Aceh"][2], country["Bali"][2]) == ("fewer than 5", "not shown")
    assert [row[2] for row in table(client.get("/en/peta/51/")).values()] == ["not shown", "not shown"]


PLACES = st.dictionaries(
    st.sampled_from(["1101", "1102", "1103", "1271", "1272", "5101", "5102"]),
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)),
    min_size=1,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLACES)
def test_no_sum_of_places_gives_a_small_group_away(figures):
    counts = {}
    for code, (people, approved, seats) in figures.items():
        approved = min(people, approved)
        counts[code] = {
            "people": people, "people_approved": approved, "seats": min(seats, approved), "needs": min(people, 2),
            "approved": min(approved, 1),
        }  # fmt: skip
    groups = {code: code[:2] for code in counts}
    hidden = hidden_in(counts, groups).hidden
    for group in set(groups.values()):
        members = [code for code in counts if groups[code] == group and counts[code]["people"]]
        behind = [code for code in members if code in hidden["people"]]
        left = sum(counts[code]["people"] for code in behind)
        assert not behind or (len(behind) > 1 and left >= 5) or behind == members
        shown = [code for code in members if code not in hidden["seats"]]
        assert not any(is_small(counts[code]["people"], counts[code]["seats"]) for code in shown)


def test_the_file_says_what_the_table_says(client, ppsdm_verifier):
    small_world()
    open_rows = list(
        csv.DictReader(io.StringIO(client.get("/peta/11/?unduh=csv").getvalue().decode("utf-8-sig")), delimiter=";")
    )
    client.force_login(ppsdm_verifier)
    own_rows = list(
        csv.DictReader(io.StringIO(client.get("/peta/11/?unduh=csv").getvalue().decode("utf-8-sig")), delimiter=";")
    )
    assert [r["people_requested"] for r in open_rows] == ["<5", ""]
    assert [r["people_requested"] for r in own_rows] == ["3", "40"]


def row(needs: int, approved: int, people: int, people_approved: int, seats: int = 0) -> dict[str, int]:
    return {
        "offices": needs, "filed": needs, "needs": needs, "approved": approved, "people": people,
        "people_approved": people_approved, "seats": seats,
    }  # fmt: skip


def test_a_figure_that_the_number_of_needs_tells_covers_nobody():
    """Of 1102 everyone is approved, as its needs say: less its thirty, the sum would tell of the three in 1101."""
    counts = {"1101": row(4, 1, 40, 3), "1102": row(2, 2, 30, 30), "1103": row(4, 2, 60, 20)}
    found = hidden_in(counts, dict.fromkeys(counts, "11"))
    assert sorted(found.hidden["people_approved"]) == ["1101", "1102", "1103"]


def test_a_sum_that_leaves_labelled_groups_one_value_is_widened():
    """Two groups under five that are eight together are four each."""
    counts = {"1101": row(1, 0, 4, 0), "1102": row(1, 0, 4, 0), "1103": row(3, 0, 30, 0), "1104": row(9, 0, 90, 0)}
    assert sorted(hidden_in(counts, dict.fromkeys(counts, "11")).hidden["people"]) == ["1101", "1102", "1103"]


def test_where_regencies_cannot_be_kept_back_their_province_is():
    counts = {"1101": row(4, 1, 40, 3), "1102": row(2, 2, 30, 30), "1201": row(3, 2, 60, 30), "1301": row(3, 2, 70, 30)}
    above, below = kept_back(counts, {"11": "Sumatera", "12": "Sumatera", "13": "Sumatera"})
    assert "11" in above.hidden["people_approved"] and {"1101", "1102"} <= below["people_approved"]


def test_seats_without_an_approved_need_are_no_way_round(client):
    counts = {"1101": row(1, 0, 0, 0, seats=2), "1102": row(3, 2, 30, 20, seats=9)}
    assert "1101" in hidden_in(counts, dict.fromkeys(counts, "11")).hidden["seats"]


def test_four_needs_are_four_people_and_so_are_not_called_few(client):
    for _n in range(4):
        filed("1101", 1)
    filed("1102", 40)
    assert table(client.get("/en/peta/11/"))["1101"][2] == "not shown"


# --- Every figure opens its rows ------------------------------------------------------------------------------------


def test_every_figure_opens_as_many_rows_as_it_counts(client, ppsdm_verifier):
    seated("1101", 20, 8)
    filed("1102", 10)
    factories.need(factories.office("1103"))
    filed("5101", 30)
    client.force_login(ppsdm_verifier)
    for path, place in (("/peta/", "11"), ("/peta/11/", "1101")):
        answer = client.get(path)
        row = next(r for r in answer.context["rows"] if r["place"].code == place)
        cells = {m: c for m, c in zip(MEASURES, row["cells"], strict=True)}
        listed = client.get(cells["needs"]["url"]).context["listing"]
        assert listed.total == row["place"].needs
        assert sum(need.people_requested for need in listed.rows) == row["place"].people
    seats = next(r for r in client.get("/peta/").context["rows"] if r["place"].code == "11")["cells"][3]
    assert sum(p.seats_allotted for p in client.get(seats["url"]).context["listing"].rows) == 8


def test_a_verifier_opens_the_rows_of_a_regency(client, aceh_verifier):
    filed("1101", 20)
    filed("1102", 10)
    client.force_login(aceh_verifier)
    rows = client.get("/peta/11/").context["rows"]
    url = next(r for r in rows if r["place"].code == "1101")["cells"][1]["url"]
    assert [need.office.code for need in client.get(url).context["listing"].rows] == ["DISNAKER-1101"]


def test_nobody_else_is_led_to_lists_of_records(client, aceh_operator):
    filed("1101", 12)
    for user in (None, aceh_operator):
        if user:
            client.force_login(user)
        assert not [url for url in links(client.get("/peta/")) if url.startswith("/kebutuhan/?")]


# --- How it is drawn ------------------------------------------------------------------------------------------------


def test_every_tile_is_a_link_with_a_name(client):
    filed("1101", 12)
    filed("5101", 30)
    html = client.get("/en/peta/?tampilan=people").text
    named = re.findall(r'<a href="(/en/peta/\d\d/[^"]*)" aria-label="([^"]+)"', html)
    assert named == [
        ("/en/peta/11/?tampilan=people", "Provinsi Aceh: 12 people"),
        ("/en/peta/51/?tampilan=people", "Provinsi Bali: 30 people"),
    ]


def test_circles_stand_on_the_capitals_until_boundaries_are_loaded(client):
    filed("1101", 12)
    filed("5101", 30)
    before = client.get("/peta/").text
    boundaries.load(content(geojson(c11=around("11"), c51=around("51"))), source="BIG 2026")
    cache.clear()  # a load in earnest does so after its commit
    after = client.get("/peta/").text
    assert (before.count('<circle class="m'), "maps/outline.svg#land" in before) == (2, True)
    assert (
        after.count('<circle class="m'),
        len(re.findall(r'href="/peta/batas/indonesia-[0-9a-f]{12}\.svg#w\d\d"', after)),
    ) == (0, 2)
    assert "BIG 2026" in after


def test_the_file_of_shapes_is_kept_for_a_year_and_gone_when_another_is_loaded(client):
    for code in ("1101", "1171"):
        factories.region(code)
    boundaries.load(content(two_squares()), source="uji")
    address = f"/peta/batas/11-{sheets.sheet('11').version}.svg"
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "image/svg+xml; charset=utf-8",
        "public, max-age=31536000, immutable",
    )
    assert answer.text.count('<path id="w11') == 2
    boundaries.remove(["REGENCIES"])
    gone = [address, "/peta/batas/11-.svg", "/peta/batas/11-000000000000.svg", "/peta/batas/indonesia-x.svg"]
    assert [client.get(url).status_code for url in gone] == [404] * 4


def test_a_page_older_than_the_boundaries_is_led_to_those_of_today(client):
    for code in ("1101", "1171"):
        factories.region(code)
    boundaries.load(content(two_squares()), source="satu")
    old, moved = sheets.sheet("11").version, two_squares()
    moved["transform"]["scale"] = [0.11, 0.1]
    boundaries.load(content(moved), source="dua")
    answer = client.get(f"/peta/batas/11-{old}.svg")
    assert (answer.status_code, answer["Cache-Control"]) == (302, "no-store")
    assert client.get(answer["Location"]).text.count('<path id="w11') == 2


def test_shapes_of_a_province_show_its_regencies(client):
    filed("1101", 12)
    filed("1171", 30)
    boundaries.load(content(two_squares()), source="uji")
    html = client.get("/peta/11/").text
    assert (html.count(".svg#w11"), 'class="sg-plots"' in html) == (2, True)


def test_the_map_asks_nobody_outside_and_styles_nothing_inline(client):
    filed("1101", 12)
    html = client.get("/peta/").text
    assert [url for url in links(client.get("/peta/")) if url.startswith(("http://", "https://", "//"))
            and "testserver" not in url and "localhost" not in url] == []  # fmt: skip
    assert re.findall(r"<[a-z][^>]*\s(?:style|on[a-z]+)=", html) == []


@pytest.mark.parametrize("reader", ["everyone", "ministry"])
@pytest.mark.parametrize("path", ["/peta/", "/peta/11/"])
def test_thirty_places_cost_as_many_queries_as_one(client, ppsdm_verifier, django_assert_num_queries, path, reader):
    if reader == "ministry":
        client.force_login(ppsdm_verifier)
    filed("1101", 12)
    client.get(path)
    cache.clear()
    with django_assert_num_queries(40, exact=False) as first:
        client.get(path)
    for n in range(30):
        filed(f"11{n + 2:02d}", 7)
    cache.clear()
    with django_assert_num_queries(len(first)):
        client.get(path)


def test_maps_of_two_days_have_the_same_classes(client):
    filed("1101", 12)
    classes = [
        [step["label"] for step in client.get("/en/peta/", {"tampilan": name}).context["map"].legend]
        for name in MEASURES
    ]
    assert classes == [
        ["1–39%", "40–59%", "60–79%", "80–94%", "≥ 95%"],
        ["1–4", "5–9", "10–19", "20–39", "≥ 40"],
        ["1–19", "20–49", "50–99", "100–199", "≥ 200"],
        ["1–4", "5–9", "10–19", "20–39", "≥ 40"],
        ["1–19%", "20–29%", "30–39%", "40–49%", "≥ 50%"],
        ["1–19", "20–49", "50–99", "100–199", "≥ 200"],
    ]


def test_what_reads_the_country_is_typed_by_hand(db):
    reading = {
        role
        for role in Role
        if selectors.reads_the_country(
            factories.member(
                role,
                factories.office("11")
                if role in {"DINAS_OP", "DINAS_HEAD", "PROV_VER"}
                else factories.organisation(f"O-{role}"),
            )
        )
    }
    assert reading == {"PPSDM_VER", "PPSDM_HEAD", "BIROKS_OFF", "BIROKS_HEAD", "SEKJEN", "EVAL", "AUDITOR"}
