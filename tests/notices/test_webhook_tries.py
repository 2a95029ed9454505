"""How often an event is sent, and what happens where the receiver fails."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core import mail
from django.utils import timezone

from notices import tasks
from notices.models import Attempt, Delivery, Notice, Webhook
from notices.services import webhooks
from notices.services.webhooks import sending
from notices.services.webhooks.calling import Answer
from tests import program_factories
from tests.notices.webhook_acts import MORNING, Post, happened, read
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


def test_a_failed_call_is_tried_after_growing_pauses_and_then_given_up(waiting, clock):
    webhook, post, now = waiting(), Post(Answer(500, "CODE")), MORNING
    pauses = []
    while True:
        webhooks.send_due(caller=post)
        delivery = webhook.deliveries.get()
        if delivery.given_up_at is not None:
            break
        pauses.append((delivery.next_at - now).total_seconds())
        webhook.refresh_from_db()
        now = max(delivery.next_at, webhook.rests_until or delivery.next_at)
        clock.move_to(now)
    promised = [5, 60, 300, 1800, 7200, 21600, 43200, 86400]
    assert len(pauses) == len(promised)
    assert all(low <= pause <= low * 1.2 for low, pause in zip(promised, pauses, strict=True))
    assert len({call.headers["webhook-id"] for call in post.calls}) == 1
    assert len({call.body for call in post.calls}) == 1
    assert (len(post.calls), delivery.attempts.count(), webhook.deliveries.failed().count()) == (9, 9, 1)


def test_the_receiver_may_ask_for_time_up_to_a_day(waiting, clock):
    webhook = waiting(2)
    webhooks.send_due(caller=(post := Post(Answer(503, "CODE", retry_after=3600))))
    webhook.refresh_from_db()
    first = webhook.deliveries.order_by("number").first()
    assert (len(post.calls), webhook.rests_until, first.next_at) == (
        1,
        MORNING + dt.timedelta(hours=1),
        MORNING + dt.timedelta(hours=1),
    )
    clock.move_to(MORNING + dt.timedelta(minutes=59))
    assert (webhooks.is_due(), webhooks.send_due(caller=post), len(post.calls)) == (False, 0, 1)
    clock.move_to(MORNING + dt.timedelta(hours=1, minutes=1))
    assert webhooks.send_due(caller=Post(Answer(200))) == 2


def test_a_receiver_that_fails_again_and_again_is_left_alone_for_a_while(waiting, clock):
    webhook = waiting(10)
    webhooks.send_due(caller=(post := Post(Answer(error="TIMEOUT"))))
    webhook.refresh_from_db()
    assert (len(post.calls), webhook.failures) == (3, 3)
    assert webhook.rests_until == MORNING + dt.timedelta(minutes=1)
    assert webhook.deliveries.filter(tries=0).count() == 7
    clock.move_to(MORNING + dt.timedelta(minutes=10))
    assert webhooks.send_due(caller=Post(Answer(200))) == 10
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since, webhook.rests_until) == (0, None, None)


def test_gone_switches_the_webhook_off_and_its_owners_are_told(waiting, jica, jica_liaison, jica_head):
    webhook = waiting(3)
    webhooks.send_due(caller=(post := Post(Answer(410, "GONE"))))
    webhook.refresh_from_db()
    assert (len(post.calls), webhook.paused_for, webhook.is_off) == (1, Webhook.Paused.GONE, True)
    tasks.deliver_pending()
    assert set(Notice.objects.filter(flow="notices.webhook").values_list("user", "action")) == {
        (jica_liaison.pk, "webhook_gone"),
        (jica_head.pk, "webhook_gone"),
    }
    happened(program_factories.program(jica), "publish")
    read()
    assert webhook.deliveries.count() == 3


def test_after_five_days_of_failure_the_webhook_is_paused_and_its_owners_are_told_at_once(
    waiting, clock, jica, jica_liaison, django_capture_on_commit_callbacks
):
    webhook, failing = waiting(), Post(Answer(error="CONNECT"))
    webhooks.send_due(caller=failing)
    clock.move_to(MORNING + dt.timedelta(days=4, hours=23))
    webhooks.send_due(caller=failing)
    webhook.refresh_from_db()
    assert webhook.paused_at is None
    clock.move_to(MORNING + dt.timedelta(days=7, hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        webhooks.send_due(caller=failing)
    webhook.refresh_from_db()
    assert (webhook.paused_for, LogEntry.objects.filter(action="webhook_failing").count()) == ("FAILING", 1)
    assert "Basis data kami (hub.mitra.example)" in mail.outbox[0].body
    # What happens meanwhile waits, and leaves when somebody takes it up again.
    happened(program_factories.program(jica), "publish")
    read()
    assert (webhooks.send_due(caller=(post := Post())), post.calls) == (0, [])
    webhooks.resume(webhook, actor=jica_liaison)
    assert webhooks.send_due(caller=post) == 2


def test_a_worker_that_died_in_the_middle_repeats_the_call_under_the_same_identity(waiting, clock):
    webhook = waiting()
    lost = sending.claim(timezone.now())
    assert lost is not None and sending.claim(timezone.now()) is None
    clock.move_to(MORNING + dt.timedelta(seconds=29))
    assert sending.claim(timezone.now()) is None
    clock.move_to(MORNING + dt.timedelta(seconds=40))
    assert webhooks.send_due(caller=(post := Post())) == 1
    assert post.calls[0].headers["webhook-id"] == lost.call.headers["webhook-id"]
    # The first worker was only slow: what it says afterwards changes nothing.
    sending.record(lost, Answer(500, "CODE"), timezone.now())
    delivery = webhook.deliveries.get()
    assert (delivery.delivered_at is not None, delivery.attempts.count()) == (True, 2)


def test_one_receiver_is_called_by_one_worker_at_a_time(waiting):
    waiting(3)
    assert sending.claim(timezone.now()) is not None
    assert sending.claim(timezone.now()) is None


def test_a_slow_receiver_keeps_nobody_else_waiting(jica, jica_liaison, koica, koica_liaison, listen):
    slow = listen(jica_liaison, "program.*", url="https://slow.example/")
    quick = listen(koica_liaison, "program.*", url="https://quick.example/")
    for _n in range(5):
        happened(program_factories.program(jica), "publish"), happened(program_factories.program(koica), "publish")
    read()
    until_all_others_left, order = threading.Event(), []

    def caller(call):
        if call.url == slow.url:
            assert until_all_others_left.wait(20)
        order.append(call.url)
        if order.count(quick.url) == quick.deliveries_wanted:
            until_all_others_left.set()
        return Answer(200)

    quick.deliveries_wanted = quick.deliveries.count()
    assert quick.deliveries_wanted >= 5
    webhooks.send_due(caller=caller)
    assert order[: quick.deliveries_wanted] == [quick.url] * quick.deliveries_wanted


def test_an_event_that_cannot_be_written_does_not_hold_up_the_rest(waiting, monkeypatch):
    webhook = waiting(3)
    broken = webhook.deliveries.order_by("number").first()
    Delivery.objects.filter(pk=broken.pk).update(state="NO_SUCH_STATE")
    assert webhooks.send_due(caller=Post()) == 2
    broken.refresh_from_db()
    assert broken.next_at == MORNING + dt.timedelta(hours=1)


def test_events_of_a_deleted_webhook_are_forgotten_while_they_are_on_their_way(waiting, jica_liaison):
    webhook = waiting()
    job = sending.claim(timezone.now())
    webhooks.remove(webhook, actor=jica_liaison)
    assert sending.record(job, Answer(200), timezone.now()) == 0
    assert (Delivery.objects.count(), Attempt.objects.count()) == (0, 0)


def test_old_deliveries_are_forgotten_after_thirty_days(waiting, clock):
    webhook = waiting(2)
    webhooks.send_due(caller=Post(Answer(200), Answer(500, "CODE")))
    clock.move_to(MORNING + dt.timedelta(days=29))
    assert webhooks.forget_old(timezone.now()) == {"deliveries": 0, "secrets": 0}
    clock.move_to(MORNING + dt.timedelta(days=31))
    assert webhooks.forget_old(timezone.now()) == {"deliveries": 2, "secrets": 0}
    assert (webhook.deliveries.count(), Attempt.objects.count()) == (0, 0)


def test_many_events_that_may_not_be_told_keep_nobody_else_waiting(waiting, koica, koica_liaison, listen, monkeypatch):
    monkeypatch.setattr(sending, "IN_ONE_GO", 4)
    closed = waiting(6)
    other = listen(koica_liaison, "program.*", url="https://other.example/")
    happened(program_factories.program(koica), "publish")
    read()
    Delivery.objects.filter(webhook=closed).update(state="FORWARDED", flow="participants.nomination")
    job = sending.claim(timezone.now())
    assert (job.webhook, closed.deliveries.dropped().count()) == (other.pk, 1)
    assert (sending.claim(timezone.now()), closed.deliveries.dropped().count()) == (None, 5)
    assert (webhooks.is_due(), webhooks.send_due(caller=Post()), webhooks.is_due()) == (True, 0, False)


def test_sent_again_while_it_was_on_its_way_it_is_tried_soon(waiting, jica_liaison):
    webhook = waiting()
    job = sending.claim(timezone.now())
    webhooks.send_again(webhook.deliveries.get(), actor=jica_liaison)
    sending.record(job, Answer(500, "CODE"), timezone.now())
    assert webhook.deliveries.get().next_at <= MORNING + dt.timedelta(seconds=6)


def test_a_late_answer_counts_although_the_event_was_dropped_meanwhile(waiting):
    webhook = waiting()
    job = sending.claim(timezone.now())
    webhook.deliveries.update(dropped_at=MORNING)
    assert sending.record(job, Answer(200), timezone.now()) == 1
    delivery = webhook.deliveries.get()
    assert (delivery.delivered_at, delivery.dropped_at) == (MORNING, None)


def test_a_call_that_fails_on_our_side_loses_no_other_answer(jica, jica_liaison, jica_head, listen, clock):
    hooks = [listen(user, "program.*", url=f"https://{user.pk}.example/") for user in (jica_liaison, jica_head)]
    happened(program_factories.program(jica), "publish")
    read()

    def caller(call):
        if call.url == hooks[0].url:
            raise RuntimeError("can't start new thread")
        return Answer(200)

    assert webhooks.send_due(caller=caller) == 1
    assert [hook.deliveries.get().attempts.get().error for hook in hooks] == [Attempt.Error.BROKEN, ""]


def test_a_new_address_begins_without_the_failures_of_the_former(waiting, jica_liaison, clock):
    webhook = waiting(2)
    webhooks.send_due(caller=Post(Answer(503, "CODE", retry_after=86400)))
    job = sending.claim(MORNING + dt.timedelta(days=2))
    webhooks.change(webhook, actor=jica_liaison, url="https://new.example/", description="Baru", events=["program.*"])
    sending.record(job, Answer(410, "GONE"), timezone.now())
    webhook.refresh_from_db()
    assert (webhook.paused_for, webhook.is_off) == ("", False)
    clock.shift(dt.timedelta(minutes=2))
    assert webhooks.send_due(caller=(post := Post())) == 2
    assert {call.url for call in post.calls} == {"https://new.example/"}
