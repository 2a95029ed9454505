"""Every page of every reader in both languages: valid HTML, no barrier, no slip of language, usable by keyboard.

The pages are collected from the URL configuration, the cast and the tables (tests/pages.py), so that a new one is in
by itself. Pages of one shape are looked at once. `make pages` looks at everything for everybody and prints the figures.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict

import pytest
from django.test import override_settings
from django.utils import translation

from tests import nu
from tests.addresses import UNOPENED
from tests.browser.showcase import DESK, NARROW, ZOOMED, Showcase
from tests.pages import Page, collect, covering
from tests.portal.conftest import seeded  # noqa: F401 - the sample scenario, once for this module
from tests.words import slips, texts

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

PAPERS = {"partnerships:agreement_preview", "exchange:record"}
"""Papers shown as they are printed: in the language of the paper, without the frame of the portal."""

FULL = os.environ.get("EVERY_PAGE") == "full"


@pytest.fixture(scope="module")
def collection(seeded, django_db_blocker):  # noqa: F811
    """All distinct pages, asked for once for this module."""
    with django_db_blocker.unblock(), override_settings(DEMO=True), translation.override("id"):
        found = collect(full=FULL)
    counted = Counter(page.language for page in found.pages.values())
    print(f"\n{found.requests} requests, {found.answers} pages for {len(found.names)} readers")
    print(f"shapes {dict(counted)}, {found.seconds:.0f} s CPU")
    return found


@pytest.fixture(scope="module")
def pages(collection) -> list[Page]:
    """One page of every shape in every language."""
    return list(collection.pages.values())


def told(wrong: dict[str, list[str]]) -> str:
    """The findings as lines, one of each kind with how many pages have it and the first of them."""
    by_finding = defaultdict(list)
    for where, findings in wrong.items():
        for finding in dict.fromkeys(findings):
            by_finding[finding].append(where)
    return "\n".join(f"{text}\n    {len(where)} pages, first {where[0]}" for text, where in sorted(by_finding.items()))


WITHOUT_FRAME = ("/_components/500/", "/_components/maintenance/")
"""Samples of the two pages that must come out when nothing else works: no switch, no navigation."""


def test_no_page_has_a_fault(collection, pages):
    assert collection.faults == []
    assert [str(page) for page in pages if page.status >= 500] == []


def test_an_address_that_gives_nobody_anything_is_listed_with_the_reason(collection):
    assert collection.unopened() == set(UNOPENED)


def test_every_page_is_valid_html(pages, tmp_path):
    nu.available()
    found = nu.check([page.html for page in pages], tmp_path)
    assert told({str(pages[number]): findings for number, findings in found.items()}) == ""


def test_every_page_says_its_language_and_offers_the_other_one_at_the_same_place(pages):
    wrong = {}
    for page in pages:
        if page.method != "GET" or page.status in {404, 500} or page.name in PAPERS or page.url.endswith(WITHOUT_FRAME):
            continue  # what exists in no language leads to the other front page
        other = page.url.removeprefix("/en") if page.language == "en" else f"/en{page.url}"
        links = re.findall(r'<a href="([^"]*)" lang="(\w\w)" hreflang', page.html)
        if (other, "id" if page.language == "en" else "en") not in [(u.replace("&amp;", "&"), c) for u, c in links]:
            wrong[str(page)] = [f"the switch leads to {links}"]
        if f'<html lang="{page.language}"' not in page.html:
            wrong[str(page)] = ["another language in <html>"]
    assert told(wrong) == ""


def test_every_title_names_the_task_and_the_portal(pages):
    wrong, names = {}, defaultdict(set)
    for page in pages:
        if page.name in PAPERS:
            continue
        title = texts(page.html)[0]
        task = title.removesuffix(" · Sinergi")
        if not title.endswith(" · Sinergi") or not task or task != task.strip(" ·"):
            wrong[str(page)] = [f"title “{title}”"]
        elif page.method == "GET" and page.status == 200:
            names[page.language, title].add(re.sub(r"\?.*", "", re.sub(r"/[^/]*\d[^/]*/", "/", page.url)))
    shared = {str(title): [f"also the title of {sorted(urls)}"] for title, urls in names.items() if len(urls) > 1}
    assert told(wrong | shared) == ""


def test_no_page_mixes_languages_or_shows_raw_values(pages, collection):
    wrong = {str(page): found for page in pages if (found := slips(page.html, page.language, collection.typed))}
    assert told(wrong) == ""


@pytest.fixture(scope="module")
def showcase(chromium):
    """A browser window for the pages."""
    window = Showcase(chromium)
    yield window
    window.close()


def looked_at(showcase, page: Page) -> list[str]:
    """What is wrong with one page at three widths, by eye, by keyboard and by script."""
    showcase.show(page, DESK)
    found = [f"1366 px: {line}" for line in showcase.barriers() + showcase.sideways()]
    found += showcase.unseen_focus()
    showcase.resize(ZOOMED)
    found += [f"200 %: {line}" for line in showcase.sideways()]
    showcase.resize(NARROW)
    found += [f"320 px: {line}" for line in showcase.sideways() + showcase.barriers()]
    return found + showcase.problems


def test_no_page_has_a_barrier_at_any_width(pages, showcase):
    chosen = pages if FULL else covering(pages)
    wrong = {str(page): found for page in chosen if (found := looked_at(showcase, page))}
    print(f"{len(chosen)} pages in the browser, axe at {DESK[0]} and {NARROW[0]} px")
    assert told(wrong) == ""
