"""Guessing is slowed down, whoever guesses from wherever, and the rightful owner gets in all the same."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from accounts import throttle
from accounts.models import User
from accounts.services.tokens import use_token
from accounts.throttle import Tries
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "kata-sandi-uji"
WORDS = "empat kata yang panjang"
OFFICE = "198.51.100.7"
AWAY = {"default": {"BACKEND": "portal.cache.PatientRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests():
    throttle._own_memory.clear()


def sign_in(email, password=PASSWORD, *, browser=None, at=OFFICE) -> int:
    data = {"email": email, "password": password}
    return (browser or Client()).post(reverse("accounts:login"), data, REMOTE_ADDR=at).status_code


def attack(email, times: int, *, at=None) -> list[int]:
    """Wrong passwords from many addresses, or from one."""
    return [sign_in(email, "salah", at=at or f"203.0.{n // 250}.{n % 250}") for n in range(times)]


def known(user) -> Client:
    """The owner's own browser, on which they signed in before and signed out."""
    browser = Client()
    assert sign_in(user.email, browser=browser) == 302
    browser.post(reverse("accounts:logout"))
    return browser


def test_many_addresses_together_get_thirty_tries_an_hour_for_one_account(aceh_operator):
    statuses = attack(aceh_operator.email, 40)
    assert (statuses[:30], statuses[30:]) == ([400] * 30, [429] * 10)
    assert sign_in(aceh_operator.email, at="192.0.2.1") == 429


def test_the_owner_signs_in_on_their_own_browser_while_the_whole_world_guesses(aceh_operator):
    own = known(aceh_operator)
    attack(aceh_operator.email, 35)
    assert sign_in(aceh_operator.email, browser=own) == 302


def test_the_owner_signs_in_on_their_own_browser_while_a_neighbour_in_the_same_office_guesses(aceh_operator):
    own = known(aceh_operator)
    attack(aceh_operator.email, 6, at=OFFICE)
    for number in range(60):
        sign_in(f"orang{number}@example.test", "salah", at=OFFICE)
    assert sign_in("orang.lain@example.test", at=OFFICE) == 429
    assert sign_in(aceh_operator.email, browser=own, at=OFFICE) == 302


def test_a_known_browser_has_ten_tries_of_its_own(aceh_operator):
    own = known(aceh_operator)
    statuses = [sign_in(aceh_operator.email, "salah", browser=own, at=f"203.0.113.{n}") for n in range(11)]
    assert statuses == [400] * 10 + [429]


def test_a_browser_known_for_one_account_has_no_more_tries_for_another(aceh_operator, bali_operator):
    own = known(aceh_operator)
    assert [sign_in(bali_operator.email, "salah", browser=own) for _n in range(6)] == [400] * 5 + [429]


@pytest.mark.parametrize("forged", ["x", "", "eyJuIjoiYSIsIm0iOlsiYiJdfQ:1u:abc"])
def test_a_forged_cookie_makes_no_browser_known(aceh_operator, forged):
    browser = Client()
    browser.cookies["perangkat"] = forged
    assert [sign_in(aceh_operator.email, "salah", browser=browser) for _n in range(6)] == [400] * 5 + [429]


def test_eight_people_share_one_known_browser(aceh_regency):
    people = [factories.member("DINAS_OP", aceh_regency) for _n in range(9)]
    browser = Client()
    for user in people:
        sign_in(user.email, browser=browser)
        browser.post(reverse("accounts:logout"))
    for user in (people[0], people[-1]):
        attack(user.email, 31)
    assert [sign_in(user.email, browser=browser) for user in (people[0], people[-1])] == [429, 302]


def test_the_letter_is_the_way_in_while_others_guess(aceh_operator, django_capture_on_commit_callbacks):
    attack(aceh_operator.email, 31)
    browser = Client()
    refused = browser.post(reverse("accounts:login"), {"email": aceh_operator.email, "password": PASSWORD})
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert reverse("accounts:password_reset") in refused.text
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("accounts:password_reset"), {"email": aceh_operator.email})
    [letter] = mail.outbox
    path = "/" + re.search(r"https?://\S+/sandi/baru/\S+", letter.body).group(0).split("/", 3)[3]
    form = browser.get(path, follow=True)
    browser.post(form.redirect_chain[-1][0], {"new_password1": WORDS, "new_password2": WORDS})
    assert (sign_in(aceh_operator.email, WORDS, browser=browser), sign_in(aceh_operator.email, WORDS)) == (302, 429)


def test_refused_tries_use_up_nothing_of_the_account(aceh_operator):
    attack(aceh_operator.email, 60, at="203.0.113.9")
    assert attack(aceh_operator.email, 25) == [400] * 25


def test_a_success_gives_back_what_the_account_and_the_network_share(aceh_operator):
    for number in range(31):
        assert sign_in(aceh_operator.email, at=f"192.0.2.{number}") == 302


def test_one_line_of_ipv6_counts_as_one_address(aceh_operator):
    statuses = [sign_in(aceh_operator.email, "salah", at=f"2001:db8:1:2::{n}") for n in range(1, 7)]
    assert statuses == [400] * 5 + [429]


def test_with_the_cache_away_nobody_is_locked_out_and_each_process_counts(aceh_operator):
    with override_settings(CACHES=AWAY):
        assert sign_in(aceh_operator.email) == 302
        statuses = [sign_in(aceh_operator.email, "salah") for _n in range(6)]
        assert (statuses, sign_in(aceh_operator.email, at="192.0.2.9")) == ([400] * 5 + [429], 302)


def test_tries_of_a_purpose_run_out_and_can_be_given_back():
    mine = Tries("uji", "a", limit=2)
    assert [mine.take(), mine.take(), Tries("uji", "a", limit=2).take()] == [True, True, False]
    mine.give_back()
    assert (Tries("uji", "a", limit=2).take(), Tries("uji", "b", limit=2).take()) == (True, True)
    Tries("uji", "a", limit=2).forget()
    assert [Tries("uji", "a", limit=2).take() for _n in range(3)] == [True, True, False]


# --- Nobody learns who has an account ------------------------------------------------------------------------


@pytest.fixture
def hashed(monkeypatch):
    """Every time a password is hashed."""
    found = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *a: found.append(1) or encode(self, *a))
    return found


def bare(answer, email: str) -> str:
    """A page without what differs by chance and without what was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"', "", answer.text)
    text = re.sub(r'href="[^"]*"|<p class="sg-printed">[^<]*', "", text)  # the address of the page itself
    return text.replace(email, "") if email else text


def test_signing_in_says_and_does_the_same_for_every_address(aceh_operator, bali_operator, hashed):
    User.objects.filter(pk=bali_operator.pk).update(is_active=False)
    unusable = User.objects.create_user("belum@example.test", None, name="Belum")
    answers, work = [], []
    for email in (aceh_operator.email, bali_operator.email, unusable.email, "tidak.ada@example.test"):
        hashed.clear()
        sent = Client().post(reverse("accounts:login"), {"email": email, "password": "salah"})
        answers.append((sent.status_code, bare(sent, email)))
        work.append(len(hashed))
    assert (len(set(answers)), answers[0][0], work) == (1, 400, [1, 1, 1, 1])


def test_being_slowed_down_says_nothing_of_an_account_either(aceh_operator):
    answers = []
    for email in (aceh_operator.email, "tidak.ada@example.test"):
        for _n in range(5):
            sign_in(email, "salah")
        sent = Client().post(reverse("accounts:login"), {"email": email, "password": "salah"}, REMOTE_ADDR=OFFICE)
        answers.append((sent.status_code, bare(sent, email)))
    assert (len(set(answers)), answers[0][0]) == (1, 429)


def test_asking_for_a_letter_says_the_same_for_every_address(aceh_operator):
    answers = []
    for email in (aceh_operator.email, "tidak.ada@example.test"):
        sent = Client().post(reverse("accounts:password_reset"), {"email": email}, follow=True)
        answers.append((sent.status_code, sent.redirect_chain, bare(sent, email)))
    assert answers[0] == answers[1]


def test_wrong_links_say_nothing_of_what_exists(client, aceh_operator):
    names = [("accounts:password_reset_confirm", [uid, "abc-def"]) for uid in ("MQ", "OTk5OTk5")]
    answers = [client.get(reverse(name, args=args), follow=True) for name, args in names]
    assert [(a.status_code, bare(a, "")) for a in answers[:1]] == [(a.status_code, bare(a, "")) for a in answers[1:]]
    closed = [client.get(reverse("accounts:accept", args=[token])).status_code for token in ("abc", "x" * 43)]
    feeds = [client.get(reverse("calendar_feed", args=[token])).status_code for token in ("abc", "x" * 43)]
    assert (closed, feeds) == ([404, 404], [404, 404])


def test_an_unknown_token_gets_the_same_answer_whatever_it_looks_like(client):
    from accounts.models.tokens import new_secret

    secrets = ("x", new_secret(), "sinergi_" + "0" * 38)
    answers = [client.get("/api/v1/needs", headers={"authorization": f"Bearer {secret}"}) for secret in secrets]
    assert len({(a.status_code, a.content, a["WWW-Authenticate"]) for a in answers}) == 1
    assert [use_token(secret) for secret in secrets] == [None, None, None]


def test_the_cache_holds_no_address_of_anybody(aceh_operator):
    sign_in(aceh_operator.email, "salah")
    assert [key for key in cache._cache if aceh_operator.email.split("@")[0] in key or OFFICE in key] == []
