"""Calls what is due. A try is written down before it begins, so that one cut short is repeated after its pause, under
the same identity; each receiver is called by one worker at a time, and a slow one keeps nobody else waiting."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from notices.models import Attempt, Delivery, Webhook
from notices.rules.webhooks import still_held
from notices.services.webhooks.calling import Answer, Call, call
from notices.services.webhooks.keeping import pause_by_clock
from notices.services.webhooks.payload import body_of
from notices.services.webhooks.reading import is_told, open_to_webhooks
from notices.services.webhooks.signing import headers
from workflow.registry import workflow
from workflow.sealing import Unreadable

log = logging.getLogger(__name__)

PAUSES = (5, 60, 300, 1800, 7200, 21600, 43200, 86400)
"""Seconds before each further try, with up to a fifth more by chance, so that a receiver that comes back is not met by
everybody at once. After the last one the event is given up and can be sent again by hand."""
HELD = dt.timedelta(seconds=30)
"""How long an event and its receiver belong to the worker that calls: three times what a call may take."""
PLACES = 8
"""Receivers called at the same time in one round."""
LASTS = 20
"""Seconds after which a round begins no further call, so that mail and clock get their turn in the same workers."""
RESTS_AFTER = 3
REST_STEPS = (60, 120, 300, 900)
"""Seconds in which a receiver that failed so many times in a row is left alone; no try counts meanwhile."""
GIVEN_TIME = dt.timedelta(days=5)
"""A receiver that has not taken anything for so long is paused, and its owners are told."""
BUSY_CODES = (429, 503)
IN_ONE_GO = 100
"""Events dropped or put off before a round looks at the answers that came in meanwhile."""
MENDED_AFTER = dt.timedelta(hours=1)
"""An event that we cannot write ourselves is looked at again so much later."""


@dataclass(frozen=True)
class Job:
    """One call that a worker has taken on."""

    webhook: int
    delivery: int
    mark: str
    began: dt.datetime
    call: Call


def send_due(*, places: int = PLACES, caller=call) -> int:
    """One round over what is due; returns how many events were delivered. Calls happen in threads that know no
    database; everything that is written is written here."""
    running, sent, began = {}, 0, time.monotonic()
    with ThreadPoolExecutor(places, thread_name_prefix="webhook") as pool:
        while True:
            while len(running) < places and time.monotonic() - began < LASTS:
                job = claim(timezone.now())
                if job is None:
                    break
                running[pool.submit(caller, job.call)] = job
            if not running:
                return sent
            done, _others = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                sent += record(running.pop(future), _answer_of(future), timezone.now())


def _answer_of(future) -> Answer:
    """What came of a call. One that fails on our side (no more threads, say) must not lose the others' answers."""
    try:
        return future.result()
    except Exception:
        log.exception("a call of a webhook ended without an answer")
        return Answer(error=Attempt.Error.BROKEN)


def is_due(now=None) -> bool:
    """Whether a receiver could be called at this moment."""
    return _ready(now or timezone.now()).exists()


# --- Taking a call on ---------------------------------------------------------------------------------------


def _ready(now):
    """Webhooks that nobody is calling and that have something due. A paused one still gets the tests its owner asks
    for."""
    due = Delivery.objects.waiting().filter(webhook=OuterRef("pk"), next_at__lte=now)
    free = Q(busy_until__isnull=True) | Q(busy_until__lte=now)
    rested = Q(rests_until__isnull=True) | Q(rests_until__lte=now)
    return Webhook.objects.filter(
        free,
        Exists(due.filter(seq__isnull=True)) | Q(rested, Exists(due), paused_at__isnull=True),
    )


def claim(now) -> Job | None:
    """Take on the next call, written down and committed before it begins; None where nothing is due. What may no longer
    be told is dropped on the way, from each webhook in turn."""
    for _turn in range(IN_ONE_GO):
        with transaction.atomic():
            webhook = (
                _ready(now)
                .select_for_update(skip_locked=True, of=("self",), no_key=True)
                .select_related("membership__user", "organisation")
                .order_by(F("last_tried_at").asc(nulls_first=True), "pk")
                .first()
            )
            if webhook is None:
                return None
            job = _taken(webhook, now)
            webhook.last_tried_at = now
            webhook.save(update_fields=["last_tried_at"])
        if job is not None:
            return job
    return None


def _taken(webhook, now) -> Job | None:
    due = webhook.deliveries.waiting().filter(next_at__lte=now).select_for_update()
    is_open = webhook.paused_at is None and (webhook.rests_until is None or webhook.rests_until <= now)
    delivery = (due if is_open else due.filter(seq__isnull=True)).order_by(F("seq").asc(nulls_first=True), "pk").first()
    if delivery is None:
        return None
    delivery.webhook = webhook
    if not delivery.is_test and not still_held(webhook):
        pause_by_clock(webhook, Webhook.Paused.CAPACITY, now)
        return None
    try:
        with transaction.atomic():
            prepared = _call(webhook, delivery, now)
    except Unreadable:
        log.error("%s: none of the keys opens its secret", webhook.code)
        Attempt.objects.create(delivery=delivery, at=now, error=Attempt.Error.SECRET)
        delivery.given_up_at = now
        delivery.save(update_fields=["given_up_at"])
        return None
    except Exception:  # our own fault: it must not keep the other events from leaving
        log.exception("%s: event %s cannot be written", webhook.code, delivery.identity)
        delivery.next_at = now + MENDED_AFTER
        delivery.save(update_fields=["next_at"])
        return None
    if prepared is None:
        delivery.dropped_at = now
        delivery.save(update_fields=["dropped_at"])
        return None
    delivery.tries += 1
    delivery.next_at = now + max(pause_after(delivery.tries), HELD)
    delivery.save(update_fields=["tries", "next_at"])
    webhook.busy_until, webhook.busy_mark = now + HELD, secrets.token_hex(16)
    webhook.save(update_fields=["busy_until", "busy_mark"])
    return Job(webhook.pk, delivery.pk, webhook.busy_mark, now, prepared)


def _call(webhook, delivery, now) -> Call | None:
    """What is sent; None where it may no longer be told."""
    record = None if delivery.is_test else _record_of(delivery)
    if record is None and not delivery.is_test:
        return None
    body = body_of(delivery, record)
    return Call(webhook.url, headers(webhook, delivery.identity, now, body), body)


def _record_of(delivery):
    """The record of an event, if the webhook's capacity may still hear of it: it can be another one by now."""
    registered, place = workflow(delivery.flow), (delivery.webhook_id, delivery.flow, delivery.record_id)
    if registered is None:
        return None
    flow = registered.flow
    if flow.state(delivery.state).code not in flow.seen_states(delivery.webhook.membership.role):
        return None
    if not is_told(place, open_to_webhooks([(delivery.webhook, *place[1:])]), delivery.happened_at):
        return None
    rows = registered.model._default_manager.select_related(*registered.related)
    return rows.filter(pk=delivery.record_id).first()


def pause_after(tries: int) -> dt.timedelta:
    """How long to wait after so many tries."""
    seconds = PAUSES[min(max(tries, 1), len(PAUSES)) - 1]  # none: begun anew by hand while it was on its way
    return dt.timedelta(seconds=seconds * (1 + secrets.randbelow(200) / 1000))


# --- Writing down what came of it ---------------------------------------------------------------------------


@transaction.atomic
def record(job: Job, answer: Answer, now) -> int:
    """Keep the answer; returns 1 where the event was delivered."""
    webhook = (
        Webhook.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .filter(pk=job.webhook)
        .first()
    )
    delivery = Delivery.objects.select_for_update().filter(pk=job.delivery).first()
    if webhook is None or delivery is None:  # deleted while it was on its way
        return 0
    Attempt.objects.create(
        delivery=delivery,
        at=job.began,
        took_ms=answer.took_ms,
        code=answer.code,
        error=answer.error,
        answer=answer.text,
    )
    if webhook.busy_mark == job.mark:
        webhook.busy_until, webhook.busy_mark = None, ""
    if answer.is_good:
        # It counts even if another worker dropped it meanwhile, because this one was slow.
        delivery.delivered_at, delivery.given_up_at, delivery.dropped_at = now, None, None
        webhook.failing_since, webhook.failures, webhook.rests_until = None, 0, None
        webhook.last_success_at = now
    elif delivery.is_waiting:
        _failed(webhook, delivery, answer, now)
    delivery.save(update_fields=["delivered_at", "given_up_at", "dropped_at", "next_at"])
    webhook.save(
        update_fields=["busy_until", "busy_mark", "failing_since", "failures", "rests_until", "last_success_at"]
    )
    if not answer.is_good and webhook.paused_at is None and webhook.url == job.call.url:  # not of a former address
        _consequences(webhook, delivery, answer, now)
    return int(answer.is_good)


def _failed(webhook, delivery, answer: Answer, now) -> None:
    """When to try again, and how long to leave the receiver alone."""
    asked = dt.timedelta(seconds=answer.retry_after or 0)
    delivery.next_at = now + max(pause_after(delivery.tries), asked)
    if delivery.is_test or delivery.tries > len(PAUSES):
        delivery.given_up_at = now  # of a test one answer is what was asked for
    if delivery.is_test:
        return
    webhook.failing_since = webhook.failing_since or now
    webhook.failures += 1
    rest = dt.timedelta()
    if webhook.failures >= RESTS_AFTER:
        rest = dt.timedelta(seconds=REST_STEPS[min(webhook.failures - RESTS_AFTER, len(REST_STEPS) - 1)])
    if answer.code in BUSY_CODES:
        rest = max(rest, asked)
    webhook.rests_until = now + rest if rest else None


def _consequences(webhook, delivery, answer: Answer, now) -> None:
    """A receiver that is gone is switched off; one that has failed for days is paused."""
    if answer.error == Attempt.Error.GONE:
        if delivery.given_up_at is None:
            Delivery.objects.filter(pk=delivery.pk).update(given_up_at=now)
        pause_by_clock(webhook, Webhook.Paused.GONE, now)
    elif webhook.failing_since is not None and now - webhook.failing_since > GIVEN_TIME:
        pause_by_clock(webhook, Webhook.Paused.FAILING, now)
