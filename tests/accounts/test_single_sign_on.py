"""Single sign-on against a real OpenID Connect provider on this computer, over the whole code flow."""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oidc_provider_mock import run_server_in_thread

from accounts.models import User
from accounts.security_lines import pseudonym
from accounts.services.factors import reset_factors
from accounts.services.sessions import end_access
from portal import environment
from tests.accounts.factors import PASSWORD, code_of, type_code, type_password, with_app
from workflow.models import LogEntry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib"),
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
]
START, BACK = "/masuk/sso/", "/masuk/sso/kembali/"
EMAIL = "operator@dinas.test"


@pytest.fixture(scope="module")
def provider():
    """The provider's address. It runs without TLS, which its library accepts where it is told so."""
    former = os.environ.get("AUTHLIB_INSECURE_TRANSPORT")
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    for name in ("werkzeug", "oidc_provider_mock"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"
    if former is None:
        del os.environ["AUTHLIB_INSECURE_TRANSPORT"]


@pytest.fixture(autouse=True)
def _configured(provider, settings):
    known = {
        "issuer": provider,
        "client_id": "sinergi",
        "client_secret": "rahasia",
        "name": "Kemnaker",
        "mfa_acr": "gold",
    }
    settings.SINGLE_SIGN_ON = known


@pytest.fixture
def operator(aceh_operator):
    """An operator whose address the provider knows."""
    User.objects.filter(pk=aceh_operator.pk).update(email=EMAIL)
    aceh_operator.refresh_from_db()
    return aceh_operator


def knows(provider: str, subject: str = "1001", **claims) -> None:
    """What the provider says about a person."""
    told = {"email": EMAIL, "email_verified": True} | claims
    requests.put(f"{provider}/users/{subject}", json=told, timeout=5).raise_for_status()


def leave(client, **query) -> str:
    """Off to the provider; the address it is asked at."""
    answer = client.get(START, query)
    assert answer.status_code == 302
    return answer.url


def agree(address: str, subject: str = "1001") -> dict:
    """The person signs in there; what the provider sends back."""
    answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    where = urlsplit(answer.headers["Location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"http://testserver{BACK}"
    return {key: values[0] for key, values in parse_qs(where.query).items()}


def sign_in(client, subject: str = "1001", **query):
    """The whole way."""
    return client.get(BACK, agree(leave(client, **query), subject))


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_a_known_person_signs_in_and_returns_to_the_page(client, provider, operator):
    knows(provider)
    answer = sign_in(client, next="/pemberitahuan/")
    assert (answer.status_code, answer.url, is_signed_in(client)) == (302, "/pemberitahuan/", True)
    assert SocialAccount.objects.get().user == operator
    entry = LogEntry.objects.get(flow="accounts.factor")
    assert (entry.action, entry.actor, "1001" in str(entry.data)) == ("link_sign_on", operator, False)


def test_the_request_carries_state_nonce_and_a_challenge(client):
    asked = {key: values[0] for key, values in parse_qs(urlsplit(leave(client)).query).items()}
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert len(asked["state"]) == len(asked["nonce"]) == 43
    assert (asked["response_type"], asked["redirect_uri"]) == ("code", f"http://testserver{BACK}")
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}


def test_once_connected_the_account_is_found_by_who_somebody_is_there(client, provider, operator):
    knows(provider)
    sign_in(client)
    client.logout()
    knows(provider, email="nama.baru@dinas.test")
    assert sign_in(client).status_code == 302 and is_signed_in(client)
    assert SocialAccount.objects.count() == 1


def test_from_the_english_page_the_provider_hears_the_same_address(client, provider, operator):
    knows(provider)
    address = client.get("/en/masuk/sso/").url
    assert client.get(BACK, agree(address)).status_code == 302


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "tidak.ada@dinas.test"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": ""},
    ],
    ids=["unknown", "unverified", "not a yes", "no address"],
)
def test_everybody_else_gets_one_answer(client, provider, operator, claims):
    knows(provider, **claims)
    users = User.objects.count()
    answer = sign_in(client)
    assert (answer.status_code, is_signed_in(client), User.objects.count()) == (403, False, users)
    knows(provider, "2002", email="orang.lain@dinas.test")
    assert refusals(answer) == refusals(sign_in(client, "2002")) != []


def refusals(answer) -> list[str]:
    return [str(error) for error in answer.context["form"].non_field_errors()]


def test_a_closed_account_stays_closed_whether_connected_or_not(client, provider, operator):
    knows(provider)
    sign_in(client)
    client.logout()
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert sign_in(client).status_code == 403
    SocialAccount.objects.all().delete()
    assert sign_in(client).status_code == 403 and not is_signed_in(client)


def test_accounts_of_systems_and_of_the_demonstration_stay_closed(client, provider, operator):
    knows(provider)
    User.objects.filter(pk=operator.pk).update(is_system=True)
    assert sign_in(client).status_code == 403
    User.objects.filter(pk=operator.pk).update(is_system=False, email="operator.ntb@example.test")
    knows(provider, email="operator.ntb@example.test")
    assert sign_in(client).status_code == 403


def test_an_address_that_changed_hands_at_the_provider_opens_nothing(client, provider, operator):
    knows(provider)
    sign_in(client)
    client.logout()
    knows(provider, "3003")
    assert sign_in(client, "3003").status_code == 403


def test_an_answer_with_another_state_is_refused(client, provider, operator):
    knows(provider)
    answer = agree(leave(client))
    assert client.get(BACK, answer | {"state": "x" * 43}).status_code == 400
    assert client.get(BACK, answer).status_code == 400  # the state was used up
    assert not is_signed_in(client)


def test_an_answer_works_once_and_in_its_own_session_only(client, provider, operator):
    knows(provider)
    answer = agree(leave(client))
    assert Client().get(BACK, answer).status_code == 400
    assert client.get(BACK, answer).status_code == 302
    client.logout()
    assert client.get(BACK, answer).status_code == 400


def test_an_answer_for_another_nonce_is_refused(client, provider, operator):
    knows(provider)
    answer = agree(leave(client))
    session = client.session
    session["single_sign_on"] |= {"nonce": "y" * 43}
    session.save()
    assert client.get(BACK, answer).status_code == 400


def test_an_answer_after_ten_minutes_is_refused(client, provider, operator):
    knows(provider)
    answer = agree(leave(client))
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        assert client.get(BACK, answer).status_code == 400


@pytest.mark.parametrize("answer", [{}, {"error": "access_denied"}, {"code": "x"}, {"code": "x" * 5000}])
def test_what_the_provider_did_not_send_is_refused(client, answer):
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]
    assert client.get(BACK, answer | {"state": state}).status_code == 400


def test_a_token_of_another_issuer_or_client_is_refused(client, provider, operator, settings):
    knows(provider)
    answer = agree(leave(client))
    settings.SINGLE_SIGN_ON = settings.SINGLE_SIGN_ON | {"client_id": "another"}
    assert client.get(BACK, answer).status_code == 400


def test_a_provider_that_calls_itself_otherwise_is_not_asked(client, provider, settings):
    elsewhere = f"{provider}/.well-known/openid-configuration"
    settings.SINGLE_SIGN_ON = settings.SINGLE_SIGN_ON | {"issuer": elsewhere}
    assert client.get(START).status_code == 503


def test_a_slash_more_in_the_issuer_is_another_issuer(client, provider, settings):
    settings.SINGLE_SIGN_ON = settings.SINGLE_SIGN_ON | {"issuer": f"{provider}/"}
    assert client.get(START).status_code == 503


@pytest.fixture
def redirecting(provider):
    """A server that sends everybody on to the provider; its address."""

    class Onward(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302)
            self.send_header("Location", f"{provider}{self.path}")
            self.end_headers()

        def log_message(self, *_words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Onward) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_provider_that_sends_the_portal_elsewhere_is_not_followed(redirecting):
    address = f"{redirecting}/.well-known/openid-configuration"
    assert requests.get(address, timeout=5).status_code == 200  # who follows arrives
    with get_adapter().get_requests_session() as session, pytest.raises(requests.TooManyRedirects):
        session.get(address)


def test_a_redirect_in_place_of_the_provider_is_said_and_the_password_stays(client, redirecting, settings, caplog):
    settings.SINGLE_SIGN_ON = settings.SINGLE_SIGN_ON | {"issuer": redirecting}
    assert client.get(START).status_code == 503
    assert "Exceeded 0 redirects" in caplog.text


def test_a_refused_sign_on_leaves_its_line(client, provider, operator, caplog):
    knows(provider, email="orang.lain@dinas.test")
    sign_in(client)
    [line] = [vars(record)["fields"] for record in caplog.records if record.name == "accounts.security_lines"]
    assert line == {"event": "sso_refused", "account": pseudonym("orang.lain@dinas.test"), "network": "127.0.0.0/24"}


def test_a_person_disconnects_a_wrong_connection_and_its_sessions_end(client, provider, operator):
    knows(provider)
    sign_in(client)
    desk = Client()
    desk.force_login(operator)
    url = reverse("accounts:disconnect_sign_on")
    assert url in desk.get("/akun/keamanan/").text
    assert (desk.post(url).url, SocialAccount.objects.count()) == ("/akun/keamanan/", 0)
    assert (client.get("/akun/").status_code, url in desk.get("/akun/keamanan/").text) == (302, False)
    assert LogEntry.objects.filter(flow="accounts.factor").latest("seq").action == "unlink_sign_on"
    knows(provider, "3003")
    client.logout()
    assert sign_in(client, "3003").status_code == 302 and is_signed_in(client)


def test_a_reset_and_the_end_of_access_disconnect_too(client, provider, operator, administrator):
    knows(provider)
    sign_in(client)
    with_app(operator)
    reset_factors(operator, actor=administrator, reason="Telepon hilang.")
    assert SocialAccount.objects.count() == 0
    client.logout()
    sign_in(client)
    assert SocialAccount.objects.count() == 1
    end_access(operator)
    assert SocialAccount.objects.count() == 0


def test_whoever_has_a_factor_here_gives_it_here(client, provider, operator):
    secret = with_app(operator)
    knows(provider)
    assert (sign_in(client).url, is_signed_in(client)) == ("/masuk/kode/", False)
    assert type_code(client, code_of(secret)).status_code == 302 and is_signed_in(client)


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acr": "gold"}])
def test_a_factor_used_at_the_provider_counts(client, provider, aceh_head, settings, claims):
    settings.SECOND_FACTOR = "required"
    User.objects.filter(pk=aceh_head.pk).update(email=EMAIL)
    with_app(aceh_head)
    knows(provider, **claims)
    assert sign_in(client).url == "/beranda/"
    assert client.get("/beranda/").status_code == 200
    assert client.session["second_factor"] == "sso"


@pytest.mark.parametrize("claims", [{"amr": ["pwd"]}, {"amr": "mfa"}, {"acr": "silver"}])
def test_anything_else_does_not_count(client, provider, aceh_head, settings, claims):
    settings.SECOND_FACTOR = "required"
    User.objects.filter(pk=aceh_head.pk).update(email=EMAIL)
    knows(provider, **claims)
    sign_in(client)
    assert client.get("/beranda/").url.startswith("/akun/keamanan/")


def test_the_page_offers_it_where_it_is_configured(client, settings):
    assert "Kemnaker" in client.get("/masuk/?next=/cari/").content.decode()
    settings.SINGLE_SIGN_ON = None
    page = client.get("/masuk/").content.decode()
    assert START not in page
    assert [client.get(path).status_code for path in (START, BACK)] == [404, 404]


def test_another_site_cannot_start_it_and_no_next_leads_away(client, provider, operator):
    answer = client.get(START, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.url == "/masuk/"
    knows(provider)
    assert sign_in(client, next="https://jahat.example/").url == "/beranda/"


def test_a_provider_that_is_away_leaves_the_password(client, settings, operator):
    cache.clear()
    settings.SINGLE_SIGN_ON = settings.SINGLE_SIGN_ON | {"issuer": "http://localhost:9"}
    assert client.get(START).status_code == 503
    assert type_password(client, operator, PASSWORD).status_code == 302


OIDC = {
    "OIDC_NAME": "Kemnaker",
    "OIDC_ISSUER": "https://masuk.kemnaker.test/realm/",
    "OIDC_CLIENT_ID": "sinergi",
    "OIDC_CLIENT_SECRET": "rahasia",
}


def test_the_provider_comes_from_the_environment(monkeypatch):
    assert environment.single_sign_on(local=False) is None
    for name, value in OIDC.items():
        monkeypatch.setenv(name, value)
    assert environment.single_sign_on(local=False) == {
        "name": "Kemnaker",
        "issuer": "https://masuk.kemnaker.test/realm/",
        "client_id": "sinergi",
        "client_secret": "rahasia",
        "mfa_acr": "",
    }


@pytest.mark.parametrize(
    "more",
    [{name: ""} for name in OIDC]
    + [{"OIDC_ISSUER": "http://masuk.kemnaker.test"}, {"OIDC_ISSUER": "masuk.kemnaker.test"}],
)
def test_half_a_provider_or_one_without_tls_stops_the_start(monkeypatch, more):
    for name, value in (OIDC | more).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured):
        environment.single_sign_on(local=False)


def test_the_pages_of_allauth_have_no_address(client):
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/email/", "/accounts/2fa/", "/oidc/sso/login/"):
        assert client.get(path).status_code == 404
