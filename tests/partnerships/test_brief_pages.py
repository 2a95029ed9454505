"""The pages of demand briefs: what each reader reads, files, what is never told outside the centre, queries."""

from __future__ import annotations

import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from notices.models import Notice
from notices.tasks import deliver_pending
from partnerships.lifecycle import BRIEF
from partnerships.models import Brief, BriefPaper, BriefStatus
from regions.models import Region
from tests import factories, program_factories
from tests.brief_factories import brief, published, text
from tests.proposal_factories import open_need, proposal
from workflow.engine import perform
from workflow.models import Seal

pytestmark = pytest.mark.django_db
S = BriefStatus
ROOT = "/mitra/permintaan/ringkasan/"
OUTSIDERS = ("jica_liaison", "koica_head", "bali_operator", "aceh_verifier")
CENTRE = ("ppsdm_verifier", "biroks_officer", "sekjen", "auditor")


@pytest.fixture
def groups(aceh, bali, jica):
    """Three mediators in Aceh, twenty in West Java, nine of twelve in Bali without a seat."""
    for code, island in (("11", "Sumatera"), ("32", "Jawa"), ("51", "Bali")):
        factories.region(code)
        Region.objects.filter(pk=code).update(island_group=island)
    needs = {code: open_need(factories.office(code), people=n) for code, n in (("11", 3), ("32", 20), ("51", 12))}
    proposal(needs["51"], program_factories.program(jica, "OPEN"), "ACCEPTED", seats_requested=6, seats_allotted=6)
    return needs


@pytest.fixture
def valid(groups, ppsdm_verifier, ppsdm_head):
    return published(ppsdm_verifier, ppsdm_head)


def get(client, who, address: str):
    client.force_login(who)
    return client.get(address)


def rows_of(response) -> dict[str, int]:
    return {row.place: row.line.people for row in response.context["rows"]}


# --- Reading


@pytest.mark.parametrize("name", OUTSIDERS)
def test_outside_the_centre_no_small_group_is_read_on_any_page_or_file(name, request, client, valid):
    who = request.getfixturevalue(name)
    page = get(client, who, f"{ROOT}{valid.code}/")
    assert rows_of(page) == {"Provinsi Jawa Barat": 20, "Provinsi Bali": 6}
    [provinces] = [view for view in page.context["listing"].views if view.name == "provinsi"]
    assert [option.value for option in provinces.options] == ["32", "51"]
    small = valid.lines.get(province="11").number
    assert get(client, who, f"{ROOT}{valid.code}/baris/{small}/").status_code == 404
    found = json.loads(get(client, who, f"{ROOT}{valid.code}.json").content)
    assert [line["province"] for line in found["lines"]] == ["32", "51"]
    assert found["small_groups"] == "withheld"
    assert all(
        "people_counted_once" not in line and isinstance(line["preferred_modes"], list) for line in found["lines"]
    )
    book = load_workbook(io.BytesIO(get(client, who, f"{ROOT}{valid.code}.xlsx").getvalue()))
    cells = [str(cell) for sheet in book.worksheets[:-1] for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not [cell for cell in cells if "Aceh" in cell]
    narrowed = get(client, who, f"{ROOT}{valid.code}/?provinsi=11")
    assert rows_of(narrowed) == {}


@pytest.mark.parametrize("name", CENTRE)
def test_the_centre_reads_every_province(name, request, client, valid):
    page = get(client, request.getfixturevalue(name), f"{ROOT}{valid.code}/")
    assert rows_of(page) == {"Provinsi Jawa Barat": 20, "Provinsi Bali": 6, "Provinsi Aceh": 3}
    found = json.loads(client.get(f"{ROOT}{valid.code}.json").content)
    assert found["totals"] == {"requested": 35, "met": 6, "people": 29, "offices": 3, "provinces": 3}
    assert sum(line["people_counted_once"] for line in found["lines"]) == 29
    assert found["lines"][0]["preferred_modes"] == {"BLENDED": 20}


def test_the_json_says_when_it_was_counted_and_what_it_follows(client, valid, ppsdm_verifier, ppsdm_head, jica_head):
    second = published(ppsdm_verifier, ppsdm_head)
    found = json.loads(get(client, jica_head, f"{ROOT}{second.code.lower()}.json").content)
    assert {name: found[name] for name in ("format", "code", "cycle", "edition", "status", "follows", "title")} == {
        "format": "sinergi-demand-brief-1",
        "code": "RPP-2026-2",
        "cycle": 2026,
        "edition": 2,
        "status": "PUBLISHED",
        "follows": "RPP-2026-1",
        "title": {"id": second.title, "en": "Demand brief 2026, edition 2"},
    }
    assert found["counted_at"].endswith("+07:00") and found["published_at"].endswith("+07:00")
    assert (found["reasons"], found["changes"]) == ([], [])


def test_filters_narrow_lines_people_and_the_file(client, valid, ppsdm_verifier):
    page = get(client, ppsdm_verifier, f"{ROOT}{valid.code}/?provinsi=51&tingkat=1-3")
    assert (rows_of(page), page.context["people_in"]) == ({"Provinsi Bali": 6}, 6)
    answer = client.get(f"{ROOT}{valid.code}.xlsx?provinsi=51")
    sheet = load_workbook(io.BytesIO(answer.getvalue())).worksheets[0]
    assert [row[11] for row in sheet.iter_rows(min_row=2, values_only=True)] == [6]


def test_sums_by_post_and_province_in_the_file_are_the_people_of_the_brief(client, valid, ppsdm_verifier):
    open_need(factories.office("52"), people=9, themes=(("T07", 1, 3), ("T08", 1, 2)))
    record = brief(S.DRAFT)
    book = load_workbook(io.BytesIO(get(client, ppsdm_verifier, f"{ROOT}{record.code}.xlsx").getvalue()))
    sums = [sum(row[-1] for row in sheet.iter_rows(min_row=2, values_only=True)) for sheet in book.worksheets[1:4]]
    assert (sums, record.people) == ([47, 38, 38], 38)  # who needs two competencies counts under both


def test_the_needs_behind_a_figure_are_those_the_reader_may_open(
    client, valid, ppsdm_verifier, bali_head, aceh_province_head, jica_liaison
):
    line = valid.lines.get(province="51").number
    seen = {}
    for who in (ppsdm_verifier, bali_head, aceh_province_head, jica_liaison):
        page = get(client, who, f"{ROOT}{valid.code}/baris/{line}/")
        seen[who.acting_role, who.acting_organisation.code] = [
            (source.need_line.need.office.code, source.people) for source in page.context["sources"]
        ]
    assert seen == {
        ("PPSDM_VER", "PPSDM"): [("DISNAKER-51", 6)],
        ("DINAS_HEAD", "DISNAKER-51"): [("DISNAKER-51", 6)],
        ("DINAS_HEAD", "DISNAKER-11"): [],
        ("PARTNER_OFF", "JICA"): [],
    }
    assert "DISNAKER-51" not in text(page) and "bidang@example.test" not in text(page)


def test_what_changed_is_told_with_numbers_at_the_centre_and_without_outside(
    client, valid, groups, jica, ppsdm_verifier, ppsdm_head, jica_liaison
):
    given = proposal(
        groups["32"], program_factories.program(jica, "OPEN"), "ACCEPTED", seats_requested=7, seats_allotted=7
    )
    second = published(ppsdm_verifier, ppsdm_head)
    address = f"{ROOT}{second.code}/?lihat=perubahan"
    inside = get(client, ppsdm_verifier, address)
    [change] = inside.context["changes"]
    assert (change.change.before, change.change.after) == (20, 13)
    assert [(code, people) for _words, code, people in change.reasons] == [(given.code, "−7")]
    assert [people for _words, people in inside.context["reasons"]] == ["−7"]
    outside = get(client, jica_liaison, address)
    assert [(code, people) for _words, code, people in outside.context["changes"][0].reasons] == [("", "")]
    assert given.code not in text(outside)


def test_superseded_and_withdrawn_editions_say_so(client, valid, ppsdm_verifier, ppsdm_head, jica_liaison):
    second = published(ppsdm_verifier, ppsdm_head)
    reason = "Angka satu provinsi dihitung dua kali; edisi baru menyusul."
    perform(BRIEF, "withdraw", record=second, actor=ppsdm_head, answers={"reason": reason})
    assert reason in text(get(client, jica_liaison, f"{ROOT}{second.code}/"))
    former = get(client, jica_liaison, f"{ROOT}{valid.code}/")
    assert former.status_code == 200 and "RPP-2026-1" in text(former)
    assert client.get(f"{ROOT}{valid.code}/baris/1/komitmen/").status_code == 403


def test_an_empty_brief_and_an_empty_list_say_what_comes(client, ppsdm_verifier, jica_liaison):
    factories.cycle()
    assert "sg-empty" in get(client, jica_liaison, ROOT).content.decode()
    client.force_login(ppsdm_verifier)
    answer = client.post(f"{ROOT}baru/")
    record = Brief.objects.get()
    assert answer.url == f"{ROOT}{record.code}/"
    page = client.get(answer.url)
    assert (page.status_code, page.context["rows"]) == (200, [])
    assert "sg-empty" in page.content.decode()
    second = client.post(f"{ROOT}baru/")
    assert (second.status_code, Brief.objects.count()) == (409, 1)
    assert record.code in text(second)


@pytest.mark.parametrize("name", ["jica_liaison", "ppsdm_head", "auditor", "bali_head"])
def test_nobody_else_begins_a_brief(name, request, client):
    client.force_login(request.getfixturevalue(name))
    assert client.post(f"{ROOT}baru/").status_code == 403


def test_partners_are_told_of_a_publication(valid, jica_liaison, koica_head, bali_head):
    deliver_pending()
    told = set(Notice.objects.filter(flow=BRIEF.name, action="publish").values_list("user", flat=True))
    assert {jica_liaison.pk, koica_head.pk} <= told and bali_head.pk not in told


# --- The paper


def test_the_paper_is_made_once_and_anyone_can_check_it(client, valid, jica_liaison, ppsdm_verifier, ppsdm_head):
    first = get(client, jica_liaison, f"{ROOT}{valid.code}.pdf")
    content = b"".join(first.streaming_content)
    again = b"".join(get(client, ppsdm_verifier, f"{ROOT}{valid.code}.pdf").streaming_content)
    assert content[:5] == b"%PDF-" and again == content
    paper, seal = BriefPaper.objects.get(), Seal.objects.get(flow=BRIEF.name)
    assert (paper.seal, paper.sha256, seal.sha256) == (seal, seal.sha256, paper.sha256)
    client.logout()
    page = text(client.get(f"/verify/{seal.code}/"))
    assert valid.code in page and seal.sha256[:8] in page.replace(" ", "").lower()
    published(ppsdm_verifier, ppsdm_head)
    assert client.get(f"/verify/{seal.code}/").context["standing"].key == "replaced"


def test_the_paper_of_a_draft_has_no_seal(client, groups, ppsdm_verifier):
    record = brief(S.DRAFT)
    answer = get(client, ppsdm_verifier, f"{ROOT}{record.code}.pdf")
    assert answer.content[:5] == b"%PDF-"
    assert (Seal.objects.count(), BriefPaper.objects.count()) == (0, 0)


# --- Queries


def test_a_page_takes_the_same_queries_for_one_line_and_for_two_hundred(client, ppsdm_verifier, aceh):
    open_need(aceh, people=8)
    address = {}
    for size, needs in (("one", 0), ("many", 200)):
        for number in range(needs):
            current = number % 4
            open_need(
                factories.office(("11", "32", "51", "52", "94")[number % 5]),
                people=6 + number,
                themes=((("T07", "T08")[number % 2], current, current + 1),),
                urgency=f"U{number % 3 + 1}",
                post_code=("MEDHI", "PKERJA")[number // 100],
            )
        address[size] = f"{ROOT}{brief(S.SUPERSEDED).code}/"
    client.force_login(ppsdm_verifier)
    client.get(address["one"])
    asked = {}
    for size, url in address.items():
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{url}?size=100")
        asked[size] = len(queries)
    assert page.context["listing"].total > 100
    assert asked["one"] == asked["many"] <= 20
