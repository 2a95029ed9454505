"""Checking a paper in a real browser: the file never leaves the device, and it works without JavaScript as well."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from partnerships.models import AgreementStatus, DocumentKind
from partnerships.services.documents import store
from tests import agreement_factories as make
from tests import factories
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTENT = factories.PDF + b"%" + bytes(range(256)) * 20


@pytest.fixture
def paper(biroks_officer):
    found = make.agreement(AgreementStatus.ACTIVE)
    return store(found, DocumentKind.SIGNED, ContentFile(CONTENT, name="scan.pdf"), biroks_officer)


def file(content: bytes) -> dict:
    return {"name": "berkas.pdf", "mimeType": "application/pdf", "buffer": content}


def verdict(page) -> str:
    page.locator("[data-verdict] .sg-banner").wait_for()
    return page.locator("[data-verdict] strong").inner_text()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_browser_compares_the_file_itself_and_sends_nothing(paper, chromium_page, axe, size):
    page = chromium_page(size=size, locale="en-GB")
    page.goto(f"/en/verify/{paper.seal.code}/")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method != "GET" else None)
    page.set_input_files("#id_file", file(CONTENT))
    assert verdict(page) == "The file is this paper, unchanged."
    changed = bytearray(CONTENT)
    changed[-1] ^= 1
    page.set_input_files("#id_file", file(bytes(changed)))
    page.locator("[data-verdict] .sg-banner-red").wait_for()
    assert verdict(page) == "The file is not this paper: at least one byte differs."
    page.get_by_role("button", name="Compare").press("Enter")
    page.locator("[data-verdict] .sg-banner-red").wait_for()
    assert sent == []
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True


def test_without_javascript_the_button_sends_the_file_and_the_answer_is_the_same(paper, chromium_page):
    page = chromium_page(java_script_enabled=False)
    page.goto(f"/en/verify/{paper.seal.code}/")
    page.set_input_files("#id_file", file(CONTENT))
    page.get_by_role("button", name="Compare").click()
    assert verdict(page) == "The file is this paper, unchanged."


def test_a_code_typed_from_paper_leads_to_the_paper_or_to_a_sentence(paper, chromium_page, axe):
    page = chromium_page()
    page.goto("/en/verify/")
    page.get_by_label("Code on the paper").fill("ABCD EFGH JKLM NPQR")
    page.keyboard.press("Enter")
    page.get_by_text("There is no paper with this code").wait_for()
    assert axe(page) == []
    page.get_by_label("Code on the paper").fill(paper.seal.code.lower())
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Signed document").wait_for()
