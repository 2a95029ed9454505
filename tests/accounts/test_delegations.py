"""Standing in for an official: recording, acting, what it never reaches, its end, and what the log says."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Delegation, Membership, User
from accounts.models.delegations import STAGES
from accounts.roles import DelegationKind, Role
from accounts.selectors.delegations import delegations_of
from accounts.services import accept, end_membership, invite, record_delegation, revoke_delegation
from notices.models import Notice
from notices.services import read_on
from participants.lifecycle import NOMINATION
from participants.models import NominationStatus, PaperKind
from partnerships.lifecycle import AGREEMENT
from partnerships.models import AgreementStatus, Track
from regions.lifecycle import NEED
from tests import agreement_factories, factories
from tests import nomination_factories as nominations
from tests.delegation_factories import EVERYTHING, keeper, official, stand_in, take_up
from workflow.audit import broken_links
from workflow.engine import Refused, may_edit, may_see, note, offered, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
ENDED = "The capacity you acted in has ended. Nothing was done."


def day(count: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=count)


def end_yesterday(delegation) -> None:
    """Its last day was yesterday."""
    for table in (Delegation.objects.filter(pk=delegation.pk), Membership.objects.filter(delegation=delegation)):
        table.update(valid_from=day(-3), valid_to=day(-1))


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as found:
        call(*args, **kwargs)
    return " ".join(found.value.reasons)


def fresh(user: User) -> User:
    """The person as the next request loads them, in the capacity chosen before."""
    found = User.objects.get(pk=user.pk)
    found.act_as(getattr(user, "_acting_id", None))
    return found


@pytest.fixture
def deputy(aceh_regency):
    """Somebody of the same regency office."""
    return official(aceh_regency)


@pytest.fixture
def plh(aceh_head, deputy):
    """The deputy stands in for the head of the regency office, and acts so."""
    return stand_in(aceh_head, deputy)


def chosen(client, user, delegation):
    """A browser in which the delegate has switched to the delegated post."""
    client.force_login(user)
    client.post(reverse("accounts:switch"), {"membership": delegation.membership.pk})
    return client


# --- Recording --------------------------------------------------------------------------------------------------


@pytest.fixture
def typed(aceh_head, deputy):
    """What the head types to delegate their own post."""
    return {
        "post": aceh_head.acting.pk,
        "kind": "PLH",
        "delegate": deputy.email.upper(),
        "letter_no": "800/12/2026",
        "letter_date": day(0).isoformat(),
        "valid_from": day(0).isoformat(),
        "valid_to": day(4).isoformat(),
        "scopes": ["regions.need", "participants.nomination"],
    }


def test_the_holder_delegates_their_own_post_with_the_letter(
    client, aceh_head, deputy, typed, django_capture_on_commit_callbacks
):
    client.force_login(aceh_head)
    assert client.get(reverse("accounts:delegate")).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("accounts:delegate"), {**typed, "letter": factories.pdf()})
    made = Delegation.objects.get()
    assert response.url == made.get_absolute_url()
    assert (made.kind, made.post, made.delegate, made.scopes, made.has_authority) == (
        "PLH",
        aceh_head.acting,
        deputy,
        ["participants.nomination", "regions.need"],
        False,
    )
    assert (made.membership.role, made.membership.user, made.membership.valid_to) == ("DINAS_HEAD", deputy, day(4))
    assert sorted(letter.to for letter in mail.outbox) == sorted([[aceh_head.email], [deputy.email]])
    assert all("Plh. Kepala Dinas" in letter.body and "800/12/2026" in letter.body for letter in mail.outbox)
    entry = LogEntry.objects.get(flow="accounts.delegation")
    assert (entry.action, entry.actor, entry.record_code) == ("delegate", aceh_head, made.code)
    assert deputy.email not in str(entry.data) and deputy.name not in str(entry.data)


def test_the_delegate_finds_the_post_in_the_account_menu_and_sees_in_which_capacity_they_act(client, plh, deputy):
    client.force_login(deputy)
    page = client.get(reverse("home"), follow=True).content.decode()
    assert "Plh. Kepala Dinas" in page and "Anda bertindak" not in page
    chosen(client, deputy, plh)
    for path in ("/beranda/", "/en/beranda/", "/akun/"):
        page = client.get(path).content.decode()
        assert page.count("sg-banner-amber") >= 1 and "Plh. " in page and plh.letter_no in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"letter": None}, "letter"),
        ({"scopes": []}, "scopes"),
        ({"delegate": "nobody@example.test"}, "delegate"),
        ({"kind": "PLT"}, "kind"),
        ({"letter_no": ""}, "letter_no"),
        ({"valid_to": "0202-01-01"}, "valid_to"),
        ({"scopes": ["accounts.delegation"]}, "scopes"),
    ],
)
def test_a_form_that_is_not_complete_is_refused_at_its_field(client, aceh_head, typed, changes, field):
    client.force_login(aceh_head)
    data = {"letter": factories.pdf(), **typed, **changes}
    response = client.post(reverse("accounts:delegate"), {k: v for k, v in data.items() if v is not None})
    assert (response.status_code, list(response.context["form"].errors)) == (400, [field])
    assert Delegation.objects.count() == 0


def test_only_pdf_is_a_letter(client, aceh_head, typed):
    client.force_login(aceh_head)
    response = client.post(
        reverse("accounts:delegate"), {**typed, "letter": factories.ContentFile(b"MZ", name="surat.pdf")}
    )
    assert (response.status_code, list(response.context["form"].errors)) == (400, ["letter"])


@pytest.mark.parametrize(
    "changes", [{"valid_from": -1}, {"valid_from": 1, "valid_to": 0}, {"valid_to": 366}, {"letter_date": 1}]
)
def test_dates_that_would_approve_the_past_or_last_too_long_are_refused(changes, aceh_head, deputy):
    assert refusal(stand_in, aceh_head, deputy, **{name: day(count) for name, count in changes.items()})
    assert Delegation.objects.count() == 0


def test_a_post_that_is_not_one_s_own_is_recorded_by_an_administrator_only(aceh_head, bali_head, deputy):
    assert refusal(stand_in, aceh_head, deputy, actor=bali_head)
    assert stand_in(aceh_head, deputy, actor=keeper()).recorded_by.acting_role == "ADMIN"


def test_an_administrator_records_a_plt_for_a_vacant_post_with_written_authority(
    client, administrator, aceh_head, deputy, typed
):
    end_membership(aceh_head.acting, actor=administrator, reason="Pensiun.")
    client.force_login(administrator)
    assert str(aceh_head.name) in client.get(reverse("accounts:delegate")).content.decode()
    papers = {"letter": factories.pdf(), "authority": factories.pdf("wewenang.pdf")}
    refused = client.post(reverse("accounts:delegate"), {**typed, **papers})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["authority"])
    papers = {"letter": factories.pdf(), "authority": factories.pdf("wewenang.pdf")}
    made = client.post(reverse("accounts:delegate"), {**typed, **papers, "kind": "PLT"})
    found = Delegation.objects.get()
    assert (made.url, found.kind, found.has_authority) == (found.get_absolute_url(), "PLT", True)
    assert sorted(found.papers.values_list("kind", flat=True)) == ["AUTHORITY", "LETTER"]
    assert "Plt. Kepala Dinas" in client.get(made.url).content.decode()


def test_pages_are_for_those_concerned(client, plh, aceh_head, deputy, aceh_operator, bali_head, auditor):
    paper = plh.papers.get()
    paths = {
        "page": plh.get_absolute_url(),
        "revoke": reverse("accounts:revoke_delegation", args=[plh.code]),
        "paper": reverse("accounts:delegation_paper", args=[plh.code, paper.pk]),
    }
    found = {}
    for name, user in {"head": aceh_head, "deputy": deputy, "other": bali_head, "auditor": auditor}.items():
        client.force_login(user)
        found[name] = [client.get(path).status_code for path in paths.values()]
        assert client.get(reverse("accounts:delegations")).status_code == 200
    assert found == {
        "head": [200, 200, 200],
        "deputy": [200, 200, 200],
        "other": [404, 404, 404],
        "auditor": [200, 400, 200],
    }
    assert LogEntry.objects.filter(flow="accounts.delegation", action="download").count() == 3
    client.force_login(aceh_operator)
    assert client.get(reverse("accounts:delegate")).status_code == 403
    client.logout()
    assert client.get(paths["page"]).status_code == 302


def test_the_list_asks_the_database_equally_often_for_one_and_for_many(client, plh, aceh_head, aceh_regency):
    client.force_login(aceh_head)
    address = reverse("accounts:delegations")
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(address)
    for n in range(12):
        stand_in(aceh_head, official(aceh_regency), DelegationKind.AN, valid_from=day(n), valid_to=day(n))
    with CaptureQueriesContext(connection) as many:
        page = client.get(address)
    assert (len(many), page.content.decode().count("<tr>") - 1) == (len(one), 13)


def test_the_state_in_the_list_and_on_the_page_is_one(aceh_head, aceh_regency, administrator):
    stand_in(aceh_head, official(aceh_regency), DelegationKind.AN)
    stand_in(aceh_head, official(aceh_regency), DelegationKind.AN, valid_from=day(2))
    revoked = stand_in(aceh_head, official(aceh_regency), DelegationKind.AN)
    revoke_delegation(revoked, actor=aceh_head, reason="Kembali bertugas.")
    over = stand_in(aceh_head, official(aceh_regency), DelegationKind.AN)
    Delegation.objects.filter(pk=over.pk).update(valid_from=day(-9), valid_to=day(-1))
    rows = list(delegations_of(administrator))
    assert {row.stage_now for row in rows} == set(STAGES)
    assert [row.stage for row in rows] == [row.stage_now for row in rows]


# --- Story (a) --------------------------------------------------------------------------------------------------


def test_a_plh_endorses_a_nomination_and_is_stopped_at_signing_an_agreement(
    client, aceh, aceh_province_head, jica, auditor
):
    deputy = official(aceh)
    plh = stand_in(aceh_province_head, deputy)
    seats = nominations.seats(aceh, jica)
    nominations.begins(seats, 90)
    record = nominations.nomination(seats, NominationStatus.SUBMITTED)
    nominations.paper(record, PaperKind.CV, PaperKind.LANGUAGE, PaperKind.RELEASE)
    chosen(client, deputy, plh)

    page = client.get(f"{record.get_absolute_url()}endorse/").content.decode()
    assert "Plh. Kepala Dinas" in page
    data = {"letter_number": "1/2026", "letter_date": day(0).isoformat(), "no_case": "on", "stay_years": 2}
    response = client.post(f"{record.get_absolute_url()}endorse/", data)
    record.refresh_from_db()
    assert (response.status_code, record.status) == (302, "ORG_ENDORSED")
    entry = LogEntry.objects.get(flow="participants.nomination", action="endorse")
    assert (entry.actor, entry.on_behalf_of, entry.capacity, entry.role) == (
        deputy,
        aceh_province_head,
        "PLH",
        "DINAS_HEAD",
    )
    assert entry.data["delegation"] == plh.code
    assert f"Plh. Kepala Dinas, {aceh.name_id}" in client.get(record.get_absolute_url()).content.decode()

    agreement = agreement_factories.agreement(
        AgreementStatus.READY_TO_SIGN, track=Track.KSDLL_CONT, office=aceh, partner=jica
    )
    address = f"{agreement.get_absolute_url()}sign_region/"
    signing = {
        "way": "SCAN",
        "signed": factories.pdf(),
        "signed_on": day(0).isoformat(),
        "effective_date": day(1).isoformat(),
        "place": "Banda Aceh",
        "our_post": "Gubernur",
        "capacity": "DEFINITIVE",
        "partner_post": "Chief Representative",
        "copies": ["KEMLU"],
    }
    looked, tried = client.get(f"/en{address}"), client.post(f"/en{address}", signing)
    agreement.refresh_from_db()
    assert (looked.status_code, tried.status_code, agreement.status) == (200, 400, "READY_TO_SIGN")
    for answer in (looked, tried):
        assert "As Plh. Head of office you may not take this step." in answer.content.decode()
    assert not LogEntry.objects.filter(action="sign_region").exists()

    client.force_login(auditor)
    translation.activate("id")
    trail = client.get(reverse("audit_trail", args=["participants.nomination", record.code])).content.decode()
    assert deputy.name in trail and aceh_province_head.name in trail and "Plh. Kepala Dinas" in trail
    assert broken_links()[0] == []


# --- Valid now, or not at all -------------------------------------------------------------------------------------


def test_after_the_last_day_the_same_session_can_do_nothing(client, need_aceh, deputy, plh):
    chosen(client, deputy, plh)
    address = reverse("regions:act", args=[need_aceh.code, "submit"])
    assert (client.get(address).status_code, deputy.acting_role) == (200, "DINAS_HEAD")
    end_yesterday(plh)
    response = client.post(address, {}, follow=True)
    assert response.redirect_chain == [(reverse("home"), 302)]
    assert _(ENDED) in [str(m) for m in response.context["messages"]]
    assert client.post(address, {}).status_code == 403
    assert refusal(perform, NEED, "submit", record=need_aceh, actor=deputy)
    need_aceh.refresh_from_db()
    assert need_aceh.status == "DRAFT"


def test_a_draft_sent_in_a_capacity_that_is_over_is_told_to_come_again(client, need_aceh, deputy, plh):
    chosen(client, deputy, plh)
    end_yesterday(plh)
    address = reverse("regions:reason", args=[need_aceh.code])
    answer = client.post(address, {"autosave": "1"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (409, {"closed": _(ENDED), "again": True})


def test_a_revoked_delegation_blocks_at_once_whatever_the_page_still_knows(client, need_aceh, aceh_head, deputy, plh):
    chosen(client, deputy, plh)
    assert [o.transition.name for o in offered(deputy, need_aceh)] == ["submit", "withdraw"]
    other = client.__class__()
    other.force_login(aceh_head)
    assert other.post(reverse("accounts:revoke_delegation", args=[plh.code]), {"reason": "Kembali."}).status_code == 302
    assert plh.code in refusal(perform, NEED, "submit", record=need_aceh, actor=deputy)
    with pytest.raises(PermissionDenied):
        note(NEED, need_aceh, deputy, "change")
    assert client.post(reverse("regions:act", args=[need_aceh.code, "submit"])).url == reverse("home")
    need_aceh.refresh_from_db()
    assert need_aceh.status == "DRAFT"


def test_before_the_first_day_there_is_no_such_capacity(client, aceh_head, deputy):
    made = stand_in(aceh_head, deputy, valid_from=day(1), valid_to=day(2))
    assert deputy.acting_role == "DINAS_OP"
    client.force_login(deputy)
    assert client.post(reverse("accounts:switch"), {"membership": made.membership.pk}).status_code == 404


def test_a_role_that_ends_takes_its_delegations_along(aceh_head, deputy, plh, administrator, aceh_operator):
    held = stand_in(factories.member(Role.PROV_VER, factories.office("51")), deputy)
    end_membership(aceh_head.acting, actor=administrator, reason="Mutasi.")
    plh.refresh_from_db()
    assert (plh.stage, fresh(deputy).acting_role) == ("REVOKED", "PROV_VER")
    own = Membership.objects.own().get(user=deputy)
    end_membership(own, actor=administrator, reason="Pensiun.")
    held.refresh_from_db()
    assert (held.stage, fresh(deputy).acting) == ("REVOKED", None)


def test_a_role_by_delegation_is_ended_by_revoking_only(plh, administrator):
    assert "delegas" in refusal(end_membership, plh.membership, actor=administrator, reason="Mutasi.").lower()


def test_whoever_revokes_is_concerned(plh, bali_head, deputy):
    assert refusal(revoke_delegation, plh, actor=bali_head, reason="Bukan saya.")
    assert revoke_delegation(plh, actor=deputy, reason="Saya sakit.").stage == "REVOKED"
    assert refusal(revoke_delegation, plh, actor=deputy, reason="Sekali lagi.")


# --- Scopes ---------------------------------------------------------------------------------------------------------


def test_what_the_delegation_does_not_cover_cannot_be_done(need_aceh, aceh_head, deputy):
    stand_in(aceh_head, deputy, scopes=["partnerships.agreement"])
    assert may_see(NEED, deputy, need_aceh) and not may_edit(NEED, deputy, need_aceh)
    assert [o.enabled for o in offered(deputy, need_aceh)] == [False, False]
    assert refusal(perform, NEED, "submit", record=need_aceh, actor=deputy)


def test_nominees_are_not_shown_under_a_delegation_that_is_not_about_them(client, aceh, aceh_province_head, jica):
    deputy = official(aceh)
    made = stand_in(aceh_province_head, deputy, scopes=["regions.need"])
    record = nominations.nomination(nominations.seats(aceh, jica), NominationStatus.SUBMITTED)
    assert not may_see(NOMINATION, deputy, record)
    chosen(client, deputy, made)
    assert client.get(record.get_absolute_url()).status_code == 404


# --- Nobody passes on, nobody goes round in circles -------------------------------------------------------------------


def test_what_was_delegated_is_not_delegated_further(client, plh, deputy, aceh_regency, administrator):
    third = official(aceh_regency)
    assert refusal(stand_in, deputy, third, actor=deputy)
    assert refusal(stand_in, deputy, third, actor=administrator)
    chosen(client, deputy, plh)
    assert client.get(reverse("accounts:delegate")).status_code == 403


def test_two_heads_do_not_stand_in_for_each_other_in_the_same_days(aceh_head, bali_head):
    stand_in(aceh_head, bali_head)
    bali_head.act_as(None)
    assert refusal(stand_in, bali_head, aceh_head)
    assert stand_in(bali_head, aceh_head, valid_from=day(7), valid_to=day(9)).stage == "COMING"


def test_a_circle_of_three_is_refused_as_well(aceh_head, bali_head, aceh_province_head):
    for principal, delegate in ((aceh_head, bali_head), (bali_head, aceh_province_head)):
        principal.act_as(None)
        stand_in(principal, delegate)
    aceh_province_head.act_as(None)
    assert refusal(stand_in, aceh_province_head, aceh_head)


def test_one_plt_for_a_post_at_a_time_and_only_while_it_is_vacant(aceh_regency, aceh_head, administrator):
    first, second = official(aceh_regency), official(aceh_regency)
    details = {
        "actor": administrator,
        "post": aceh_head.acting,
        "kind": "PLT",
        "letter_no": "1",
        "letter_date": day(0),
        "valid_from": day(0),
        "valid_to": day(9),
        "scopes": EVERYTHING,
        "letter": factories.pdf(),
    }
    assert refusal(record_delegation, delegate=first, **details)  # the post has a holder
    stand_in(aceh_head, first, DelegationKind.PLT, actor=administrator)
    details["post"].refresh_from_db()
    assert refusal(record_delegation, delegate=second, **details)
    later = {**details, "valid_from": day(7), "valid_to": day(9)}
    assert record_delegation(delegate=second, **later).stage == "COMING"
    assert refusal(record_delegation, delegate=official(aceh_regency), **{**details, "kind": "PLH"})


def test_a_new_holder_ends_the_time_of_the_plt(aceh_regency, aceh_head, deputy, administrator):
    plt = stand_in(aceh_head, deputy, DelegationKind.PLT)
    invitation, _token = invite(
        email="kepala.baru@example.test",
        name="Kepala baru",
        organisation=aceh_regency,
        role=Role.DINAS_HEAD,
        actor=administrator,
    )
    accept(invitation, "empat kata yang panjang")
    plt.refresh_from_db()
    assert (plt.stage, fresh(deputy).acting_role) == ("REVOKED", "DINAS_OP")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_who_decides_nothing_stands_in_for_nobody(aceh_head, role):
    assert refusal(stand_in, aceh_head, factories.member(role, factories.organisation("PPSDM")))


def test_partners_nominees_and_the_principal_do_not_stand_in(aceh_regency, aceh_head, jica_head):
    assert refusal(stand_in, aceh_head, jica_head)
    assert refusal(stand_in, aceh_head, factories.member(Role.NOMINEE, aceh_regency))
    assert refusal(stand_in, aceh_head, aceh_head)
    assert refusal(stand_in, factories.member(Role.DINAS_OP, aceh_regency), official(aceh_regency))


# --- Maker and checker ------------------------------------------------------------------------------------------------


def test_what_the_principal_prepared_their_delegate_does_not_approve(aceh_regency, aceh_head, deputy, plh):
    need = factories.need(aceh_regency, created_by=aceh_head)
    assert refusal(perform, NEED, "submit", record=need, actor=deputy)


def test_what_the_delegate_prepared_in_the_principal_s_place_the_principal_does_not_approve(
    aceh_regency, aceh_head, deputy, plh
):
    need = factories.need(aceh_regency, created_by=deputy)  # as Plh
    assert LogEntry.objects.get(action="create").on_behalf_of == aceh_head
    assert refusal(perform, NEED, "submit", record=need, actor=aceh_head)


def test_what_a_person_prepared_in_their_own_role_they_do_not_approve_as_plh(aceh_regency, aceh_head, deputy):
    need = factories.need(aceh_regency, created_by=deputy)
    stand_in(aceh_head, deputy)
    assert refusal(perform, NEED, "submit", record=need, actor=deputy)
    assert perform(NEED, "submit", record=need, actor=aceh_head).status == "PROV_REVIEW"


def test_a_reviewer_by_delegation_never_decides_on_their_own_office_s_need(
    need_aceh, aceh_head, aceh_verifier, deputy, bali_operator
):
    need = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    stand_in(aceh_verifier, deputy)
    assert {o.enabled for o in offered(deputy, need)} == {False}
    assert refusal(perform, NEED, "prov_endorse", record=need, actor=deputy, answers={"note": "Sesuai."})
    other = stand_in(aceh_verifier, bali_operator, DelegationKind.AN).delegate
    assert True in {o.enabled for o in offered(other, need)}


def test_standing_in_for_a_head_makes_that_office_one_s_own(need_aceh, aceh_head, aceh_verifier, aceh_operator):
    """The verifier stands in for the head of a regency office: as verifier they leave its needs to others."""
    need = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    assert True in {o.enabled for o in offered(aceh_verifier, need)}
    stand_in(aceh_head, aceh_verifier)
    aceh_verifier.act_as(None)
    assert {o.enabled for o in offered(aceh_verifier, need)} == {False}


def test_the_head_s_own_nomination_is_not_endorsed_by_their_plh(aceh, aceh_province_head, jica):
    deputy = official(aceh)
    stand_in(aceh_province_head, deputy)
    own = nominations.person(aceh, account=aceh_province_head)
    record = nominations.nomination(nominations.seats(aceh, jica), NominationStatus.SUBMITTED, who=own)
    assert [o.enabled for o in offered(deputy, record) if o.transition.name == "endorse"] == [False]


# --- Plt and authority ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authority", "capacity", "status"),
    [(False, "PLT", "READY_TO_SIGN"), (True, "DEFINITIVE", "READY_TO_SIGN"), (True, "PLT", "ACTIVE")],
)
def test_a_plt_signs_with_the_written_authority_on_file_and_says_so(sekjen, biroks, authority, capacity, status):
    plt = stand_in(sekjen, official(biroks, Role.BIROKS_OFF), DelegationKind.PLT, authority=authority).delegate
    agreement = agreement_factories.agreement(AgreementStatus.READY_TO_SIGN)
    answers = {
        "way": "SCAN",
        "signed": factories.pdf(),
        "signed_on": day(0),
        "place": "Jakarta",
        "our_post": "Sekretaris Jenderal",
        "capacity": capacity,
        "partner_post": "Chief Representative",
        "effective_date": day(0),
        "copies": ["KEMLU"],
    }
    if status == "READY_TO_SIGN":
        assert refusal(perform, AGREEMENT, "sign", record=agreement, actor=plt, answers=answers)
    else:
        perform(AGREEMENT, "sign", record=agreement, actor=plt, answers=answers)
        assert LogEntry.objects.get(action="sign").capacity == "PLT"
    agreement.refresh_from_db()
    assert agreement.status == status


# --- Notices and the seal ---------------------------------------------------------------------------------------------


def test_holder_and_delegate_both_hear_that_it_is_their_turn(need_aceh, aceh_operator, aceh_head, deputy, plh):
    perform(NEED, "send_to_head", record=need_aceh, actor=aceh_operator)
    while read_on():
        pass
    told = Notice.objects.filter(kind="TURN")
    assert set(told.values_list("user", flat=True)) == {aceh_head.pk, deputy.pk}
    assert told.get(user=deputy).membership == plh.membership


def test_notices_name_the_capacity(client, need_aceh, aceh_operator, deputy, plh):
    need = perform(NEED, "send_to_head", record=need_aceh, actor=aceh_operator)
    perform(NEED, "take_back", record=need, actor=deputy, answers={"note": "Lengkapi bukti baris pertama."})
    while read_on():
        pass
    client.force_login(aceh_operator)
    assert "Plh. Kepala Dinas" in client.get(reverse("notices:inbox")).content.decode()


OLD_SEAL = """
SELECT count(*) FROM workflow_logentry WHERE hash <> encode(sha256(convert_to(jsonb_build_array(
    seq, prev_hash, extract(epoch FROM at)::numeric::text, flow, record_id, record_code, action, source, target,
    actor_id, role, organisation, comment, data)::text, 'UTF8')), 'hex') AND on_behalf_of_id IS NULL
"""


def test_entries_without_a_delegation_are_sealed_as_ever_and_the_capacity_is_under_the_seal(
    need_aceh, aceh_head, deputy, plh
):
    perform(NEED, "submit", record=need_aceh, actor=deputy)
    with connection.cursor() as cursor:
        cursor.execute(OLD_SEAL)
        assert cursor.fetchone() == (0,)
    assert broken_links()[0] == []
    entry = LogEntry.objects.get(action="submit")
    with pytest.raises(DatabaseError), transaction.atomic():
        LogEntry.objects.filter(pk=entry.pk).update(capacity="", on_behalf_of=None)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workflow_logentry DISABLE TRIGGER workflow_log_refuse_row")
        cursor.execute("UPDATE workflow_logentry SET capacity = '', on_behalf_of_id = NULL WHERE id = %s", [entry.pk])
    assert broken_links()[0] == [entry.seq]


def test_the_sheet_names_the_capacity_of_whoever_signed(client, need_aceh, deputy, plh):
    perform(NEED, "submit", record=need_aceh, actor=deputy)
    chosen(client, deputy, plh)
    assert "Plh. Kepala Dinas" in client.get(reverse("regions:print", args=[need_aceh.code])).content.decode()


def test_a_stranger_may_not_see_what_the_delegate_may(need_aceh, bali_operator, aceh_head):
    with pytest.raises(Http404):
        perform(NEED, "submit", record=need_aceh, actor=bali_operator)
    stand_in(aceh_head, bali_operator)
    assert perform(NEED, "submit", record=need_aceh, actor=take_up(bali_operator.delegations.get())).status
