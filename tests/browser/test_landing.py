"""The front door in a real browser."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def test_the_front_door_opens_in_indonesian_and_has_a_way_to_sign_in(chromium_page, axe):
    page = chromium_page()
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "id"
    assert page.locator("h1").count() == 1
    assert axe(page) == []


def test_the_front_door_fits_a_phone(chromium_page):
    page = chromium_page(size=PHONE)
    page.goto("/en/")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
