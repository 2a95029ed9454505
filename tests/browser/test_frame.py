"""The frame and the public pages in a real browser: accessible, narrow enough, usable without a script."""

from __future__ import annotations

import pytest

from tests import factories, program_factories
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

PUBLIC = [
    "/",
    "/peta/",
    "/transparansi/",
    "/panduan/",
    "/aksesibilitas/",
    "/privasi/",
    "/program/",
    "/masuk/",
    "/tidak-ada/",
]
NARROW = (320, 640)


def sideways(page) -> bool:
    """Whether the page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_public_pages_have_no_barrier_and_never_scroll_sideways(chromium_page, axe):
    factories.cycle()
    factories.office("1101")
    desk, phone, narrow = chromium_page(), chromium_page(size=PHONE), chromium_page(size=NARROW)
    wrong = {}
    for path in PUBLIC:
        for name, page in (("desk", desk), ("phone", phone), ("narrow", narrow)):
            page.goto(path)
            found = axe(page) if name != "narrow" else []
            if found or sideways(page):
                wrong[f"{path} {name}"] = found or ["scrolls sideways"]
    assert wrong == {}


def test_the_frame_of_a_signed_in_person_has_no_barrier(chromium_page, axe, need_aceh, aceh_operator):
    wrong = {}
    for size in ((1366, 900), PHONE, NARROW):
        page = chromium_page(aceh_operator, size=size)
        for path in ("/beranda/", f"{need_aceh.get_absolute_url()}send_to_head/", "/tidak-ada/"):
            page.goto(path)
            if found := axe(page) + (["scrolls sideways"] if sideways(page) else []):
                wrong[f"{path} {size[0]}"] = found
    assert wrong == {}


def test_the_account_menu_opens_and_signs_out_without_a_script(chromium_page, aceh_operator):
    page = chromium_page(aceh_operator, java_script_enabled=False)
    page.goto("/tenggat/")
    page.locator(".sg-account > summary").click()
    page.locator('form[action="/keluar/"] button').click()
    page.goto("/tenggat/")
    assert "/masuk/" in page.url


def test_the_menus_open_by_keyboard_and_close_by_escape(chromium_page, aceh_operator):
    page = chromium_page(aceh_operator, size=PHONE)
    page.goto("/tenggat/")
    sheet = page.locator(".sg-sheet")
    sheet.locator("summary").focus()
    page.keyboard.press("Enter")
    assert sheet.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert sheet.get_attribute("open") is None


def test_the_first_tab_stop_skips_to_the_content(chromium_page):
    page = chromium_page()
    page.goto("/panduan/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "isi"


def test_after_a_refused_form_the_summary_has_the_focus(chromium_page, axe, aceh_verifier, aceh_operator, aceh_head):
    need = factories.need(factories.office("1101"), created_by=aceh_operator)
    from workflow.engine import perform

    perform(need.flow, "submit", record=need, actor=aceh_head)
    page = chromium_page(aceh_verifier)
    page.goto(f"{need.get_absolute_url()}return/")
    page.locator("main form button.btn-primary").click()
    # The browser gives the focus once the styles are there; the page waits for it, a person does not notice.
    page.wait_for_function("document.activeElement.classList.contains('sg-errors')")
    assert page.title().startswith(("Kesalahan:", "Error:"))
    # Before the jump: scrolled to the field, the sticky header covers half of a link, which axe counts as too small.
    assert axe(page) == []
    page.locator(".sg-errors a").first.click()
    assert page.evaluate("document.activeElement.tagName") in {"TEXTAREA", "SELECT"}


def test_facets_work_on_a_phone_without_a_script(chromium_page, jica):
    program_factories.program(jica, visibility="PUBLIC")
    page = chromium_page(size=PHONE, java_script_enabled=False)
    page.goto("/program/")
    form = page.locator("form.sg-facets")
    assert not form.is_visible()
    page.locator('label[for="facets-open"]').click()
    assert form.is_visible()


def test_a_ticked_facet_renews_the_list_at_once_and_stands_in_the_address(chromium_page, jica):
    program_factories.program(jica, visibility="PUBLIC")
    page = chromium_page()
    page.goto("/program/")
    page.evaluate("window.opened = 'once'")
    page.locator("form.sg-facets input[type=checkbox]:visible").first.check()
    page.wait_for_url("**/program/?*")
    page.locator("form.sg-facets input[type=checkbox]:checked").first.wait_for()
    assert page.evaluate("window.opened") == "once"  # the list came without another page


def test_a_page_can_be_printed_without_its_frame(chromium_page):
    page = chromium_page()
    page.goto("/panduan/")
    page.emulate_media(media="print")
    assert [page.locator(s).first.is_visible() for s in (".sg-header", ".sg-gov", "main h1")] == [
        False,
        False,
        True,
    ]
