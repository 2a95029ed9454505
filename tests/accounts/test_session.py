"""The session's end: twelve hours from the last use, known to the page, and put off by those who want to stay."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.sessions import STEP, USED

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
WHOLE = settings.SESSION_COOKIE_AGE


def unused_for(client, seconds: int) -> int:
    """As if nobody had used the portal for so long; returns the moment of use that the session now holds."""
    session = client.session
    session[USED] = int(time.time()) - seconds
    session.save()
    return session[USED]


def left(client) -> int:
    return client.get(reverse("accounts:session"), **JSON).json()["seconds"]


def test_signing_in_begins_the_time(client, aceh_operator):
    client.force_login(aceh_operator)
    assert WHOLE - 60 < left(client) <= WHOLE


def test_asking_how_long_is_no_use(client, aceh_operator):
    client.force_login(aceh_operator)
    used = unused_for(client, 3600)
    assert WHOLE - 3660 < left(client) <= WHOLE - 3600
    assert client.session[USED] == used


def test_any_page_is_use_but_is_noted_only_every_ten_minutes(client, aceh_operator):
    client.force_login(aceh_operator)
    used = unused_for(client, STEP - 120)
    client.get(reverse("accounts:settings"))
    assert client.session[USED] == used
    used = unused_for(client, STEP + 1)
    client.get(reverse("accounts:settings"))
    assert client.session[USED] > used


def test_a_page_that_asks_by_itself_is_no_use(client, aceh_operator):
    client.force_login(aceh_operator)
    used = unused_for(client, STEP + 1)
    client.get(reverse("accounts:settings"), headers={"X-Background": "1"})
    assert client.session[USED] == used


def test_staying_signed_in_starts_the_time_anew(client, aceh_operator):
    client.force_login(aceh_operator)
    unused_for(client, WHOLE - 60)
    answer = client.post(reverse("accounts:session"), **JSON)
    assert WHOLE - 60 < answer.json()["seconds"] <= WHOLE
    assert WHOLE - 5 <= client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] <= WHOLE


def test_the_page_knows_its_session_s_end(client, aceh_operator):
    client.force_login(aceh_operator)
    unused_for(client, STEP - 120)
    page = client.get(reverse("accounts:settings")).content.decode()
    told = int(page.split('data-seconds="')[1].split('"')[0])
    assert WHOLE - STEP < told < WHOLE


def test_a_script_without_a_session_is_told_where_to_sign_in(client):
    answer = client.get(reverse("accounts:session"), **JSON)
    assert answer.status_code == 401 and answer.json()["sign_in"].startswith("/masuk/")


def test_without_a_script_the_address_leads_to_the_account(client, aceh_operator):
    client.force_login(aceh_operator)
    assert client.post(reverse("accounts:session")).url == reverse("accounts:settings")


def test_visitors_are_not_warned(client):
    assert 'id="session"' not in client.get("/").content.decode()
