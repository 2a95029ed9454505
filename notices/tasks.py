"""What beat and the receivers ask of the post room: read the log on, send what is due."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import contextmanager
from urllib.parse import urlsplit

from celery import shared_task
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notices import services
from notices.mail import compose
from notices.models import Outbox
from workflow.letters import letter

log = logging.getLogger(__name__)

_DELIVERY_LOCK = 7_220_002
BACKOFF = (1, 5, 15, 60, 240, 720, 1440)
"""Minutes before the next try after each failure; then the mail waits a day between tries until it is given
up."""
GIVEN_UP_AFTER = 10


@contextmanager
def _alone(number: int):
    """Whether nobody else does the same work at this moment (a lock of the database session)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        free = cursor.fetchone()[0]
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@shared_task
def deliver_pending() -> int:
    """Turn new log entries and pending marks into notices; returns how much was done. Any number of calls
    is safe."""
    done = 0
    with _alone(_DELIVERY_LOCK) as free:
        if not free:
            return 0
        while read := services.read_on():
            done += read
        done += services.work_off()
    if done:
        _queue(send_outbox)
    return done


@shared_task
def send_outbox(now=None) -> int:
    """Send every mail whose time has come; returns how many left."""
    now = now or timezone.now()
    due = Outbox.objects.filter(
        sent_at__isnull=True, dropped_at__isnull=True, next_at__lte=now, attempts__lt=GIVEN_UP_AFTER
    )
    return sum(_send(pk, now) for pk in list(due.order_by("next_at").values_list("pk", flat=True)[:500]))


def _send(pk: int, now) -> bool:
    """Send one mail. The try is written down before, so that a crash in between repeats it only after a
    pause."""
    with transaction.atomic():
        mail = (
            Outbox.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("user")
            .filter(pk=pk, sent_at__isnull=True, dropped_at__isnull=True, next_at__lte=now)
            .first()
        )
        if mail is None:
            return False
        notices = list(mail.notices.filter(read_at__isnull=True).order_by("created_at", "pk"))
        if not notices or not mail.user.is_active:
            mail.dropped_at = now
            mail.save()
            return False
        composed = compose(mail.user, notices)
        mail.subject, mail.body = composed.subject, composed.text
        mail.next_at = now + dt.timedelta(minutes=BACKOFF[min(mail.attempts, len(BACKOFF) - 1)])
        mail.attempts += 1
        mail.save()
    try:
        letter(composed.subject, composed.text, composed.html, to=mail.user.email, headers=_headers(mail)).send()
    except Exception as error:
        log.warning("mail %s: try %s failed: %s", mail.pk, mail.attempts, error)
        Outbox.objects.filter(pk=pk).update(last_error=f"{type(error).__name__}: {error}"[:300])
        return False
    Outbox.objects.filter(pk=pk).update(sent_at=timezone.now(), last_error="")
    return True


def _headers(mail: Outbox) -> dict[str, str]:
    """The same identity at every try: a mailbox that got the mail already recognises the repetition."""
    host = urlsplit(settings.SITE_URL).hostname or "sinergi"
    return {
        "Message-ID": f"<sinergi-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S}@{host}>",
    }


def _queue(task) -> None:
    """Ask for a task; a broker that is away only means that beat's next round does it."""
    try:
        task.delay()
    except Exception as error:
        log.info("the broker does not answer (%s): the next sweep does %s", error, task.name)


def deliver_soon() -> None:
    """Ask for a delivery round."""
    _queue(deliver_pending)
