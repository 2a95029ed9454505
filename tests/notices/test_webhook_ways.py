"""The whole way from an act to a server, and what owners do with their webhooks."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.conf import settings as configured
from django.utils import timezone

from notices import tasks
from notices.models import Delivery, Webhook
from notices.services import webhooks
from notices.services.webhooks import signing
from programs.models import ProgramStatus
from tests import program_factories
from tests.notices import webhook_receivers as receivers
from tests.notices.webhook_acts import MORNING, URL, Post, happened, read
from tests.notices.webhook_receivers import Receiver, answer
from workflow.engine import perform
from workflow.models import LogEntry
from workflow.registry import workflow

pytestmark = pytest.mark.django_db
REASON = "Anggaran tahun berjalan ditinjau kembali."


def test_from_the_act_to_the_server_over_tls(
    jica, jica_liaison, biroks_head, tmp_path, settings, django_capture_on_commit_callbacks
):
    settings.WEBHOOK_ALLOWED_ADDRESSES = ["127.0.0.0/8", "::1/128"]
    settings.WEBHOOK_CA_FILE = receivers.write_authority(tmp_path)
    server = Receiver(receivers.write_certificate(tmp_path, "localhost"))
    server.talk = lambda line, got: line.sendall(answer(500 if len(server.got) == 1 else 204, b""))
    try:
        mine = program_factories.program(jica, ProgramStatus.OPEN)
        webhook, secret = webhooks.make(
            jica_liaison, url=f"https://localhost:{server.port}/hook", description="Basis data", events=["program.*"]
        )
        flow = workflow("programs.program").flow
        with django_capture_on_commit_callbacks(execute=True):
            perform(flow, "suspend", record=mine, actor=biroks_head, answers={"reason": REASON})
        assert tasks.call_webhooks() == 0
        Delivery.objects.update(next_at=timezone.now())
        assert tasks.call_webhooks() == 1
        assert tasks.call_webhooks() == 0
    finally:
        server.close()
    first, second = server.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.content == second.content
    assert second.content["data"]["code"] == mine.code and REASON.encode() not in second.body
    signature = signing.signature(
        secret, second.headers["webhook-id"], int(second.headers["webhook-timestamp"]), second.body
    )
    assert second.headers["webhook-signature"] == signature
    assert list(webhook.deliveries.get().attempts.order_by("pk").values_list("code", "error")) == [
        (500, "CODE"),
        (204, ""),
    ]


def test_nobody_waits_inside_a_request_for_other_peoples_servers(
    jica, jica_liaison, listen, django_capture_on_commit_callbacks
):
    """Without workers tasks run inside the request: an act calls nobody then."""
    assert configured.CELERY_TASK_ALWAYS_EAGER
    webhook = listen(jica_liaison, "program.*")
    happened(program_factories.program(jica), "publish")
    tasks.deliver_pending()
    assert (webhooks.is_behind(), webhook.deliveries.count()) == (True, 0)


def test_every_change_leaves_its_line_in_the_log_without_the_address_behind_the_host(jica_liaison, listen):
    webhook = listen(jica_liaison, "program.*", url="https://hub.mitra.example/hook?key=rahasia")
    webhooks.change(webhook, actor=jica_liaison, url=URL, description="Lain", events=["proposal.*"])
    webhooks.pause(webhook, actor=jica_liaison)
    webhooks.resume(webhook, actor=jica_liaison)
    webhooks.renew_secret(webhook, actor=jica_liaison)
    webhooks.send_test(webhook, actor=jica_liaison)
    webhooks.send_again(webhook.deliveries.get(), actor=jica_liaison)
    pk = webhook.pk
    webhooks.remove(webhook, actor=jica_liaison)
    entries = LogEntry.objects.filter(flow="notices.webhook", record_id=pk).order_by("seq")
    assert [entry.action for entry in entries] == [
        "make_webhook",
        "change_webhook",
        "pause_webhook",
        "resume_webhook",
        "renew_webhook_secret",
        "test_webhook",
        "replay_webhook",
        "remove_webhook",
    ]
    assert entries[1].data["changed"] == ["url", "description", "events"]
    assert {entry.data["host"] for entry in entries} == {"hub.mitra.example"}
    assert "rahasia" not in json.dumps([entry.data for entry in entries])
    assert {(entry.actor_id, entry.role) for entry in entries} == {(jica_liaison.pk, "PARTNER_OFF")}


def test_failed_events_are_sent_again_since_a_moment_under_their_identities(waiting, jica_liaison, clock):
    webhook = waiting(3)
    Delivery.objects.update(given_up_at=MORNING)
    first = webhook.deliveries.order_by("number").first()
    Delivery.objects.filter(pk=first.pk).update(made_at=MORNING - dt.timedelta(days=3))
    identities = set(webhook.deliveries.exclude(pk=first.pk).values_list("identity", flat=True))
    since = MORNING - dt.timedelta(days=1)
    assert webhooks.send_failed_again(webhook, since=since, actor=jica_liaison) == 2
    webhooks.send_due(caller=(post := Post()))
    assert {call.headers["webhook-id"] for call in post.calls} == identities
    entry = LogEntry.objects.get(action="replay_webhooks")
    assert entry.data["deliveries"] == 2


def test_a_second_click_on_a_new_secret_keeps_the_one_the_server_has(jica_liaison, listen, clock):
    webhook = listen(jica_liaison, "program.*")
    first = signing.BOX.unseal(webhook.secret_sealed)

    def former(minutes: float) -> str:
        clock.move_to(MORNING + dt.timedelta(minutes=minutes))
        webhooks.renew_secret(webhook, actor=jica_liaison)
        webhook.refresh_from_db()
        assert webhook.former_until == timezone.now() + dt.timedelta(hours=24)
        return signing.BOX.unseal(webhook.former_sealed)

    assert (former(0), former(1)) == (first, first)
    second = signing.BOX.unseal(webhook.secret_sealed)
    assert former(4) == second


def test_events_read_before_leave_although_the_log_cannot_be_read_on(jica, jica_liaison, listen):
    webhook = listen(jica_liaison, "program.*")
    happened(program_factories.program(jica), "publish")
    read()
    Webhook.objects.filter(pk=listen(jica_liaison, "program.*").pk).update(events=5)
    happened(program_factories.program(jica), "publish")
    with pytest.raises(TypeError):
        tasks.call_webhooks()
    assert webhook.deliveries.get().attempts.count() == 1
