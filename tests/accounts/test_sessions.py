"""Sessions: how they begin and end, who can end them, what is stored of them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.devices import coarse_network, device_words, one_line
from accounts.models import AccessToken, Membership, SignIn, User
from accounts.roles import Role
from accounts.services.people import end_membership
from accounts.services.sessions import forget_sessions
from accounts.services.tokens import make_token, use_token
from accounts.sessions import SessionStore, stored_name
from tests import factories
from tests.accounts.factors import proven_ago
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
PASSWORD = "kata-sandi-uji"
WORDS = "empat kata yang panjang"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)
MORNING = dt.datetime(2026, 7, 27, 2, 0, tzinfo=dt.UTC)


def signed_in(user, **more) -> Client:
    """A browser in which somebody signed in with their password."""
    browser = Client(**more)
    answer = browser.post(reverse("accounts:login"), {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return browser


def key_of(browser) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def is_in(browser) -> bool:
    return browser.get(reverse("accounts:settings")).status_code == 200


def trail() -> list[tuple[str, str, str]]:
    return list(LogEntry.objects.order_by("seq").values_list("flow", "action", "comment"))


# --- What is stored ------------------------------------------------------------------------------------------


def test_neither_database_nor_cache_nor_sign_in_holds_a_key(aceh_operator):
    browser = signed_in(aceh_operator)
    key = key_of(browser)
    assert list(Session.objects.values_list("session_key", flat=True)) == [stored_name(key)]
    assert (cache.get(f"accounts.session.{key}"), SignIn.objects.get().key_hash) == (None, stored_name(key))
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = stored_name(key)
    assert (is_in(stolen), is_in(browser)) == (False, True)


def test_a_sign_in_keeps_the_device_in_words_and_the_place_roughly(aceh_operator):
    signed_in(aceh_operator, headers={"user-agent": PHONE}, REMOTE_ADDR="203.0.113.77")
    row = SignIn.objects.get()
    assert (row.user, row.device, row.network, row.ended_at) == (
        aceh_operator,
        "Chrome, Android",
        "203.0.113.0/24",
        None,
    )


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, ("Chrome", "Android")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", ("Firefox", "Windows")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", ("Safari", "iOS")),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15", ("Safari", "macOS")),
        ("<script>alert(1)</script>", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_user_agent_becomes_two_words(agent, words):
    assert device_words(agent) == words


@pytest.mark.parametrize(
    ("address", "roughly", "line"),
    [
        ("203.0.113.77", "203.0.113.0/24", "203.0.113.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24", "203.0.113.77"),
        ("fe80::1%eth0", "fe80::/48", "fe80::/64"),
        ("", "", ""),
        ("unix:", "", "unix:"),
    ],
)
def test_an_address_is_kept_roughly_and_counted_by_its_line(address, roughly, line):
    assert (coarse_network(address), one_line(address)) == (roughly, line)


# --- The key changes -----------------------------------------------------------------------------------------


def test_a_key_an_attacker_set_is_worth_nothing_after_signing_in(aceh_operator):
    planted = SessionStore()
    planted["seen"] = "masuk"
    planted.save()
    for key in (planted.session_key, "x" * 32):
        browser = Client()
        browser.cookies[settings.SESSION_COOKIE_NAME] = key
        browser.post(reverse("accounts:login"), {"email": aceh_operator.email, "password": PASSWORD})
        attacker = Client()
        attacker.cookies[settings.SESSION_COOKIE_NAME] = key
        assert (key_of(browser) != key, is_in(browser), is_in(attacker)) == (True, True, False)


def test_the_key_changes_with_the_capacity_and_the_sign_in_goes_along(aceh_operator, bali):
    other = Membership.objects.create(user=aceh_operator, organisation=bali, role=Role.DINAS_OP)
    browser = signed_in(aceh_operator)
    former = key_of(browser)
    browser.post(reverse("accounts:switch"), {"membership": other.pk})
    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = former
    assert (key_of(browser) != former, is_in(browser), is_in(attacker)) == (True, True, False)
    assert SignIn.objects.get().key_hash == stored_name(key_of(browser))


def test_signing_out_ends_the_session_on_the_server(aceh_operator):
    browser = signed_in(aceh_operator)
    copy = Client()
    copy.cookies[settings.SESSION_COOKIE_NAME] = key_of(browser)
    assert is_in(copy)
    browser.post(reverse("accounts:logout"))
    assert (is_in(copy), SignIn.objects.get().ended_for, Session.objects.count()) == (False, "OUT", 0)


def test_another_account_in_the_same_browser_ends_the_former_session(aceh_operator, bali_operator):
    browser = signed_in(aceh_operator)
    browser.force_login(bali_operator)
    rows = SignIn.objects.order_by("pk").values_list("user_id", "ended_for")
    assert list(rows) == [(aceh_operator.pk, "OUT"), (bali_operator.pk, "")]


# --- Time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "hours"), [(Role.DINAS_OP, 12), (Role.EVAL, 12), (Role.DINAS_HEAD, 2), (Role.PROV_VER, 2), (Role.ADMIN, 2)]
)
def test_a_session_lies_idle_for_as_long_as_the_role_allows(role, hours, aceh, ppsdm):
    with time_machine.travel(MORNING, tick=False) as clock:
        where = aceh if role in {Role.DINAS_OP, Role.DINAS_HEAD, Role.PROV_VER} else ppsdm
        browser = Client()
        browser.force_login(factories.member(role, where))
        clock.shift(hours * 3600 - 1)
        row = SignIn.objects.get()
        assert row.ends_at == MORNING + dt.timedelta(hours=hours)
        clock.shift(1)
        answer = browser.get(reverse("accounts:tokens"))
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/masuk/")


def test_the_strictest_role_counts_whatever_role_is_acted_in(aceh_operator, aceh_regency):
    since = {"valid_from": dt.date(2020, 1, 1)}
    Membership.objects.create(user=aceh_operator, organisation=aceh_regency, role=Role.DINAS_HEAD, **since)
    with time_machine.travel(MORNING, tick=False):
        signed_in(aceh_operator)
        assert SignIn.objects.get().ends_at == MORNING + dt.timedelta(hours=2)


def test_however_busy_a_session_ends_a_day_after_it_began(aceh_operator):
    with time_machine.travel(MORNING, tick=False) as clock:
        browser = Client()
        browser.force_login(aceh_operator)
        for _hour in range(23):
            clock.shift(3600)
            assert is_in(browser)
        left = browser.get(reverse("accounts:session"), headers={"accept": "application/json"}).json()["seconds"]
        assert left == 3600
        clock.shift(3600)
        assert (is_in(browser), SignIn.objects.get().why_over) == (False, str(SignIn.Ended.TIME.label))


def test_a_store_that_kept_a_session_too_long_opens_nothing(aceh_operator):
    with time_machine.travel(MORNING, tick=False) as clock:
        browser = Client()
        browser.force_login(aceh_operator)
        clock.shift(12 * 3600)
        later = timezone.now() + dt.timedelta(days=9)
        Session.objects.update(expire_date=later)
        cache.set(f"accounts.session.{stored_name(key_of(browser))}", dict(browser.session.items()), 9 * 86400)
        assert (is_in(browser), SignIn.objects.get().ended_for) == (False, "TIME")


def test_the_last_use_is_noted_once_in_ten_minutes(aceh_operator):
    with time_machine.travel(MORNING, tick=False) as clock:
        browser = Client()
        browser.force_login(aceh_operator)
        clock.shift(540)
        browser.get(reverse("accounts:settings"))
        assert SignIn.objects.get().used_at == MORNING
        clock.shift(120)
        browser.get(reverse("accounts:settings"))
        assert SignIn.objects.get().used_at == MORNING + dt.timedelta(minutes=11)


def test_between_two_notes_a_page_costs_no_query_for_its_session(aceh_operator, django_assert_num_queries):
    browser = Client()
    browser.force_login(aceh_operator)
    url, wanted = reverse("accounts:session"), {"accept": "application/json"}
    browser.get(url, headers=wanted)
    with django_assert_num_queries(1) as asked:  # who it is
        browser.get(url, headers=wanted)
    assert "accounts_user" in asked[0]["sql"]


# --- The page of devices -------------------------------------------------------------------------------------


def test_a_person_sees_their_sessions_and_ends_one(aceh_operator):
    desk, phone = signed_in(aceh_operator), signed_in(aceh_operator, headers={"user-agent": PHONE})
    page = desk.get("/en/akun/perangkat/").text
    assert ("Chrome, Android" in page, page.count("This one")) == (True, 1)
    row = SignIn.objects.get(key_hash=stored_name(key_of(phone)))
    desk.post(reverse("accounts:end_session", args=[row.pk]))
    assert (is_in(desk), is_in(phone)) == (True, False)
    row.refresh_from_db()
    assert (row.ended_for, trail()) == ("OWNER", [("accounts.session", "end_session", "")])


def test_a_session_left_open_ends_no_other_without_a_proof(aceh_operator, settings):
    settings.SUDO_MINUTES = 10
    desk, phone = signed_in(aceh_operator), signed_in(aceh_operator)
    proven_ago(desk, 11)
    row = SignIn.objects.get(key_hash=stored_name(key_of(phone)))
    end, end_others = reverse("accounts:end_session", args=[row.pk]), reverse("accounts:end_other_sessions")
    assert [desk.post(url).status_code for url in (end, end_others)] == [403, 403] and is_in(phone)
    assert desk.post(end_others, {"proof-password": PASSWORD}).status_code == 302
    assert (is_in(desk), is_in(phone)) == (True, False)


def test_a_form_sent_after_the_end_keeps_what_was_typed(aceh_operator):
    desk, phone = signed_in(aceh_operator), signed_in(aceh_operator)
    desk.post(reverse("accounts:end_other_sessions"))
    sent = phone.post(
        reverse("accounts:settings"),
        {"part": "settings", "own-name": "Nama baru"},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert (sent.status_code, "Nama baru" in sent.text) == (403, True)


def test_the_sign_in_page_says_why_a_session_has_ended(aceh_operator, client):
    desk, phone = signed_in(aceh_operator), signed_in(aceh_operator)
    desk.post(reverse("accounts:end_other_sessions"))
    page = phone.get("/en/akun/", follow=True)
    assert "Your session has ended: Ended from another device. Sign in again." in page.text
    client.cookies[settings.SESSION_COOKIE_NAME] = "unknown"
    assert "Your session has ended." in client.get("/en/akun/", follow=True).text
    assert "Your session has ended." not in Client().get("/en/akun/", follow=True).text


def test_all_others_end_at_once_and_this_one_stays(aceh_operator, bali_operator):
    desk, others, stranger = (
        signed_in(aceh_operator),
        [signed_in(aceh_operator) for _n in range(2)],
        signed_in(bali_operator),
    )
    desk.post(reverse("accounts:end_other_sessions"))
    assert [is_in(browser) for browser in (desk, *others, stranger)] == [True, False, False, True]


def test_nobody_ends_a_session_of_somebody_else(aceh_operator, bali_operator):
    mine, theirs = signed_in(aceh_operator), signed_in(bali_operator)
    row = SignIn.objects.get(user=bali_operator)
    assert mine.post(reverse("accounts:end_session", args=[row.pk])).status_code == 404
    assert is_in(theirs) and bali_operator.email not in mine.get(reverse("accounts:devices")).text


def test_this_session_is_ended_by_signing_out_alone(aceh_operator):
    browser = signed_in(aceh_operator)
    browser.post(reverse("accounts:end_session", args=[SignIn.objects.get().pk]))
    assert is_in(browser)


def test_a_new_password_ends_all_other_sessions(aceh_operator):
    desk, phone = signed_in(aceh_operator), signed_in(aceh_operator)
    new = {"password-new_password1": WORDS, "password-new_password2": WORDS}
    desk.post(reverse("accounts:settings"), {"part": "password", "password-old_password": PASSWORD, **new})
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert list(SignIn.objects.order_by("pk").values_list("ended_for", flat=True)) == ["", "PASSWORD"]


# --- By others -----------------------------------------------------------------------------------------------


def test_an_administrator_signs_a_person_out_everywhere_for_a_reason(aceh_operator, administrator):
    browsers, admin = [signed_in(aceh_operator) for _n in range(2)], Client()
    admin.force_login(administrator)
    url = reverse("accounts:person", args=[aceh_operator.pk])
    short = admin.post(url, {"part": "sessions", "sessions-reason": "hilang"})
    assert (short.status_code, [is_in(b) for b in browsers]) == (400, [True, True])
    admin.post(url, {"part": "sessions", "sessions-reason": "Telepon hilang di bus."})
    assert [is_in(b) for b in browsers] == [False, False]
    assert trail() == [("accounts.session", "end_all_sessions", "Telepon hilang di bus.")]


def test_the_page_of_a_person_is_for_administrators(client, aceh_operator, bali_operator):
    client.force_login(bali_operator)
    url = reverse("accounts:person", args=[aceh_operator.pk])
    assert (client.get(url).status_code, client.post(url, {"part": "sessions"}).status_code) == (403, 403)


def test_the_end_of_the_last_role_ends_sessions_and_tokens(aceh_operator, administrator, bali):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    _token, secret = make_token(aceh_operator, name="uji", chosen=["needs:read"], expires_on=tomorrow)
    second = Membership.objects.create(user=aceh_operator, organisation=bali, role=Role.DINAS_OP)
    browser = signed_in(aceh_operator)
    end_membership(second, actor=administrator, reason="Pindah tugas.")
    assert (is_in(browser), use_token(secret) is not None) == (True, True)
    end_membership(Membership.objects.get(user=aceh_operator, ended_at=None), actor=administrator, reason="Pensiun.")
    assert (is_in(browser), use_token(secret)) == (False, None)
    assert (SignIn.objects.get().ended_for, AccessToken.objects.get().revoked_at is not None) == ("ACCESS", True)


def test_a_closed_account_is_out_with_the_next_request(aceh_operator):
    browser = signed_in(aceh_operator)
    User.objects.filter(pk=aceh_operator.pk).update(is_active=False)
    assert not is_in(browser)


def test_the_night_forgets_what_is_long_over(aceh_operator):
    with time_machine.travel(MORNING, tick=False) as clock:
        signed_in(aceh_operator)
        clock.shift(13 * 3600)
        assert (forget_sessions(), Session.objects.count(), SignIn.objects.get().ended_for) == (0, 0, "TIME")
        clock.shift(91 * 86400)
        assert (forget_sessions() > 0, SignIn.objects.count()) == (True, 0)


def test_the_page_of_devices_holds_no_key_and_is_not_kept(aceh_operator):
    browser = signed_in(aceh_operator)
    answer = browser.get(reverse("accounts:devices"))
    shown = re.findall(rf"{key_of(browser)}|{stored_name(key_of(browser))}", answer.text)
    assert (shown, "no-store" in answer["Cache-Control"]) == ([], True)
