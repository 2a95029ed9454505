"""A page opened in one capacity is not confirmed in another: the person is told, and nothing happens."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from partnerships.models import AgreementStatus
from tests import agreement_factories as make
from tests import factories
from tests.delegation_factories import official, stand_in
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
SENTENCE = "You opened this page as"


@pytest.fixture
def two_posts(biroks):
    """Somebody who is officer and head of the same bureau."""
    person = factories.member(Role.BIROKS_HEAD, biroks)
    Membership.objects.create(user=person, organisation=biroks, role=Role.BIROKS_OFF)
    vars(person).pop("current_memberships", None)
    return person


def act_as(client, membership) -> None:
    client.post(reverse("accounts:switch"), {"membership": membership.pk})


def posts(person) -> dict:
    return {m.role: m for m in person.memberships.all()}


def test_the_page_carries_the_capacity_it_was_opened_in(client, two_posts):
    where = make.agreement(AgreementStatus.ACTIVE)
    client.force_login(two_posts)
    head = posts(two_posts)[Role.BIROKS_HEAD]
    act_as(client, head)
    page = client.get(f"/en/kemitraan/{where.code}/suspend/").content.decode()
    assert f'name="acting_as" value="{head.pk}"' in page


def test_an_act_confirmed_after_switching_in_another_tab_is_refused_and_keeps_what_was_typed(client, biroks):
    """Both capacities may take the step: Plh of one head and head of another house would be such a case."""
    head = factories.member(Role.BIROKS_HEAD, biroks)
    deputy = factories.member(Role.BIROKS_HEAD, biroks)
    plh = stand_in(head, deputy)
    where = make.agreement(AgreementStatus.ACTIVE)
    client.force_login(deputy)
    data = {"reason": "Menunggu anggaran tahun depan dari kedua pihak.", "acting_as": plh.membership.pk}
    own = Membership.objects.own().get(user=deputy)
    act_as(client, own)
    response = client.post(f"/en/kemitraan/{where.code}/suspend/", {**data, "notice": factories.pdf()})
    page = response.content.decode()
    assert (response.status_code, SENTENCE in page, "Menunggu anggaran" in page) == (409, True, True)
    assert "Plh. Head of the Bureau of Cooperation" in page
    where.refresh_from_db()
    assert (where.status, LogEntry.objects.filter(action="suspend").count()) == ("ACTIVE", 0)
    again = {**data, "acting_as": own.pk, "notice": factories.pdf()}
    assert client.post(f"/en/kemitraan/{where.code}/suspend/", again).status_code == 302
    assert LogEntry.objects.get(action="suspend").capacity == ""


def test_where_the_other_capacity_may_not_the_sentence_says_why(client, two_posts):
    where = make.agreement(AgreementStatus.ACTIVE)
    client.force_login(two_posts)
    act_as(client, posts(two_posts)[Role.BIROKS_OFF])
    data = {"acting_as": posts(two_posts)[Role.BIROKS_HEAD].pk, "reason": "x" * 40}
    response = client.post(f"/en/kemitraan/{where.code}/suspend/", data)
    assert (response.status_code, SENTENCE in response.content.decode()) == (409, True)


def test_where_the_record_does_not_exist_for_the_other_capacity_the_sentence_says_so_too(
    client, need_aceh, aceh_head, bali
):
    deputy = official(bali)
    plh = stand_in(aceh_head, deputy)
    client.force_login(deputy)
    act_as(client, plh.membership)
    address = f"/en{need_aceh.get_absolute_url()}submit/"
    act_as(client, Membership.objects.own().get(user=deputy))
    response = client.post(address, {"acting_as": plh.membership.pk})
    assert (response.status_code, SENTENCE in response.content.decode()) == (404, True)


def test_a_form_without_the_field_is_judged_by_the_capacity_acted_in(client, biroks_head):
    where = make.agreement(AgreementStatus.ACTIVE)
    client.force_login(biroks_head)
    data = {"reason": "Menunggu anggaran tahun depan dari kedua pihak.", "notice": factories.pdf()}
    assert client.post(f"/en/kemitraan/{where.code}/suspend/", data).status_code == 302


@pytest.mark.parametrize("value", ["0", "x", "999999999999999999999", "-1", "'; --"])
def test_nonsense_in_the_field_is_refused_too(client, biroks_head, value):
    where = make.agreement(AgreementStatus.ACTIVE)
    client.force_login(biroks_head)
    data = {"reason": "Menunggu anggaran tahun depan dari kedua pihak.", "notice": factories.pdf(), "acting_as": value}
    response = client.post(f"/en/kemitraan/{where.code}/suspend/", data)
    assert (response.status_code, SENTENCE in response.content.decode()) == (409, True)
