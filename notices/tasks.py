"""What beat and the receivers ask of the post room: read the log on, send and call what is due, forget what is old."""

from __future__ import annotations

import logging
import time

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notices import services
from notices.services import webhooks
from workflow.alone import alone, one_of

log = logging.getLogger(__name__)

_DELIVERY_LOCK = 7_220_002
_SENDING_LOCKS = (7_220_010, 7_220_011, 7_220_012)
"""So many rounds may send at a time: enough to share the work, few enough for a mail server."""
_CALLING_LOCKS = (7_220_020, 7_220_021)
"""So many rounds may call machines at a time; each calls several."""


LASTS = 240
"""Seconds after which a delivery round leaves the rest to the next one."""


@shared_task
def deliver_pending() -> int:
    """Turn new log entries and pending marks into notices; returns how much was done. Any number of calls
    is safe."""
    done, read, began = 0, 1, time.monotonic()
    with alone(_DELIVERY_LOCK) as free:
        if not free:
            return 0
        while read and time.monotonic() - began < LASTS:
            read = services.read_on()
            done += read
        done += services.work_off()
    if services.is_behind():
        # A long standstill is worked off in rounds; and who came while this one ended found the door shut.
        deliver_soon()
    if done:
        send_soon()
    if webhooks.is_behind():
        webhooks_soon()
    return done


@shared_task
def send_outbox(now=None) -> int:
    """Send every mail whose time has come; returns how many left. Any number of calls is safe."""
    with one_of(_SENDING_LOCKS) as free:
        return services.send_due(now or timezone.now()) if free else 0


@shared_task
def call_webhooks() -> int:
    """Read the log on for machines and call those that are due; returns how many events were delivered. Any number of
    calls is safe."""
    sent = 0
    with one_of(_CALLING_LOCKS) as free:
        if not free:
            return 0
        webhooks.pause_orphans(timezone.now())
        try:
            while webhooks.read_on():
                pass
        finally:  # what was read before leaves, whatever is wrong with the entry that cannot be read
            sent = webhooks.send_due()
    if webhooks.is_due() or webhooks.is_behind():
        webhooks_soon()
    return sent


@shared_task
def forget() -> dict[str, int]:
    """Every night: delete read notices and mails that left long ago; returns how much went."""
    now = timezone.now()
    return services.forget_old(now) | webhooks.forget_old(now)


def _queue(task) -> None:
    """Ask for a task; a broker that is away only means that beat's next round does it."""
    try:
        task.delay()
    except Exception as error:
        log.info("the broker does not answer (%s): the next sweep does %s", error, task.name)


def deliver_soon() -> None:
    """Ask for a delivery round."""
    _queue(deliver_pending)


def send_soon() -> None:
    """Ask for a round of sending."""
    _queue(send_outbox)


def webhooks_soon() -> None:
    """Ask for a round of calls. Where tasks run inside the request nobody waits there for other people's servers: only
    whoever asks for a test does (`call_webhooks_now`)."""
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        _queue(call_webhooks)


def call_webhooks_now() -> None:
    """Somebody pressed a button and wants to see what comes of it."""
    _queue(call_webhooks)
