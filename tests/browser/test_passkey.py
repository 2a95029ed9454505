"""A passkey from making it to signing in with it, and the pages of the second factor without barriers. Chromium's
virtual authenticator stands in for the device; everything else is real."""

from __future__ import annotations

import os
from importlib import import_module

import pytest
from playwright.sync_api import expect

from tests.accounts.factors import PASSWORD, code_of, with_app
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_device(page):
    """Plug an authenticator into the browser of a page."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return line


def type_password(page, user) -> None:
    page.goto("/masuk/")
    page.fill("main input[type=email]", user.email)
    page.fill("main input[type=password]", PASSWORD)
    page.click("main form button[type=submit]")


def seen(page, name: str) -> None:
    """A picture for whoever looks; only where asked for."""
    if folder := os.environ.get("PICTURES_OF_FACTORS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_passkey_is_made_signs_in_and_proves_who_is_there(chromium_page, axe, aceh_operator, settings):
    page = chromium_page()
    with_device(page)
    type_password(page, aceh_operator)
    page.wait_for_url("**/beranda/")
    page.goto("/akun/keamanan/kunci/")
    assert axe(page) == []
    seen(page, "add_passkey")
    page.click("[data-passkey-button]")
    assert page.url.endswith("/kunci/")  # a name is asked for first
    page.fill("main input[name=name]", "Laptop kantor")
    page.click("[data-passkey-button]")
    page.wait_for_url("**/kode-cadangan/")
    assert page.locator("main ul.sg-code li").count() == 10 and axe(page) == []
    seen(page, "codes")
    row = aceh_operator.authenticator_set.get(type="webauthn")
    assert row.data["name"] == "Laptop kantor"

    page.context.clear_cookies()
    type_password(page, aceh_operator)
    page.wait_for_url("**/masuk/kode/")
    assert axe(page) == []
    seen(page, "code")
    page.click("[data-passkey-button]")
    page.wait_for_url("**/beranda/")
    former = row.data["counter"]
    row.refresh_from_db()
    assert row.data["counter"] > former and row.last_used_at is not None

    settings.SUDO_MINUTES = 1
    forget_proof(page, settings)
    page.goto("/akun/keamanan/")
    page.click("form[action$='/kode-cadangan/'] button")
    expect(page.locator("main input[type=password]")).to_be_visible()
    assert axe(page) == []
    seen(page, "prove")
    page.click("[data-passkey-button]")
    expect(page.locator("main ul.sg-code li")).to_have_count(10)  # the new codes: the address is the same before

    row.refresh_from_db()
    row.data["counter"] += 1000  # the key was used elsewhere: this one is a copy
    row.save()
    forget_proof(page, settings)
    page.goto("/masuk/ulang/")
    page.click("[data-passkey-button]")
    expect(page.locator("main .alert, main [role=alert]").first).to_be_visible()
    assert page.url.endswith("/masuk/ulang/")


def forget_proof(page, settings) -> None:
    """As if the last proof of this browser's session was given an hour ago."""
    key = next(c["value"] for c in page.context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME)
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key=key)
    store["proven_at"] -= 3600
    store.save()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_pages_of_the_second_factor_have_no_barrier(chromium_page, axe, administrator, aceh_head, size):
    secret = with_app(aceh_head)
    page = chromium_page(administrator, size)
    for path in ("/akun/keamanan/", "/akun/keamanan/aplikasi/", f"/pengguna/{aceh_head.pk}/faktor/"):
        page.goto(path)
        assert axe(page) == []
        seen(page, f"{path.strip('/').replace('/', '_')}-{size[0]}")
    other = chromium_page(None, size)
    type_password(other, aceh_head)
    other.fill("main input[name=code]", code_of(secret))
    seen(other, f"code-{size[0]}")
    other.press("main input[name=code]", "Enter")
    other.wait_for_url("**/beranda/")
    other.goto("/akun/keamanan/")
    assert axe(other) == []
    seen(other, f"security-{size[0]}")
