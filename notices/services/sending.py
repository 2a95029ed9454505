"""Sends what is due. A try is written down before, so that a crash in between repeats it only after a pause, under the
same Message-ID; several workers share the work, because each skips what another one holds."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from notices.masking import masked
from notices.models import MailRoute, Outbox
from notices.services.composing import Ready, compose_letter, compose_notices

log = logging.getLogger(__name__)

BACKOFF = (1, 5, 15, 60, 240, 720, 1440)
"""Minutes before the next try of a mail after each failure; then it waits a day between tries until it is given up."""
GIVEN_UP_AFTER = 10
REFUSED_AFTER = 2
"""An address that the server refuses for good is tried once more, and then an operator has to look."""
ROUTE_BACKOFF = (0.5, 1, 2, 5, 10, 15)
"""Minutes before the mail server is asked again while it does not answer at all. No mail counts that as a failure."""
BYE = 421
"""The server hangs up for now: too many mails, too many lines."""
BROKEN_LINES = 3
"""So many lines that break in a row mean that it is the server."""
REFUSALS = 5
"""So many addresses refused in a row at more than one domain, as well: a server that blocks us says 5xx to all."""
HELD = dt.timedelta(minutes=2)
"""How long a mail belongs to the worker that sends it. Longer than a server may take for one: every step of the talk
gives up after EMAIL_TIMEOUT."""
ROUND = 500
LASTS = 240
"""Seconds after which a round leaves the rest to the next one."""


class Unreachable(Exception):
    """The mail server takes no mail from us now, whomever it is for."""


def waiting(now):
    """The mails that are due, the urgent ones first."""
    due = Outbox.objects.filter(
        sent_at__isnull=True, dropped_at__isnull=True, given_up_at__isnull=True, next_at__lte=now
    )
    return due.order_by("is_digest", "next_at", "pk")


def send_due(now) -> int:
    """One round over everything that is due; returns how many mails left."""
    if not _is_open(now):
        return 0
    line, sent, began = _Line(), 0, time.monotonic()
    in_a_row: list[tuple[str, str]] = []  # (outcome, domain) of the latest failures, all of them alike
    try:
        for pk, address in list(waiting(now).values_list("pk", "user__email")[:ROUND]):
            line.open()
            outcome = _send(pk, now, line)
            if outcome:
                in_a_row = [one for one in in_a_row if one[0] == outcome]
                in_a_row += [(outcome, address.rpartition("@")[2])] if outcome != "sent" else []
            sent += outcome == "sent"
            if _means_the_server(in_a_row):
                raise Unreachable(line.last_error)
            if time.monotonic() - began > LASTS:
                break
    except Unreachable as trouble:
        _close_route(now, trouble)
    else:
        if sent:
            _open_route()
    finally:
        line.close()
    return sent


def _means_the_server(in_a_row: list[tuple[str, str]]) -> bool:
    """Whether failures in a row are too many to be those of single mails. A domain of its own may well refuse all of
    its people."""
    if not in_a_row or in_a_row[0][0] == "broken":
        return len(in_a_row) >= BROKEN_LINES
    return len(in_a_row) >= REFUSALS and len({domain for _outcome, domain in in_a_row}) > 1


class _Line:
    """One connection to the mail server for a whole round."""

    def __init__(self):
        self._connection, self.last_error = None, ""

    def open(self) -> None:
        """Raises Unreachable when the server does not answer or does not let us in."""
        if self._connection is None:
            found = get_connection()
            try:
                found.open()
            except Exception as error:
                raise Unreachable(_said(error)) from error
            self._connection = found

    def send(self, message) -> None:
        """Hand one message over."""
        self._connection.send_messages([message])

    def close(self) -> None:
        """Hang up; a line that is broken already only needs forgetting."""
        if self._connection is not None:
            try:
                self._connection.close()
            except Exception as error:
                log.info("the line to the mail server was broken: %s", error)
            self._connection = None


# --- One mail -----------------------------------------------------------------------------------------------


def _send(pk: int, now, line: _Line) -> str:
    """Send one mail: "sent", "broken" (the line tore: nobody knows), "refused", or "" where nothing was to be sent."""
    try:
        ready = _take(pk, now)
    except Exception as error:
        log.exception("mail %s cannot be written", pk)
        _fail(pk, now, error, in_doubt=None)
        return ""
    if ready is None:
        return ""
    try:
        line.send(ready.message)
    except smtplib.SMTPSenderRefused as error:  # our own address: no mail would leave
        _fail(pk, now, error, in_doubt=ready.was_in_doubt, count=False)
        raise Unreachable(_said(error)) from error
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
        _fail(pk, now, error, in_doubt=ready.was_in_doubt, for_good=_is_for_good(error))
        line.last_error = _said(error)
        if BYE not in _codes(error):
            return "refused"
        line.close()
        return "broken"
    except Exception as error:
        _fail(pk, now, error, in_doubt=True)
        line.last_error = _said(error)
        line.close()
        return "broken"
    # It has left, even if a later event took its place while it was on its way.
    Outbox.objects.filter(pk=pk).update(
        sent_at=timezone.now(), last_error="", in_doubt=False, dropped_at=None, dropped_for=""
    )
    return "sent"


def _take(pk: int, now) -> Ready | None:
    """Lock one mail, write it, and write down that a try begins; None where there is nothing to send (any more)."""
    with transaction.atomic():
        mail = (
            Outbox.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("user", "membership")
            .filter(pk=pk, sent_at__isnull=True, dropped_at__isnull=True, given_up_at__isnull=True, next_at__lte=now)
            .first()
        )
        if mail is None:
            return None
        identity = {"Message-ID": message_id(mail)}
        ready = (compose_letter if mail.is_letter else compose_notices)(mail, now, identity)
        if ready is None:
            mail.save()
            return None
        ready.message.message()  # what cannot be put on the line is this mail's fault, not the server's
        ready.was_in_doubt = mail.in_doubt
        mail.next_at, mail.in_doubt = _moment(now) + max(_pause(mail.attempts), HELD), True
        mail.attempts += 1
        mail.last_error = ""  # in doubt without an error: on its way (desk.py)
        mail.save()
        return ready


def message_id(mail: Outbox) -> str:
    """The same identity at every try: a mailbox that got the mail already recognises the repetition."""
    host = urlsplit(settings.SITE_URL).hostname or "sinergi"
    return f"<sinergi-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S}@{host}>"


def _moment(now):
    """This moment rather than the round's beginning, which may lie minutes back."""
    return max(now, timezone.now())


def _pause(attempts: int) -> dt.timedelta:
    return dt.timedelta(minutes=BACKOFF[min(attempts, len(BACKOFF) - 1)])


def _fail(pk: int, now, error, *, in_doubt: bool | None, for_good: bool = False, count: bool = True) -> None:
    """Write down what went wrong. `in_doubt`: whether the mail may have arrived all the same; None: it was not even
    written, so that the try counts here."""
    said = _said(error)
    log.warning("mail %s: not sent: %s", pk, said)
    mail = Outbox.objects.filter(pk=pk).first()
    if mail is None:  # its reader's account was deleted meanwhile
        return
    mail.last_error = said
    if in_doubt is None:
        mail.attempts += 1
    else:
        mail.in_doubt = in_doubt
    mail.next_at = _moment(now) + _pause(mail.attempts - 1)
    if not count:
        mail.attempts, mail.next_at = mail.attempts - 1, now
    if mail.attempts >= (REFUSED_AFTER if for_good else GIVEN_UP_AFTER):
        mail.given_up_at = now
    mail.save(update_fields=["last_error", "next_at", "attempts", "in_doubt", "given_up_at"])


def _said(error) -> str:
    """What went wrong, for operators and the console: servers like to repeat the address they refuse."""
    return masked(f"{type(error).__name__}: {error}")[:300]


def _codes(error) -> list[int]:
    """What the server answered, for each recipient."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _text in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _is_for_good(error) -> bool:
    """Whether the server refused the recipient or the message for good (5xx, or an address it cannot even read), rather
    than for now."""
    return all(500 <= code < 600 for code in _codes(error))


# --- The way to the server ----------------------------------------------------------------------------------


def _is_open(now) -> bool:
    """Whether the server may be asked: always, unless it did not answer a moment ago."""
    return not MailRoute.objects.filter(next_at__gt=now).exists()


def _close_route(now, trouble: Unreachable) -> None:
    log.warning("the mail server takes no mail: %s", trouble)
    with transaction.atomic():
        MailRoute.objects.get_or_create()
        route = MailRoute.objects.select_for_update().get()
        pause = ROUTE_BACKOFF[min(route.failures, len(ROUTE_BACKOFF) - 1)]
        route.failing_since = route.failing_since or now
        route.failures += 1
        route.next_at = now + dt.timedelta(minutes=pause)
        route.last_error = str(trouble)[:300]
        route.save()


def _open_route() -> None:
    MailRoute.objects.update_or_create(
        name="smtp",
        defaults={
            "failing_since": None,
            "failures": 0,
            "next_at": None,
            "last_error": "",
            "last_success_at": timezone.now(),
        },
    )
