"""The catalogue and the programme page: who sees what, what the filters count, both languages."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import Intake
from tests import factories, program_factories

NOW = dt.datetime(2026, 6, 1, 2, tzinfo=dt.UTC)


@pytest.fixture
def on_first_of_june():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offer(jica, koica, words, on_first_of_june):
    """Six programmes anyone may read; the counts below were counted by hand from this list."""

    def add(
        partner,
        theme,
        post,
        mode,
        country,
        language,
        interpretation,
        starts,
        days,
        status="OPEN",
        seats=10,
        **more,
    ):
        return program_factories.program(
            partner,
            status,
            themes=tuple((t, 1, 3) for t in theme.split()),
            posts=tuple(post.split()),
            delivery_mode=mode,
            country=country,
            language=language,
            interpretation=interpretation,
            seats=seats,
            starts=dt.date.fromisoformat(starts),
            internal_deadline=NOW + dt.timedelta(days=days),
            partner_deadline=NOW + dt.timedelta(days=days + 10),
            visibility="PUBLIC",
            **more,
        )

    return [
        add(jica, "T01", "WASNAK", "OVERSEAS", "JP", "EN", "NONE", "2026-11-16", 50, seats=2),
        add(jica, "T07", "MEDHI", "OVERSEAS", "JP", "ID", "CONSECUTIVE", "2026-12-01", 80, seats=16),
        add(koica, "T07 T08", "MEDHI", "OVERSEAS", "KR", "EN", "CONSECUTIVE", "2026-10-12", 20, seats=18),
        add(
            koica,
            "T08",
            "MEDHI WASNAK",
            "IN_COUNTRY",
            "ID",
            "ID",
            "NONE",
            "2026-10-05",
            6,
            express=True,
            seats=30,
        ),
        add(
            koica,
            "T07",
            "MEDHI",
            "ONLINE",
            "KR",
            "ID",
            "NONE",
            "2026-11-02",
            40,
            status="PUBLISHED",
            funding_mode="SHARED",
            seats=40,
        ),
        add(jica, "T08", "MEDHI", "IN_COUNTRY", "ID", "ID", "NONE", "2026-10-19", -3, status="CLOSED", seats=5),
    ]


def counts(client, query="") -> dict[str, dict[str, int]]:
    """{facet: {value: count}} as the page shows them."""
    listing = client.get(f"/program/{query}").context["listing"]
    return {view.name: {option.value: option.count for option in view.options} for view in listing.views}


def found(client, offer, query="") -> list[int]:
    """Positions in the list above, in the order shown."""
    order = {program.pk: n for n, program in enumerate(offer, 1)}
    return [order[p.pk] for p in client.get(f"/program/{query}").context["listing"].rows]


def test_without_filters_every_facet_counts_everything(client, offer):
    assert counts(client) == {
        "status": {"PUBLISHED": 1, "OPEN": 4, "CLOSED": 1},
        "mitra": {"JICA": 3, "KOICA": 3},
        "tema": {"T01": 1, "T07": 3, "T08": 3},
        "jabatan": {"MEDHI": 5, "WASNAK": 2},
        "cara": {"IN_COUNTRY": 2, "OVERSEAS": 3, "ONLINE": 1},
        "mulai": {"2026-10": 3, "2026-11": 2, "2026-12": 1},
        "bahasa": {"ID": 4, "EN": 2},
        "juru-bahasa": {"ya": 2},
        "biaya": {"FULL": 5, "SHARED": 1},
        "negara": {"ID": 2, "JP": 2, "KR": 2},
        "cepat": {"ya": 1},
    }


def test_the_counts_of_a_facet_follow_the_other_facets_not_its_own(client, offer):
    query = "?mitra=KOICA&tema=T08"
    assert found(client, offer, query) == [4, 3]
    assert counts(client, query) == {
        "status": {"OPEN": 2},
        "mitra": {"JICA": 1, "KOICA": 2},
        "tema": {"T07": 2, "T08": 2},
        "jabatan": {"MEDHI": 2, "WASNAK": 1},
        "cara": {"IN_COUNTRY": 1, "OVERSEAS": 1},
        "mulai": {"2026-10": 2},
        "bahasa": {"ID": 1, "EN": 1},
        "juru-bahasa": {"ya": 1},
        "biaya": {"FULL": 2},
        "negara": {"ID": 1, "KR": 1},
        "cepat": {"ya": 1},
    }


def test_values_widen_within_a_facet_and_narrow_across(client, offer):
    assert found(client, offer, "?tema=T01&tema=T08") == [4, 3, 1, 6]
    assert found(client, offer, "?tema=T01&tema=T08&negara=ID") == [4, 6]
    assert found(client, offer, "?status=OPEN&juru-bahasa=ya") == [3, 2]
    assert found(client, offer, "?cepat=ya") == [4]
    assert found(client, offer, "?mulai=2026-11") == [5, 1]


def test_the_nearest_deadline_comes_first_and_closed_ones_last(client, offer):
    assert found(client, offer) == [4, 3, 5, 1, 2, 6]
    assert found(client, offer, "?sort=mulai") == [4, 3, 6, 5, 1, 2]
    assert found(client, offer, "?sort=-kursi") == [5, 4, 3, 2, 6, 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Theme T01", [1]),
        ("tema t08", [4, 3, 6]),
        ("KOICA", [4, 3, 5]),
        ("Labour inspector", [4, 1]),
        ("apa saja", []),
    ],
)
def test_the_search_reads_titles_competencies_partners_and_posts(client, offer, text, expected):
    assert found(client, offer, f"?q={text}") == expected


@pytest.mark.parametrize("query", ["?mulai=x", "?mitra=%00", "?page=999", "?sort=%27", "?size=7", "?tema=" + "z" * 400])
def test_a_nonsense_address_is_answered(client, offer, query):
    assert client.get(f"/program/{query}").status_code == 200


def test_an_empty_list_names_the_one_filter_that_stands_in_the_way(client, offer):
    response = client.get("/en/program/?tema=T01&negara=KR&bahasa=EN")
    way_out = response.context["way_out"]
    # Without the theme: programme 3; without the country: programme 1; without the language: none.
    assert (way_out.label, way_out.count) == ("Theme T01", 1)
    assert way_out.url == "?negara=KR&bahasa=EN"
    assert "One programme fits without “Theme T01”." in response.content.decode()
    many = client.get("/en/program/?mitra=JICA&mitra=KOICA&q=nirgends")
    assert (many.context["way_out"].label, many.context["way_out"].count) == ("nirgends", 6)
    assert "6 programmes fit without “nirgends”." in many.content.decode()


def test_when_no_single_filter_helps_the_page_says_so(client, offer):
    response = client.get("/en/program/?tema=T01&negara=KR&q=nirgends")
    assert response.context["way_out"] is None
    assert "Dropping one filter alone does not help." in response.content.decode()


def test_an_empty_catalogue_says_what_will_appear(client, db):
    assert "No programme is on offer now" in client.get("/en/program/").content.decode()


def test_visitors_see_what_is_public_and_offices_what_is_meant_for_them(
    client, jica, koica, words, bali, bali_operator, aceh
):
    made = {}
    for visibility in ("PUBLIC", "ALL_OFFICES", "SELECTED", "INVITATION"):
        made[visibility] = program_factories.program(jica, "OPEN", visibility=visibility)
    made["SELECTED"].selected_offices.add(bali)
    made["INVITATION"].selected_offices.add(aceh)
    people = {
        "visitor": None,
        "bali": bali_operator,
        "aceh": factories.member("PROV_VER", aceh),
        "koica": factories.member("PARTNER_HEAD", koica),
        "admin": factories.member("ADMIN", factories.organisation("PPSDM")),
        "jica": factories.member("PARTNER_OFF", jica),
    }
    seen, pages = {}, {}
    for name, user in people.items():
        client.logout() if user is None else client.force_login(user)
        listed = {p.pk for p in client.get("/program/").context["listing"].rows}
        seen[name] = {key for key, program in made.items() if program.pk in listed}
        pages[name] = {
            key for key, program in made.items() if client.get(f"/program/{program.slug}/").status_code == 200
        }
    everything = {"PUBLIC", "ALL_OFFICES", "SELECTED", "INVITATION"}
    assert (
        seen
        == pages
        == {
            "visitor": {"PUBLIC"},
            "bali": {"PUBLIC", "ALL_OFFICES", "SELECTED"},
            "aceh": {"PUBLIC", "ALL_OFFICES", "INVITATION"},
            "koica": {"PUBLIC"},
            "admin": {"PUBLIC"},
            "jica": everything,
        }
    )


@pytest.mark.parametrize("state", ["DRAFT", "SUBMITTED", "VERIFICATION", "RETURNED", "REJECTED"])
def test_what_was_never_published_is_nowhere_public(client, jica, bali_operator, words, state):
    program = program_factories.program(jica, state, visibility="PUBLIC")
    answers = [client.get(f"/program/{program.slug}/").status_code]
    client.force_login(bali_operator)
    answers.append(client.get(f"/program/{program.slug}/").status_code)
    assert answers == [404, 404]
    assert client.get("/program/").context["listing"].total == 0


def test_offices_read_the_internal_deadline_on_both_clocks_and_never_the_partners(client, koica, koica_liaison, words):
    program = program_factories.program(
        koica,
        "OPEN",
        internal_deadline=dt.datetime(2026, 9, 4, 7, tzinfo=dt.UTC),
        partner_deadline=dt.datetime(2026, 9, 11, 8, 30, tzinfo=dt.UTC),
        partner_zone="Asia/Seoul",
        visibility="PUBLIC",
        starts=dt.date(2026, 12, 1),
    )
    papua = factories.member("DINAS_OP", factories.office("94"))
    url = f"/en/program/{program.slug}/"
    client.force_login(papua)
    office = client.get(url).content.decode()
    client.force_login(koica_liaison)
    partner = client.get(url).content.decode()
    client.logout()
    visitor = client.get(url).content.decode()
    assert "4 September 2026, 14:00 WIB = 16:00 WIT" in office
    assert "4 September 2026, 14:00 WIB" in visitor
    assert "11 September 2026, 17:30 KST" in partner
    for page in (office, visitor):
        assert "11 September 2026" not in page and "Partner&#x27;s deadline" not in page


def test_the_page_shows_intakes_prerequisites_costs_and_contacts(client, jica, words):
    program = program_factories.program(
        jica,
        "OPEN",
        visibility="PUBLIC",
        min_rank="AHLI_MUDA",
        min_years=5,
        max_age=50,
        language="EN",
        min_language_level="B1",
        language_test="TOEFL_ITP",
        language_score=500,
        no_prior_visit=True,
        interview=True,
        share_outside_java=40,
        employment_statuses=["PNS"],
        starts=dt.date(2030, 11, 16),
        needs_agreement=True,
    )
    Intake.objects.update(online_starts=dt.date(2030, 11, 2), online_ends=dt.date(2030, 11, 6), seats_taken=4)
    program.costs.create(item="TRAVEL_DOM", payer="PEMDA", amount=1_500_000, currency="IDR")
    page = client.get(f"/en/program/{program.slug}/")
    assert page.context["prerequisites"] == [
        ("Lowest rank", "Junior expert"),
        ("Years of service", "at least 5"),
        ("Age", "at most 50 years"),
        ("Employment status", "Civil servant"),
        ("Language level", "English B1"),
        ("Language test", "TOEFL ITP 500"),
        ("From outside Java", "at least 40% of the seats"),
        ("Previous visit", "no previous visit to the host country"),
        ("Selection", "with an interview"),
    ]
    text = page.content.decode()
    for part in (
        "16–20 Nov 2030",
        "online 2–6 Nov 2030",
        "Rp1,500,000",
        "Regional government",
        "Staf program",
        "gi.pdf",
    ):
        assert part in text


def test_a_programme_without_intakes_says_that_the_next_is_not_scheduled(client, jica, words):
    program = program_factories.program(jica, "OPEN", visibility="PUBLIC")
    program.intakes.all().delete()
    assert "The next intake is not scheduled yet." in client.get(f"/en/program/{program.slug}/").content.decode()


def test_a_closed_programme_offers_three_similar_ones_that_still_take_people(client, jica, koica, words):
    closed = program_factories.program(jica, "CLOSED", visibility="PUBLIC")
    for days in (30, 10, 20, 40):
        deadline = timezone.now() + dt.timedelta(days=days)
        program_factories.program(koica, "OPEN", visibility="PUBLIC", internal_deadline=deadline)
    program_factories.program(koica, "OPEN", visibility="PUBLIC", themes=(("T08", 1, 3),))
    program_factories.program(koica, "OPEN", visibility="ALL_OFFICES")
    similar = client.get(f"/program/{closed.slug}/").context["similar"]
    assert [round((p.internal_deadline - timezone.now()).total_seconds() / 86400) for p in similar] == [
        10,
        20,
        30,
    ]


def test_a_clock_that_stands_still_lets_nobody_in_late(client, jica, words):
    program = program_factories.program(
        jica, "OPEN", visibility="PUBLIC", internal_deadline=timezone.now() - dt.timedelta(seconds=1)
    )
    assert "The internal deadline has passed." in client.get(f"/en/program/{program.slug}/").content.decode()


def test_every_page_speaks_both_languages(client, jica, words):
    program = program_factories.program(
        jica,
        "OPEN",
        visibility="PUBLIC",
        title_id="Mediasi hubungan industrial",
        title_en="Mediation of disputes",
    )
    pages = {
        url: client.get(url).content.decode()
        for url in ("/program/", "/en/program/", f"/program/{program.slug}/", f"/en/program/{program.slug}/")
    }
    assert ["Mediasi hubungan industrial" in text for text in pages.values()] == [True, False, True, False]
    assert ["Mediation of disputes" in text for text in pages.values()] == [False, True, False, True]
    assert ['<html lang="id">' in text for text in pages.values()] == [True, False, True, False]


def test_the_list_is_downloaded_as_filtered_and_harmless(client, offer, jica):
    program_factories.program(
        jica,
        "OPEN",
        visibility="PUBLIC",
        title_id="=1+1",
        title_en="=1+1",
        themes=(("T01", 1, 2),),
        posts=("WASNAK",),
        starts=dt.date(2026, 9, 1),
    )
    response = client.get("/en/unduh/programs.csv?tema=T01")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    lines = response.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "Code;Title;Partner;Competencies and levels;Target posts;Way of learning;Country;Language;Funding;Starts;Seats;"
        "Seats free;Internal deadline (WIB);Status"
    )
    assert [line.split(";")[1] for line in lines[1:]] == ["'=1+1", offer[0].title_en]
    assert len(lines) == 3


def test_the_catalogue_asks_the_same_queries_for_1_and_25_rows(client, jica, words, bali_operator):
    client.force_login(bali_operator)
    program_factories.program(jica, "OPEN")
    client.get("/program/")
    with CaptureQueriesContext(connection) as one:
        client.get("/program/")
    for _ in range(29):
        program_factories.program(jica, "OPEN", themes=(("T07", 1, 3), ("T08", 1, 3)), posts=("MEDHI", "WASNAK"))
    with CaptureQueriesContext(connection) as thirty:
        page = client.get("/program/")
    assert (len(page.context["listing"].rows), page.context["listing"].total) == (25, 30)
    assert len(thirty) == len(one)


def test_a_visitor_who_opens_a_working_page_is_asked_to_sign_in(client, published):
    for url in (
        "/mitra/program/",
        f"/mitra/program/{published.code}/",
        f"/mitra/program/{published.code}/isi/",
    ):
        response = client.get(url)
        assert (response.status_code, response.url) == (302, f"/masuk/?next={url}")
