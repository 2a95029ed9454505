"""Sign-in, sign-out and a new password: neutral answers, few tries, no way to another site."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "kata-sandi-uji"


def sign_in(client, email, password=PASSWORD, **extra):
    return client.post(
        reverse("accounts:login"), {"email": email, "password": password, **extra.pop("data", {})}, **extra
    )


@pytest.fixture
def ask_for_a_letter(client, django_capture_on_commit_callbacks):
    """`ask_for_a_letter(address)`: the form, and the letter that leaves once it is promised."""

    def ask(address: str):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse("accounts:password_reset"), {"email": address})

    return ask


def errors(response) -> list[str]:
    return [str(e) for e in response.context["form"].non_field_errors()]


def test_the_page_opens_and_lets_password_managers_fill_it(client):
    page = client.get(reverse("accounts:login")).content.decode()
    assert 'autocomplete="username"' in page and 'autocomplete="current-password"' in page


def test_a_person_signs_in_and_lands_at_home(client, aceh_operator):
    response = sign_in(client, aceh_operator.email.upper())
    assert (response.status_code, response.url) == (302, "/beranda/")


def test_a_person_who_reads_english_lands_at_the_english_home(client, aceh_operator):
    User.objects.filter(pk=aceh_operator.pk).update(language="en")
    assert sign_in(client, aceh_operator.email).url == "/en/beranda/"


def test_wrong_password_unknown_address_and_closed_account_get_the_same_answer(client, aceh_operator, bali_operator):
    User.objects.filter(pk=bali_operator.pk).update(is_active=False)
    answers = [
        errors(sign_in(client, aceh_operator.email, "salah")),
        errors(sign_in(client, "tidak.ada@example.test", "salah")),
        errors(sign_in(client, bali_operator.email)),
    ]
    assert answers[0] == answers[1] == answers[2] != []


def test_an_empty_form_says_what_is_missing(client):
    response = sign_in(client, "", "")
    assert response.status_code == 400 and set(response.context["form"].errors) == {"email", "password"}


def test_the_sixth_try_is_refused_even_with_the_right_password(client, aceh_operator):
    for _number in range(5):
        assert sign_in(client, aceh_operator.email, "salah").status_code == 400
    response = sign_in(client, aceh_operator.email)
    assert response.status_code == 429 and "_auth_user_id" not in client.session


def test_wrong_tries_lock_out_nobody_else(client, aceh_operator, bali_operator):
    for _number in range(6):
        sign_in(client, aceh_operator.email, "salah")
    assert sign_in(client, bali_operator.email).status_code == 302
    client.logout()
    assert sign_in(client, aceh_operator.email, REMOTE_ADDR="10.1.1.9").status_code == 302


def test_a_success_starts_the_count_again(client, aceh_operator):
    for _round in range(2):
        for _number in range(4):
            sign_in(client, aceh_operator.email, "salah")
        assert sign_in(client, aceh_operator.email).status_code == 302
        client.logout()


def test_one_machine_cannot_try_many_addresses(client, aceh_operator):
    for number in range(50):
        sign_in(client, f"orang{number}@example.test", "salah")
    assert sign_in(client, aceh_operator.email).status_code == 429
    assert sign_in(client, aceh_operator.email, REMOTE_ADDR="10.1.1.9").status_code == 302


@pytest.mark.parametrize("address", ["https://jahat.example/", "//jahat.example", "javascript:alert(1)"])
def test_next_never_leads_to_another_site(client, aceh_operator, address):
    assert sign_in(client, aceh_operator.email, data={"next": address}).url == "/beranda/"


def test_next_leads_back_to_the_page_that_asked(client, aceh_operator):
    asked = client.get("/pemberitahuan/")
    assert asked.status_code == 302
    page = client.get(asked.url)
    assert sign_in(client, aceh_operator.email, data={"next": page.context["next"]}).url == "/pemberitahuan/"


def test_signing_out_needs_a_post(client, aceh_operator):
    client.force_login(aceh_operator)
    assert client.get(reverse("accounts:logout")).status_code == 405
    assert client.post(reverse("accounts:logout")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_the_password_letter_is_the_same_for_known_and_unknown_addresses(client, aceh_operator, ask_for_a_letter):
    known = ask_for_a_letter(aceh_operator.email)
    unknown = ask_for_a_letter("tidak.ada@example.test")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [m.to for m in mail.outbox] == [[aceh_operator.email]]
    assert client.get(known.url).status_code == 200


def test_a_new_password_by_letter_works_once(client, aceh_operator, ask_for_a_letter):
    ask_for_a_letter(aceh_operator.email)
    link = re.search(r"https?://\S+/sandi/baru/\S+", mail.outbox[0].body).group(0)
    path = "/" + link.split("/", 3)[3]
    form = client.get(path, follow=True)
    words = "empat kata yang panjang"
    answer = {"new_password1": words, "new_password2": words}
    assert client.post(form.redirect_chain[-1][0], answer).url == reverse("accounts:password_reset_complete")
    assert client.get(reverse("accounts:password_reset_complete")).status_code == 200
    client.logout()
    assert sign_in(client, aceh_operator.email, words).status_code == 302
    client.logout()
    again = client.get(path, follow=True)
    assert again.context["validlink"] is False


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("Sinergi-2026!!", True),
        ("DISNAKER_operator_01", True),
        ("admin.kemnaker.2026", True),
        ("pelatihan jica abc", True),
        ("sinergi kuda hutan meja", False),
        ("empat kata yang panjang", False),
        ("rahasia dinas operator", False),
    ],
)
def test_a_password_of_the_portal_s_own_words_is_refused(password, refused, aceh_operator):
    try:
        validate_password(password, aceh_operator)
    except ValidationError as said:
        assert ([error.code for error in said.error_list], refused) == (["password_of_own_words"], True)
    else:
        assert not refused


@pytest.mark.parametrize(("seconds", "opens"), [(4 * 3600 - 60, True), (4 * 3600 + 60, False)])
def test_a_link_of_a_letter_opens_for_four_hours(client, aceh_operator, ask_for_a_letter, seconds, opens):
    with time_machine.travel("2026-11-20T09:00:00+07:00", tick=False) as clock:
        ask_for_a_letter(aceh_operator.email)
        body = mail.outbox[0].body
        clock.shift(seconds)
        path = re.search(r"https?://[^/]+(/sandi/baru/\S+)", body).group(1)
        assert client.get(path, follow=True).context["validlink"] is opens
    assert "4 jam" in body


def test_letters_to_one_address_are_limited(aceh_operator, ask_for_a_letter):
    for _number in range(5):
        ask_for_a_letter(aceh_operator.email)
    assert len(mail.outbox) == 3


def test_the_letter_is_in_the_reader_s_language(aceh_operator, ask_for_a_letter):
    User.objects.filter(pk=aceh_operator.pk).update(language="en")
    ask_for_a_letter(aceh_operator.email)
    assert "/en/sandi/baru/" in mail.outbox[0].body


def test_demo_sign_in_does_not_exist_outside_a_demonstration(client, aceh_operator):
    assert client.post(reverse("demo_login"), {"email": aceh_operator.email}).status_code == 404
    assert aceh_operator.email not in client.get(reverse("accounts:login")).content.decode()


def test_one_click_signs_in_to_a_demonstration(client, aceh_regency, settings):
    settings.DEMO = True
    user = factories.member("DINAS_OP", aceh_regency, "operator.ntb@example.test")
    assert user.email in client.get(reverse("accounts:login")).content.decode()
    response = client.post(reverse("demo_login"), {"email": user.email})
    assert (response.status_code, int(client.session["_auth_user_id"])) == (302, user.pk)


def test_a_demonstration_never_opens_real_or_staff_accounts(client, settings, aceh_regency):
    settings.DEMO = True
    real = factories.member("DINAS_OP", aceh_regency, "orang@dinas.example.com")
    staff = User.objects.create_superuser("pengelola@example.test", PASSWORD, name="Pengelola")
    for user in (real, staff):
        assert client.post(reverse("demo_login"), {"email": user.email}).status_code == 404


@pytest.mark.parametrize("wanted", ["abc", "map", "accounts:people", "//evil.example", "javascript:alert(1)"])
def test_an_address_that_is_no_path_leads_home(client, aceh_operator, wanted):
    client.force_login(aceh_operator)
    answer = client.get("/masuk/", {"next": wanted})
    assert (answer.status_code, answer.url) == (302, "/beranda/")
