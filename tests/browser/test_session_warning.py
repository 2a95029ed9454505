"""Five minutes before a session ends the page says so; one press keeps it, and an ended one is named."""

from __future__ import annotations

import time
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache

from accounts.sessions import USED, stored_name
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WATCH = """() => {
  const box = document.getElementById("session");
  return import(box.dataset.script).then((script) => script.watch(box));
}"""
"""What every page does by itself shortly before the end."""
LEFT = """() => fetch("/akun/sesi/", {headers: {Accept: "application/json"}})
  .then((answer) => answer.json()).then((told) => told.seconds)"""


def near_its_end(page, seconds: int) -> str:
    """The session of this browser, as if it had so many seconds to go."""
    key = next(c["value"] for c in page.context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME)
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key=key)
    store[USED] = int(time.time()) - settings.SESSION_COOKIE_AGE + seconds
    store.save()
    return key


def test_the_warning_comes_ahead_and_one_press_stays_signed_in(chromium_page, axe, aceh_operator):
    page = chromium_page(aceh_operator, PHONE)
    page.goto("/akun/")
    warning = page.locator("#session [data-part='near']")
    assert not warning.is_visible()
    near_its_end(page, 200)
    page.evaluate(WATCH)
    warning.wait_for()
    assert axe(page) == []
    warning.locator("button").click()
    warning.wait_for(state="hidden")
    assert page.evaluate(LEFT) > settings.SESSION_COOKIE_AGE - 60


def test_an_ended_session_is_named_and_the_page_stays(chromium_page, aceh_operator):
    page = chromium_page(aceh_operator)
    page.goto("/akun/")
    page.fill("input[name='own-name']", "Diketik tadi")
    key = near_its_end(page, 100)
    Session.objects.filter(session_key=stored_name(key)).delete()
    cache.clear()
    page.evaluate(WATCH)
    over = page.locator("#session [data-part='over']")
    over.wait_for()
    assert over.locator("a").get_attribute("href") == "/masuk/"
    assert page.input_value("input[name='own-name']") == "Diketik tadi"
