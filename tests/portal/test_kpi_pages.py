"""The pages of the key figures: who opens which, what they show, files, exchange rates, and what they cost."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.roles import Role
from participants.models import Person
from portal.kpi.catalogue import KPIS
from programs.models import CostItem, ExchangeRate
from regions.models import Region
from tests import agreement_factories, factories
from tests.kpi_world import NOW, finished, people, seats, wib
from tests.proposal_factories import open_need
from workflow.charts.chart import value_of
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
CODES = [kpi.code for kpi in KPIS]


@pytest.fixture(autouse=True)
def _first_of_july():
    with time_machine.travel(NOW, tick=False):
        yield


def shown(client, user, url: str, status: int = 200) -> str:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


# --- Who opens what: typed from the brief


OPENED = {
    "national": set(CODES),
    "province": {"K01", "K04", "K05", "K06", "K07", "K08", "K09", "K10", "K12", "K13"},
    "office": {"K01", "K04", "K06", "K07", "K08", "K09", "K10", "K12", "K13"},
    "partner": {"K02", "K03", "K04", "K06", "K10", "K11", "K12", "K13"},
}
NATIONAL = (
    (Role.PPSDM_VER, "PPSDM"),
    (Role.PPSDM_HEAD, "PPSDM"),
    (Role.DITJEN_REV, "DJ-PHI"),
    (Role.BIROKS_OFF, "BIRO-KS"),
    (Role.BIROKS_HEAD, "BIRO-KS"),
    (Role.LEGAL, "BIRO-HUKUM"),
    (Role.SEKJEN, "SETJEN"),
    (Role.EVAL, "PPSDM"),
    (Role.AUDITOR, "ITJEN"),
)


def opened_by(client, user) -> set[str]:
    client.force_login(user)
    page = client.get("/indikator/").content.decode()
    opened = {code for code in CODES if client.get(f"/indikator/{code.lower()}/").status_code == 200}
    linked = {code for code in CODES if f"/indikator/{code}/" in page}
    files = {code for code in CODES if client.get(f"/indikator/{code}/unduh.csv").status_code == 200}
    assert opened == linked == files
    return opened


@pytest.mark.parametrize(("role", "where"), NATIONAL)
def test_the_centre_opens_every_figure(role, where, client):
    assert opened_by(client, factories.member(role, factories.organisation(where))) == OPENED["national"]


def test_regions_and_partners_open_the_figures_of_their_own_part(
    client, aceh_verifier, aceh_operator, aceh_head, jica_head
):
    found = [opened_by(client, user) for user in (aceh_verifier, aceh_operator, aceh_head, jica_head)]
    assert found == [OPENED["province"], OPENED["office"], OPENED["office"], OPENED["partner"]]


def test_others_open_none(client, administrator, aceh_regency):
    for user in (administrator, factories.member(Role.NOMINEE, aceh_regency)):
        client.force_login(user)
        pages = ("/indikator/", "/indikator/K02/", "/indikator/K02/unduh.xlsx", "/indikator/kurs/")
        assert {client.get(url).status_code for url in pages} == {403}
    client.logout()
    assert client.get("/indikator/").url.startswith("/masuk/?next=")


# --- What they show


def test_the_title_is_the_finding_and_the_formula_stands_beside_it(client, jica, aceh_regency, auditor):
    people(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=5), "ACCEPTED", "FM")
    page = shown(client, auditor, "/en/indikator/K02/?periode=2026")
    assert "40% of the seats offered are used" in page
    assert "People accepted for a seat, divided by the seats of intakes that begin in the period." in page
    assert page.count("PR-2026-") == 1 and "No target has been set" in page


def test_a_figure_is_compared_with_the_year_before(client, jica, aceh_regency, auditor):
    people(seats(aceh_regency, jica, starts=dt.date(2025, 3, 3), people=4), "ACCEPTED", "F")
    people(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=4), "ACCEPTED", "FM")
    page = shown(client, auditor, "/en/indikator/K02/")
    assert "25% in year 2025" in page and "Better than before:" in page
    before = shown(client, auditor, "/en/indikator/K02/?periode=2025")
    assert "25% of the seats offered are used" in before


def test_without_data_a_page_says_so_and_shows_no_zero(client, auditor):
    for code in CODES:
        page = shown(client, auditor, f"/en/indikator/{code}/")
        assert "No data for this period" in page and "0% of" not in page, code
    assert shown(client, auditor, "/en/indikator/").count("No data for this period") == 13


@pytest.mark.parametrize("asked", ["1999", "20266", "x", "٢٠٢٦", "-1", "9999", "\x00"])
def test_a_nonsense_period_means_this_year(asked, client, auditor):
    client.force_login(auditor)
    answer = client.get("/en/indikator/", {"periode": asked, "dasar": asked, "ukuran": asked, "page": asked})
    assert answer.status_code == 200 and "Year 2026" in answer.content.decode()


@pytest.mark.parametrize("path", ["K99/", "k/", "K02/unduh.pdf", "K02/unduh.exe"])
def test_what_does_not_exist_is_not_found(path, client, auditor):
    client.force_login(auditor)
    assert client.get(f"/indikator/{path}").status_code == 404


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_figure_opens_in_both_languages_with_rows(language, client, jica, aceh_regency, auditor):
    of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=9)
    finished(of, wib(2026, 3, 9), "FM")
    agreement_factories.agreement("ACTIVE", partner=jica, starts=dt.date(2024, 1, 1), ends=dt.date(2026, 9, 1))
    assert shown(client, auditor, f"{language}/indikator/")
    for kpi in KPIS:
        for measure in kpi.measures:
            assert shown(
                client, auditor, f"{language}/indikator/{kpi.code}/?ukuran={measure.name}&hanya=ya&dasar=siklus"
            )


def test_rows_open_the_records_and_never_name_a_person(client, jica, aceh_regency, auditor):
    of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=9)
    done = finished(of, wib(2026, 3, 9), "FM")
    page = shown(client, auditor, "/indikator/K04/")
    for nomination in done:
        assert nomination.get_absolute_url() in page
    for url in ("/indikator/K04/", "/indikator/K10/?ukuran=enough", "/indikator/K10/unduh.csv?ukuran=enough"):
        client.force_login(auditor)
        answer = client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert not any(person.name in body.decode() for person in Person.objects.all()), url


def test_rows_of_either_kind_can_be_looked_at_alone(client, jica, aceh_regency, auditor):
    of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=9)
    (woman, man) = people(of, "ACCEPTED", "FM")
    yes = shown(client, auditor, "/indikator/K04/?hanya=ya")
    no = shown(client, auditor, "/indikator/K04/?hanya=tidak")
    assert (woman.code in yes, man.code in yes, woman.code in no, man.code in no) == (True, False, False, True)


def test_a_reader_without_a_role_on_the_records_reads_the_figure_and_is_told(client, jica, aceh_regency, sekjen):
    of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=9)
    (one,) = people(of, "ACCEPTED", "F")
    page = shown(client, sekjen, "/en/indikator/K04/")
    assert "100% of the people accepted are women" in page
    assert one.code not in page and "The single records behind this figure are for other roles." in page


def test_a_province_reads_no_small_group_and_no_rows_of_it(client, jica, aceh_regency, aceh_verifier):
    of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=9)
    people(of, "ACCEPTED", "FM")
    page = shown(client, aceh_verifier, "/en/indikator/K04/")
    assert "Fewer than five people: not shown" in page and "50%" not in page
    client.force_login(aceh_verifier)
    body = b"".join(client.get("/en/indikator/K04/unduh.csv").streaming_content).decode()
    assert len(body.strip().splitlines()) == 1


def test_steps_open_the_records_behind_them(client, aceh_regency, aceh_operator, auditor):
    need = factories.need(aceh_regency, status="MIN_REVIEW")
    for action, source, target, day in (("go", "DRAFT", "PROV_REVIEW", 2), ("on", "PROV_REVIEW", "MIN_REVIEW", 9)):
        LogEntry.objects.create(
            flow="regions.need", record_id=need.pk, record_code=need.code, action=action, source=source,
            target=target, at=wib(2026, 3, day), role="CLOCK",
        )  # fmt: skip
    page = shown(client, auditor, "/en/indikator/K09/")
    assert "A step takes 5 working days" in page and "5 working days" in page and "100%" in page
    one = shown(client, auditor, "/en/indikator/K09/?tabel=regions.need&keadaan=PROV_REVIEW")
    assert need.get_absolute_url() in one
    assert "No data for this period" not in shown(client, aceh_operator, "/en/indikator/K09/")
    elsewhere = factories.member(Role.DINAS_OP, factories.office("51"))
    assert "No data for this period" in shown(client, elsewhere, "/en/indikator/K09/")


# --- Files


def test_files_hold_the_rows_and_nothing_a_spreadsheet_would_execute(client, jica, aceh_regency, auditor):
    of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=9)
    people(of, "ACCEPTED", "FM")
    type(of.program).objects.filter(pk=of.program.pk).update(title_en="=1+1", title_id="=1+1")
    client.force_login(auditor)
    answer = client.get("/en/indikator/K02/unduh.csv")
    body = b"".join(answer.streaming_content).decode()
    assert answer["Content-Disposition"] == 'attachment; filename="indikator-k02-used-2026.csv"'
    assert "'=1+1" in body and ";=1+1" not in body and len(body.strip().splitlines()) == 2
    book = load_workbook(io.BytesIO(b"".join(client.get("/en/indikator/K02/unduh.xlsx").streaming_content)))
    assert book.sheetnames == ["Rows", "About this file"]
    row = [cell.value for cell in book["Rows"][2]]
    assert (row[1], row[4], row[5], book["Rows"][2][1].data_type) == ("=1+1", 2, 9, "s")
    facts = {r[0].value: r[1].value for r in book["About this file"].iter_rows()}
    assert (
        facts["Value"] == "22% of the seats offered are used" and facts["Period"] == "year 2026 (by calendar year, WIB)"
    )


def test_every_file_opens(client, jica, aceh_regency, auditor):
    of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=9)
    finished(of, wib(2026, 3, 9), "FM")
    client.force_login(auditor)
    for kpi in KPIS:
        for measure in kpi.measures:
            for kind in ("csv", "xlsx"):
                answer = client.get(f"/indikator/{kpi.code}/unduh.{kind}?ukuran={measure.name}")
                assert answer.status_code == 200 and b"".join(answer.streaming_content), (kpi.code, kind)


# --- Exchange rates


RATE = {"currency": "JPY", "rupiah": "105,2", "dated": "2026-02-01", "source": "Kurs tengah contoh"}


@pytest.fixture
def currencies(db):
    from regions.models import Term

    for code in ("IDR", "JPY", "USD"):
        Term.objects.create(vocabulary="currency", code=code, label_id=code, label_en=code)


def test_a_rate_is_entered_with_its_source_and_moves_the_figure(client, jica, aceh_regency, evaluator, currencies):
    of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2))
    CostItem.objects.filter(program=of.program).update(currency="JPY", amount=1000)
    assert "No data for this period" in shown(client, evaluator, "/en/indikator/K11/")
    assert client.post("/en/indikator/kurs/", RATE).status_code == 302
    rate = ExchangeRate.objects.get()
    entry = LogEntry.objects.filter(flow="programs.rate").get()
    assert (entry.action, entry.record_code, entry.data["rupiah"]) == ("enter_rate", "JPY-20260201", "105.2")
    assert "Partners contribute Rp105,200" in shown(client, evaluator, "/en/indikator/K11/")
    assert client.post(f"/indikator/kurs/{rate.pk}/coret/", {"reason": "pendek"}).status_code == 400
    assert client.post(f"/indikator/kurs/{rate.pk}/coret/", {"reason": "Salah baca sumbernya."}).status_code == 302
    assert client.post(f"/indikator/kurs/{rate.pk}/coret/", {"reason": "Salah baca sumbernya."}).status_code == 404
    assert "No data for this period" in shown(client, evaluator, "/en/indikator/K11/")
    assert ExchangeRate.objects.filter(struck_at__isnull=False).count() == 1


HOSTILE = (
    {"currency": "IDR"},
    {"currency": "XXX"},
    {"rupiah": "banyak"},
    {"rupiah": "0"},
    {"rupiah": "-5"},
    {"rupiah": "1e9"},
    {"rupiah": "99.999.999"},
    {"dated": "2026-07-02"},
    {"dated": "0026-01-01"},
    {"source": ""},
    {"source": "a\x00b"},
)


@pytest.mark.parametrize("typed", HOSTILE, ids=str)
def test_a_nonsense_rate_gets_a_sentence_and_stays_typed(typed, client, evaluator, currencies):
    client.force_login(evaluator)
    assert client.post("/indikator/kurs/", RATE | typed).status_code == 400
    assert ExchangeRate.objects.count() == 0


def test_a_day_has_one_rate(client, evaluator, currencies):
    client.force_login(evaluator)
    assert [client.post("/indikator/kurs/", RATE).status_code for _n in (1, 2)] == [302, 409]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("105,2", "105.2"), ("16.250", "16250"), ("16.250,75", "16250.75"), ("16,250.75", "16250.75"), ("11.4", "11.4")],
)
def test_numbers_are_read_as_people_write_them(typed, number):
    from decimal import Decimal

    from portal.kpi.forms import typed_number

    assert typed_number(typed) == Decimal(number)


def test_only_two_roles_keep_rates_and_the_regions_do_not_read_them(
    client, currencies, auditor, biroks_officer, aceh_operator, jica_head, ppsdm_head
):
    client.force_login(biroks_officer)
    assert client.post("/indikator/kurs/", RATE).status_code == 302
    rate = ExchangeRate.objects.get()
    for user in (auditor, ppsdm_head):
        client.force_login(user)
        found = [
            client.get("/indikator/kurs/").status_code,
            client.post("/indikator/kurs/", RATE).status_code,
            client.post(f"/indikator/kurs/{rate.pk}/coret/", {"reason": "Salah baca sumbernya."}).status_code,
        ]
        assert found == [200, 403, 403]
    for user in (aceh_operator, jica_head):
        client.force_login(user)
        assert {client.get(u).status_code for u in ("/indikator/kurs/", f"/indikator/kurs/{rate.pk}/coret/")} == {404}


# --- Home and cost


def test_the_home_shows_the_number_of_the_page(client, jica, biroks_head):
    for renewal in ("", "", "RENEW"):
        agreement_factories.agreement(
            "ACTIVE", partner=jica, starts=dt.date(2024, 1, 1), ends=dt.date(2026, 9, 1), renewal=renewal
        )
    home = shown(client, biroks_head, "/en/beranda/")
    assert '<a href="/en/indikator/K13/?periode=2026"><b>2</b></a>' in home and "of 3" in home
    assert "67% of the agreements" in shown(client, biroks_head, "/en/indikator/K13/?periode=2026")


def _charts(client, user, url: str) -> dict:
    client.force_login(user)
    return {chart.name: chart for chart in client.get(url).context["charts"]}


def test_a_figure_is_drawn_year_by_year_and_by_place(client, jica, koica, aceh_regency, bali, auditor):
    """2025: one of two accepted is a woman; 2026: in Aceh two of two, in Bali one of two, together three of four."""
    Region.objects.filter(code="51").update(island_group="Bali–Nusa Tenggara")
    people(seats(aceh_regency, jica, starts=dt.date(2025, 3, 3)), "ACCEPTED", "FM")
    people(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2)), "ACCEPTED", "FF")
    people(seats(bali, koica, starts=dt.date(2026, 3, 2)), "ACCEPTED", "FM")
    found = _charts(client, auditor, "/en/indikator/K04/")
    years, places = found["tahun"], found["wilayah"]
    assert [[str(value_of(cell)) for cell in row] for row in years.rows] == [
        ["year 2025", "1", "2", "50%"], ["year 2026", "3", "4", "75%"],
    ]  # fmt: skip
    assert str(years.title) == "Women on the seats (accepted): 75% in year 2026, 50% in year 2025"
    assert "Not over yet: year 2026." in str(years.note)
    assert years.rows[0][0].url == "/en/indikator/K04/?periode=2025&ukuran=accepted"
    assert [row[1:] for row in places.rows] == [[1, 2, "50%"], [2, 2, "100%"]]
    assert "50% in Bali–Nusa Tenggara, 100% in Sumatera" in str(places.title)


def test_one_year_alone_and_one_place_alone_are_not_drawn(client, jica, aceh_regency, auditor):
    people(seats(aceh_regency, jica, starts=dt.date(2026, 3, 2)), "ACCEPTED", "FF")
    assert _charts(client, auditor, "/indikator/K04/") == {}


def test_a_chart_of_a_province_shows_no_small_group(client, jica, aceh_regency, aceh_verifier):
    """Two people last year and two this year: neither is drawn, nor in the table of the chart, nor in its file."""
    for year in (2025, 2026):
        people(seats(aceh_regency, jica, starts=dt.date(year, 3, 3)), "ACCEPTED", "FM")
    assert _charts(client, aceh_verifier, "/indikator/K04/") == {}
    assert client.get("/indikator/K04/?grafik=tahun&sebagai=csv").status_code == 404


def test_a_chart_of_a_figure_is_a_file_too(client, jica, aceh_regency, auditor):
    for year in (2025, 2026):
        people(seats(aceh_regency, jica, starts=dt.date(year, 3, 3)), "ACCEPTED", "FM")
    client.force_login(auditor)
    answer = client.get("/en/indikator/K04/?grafik=tahun&sebagai=csv")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows == ["Period;Women;People accepted;Figure", "year 2025;1;2;50%", "year 2026;1;2;50%"]


def test_pages_cost_the_same_for_one_and_thirty(client, jica, aceh_regency, auditor):
    def fill(count: int):
        for _n in range(count):
            of = seats(aceh_regency, jica, starts=dt.date(2026, 3, 2), people=9)
            CostItem.objects.filter(program=of.program).update(currency="IDR", amount=5)
            open_need(aceh_regency, approved_at=wib(2026, 1, 2))
            finished(of, wib(2026, 3, 9), "FM")
            agreement_factories.agreement("ACTIVE", partner=jica, starts=dt.date(2024, 1, 1), ends=dt.date(2026, 9, 1))

    urls = ["/indikator/", *(f"/indikator/{k.code}/?ukuran={m.name}" for k in KPIS for m in k.measures)]
    client.force_login(auditor)
    client.get("/indikator/")

    def queries() -> dict[str, int]:
        found = {}
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                assert client.get(url).status_code == 200
            found[url] = len(seen)
        return found

    fill(1)
    queries()  # vocabularies and holidays are kept once read
    one = queries()
    fill(29)
    assert queries() == one
    assert one["/indikator/"] < 60
