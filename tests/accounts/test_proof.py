"""Sudo mode: dangerous acts ask once more who is there, and what was typed goes on afterwards."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import AccessToken, Invitation, Membership
from exchange.models import Job, Phase
from tests import factories
from tests.accounts.factors import PASSWORD, code_of, proven_ago, with_app
from tests.partnerships import allocation_factories
from workflow.registry import workflows

pytestmark = pytest.mark.django_db
INVITE = "/pengguna/undang/"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture(autouse=True)
def _sudo(settings):
    settings.SUDO_MINUTES = 10


@pytest.fixture
def desk(client, administrator):
    """A browser of the administrator, who signed in eleven minutes ago."""
    client.force_login(administrator)
    proven_ago(client, 11)
    return client


def invitation(where) -> dict:
    """An invitation as typed."""
    return {
        "email": "baru@dinas.test",
        "name": "Kepala “Bidang” & lainnya",
        "role": "DINAS_OP",
        "organisation": where.pk,
    }


def kept(page) -> dict:
    """The fields that wait in the page that asks."""
    form = page.content.decode().split('class="sg-card sg-card-b"')[1].split("</form>")[0]
    return {name: unescape(value) for name, value in HIDDEN.findall(form) if name != "csrfmiddlewaretoken"}


def refused(page) -> list[str]:
    return [str(error) for error in page.context["form"].non_field_errors()]


def test_an_act_soon_after_signing_in_asks_nothing(client, administrator, aceh):
    client.force_login(administrator)
    assert client.post(INVITE, invitation(aceh)).status_code == 302
    assert Invitation.objects.count() == 1


def test_an_act_later_waits_for_the_proof_and_keeps_what_was_typed(desk, aceh):
    before = desk.session.session_key
    page = desk.post(INVITE, invitation(aceh))
    assert (page.status_code, Invitation.objects.count()) == (403, 0)
    assert f'action="{INVITE}"' in page.content.decode() and "no-store" in page["Cache-Control"]
    waiting = kept(page)
    assert waiting == {key: str(value) for key, value in invitation(aceh).items()} | {"proof-credential": "null"}
    answer = desk.post(INVITE, waiting | {"proof-password": PASSWORD, "proof-credential": ""})
    assert (answer.status_code, answer.url) == (302, "/pengguna/")
    assert desk.session.session_key != before
    assert Invitation.objects.get().name == "Kepala “Bidang” & lainnya"
    assert desk.post(INVITE, invitation(aceh) | {"email": "lain@dinas.test"}).status_code == 302


def test_a_wrong_password_keeps_the_form_waiting(desk, aceh):
    for wrong in ("salah", ""):
        page = desk.post(INVITE, invitation(aceh) | {"proof-password": wrong})
        assert (page.status_code, Invitation.objects.count()) == (400, 0)
        assert kept(page)["email"] == "baru@dinas.test" and "proof-password" not in kept(page)
    assert page.context["form"].errors == {"password": [_("Type your password.")]}


def test_the_sixth_wrong_proof_is_refused(desk, aceh):
    for _number in range(5):
        desk.post(INVITE, invitation(aceh) | {"proof-password": "salah"})
    page = desk.post(INVITE, invitation(aceh) | {"proof-password": PASSWORD})
    assert (page.status_code, Invitation.objects.count()) == (429, 0)


def test_a_code_of_the_app_proves_it_too_and_a_recovery_code_does_not(desk, administrator, aceh):
    secret = with_app(administrator)
    recovery = administrator.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    assert desk.post(INVITE, invitation(aceh) | {"proof-code": recovery}).status_code == 400
    assert desk.post(INVITE, invitation(aceh) | {"proof-code": code_of(secret)}).status_code == 302
    assert Invitation.objects.count() == 1


def test_without_the_right_to_act_nobody_is_asked(client, aceh_head, aceh):
    client.force_login(aceh_head)
    proven_ago(client, 11)
    assert client.post(INVITE, invitation(aceh)).status_code == 403
    assert "proof-password" not in client.post(INVITE, invitation(aceh)).content.decode()


def test_scripts_are_told(desk):
    answer = desk.post(INVITE, {}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["prove"]) == (403, "/masuk/ulang/")


def test_another_site_cannot_have_a_form_kept(administrator, aceh):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(administrator)
    page = strict.post(INVITE, invitation(aceh))
    assert page.status_code == 403 and "baru@dinas.test" not in page.content.decode()


@pytest.mark.parametrize("next_page", ["https://jahat.example/", "//jahat.example"])
def test_the_page_leads_to_no_other_site(desk, next_page):
    answer = desk.post("/masuk/ulang/", {"next": next_page, "proof-password": PASSWORD})
    assert answer.url == "/beranda/"


DANGEROUS = {
    "accounts:tokens": {},
    "accounts:system_tokens": {},
    "accounts:add_app": {},
    "accounts:add_passkey": {},
    "accounts:recovery_codes": {},
    "accounts:invite": {},
    "accounts:disconnect_sign_on": {},
    "accounts:end_other_sessions": {},
}


@pytest.mark.parametrize("name", DANGEROUS)
def test_dangerous_pages_open_and_their_acts_ask(desk, name):
    before = AccessToken.objects.count()
    assert desk.get(reverse(name)).status_code in {200, 302, 405}
    assert desk.post(reverse(name), {"name": "x"}).status_code == 403
    assert AccessToken.objects.count() == before


def test_ending_a_role_and_resetting_a_factor_ask(desk, aceh_operator):
    with_app(aceh_operator)
    role = aceh_operator.memberships.get()
    for url in (reverse("accounts:end", args=[role.pk]), reverse("accounts:reset_factors", args=[aceh_operator.pk])):
        page = desk.post(url, {"reason": "Pindah tugas ke kantor lain."})
        assert page.status_code == 403 and kept(page)["reason"] == "Pindah tugas ke kantor lain."
    assert Membership.objects.get(pk=role.pk).ended_at is None
    assert aceh_operator.authenticator_set.count() == 2


def test_removing_one_s_factor_asks(client, aceh_operator):
    with_app(aceh_operator)
    client.force_login(aceh_operator)
    session = client.session
    session["second_factor"] = "totp"
    session.save()
    proven_ago(client, 11)
    row = aceh_operator.authenticator_set.get(type="totp")
    url = reverse("accounts:remove_factor", args=[row.pk])
    assert client.post(url).status_code == 403
    assert client.post(url, {"proof-password": PASSWORD}).status_code == 302


def test_a_form_with_files_asks_before_it_opens(desk):
    assert desk.get("/akun/delegasi/catat/").url == "/masuk/ulang/?next=%2Fakun%2Fdelegasi%2Fcatat%2F"
    answer = desk.post("/masuk/ulang/", {"next": "/akun/delegasi/catat/", "proof-password": PASSWORD})
    assert answer.url == "/akun/delegasi/catat/" and desk.get(answer.url).status_code == 200


def test_files_have_to_be_chosen_again(desk):
    letter = SimpleUploadedFile("surat.pdf", factories.PDF, "application/pdf")
    page = desk.post("/akun/delegasi/catat/", {"letter_no": "B-1/2026", "letter": letter})
    assert page.status_code == 403 and page.context["kept"]["had_files"] is True


def test_the_whole_audit_trail_asks_before_it_leaves(client, auditor):
    client.force_login(auditor)
    path = reverse("exchange:export", args=["audit", "csv"])
    assert client.get(path).status_code == 200
    proven_ago(client, 11)
    assert client.get(f"{path}?q=UND").url == f"/masuk/ulang/?next={path.replace('/', '%2F')}%3Fq%3DUND"
    assert client.get("/audit/").status_code == 200


def test_ratifying_the_allocation_asks_and_then_goes_on(client, ppsdm_head):
    run = allocation_factories.run(allocation_factories.round_of(), "SUBMITTED")
    client.force_login(ppsdm_head)
    proven_ago(client, 11)
    url = reverse("partnerships:act_allocation", args=[run.code, "ratify"])
    page = client.post(url, {"note": "Sesuai rapat pleno."})
    assert page.status_code == 403 and kept(page)["note"] == "Sesuai rapat pleno."
    after = client.post(url, {"note": "Sesuai rapat pleno.", "proof-password": PASSWORD})
    assert after.status_code != 403 or "proof-password" not in after.content.decode()
    back = reverse("partnerships:act_allocation", args=[run.code, "return"])
    proven_ago(client, 11)
    assert "proof-password" not in client.post(back, {"reason": ""}).content.decode()


def test_acts_that_are_dangerous_are_these():
    found = {f"{w.flow.name}.{t.name}" for w in workflows() for t in w.flow.transitions if t.asks_again}
    assert found == {
        "partnerships.allocation.ratify",
        "partnerships.agreement.sign",
        "partnerships.agreement.sign_region",
        "partnerships.agreement.amended",
        "partnerships.agreement.amended_region",
    }


def test_where_sudo_mode_is_off_nothing_asks(desk, settings, aceh):
    settings.SUDO_MINUTES = 0
    assert desk.post(INVITE, invitation(aceh)).status_code == 302


def test_an_import_that_invites_asks(desk, administrator):
    found = {"owner": administrator, "membership": administrator.acting, "kind": "import.people"}
    job = Job.objects.create(**found, phase=Phase.ASKING)
    assert desk.post(reverse("exchange:job_go_on", args=[job.token])).status_code == 403
    assert Job.objects.get().phase == Phase.ASKING
