"""Who hears of a programme's amendment: the offices that asked for its seats and the partner, nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from notices import services
from notices.lines import line
from notices.models import Notice
from notices.tasks import send_outbox
from partnerships.models import ProposalStatus
from programs.services.amendments import amend
from tests import factories, program_factories, proposal_factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cut(jica, jica_liaison, jica_head, biroks_officer, aceh_regency, aceh_operator, aceh_head, bali, bali_head):
    """A programme with an open proposal from Aceh and a declined one from Bali loses seats."""
    program = program_factories.program(jica, seats=10)
    asked = proposal_factories.open_need(aceh_regency)
    proposal_factories.proposal(asked, program)
    declined = proposal_factories.open_need(bali)
    proposal_factories.proposal(
        declined, program, ProposalStatus.DECLINED, declined_by="MINISTRY", decline_reason="R08"
    )

    def write():
        program.intakes.update(seats=7)

    amend(program, write, actor=jica_liaison, reason="Kuota dari kantor pusat berkurang.", version=None)
    services.read_on(timezone.now())
    return program


def test_offices_with_open_proposals_and_the_partner_hear_of_it(cut, aceh_operator, aceh_head, jica_head):
    told = set(Notice.objects.filter(action="amend").values_list("user", flat=True))
    assert told == {aceh_operator.pk, aceh_head.pk, jica_head.pk}


def test_the_difference_is_readable_in_both_languages(client, cut, aceh_operator):
    found = line(Notice.objects.get(user=aceh_operator, action="amend"))
    assert [(c["before"], c["after"]) for c in found.changes] == [("10", "7")]
    assert found.quote == "Kuota dari kantor pusat berkurang."
    client.force_login(aceh_operator)
    assert "<del>10</del>" in client.get(reverse("notices:inbox")).content.decode()


def test_the_mail_carries_the_difference(cut, aceh_operator, mailoutbox):
    send_outbox(timezone.now() + dt.timedelta(days=10))
    letter = next(m for m in mailoutbox if m.to == [aceh_operator.email])
    assert "10 → 7" in letter.body


def test_accounts_know_the_names_of_provinces(client, administrator, aceh_operator):
    client.force_login(administrator)
    assert factories.region("11").name in client.get(reverse("accounts:people")).content.decode()
