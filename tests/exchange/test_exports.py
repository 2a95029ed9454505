"""Lists as files: each for whom its page is, the same rows as the page under the same filter, both kinds."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.models import Meeting
from participants.models import Nomination
from partnerships.models import AllocationRun
from tests.addresses import run
from tests.demo_records import program, user
from tests.portal.conftest import seeded  # noqa: F401 - the sample scenario
from workflow.exports import EXPORT_LOG, KINDS, exports
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def browser(account: str) -> Client:
    client = Client()
    if account:
        client.force_login(user(account))
    return client


def content_of(response) -> bytes:
    assert response.status_code == 200, response.status_code
    content = b"".join(response.streaming_content) if response.streaming else response.content
    for close in response._resource_closers:  # response.close() would close the database of the whole module
        close()
    return content


def text_rows(response) -> list[list[str]]:
    content = content_of(response).decode("utf-8")
    assert content.startswith("\ufeff") and content.endswith("\r\n")
    return list(csv.reader(io.StringIO(content[1:], newline=""), delimiter=";"))


def book_of(response):
    return openpyxl.load_workbook(io.BytesIO(content_of(response)))


def sheet_rows(response) -> list[list]:
    return [[cell.value for cell in row] for row in book_of(response).worksheets[0].iter_rows()]


def of(name: str) -> dict:
    """What names the record a list belongs to."""
    match name:
        case "program-demand" | "program-answers":
            return {"of": program("JA1").slug}
        case "allocation-lines":
            return {"of": run("RATIFIED").code}
        case "invitations":
            return {"of": Meeting.objects.first().code}
        case "roster":
            return {"of": Nomination.objects.get(status="SHORTLISTED").proposal.code}
        case "audit-trail":
            return {"flow": "regions.need", "of": "KB-2026-0001"}
    return {}


# --- Whose lists they are: typed by hand from the pages' rules ----------------------------------------------

READERS = ("operator.ntb", "verifikator.ntb", "verifikator.ppsdm", "penghubung.jica", "auditor", "admin", "")
MATRIX = """
actions               200 200 200 200 200 200 302
agreements            200 200 200 200 200 200 302
allocation-lines      403 403 200 403 200 404 302
audit                 403 403 403 403 200 403 302
briefs                200 200 200 200 200 403 302
audit-trail           403 403 403 403 200 403 302
data-requests         200 200 200 200 200 200 302
deadlines             200 200 200 200 200 200 302
delegations           200 200 200 200 200 200 302
demand                403 403 200 200 200 403 302
evaluations           200 200 200 200 200 200 302
invitations           200 200 200 200 200 404 302
meetings              200 200 200 200 200 200 302
need-lines            200 200 200 200 200 200 302
needs                 200 200 200 200 200 200 302
needs-province        403 200 403 403 403 403 302
needs-queue           403 403 200 403 200 403 302
nominations           200 200 200 200 200 200 302
people                403 403 403 403 403 200 302
program-answers       200 200 200 200 200 404 404
program-demand        403 403 200 200 200 404 302
programs              200 200 200 200 200 200 200
programs-managed      403 403 200 200 200 403 302
proposals             200 200 200 200 200 200 302
published-agreements  200 200 200 200 200 200 200
questions             200 200 200 200 200 200 302
reviews               200 200 200 200 200 200 302
roster                404 404 200 404 200 404 302
threads               200 200 200 200 200 200 302
"""


def test_every_list_is_handed_to_whom_its_page_is():
    lines = [line.split() for line in MATRIX.strip().splitlines()]
    table = {name: [int(status) for status in statuses] for name, *statuses in lines}
    assert set(table) == {export.name for export in exports()}
    got = {}
    for number, account in enumerate(READERS):
        client = browser(account)
        for name in table:
            statuses = set()
            for kind in KINDS if account in ("verifikator.ppsdm", "") else ("csv",):
                response = client.get(reverse("exchange:export", args=[name, kind]), of(name))
                statuses.add(response.status_code)
                if response.status_code == 200:
                    content_of(response)
                    assert "no-store" in response["Cache-Control"]
                    assert response["Content-Disposition"].startswith(f'attachment; filename="sinergi-{name}')
            assert len(statuses) == 1, (name, account, statuses)
            got.setdefault(name, [])[number:] = statuses
    assert got == table


# --- The same rows as the page ------------------------------------------------------------------------------

PAGES = [
    ("needs", "verifikator.ppsdm", "status=APPROVED&sort=-people"),
    ("needs", "verifikator.ppsdm", "q=mediator&province=52&province=33"),
    ("needs-queue", "verifikator.ppsdm", "tab=all&sort=-score"),
    ("programs", "operator.ntb", "cara=IN_COUNTRY&sort=-kursi"),
    ("programs-managed", "penghubung.jica", "status=PUBLISHED"),
    ("proposals", "verifikator.ppsdm", "sort=score&status=PROPOSED&status=ACCEPTED"),
    ("agreements", "verifikator.ppsdm", "track=CENTRAL&sort=code"),
    ("reviews", "verifikator.ppsdm", "about=program"),
    ("nominations", "auditor", "sort=code&status=SHORTLISTED"),
    ("evaluations", "auditor", "level=L3_HEAD"),
    ("threads", "auditor", "audience=PARTNER"),
    ("questions", "auditor", "tab=all"),
    ("meetings", "auditor", "tab=past"),
    ("actions", "auditor", "tab=all"),
    ("published-agreements", "", "sort=title"),
]


def page_of(name: str) -> str:
    return {
        "needs": "regions:needs",
        "needs-queue": "regions:queue",
        "programs": "programs:catalogue",
        "programs-managed": "programs:mine",
        "proposals": "partnerships:proposals",
        "agreements": "partnerships:agreements",
        "reviews": "partnerships:reviews",
        "nominations": "participants:nominations",
        "evaluations": "participants:evaluations",
        "threads": "forum:threads",
        "questions": "forum:questions",
        "meetings": "forum:meetings",
        "actions": "forum:actions",
        "published-agreements": "published_agreements",
    }[name]


@pytest.mark.parametrize(("name", "account", "query"), PAGES)
def test_a_file_holds_the_rows_of_the_page_in_its_order(name, account, query):
    client = browser(account)
    page = client.get(f"{reverse(page_of(name))}?{query}&size=100")
    listing = page.context["listing"]
    wanted = [row.code for row in listing.rows]
    assert len(wanted) == listing.total
    link = f"{reverse('exchange:export', args=[name, 'csv'])}?{query}".replace("&", "&amp;")
    assert (link in page.content.decode()) == bool(wanted)
    for kind, read in (("csv", text_rows), ("xlsx", sheet_rows)):
        rows = read(client.get(f"{reverse('exchange:export', args=[name, kind])}?{query}&page=2&size=25"))
        assert [row[0] for row in rows[1:]] == wanted


def test_both_kinds_say_the_same():
    client = browser("verifikator.ppsdm")
    for name in ("needs", "proposals", "agreements", "programs", "need-lines"):
        texts = text_rows(client.get(reverse("exchange:export", args=[name, "csv"])))
        cells = sheet_rows(client.get(reverse("exchange:export", args=[name, "xlsx"])))
        assert [len(row) for row in cells] == [len(row) for row in texts]
        for row, text in zip(cells, texts, strict=True):
            for cell, words in zip(row, text, strict=True):
                if isinstance(cell, str):
                    assert words.lstrip("'") == cell.lstrip("'")
                elif isinstance(cell, int | float):
                    assert float(words) == cell
                elif cell is None:
                    assert words == ""
                else:
                    assert f"{cell:%Y-%m-%d %H:%M}".startswith(words)


def test_a_workbook_says_where_it_comes_from_and_names_no_person():
    reader = user("verifikator.ppsdm")
    response = browser("verifikator.ppsdm").get("/en/unduh/needs.xlsx?status=APPROVED&province=52&q=KB&sort=-people")
    book = book_of(response)
    about = dict(row[:2] for row in book["About this file"].iter_rows(min_row=2, values_only=True))
    assert book.sheetnames == ["Training needs", "About this file"]
    assert about["Filter"] == "Status: Approved; Province: West Nusa Tenggara; “KB”"
    assert about["Order"] == "Number of people, downwards"
    assert about["Rows"] == book.worksheets[0].max_row - 1
    assert about["Made for"] == f"{reader.acting.role_label}, {reader.acting_organisation}"
    assert reader.name not in str(about.values())
    assert book.worksheets[0].freeze_panes == "A2"
    public = book_of(browser("").get("/en/unduh/programs.xlsx"))["About this file"]
    used = dict(row[:2] for row in public.iter_rows(min_row=2, values_only=True))
    assert used["Made for"] == "Anyone"
    assert used["Use"] == "Public information (Law 14/2008). Whoever uses it names Sinergi as the source."


def test_nonsense_in_the_address_finds_nothing_and_breaks_nothing():
    client = browser("auditor")
    query = "status=%00&q=%00&cycle=abc&province=x&sort=nonsense&tab=nonsense&of=" + "x" * 900
    for export in exports():
        response = client.get(f"{reverse('exchange:export', args=[export.name, 'csv'])}?{query}")
        assert response.status_code in (200, 403, 404), export.name
        if response.status_code == 200:
            content_of(response)
    assert client.get("/unduh/nonsense.csv").status_code == 404
    assert client.get("/unduh/needs.pdf").status_code == 404
    assert client.head("/unduh/needs.csv").status_code == 200


def test_what_is_not_read_row_by_row_takes_no_query_per_row():
    client = browser("auditor")
    for name in ("needs", "need-lines", "proposals", "agreements", "nominations", "evaluations", "threads", "people"):
        counts = []
        for query in ("q=KB-2026-0001", ""):
            response = client.get(f"{reverse('exchange:export', args=[name, 'csv'])}?{query}")
            if response.status_code == 403:
                break
            content_of(response)  # labels are in the cache now
            with CaptureQueriesContext(
                connection,
            ) as context:
                content_of(client.get(f"{reverse('exchange:export', args=[name, 'csv'])}?{query}"))
            counts.append(len(context))
        if counts:
            assert counts[1] - counts[0] <= 4, (name, counts)  # the pieces of a list that had none before


# --- What does not leave ------------------------------------------------------------------------------------


def roster_of(status: str) -> str:
    return Nomination.objects.filter(status=status).exclude(person__nip_sealed="").first().proposal.code


def test_a_roster_hides_staff_numbers_and_is_written_down():
    nomination = Nomination.objects.get(status="SHORTLISTED")
    code, person = nomination.proposal.code, nomination.person
    before = LogEntry.objects.count()
    content = content_of(browser("verifikator.ppsdm").get("/unduh/roster.csv", {"of": code})).decode()
    assert person.nip_masked in content
    entries = list(LogEntry.objects.order_by("seq")[before:])
    assert [(e.flow, e.record_code, e.action, e.data.get("kind")) for e in entries] == [
        ("partnerships.proposal", code, "read", None),
        ("partnerships.proposal", code, "download", "roster"),
    ]
    assert person.name not in str([e.data for e in entries])


def test_a_partner_gets_no_column_that_its_page_does_not_have():
    shown = Nomination.objects.filter(status__in=["FORWARDED", "ACCEPTED", "ATTENDING", "COMPLETED"]).first()
    account = "penghubung.jica" if shown.proposal.partner.code == "JICA" else "penghubung.koica"
    rows = text_rows(browser(account).get("/en/unduh/roster.csv", {"of": shown.proposal.code}))
    assert rows[0] == ["Person", "Nomination", "Post", "Office", "Status", "Attendance in %", "Due (WIB)"]
    proposals = text_rows(browser("penghubung.jica").get("/en/unduh/proposals.csv"))
    assert "Need line" not in proposals[0]
    assert not any("KB-2026" in cell for row in proposals for cell in row)


def test_who_took_a_list_about_people_is_in_the_log():
    before = LogEntry.objects.count()
    content_of(browser("auditor").get("/unduh/nominations.csv?status=SHORTLISTED"))
    entry = LogEntry.objects.order_by("seq")[before]
    assert (entry.flow, entry.record_code, entry.action) == (EXPORT_LOG, "nominations", "download")
    assert entry.data == {"rows": 1, "filters": ["status"]}
    assert entry.actor == user("auditor")
    content_of(browser("verifikator.ppsdm").get("/unduh/needs.csv"))
    assert LogEntry.objects.count() == before + 1


# --- Every list has an export -------------------------------------------------------------------------------

ROOMS = ("accounts", "notices", "regions", "programs", "partnerships", "participants", "forum", "portal")
LISTS = {
    "accounts/selectors/delegations.py:delegation_listing": "delegations",
    "accounts/selectors/people.py:people_listing": "people",
    "forum/selectors/actions.py:action_listing": "actions",
    "forum/selectors/invitations.py:invitee_listing": "invitations",
    "forum/selectors/meetings.py:meeting_listing": "meetings",
    "forum/selectors/questions.py:program_listing": "program-answers",
    "forum/selectors/questions.py:question_listing": "questions",
    "forum/selectors/threads.py:thread_listing": "threads",
    "participants/selectors/evaluations.py:evaluation_list": "evaluations",
    "participants/selectors/nominations.py:nomination_list": "nominations",
    "participants/selectors/requests.py:correction_list": "data-requests",
    "partnerships/selectors/agreements.py:agreement_listing": "agreements",
    "partnerships/selectors/briefs.py:brief_listing": "briefs",
    "partnerships/selectors/allocation_results.py:line_listing": "allocation-lines",
    "partnerships/selectors/proposals.py:proposal_list": "proposals",
    "partnerships/selectors/reviews.py:review_listing": "reviews",
    "partnerships/selectors/suggestions.py:demand_listing": "program-demand",
    "portal/selectors/published.py:agreements": "published-agreements",
    "programs/selectors/lists.py:catalogue": "programs",
    "programs/selectors/lists.py:management_list": "programs-managed",
    "regions/selectors.py:need_listing": "needs",
    "regions/selectors.py:queue_listing": "needs-queue",
}
WITHOUT = {
    "partnerships/selectors/briefs.py:line_listing": "a brief has files of its own, with what is withheld",
}
"""Lists that nobody can take along, and why."""
NO_LISTING = {"audit", "audit-trail", "deadlines", "demand", "need-lines", "needs-province", "roster"}
"""Exports of pages that are lists without a Listing, or a second shape of one."""


def _builds(node) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Listing"


def builders() -> set[str]:
    """Where in the rooms a Listing is built."""
    found = set()
    for room in ROOMS:
        for path in Path(settings.BASE_DIR, room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)) if "Listing(" in text else ():
                if isinstance(node, ast.FunctionDef) and any(map(_builds, ast.walk(node))):
                    found.add(f"{path.relative_to(settings.BASE_DIR)}:{node.name}")
    return found


def test_every_list_with_filters_can_be_taken_along():
    assert builders() == set(LISTS) | set(WITHOUT)
    assert {export.name for export in exports()} == set(LISTS.values()) | NO_LISTING


def test_every_export_is_offered_on_a_page():
    offered = {
        name
        for export in exports()
        for name in [export.name]
        for path in Path(settings.BASE_DIR, "templates").rglob("*.html")
        if f'export_links "{name}"' in (text := path.read_text(encoding="utf-8")) or f'export="{name}"' in text
    }
    assert offered == {export.name for export in exports()}


def test_runs_that_are_not_solved_have_no_lines_to_hand_out():
    ready = run("DRAFT")
    assert AllocationRun.objects.filter(pk=ready.pk).exists()
    assert browser("verifikator.ppsdm").get("/unduh/allocation-lines.csv", {"of": ready.code}).status_code == 404
