"""The operators' view of the post room: what waits, what fails and why, the ways to try again. No message is read."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.log import record_event
from notices.masking import masked
from notices.models import MailRoute, NoticeKind, Outbox, Pending
from workflow.engine import Refused
from workflow.registry import workflow

log = logging.getLogger(__name__)

OUTBOX_LOG = "notices.outbox"
PENDING_LOG = "notices.pending"
LATE = dt.timedelta(minutes=5)
"""A mail whose moment has passed by more than this stands still: sending takes seconds."""


def code_of(mail: Outbox) -> str:
    """How a mail is called on this page and in the log."""
    return f"SRT-{mail.pk}"


# --- How things stand ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """Mails of one kind that wait."""

    label: str
    count: int
    oldest: dt.datetime | None
    late: int


@dataclass(frozen=True)
class State:
    """The post room at a glance."""

    waiting: list[Waiting]
    total: int
    late: int
    failing: int
    given_up: int
    put_aside: int
    sent_today: int
    last_sent: dt.datetime | None
    oldest: dt.datetime | None
    route: MailRoute | None
    broker: str
    """"ok", "away", or "none" where tasks run inside the request."""

    @property
    def is_calm(self) -> bool:
        """Whether nothing needs a hand."""
        healthy = self.route is None or self.route.failing_since is None
        return healthy and self.broker != "away" and not (self.late or self.failing or self.given_up or self.put_aside)


def open_mails():
    """Mails that have neither left nor been dropped."""
    return Outbox.objects.filter(sent_at__isnull=True, dropped_at__isnull=True)


def failing_mails():
    """Mails of which a try has failed and another will follow."""
    return open_mails().filter(given_up_at__isnull=True).exclude(last_error="")


def given_up_mails():
    """Mails that are not tried any more unless somebody asks."""
    return open_mails().filter(given_up_at__isnull=False)


def put_aside():
    """Log entries and time marks that could not be told yet."""
    return Pending.objects.filter(attempts__gte=1)


def state(now=None) -> State:
    """What an operator sees first; a fixed number of queries."""
    now = now or timezone.now()
    waiting = open_mails().filter(given_up_at__isnull=True)
    late = Q(next_at__lt=now - LATE)
    totals = waiting.aggregate(total=Count("pk"), late=Count("pk", filter=late), oldest=Min("due_at", filter=late))
    sent = Outbox.objects.filter(sent_at__isnull=False)
    route = MailRoute.objects.first()
    last = sent.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return State(
        waiting=_by_kind(waiting, late),
        total=totals["total"],
        late=totals["late"],
        failing=failing_mails().count(),
        given_up=given_up_mails().count(),
        put_aside=put_aside().count(),
        sent_today=sent.filter(sent_at__gte=now - dt.timedelta(days=1)).count(),
        last_sent=max(filter(None, (last, route and route.last_success_at)), default=None),
        oldest=totals["oldest"],
        route=route,
        broker=broker(),
    )


def _by_kind(waiting, late) -> list[Waiting]:
    """Letters, digests, and mails at once by what they are about; a mail with several kinds counts for each."""
    found = []
    for label, rows in (
        (_("Letters of their own"), waiting.filter(seq__isnull=False)),
        (_("Digests"), waiting.filter(seq__isnull=True, is_digest=True)),
    ):
        row = rows.aggregate(count=Count("pk"), late=Count("pk", filter=late), oldest=Min("due_at"))
        if row["count"]:
            found.append(Waiting(label, row["count"], row["oldest"], row["late"]))
    kinds = (
        waiting.filter(seq__isnull=True, is_digest=False)
        .values(kind=F("notices__kind"))
        .annotate(count=Count("pk", distinct=True), late=Count("pk", filter=late, distinct=True), oldest=Min("due_at"))
        .order_by()
    )
    rows = {row["kind"]: row for row in kinds}
    for kind in NoticeKind:
        if row := rows.get(kind.value):
            label = _("At once: %(kind)s") % {"kind": kind.label}
            found.append(Waiting(label, row["count"], row["oldest"], row["late"]))
    if row := rows.get(None):  # its notices were deleted or moved to another mail: it will be dropped unsent
        found.append(Waiting(_("Empty: nothing is left to say"), row["count"], row["oldest"], row["late"]))
    return found


def broker() -> str:
    """Whether tasks can be handed to the workers at this moment."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        return "none"
    from celery import current_app

    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except Exception as error:  # whatever is wrong with it, the answer on the page is "away"
        log.warning("the broker does not answer: %s", error)
        return "away"
    return "ok"


# --- Rows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MailRow:
    """One mail as an operator may see it: to whom only by a masked address, never what it says."""

    pk: int
    code: str
    to: str
    kind: str
    tries: int
    error: str
    next_at: dt.datetime
    due_at: dt.datetime
    in_doubt: bool
    given_up_at: dt.datetime | None


def mail_rows(mails) -> list[MailRow]:
    """Mails ready to show; the query brings what a row needs."""
    return [
        MailRow(
            pk=mail.pk,
            code=code_of(mail),
            to=masked(mail.user.email),
            kind=_kind_of(mail),
            tries=mail.attempts,
            error=masked(mail.last_error),
            next_at=mail.next_at,
            due_at=mail.due_at,
            in_doubt=mail.in_doubt,
            given_up_at=mail.given_up_at,
        )
        for mail in mails
    ]


def with_kinds(mails):
    """The same mails, with what `mail_rows` asks of them, in two queries."""
    return mails.select_related("user").prefetch_related("notices").order_by("next_at", "pk")


def _kind_of(mail: Outbox) -> str:
    if mail.is_letter:
        return _("Letter: %(what)s") % {"what": flow_label(mail.flow)}
    kinds = {notice.kind for notice in mail.notices.all()}
    words = ", ".join(str(kind.label) for kind in NoticeKind if kind.value in kinds)
    return _("Digest: %(kinds)s") % {"kinds": words or "–"} if mail.is_digest else words or "–"


@dataclass(frozen=True)
class EntryRow:
    """Something of the log that could not be told yet."""

    pk: int
    what: str
    number: str
    tries: int
    error: str
    next_at: dt.datetime
    stuck: bool


def entry_rows(entries, most: int) -> list[EntryRow]:
    """Entries put aside, ready to show; `most`: tries after which nobody comes back to them by themselves."""
    return [
        EntryRow(
            pk=entry.pk,
            what=flow_label(entry.flow),
            number=f"#{entry.seq}" if entry.seq else _("time mark %(mark)d%%") % {"mark": entry.mark or 0},
            tries=entry.attempts,
            error=masked(entry.last_error),
            next_at=entry.next_at,
            stuck=entry.attempts >= most,
        )
        for entry in entries
    ]


def flow_label(flow: str) -> Any:
    """What a table or log is called."""
    known = workflow(flow)
    return known.flow.label if known else flow


# --- Acts ---------------------------------------------------------------------------------------------------


def _not_on_its_way():
    """What no worker has in its hands: a try that was begun is left alone until its end is known or its pause over."""
    return ~Q(in_doubt=True, last_error="", next_at__gt=timezone.now())


@transaction.atomic
def retry(pk: int, *, actor) -> str:
    """Try one mail again now, whether it waits for its pause or was given up; returns its code."""
    mail = _locked(pk)
    _again(Outbox.objects.filter(pk=mail.pk))
    record_event(OUTBOX_LOG, mail.pk, code_of(mail), "retry_mail", actor)
    return code_of(mail)


@transaction.atomic
def retry_all(*, actor) -> int:
    """Try everything again now that failed, given up included; returns how many mails. One entry in the log."""
    wanted = open_mails().filter(_not_on_its_way(), Q(given_up_at__isnull=False) | ~Q(last_error=""))
    count = _again(wanted)
    if count:
        record_event(OUTBOX_LOG, 0, "SRT", "retry_mails", actor, mails=count)
    return count


def _again(mails) -> int:
    """A fresh row of tries from now on; the way to the mail server is tried with them."""
    MailRoute.objects.update(next_at=None)
    return mails.update(next_at=timezone.now(), attempts=0, given_up_at=None)


@transaction.atomic
def give_up(pk: int, *, actor) -> str:
    """Never send this mail. The inbox of its reader keeps everything it would have said."""
    mail = _locked(pk)
    mail.dropped_at, mail.dropped_for = timezone.now(), Outbox.Dropped.GIVEN_UP
    mail.save(update_fields=["dropped_at", "dropped_for"])
    record_event(OUTBOX_LOG, mail.pk, code_of(mail), "give_up_mail", actor)
    return code_of(mail)


def _locked(pk: int) -> Outbox:
    mail = open_mails().select_for_update().filter(_not_on_its_way(), pk=pk).first()
    if mail is None:
        raise Refused([_("This mail has left in the meantime, is leaving now, or nobody waits for it any more.")])
    return mail


@transaction.atomic
def retry_entries(*, actor) -> int:
    """Look again at everything that was put aside; returns how much."""
    count = put_aside().update(next_at=timezone.now(), attempts=1)
    if count:
        record_event(PENDING_LOG, 0, "LOG", "retry_entries", actor, entries=count)
    return count
