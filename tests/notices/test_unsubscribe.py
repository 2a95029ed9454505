"""The way out of mails: a page with a button, and the one click of mail programs (RFC 8058)."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.urls import reverse

from notices import choices
from notices.models import Cadence, NoticeKind, Preference
from notices.unsubscribing import SALT, address_for, headers_for, owner_of, token_for

pytestmark = pytest.mark.django_db
BOTH = ["CHANGE", "TALK"]


@pytest.fixture
def stranger():
    """A mail program: no session, and the portal checks forms as in real life."""
    return Client(enforce_csrf_checks=True)


def path_of(user, kinds=BOTH) -> str:
    return address_for(user, kinds).removeprefix(settings.SITE_URL)


@pytest.fixture(autouse=True)
def _reads_english(aceh_operator):
    aceh_operator.language = "en"
    aceh_operator.save()


def cadences(user) -> dict[str, str]:
    found = choices.cadences_of(user)
    return {kind: found[NoticeKind(kind)].value for kind in ("CHANGE", "MENTION", "TALK", "TURN")}


AS_USUAL = {"CHANGE": "DAILY", "MENTION": "AT_ONCE", "TALK": "DAILY", "TURN": "AT_ONCE"}


def test_looking_changes_nothing(stranger, aceh_operator):
    page = stranger.get(path_of(aceh_operator))
    html = page.content.decode()
    assert (page.status_code, cadences(aceh_operator)) == (200, AS_USUAL)
    assert ("What changed" in html, "You were mentioned" in html, "Switch these mails off" in html) == (
        True,
        False,
        True,
    )
    assert page.headers["Referrer-Policy"] == "no-referrer" and "no-store" in page.headers["Cache-Control"]


def test_the_button_works_without_a_session(stranger, aceh_operator):
    page = stranger.post(path_of(aceh_operator), {"act": "off"})
    assert page.status_code == 200 and "sessionid" not in page.cookies
    assert cadences(aceh_operator) == AS_USUAL | {"CHANGE": "OFF", "TALK": "OFF"}


def test_one_click_of_a_mail_program_is_answered_without_a_page(stranger, aceh_operator):
    answer = stranger.post(path_of(aceh_operator), {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert cadences(aceh_operator) == AS_USUAL | {"CHANGE": "OFF", "TALK": "OFF"}
    again = stranger.post(path_of(aceh_operator), {"List-Unsubscribe": "One-Click"})
    assert (again.status_code, Preference.objects.count()) == (200, 2)


def test_one_click_as_multipart_counts_as_well(stranger, aceh_operator):
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    answer = stranger.generic("POST", path_of(aceh_operator), body, content_type="multipart/form-data; boundary=x")
    assert (answer.content, cadences(aceh_operator)["TALK"]) == (b"ok\n", "OFF")


def test_it_can_be_undone_on_the_same_page(stranger, aceh_operator):
    choices.choose(aceh_operator, {"TALK": "WEEKLY"})
    stranger.post(path_of(aceh_operator, ["CHANGE"]), {"act": "off"})
    page = stranger.post(path_of(aceh_operator), {"act": "on"})
    assert "The mails come again." in page.content.decode()
    assert cadences(aceh_operator) == AS_USUAL | {"TALK": "WEEKLY"}


def test_the_address_is_in_the_language_of_its_reader_and_the_page_offers_the_other_one(stranger, aceh_operator):
    address = path_of(aceh_operator)
    assert address.startswith("/en/berhenti/")
    for path, language in ((address, "en"), (address.removeprefix("/en"), "id")):
        page = stranger.get(path)
        assert (f'<html lang="{language}"' in page.content.decode(), page.headers["Content-Language"]) == (
            True,
            language,
        )


@pytest.mark.parametrize("kind", ["TURN", "DUE", "MEETING"])
def test_what_the_procedure_requires_has_no_way_out(aceh_operator, kind):
    assert (address_for(aceh_operator, [kind]), headers_for(aceh_operator, [kind])) == ("", {})
    forged = signing.Signer(salt=SALT).sign_object([aceh_operator.pk, [kind]])
    assert owner_of(forged) is None


def test_a_mail_of_both_sorts_offers_the_way_out_of_one(aceh_operator):
    headers = headers_for(aceh_operator, ["TURN", "TALK"])
    (token,) = re.findall(r"/berhenti/([^/]+)/>", headers["List-Unsubscribe"])
    assert owner_of(token) == (aceh_operator, [NoticeKind.TALK])
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("how", ["nonsense", "cut", "changed", "other salt", "too long", "closed", "no list"])
def test_a_wrong_address_is_a_friendly_page_and_changes_nothing(stranger, aceh_operator, how):
    token = token_for(aceh_operator, BOTH)
    if how == "closed":
        aceh_operator.is_active = False
        aceh_operator.save()
    wrong = {
        "nonsense": "bukan-alamat",
        "cut": token[:-3],
        "changed": f"X{token[1:]}",
        "other salt": signing.Signer(salt="x").sign_object([aceh_operator.pk, BOTH]),
        "too long": "a" * 5000,
        "closed": token,
        "no list": signing.Signer(salt=SALT).sign_object({"user": aceh_operator.pk}),
    }[how]
    address = f"/en/berhenti/{wrong}/"
    for answer in (stranger.get(address), stranger.post(address, {"List-Unsubscribe": "One-Click"})):
        assert answer.status_code == 404
        assert "This address does not work" in answer.content.decode()
    assert Preference.objects.count() == 0


def test_guessing_is_slowed_down(stranger):
    address = reverse("notices:unsubscribe", args=["tebakan"])
    answers = [stranger.get(address).status_code for _number in range(52)]
    assert answers == [404] * 50 + [429] * 2


def test_clicking_without_end_is_slowed_down(stranger, aceh_operator):
    answers = [stranger.post(path_of(aceh_operator), {"act": "on"}).status_code for _number in range(62)]
    assert answers == [200] * 60 + [429] * 2
    assert choices.cadences_of(aceh_operator)[NoticeKind.TALK] == Cadence.DAILY
