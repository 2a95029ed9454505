"""What does not exist for a reader is in none of their lists, searches, files, feeds and messages."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from accounts.services import open_feed
from tests.addresses import patterns
from tests.authorisation.asking import ask
from tests.authorisation.readers import COLUMNS
from tests.authorisation.records import RECORDS, url_of
from tests.authorisation.typed import lines
from tests.demo_records import user
from workflow.exports import exports

pytestmark = pytest.mark.django_db
ARGUMENTS = dict(patterns())
READERS = {
    "operator.kota-semarang": "other operator",
    "verifikator.jateng": "other province",
    "kepala.koica": "other partner head",
    "calon-lain.ntb": "other nominee",
    "penelaah.phi": "other reviewer",
    "telaah.hukum": "legal reviewer",
    "admin": "administrator",
}
PAGES = (
    "need",
    "programme",
    "proposal",
    "agreement",
    "nomination",
    "thread",
    "meeting",
    "question",
    "run",
    "review",
    "brief",
)
PUBLISHED = {"programme:completed", "programme:public", "agreement:in-force"}
"""Everybody reads of them on the public pages."""
EXAMPLES = {"machines:documents", "gallery"}
"""Pages that show made-up codes, which the sample scenario happens to have."""
INTERFACE = ("needs", "programmes", "proposals", "agreements", "allocations", "threads")


def hidden(account: str, column: str, records) -> dict[str, str]:
    """{code: title} of the records of the matrix whose page does not exist for this reader."""
    found, seen = {}, set()
    for line in lines():
        kind = line.record.partition(":")[0]
        record = records[line.record]
        if kind not in PAGES or line.record in PUBLISHED or record.before:
            continue
        if line.get == "x" or "code" not in record.values:
            continue
        if record.home.account(column) != account:
            continue
        code = str(record.values.get("exchange:record code", record.values["code"]))
        if line.get[COLUMNS.index(column)] == ".":
            found[code] = line.record
        else:
            seen.add(code)  # some page about it is open to them
    return {code: label for code, label in found.items() if code not in seen}


@pytest.mark.parametrize("account", READERS)
def test_nothing_that_is_closed_is_told_elsewhere(account, browsers, records):
    column, browser, told = READERS[account], browsers[account], []
    codes = hidden(account, column, records)
    assert len(codes) > 3
    urls = [
        url_of(line.name, (), records["-"])
        for line in lines()
        if not ARGUMENTS[line.name]
        and line.name not in EXAMPLES
        and line.get != "x"
        and line.get[COLUMNS.index(column)] == "R"
        and line.record == "-"
    ]
    urls += [reverse("exchange:export", args=[export.name, "csv"]) for export in exports()]
    urls += [reverse(f"api:{name}_list") for name in INTERFACE]
    urls += [reverse("calendar_feed", args=[open_feed(user(account))])]
    urls += [f"/cari/?q={code}" for code in codes]
    for url in urls:
        answer = ask(browser, "GET", url)
        if answer.status != 200 and url != "/readyz":
            assert answer.status in {302, 400, 403, 404}, (url, answer.status)
            continue
        text = html.unescape(answer.body.decode(errors="replace"))
        if "?q=" in url:  # the page repeats what was searched for; nothing leads to it
            told += [f"{url}: {codes[code]}" for code in codes if f"/{code}/" in text or f"/{code.lower()}/" in text]
        else:
            told += [f"{url}: {code} ({codes[code]})" for code in codes if code in text]
    assert told == []


def test_every_kind_of_record_is_looked_for(records):
    assert {label.partition(":")[0] for label in RECORDS} >= set(PAGES)
