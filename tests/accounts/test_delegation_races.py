"""Delegations recorded, revoked and used at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.models import Delegation, Membership, User
from accounts.roles import DelegationKind, Role
from accounts.services import accept, end_membership, invite, revoke_delegation
from regions.lifecycle import NEED
from tests import factories
from tests.delegation_factories import keeper, official, stand_in
from tests.races import outcomes
from workflow.audit import broken_links
from workflow.engine import perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_act_stands_in_the_log_after_the_revocation_of_its_delegation(aceh_regency, aceh_operator, aceh_head):
    for _round in range(6):
        need = factories.need(aceh_regency, created_by=aceh_operator)
        plh = stand_in(aceh_head, official(aceh_regency))
        assert plh.delegate.acting_role == "DINAS_HEAD"  # known from before: the page was open
        results = outcomes(
            partial(perform, NEED, "submit", record=need, actor=plh.delegate),
            partial(revoke_delegation, plh, actor=aceh_head, reason="Kembali bertugas."),
        )
        assert results in (["won", "won"], ["Refused", "won"])
        revoked = LogEntry.objects.get(action="end_delegation", record_code=plh.code)
        acts = LogEntry.objects.filter(data__delegation=plh.code)
        assert [entry for entry in acts if entry.seq > revoked.seq] == []
        assert acts.exists() == (results == ["won", "won"])
    assert broken_links()[0] == []


def test_of_two_plh_for_one_holder_recorded_at_once_one_is_refused(aceh_regency, aceh_head):
    first, second = official(aceh_regency), official(aceh_regency)
    heads = [User.objects.get(pk=aceh_head.pk) for _n in range(2)]
    results = outcomes(partial(stand_in, heads[0], first), partial(stand_in, heads[1], second))
    assert (results, Delegation.objects.count()) == (["Refused", "won"], 1)


def test_two_heads_who_delegate_to_each_other_at_once_do_not_both_succeed(aceh_head, bali_head):
    aceh, bali = (User.objects.get(pk=head.pk) for head in (aceh_head, bali_head))
    results = outcomes(partial(stand_in, aceh_head, bali), partial(stand_in, bali_head, aceh))
    assert (results, Delegation.objects.count()) == (["Refused", "won"], 1)


def capacities_left(delegate: User) -> int:
    """How many delegated posts somebody can still choose in the account menu."""
    return Membership.objects.current().filter(user=delegate, delegation__isnull=False).count()


def test_a_role_that_ends_while_it_is_delegated_leaves_no_delegated_post_behind(aceh_regency):
    for _round in range(6):
        head, deputy, admin = official(aceh_regency, Role.DINAS_HEAD), official(aceh_regency), keeper()
        ended = partial(end_membership, head.acting, actor=admin, reason="Mutasi.")
        results = outcomes(partial(stand_in, User.objects.get(pk=head.pk), deputy, post=head.acting), ended)
        assert (results in (["won", "won"], ["Refused", "won"]), capacities_left(deputy)) == (True, 0)


def test_a_new_holder_and_a_plt_recorded_at_once_never_hold_the_post_both(aceh_regency):
    former, admin = official(aceh_regency, Role.DINAS_HEAD), keeper()
    post = former.acting
    end_membership(post, actor=admin, reason="Pensiun.")
    for number in range(6):
        deputy = official(aceh_regency)
        invited = {"email": f"kepala{number}@example.test", "name": "x", "organisation": aceh_regency}
        invitation, _token = invite(**invited, role=Role.DINAS_HEAD, actor=admin)
        recorded = partial(stand_in, User.objects.get(pk=former.pk), deputy, DelegationKind.PLT, post=post)
        results = outcomes(recorded, partial(accept, invitation, "empat kata yang panjang"))
        assert (results in (["won", "won"], ["Refused", "won"]), capacities_left(deputy)) == (True, 0)
        end_membership(Membership.objects.own().current().get(role=Role.DINAS_HEAD), actor=admin, reason="Mutasi.")
