"""The public side: partners, signed agreements, how it works, contact, and what search engines and sharers read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from accounts.models import OrganisationKind
from partnerships.models import AgreementStatus, Track
from portal.selectors.outcomes import outcomes
from portal.selectors.published import PUBLISHED
from regions.models import Region, TrainingNeed
from tests import factories, program_factories
from tests.agreement_factories import agreement
from workflow.kept import shape_of
from workflow.open_page import open_page

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/mitra/",
    "/transparansi/kemitraan/",
    "/cara-kerja/",
    "/kontak/",
    "/program/",
    "/peta/",
    "/transparansi/",
]


@pytest.mark.parametrize("status", [s for s in AgreementStatus.values if s not in PUBLISHED])
def test_what_is_not_signed_does_not_exist_for_the_public(client, status):
    found = agreement(status, track=Track.KSDLL_NEW, title_id="Rahasia perundingan")
    page, row = client.get(f"/transparansi/kemitraan/{found.code}/"), client.get("/transparansi/kemitraan/")
    assert (page.status_code, "Rahasia perundingan" in row.text, found.code in row.text) == (404, False, False)


@pytest.mark.parametrize("status", PUBLISHED)
def test_a_signed_agreement_tells_parties_dates_and_state(client, status):
    found = agreement(status, title_id="Pelatihan mediator", subject="Pelatihan bagi mediator")
    html = client.get(f"/en/transparansi/kemitraan/{found.code}/").text
    said = ["Pelatihan mediator", "Ministry of Manpower", found.partner.name, str(found.state.label)]
    assert [text for text in said if text not in html] == []


def test_the_page_of_an_agreement_names_no_person(client, biroks_officer):
    found = agreement(
        AgreementStatus.ACTIVE, created_by=biroks_officer, signatories=[{"party": "X", "post": "Direktur"}]
    )
    html = client.get(f"/transparansi/kemitraan/{found.code}/").text
    assert (biroks_officer.name in html, biroks_officer.email in html, "Direktur" in html) == (False, False, False)


def test_agreements_are_filtered_by_track_and_downloaded_as_filtered(client):
    agreement(AgreementStatus.ACTIVE, title_id="Pusat")
    agreement(AgreementStatus.ACTIVE, track=Track.NOTA_SINERGI, title_id="Daerah")
    html = client.get("/transparansi/kemitraan/?track=NOTA_SINERGI").text
    table = client.get("/unduh/published-agreements.csv?track=NOTA_SINERGI").getvalue().decode("utf-8-sig")
    assert ("Daerah" in html, "Pusat<" in html, "Daerah" in table, "Pusat" in table) == (True, False, True, False)


def test_an_empty_filter_names_the_way_out(client):
    agreement(AgreementStatus.ACTIVE)
    html = client.get("/en/transparansi/kemitraan/?track=KSDPL").text
    assert "1 agreement fits without" in html


def test_a_partner_page_lists_what_it_offers_and_what_was_agreed(client, jica):
    shown = program_factories.program(
        jica, status="PUBLISHED", visibility="PUBLIC", title_id="Mediasi hubungan industrial"
    )
    agreement(AgreementStatus.ACTIVE, partner=jica, title_id="Nota dengan JICA")
    html = client.get("/mitra/profil/jica/").text
    assert ("Mediasi hubungan industrial" in html, shown.code in html, "Nota dengan JICA" in html) == (True,) * 3


def test_a_partner_without_anything_public_has_no_page(client, koica):
    agreement(AgreementStatus.DRAFTING, partner=koica)
    assert (client.get("/mitra/profil/koica/").status_code, "KOICA" in client.get("/mitra/").text) == (404, False)


@pytest.mark.parametrize("path", ["/mitra/profil/%00/", "/transparansi/kemitraan/%00/", "/mitra/profil/../"])
def test_hostile_addresses_find_nothing(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/mitra/", "/transparansi/kemitraan/"])
def test_thirty_records_cost_as_many_queries_as_one(client, django_assert_num_queries, path):
    def more(number):
        other = factories.organisation(f"MITRA{number}", OrganisationKind.PARTNER)
        agreement(AgreementStatus.ACTIVE, partner=other)

    more(0)
    with django_assert_num_queries(12, exact=False) as first:
        client.get(path)
    for number in range(1, 25):
        more(number)
    with django_assert_num_queries(len(first)):
        client.get(path)


@pytest.mark.parametrize("path", PAGES)
def test_visitors_may_be_shown_a_kept_page_and_people_never(client, aceh_operator, path):
    before = client.get(path)["Cache-Control"]
    client.force_login(aceh_operator)
    after = client.get(path)["Cache-Control"]
    assert ("public" in before, "max-age=60" in before, "private" in after) == (True, True, True)
    assert "Cookie" in client.get(path)["Vary"]


@override_settings(SITE_URL="https://sinergi.example.test")
@pytest.mark.parametrize(("path", "twin"), [("/mitra/", "/en/mitra/"), ("/en/mitra/", "/mitra/")])
def test_a_public_page_names_itself_its_twin_and_its_picture(client, path, twin):
    html = client.get(path).text
    host = "https://sinergi.example.test"
    assert f'<link rel="canonical" href="{host}{path}">' in html
    assert re.findall(r'<link rel="alternate" hreflang="\w\w" href="([^"]+)"', html) == [
        f"{host}{p}" for p in sorted({path, twin}, key=len, reverse=False)
    ]
    title = re.search(r"<title>(.*) · Sinergi</title>", html).group(1)
    assert f'<meta property="og:title" content="{title}">' in html
    assert re.search(rf'og:image" content="{host}/static/social[.\w]*\.png"', html)


def test_what_is_shared_is_escaped_once(client, jica):
    found = program_factories.program(
        jica, status="PUBLISHED", visibility="PUBLIC", title_id='Upah & "K3" <dasar>', summary_id="Upah & 'K3'"
    )
    html = client.get(found.get_absolute_url()).text
    assert '<meta property="og:title" content="Upah &amp; &quot;K3&quot; &lt;dasar&gt;">' in html
    assert "&amp;amp;" not in html and "&amp;quot;" not in html


@override_settings(SITE_URL="https://sinergi.example.test")
def test_filters_and_marks_of_campaigns_make_no_other_page(client):
    html = client.get("/en/peta/?tampilan=people&utm_source=surat").text
    head = html.partition("</head>")[0]
    assert '<link rel="canonical" href="https://sinergi.example.test/en/peta/">' in head
    assert 'hreflang="id" href="https://sinergi.example.test/peta/">' in head and "utm_source" not in head


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_open_page_has_words_of_its_own_to_share(client, language):
    factories.region("11")
    heads = {}
    for path in [*PAGES, "/panduan/", "/aksesibilitas/", "/privasi/", "/hasil/", "/peta/11/"]:
        html = client.get(language + path).text
        heads[path] = tuple(
            re.search(f'<meta property="og:{name}" content="([^"]+)"', html).group(1)
            for name in ("title", "description")
        )
    assert len(set(heads.values())) == len(heads) == len({description for _title, description in heads.values()})


def test_a_page_that_gives_a_visitor_something_of_their_own_is_not_shared(rf):
    from django.contrib.sessions.backends.signed_cookies import SessionStore
    from django.http import HttpResponse
    from django.middleware.csrf import get_token

    def cookie(request):
        answer = HttpResponse()
        answer.set_cookie("bahasa", "en")
        return answer

    def form(request):
        return HttpResponse(get_token(request))

    def remembers(request):
        request.session["seen"] = 1
        return HttpResponse()

    said = []
    for view in (cookie, form, remembers, lambda request: HttpResponse()):
        request = rf.get("/")
        request.session = SessionStore()
        said.append("public" in open_page(view)(request)["Cache-Control"])
    assert said == [False, False, False, True]


def test_a_partner_with_an_odd_code_has_a_page_and_breaks_no_other(client):
    odd = factories.organisation("A/B & C", OrganisationKind.PARTNER)
    program_factories.program(odd, status="PUBLISHED", visibility="PUBLIC")
    paths = ["/", "/mitra/", "/sitemap.xml", "/mitra/profil/a/b%20&%20c/"]
    assert [client.get(path).status_code for path in paths] == [200] * 4


def test_a_unit_of_the_ministry_that_offers_is_named_without_a_link(client):
    unit = factories.organisation("PPSDM-X", OrganisationKind.MINISTRY)
    program_factories.program(unit, status="PUBLISHED", visibility="PUBLIC")
    html = client.get("/").text
    assert ("PPSDM-X" in html, "/mitra/profil/ppsdm-x/" in html) == (True, False)


def test_an_agreement_without_end_and_office_says_so(client):
    found = agreement(AgreementStatus.ACTIVE, ends=None, office=None)
    assert "no end date" in client.get(f"/en/transparansi/kemitraan/{found.code}/").text
    assert "no end date" in client.get("/en/transparansi/kemitraan/").text


@pytest.mark.parametrize(
    "query", ["partner=%00", "partner=9e99", "partner=x'--", "status=" + "A" * 300, "page=-1", "page=9e9", "size=1e9",
              "sort=-office__password", "q=%25%5F%5C%00", "province=99&province=11", "track=%F0%9F%98%80"],
)  # fmt: skip
def test_hostile_filters_are_answered_with_a_list(client, query):
    agreement(AgreementStatus.ACTIVE)
    assert client.get(f"/transparansi/kemitraan/?{query}").status_code == 200
    assert client.get(f"/unduh/published-agreements.csv?{query}").status_code == 200


def test_figures_kept_by_an_older_release_are_not_read():
    @dataclass
    class Kept:
        name: str

    before = shape_of(Kept)

    @dataclass
    class Kept:  # noqa: F811 - the same class a release later
        name: str
        seats: int

    assert (shape_of(Kept) == before, shape_of(Kept) == shape_of(Kept)) == (False, True)


def test_pages_behind_the_sign_in_tell_search_engines_nothing(client, aceh_operator):
    client.force_login(aceh_operator)
    assert "og:title" not in client.get("/beranda/").text


def addresses(client) -> list[str]:
    """Every address in the site map, without its host."""
    root = ET.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 - our own
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    return [re.sub(r"^https?://[^/]+", "", found.text) for found in root.iter(f"{space}loc")]


def test_every_page_of_the_site_map_opens_for_visitors_in_both_languages(client, jica):
    program_factories.program(jica, status="PUBLISHED", visibility="PUBLIC")
    agreement(AgreementStatus.ACTIVE, partner=jica)
    agreement(AgreementStatus.DRAFTING, partner=jica)
    found = addresses(client)
    assert ({"/", "/en/", "/mitra/profil/jica/", "/en/mitra/profil/jica/"} <= set(found), len(found)) == (True, 66)
    assert [path for path in found if client.get(path).status_code != 200] == []


@pytest.mark.parametrize(
    ("day", "expires"), [("2026-01-31", "2026-07-03T00:00:00Z"), ("2026-11-01", "2027-05-03T00:00:00Z")]
)
def test_whoever_finds_a_weakness_learns_whom_to_tell(client, settings, day, expires):
    settings.SECURITY_EMAIL, settings.SITE_URL = "keamanan@example.test", "https://portal.example.test"
    with time_machine.travel(f"{day}T12:00:00+07:00", tick=False):
        answer = client.get("/.well-known/security.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer.text.splitlines() == [
        "Contact: mailto:keamanan@example.test",
        f"Expires: {expires}",
        "Preferred-Languages: id, en",
        "Canonical: https://portal.example.test/.well-known/security.txt",
    ]


def test_robots_name_the_site_map_and_close_the_inside(client):
    text = client.get("/robots.txt").text
    assert (
        "Disallow: /beranda/" in text,
        re.search(r"^Sitemap: https?://\S+/sitemap.xml$", text, re.M) is not None,
    ) == (
        True,
        True,
    )


def test_whom_to_ask_and_how_to_object_stands_with_its_days(client):
    html = client.get("/en/kontak/").text
    assert [
        n for n in ("within 10 working days", "within 30 working days", "within 21 working days") if n not in html
    ] == []


def approved(code: str, people: int, trained: int = 0):
    """An approved need of an office."""
    found = factories.need(factories.office(code), status="APPROVED")
    TrainingNeed.objects.filter(pk=found.pk).update(
        people_requested=people, people_completed=trained, submitted_at=timezone.now()
    )
    return found


def test_results_are_summed_by_island_group_and_small_groups_stay_out_of_them(client):
    year = approved("1101", 40, trained=9).cycle_id
    approved("1102", 25)
    approved("5101", 30, trained=2)
    approved("5102", 20)
    Region.objects.filter(code="51").update(island_group="Bali–Nusa Tenggara")
    shown = {row.island: (row.people, row.seats, row.trained) for row in outcomes(year) if row.people != 0}
    assert shown == {"Sumatera": (65, None, None), "Bali–Nusa Tenggara": (50, None, None)}


def test_the_results_page_opens_without_any_data_and_as_a_file(client):
    page, table = client.get("/en/hasil/"), client.get("/hasil/?unduh=csv&siklus=nonsense")
    assert ("No results in this cycle yet" in page.text, table.getvalue()[3:8]) == (True, b"cycle")
