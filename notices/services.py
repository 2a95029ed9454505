"""Writes of the post room: notices from log entries and time marks, the mails they travel in, reading
marks."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.utils import timezone, translation

from notices import audience, rules
from notices.models import Bookmark, Notice, NoticeKind, Outbox, Pending
from workflow.calendar import WIB
from workflow.models import LogEntry
from workflow.registry import workflow

log = logging.getLogger(__name__)

READER = "inbox"
BATCH = 200
TOO_OLD_FOR_MAIL = dt.timedelta(days=7)
"""After a long standstill the inbox is filled up, but nobody gets a hundred old mails."""
MAX_ATTEMPTS = 8


# --- From the log to the inbox ------------------------------------------------------------------------------


def read_on(now=None) -> int:
    """Read the next stretch of the log and tell whom it concerns; returns how many entries were read.

    Entry numbers become visible in order (the log has one writer at a time), so a bookmark never skips one.
    An entry that fails is put aside and tried again later; it does not hold up the rest.
    """
    now = now or timezone.now()
    bookmark, _created = Bookmark.objects.get_or_create(reader=READER)
    entries = list(LogEntry.objects.filter(seq__gt=bookmark.seq).order_by("seq")[:BATCH])
    for entry in entries:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    tell_of(entry, now)
            except Exception as error:
                log.exception("notices: entry #%s was put aside", entry.seq)
                _put_aside(entry, error, now)
            Bookmark.objects.filter(reader=READER, seq__lt=entry.seq).update(seq=entry.seq)
    return len(entries)


def _put_aside(entry, error, now) -> None:
    Pending.objects.get_or_create(
        key=f"entry:{entry.seq}",
        defaults={
            "kind": Pending.Kind.ENTRY,
            "flow": entry.flow,
            "record_id": entry.record_id,
            "seq": entry.seq,
            "attempts": 1,
            "next_at": now + dt.timedelta(minutes=1),
            "last_error": str(error)[:300],
        },
    )


def tell_of(entry, now) -> None:
    """Notices for one log entry: those whose turn it is now, those the table tells, those a registered
    audience adds."""
    registered = workflow(entry.flow)
    if registered is None:
        _tell_news(entry, now)
        return
    record = registered.model._default_manager.select_related(*registered.related).filter(pk=entry.record_id).first()
    if record is None:
        return
    transition = registered.flow.transition(entry.action)
    silent = _actors(entry, transition)
    told: set[int] = set()

    def tell(pairs, kind, soon):
        for user, membership in pairs:
            if user.pk not in told and user.pk not in silent:
                told.add(user.pk)
                _tell(entry, record, user, membership, kind, soon, now)

    if transition is not None:
        if transition.announces and _is_latest(registered.flow, entry):
            turn = rules.capacities(registered, record, rules.turn_of(record), turn=True)
            tell(turn, NoticeKind.TURN, rules.at_once(NoticeKind.TURN, transition, None))
        others = rules.capacities(registered, record, transition.tells)
        tell(others, NoticeKind.CHANGE, rules.at_once(NoticeKind.CHANGE, transition, None))
    for extra in audience.of(entry.flow, entry.action):
        tell(extra.listeners(record, entry), NoticeKind.CHANGE, extra.at_once)


def _tell_news(entry, now) -> None:
    """Notices for an entry about something without a table; whoever did it knows."""
    news = audience.news_of(entry)
    for user, membership in news.listeners if news else ():
        if user.pk == entry.actor_id:
            continue
        notice = Notice(
            user=user,
            membership=membership,
            kind=NoticeKind.CHANGE,
            key=f"log:{entry.seq}",
            created_at=entry.at,
            flow=entry.flow,
            record_id=entry.record_id,
            record_code=entry.record_code,
            subject_id=news.subject_id[:240],
            subject_en=news.subject_en[:240],
            path=news.path,
            time_zone=_zone(membership),
            action=entry.action,
            role=entry.role,
            capacity=entry.capacity,
            organisation=entry.organisation,
            comment=entry.comment,
        )
        stale = now - entry.at > TOO_OLD_FOR_MAIL
        _deliver(notice, news.at_once, now, mail=news.mail and not stale)


def _actors(entry, transition) -> set[int]:
    """Who did it. An automatic step belongs to the act that set it off: that person knows as well."""
    actors = {entry.actor_id} - {None}
    if not actors and transition is not None and transition.auto:
        before = (
            LogEntry.objects.filter(flow=entry.flow, record_id=entry.record_id, seq__lt=entry.seq)
            .order_by("-seq")
            .first()
        )
        actors = {before.actor_id} - {None} if before else set()
    return actors


def _is_latest(flow, entry) -> bool:
    """Whether no later act followed: "your turn" is only said about the turn that is still on."""
    names = [t.name for t in flow.transitions]
    later = LogEntry.objects.filter(flow=entry.flow, record_id=entry.record_id, seq__gt=entry.seq, action__in=names)
    return not later.exists()


def _tell(entry, record, user, membership, kind, soon, now) -> None:
    notice = _notice(record, user, membership, kind, key=f"log:{entry.seq}", created_at=entry.at)
    notice.action, notice.role, notice.organisation = entry.action, entry.role, entry.organisation
    notice.capacity = entry.capacity
    notice.comment = "\n".join(part for part in (entry.comment, _remarks(entry.data)) if part)
    notice.changes = _changes(entry.data, inside=membership is not None and membership.role not in rules.REGIONS)
    stale = now - entry.at > TOO_OLD_FOR_MAIL
    _deliver(notice, soon, now, mail=not stale)


def _remarks(data) -> str:
    """Field remarks of a return, as one quotation."""
    remarks = data.get("comments") if isinstance(data, dict) else None
    if not isinstance(remarks, list):
        return ""
    return "\n".join(str(r.get("text", "")) for r in remarks if isinstance(r, dict))[:2000]


def _changes(data, *, inside: bool) -> list[dict]:
    """What an amendment changed, in both languages, as the log holds it; what is marked as internal for those inside
    only."""
    changes = data.get("changes") if isinstance(data, dict) else None
    if not isinstance(changes, list):
        return []
    return [c for c in changes if isinstance(c, dict) and "label_id" in c and (inside or not c.get("inside"))][:20]


def _notice(record, user, membership, kind, *, key: str, created_at) -> Notice:
    """A notice about a record with everything needed to show it later without loading the record."""
    with translation.override("id"):
        at_work = kind != NoticeKind.CHANGE and getattr(record, "manage_url", "")
        subject_id, path = _subject(record), at_work or record.get_absolute_url()
    with translation.override("en"):
        subject_en = _subject(record)
    return Notice(
        user=user,
        membership=membership,
        kind=kind,
        key=key,
        created_at=created_at,
        flow=record.flow.name,
        record_id=record.pk,
        record_code=record.code,
        subject_id=subject_id,
        subject_en=subject_en,
        path=path,
        due_at=record.due_at if kind != NoticeKind.CHANGE else None,
        time_zone=_zone(membership),
    )


def _subject(record) -> str:
    """What the record is about. Titles name themes, programmes and offices, never people."""
    return str(getattr(record, "title", "") or "")[:240]


def _zone(membership) -> str:
    return membership.organisation.time_zone if membership else WIB


def _deliver(notice: Notice, soon: bool, now, *, mail: bool = True) -> bool:
    """Put a notice into the inbox, once, and into a mail. False when this person was told before."""
    if Notice.objects.filter(user=notice.user, key=notice.key).exists():
        return False
    wanted = soon or notice.kind != NoticeKind.CHANGE or notice.user.mail_changes
    if mail and wanted and notice.user.is_active:
        notice.mail = _mail_for(notice.user, rules.leaves_at(now, notice.time_zone, soon=soon, due_at=notice.due_at))
    notice.save(force_insert=True)
    return True


def _mail_for(user, due_at) -> Outbox:
    """The mail that leaves at this moment; a new one when that has left already."""
    for number in range(100):
        key = f"{user.pk}:{due_at.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}:{number}"
        found, _created = Outbox.objects.select_for_update().get_or_create(
            key=key, defaults={"user": user, "due_at": due_at, "next_at": due_at}
        )
        if found.is_open:
            return found
    raise RuntimeError("no open mail could be found")


# --- Time marks ---------------------------------------------------------------------------------------------


def keep_mark(record, flow, mark: int) -> None:
    """Remember that a record passed a share of its time; told by the next sweep.

    The due date belongs to the mark: one that was moved is reminded of anew. An earlier mark that nobody could be told
    of yet gives way, so that a standstill ends in one notice and not in three.
    """
    since = f"mark:{flow.name}:{record.pk}:{record.status_since.timestamp():.0f}:"
    Pending.objects.filter(kind=Pending.Kind.MARK, key__startswith=since, mark__lt=mark).delete()
    Pending.objects.get_or_create(
        key=f"{since}{record.due_at.timestamp():.0f}:{mark}",
        defaults={
            "kind": Pending.Kind.MARK,
            "flow": flow.name,
            "record_id": record.pk,
            "mark": mark,
            "status_since": record.status_since,
        },
    )


def work_off(now=None) -> int:
    """Deliver what is pending; returns how much was done. What fails is tried again, ever more rarely."""
    now, done = now or timezone.now(), 0
    for pk in list(Pending.objects.filter(next_at__lte=now, attempts__lt=MAX_ATTEMPTS).values_list("pk", flat=True)):
        with transaction.atomic():
            pending = Pending.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if pending is None:
                continue
            try:
                with transaction.atomic():
                    _finish(pending, now)
            except Exception as error:
                log.exception("notices: %s failed again", pending.key)
                pending.attempts += 1
                pending.next_at = now + dt.timedelta(minutes=2**pending.attempts)
                pending.last_error = str(error)[:300]
                pending.save()
            else:
                pending.delete()
                done += 1
    return done


def _finish(pending: Pending, now) -> None:
    if pending.kind == Pending.Kind.ENTRY:
        tell_of(LogEntry.objects.get(seq=pending.seq), now)
        return
    registered = workflow(pending.flow)
    record = registered.model._default_manager.select_related(*registered.related).filter(pk=pending.record_id).first()
    if record is None or record.status_since != pending.status_since or record.due_at is None:
        return  # it has moved on: nobody is reminded of something done
    if f":{record.due_at.timestamp():.0f}:" not in pending.key:
        return  # it is due on another day now: that day brings its own reminders
    roles = rules.turn_of(record)
    pairs = rules.capacities(registered, record, roles, turn=True)
    if pending.mark >= 100:
        told = {user.pk for user, _m in pairs}
        superiors = rules.superiors_of(roles)
        pairs += [pair for pair in rules.capacities(registered, record, superiors) if pair[0].pk not in told]
    for user, membership in pairs:
        notice = _notice(record, user, membership, NoticeKind.DUE, key=pending.key, created_at=now)
        notice.mark = pending.mark
        _deliver(notice, rules.at_once(NoticeKind.DUE, None, pending.mark), now)


# --- Reading ------------------------------------------------------------------------------------------------


def mark_read(user, pk: int) -> bool:
    """One notice of one's own has been read."""
    return bool(Notice.objects.filter(user=user, pk=pk, read_at__isnull=True).update(read_at=timezone.now()))


def mark_all_read(user) -> int:
    """Everything in one's own inbox has been read."""
    return Notice.objects.filter(user=user, read_at__isnull=True).update(read_at=timezone.now())
