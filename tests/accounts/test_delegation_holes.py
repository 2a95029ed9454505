"""Ways around the separation of duties, tried one by one: own need, nomination and submission, passed-on powers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Delegation, Membership
from accounts.roles import OFFICE, DelegationKind, Role
from accounts.rules import role_fits
from accounts.services import record_delegation
from participants.models import NominationStatus
from partnerships.models import AgreementStatus
from regions.models import NeedStatus
from tests import agreement_factories, factories
from tests import nomination_factories as nominations
from tests.delegation_factories import keeper, official, stand_in
from workflow.engine import Refused, note, offered

pytestmark = pytest.mark.django_db

DECIDING = {"prov_endorse", "propose_reject", "send_tech", "recommend", "approve", "reject", "return", "merge"}
"""Acts on a need that are somebody else's to take than the office's own people."""


def enabled(user, record) -> set[str]:
    return {offer.transition.name for offer in offered(user, record) if offer.enabled}


def details(post, delegate, kind=DelegationKind.KUASA, **more) -> dict:
    today = timezone.localdate()
    return {
        "post": post,
        "delegate": delegate,
        "kind": kind,
        "letter_no": "1/2026",
        "letter_date": today,
        "valid_from": today,
        "valid_to": today + timedelta(days=5),
        "scopes": ["regions.need"],
        "letter": factories.pdf(),
        "delegate_post": "Sekretaris",
        **more,
    }


# --- Powers passed on ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["attorney", "administrator", "principal"])
def test_a_power_of_attorney_over_a_power_of_attorney_does_not_exist(aceh_head, aceh_regency, by):
    first = stand_in(aceh_head, official(aceh_regency), DelegationKind.KUASA)
    third = official(aceh_regency)
    actor = {"attorney": first.delegate, "administrator": keeper(), "principal": aceh_head}[by]
    with pytest.raises(Refused):
        record_delegation(actor=actor, **details(first.membership, third))
    assert Delegation.objects.count() == 1


def test_the_form_offers_no_delegated_post_to_anybody(client, aceh_head, aceh_regency):
    first = stand_in(aceh_head, official(aceh_regency), DelegationKind.KUASA)
    admin = keeper()
    client.force_login(admin)
    offered_posts = client.get(reverse("accounts:delegate")).context["form"].fields["post"].queryset
    assert first.membership not in offered_posts and aceh_head.acting in offered_posts


def test_handing_on_one_s_own_post_hands_on_nothing_that_was_given(aceh_head, bali_head, aceh_regency, bali):
    """Aceh's head gives Bali's head a power; Bali's head gives their own post to a third: the third gets Bali only."""
    stand_in(aceh_head, bali_head, DelegationKind.KUASA)
    vars(bali_head).pop("current_memberships", None)
    bali_head.act_as(Membership.objects.own().get(user=bali_head).pk)
    third = stand_in(bali_head, official(bali), DelegationKind.KUASA).delegate
    need = factories.need(aceh_regency, status=NeedStatus.DRAFT)
    assert [m.organisation for m in third.current_memberships if m.delegation_id] == [bali]
    assert enabled(third, need) == set()


@pytest.mark.parametrize("kinds", [("KUASA", "KUASA", "KUASA"), ("PLH", "KUASA", "AN"), ("UB", "PLH", "KUASA")])
def test_a_circle_is_refused_whatever_its_kinds(aceh_head, bali_head, aceh_province_head, kinds):
    people = [aceh_head, bali_head, aceh_province_head]
    stand_in(people[0], people[1], kinds[0])
    own = {p: Membership.objects.own().get(user=p) for p in people}
    people[1].act_as(own[people[1]].pk)
    stand_in(people[1], people[2], kinds[1])
    people[2].act_as(own[people[2]].pk)
    with pytest.raises(Refused):
        stand_in(people[2], people[0], kinds[2])


# --- One's own need -----------------------------------------------------------------------------------------------


def test_whoever_reviews_at_the_centre_has_no_need_of_their_own_because_units_of_the_ministry_file_none(ppsdm):
    for role in OFFICE:
        assert role_fits(role, ppsdm)


def test_a_province_s_own_need_goes_past_its_verifier(aceh, aceh_province_head):
    own = factories.need(aceh, created_by=official(aceh))
    verifier = factories.member(Role.PROV_VER, aceh)
    type(own).objects.filter(pk=own.pk).update(status=NeedStatus.SUBMITTED)
    own.refresh_from_db()
    assert {t.goes_to(own) for t in own.flow.open_to(own) if t.auto} == {NeedStatus.MIN_REVIEW}
    assert enabled(verifier, own) & DECIDING == set()


def test_a_technical_reviewer_does_not_recommend_the_need_of_their_own_unit(db):
    unit = factories.organisation("DJ-WASNAKER")
    reviewer = factories.member(Role.DITJEN_REV, unit)
    own = factories.need(unit, status=NeedStatus.TECH_REVIEW)
    assert enabled(reviewer, own) & DECIDING == set()


# --- One's own nomination -----------------------------------------------------------------------------------------


def mine(office, partner, account, status):
    who = nominations.person(office, account=account)
    return nominations.nomination(nominations.seats(office, partner), status, who=who)


def test_a_nominee_who_stands_in_for_the_head_does_not_endorse_themselves(aceh, aceh_province_head, jica):
    deputy = official(aceh)
    stand_in(aceh_province_head, deputy)
    record = mine(aceh, jica, deputy, NominationStatus.SUBMITTED)
    assert "endorse" not in enabled(deputy, record)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PPSDM_VER, NominationStatus.ORG_ENDORSED),
        (Role.PPSDM_VER, NominationStatus.SCREENING),
        (Role.PPSDM_HEAD, NominationStatus.SCREENING),
        (Role.BIROKS_HEAD, NominationStatus.SHORTLISTED),
        (Role.BIROKS_OFF, NominationStatus.FORWARDED),
        (Role.PPSDM_VER, NominationStatus.ATTENDING),
    ],
)
def test_nobody_at_the_centre_moves_their_own_nomination(aceh, jica, role, status):
    unit = factories.organisation("BIRO-KS" if role.startswith("BIROKS") else "PPSDM")
    reviewer = factories.member(role, unit)
    record = mine(aceh, jica, reviewer, status)
    assert enabled(reviewer, record) - {"withdraw", "withdraw_self"} == set()


@pytest.mark.parametrize("status", [NominationStatus.SCREENING, NominationStatus.RESERVE])
def test_nor_does_who_stands_in_for_the_nominee_or_the_nominee_for_the_head(aceh, jica, ppsdm, ppsdm_head, status):
    deputy = factories.member(Role.PPSDM_VER, ppsdm)
    record = mine(aceh, jica, deputy, status)
    stand_in(ppsdm_head, deputy)
    assert enabled(deputy, record) - {"withdraw"} == set()
    of_the_head = mine(aceh, jica, ppsdm_head, status)
    assert enabled(deputy, of_the_head) - {"withdraw"} == set()


# --- One's own submission, by way of others -----------------------------------------------------------------------


def test_two_delegates_of_one_head_are_one_hand(ppsdm, aceh_regency, aceh_head, biroks):
    """The first prepared the text in the principal's place; the second, later, may not refuse it for the same one."""
    legal = factories.organisation("BIRO-HUKUM")
    lawyer = factories.member(Role.LEGAL, legal)
    first = stand_in(lawyer, factories.member(Role.EVAL, legal), DelegationKind.AN).delegate
    where = agreement_factories.agreement(AgreementStatus.LEGAL_REVIEW)
    agreement_factories.texts(where)
    agreement_factories.tick_clauses(where)
    note(where.flow, where, first, "to_legal")
    second = stand_in(lawyer, factories.member(Role.EVAL, legal), DelegationKind.UB).delegate
    assert "legal_ok" not in enabled(second, where)
    assert "legal_ok" not in enabled(lawyer, where)


def test_after_the_delegation_is_over_the_delegate_does_not_approve_what_they_prepared_under_it(
    aceh_regency, aceh_head
):
    deputy = official(aceh_regency)
    made = stand_in(aceh_head, deputy)
    need = factories.need(aceh_regency)
    note(need.flow, need, deputy, "submit")
    past = timezone.localdate() - timedelta(days=1)
    Delegation.objects.filter(pk=made.pk).update(valid_from=past, valid_to=past)
    Membership.objects.filter(delegation=made).update(valid_from=past, valid_to=past)
    verifier = Membership.objects.create(user=deputy, organisation=factories.office("11"), role=Role.PROV_VER)
    vars(deputy).pop("current_memberships", None)
    deputy.act_as(verifier.pk)
    type(need).objects.filter(pk=need.pk).update(status=NeedStatus.PROV_REVIEW)
    need.refresh_from_db()
    assert enabled(deputy, need) & {"prov_endorse"} == set()
