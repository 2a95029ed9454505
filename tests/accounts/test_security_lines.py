"""Lines of the server's log on signing in: what happened, on which account, and no address of anybody."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.security_lines import pseudonym
from tests.accounts.factors import code_of, proven_ago, type_code, type_password, with_app

pytestmark = pytest.mark.django_db
PLACE, NETWORK = {"REMOTE_ADDR": "203.0.113.77"}, "203.0.113.0/24"


@pytest.fixture
def said(caplog):
    """`said()`: the own fields of what was written about signing in, since the last call."""
    caplog.set_level("INFO")

    def fields() -> list[dict]:
        found = [vars(record)["fields"] for record in caplog.records if record.name == "accounts.security_lines"]
        caplog.clear()
        return found

    return fields


def test_wrong_passwords_and_used_up_tries_are_written_whether_the_account_exists_or_not(aceh_operator, said):
    for email in (aceh_operator.email, "tidak.ada@dinas.test"):
        for _n in range(6):
            Client(**PLACE).post(reverse("accounts:login"), {"email": email.upper(), "password": "salah"})
        who = {"account": pseudonym(email), "network": NETWORK}
        assert said() == [{"event": "wrong_password"} | who] * 5 + [{"event": "tries_used_up"} | who]


def test_a_wrong_code_is_written_and_then_the_factor_that_was_right(aceh_operator, said):
    secret, browser = with_app(aceh_operator), Client(**PLACE)
    type_password(browser, aceh_operator)
    type_code(browser, "000000")
    type_code(browser, code_of(secret))
    who = {"account": pseudonym(aceh_operator.email), "network": NETWORK}
    assert said() == [{"event": "wrong_code"} | who, who | {"factor": "totp"}]


def test_a_wrong_proof_is_written(aceh_operator, said, settings):
    settings.SUDO_MINUTES = 10
    browser = Client(**PLACE)
    type_password(browser, aceh_operator)
    proven_ago(browser, 11)
    browser.post(reverse("accounts:prove"), {"proof-password": "salah"})
    who = {"account": pseudonym(aceh_operator.email), "network": NETWORK}
    assert said() == [who | {"factor": "none"}, {"event": "wrong_proof"} | who]


def test_a_pseudonym_needs_the_key_and_says_nothing(settings):
    former = pseudonym("operator@dinas.test")
    assert (len(former), int(former, 16) > 0) == (16, True)
    assert former == pseudonym(" Operator@Dinas.test ") != pseudonym("lain@dinas.test")
    settings.SECRET_KEY = "another key of the portal, as long as keys are"
    assert pseudonym("operator@dinas.test") != former


def test_a_refused_page_names_the_account_under_the_same_pseudonym(aceh_operator, caplog):
    caplog.set_level("INFO", "portal.request")
    inside, visitor = Client(), Client()
    inside.force_login(aceh_operator)
    for browser in (inside, visitor):
        browser.get("/pengguna/")
    inside.get("/akun/perangkat/")
    lines = [vars(record)["fields"] for record in caplog.records if record.name == "portal.request"]
    told = [(line["status"], line.get("account", "")) for line in lines]
    assert told == [(403, pseudonym(aceh_operator.email)), (302, ""), (200, "")]
    assert aceh_operator.email not in json.dumps(lines)
