"""The second step of signing in: codes, recovery codes, few tries, and a session that is nobody's until then."""

from __future__ import annotations

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import factors as services
from accounts.tasks import SECURITY_EVENTS
from tests.accounts.factors import code_of, letters, proven_ago, refusals, type_code, type_password, with_app
from tests.races import at_once
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
CODE = "/masuk/kode/"
WRONG = "That did not match. Type the code that your app shows now, or use your passkey again."


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def owner(aceh_operator):
    """An operator with an authenticator app; `owner.secret` is what the app was given."""
    aceh_operator.secret = with_app(aceh_operator)
    return aceh_operator


def test_the_right_password_alone_signs_nobody_in(client, owner):
    answer = type_password(client, owner)
    assert (answer.status_code, answer.url, is_signed_in(client)) == (302, CODE, False)
    assert client.get("/beranda/").url == "/masuk/?next=/beranda/"


def test_password_and_code_sign_in_and_lead_where_the_person_wanted(client, owner):
    type_password(client, owner, next="/pemberitahuan/")
    assert client.get(CODE).status_code == 200
    answer = type_code(client, code_of(owner.secret))
    assert (answer.status_code, answer.url, client.session["second_factor"]) == (302, "/pemberitahuan/", "totp")
    assert client.get("/pemberitahuan/").status_code == 200


def test_the_session_has_another_key_after_each_step(client, owner):
    client.get(reverse("accounts:login"))
    session = client.session
    session["before"] = "known to a thief"
    session.save()
    client.cookies["sessionid"] = session.session_key
    keys = [session.session_key]
    type_password(client, owner)
    keys.append(client.session.session_key)
    type_code(client, code_of(owner.secret))
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_a_wrong_code_is_refused_with_one_sentence(client, owner):
    type_password(client, owner)
    answer = type_code(client, "000000")
    assert (answer.status_code, refusals(answer), is_signed_in(client)) == (400, [_(WRONG)], False)


def test_an_empty_code_asks_for_one(client, owner):
    type_password(client, owner)
    answer = type_code(client, "")
    assert (answer.status_code, answer.context["form"].errors["code"]) == (400, [_("Type the code.")])


@pytest.mark.parametrize("halves", [-3, 3])
def test_codes_of_other_minutes_open_nothing(client, owner, halves):
    type_password(client, owner)
    assert type_code(client, code_of(owner.secret, halves)).status_code == 400


def test_a_clock_that_is_half_a_minute_off_still_fits(client, owner):
    type_password(client, owner)
    assert type_code(client, code_of(owner.secret, -1)).status_code == 302


def test_a_code_works_once_even_when_the_cache_has_forgotten_it(client, owner):
    with time_machine.travel(timezone.now(), tick=False):
        code = code_of(owner.secret)
        type_password(client, owner)
        assert type_code(client, code).status_code == 302
        client.logout()
        cache.clear()
        type_password(client, owner)
        assert type_code(client, code).status_code == 400
        assert type_code(client, code_of(owner.secret, -1)).status_code == 400  # an earlier one even less
        assert type_code(client, code_of(owner.secret, 1)).status_code == 302


def test_a_recovery_code_works_once_and_its_owner_is_told(client, owner, django_capture_on_commit_callbacks):
    first = services.unused_codes(owner)[0]
    type_password(client, owner)
    sent = letters(django_capture_on_commit_callbacks, lambda: type_code(client, f" {first[:4]} {first[4:]} "))
    assert sent == [(owner.email, SECURITY_EVENTS["use_recovery_code"])] and is_signed_in(client)
    assert services.codes_left(owner) == 9
    client.logout()
    type_password(client, owner)
    assert type_code(client, first).status_code == 400


def test_ten_minutes_after_the_password_it_is_asked_for_again(client, owner):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        type_password(client, owner)
        clock.shift(601)
        answer = type_code(client, code_of(owner.secret))
        assert (answer.url, is_signed_in(client)) == ("/masuk/", False)


def test_a_new_password_or_a_closed_account_ends_the_first_step(client, owner):
    type_password(client, owner)
    owner.set_password("empat kata lain sekali")
    owner.save()
    assert client.get(CODE).url == "/masuk/"
    type_password(client, owner, "empat kata lain sekali")
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert client.get(CODE).url == "/masuk/"


def test_the_second_step_without_the_first_leads_to_the_sign_in(client, owner):
    assert client.get(CODE).url == type_code(client, code_of(owner.secret)).url == "/masuk/"


def test_the_sixth_wrong_code_is_refused_and_the_owner_learns_of_it(client, owner, django_capture_on_commit_callbacks):
    type_password(client, owner)
    assert [type_code(client, "000000").status_code for _number in range(5)] == [400] * 5

    def go_on():
        assert [type_code(client, code_of(owner.secret)).status_code for _number in range(2)] == [429] * 2

    sent = letters(django_capture_on_commit_callbacks, go_on)
    assert sent == [(owner.email, SECURITY_EVENTS["wrong_codes"])]


def test_wrong_codes_of_a_thief_leave_the_owner_their_own_tries(client, owner):
    thief, place = client, {"REMOTE_ADDR": "10.9.9.9"}
    type_password(thief, owner)
    for _number in range(6):
        type_code(thief, "000000", **place)
    assert type_code(thief, code_of(owner.secret)).status_code == 302


def test_many_addresses_share_one_count_for_the_account(client, owner):
    type_password(client, owner)
    tries = [type_code(client, "000000", REMOTE_ADDR=f"10.9.{n}.9").status_code for n in range(21)]
    assert tries == [400] * 20 + [429]


def test_somebody_without_a_factor_signs_in_as_before(client, bali_operator):
    assert (type_password(client, bali_operator).url, is_signed_in(client)) == ("/beranda/", True)


def test_secrets_are_sealed_in_the_database_and_open_with_the_former_key(owner, settings):
    rows = {row.type: row.data for row in Authenticator.objects.filter(user=owner)}
    assert owner.secret not in str(rows) and not any(code in str(rows) for code in services.unused_codes(owner))
    settings.PERSONAL_DATA_KEYS = ["n" * 32, *settings.PERSONAL_DATA_KEYS]
    assert services.reseal() == (2, 0)
    settings.PERSONAL_DATA_KEYS = settings.PERSONAL_DATA_KEYS[:1]
    assert services.use_code(owner, code_of(owner.secret)) == "totp"


def test_without_the_key_codes_are_wrong_and_nothing_breaks(client, owner, settings):
    settings.PERSONAL_DATA_KEYS = ["x" * 32]
    type_password(client, owner)
    assert refusals(type_code(client, code_of(owner.secret))) == [_(WRONG)]


def test_the_log_says_what_happened_and_no_secret(client, owner):
    code = services.unused_codes(owner)[0]
    services.use_code(owner, code)
    entries = LogEntry.objects.filter(flow="accounts.factor").order_by("seq")
    assert [(e.action, e.record_code) for e in entries] == [
        ("add_app", f"AKUN-{owner.pk}"),
        ("renew_codes", f"AKUN-{owner.pk}"),
        ("use_recovery_code", f"AKUN-{owner.pk}"),
    ]
    said = str([(e.data, e.comment) for e in entries])
    assert owner.secret not in said and code not in said and owner.email not in said


def test_wrong_sign_ins_do_the_same_work_whether_the_account_exists_or_not(client, owner, monkeypatch):
    worked = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args, **more: worked.append(1) or encode(*args, **more))
    system = User.objects.create_user("sistem@example.test", None, name="Sistem", is_system=True)
    counts, said = [], []
    for user in (owner, User(email="tidak.ada@example.test"), system):
        worked.clear()
        said.append(refusals(type_password(client, user, "salah")))
        counts.append(len(worked))
    assert (counts, said[0] == said[1] == said[2] != []) == ([1, 1, 1], True)


def test_the_page_of_the_second_step_names_nobody(client, owner):
    type_password(client, owner)
    page = client.get(CODE).content.decode()
    assert owner.email not in page and owner.name not in page


def test_a_fresh_sign_in_is_a_fresh_proof(client, owner, settings):
    settings.SUDO_MINUTES = 10
    type_password(client, owner)
    type_code(client, code_of(owner.secret))
    assert client.get("/masuk/ulang/?next=/akun/").url == "/akun/"
    proven_ago(client, 11)
    assert client.get("/masuk/ulang/?next=/akun/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_one_code_typed_twice_at_the_same_instant_works_once(aceh_operator):
    secret = with_app(aceh_operator)
    code, recovery = code_of(secret), services.unused_codes(aceh_operator)[0]
    for typed, kind in ((code, "totp"), (recovery, "recovery_codes")):
        jobs = [lambda typed=typed: services.use_code(aceh_operator, typed)] * 4
        assert sorted(at_once(*jobs)) == ["", "", "", kind]
