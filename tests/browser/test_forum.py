"""Conversations in a browser: without a script, messages that appear by themselves, people called by keyboard."""

from __future__ import annotations

import pytest

from forum.models import Audience, Message, Reader
from forum.services import messages as services
from tests.browser.conftest import PHONE
from tests.forum.factories import message, thread

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOK = "() => document.getElementById('talk-poll').dispatchEvent(new CustomEvent('look'))"
"""What the page does by itself every 15 seconds while it can be seen."""


def english(path: str) -> str:
    """The English address of a page."""
    return f"/en{path}"


def box(page):
    """Where a message is written."""
    return page.get_by_role("textbox", name="Message", exact=True)


def suggested(page, name: str):
    """A name in the list under the message."""
    return page.locator(".sg-names").get_by_role("option", name=name)


def overflow(page) -> bool:
    """Whether the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_conversation_is_opened_and_answered_without_a_script(chromium_page, aceh_operator, aceh_head):
    page = chromium_page(aceh_operator, PHONE, java_script_enabled=False)
    page.goto("/en/forum/")
    page.get_by_role("link", name="Open a conversation").first.click()
    page.get_by_label("Subject").fill("Jumlah mediator")
    page.locator("label", has_text="Own office").click()
    page.get_by_label("First message").fill("Berapa orang **siap**?")
    page.get_by_role("button", name="Open the conversation").click()
    head = chromium_page(aceh_head, PHONE, java_script_enabled=False)
    head.goto(english(f"/forum/{Message.objects.get().thread.code}/"))
    head.get_by_role("link", name="Quote").click()
    box(head).fill("Dua orang.")
    head.locator("summary", has_text="Call people by name").click()
    head.get_by_role("listbox", name="Call people by name").select_option(str(aceh_operator.pk))
    head.get_by_role("button", name="Send the message").click()
    said = Message.objects.latest("pk")
    assert head.url.endswith(f"?pesan={said.pk}#pesan-{said.pk}")
    assert (said.text, said.quotes.text) == ("Dua orang.", "Berapa orang **siap**?")
    assert [mention.user for mention in said.mentions.all()] == [aceh_operator]
    page.goto(english("/forum/"))
    assert page.get_by_role("row").filter(has_text="Jumlah mediator").locator(".is-new").inner_text().startswith("1")


def test_what_another_person_writes_appears_without_reloading(chromium_page, axe, aceh_operator, aceh_head):
    talk = thread(aceh_head, Audience.OFFICE)
    page = chromium_page(aceh_operator)
    page.goto(english(talk.get_absolute_url()))
    box(page).fill("Belum selesai")
    new = services.post(aceh_head, talk, text="Tiga orang siap.")
    page.evaluate(LOOK)
    page.locator(f"#pesan-{new.pk}").wait_for()
    assert page.locator("#talk-news").inner_text() == "1 new message at the end of the conversation."
    assert box(page).input_value() == "Belum selesai"
    assert page.evaluate("document.activeElement.name") == "text"
    page.locator(f"#pesan-{new.pk}").scroll_into_view_if_needed()
    page.wait_for_function(f"document.getElementById('talk-state').elements.seen.value === '{new.pk}'")
    with page.expect_response(lambda answer: "after=" in answer.url and answer.status == 204):
        page.evaluate(LOOK)
    assert page.locator("[data-post]").count() == 2
    assert Reader.objects.get(user=aceh_operator).last_read == new.pk
    assert axe(page) == []


def test_what_is_edited_or_deleted_changes_on_the_open_page(chromium_page, axe, aceh_operator, aceh_head):
    talk = thread(aceh_head, Audience.OFFICE, text="Dua orang siap.")
    said, gone = talk.messages.get(), message(talk, aceh_head, "Rahasia.")
    page = chromium_page(aceh_operator)
    page.goto(english(talk.get_absolute_url()))
    box(page).fill("Belum selesai")
    services.edit(aceh_head, said, text="Tiga orang siap.")
    services.delete(aceh_head, gone)
    page.evaluate(LOOK)
    page.locator(f"#pesan-{said.pk}").filter(has_text="Tiga orang siap.").wait_for()
    page.locator(f"#pesan-{gone.pk}").filter(has_text="Message deleted by").wait_for()
    assert page.locator("#talk-news").inner_text() == "Earlier messages were changed or deleted."
    assert page.locator("[data-post]").evaluate_all("rows => rows.map(row => Number(row.dataset.post))") == [
        said.pk,
        gone.pk,
    ]
    assert (page.get_by_text("Rahasia.").count(), box(page).input_value()) == (0, "Belum selesai")
    with page.expect_response(lambda answer: "after=" in answer.url and answer.status == 204):
        page.evaluate(LOOK)
    page.evaluate("window.scrollTo(0, 0)")  # nothing lies under the header that stays
    assert axe(page) == []


def test_it_stops_looking_once_it_is_no_longer_for_this_reader(chromium_page, aceh_operator, aceh_head):
    talk = thread(aceh_head, Audience.OFFICE)
    page = chromium_page(aceh_operator)
    page.goto(english(talk.get_absolute_url()))
    aceh_operator.memberships.update(ended_at=talk.opened_at)
    with page.expect_response(lambda answer: "after=" in answer.url and answer.status == 404):
        page.evaluate(LOOK)
    page.wait_for_function("document.getElementById('talk-poll').dataset.stopped === '1'")
    assert page.locator("[data-post]").count() == 1


def test_people_are_called_by_keyboard(chromium_page, axe, aceh_operator, aceh_head):
    aceh_head.name = "Kepala Dinas Aceh"
    aceh_head.save()
    talk = thread(aceh_head, Audience.OFFICE)
    page = chromium_page(aceh_operator)
    page.goto(english(talk.get_absolute_url()))
    text = box(page)
    text.click()
    page.keyboard.type("Mohon @Kep")
    suggested(page, "Kepala Dinas Aceh").wait_for()
    assert axe(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert text.input_value() == "Mohon @Kepala Dinas Aceh "
    assert suggested(page, "Kepala Dinas Aceh").count() == 0
    page.keyboard.type("periksa.")
    page.get_by_role("button", name="Send the message").click()
    page.locator("[data-post]").nth(1).wait_for()
    said = Message.objects.latest("pk")
    assert (said.text, [mention.user for mention in said.mentions.all()]) == (
        "Mohon @Kepala Dinas Aceh periksa.",
        [aceh_head],
    )


def test_who_is_no_longer_named_is_not_called(chromium_page, aceh_operator, aceh_head):
    aceh_head.name = "Kepala Dinas Aceh"
    aceh_head.save()
    talk = thread(aceh_head, Audience.OFFICE)
    page = chromium_page(aceh_operator)
    page.goto(english(talk.get_absolute_url()))
    box(page).click()
    page.keyboard.type("@Kep")
    suggested(page, "Kepala Dinas Aceh").click()
    box(page).fill("Tidak jadi.")
    page.get_by_role("button", name="Send the message").click()
    page.locator("[data-post]").nth(1).wait_for()
    assert not Message.objects.latest("pk").mentions.exists()


def test_what_was_typed_stays_when_it_is_refused(chromium_page, axe, aceh_operator, aceh_head):
    talk = thread(aceh_head, Audience.OFFICE)
    page = chromium_page(aceh_operator, PHONE)
    page.goto(english(talk.get_absolute_url()))
    box(page).fill("Satu hal lagi")
    talk.resolved_at, talk.resolved_by = talk.opened_at, aceh_head
    talk.save()
    page.get_by_role("button", name="Send the message").click()
    assert page.locator(".sg-errors").inner_text().count("resolved") == 1
    assert box(page).input_value() == "Satu hal lagi"
    assert (axe(page), overflow(page)) == ([], False)


def test_every_page_fits_a_phone(chromium_page, axe, aceh_head, aceh_operator, ppsdm_head):
    talk = thread(aceh_head, Audience.OFFICE, title="Judul yang panjang sekali " * 5)
    said = message(talk, aceh_head, "a" * 400)
    message(talk, aceh_operator, "https://contoh.example.test/" + "b" * 300)
    page = chromium_page(aceh_head, PHONE)
    parts = ("", "perluas/", "perluas/?audience=REGION_MINISTRY", "selesai/")
    acts = ("ubah", "hapus", "riwayat")
    wrong = {}
    for path in ("/forum/", "/forum/baru/", *(f"{talk.get_absolute_url()}{part}" for part in parts), *(
        f"{talk.get_absolute_url()}pesan/{said.pk}/{act}/" for act in acts
    )):  # fmt: skip
        assert page.goto(english(path)).status == 200, path
        if found := [*axe(page), *(["scrolls sideways"] if overflow(page) else [])]:
            wrong[path] = found
    assert wrong == {}
