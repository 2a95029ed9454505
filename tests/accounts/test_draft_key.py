"""The key to the drafts on a reader's device: one per person, for the portal's own scripts alone."""

from __future__ import annotations

import base64

import pytest
from django.test import Client

from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/akun/kunci-draf/"
JSON = {"Accept": "application/json"}


def answer(user) -> dict:
    browser = Client()
    browser.force_login(user)
    return browser.get(URL, headers=JSON).json()


def test_the_same_person_gets_the_same_key_in_every_session(aceh_operator):
    first, second = answer(aceh_operator), answer(aceh_operator)
    assert (first["reader"], first["keys"]) == (second["reader"], second["keys"])


def test_the_key_is_of_the_size_that_the_cipher_takes(aceh_operator):
    assert [len(base64.b64decode(k["key"])) for k in answer(aceh_operator)["keys"]] == [32]


def test_two_people_of_one_office_have_neither_key_nor_mark_in_common(aceh_operator, aceh_regency):
    other = factories.member(Role.DINAS_OP, aceh_regency)
    mine, theirs = answer(aceh_operator), answer(other)
    assert mine["reader"] != theirs["reader"]
    assert {k["key"] for k in mine["keys"]} & {k["key"] for k in theirs["keys"]} == set()


def test_a_new_secret_seals_and_the_former_one_still_opens(aceh_operator, settings):
    before = answer(aceh_operator)["keys"]
    settings.PERSONAL_DATA_KEYS = ["a-new-secret-of-more-than-32-characters", *settings.PERSONAL_DATA_KEYS]
    after = answer(aceh_operator)["keys"]
    assert (len(after), after[1:], after[0] == before[0]) == (2, before, False)


def test_the_answer_is_never_stored_on_the_way(client, aceh_operator):
    client.force_login(aceh_operator)
    found = client.get(URL, headers=JSON)
    assert (found["Cache-Control"], found["Cross-Origin-Resource-Policy"]) == ("no-store", "same-origin")


def test_nobody_gets_no_key(client):
    assert client.get(URL, headers=JSON).status_code == 401
    assert client.get(URL).status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Dest": "script"},
    ],
)
def test_another_site_or_a_page_gets_no_key(client, aceh_operator, headers):
    client.force_login(aceh_operator)
    assert client.get(URL, headers=JSON | headers).status_code == 403


def test_the_key_cannot_be_asked_for_by_post(client, aceh_operator):
    client.force_login(aceh_operator)
    assert client.post(URL, headers=JSON).status_code == 405


def test_the_token_of_the_answer_is_good_for_a_save(aceh_operator, need_aceh):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(aceh_operator)
    token = browser.get(URL, headers=JSON).json()["token"]
    found = browser.post("/keluar/", headers={"X-CSRFToken": token})
    assert (found.status_code, found["Location"]) == (302, "/")
