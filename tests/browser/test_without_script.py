"""The main form without a script, and the way to the first task without a mouse."""

from __future__ import annotations

import pytest
from django.utils import translation

from regions.lifecycle import NEED
from tests.browser.conftest import PHONE
from tests.browser.scenario import MEDIATION, PLACEMENT, explain_and_attach, fill_in_a_line
from workflow.engine import perform

pytestmark = pytest.mark.browser

PASSWORD = "kata-sandi-uji"


def test_two_lines_are_filed_and_signed_without_a_script(cast):
    cast.options = {"java_script_enabled": False}
    me = cast("operator.lombok-timur", PHONE)
    me.go("/beranda/")
    me.press("File a need")
    me.press("Start a new need")
    code = me.path.split("/")[2]
    fill_in_a_line(me, "Industrial relations mediator", MEDIATION)
    me.type("Staff in post", "4")
    me.type("Authorised posts (ABK)", "7")
    me.press("Save, add a line")
    fill_in_a_line(me, "Employment services officer", PLACEMENT)
    me.press("Save the line")
    me.press("Continue")
    explain_and_attach(cast, me)
    me.press("Send for sign-off")
    assert me.status == "Awaiting sign-off"
    head = cast("kepala.lombok-timur", PHONE)
    head.go("/beranda/")
    head.press(f"{MEDIATION}, {PLACEMENT}")
    assert head.path == f"/kebutuhan/{code}/"
    head.press("Sign and submit")
    head.press("Sign and submit", head.form)
    assert head.status == "Provincial verification"
    rows = head.page.get_by_role("region", name="Need lines").locator("tbody tr")
    # The figures of the second post are its own, although the page still showed those of the first.
    assert [row.locator("td[data-label='Authorised']").inner_text() for row in rows.all()] == ["7", "12"]


def test_a_head_signs_in_and_signs_the_first_task_without_a_mouse(chromium_page, need_aceh, aceh_operator, aceh_head):
    perform(NEED, "send_to_head", record=need_aceh, actor=aceh_operator)
    aceh_head.language = "en"
    aceh_head.save()
    page = chromium_page()
    page.goto("/en/masuk/")
    reach(page, "E-mail")
    page.keyboard.type(aceh_head.email)
    reach(page, "Password")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    assert page.url.endswith("/en/beranda/")
    reach(page, "Skip to content")
    page.keyboard.press("Enter")
    with translation.override("en"):
        reach(page, need_aceh.title)
    press(page, "Enter")
    reach(page, "Sign and submit")
    press(page, "Enter")
    reach(page, "Sign and submit")
    press(page, "Space")
    assert page.locator(".sg-eyebrow .sg-tag").first.inner_text().strip() == "Provincial verification"


NAME = """() => {
  const focused = document.activeElement;
  const label = focused.labels && focused.labels[0];
  const box = focused.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + Math.min(box.width, 40) / 2, box.y + box.height / 2);
  return {
    name: ((label || focused).innerText || "").trim(),
    seen: !!top && (focused.contains(top) || top.contains(focused)),
    ringed: getComputedStyle(focused).outlineStyle !== "none" || getComputedStyle(focused).boxShadow !== "none",
  };
}"""
"""What has the focus, whether it lies free of bars above it, and whether it shows that it has the focus."""


def reach(page, name: str) -> None:
    """Go on with the Tab key until a control has the focus; each one on the way shows itself."""
    for _step in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(NAME)
        assert found["seen"] and found["ringed"], found
        if found["name"] == name:
            return
    raise AssertionError(f"the Tab key does not reach {name}")


def press(page, key: str) -> None:
    """Press a key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)
