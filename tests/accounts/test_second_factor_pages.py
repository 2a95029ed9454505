"""One's own factors: adding, removing, recovery codes; and what an administrator may do for others."""

from __future__ import annotations

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import factors as services
from accounts.tasks import SECURITY_EVENTS
from tests import factories
from tests.accounts.factors import PASSWORD, code_of, letters, type_code, type_password, with_app
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
SECURITY, APP, KEY = "/akun/keamanan/", "/akun/keamanan/aplikasi/", "/akun/keamanan/kunci/"
CODES, FILE = "/akun/keamanan/kode-cadangan/", "/akun/keamanan/kode-cadangan/unduh/"
REASON = {"reason": "Telepon hilang, dipastikan lewat telepon kantor."}


@pytest.fixture
def inside(client, aceh_operator):
    """A browser of an operator who has signed in with password and app."""
    aceh_operator.secret = with_app(aceh_operator)
    type_password(client, aceh_operator)
    type_code(client, code_of(aceh_operator.secret))
    return client


def app_of(user) -> Authenticator:
    return Authenticator.objects.get(user=user, type="totp")


def actions() -> list[str]:
    return list(LogEntry.objects.filter(flow="accounts.factor").order_by("seq").values_list("action", flat=True))


def test_an_app_is_set_up_by_picture_or_letters_and_comes_with_recovery_codes(
    client, aceh_operator, django_capture_on_commit_callbacks
):
    client.force_login(aceh_operator)
    page = client.get(APP)
    secret = page.context["secret"].replace(" ", "")
    assert len(secret) == 32 and "<svg" in page.content.decode() and " style=" not in page.content.decode()
    assert client.post(APP, {"code": "000000"}).status_code == 400
    sent = letters(django_capture_on_commit_callbacks, lambda: client.post(APP, {"code": code_of(secret)}))
    told = [SECURITY_EVENTS["add_app"], SECURITY_EVENTS["renew_codes"]]
    assert sent == [(aceh_operator.email, sentence) for sentence in told]
    assert len(client.get(CODES).context["codes"]) == 10
    assert actions() == ["add_app", "renew_codes"]
    assert client.session["second_factor"] == "totp"


def test_the_secret_waits_sealed_in_the_session(client, aceh_operator):
    client.force_login(aceh_operator)
    secret = client.get(APP).context["secret"].replace(" ", "")
    assert secret not in str(dict(client.session))


def test_a_new_phone_replaces_the_former_one(inside, aceh_operator):
    former = app_of(aceh_operator)
    secret = inside.get(APP).context["secret"].replace(" ", "")
    assert inside.post(APP, {"code": code_of(secret)}).url == SECURITY
    assert app_of(aceh_operator).pk != former.pk
    assert not services.use_app_code(aceh_operator, code_of(aceh_operator.secret, 1))
    assert services.use_app_code(aceh_operator, code_of(secret, 1))


def test_recovery_codes_are_shown_to_the_session_that_made_them_for_ten_minutes(inside, aceh_operator):
    former = services.unused_codes(aceh_operator)
    assert inside.get(CODES).url == SECURITY and inside.get(FILE).status_code == 404
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert inside.post(CODES).url == CODES
        now = services.unused_codes(aceh_operator)
        assert inside.get(CODES).context["codes"] == now and not set(now) & set(former)
        file = inside.get(FILE)
        assert file["Content-Disposition"] == 'attachment; filename="sinergi-kode-cadangan.txt"'
        assert file.content.decode().split("\r\n")[3:13] == now and "no-store" in file["Cache-Control"]
        clock.shift(601)
        assert inside.get(CODES).url == SECURITY and inside.get(FILE).status_code == 404


def test_codes_need_a_factor(client, bali_operator):
    client.force_login(bali_operator)
    assert client.post(CODES).url == SECURITY
    assert not Authenticator.objects.filter(user=bali_operator).exists()


def test_removing_the_last_factor_takes_the_codes_along(inside, aceh_operator):
    url = reverse("accounts:remove_factor", args=[app_of(aceh_operator).pk])
    assert inside.get(url).status_code == 200
    assert inside.post(url).url == SECURITY
    assert not Authenticator.objects.filter(user=aceh_operator).exists()
    assert actions()[-1] == "remove_app"


def test_adding_or_removing_a_factor_ends_the_other_sessions_and_says_so(client, aceh_operator):
    elsewhere = [Client(), Client()]
    for browser in (client, elsewhere[0]):
        browser.force_login(aceh_operator)
    secret = client.get(APP).context["secret"].replace(" ", "")
    client.post(f"/en{APP}", {"code": code_of(secret)})
    elsewhere[1].force_login(aceh_operator)
    page = client.get("/en/akun/keamanan/")
    assert [str(message) for message in page.context["messages"]] == [
        "The authenticator app is set up. 1 other session has ended."
    ]
    assert elsewhere[0].get("/akun/").status_code == 302
    client.post(reverse("accounts:remove_factor", args=[app_of(aceh_operator).pk]))
    assert (elsewhere[1].get("/akun/").status_code, client.get("/akun/").status_code) == (302, 200)


def test_the_last_factor_stays_where_the_role_needs_one(client, aceh_head):
    secret = with_app(aceh_head)
    type_password(client, aceh_head)
    type_code(client, code_of(secret))
    answer = client.post(reverse("accounts:remove_factor", args=[app_of(aceh_head).pk]))
    assert (answer.status_code, app_of(aceh_head).user) == (409, aceh_head)


def test_nobody_sees_or_removes_the_factors_of_others(inside, bali_operator):
    with_app(bali_operator)
    url = reverse("accounts:remove_factor", args=[app_of(bali_operator).pk])
    assert [inside.get(url).status_code, inside.post(url).status_code] == [404, 404]
    codes = Authenticator.objects.get(user=bali_operator, type="recovery_codes")
    assert inside.post(reverse("accounts:remove_factor", args=[codes.pk])).status_code == 404


def test_a_password_alone_changes_no_factor(client, aceh_operator):
    """A session of before the factor, or one that somebody got hold of with the password."""
    with_app(aceh_operator)
    client.force_login(aceh_operator)
    remove = reverse("accounts:remove_factor", args=[app_of(aceh_operator).pk])
    for url in (APP, KEY, CODES, remove):
        assert client.post(url).url.startswith("/masuk/kode/?next=")
    assert Authenticator.objects.filter(user=aceh_operator).count() == 2


def test_a_passkey_that_no_browser_made_is_refused(client, aceh_operator):
    client.force_login(aceh_operator)
    assert client.get(KEY).status_code == 200
    wrong = ["", "x", "{}", "[]", '{"id": "a", "rawId": "b", "response": {}, "type": "public-key"}', "1"]
    answers = [client.post(KEY, {"name": "Laptop", "credential": value}).status_code for value in wrong]
    assert answers == [400] * len(wrong)
    assert not Authenticator.objects.filter(user=aceh_operator).exists()


def test_a_passkey_s_answer_that_fits_nothing_signs_nobody_in(client, aceh_operator):
    with_app(aceh_operator)
    type_password(client, aceh_operator)
    for value in ("{}", "[]", "1", '{"id": "a", "rawId": "b", "response": {}, "type": "public-key"}'):
        assert client.post("/masuk/kode/", {"code": "", "credential": value}).status_code in {400, 429}
    assert "_auth_user_id" not in client.session


def test_the_page_tells_what_there_is(inside, aceh_operator):
    page = inside.get(SECURITY)
    assert (page.context["codes_left"], page.context["needed"]) == (10, False)
    assert page.context["factors"].app == app_of(aceh_operator)


def test_a_changed_password_is_told_to_its_owner(inside, aceh_operator, django_capture_on_commit_callbacks):
    words = "empat kata yang panjang"
    answer = {"part": "password", "password-old_password": PASSWORD}
    answer |= {"password-new_password1": words, "password-new_password2": words}
    sent = letters(django_capture_on_commit_callbacks, lambda: inside.post("/akun/", answer))
    assert (actions()[-1], sent) == ("change_password", [(aceh_operator.email, SECURITY_EVENTS["change_password"])])


def test_the_present_password_cannot_be_guessed_from_within(inside):
    answer = {"part": "password", "password-old_password": "salah"}
    answer |= {"password-new_password1": "empat kata yang panjang", "password-new_password2": "empat kata yang panjang"}
    for _number in range(5):
        inside.post("/akun/", answer)
    sixth = inside.post("/akun/", answer | {"password-old_password": PASSWORD}).context["password_form"]
    assert sixth.errors["old_password"] == [_("Too many wrong tries. Wait 15 minutes and try again.")]


def test_an_administrator_resets_the_factor_of_somebody_who_lost_it(
    administrator, inside, aceh_operator, django_capture_on_commit_callbacks
):
    desk = Client()
    desk.force_login(administrator)
    listed = desk.get("/pengguna/").content.decode()
    url = reverse("accounts:reset_factors", args=[aceh_operator.pk])
    assert url in listed and desk.get(url).status_code == 200
    assert desk.post(url, {"reason": "x"}).status_code == 400
    sent = letters(django_capture_on_commit_callbacks, lambda: desk.post(url, REASON))
    assert sent == [(aceh_operator.email, SECURITY_EVENTS["reset_factors"])]
    assert not Authenticator.objects.filter(user=aceh_operator).exists()
    assert inside.get("/akun/").status_code == 302  # signed out everywhere
    entry = LogEntry.objects.filter(flow="accounts.factor").latest("seq")
    assert (entry.action, entry.actor, entry.comment) == ("reset_factors", administrator, REASON["reason"])
    assert url not in desk.get("/pengguna/").content.decode()


def test_nobody_resets_their_own_factor_or_one_that_is_not_there(client, administrator, bali_operator):
    with_app(administrator)
    client.force_login(administrator)
    for user in (administrator, bali_operator):
        assert client.post(reverse("accounts:reset_factors", args=[user.pk]), REASON).status_code == 400
    assert Authenticator.objects.filter(user=administrator).count() == 2


def test_others_reset_nothing(client, aceh_head, bali_operator):
    with_app(bali_operator)
    client.force_login(aceh_head)
    assert client.post(reverse("accounts:reset_factors", args=[bali_operator.pk]), REASON).status_code == 403
    system = User.objects.create_user("sistem@example.test", None, name="Sistem", is_system=True)
    client.force_login(factories.member("ADMIN", factories.organisation("PPSDM2")))
    assert client.get(reverse("accounts:reset_factors", args=[system.pk])).status_code == 404
