"""Where roles ask for a second factor: who is asked, what opens until then, and which sessions count."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.rules.second_factor import needs_factor
from accounts.services.tokens import make_token
from tests import factories
from tests.accounts.factors import PASSWORD, code_of, type_code, type_password, with_app
from tests.delegation_factories import stand_in

pytestmark = pytest.mark.django_db
SET_UP = "/akun/keamanan/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.SECOND_FACTOR = "required"


def signed_in(user) -> Client:
    """A session that used a password at most."""
    client = Client()
    client.force_login(user)
    return client


ASKED = {
    "DINAS_OP": False,
    "DINAS_HEAD": True,
    "PROV_VER": True,
    "PPSDM_VER": True,
    "PPSDM_HEAD": True,
    "DITJEN_REV": True,
    "BIROKS_OFF": True,
    "BIROKS_HEAD": True,
    "LEGAL": True,
    "SEKJEN": True,
    "PARTNER_OFF": True,
    "PARTNER_HEAD": True,
    "NOMINEE": False,
    "EVAL": False,
    "AUDITOR": True,
    "ADMIN": True,
}


def test_verifiers_approvers_partners_auditors_and_administrators_are_asked(ppsdm):
    assert {role: needs_factor(factories.member(role, ppsdm)) for role in Role.values} == ASKED


def test_whoever_keeps_the_portal_running_is_asked(db):
    assert needs_factor(User.objects.create_superuser("petugas@dinas.test", PASSWORD, name="Petugas"))


@pytest.mark.parametrize("path", ["/beranda/", "/kebutuhan/", "/akun/", "/akun/token/", "/", "/en/beranda/"])
def test_without_a_factor_every_page_leads_to_setting_one_up(aceh_head, path):
    answer = signed_in(aceh_head).get(path)
    where = "/en/akun/keamanan/" if path.startswith("/en/") else SET_UP
    assert (answer.status_code, answer.url.split("?")[0]) == (302, where)


def test_the_set_up_pages_and_the_way_out_are_open(aceh_head):
    client = signed_in(aceh_head)
    names = ["security", "add_app", "add_passkey"]
    assert [client.get(reverse(f"accounts:{name}")).status_code for name in names] == [200, 200, 200]
    assert client.post("/keluar/").status_code == 302


def test_setting_one_up_opens_everything_at_once(aceh_head):
    client = signed_in(aceh_head)
    page = client.get("/akun/keamanan/aplikasi/")
    secret = page.context["secret"].replace(" ", "")
    assert client.post("/akun/keamanan/aplikasi/", {"code": code_of(secret)}).url == "/akun/keamanan/kode-cadangan/"
    assert client.get("/beranda/").status_code == 200


def test_a_session_that_never_used_the_factor_gives_it_first_and_returns(aceh_head):
    secret = with_app(aceh_head)
    client = signed_in(aceh_head)
    asked = client.get("/pemberitahuan/?page=1")
    assert asked.url == "/masuk/kode/?next=%2Fpemberitahuan%2F%3Fpage%3D1"
    assert client.get(SET_UP).url.startswith("/masuk/kode/")
    assert client.get("/akun/keamanan/aplikasi/").url.startswith("/masuk/kode/")
    answer = client.post("/masuk/kode/", {"code": code_of(secret), "next": "/pemberitahuan/?page=1"})
    assert answer.url == "/pemberitahuan/?page=1"
    assert client.get("/pemberitahuan/").status_code == 200


def test_signing_in_with_password_and_code_opens_everything(client, aceh_head):
    secret = with_app(aceh_head)
    type_password(client, aceh_head)
    type_code(client, code_of(secret))
    assert client.get("/beranda/").status_code == 200


def test_a_role_gained_later_asks_at_once(aceh_operator, aceh_regency):
    client = signed_in(aceh_operator)
    assert client.get("/beranda/").status_code == 200
    Membership.objects.create(user=aceh_operator, organisation=aceh_regency, role=Role.DINAS_HEAD)
    assert client.get("/beranda/").url.startswith(SET_UP)


def test_a_role_by_delegation_asks_too(aceh_operator, aceh_head):
    stand_in(aceh_head, aceh_operator)
    assert signed_in(aceh_operator).get("/beranda/").url.startswith(SET_UP)


def test_a_role_that_has_ended_asks_no_more(aceh_head):
    aceh_head.memberships.update(ended_at=timezone.now())
    assert signed_in(aceh_head).get("/akun/").status_code == 200


def test_what_was_typed_is_kept_on_the_page_that_asks(aceh_head):
    answer = signed_in(aceh_head).post("/akun/tampilan/simpan/", {"name": "Kebutuhan kami & mereka", "page": "home"})
    page = answer.content.decode()
    assert answer.status_code == 403 and 'value="Kebutuhan kami &amp; mereka"' in page
    assert 'action="/akun/tampilan/simpan/"' in page


def test_scripts_are_told_with_a_problem(aceh_head):
    client = signed_in(aceh_head)
    for path, headers in (("/akun/kunci-draf/", {"Accept": "application/json"}), ("/api/v1/needs", {})):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert answer.json()["second_factor"] == SET_UP


def test_a_part_of_a_page_leads_the_whole_page_there(aceh_head):
    answer = signed_in(aceh_head).get("/kebutuhan/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, SET_UP)


def test_tokens_go_on_working(aceh_head, client):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    _token, secret = make_token(aceh_head, name="Gudang data", chosen=["needs:read"], expires_on=tomorrow)
    answer = client.get("/api/v1/needs", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200


def test_where_it_is_offered_nobody_is_asked(aceh_head, settings):
    settings.SECOND_FACTOR = "offered"
    assert signed_in(aceh_head).get("/beranda/").status_code == 200


def test_a_session_that_used_its_factor_costs_no_query(client, aceh_head, settings):
    secret = with_app(aceh_head)
    type_password(client, aceh_head)
    type_code(client, code_of(secret))

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/akun/kalender/")
        return len(found)

    client.get("/akun/kalender/")
    required = queries()
    settings.SECOND_FACTOR = "offered"
    assert required == queries()
