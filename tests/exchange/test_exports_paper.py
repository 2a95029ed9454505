"""Records on paper: for whom their pages are, with what their pages say, as a page to print and as a tagged PDF."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from forum.models import Thread
from partnerships.models import Proposal, Review
from tests.addresses import run
from tests.demo_records import need, program, user
from tests.portal.conftest import seeded  # noqa: F401 - the sample scenario
from workflow import papers
from workflow.exports import EXPORT_LOG
from workflow.models import LogEntry
from workflow.records import records

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
needs_pango = pytest.mark.skipif(not papers.can_make(), reason="this server has no Pango")


def browser(account: str) -> Client:
    client = Client()
    if account:
        client.force_login(user(account))
    return client


def code_of(name: str) -> str:
    return {
        "need": lambda: need(1).code,
        "program": lambda: program("JA1").slug,
        "proposal": lambda: Proposal.objects.filter(partner__code="JICA", sent_at__isnull=False).first().code,
        "agreement": lambda: "DEMO-MOU-JICA",
        "review": lambda: Review.objects.get(status="PUBLISHED").code,
        "allocation": lambda: run("RATIFIED").code,
        "thread": lambda: Thread.objects.get(record_code="DEMO-MOU-JICA").code,
    }[name]()


READERS = ("operator.ntb", "verifikator.ppsdm", "penghubung.jica", "auditor", "admin", "")
MATRIX = """
agreement   404 200 200 200 404 302
allocation  200 200 200 200 404 302
need        200 200 404 200 404 302
program     200 200 200 200 404 404
proposal    404 200 200 200 404 302
review      404 200 404 200 404 302
thread      404 200 200 200 404 302
"""
"""The same as their pages."""


def test_a_record_is_printed_for_whom_its_page_is():
    lines = [line.split() for line in MATRIX.strip().splitlines()]
    table = {name: [int(status) for status in statuses] for name, *statuses in lines}
    assert set(table) == {paper.name for paper in records()}
    browsers = [browser(account) for account in READERS]
    got = {}
    for name in table:
        url = reverse("exchange:record", args=[name, code_of(name)])
        answers = [client.get(url) for client in browsers]
        got[name] = [answer.status_code for answer in answers]
        assert all("no-store" in answer["Cache-Control"] for answer in answers if answer.status_code == 200)
    assert got == table
    assert browsers[1].get("/cetak/nonsense/KB-2026-0001/").status_code == 404
    assert browsers[1].post(reverse("exchange:record", args=["need", need(1).code])).status_code == 405


def test_the_page_says_what_it_is_when_and_for_whom():
    reader, record = user("verifikator.ppsdm"), need(1)
    page = browser("verifikator.ppsdm").get(f"/en/cetak/need/{record.code}/").content.decode()
    assert '<html lang="en">' in page
    for words in (
        record.code,
        record.national_number,
        str(record.state.label) and "Being met",
        f"{reader.acting_organisation}",
        "As of",
        record.reason,
        "Priority score",
        f'href="/en/cetak/need/{record.code}.pdf"',
    ):
        assert words in page, words
    assert reader.name not in page


@needs_pango
@pytest.mark.parametrize("name", ["need", "program", "proposal", "agreement", "review", "allocation", "thread"])
def test_a_pdf_is_tagged_and_has_title_and_language(name):
    response = browser("verifikator.ppsdm").get(f"/en/cetak/{name}/{code_of(name)}.pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    read = PdfReader(io.BytesIO(response.content))
    root = read.root_object
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == (
        True,
        "en",
        True,
    )
    text = " ".join("".join(page.extract_text() for page in read.pages).split())
    code = read.metadata.title.split(" · ")[0]
    assert f"Code : {code}" in text and "Read by" in text


def test_a_partner_reads_no_need_and_no_note_of_the_ministry_on_a_proposal():
    proposal = Proposal.objects.get(code=code_of("proposal"))
    proposal.note = "Catatan kementerian saja"
    proposal.save(update_fields=["note"])
    pages = {
        a: browser(a).get(f"/cetak/proposal/{proposal.code}/").content.decode() for a in ("penghubung.jica", "auditor")
    }
    inside = (proposal.need.code, "Catatan kementerian saja")
    assert [words in pages["penghubung.jica"] for words in inside] == [False, False]
    assert [words in pages["auditor"] for words in inside] == [True, True]


def test_the_deadline_of_the_partner_stays_with_partner_and_ministry():
    url = f"/en/cetak/program/{program('JA1').slug}/"
    told = {a: "Partner's deadline" in browser(a).get(url).content.decode().replace("&#x27;", "'") for a in READERS[:4]}
    assert told == {"operator.ntb": False, "verifikator.ppsdm": True, "penghubung.jica": True, "auditor": True}


def test_who_took_a_transcript_is_in_the_log():
    before, code = LogEntry.objects.count(), code_of("thread")
    page = browser("auditor").get(f"/cetak/thread/{code}/").content.decode()
    entry = LogEntry.objects.order_by("seq")[before]
    assert (entry.flow, entry.record_code, entry.action, entry.data) == (
        EXPORT_LOG, code, "download", {"kind": "transcript"},
    )  # fmt: skip
    assert "<strong>30 persen</strong>" in page


def test_pages_of_records_offer_both():
    client = browser("verifikator.ppsdm")
    for name, page in (
        ("proposal", reverse("partnerships:proposal", args=[code_of("proposal")])),
        ("agreement", reverse("partnerships:agreement", args=[code_of("agreement")])),
        ("program", reverse("programs:program", args=[code_of("program")])),
        ("thread", reverse("forum:thread", args=[code_of("thread")])),
        ("allocation", run("RATIFIED").get_absolute_url()),
    ):
        content = client.get(page, follow=True).content.decode()
        for kind in ("record", "record_pdf"):
            assert f'href="{reverse(f"exchange:{kind}", args=[name, code_of(name)])}"' in content, (name, kind)
