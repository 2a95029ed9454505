"""The dashboard: who opens it, what it says of a small world counted by hand, that every figure is the sum of the rows
it opens, files, filters, and what it costs."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from urllib.parse import parse_qs

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.roles import Role
from portal.dashboard import bases, page
from portal.dashboard.choice import choice_of
from portal.dashboard.measures import MEASURES
from portal.kpi.scopes import scope_of
from regions.models import Region
from tests import agreement_factories, factories, program_factories
from tests.kpi_world import NOW, finished, people, seats, wib
from tests.proposal_factories import open_need, proposal
from workflow import formats
from workflow.charts.chart import Cell, value_of
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
BALI = "Bali–Nusa Tenggara"


@pytest.fixture(autouse=True)
def _first_of_july():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(jica, koica, aceh_regency, bali, auditor):
    """2026, counted by hand:

    Aceh: an approved need with 5 people (T07); JICA gives it 3 seats in September, of which 2 people are accepted.
    Bali: an approved need with 4 people (T07, T08), no seat. Bali besides: 3 people in verification, for 20 days.
    Filed in all: 12. Left out: a draft with 6 people, a withdrawn need with 7, and the next year's.
    """
    Region.objects.filter(code="51").update(island_group=BALI)
    given = seats(aceh_regency, jica, starts=dt.date(2026, 9, 7), people=3, program_status="PUBLISHED")
    given.line.need.lines.update(requested_total=5)
    people(given, "ACCEPTED", "FM")
    open_need(bali, people=4, themes=(("T07", 1, 3), ("T08", 1, 2)))
    factories.need(bali, status="MIN_REVIEW", people=3, status_since=NOW - dt.timedelta(days=20))
    factories.need(bali, status="DRAFT", people=6)
    factories.need(bali, status="WITHDRAWN", people=7)
    return given


def choice(user, **asked):
    return choice_of(scope_of(user), {"siklus": "2026", **asked})


def table(user, name: str, **asked) -> list[list]:
    """The table of one chart, values alone."""
    chart = page.CHARTS[name](choice(user, **asked))
    return [
        [str(v) if not isinstance(v := value_of(cell), int | float | None) else v for cell in row] for row in chart.rows
    ]


def shown(client, user, url: str, status: int = 200):
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer


# --- Who opens it


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.PPSDM_VER, "PPSDM"),
        (Role.PPSDM_HEAD, "PPSDM"),
        (Role.DITJEN_REV, "DJ-PHI"),
        (Role.BIROKS_OFF, "BIRO-KS"),
        (Role.BIROKS_HEAD, "BIRO-KS"),
        (Role.SEKJEN, "SETJEN"),
        (Role.EVAL, "PPSDM"),
        (Role.AUDITOR, "ITJEN"),
    ],
)
def test_the_centre_opens_it(role, where, client):
    answer = shown(client, factories.member(role, factories.organisation(where)), "/dasbor/")
    assert [chart.name for chart in answer.context["charts"]] == list(page.CHARTS)


def test_others_do_not(client, administrator, aceh_operator, aceh_verifier, jica_head):
    for user in (administrator, aceh_operator, aceh_verifier, jica_head):
        client.force_login(user)
        urls = ("/dasbor/", "/dasbor/?grafik=usia&sebagai=csv", "/dasbor/baris/menunggu/")
        assert {client.get(url).status_code for url in urls} == {403}
    client.logout()
    assert client.get("/dasbor/").url.startswith("/masuk/?next=")


# --- What it says


def test_the_way_of_the_people(world, auditor):
    """12 filed, 9 approved, 5 of the line proposed, 3 seats, 2 named, 2 accepted, none done."""
    rows = table(auditor, "alur")
    assert [row[1] for row in rows] == [12, 9, 5, 3, 2, 2, 0]
    assert [round(row[2]) for row in rows] == [100, 75, 42, 25, 17, 17, 0]


def test_needs_by_state_and_age(world, auditor):
    """One need waits in the ministry, for 20 days: 15 to 30. The approved ones wait for nobody."""
    rows = [row for row in table(auditor, "usia") if "Verifikasi" in row[0] or "verification" in row[0]]
    assert [row[1:] for row in rows] == [[0, 0, 1, 0, 1]]


@pytest.mark.parametrize(
    ("days", "band"), [(0, "7"), (7, "7"), (8, "14"), (14, "14"), (15, "30"), (30, "30"), (31, "lama"), (400, "lama")]
)
def test_an_age_counts_to_its_band_until_the_last_day_of_it(days, band, bali, auditor):
    factories.need(bali, status="MIN_REVIEW", status_since=NOW - dt.timedelta(days=days, hours=1))
    assert list(bases.waiting(choice(auditor)).values_list("age", flat=True)) == [band]


def test_seats_by_partner(world, koica, auditor):
    """JICA offers 10 seats (its intake), gave 3, 2 are used; a partner without an intake this year does not appear."""
    offered = world.intake.seats
    assert table(auditor, "kursi") == [["JICA", offered, 3, 2]]


def test_seats_by_place_leave_out_what_was_offered_to_all(world, auditor):
    assert table(auditor, "kursi", provinsi="11") == [["JICA", 3, 2]]
    assert table(auditor, "kursi", provinsi="51") == []


def test_whether_regions_are_served_alike(world, auditor):
    """Sumatera 3 of 5, Bali none of 4; together 3 of 9."""
    assert table(auditor, "pemerataan") == [["Sumatera", 5, 3, 60.0], [BALI, 4, 0, 0.0]]
    chart = page.CHARTS["pemerataan"](choice(auditor))
    assert "60%" in str(chart.title) and "33%" in str(chart.summary)


def test_where_people_have_no_seat(world, auditor):
    """Aceh's line leaves 2 without, Bali's 4; a person counts for each competency of their line."""
    found = {(row[0], row[1]): tuple(row[2:]) for row in table(auditor, "kesenjangan")}
    assert sorted(found.values()) == [(4, 0, 4), (4, 0, 4), (5, 3, 2)]
    assert sum(left for _people, _seats, left in found.values()) == 10


def test_agreements_that_end(auditor, jica):
    """One in October, undecided; one in twelve months to the day; one a day later is not shown."""
    agreement_factories.agreement("ACTIVE", starts=dt.date(2024, 1, 1), ends=dt.date(2026, 10, 9))
    for ends in (dt.date(2027, 7, 1), dt.date(2027, 7, 2)):
        agreement_factories.agreement("ACTIVE", starts=dt.date(2024, 1, 1), ends=ends)
    assert [row[1:] for row in table(auditor, "perjanjian")] == [[1, 0], [1, 0]]
    title = str(page.CHARTS["perjanjian"](choice(auditor)).title)
    assert title.startswith("2 ")


def test_the_calendar_shows_what_closes_next(world, auditor, client):
    chart = page.CHARTS["kalender"](choice(auditor))
    assert [str(row[0].text) for row in chart.rows] == [world.intake.program.title]
    assert world.intake.program.title in str(chart.title)


# --- Filters


def test_every_filter_narrows_what_it_can(world, jica, koica, auditor):
    approved = {
        "": [12, 9], "pulau=Sumatera": [5, 5], f"pulau={BALI}": [7, 4], "provinsi=51": [7, 4], "tema=T08": [4, 4],
        "mitra=JICA": [5, 5], "mitra=KOICA": [],
    }  # fmt: skip
    told = {
        query: [row[1] for row in table(auditor, "alur", **{k: v[0] for k, v in parse_qs(query).items()})][:2]
        for query in approved
    }
    assert told == approved


def test_what_does_not_exist_is_as_if_it_had_not_been_asked_for(world, client, auditor):
    strange = "siklus=abcd&pulau=%00&provinsi=999999&tema=<script>&mitra='--"
    answer = shown(client, auditor, f"/dasbor/?{strange}")
    assert answer.context["choice"].query() == "siklus=2026"
    assert b"<script>&" not in answer.content


def test_a_province_is_compared_by_its_regencies(world, auditor):
    assert table(auditor, "pemerataan", provinsi="11") == [["Kabupaten 1101", 5, 3, 60.0]]


def test_the_address_keeps_the_choice(world, client, auditor):
    page_ = shown(client, auditor, "/en/dasbor/?siklus=2026&pulau=Sumatera&tema=T07").content.decode()
    assert '<option value="Sumatera" selected>' in page_ and '<option value="T07" selected>' in page_
    assert "pulau=Sumatera&amp;tema=T07&amp;grafik=alur&amp;sebagai=csv" in page_


# --- Every figure opens its rows


class Links(HTMLParser):
    """Figures of a page with the address they open: {address: text}."""

    def __init__(self):
        super().__init__()
        self.found: dict[str, str] = {}
        self.open = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and "/baris/" in given.get("href", "") and "tabindex" not in given:
            self.open = given["href"]

    def handle_data(self, data):
        if self.open and data.strip():
            self.found[self.open] = data.strip()
            self.open = ""


@pytest.mark.parametrize("query", ["", "pulau=Sumatera", "provinsi=11", "tema=T07", "mitra=JICA"])
def test_every_figure_is_the_sum_of_the_rows_it_opens(query, world, client, auditor):
    links = Links()
    links.feed(shown(client, auditor, f"/dasbor/?siklus=2026&{query}").content.decode())
    assert len(links.found) >= 10
    wrong = {}
    for url, text in links.found.items():
        rows = shown(client, auditor, url).context
        if "/langkah/" in url or not text.isdecimal():
            continue
        lines, found = sum(row.above for row in rows["rows"]), rows["found"]
        if not int(text) == found.total == lines:
            wrong[url] = (text, found.total, lines)
    assert wrong == {}


def test_rows_that_a_reader_may_not_open_are_counted_and_not_shown(world, client):
    """The Bureau of Cooperation sees no nomination before it was forwarded; the figure is the same for all."""
    user = factories.member(Role.LEGAL, factories.organisation("BIRO-HUKUM"))
    found = shown(client, user, "/dasbor/baris/peserta/?siklus=2026&tahap=dicalonkan").context
    assert (found["found"].total, len(found["rows"]) + found["found"].hidden) == (2, 2)


def test_steps_open_their_records(client, auditor, bali):
    need = factories.need(bali, status="MIN_REVIEW", status_since=wib(2026, 3, 2))
    for action, source, target, at in (
        ("create", "", "PROV_REVIEW", wib(2026, 3, 2)),
        ("prov_endorse", "PROV_REVIEW", "MIN_REVIEW", wib(2026, 3, 4)),
    ):
        with time_machine.travel(at, tick=False):
            LogEntry.objects.create(
                flow="regions.need", record_id=need.pk, record_code=need.code, action=action, source=source,
                target=target, at=at, role=Role.PROV_VER, data={},
            )  # fmt: skip
    for query in ("", "&provinsi=51"):
        answer = shown(
            client, auditor, f"/dasbor/baris/langkah/?siklus=2026&tabel=regions.need&keadaan=PROV_REVIEW{query}"
        )
        assert [row.code for row in answer.context["rows"]] == [need.code]


@pytest.mark.parametrize(
    "url",
    [
        "/dasbor/baris/apa-saja/",
        "/dasbor/baris/menunggu/?status=NONSENSE",
        "/dasbor/baris/langkah/?tabel=regions.need&keadaan=NONSENSE",
        "/dasbor/baris/langkah/",
        "/dasbor/?grafik=apa&sebagai=png",
        "/dasbor/?grafik=usia&sebagai=exe",
    ],
)
def test_what_is_no_figure_is_not_found(url, client, auditor):
    shown(client, auditor, url, 404)


def test_hostile_words_in_an_address_of_rows_do_no_harm(client, auditor, world):
    for query in ("umur=%00", "lewat=x", "page=99", "page=-1"):
        shown(client, auditor, f"/dasbor/baris/menunggu/?{query}")
    shown(client, auditor, "/dasbor/baris/menunggu/?umur='", 404)
    shown(client, auditor, "/dasbor/baris/perjanjian/?bulan=%00")
    for query in ("bulan=2026-13", "putusan=x", "bulan=9999-99", "bulan=9999-12"):
        shown(client, auditor, f"/dasbor/baris/perjanjian/?{query}", 404)
    shown(client, auditor, "/dasbor/baris/orang/?tahap=x")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("menunggu/?status=MIN_REVIEW&umur=30", "Needs in the state: Ministry verification, 15 to 30 days"),
        ("menunggu/?lewat=ya", "Needs past their time limit"),
        (
            "perjanjian/?bulan=2026-10&putusan=belum",
            "Agreements that end within twelve months, October 2026, undecided",
        ),
        ("peserta/", "Named by their office"),
        ("peserta/?tahap=diajukan", "Named by their office"),
        ("orang/?tahap=selesai", "In approved needs"),
    ],
)
def test_the_name_of_the_rows_says_what_they_are_narrowed_by(rows, said, client, auditor, world):
    answer = shown(client, auditor, f"/en/dasbor/baris/{rows}").context
    assert str(answer["label"]) == said


def test_rows_without_a_stage_are_those_their_name_says(world, client, auditor):
    """Two people are named by their office and none is done: the page must not count those who are done."""
    assert shown(client, auditor, "/dasbor/baris/peserta/?siklus=2026").context["found"].total == 2


def test_a_narrowed_share_does_not_open_the_figure_of_the_whole_country(world, auditor):
    urls = {place: page.figures_of(choice(auditor, provinsi=place))[2].url for place in ("", "11")}
    assert "K09" in urls[""] and urls["11"] == "#tenggat"


# --- What a title may not say


def test_a_share_is_all_or_none_only_where_it_is():
    with translation.override("en"):
        said = [formats.share(part, 1000) for part in (0, 1, 4, 6, 500, 994, 996, 999, 1000)]
    assert said == ["0%", "0.1%", "0.4%", "1%", "50%", "99%", "99.6%", "99.9%", "100%"]
    assert (formats.share(1, 10**9), formats.share(0, 0)) == ("0,1%", "–")


def test_programmes_of_one_title_have_a_bar_each(world, auditor, jica):
    """Two programmes of one title are two lines of the calendar, not two bars in one."""
    program_factories.program(jica, title_id=world.intake.program.title_id)
    spec = page.CHARTS["kalender"](choice(auditor)).spec
    assert len({row["line"] for row in spec["data"]["values"]}) == len(table(auditor, "kalender"))


def test_rows_come_in_pages(client, auditor, bali):
    for _ in range(27):
        factories.need(bali, status="MIN_REVIEW", complete=False)
    first = shown(client, auditor, "/dasbor/baris/menunggu/?siklus=2026")
    assert (first.context["found"].total, len(first.context["rows"])) == (27, 25)
    assert len(shown(client, auditor, "/dasbor/baris/menunggu/?siklus=2026&page=2").context["rows"]) == 2


# --- Files


def test_a_chart_as_a_table(world, client, auditor):
    answer = shown(client, auditor, "/en/dasbor/?siklus=2026&grafik=pemerataan&sebagai=csv")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows == ["Place;People;Seats;Share", "Sumatera;5;3;60.0", f"{BALI};4;0;0.0"]


def test_a_chart_as_a_picture(world, client, auditor):
    png = shown(client, auditor, "/dasbor/?siklus=2026&grafik=alur&sebagai=png")
    assert png.content.startswith(b"\x89PNG") and png["Content-Type"] == "image/png"
    assert png["Content-Disposition"].startswith('attachment; filename="sinergi-alur-2026-07-01')
    svg = shown(client, auditor, "/dasbor/?siklus=2026&grafik=alur&sebagai=svg").content.decode()
    assert svg.startswith("<svg") and "/dasbor/" not in svg


# --- The page


def test_charts_stand_in_the_page_with_their_words_and_tables(world, client, auditor):
    page_ = shown(client, auditor, "/en/dasbor/?siklus=2026").content.decode()
    for name in page.CHARTS:
        assert f'id="{name}"' in page_ and f'aria-labelledby="{name}-t"' in page_
    assert "Of 12 people asked for, 3 have a seat and 0 have completed a training" in page_
    assert page_.count("<figure") == 8 and page_.count("<figcaption") <= 8


def test_an_empty_portal_says_what_there_is_not(client, auditor):
    page_ = shown(client, auditor, "/en/dasbor/").content.decode()
    assert "No need of this cycle waits for anybody." in page_
    assert "Nothing has been filed in this cycle for this choice." in page_
    assert "<figcaption" not in page_


def test_nobody_is_named(world, client, auditor):
    """Nominees are counted; their names, and the codes of their nominations, stay off the page."""
    from participants.models import Nomination

    content = shown(client, auditor, "/dasbor/?siklus=2026").content.decode()
    for nomination in Nomination.objects.select_related("person"):
        assert nomination.person.name not in content and nomination.code not in content


def _queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len([q for q in queries if "portal_cache" not in q["sql"]])


def test_many_rows_cost_as_many_queries_as_one(world, client, auditor, jica, bali):
    client.force_login(auditor)
    urls = [
        "/dasbor/?siklus=2026", "/dasbor/?siklus=2026&pulau=Sumatera", "/dasbor/baris/orang/?siklus=2026",
        "/dasbor/baris/menunggu/?siklus=2026", "/dasbor/baris/kursi/?siklus=2026", "/dasbor/baris/tawaran/?siklus=2026",
    ]  # fmt: skip
    few = {url: _queries(client, url) for url in urls}
    for number in range(12):
        office = factories.office(f"11{number + 2:02d}")
        need = open_need(office, people=3, themes=((("T01", "T05", "T07", "T08", "T11")[number % 5], 1, 3),))
        proposal(need, world.intake.program, "PROPOSED")
        factories.need(office, status="MIN_REVIEW")
    finished(seats(bali, jica, starts=dt.date(2026, 10, 5), people=3), wib(2026, 6, 1))
    assert {url: _queries(client, url) for url in urls} == few


def test_every_kind_of_rows_has_a_page(client, auditor, world):
    asked = {"langkah": "&tabel=regions.need&keadaan=MIN_REVIEW", "peserta": "&tahap=selesai"}
    for name in MEASURES:
        shown(client, auditor, f"/en/dasbor/baris/{name}/?siklus=2026{asked.get(name, '')}")


def test_cells_that_open_something_open_a_page_of_the_portal(world, auditor):
    cells = [cell for chart in page.charts_of(choice(auditor)) for row in chart.rows for cell in row]
    urls = {cell.url for cell in cells if isinstance(cell, Cell) and cell.url}
    assert {url[0] for url in urls} <= {"/", "?"} and len(urls) > 10
