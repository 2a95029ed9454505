"""Access tokens: made once, seen once, good only as long as the role behind them."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AccessToken, Membership, User
from accounts.models.tokens import checksum, is_well_formed, new_secret
from accounts.roles import Role
from accounts.rules import people_with
from accounts.rules.people import holders
from accounts.rules.tokens import scopes
from accounts.services.tokens import make_system_token, make_token, revoke_token, use_token
from tests import delegation_factories, factories
from tests.api.calls import Caller
from workflow.engine import Refused
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db

PAGE = "/akun/token/"


def tomorrow() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=1)


def made(user, *chosen):
    return make_token(user, name="Salinan", chosen=list(chosen) or ["needs:read"], expires_on=tomorrow())


def test_a_secret_is_known_by_prefix_and_checksum():
    secret = new_secret()
    assert (secret[:8], len(secret), is_well_formed(secret)) == ("sinergi_", 46, True)
    assert checksum("0" * 32) == "2wjyrI"
    wrong = [secret[:-1] + ("a" if secret[-1] != "a" else "b"), secret[8:], secret + "0", "sinergi_", "", "sinergi_é"]
    assert [is_well_formed(text) for text in wrong] == [False] * 6


def test_only_the_hash_is_stored_and_the_log_names_no_secret(aceh_operator):
    token, secret = made(aceh_operator)
    stored = AccessToken.objects.values().get()
    assert stored["token_hash"] == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(stored)
    entry = LogEntry.objects.get(flow="accounts.token")
    assert (entry.action, entry.record_code, entry.actor) == ("make_token", token.code, aceh_operator)
    assert entry.data == {"scopes": ["needs:read"], "organisation": "DISNAKER-1101", "role": "DINAS_OP"}
    assert secret not in str(LogEntry.objects.values())


def test_a_token_acts_in_its_own_capacity(aceh_operator, bali):
    Membership.objects.create(user=aceh_operator, organisation=bali, role=Role.DINAS_OP)
    _token, secret = made(aceh_operator)
    aceh_operator.act_as(aceh_operator.memberships.get(organisation=bali).pk)
    _other, elsewhere = made(aceh_operator)
    acting = [use_token(text).membership.user.acting for text in (secret, elsewhere)]
    assert [m.organisation.code for m in acting] == ["DISNAKER-1101", "DISNAKER-51"]


def _end_membership(token):
    Membership.objects.filter(pk=token.membership_id).update(ended_at=timezone.now())


def _end_by_date(token):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Membership.objects.filter(pk=token.membership_id).update(valid_to=yesterday)


def _stop_user(token):
    User.objects.filter(pk=token.membership.user_id).update(is_active=False)


def _expire(token):
    past = timezone.now() - dt.timedelta(seconds=1)
    AccessToken.objects.filter(pk=token.pk).update(created_at=past - dt.timedelta(days=1), expires_at=past)


def _revoke(token):
    revoke_token(token, actor=token.membership.user)


@pytest.mark.parametrize("end", [_end_membership, _end_by_date, _stop_user, _expire, _revoke])
def test_a_token_ends_with_what_it_rests_on(aceh_operator, end):
    token, secret = made(aceh_operator)
    caller = Caller()
    before = caller.get("/needs", Authorization=f"Bearer {secret}").status_code
    end(token)
    after = caller.get("/needs", Authorization=f"Bearer {secret}")
    assert (before, after.status_code, after["Content-Type"]) == (200, 401, "application/problem+json")


def test_last_use_is_noted_once_a_minute(aceh_operator, time_machine, django_assert_num_queries):
    time_machine.move_to("2026-11-26T10:00:00Z", tick=False)
    token, secret = made(aceh_operator)
    seen = []
    for moment in ("10:00:05", "10:00:50", "10:01:10"):
        time_machine.move_to(f"2026-11-26T{moment}Z", tick=False)
        use_token(secret)
        token.refresh_from_db()
        seen.append(f"{token.last_used_at:%H:%M:%S}")
    assert seen == ["10:00:05", "10:00:05", "10:01:10"]
    with django_assert_num_queries(2):
        use_token(secret)


def test_scopes_bound_what_a_token_does(aceh_operator, need_aceh):
    reads, writes = Caller(aceh_operator, "needs:read"), Caller(aceh_operator, "needs:write")
    path = f"/needs/{need_aceh.code}"
    assert [reads.get(path).status_code, reads.patch(path, {"reason": "x"}).status_code] == [200, 403]
    assert [writes.get(path).status_code, writes.patch(path, {"reason": "x"}).status_code] == [403, 200]
    refused = reads.post(f"{path}/send_to_head")
    assert refused["WWW-Authenticate"] == 'Bearer realm="sinergi", error="insufficient_scope", scope="needs:write"'


@pytest.mark.parametrize("days", [0, 366, -1])
def test_a_token_lives_a_year_at_most(aceh_operator, days):
    with pytest.raises(Refused):
        make_token(aceh_operator, name="x", chosen=["needs:read"], expires_on=timezone.localdate() + dt.timedelta(days))


def test_a_token_has_known_permissions(aceh_operator):
    for chosen in ([], ["needs:destroy"], ["needs:read", "x"]):
        with pytest.raises(Refused):
            make_token(aceh_operator, name="x", chosen=chosen, expires_on=tomorrow())
    assert ("nominees:read" in dict(scopes()), "needs:write" in dict(scopes())) == (False, True)


def test_who_stands_in_for_another_makes_no_token(aceh_operator, aceh_head):
    given = delegation_factories.stand_in(aceh_head, aceh_operator)
    deputy = User.objects.get(pk=aceh_operator.pk)
    deputy.act_as(given.membership.pk)
    assert deputy.mandate is not None
    with pytest.raises(Refused):
        make_token(deputy, name="x", chosen=["needs:read"], expires_on=tomorrow())


# --- Systems ---------------------------------------------------------------------------------------------------------


def system(administrator, where, role=Role.DINAS_OP, chosen=("needs:read", "needs:write")):
    return make_system_token(
        administrator, organisation=where, role=role, name="Simpeg", chosen=list(chosen), expires_on=tomorrow()
    )


def test_a_system_acts_for_its_organisation_and_the_log_names_it(administrator, aceh_regency):
    factories.cycle()
    token, secret = system(administrator, aceh_regency)
    account = token.membership.user
    assert (account.is_system, account.has_usable_password(), account.name) == (True, False, "Simpeg")
    made_need = Caller().post("/needs", Authorization=f"Bearer {secret}").json()
    entry = LogEntry.objects.get(record_code=made_need["code"], action="create")
    assert (entry.actor, entry.role) == (account, "DINAS_OP")
    assert account not in people_with(holders(Role.DINAS_OP, pk=aceh_regency.pk))


def test_a_system_prepares_and_never_decides(administrator, aceh_regency, ppsdm):
    with pytest.raises(Refused):
        system(administrator, ppsdm, Role.PPSDM_HEAD)
    with pytest.raises(Refused):
        system(administrator, aceh_regency, Role.PARTNER_OFF)
    token, _secret = system(administrator, ppsdm, Role.PPSDM_VER, ["needs:read"])
    assert token.scopes == ["needs:read"]


def test_only_administrators_connect_systems(aceh_head, aceh_regency):
    with pytest.raises(Refused):
        system(aceh_head, aceh_regency)
    browser = Client()
    browser.force_login(aceh_head)
    assert browser.get(f"{PAGE}sistem/").status_code == 403


def test_the_account_of_a_system_ends_with_its_last_token(administrator, aceh_regency):
    token, _secret = system(administrator, aceh_regency)
    revoke_token(token, actor=administrator)
    account = User.objects.get(pk=token.membership.user_id)
    assert (account.is_active, account.current_memberships) == (False, [])
    with pytest.raises(Refused):
        revoke_token(token, actor=administrator)


# --- Pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(aceh_operator):
    found = Client()
    found.force_login(aceh_operator)
    return found


def test_the_page_shows_a_secret_once(browser):
    sent = {"name": "Gudang data", "expires_on": tomorrow().isoformat(), "scopes": ["needs:read"]}
    page = browser.post(PAGE, sent)
    secret = page.content.decode().split('value="sinergi_')[1].split('"')[0]
    assert is_well_formed(f"sinergi_{secret}")
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    again = browser.get(PAGE).content.decode()
    assert secret not in again
    assert "Gudang data" in again and f"…{secret[-4:]}" in again


@pytest.mark.parametrize("wrong", [{"name": ""}, {"expires_on": "2020-01-01"}, {"scopes": []}, {"scopes": ["x"]}])
def test_the_page_says_what_is_wrong(browser, wrong):
    sent = {"name": "Gudang", "expires_on": tomorrow().isoformat(), "scopes": ["needs:read"], **wrong}
    assert browser.post(PAGE, sent).status_code == 400
    assert AccessToken.objects.count() == 0


def test_a_token_is_revoked_after_a_question(browser, aceh_operator, aceh_head):
    token, secret = made(aceh_operator)
    address = f"{PAGE}{token.pk}/cabut/"
    other = Client()
    other.force_login(aceh_head)
    assert [other.get(address).status_code, other.post(address).status_code] == [404, 404]
    assert browser.get(address).status_code == 200
    assert use_token(secret) is not None
    assert browser.post(address, follow=True).status_code == 200
    assert use_token(secret) is None
    assert LogEntry.objects.filter(flow="accounts.token", action="revoke_token", record_id=token.pk).count() == 1


def test_an_administrator_connects_a_system_on_the_page(administrator, aceh_regency):
    browser = Client()
    browser.force_login(administrator)
    sent = {"organisation": aceh_regency.pk, "role": "DINAS_OP", "name": "Simpeg", "scopes": ["needs:write"]}
    page = browser.post(f"{PAGE}sistem/", {**sent, "expires_on": tomorrow().isoformat()})
    assert (page.status_code, AccessToken.objects.get().membership.organisation) == (200, aceh_regency)
    wrong = browser.post(f"{PAGE}sistem/", {**sent, "role": "DINAS_HEAD", "expires_on": tomorrow().isoformat()})
    assert wrong.status_code == 400


def test_the_page_is_in_both_languages(browser):
    assert [browser.get(address).status_code for address in (PAGE, f"/en{PAGE}")] == [200, 200]
