"""Invitations, roles and their end, settings, and the capacity one acts in."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, OrganisationKind, User
from accounts.roles import Role
from accounts.rules import role_fits
from accounts.services import invite
from tests import factories
from workflow.audit import broken_links
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
WORDS = "empat kata yang panjang"


@pytest.fixture
def invitation(administrator, aceh_regency):
    """An open invitation with the token that went out."""
    found, token = invite(
        email="Baru@Example.Test",
        name="Operator baru",
        organisation=aceh_regency,
        role=Role.DINAS_OP,
        actor=administrator,
    )
    found.token = token
    return found


def trail():
    return list(LogEntry.objects.order_by("seq").values_list("flow", "action", "role"))


# --- Inviting -----------------------------------------------------------------------------------------------


def test_an_administrator_invites_and_a_letter_with_a_link_leaves(
    client, administrator, aceh_regency, django_capture_on_commit_callbacks
):
    client.force_login(administrator)
    data = {
        "email": "baru@example.test",
        "name": "Operator",
        "role": "DINAS_OP",
        "organisation": aceh_regency.pk,
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("accounts:invite"), data).url == reverse("accounts:people")
    letter = mail.outbox[0]
    path = re.search(r"/undangan/\S+", letter.body).group(0)
    assert letter.to == ["baru@example.test"]
    assert client.get(path).status_code == 200
    assert Invitation.objects.get().sent_at is not None
    assert trail() == [("accounts.invitation", "invite", "ADMIN")]


@pytest.mark.parametrize(
    ("role", "place", "fits"),
    [
        ("DINAS_OP", "regency", True),
        ("DINAS_OP", "province", True),
        ("DINAS_OP", "unit", False),
        ("DINAS_OP", "partner", False),
        ("DINAS_HEAD", "centre", True),
        ("DINAS_HEAD", "partner", False),
        ("PROV_VER", "province", True),
        ("PROV_VER", "regency", False),
        ("PROV_VER", "unit", False),
        ("PARTNER_OFF", "partner", True),
        ("PARTNER_OFF", "regency", False),
        ("PARTNER_HEAD", "unit", False),
        ("PPSDM_VER", "unit", True),
        ("PPSDM_HEAD", "province", False),
        ("DITJEN_REV", "partner", False),
        ("BIROKS_HEAD", "regency", False),
        ("LEGAL", "centre", False),
        ("SEKJEN", "partner", False),
        ("AUDITOR", "province", False),
        ("ADMIN", "regency", False),
        ("ADMIN", "unit", True),
        ("NOMINEE", "regency", True),
        ("NOMINEE", "partner", False),
    ],
)
def test_role_and_organisation_must_fit(role, place, fits, aceh, aceh_regency, ppsdm, jica):
    centre = factories.organisation("BPVP-X", OrganisationKind.CENTRE)
    where = {"province": aceh, "regency": aceh_regency, "unit": ppsdm, "partner": jica, "centre": centre}[place]
    assert (role_fits(role, where) == "") is fits


def test_a_role_that_does_not_fit_is_refused_with_a_sentence(client, administrator, jica):
    client.force_login(administrator)
    data = {"email": "x@example.test", "name": "X", "role": "PROV_VER", "organisation": jica.pk}
    response = client.post(reverse("accounts:invite"), data)
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["role"]
    assert Invitation.objects.count() == 0


def test_nobody_is_invited_to_a_suspended_organisation(jica):
    jica.suspended = True
    assert role_fits("PARTNER_OFF", jica) != ""


def test_a_second_open_invitation_is_refused(client, administrator, invitation, aceh_regency):
    client.force_login(administrator)
    data = {"email": invitation.email, "name": "X", "role": "DINAS_OP", "organisation": aceh_regency.pk}
    assert client.post(reverse("accounts:invite"), data).status_code == 400
    assert Invitation.objects.count() == 1


def test_whoever_has_the_role_is_not_invited_again(client, administrator, aceh_operator, aceh_regency):
    client.force_login(administrator)
    data = {"email": aceh_operator.email, "name": "X", "role": "DINAS_OP", "organisation": aceh_regency.pk}
    assert client.post(reverse("accounts:invite"), data).status_code == 400


@pytest.mark.parametrize("name", ["accounts:people", "accounts:invite"])
def test_people_pages_are_for_administrators(client, name, aceh_head, auditor, administrator):
    assert client.get(reverse(name)).status_code == 302
    for user, status in ((aceh_head, 403), (auditor, 403), (administrator, 200)):
        client.force_login(user)
        assert client.get(reverse(name)).status_code == status


def test_whoever_runs_the_portal_can_invite_the_first_administrator(client):
    client.force_login(User.objects.create_superuser("pengelola@example.test", "x", name="Pengelola"))
    assert client.get(reverse("accounts:invite")).status_code == 200


def test_sending_again_makes_the_former_link_stop(
    client, administrator, invitation, django_capture_on_commit_callbacks
):
    client.force_login(administrator)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("accounts:renew", args=[invitation.pk]))
    assert client.get(reverse("accounts:accept", args=[invitation.token])).status_code == 404
    assert client.get(re.search(r"/undangan/\S+", mail.outbox[0].body).group(0)).status_code == 200


def test_an_invitation_taken_back_no_longer_opens(client, administrator, invitation):
    client.force_login(administrator)
    client.post(reverse("accounts:revoke", args=[invitation.pk]))
    response = client.get(reverse("accounts:accept", args=[invitation.token]))
    assert response.status_code == 410
    client.post(reverse("accounts:revoke", args=[invitation.pk]))
    assert trail() == [("accounts.invitation", "invite", "ADMIN"), ("accounts.invitation", "revoke", "ADMIN")]


def test_the_log_of_accounts_names_no_address_and_keeps_the_chain(invitation):
    entry = LogEntry.objects.get()
    text = f"{entry.record_code} {entry.comment} {entry.data}"
    assert invitation.email not in text and invitation.name not in text
    assert entry.data == {"role": "DINAS_OP", "organisation": "DISNAKER-1101"}
    assert broken_links()[0] == []


# --- Accepting ----------------------------------------------------------------------------------------------


def test_looking_at_an_invitation_does_not_use_it_up(client, invitation):
    url = reverse("accounts:accept", args=[invitation.token])
    assert [client.get(url).status_code for _n in range(3)] == [200, 200, 200]


def test_a_new_person_chooses_a_password_and_is_in(client, invitation, aceh_regency):
    url = reverse("accounts:accept", args=[invitation.token])
    assert client.post(url, {"password": WORDS}).url == "/beranda/"
    user = User.objects.get(email="baru@example.test")
    assert (user.name, user.check_password(WORDS), user.acting_role) == ("Operator baru", True, "DINAS_OP")
    assert user.acting_organisation == aceh_regency
    assert client.get("/beranda/").status_code == 200
    client.logout()
    again = client.get(url)
    assert again.status_code == 410 and client.post(url, {"password": WORDS}).status_code == 410
    assert Membership.objects.filter(user=user).count() == 1


@pytest.mark.parametrize("password", ["", "pendek", "password1234", "operator baru"])
def test_a_weak_password_is_refused_with_a_sentence(client, invitation, password):
    response = client.post(reverse("accounts:accept", args=[invitation.token]), {"password": password})
    assert response.status_code == 400
    assert len(str(response.context["form"].errors["password"][0])) > 15
    assert not User.objects.filter(email=invitation.email).exists()


def test_a_known_address_keeps_its_account_and_password(client, administrator, aceh_operator, bali):
    _found, token = invite(
        email=aceh_operator.email, name="Lain", organisation=bali, role=Role.DINAS_HEAD, actor=administrator
    )
    url = reverse("accounts:accept", args=[token])
    assert "password" not in client.get(url).context["form"].fields
    assert client.post(url).url == reverse("accounts:login")
    user = User.objects.get(email=aceh_operator.email)
    assert (user.name, user.check_password("kata-sandi-uji")) == (aceh_operator.name, True)
    assert [m.role for m in user.current_memberships] == ["DINAS_OP", "DINAS_HEAD"]
    assert "_auth_user_id" not in client.session


def test_an_expired_invitation_says_so(client, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    url = reverse("accounts:accept", args=[invitation.token])
    assert client.get(url).status_code == 410
    assert client.post(url, {"password": WORDS}).status_code == 410
    assert not User.objects.filter(email=invitation.email).exists()


def test_an_invented_token_opens_nothing(client, db):
    assert client.get(reverse("accounts:accept", args=["x" * 43])).status_code == 404


def test_an_ended_role_can_be_given_again(client, administrator, aceh_operator, aceh_regency):
    client.force_login(administrator)
    own = aceh_operator.memberships.get()
    client.post(reverse("accounts:end", args=[own.pk]), {"reason": "Pindah tugas."})
    _found, token = invite(
        email=aceh_operator.email,
        name="Op",
        organisation=aceh_regency,
        role=Role.DINAS_OP,
        actor=administrator,
    )
    client.logout()
    client.post(reverse("accounts:accept", args=[token]))
    assert len(User.objects.get(pk=aceh_operator.pk).current_memberships) == 1
    assert aceh_operator.memberships.count() == 2


# --- Ending -------------------------------------------------------------------------------------------------


def test_a_role_ends_at_once_and_stays_on_record(client, administrator, aceh_operator):
    own = aceh_operator.memberships.get()
    client.force_login(administrator)
    assert client.get(reverse("accounts:end", args=[own.pk])).status_code == 200
    client.post(reverse("accounts:end", args=[own.pk]), {"reason": "Pindah tugas."})
    own.refresh_from_db()
    assert own.valid_to == timezone.localdate() and own.ended_at is not None
    assert User.objects.get(pk=aceh_operator.pk).current_memberships == []
    assert LogEntry.objects.get().comment == "Pindah tugas."
    client.force_login(aceh_operator)
    assert client.get("/beranda/").templates[0].name == "portal/home/no_role.html"


def test_ending_needs_a_reason(client, administrator, aceh_operator):
    client.force_login(administrator)
    own = aceh_operator.memberships.get()
    assert client.post(reverse("accounts:end", args=[own.pk]), {"reason": ""}).status_code == 400
    assert len(User.objects.get(pk=aceh_operator.pk).current_memberships) == 1


def test_nobody_ends_their_own_role(client, administrator):
    client.force_login(administrator)
    own = administrator.memberships.get()
    assert client.post(reverse("accounts:end", args=[own.pk]), {"reason": "Sudah cukup."}).status_code == 400
    assert own.__class__.objects.current().filter(pk=own.pk).exists()


def test_a_role_that_does_not_exist_is_not_found(client, administrator):
    client.force_login(administrator)
    assert client.get(reverse("accounts:end", args=[999999])).status_code == 404


# --- The list -----------------------------------------------------------------------------------------------


def test_the_list_filters_by_role_kind_and_province(client, administrator, aceh_operator, bali_head, jica_liaison):
    client.force_login(administrator)

    def rows(query):
        listing = client.get(reverse("accounts:people") + query).context["listing"]
        return {m.user for m in listing.rows}

    assert rows("") == {administrator, aceh_operator, bali_head, jica_liaison}
    assert rows("?role=DINAS_OP") == {aceh_operator}
    assert rows("?kind=PARTNER") == {jica_liaison}
    assert rows("?province=51") == {bali_head}
    assert rows("?q=bali") == set() or rows("?q=DISNAKER-51") == {bali_head}
    assert rows("?role=DITJEN_REV") == set()


def test_provinces_are_named(client, administrator, aceh_operator):
    client.force_login(administrator)
    views = client.get(reverse("accounts:people")).context["listing"].views
    province = next(v for v in views if v.name == "province")
    assert [(o.value, o.label) for o in province.options] == [("11", "Provinsi Aceh")]


def test_the_list_asks_as_often_for_thirty_people_as_for_one(
    client, administrator, aceh_operator, aceh_regency, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(administrator)
    client.get(reverse("accounts:people"))
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("accounts:people"))
        counts.append(len(queries))
        for _number in range(30):
            factories.member(Role.DINAS_OP, aceh_regency)
    assert counts[0] == counts[1]


# --- One's own account --------------------------------------------------------------------------------------


def test_a_person_acts_in_one_of_their_own_roles(client, aceh_operator, bali):
    other = Membership.objects.create(user=aceh_operator, organisation=bali, role=Role.DINAS_HEAD)
    client.force_login(aceh_operator)
    assert client.post(reverse("accounts:switch"), {"membership": other.pk}).url == "/beranda/"
    page = client.get("/beranda/")
    assert page.wsgi_request.user.acting == other
    assert str(other.role_label) in page.content.decode()


def test_another_person_s_role_an_ended_one_and_nonsense_are_not_found(client, aceh_operator, bali_head, bali):
    ended = Membership.objects.create(
        user=aceh_operator, organisation=bali, role=Role.DINAS_HEAD, ended_at=timezone.now()
    )
    client.force_login(aceh_operator)
    for wanted in (bali_head.memberships.get().pk, ended.pk, "1 or 1", ""):
        assert client.post(reverse("accounts:switch"), {"membership": wanted}).status_code == 404
    assert client.get("/beranda/").wsgi_request.user.acting_role == "DINAS_OP"


def test_a_role_that_ends_while_acting_falls_back_at_once(client, aceh_operator, bali):
    other = Membership.objects.create(user=aceh_operator, organisation=bali, role=Role.DINAS_HEAD)
    client.force_login(aceh_operator)
    client.post(reverse("accounts:switch"), {"membership": other.pk})
    Membership.objects.filter(pk=other.pk).update(ended_at=timezone.now())
    assert client.get("/beranda/").wsgi_request.user.acting_role == "DINAS_OP"


def test_switching_needs_a_sign_in_and_a_post(client, aceh_operator):
    assert client.post(reverse("accounts:switch"), {"membership": 1}).status_code == 302
    client.force_login(aceh_operator)
    assert client.get(reverse("accounts:switch")).status_code == 405


def test_settings_are_saved_and_the_page_comes_back_in_the_chosen_language(client, aceh_operator):
    client.force_login(aceh_operator)
    data = {"part": "settings", "own-name": "Kepala Seksi", "own-language": "en"}
    assert client.post(reverse("accounts:settings"), data).url == "/en/akun/"
    aceh_operator.refresh_from_db()
    assert (aceh_operator.name, aceh_operator.language) == ("Kepala Seksi", "en")


def test_settings_without_a_name_are_refused(client, aceh_operator):
    client.force_login(aceh_operator)
    response = client.post(reverse("accounts:settings"), {"part": "settings", "own-name": "", "own-language": "id"})
    assert response.status_code == 400


def test_the_password_changes_only_with_the_present_one(client, aceh_operator):
    client.force_login(aceh_operator)
    url = reverse("accounts:settings")
    data = {"part": "password", "password-new_password1": WORDS, "password-new_password2": WORDS}
    assert client.post(url, {**data, "password-old_password": "salah"}).status_code == 400
    assert client.post(url, {**data, "password-old_password": "kata-sandi-uji"}).status_code == 302
    aceh_operator.refresh_from_db()
    assert aceh_operator.check_password(WORDS)
    assert client.get(url).status_code == 200  # still signed in on this device
