"""Writes a mail at the moment it leaves: what is still wanted, still true and still open to its reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import translation

from notices import audience, rules
from notices.mail import compose
from notices.models import Cadence, Notice, Outbox, Preference
from notices.rules.hours import cadence_for
from workflow.letters import letter
from workflow.models import LogEntry
from workflow.registry import workflow


@dataclass
class Ready:
    """A message about to be handed over, and whether an earlier try of it may have arrived."""

    message: Any
    was_in_doubt: bool = False


def compose_notices(mail: Outbox, now, headers: dict[str, str]) -> Ready | None:
    """The mail with its notices, or None where none is left to tell. The mail is locked; it is not saved here.

    A fixed number of queries, however many notices there are.
    """
    if not mail.user.is_active:
        return _drop(mail, now, Outbox.Dropped.CLOSED)
    notices = _gather(mail, now)
    if not notices:
        return _drop(mail, now, Outbox.Dropped.READ)
    choices = dict(Preference.objects.filter(user=mail.user_id).values_list("kind", "cadence"))
    wanted = [n for n in notices if cadence_for(n.kind, choices) != Cadence.OFF]
    seen = rules.sight(mail.user, wanted, still=True)
    told = [n for n in wanted if seen.is_open(n)]
    if left_out := {n.pk for n in notices} - {n.pk for n in told}:
        Notice.objects.filter(pk__in=left_out).update(mail=None)
    if not told:
        return _drop(mail, now, Outbox.Dropped.READ if wanted else Outbox.Dropped.UNWANTED)
    composed = compose(mail.user, told, seen=seen, now=now)
    mail.subject, mail.body = composed.subject[:200], composed.text
    message = letter(
        composed.subject, composed.text, composed.html, to=mail.user.email, headers={**headers, **composed.headers}
    )
    return Ready(message)


def _drop(mail: Outbox, now, why: str) -> None:
    mail.dropped_at, mail.dropped_for = now, why


def _gather(mail: Outbox, now) -> list[Notice]:
    """What travels in this mail, unread: its own notices, those of the reader's other mails that are due as well, and
    what waits elsewhere about the same records, so that each is told of once.

    A mail that may have arrived takes nothing in: its repetition would be recognised and put away. What a later event
    has overtaken moves to the mail of that event instead.
    """
    others = list(
        Outbox.objects.select_for_update(skip_locked=True)
        .filter(
            user=mail.user_id,
            sent_at__isnull=True,
            dropped_at__isnull=True,
            given_up_at__isnull=True,
            seq__isnull=True,
        )
        .exclude(pk=mail.pk)
        .order_by("pk")
    )
    unread = Notice.objects.filter(mail__in=[mail, *others], read_at__isnull=True).order_by("created_at", "pk")
    by_mail: dict[int, list[Notice]] = {m.pk: [] for m in (mail, *others)}
    for notice in unread:
        notice.user = mail.user
        by_mail[notice.mail_id].append(notice)
    return _leave(mail, others, by_mail) if mail.in_doubt else _take_in(mail, others, by_mail, now)


def _take_in(mail: Outbox, others: list[Outbox], by_mail: dict[int, list[Notice]], now) -> list[Notice]:
    own = list(by_mail[mail.pk])
    due = {m.pk for m in others if m.next_at <= now and not m.in_doubt}
    own += [n for m in others if m.pk in due for n in by_mail[m.pk]]
    newest = _newest(own)
    for other in others:
        if other.pk not in due:
            own += [
                n
                for n in by_mail[other.pk]
                if _about(n) in newest and (not other.in_doubt or n.created_at <= newest[_about(n)][0])
            ]
    moved = [n.pk for n in own if n.mail_id != mail.pk]
    if moved:
        Notice.objects.filter(pk__in=moved).update(mail=mail)
    taken = {n.pk for n in own}
    emptied = [m.pk for m in others if m.pk in due or (by_mail[m.pk] and all(n.pk in taken for n in by_mail[m.pk]))]
    if emptied:
        Outbox.objects.filter(pk__in=emptied).update(dropped_at=now, dropped_for=Outbox.Dropped.MERGED)
    return sorted(own, key=lambda n: (n.created_at, n.pk))


def _leave(mail: Outbox, others: list[Outbox], by_mail: dict[int, list[Notice]]) -> list[Notice]:
    newest = _newest([n for m in others if not m.in_doubt for n in by_mail[m.pk]])
    kept = []
    for notice in by_mail[mail.pk]:
        moment, elsewhere = newest.get(_about(notice), (None, None))
        if moment is None or moment < notice.created_at:
            kept.append(notice)
        else:
            Notice.objects.filter(pk=notice.pk).update(mail=elsewhere)
    return kept


def _about(notice: Notice) -> tuple:
    """The record a notice is about; one about many stands for itself."""
    return ("many", notice.pk) if notice.batch else (notice.flow, notice.record_id)


def _newest(notices: list[Notice]) -> dict[tuple, tuple]:
    """record -> (moment of its latest event, key of the mail that carries it)."""
    found: dict[tuple, tuple] = {}
    for notice in notices:
        found[_about(notice)] = max(
            found.get(_about(notice), (notice.created_at, 0)), (notice.created_at, notice.mail_id)
        )
    return found


def compose_letter(mail: Outbox, now, headers: dict[str, str]) -> Ready | None:
    """A letter of its own as the room upstairs writes it now, or None where it is no longer to be sent."""
    user, membership = mail.user, mail.membership
    present = {m.pk: m for m in user.current_memberships}
    if not user.is_active or (membership is not None and not present):
        return _drop(mail, now, Outbox.Dropped.CLOSED)
    entry = LogEntry.objects.get(seq=mail.seq)
    letters, registered = audience.letters_of(entry.flow, entry.action), workflow(entry.flow)
    record = None
    if letters is not None and registered is not None:
        rows = registered.model._default_manager.select_related(*registered.related)
        record = rows.filter(pk=mail.record_id).first()
    if record is None:
        return _drop(mail, now, Outbox.Dropped.READ)
    if membership is not None:
        user.act_as(membership.pk)
    with translation.override(user.language):
        made = letters.compose(user, user.acting, record, entry)
    if made is None:
        return _drop(mail, now, Outbox.Dropped.READ)
    mail.subject, mail.body = made.subject[:200], made.text
    return Ready(
        letter(
            made.subject,
            made.text,
            made.html,
            to=user.email,
            headers={**made.headers, **headers},
            attachments=made.attachments,
        )
    )
