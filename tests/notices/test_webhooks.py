"""Which events a machine hears of, each of them once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from notices import tasks, webhook_events
from notices.models import Bookmark, Delivery, Notice, Webhook
from notices.services import webhooks
from notices.services.webhooks import reading
from participants.models import NominationStatus
from programs.models import ProgramStatus
from tests import brief_factories, nomination_factories, program_factories
from tests.notices.webhook_acts import happened, read, told
from tests.proposal_factories import open_need, proposal

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent


def test_the_names_of_events_are_those_receivers_were_promised():
    lines = (HERE / "webhook_kinds.txt").read_text(encoding="utf-8").splitlines()
    promised = dict(line.split(": ") for line in lines if line and not line.startswith("#"))
    kinds = [kind for name in webhook_events.offered() for kind in webhook_events.kinds_of(name)]
    assert {kind.name: " ".join(kind.actions) for kind in kinds} == promised
    assert len(kinds) == len(promised)


def test_only_tables_the_portal_offers_are_told_of(jica_liaison, listen):
    assert "participants.correction" not in webhook_events.offered()
    assert "participants.evaluation" not in webhook_events.offered()
    assert "forum.meeting" not in webhook_events.offered()


def test_what_a_role_may_choose_leads_to_states_it_sees():
    of_partner = webhook_events.kinds_for(Role.PARTNER_OFF)
    nomination = {kind.name for kind in of_partner["participants.nomination"]}
    assert "regions.need" not in of_partner
    assert not nomination & {"nomination.submitted", "nomination.endorsed", "nomination.shortlisted"}
    assert {"nomination.forwarded", "nomination.accepted"} <= nomination


def test_each_event_becomes_one_delivery_however_often_the_log_is_read(jica, jica_liaison, listen):
    mine = program_factories.program(jica)
    webhook = listen(jica_liaison, "program.published", "program.closed")
    happened(mine, "publish"), happened(mine, "close"), happened(mine, "open")
    assert read() > 0
    assert told(webhook) == [("program.published", mine.code), ("program.closed", mine.code)]
    Bookmark.objects.filter(reader="webhooks").update(seq=0)
    read()
    assert webhook.deliveries.count() == 2
    assert list(webhook.deliveries.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_the_database_refuses_a_second_delivery_of_an_event(jica, jica_liaison, listen):
    webhook = listen(jica_liaison, "program.*")
    happened(program_factories.program(jica), "publish")
    read()
    again = webhook.deliveries.get()
    again.pk, again.identity = None, "msg_other"
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)


def test_what_happened_before_a_webhook_was_made_is_not_told(jica, jica_liaison, listen):
    mine = program_factories.program(jica)
    happened(mine, "publish")
    first = listen(jica_liaison, "program.*")
    happened(mine, "close")
    second = listen(jica_liaison, "program.*")
    happened(mine, "open")
    read()
    assert [kind for kind, _code in told(first)] == ["program.closed", "program.opened"]
    assert [kind for kind, _code in told(second)] == ["program.opened"]


def test_a_whole_table_includes_what_is_not_named_and_nothing_of_others(jica, jica_liaison, aceh, listen):
    mine = program_factories.program(jica)
    offer = proposal(open_need(aceh), mine, "PARTNER_REVIEW")
    webhook = listen(jica_liaison, "program.*")
    for action in ("publish", "suspend", "amend", "read"):
        happened(mine, action)
    happened(offer, "send_partner")
    read()
    assert [kind for kind, _code in told(webhook)] == ["program.published", "program.suspended"]


def test_each_organisation_hears_of_its_own_records_only(
    jica, jica_liaison, koica, koica_liaison, aceh, aceh_province_head, bali_head, listen
):
    hooks = {user: listen(user, "program.*", "proposal.*", "need.*") for user in (jica_liaison, koica_liaison)}
    hooks |= {user: listen(user, "program.*", "proposal.*", "need.*") for user in (aceh_province_head, bali_head)}
    draft = program_factories.program(jica, ProgramStatus.VERIFICATION)
    need = open_need(aceh)
    offer = proposal(need, program_factories.program(jica), "PARTNER_REVIEW")
    happened(draft, "take"), happened(need, "approve"), happened(offer, "send_partner")
    read()
    assert {user: [kind for kind, _code in told(hook)] for user, hook in hooks.items()} == {
        jica_liaison: ["program.taken", "proposal.sent_to_partner"],
        koica_liaison: [],
        aceh_province_head: ["need.approved", "proposal.sent_to_partner"],
        bali_head: [],
    }


def test_a_partner_hears_nothing_of_a_proposal_that_was_not_sent_to_it(jica, jica_liaison, aceh, listen):
    webhook = listen(jica_liaison, "proposal.*")
    offer = proposal(open_need(aceh), program_factories.program(jica), "REVIEW")
    happened(offer, "review")
    read()
    assert told(webhook) == []


BEFORE_FORWARDED = {
    "submit": "SUBMITTED",
    "endorse": "ORG_ENDORSED",
    "screen": "SCREENING",
    "return": "RETURNED",
    "resubmit": "SUBMITTED",
    "shortlist": "SHORTLISTED",
    "reserve": "RESERVE",
    "disqualify": "DISQUALIFIED",
    "promote_reserve": "SHORTLISTED",
}


def test_a_partner_hears_nothing_of_nominees_before_they_were_forwarded(jica, jica_head, aceh, listen):
    seats = nomination_factories.seats(aceh, jica)
    webhook = listen(jica_head, "nomination.*")
    for action, state in BEFORE_FORWARDED.items():
        happened(nomination_factories.nomination(seats, state), action, state)
    gone = nomination_factories.nomination(seats, NominationStatus.WITHDRAWN)
    happened(gone, "withdraw")
    read()
    assert told(webhook) == []


def test_what_happened_before_a_nominee_was_forwarded_stays_untold_afterwards(jica, jica_head, aceh, listen):
    """The reader was late: by now the partner may see the nomination, and still not what went before."""
    known = nomination_factories.nomination(nomination_factories.seats(aceh, jica), NominationStatus.FORWARDED)
    webhook = listen(jica_head, "nomination.*")
    for action, state in BEFORE_FORWARDED.items():
        happened(known, action, state)
    happened(known, "forward", "FORWARDED")
    read()
    assert told(webhook) == [("nomination.forwarded", known.code)]


def test_what_happened_before_a_proposal_was_sent_stays_untold_to_its_partner(
    jica, jica_liaison, aceh, aceh_province_head, listen, clock
):
    """As on the partner's page. The office, whose page shows all of it, hears all of it from the same late reader."""
    offer = proposal(open_need(aceh), program_factories.program(jica), "PROPOSED", sent_at=None)
    hooks = [listen(user, "proposal.*") for user in (jica_liaison, aceh_province_head)]
    happened(offer, "propose"), happened(offer, "review", "REVIEW")
    clock.shift(dt.timedelta(hours=1))
    type(offer).objects.filter(pk=offer.pk).update(**{"status": "PARTNER_REVIEW", "sent_at": timezone.now()})
    happened(offer, "send_partner", "PARTNER_REVIEW")
    read()
    assert [[kind for kind, _code in told(hook)] for hook in hooks] == [
        ["proposal.sent_to_partner"],
        ["proposal.proposed", "proposal.reviewed", "proposal.sent_to_partner"],
    ]


def test_partners_hear_of_a_brief_from_its_publication_on_the_ministry_of_all(
    jica_liaison, aceh_province_head, ppsdm_verifier, ppsdm_head, aceh, listen
):
    open_need(aceh)
    hooks = [listen(user, "brief.*") for user in (jica_liaison, aceh_province_head, ppsdm_head)]
    brief = brief_factories.published(ppsdm_verifier, ppsdm_head)
    read()
    assert [told(hook) for hook in hooks] == [
        [("brief.published", brief.code)],
        [("brief.published", brief.code)],
        [("brief.submitted", brief.code), ("brief.published", brief.code)],
    ]


def test_a_webhook_that_is_deleted_meanwhile_takes_no_other_events_along(jica, jica_liaison, jica_head, listen):
    gone, stays = (listen(user, "program.*") for user in (jica_liaison, jica_head))
    happened(program_factories.program(jica), "publish")

    def delete_when_asked(execute, sql, params, many, context):
        if sql.startswith('UPDATE "notices_webhook"'):
            execute(f"DELETE FROM notices_webhook WHERE id = {gone.pk}", None, many, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(delete_when_asked):
        read()
    assert (told(gone), len(told(stays))) == ([], 1)


def test_who_stands_without_the_role_hears_nothing_and_the_webhook_is_paused(jica, jica_liaison, jica_head, listen):
    webhook = listen(jica_liaison, "program.*")
    Membership.objects.filter(user=jica_liaison).update(ended_at=timezone.now())
    happened(program_factories.program(jica), "publish")
    tasks.call_webhooks()
    webhook.refresh_from_db()
    assert (told(webhook), webhook.paused_for) == ([], Webhook.Paused.CAPACITY)
    tasks.deliver_pending()
    notice = Notice.objects.get(flow="notices.webhook")
    assert (notice.user, notice.action, notice.path) == (jica_head, "webhook_orphaned", f"/webhook/{webhook.pk}/")


def test_reading_asks_as_often_for_many_events_as_for_one(jica, jica_liaison, jica_head, listen):
    for user in (jica_liaison, jica_head):
        listen(user, "program.*")
    counts = []
    for number in (1, 30):
        for _n in range(number):
            happened(program_factories.program(jica), "publish")
        with CaptureQueriesContext(connection) as queries:
            webhooks.read_on()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16
    assert Delivery.objects.count() == 62


def test_without_a_webhook_nothing_is_read(jica):
    happened(program_factories.program(jica), "publish")
    assert (webhooks.is_behind(), webhooks.read_on(), Bookmark.objects.filter(reader="webhooks").exists()) == (
        False,
        0,
        False,
    )


def test_a_long_log_is_read_in_stretches(jica, jica_liaison, listen, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 3)
    webhook = listen(jica_liaison, "program.*")
    mine = program_factories.program(jica)
    for _n in range(7):
        happened(mine, "publish")
    rounds = 0
    while webhooks.read_on():
        rounds += 1
    assert (rounds, webhook.deliveries.count(), webhooks.is_behind()) == (3, 7, False)
